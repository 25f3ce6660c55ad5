"""A real engine process with a scripted operator, on a simulator of its own or on a traced one."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.eight_channels import CHANNELS, write_protocol
from benchmarks.processes import LineProcess, line_process
from nmes.link.client import EngineClient
from nmes.link.messages import Intent, Prepare, Refusal, Report, Snapshot, StillHere
from nmes.link.script import ScriptedOperator

HEARTBEAT_S = 0.1
LISTEN_S = 0.02
LEADING_LEVEL_UA = 25_000
OTHER_LEVEL_UA = 1_000
LEVELS_UA = dict.fromkeys(range(1, CHANNELS + 1), OTHER_LEVEL_UA) | {1: LEADING_LEVEL_UA}
"""With ramps of 0.5 s the first channel changes every 20 ms, the others at the middle of none."""


class EngineSession:
    """One engine, its link, and what it said last. Beats by itself, whatever else is waited for."""

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.snapshot: Snapshot | None = None
        self._is_over = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def _beat(self) -> None:
        while self.client.is_alive and not self._is_over.wait(HEARTBEAT_S):
            self.client.send(StillHere())

    def close(self) -> None:
        """Fall silent and end the engine."""
        self._is_over.set()
        self.client.close()

    def run_until(
        self, is_over: Callable[[], bool], react: Callable[[Report], list[Intent]], limit_s: float
    ) -> None:
        """Listen until something is so; RuntimeError if it is not so in time."""
        ends_s = time.monotonic() + limit_s
        while not is_over():
            if time.monotonic() > ends_s:
                raise RuntimeError(f"the session did not get on; it said {self.snapshot}")
            for report in self._hear():
                for intent in react(report):
                    self.client.send(intent)

    def run_for(self, duration_s: float, react: Callable[[Report], list[Intent]]) -> None:
        """Listen for a time."""
        ends_s = time.monotonic() + duration_s
        self.run_until(lambda: time.monotonic() >= ends_s, react, duration_s + 1)

    def send(self, *intents: Intent) -> None:
        """Send intents."""
        for intent in intents:
            self.client.send(intent)

    @property
    def state(self) -> str:
        """The state the engine told last."""
        return "idle" if self.snapshot is None else self.snapshot.state

    def _hear(self) -> list[Report]:
        reports = self.client.wait_reports(LISTEN_S)
        for report in reports:
            if isinstance(report, Snapshot):
                self.snapshot = report
            elif isinstance(report, Refusal):
                raise RuntimeError(f"the engine refused: {report.reasons}")
        return reports


@contextmanager
def engine(folder: Path) -> Iterator[EngineSession]:
    """Run an engine whose records go to a folder."""
    client = EngineClient(operator_is_script=True, log=folder / "engine.log")
    session = EngineSession(client)
    try:
        yield session
    finally:
        session.close()


def choice(
    folder: Path, *, port: str | None, repetitions: int, device: str = "rehastim2"
) -> Prepare:
    """Return the choice of the eight channel protocol, on a port or a simulator of the engine."""
    return Prepare(
        protocol=str(write_protocol(folder, repetitions=repetitions)),
        device=device if port else f"sim:{device}",
        port=port,
        operator="bench",
        patient="bench",
        is_bench=True,
        sides={},
    )


def start(
    session: EngineSession, chosen: Prepare, levels_ua: Mapping[int, int] = LEVELS_UA
) -> ScriptedOperator:
    """Bring a session to where current flows, as an operator would."""
    operator = ScriptedOperator(chosen, levels_ua)
    session.send(operator.begin())
    session.run_until(lambda: session.state == "running", operator.react, 60)
    return operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A frame from the host as it reached the simulator; `at_s` is monotonic time."""

    at_s: float
    words: str


class TracedSimulator:
    """The simulated RehaStim2 as a process, with the times at which frames reached it."""

    def __init__(self, process: LineProcess, trace: Path) -> None:
        self._trace = trace
        self.pid = process.pid
        self.port = process.hear()
        words, _, zero_s = process.hear().rpartition(" ")
        if not words.startswith("record zero"):
            raise RuntimeError(f"unexpected line of the simulator: {words!r}")
        self._zero_s = float(zero_s)

    def arrivals(self, command: str) -> list[Arrival]:
        """Return the frames of a command that are in the trace by now."""
        pattern = re.compile(rf"^(\S+) host>device \S+ ({command}\b.*)$", re.MULTILINE)
        return [
            Arrival(at_s=float(found[1]) + self._zero_s, words=found[2])
            for found in pattern.finditer(self._trace.read_text(encoding="utf-8"))
        ]


@contextmanager
def traced_simulator(folder: Path, name: str) -> Iterator[TracedSimulator]:
    """Run `python -m hardware_sim` with a trace."""
    trace = folder / f"{name}.trace"
    with line_process("hardware_sim", "rehastim2", "--trace", str(trace)) as process:
        yield TracedSimulator(process, trace)


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]
