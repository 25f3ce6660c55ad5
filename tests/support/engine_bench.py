"""A real engine process and a real simulator, and a screen that tests play by hand.

The simulator is started by the test and keeps its record whatever becomes of the engine.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from support.nmes_process import Process, environment, processes_of, recorded
from support.pulse_record import PulseRow
from support.simulator_process import Simulator, running_simulator

from nmes.link.lines import LineReader, line_of
from nmes.link.messages import (
    REPORTS,
    Arm,
    Event,
    FindLevel,
    Hello,
    Intent,
    Prepare,
    Report,
    Snapshot,
    StepLevel,
    StillHere,
)

PROTOCOL = Path(__file__).parents[1] / "end_to_end" / "hold.yaml"
PATIENCE_S = 20.0
BEAT_S = 0.1
STEP_APART_S = 0.55
LEVEL_MA = 2


@dataclass
class EngineBench:
    """One engine at one simulator. The screen beats whenever the test waits."""

    home: Path
    process: "subprocess.Popen[bytes]"
    simulator: Simulator
    pulses: Path
    reports: list[Report] = field(default_factory=list)
    _reader: LineReader[Report] = field(default_factory=lambda: LineReader(REPORTS))
    _beat_s: float = 0.0

    # The screen's part --------------------------------------------------------------------------

    def say(self, *intents: Intent) -> None:
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # the engine has ended: what it said last is to be heard
            os.write(self.process.stdin.fileno(), b"".join(map(line_of, intents)))

    def hear(self, within_s: float) -> None:
        """Take what the engine says within a short time."""
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        if select.select([descriptor], [], [], within_s)[0]:
            data = os.read(descriptor, 1_000_000)
            self.reports += self._reader.receive(data)
            if not data:
                time.sleep(within_s)  # it has ended: nothing more to wait on

    def run_until(self, is_true: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Beat and listen until something is true."""
        deadline_s = time.monotonic() + patience_s
        while not is_true():
            assert time.monotonic() < deadline_s, f"{self.state}, {self.told}"
            if time.monotonic() >= self._beat_s + BEAT_S:
                self._beat_s = time.monotonic()
                self.say(StillHere())
            self.hear(0.01)

    def run(self, for_s: float) -> None:
        until_s = time.monotonic() + for_s
        self.run_until(lambda: time.monotonic() >= until_s)

    def arm(self) -> "EngineBench":
        """Prepare and arm, as far as the device allows."""
        self.prepare()
        self.say(Arm(confirmed_channels=(1,)))
        self.run_until(lambda: self.state in ("armed", "faulted"))
        return self

    def prepare(self) -> None:
        self.say(
            Hello(operator_is_script=False),
            Prepare(
                protocol=str(PROTOCOL),
                device="rehastim2",
                port=self.simulator.port,
                operator="op",
                patient="P-1",
                is_bench=True,
                sides={},
            ),
        )
        self.run_until(lambda: self.state == "idle")

    def have_current_flow(self) -> "EngineBench":
        """Find a level by hand until the device delivers it."""
        self.say(FindLevel(channel=1))
        self.run_until(lambda: self.state == "finding")
        for _ in range(LEVEL_MA // 2):
            self.run(STEP_APART_S)
            self.step_up()
        self.run_until(lambda: self.flows(LEVEL_MA))
        return self

    def step_up(self) -> None:
        step = {"channel": 1, "direction": "up", "is_coarse": True, "sequence": 0}
        self.say(StepLevel.model_validate(step))

    # What is to be seen -------------------------------------------------------------------------

    @property
    def state(self) -> str:
        snapshots = [report for report in self.reports if isinstance(report, Snapshot)]
        return snapshots[-1].state if snapshots else ""

    @property
    def told(self) -> list[str]:
        return [report.text for report in self.reports if isinstance(report, Event)]

    @property
    def cause(self) -> str:
        stops = [r.stop for r in self.reports if isinstance(r, Snapshot) and r.stop is not None]
        return stops[-1].cause if stops else ""

    @property
    def guard_pid(self) -> int:
        """The process number of the one guard."""
        programs = {p.pid: [Path(part).name for part in p.command_line] for p in self.living}
        (guard,) = [pid for pid, parts in programs.items() if "guard.py" in parts]
        return guard

    @property
    def living(self) -> list[Process]:
        return processes_of(self.home)

    @property
    def rows(self) -> list[PulseRow]:
        return recorded(self.pulses)

    def flows(self, current_ma: int) -> bool:
        """Whether so much current has flowed within the last moments."""
        return any(row.current_ma >= current_ma for row in self.rows[-10:])

    def last_pulse_s(self, since_s: float) -> float:
        """When the last pulse was, from a moment on the monotonic clock."""
        return self.simulator.zero_s + self.rows[-1].time_s - since_s


@contextmanager
def engine_bench(folder: Path) -> Iterator[EngineBench]:
    """An engine without a session; nothing of it outlives the test."""
    pulses = folder / "pulses.csv"
    with ExitStack() as stack:
        simulator = stack.enter_context(running_simulator("--pulses", str(pulses)))
        yield stack.enter_context(engine_at(folder, simulator, pulses))


@contextmanager
def engine_at(folder: Path, simulator: Simulator, pulses: Path) -> Iterator[EngineBench]:
    """An engine at a simulator that runs already."""
    with (folder / "engine.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nmes.engine"],
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
            start_new_session=True,
        )
    bench = EngineBench(folder, process, simulator, pulses)
    try:
        with process:
            yield bench
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(process.pid, signal.SIGCONT)
                process.kill()
    finally:
        for left in bench.living:
            with suppress(ProcessLookupError):  # it ends meanwhile
                os.kill(left.pid, signal.SIGKILL)
