"""nmes as real processes: started with a data folder of their own, by which they are found again.

Linux only: processes are looked up in /proc.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from support.pulse_record import PulseRow, read_pulses
from support.scenes import Stalled
from support.simulator_process import wait_until

FLOW_PATIENCE_S = 40.0
END_PATIENCE_S = 20.0
HOME_VARIABLE = "NMES_HOME"
HELD_UP = "this program was held up"
SILENT_SCREEN = "the screen fell silent"


def were_held_up(errors: str) -> bool:
    """Whether the computer kept an engine or its screen from running, though nobody did."""
    return HELD_UP in errors or SILENT_SCREEN in errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running process of this data folder."""

    pid: int
    command_line: tuple[str, ...]


def nmes_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "nmes", *arguments]


def environment(home: Path) -> dict[str, str]:
    """The environment that marks all processes of one data folder, however far removed."""
    return {**os.environ, HOME_VARIABLE: str(home)}


def processes_of(home: Path) -> list[Process]:
    """Every process that lives with this data folder, whoever its parent is."""
    mark = f"{HOME_VARIABLE}={home}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):  # gone meanwhile, or not ours
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                line = (folder / "cmdline").read_text().rstrip("\0").split("\0")
                found.append(Process(pid=int(folder.name), command_line=tuple(line)))
    return found


def left_after_a_while(home: Path) -> list[Process]:
    """The processes that do not end: a simulator may outlive its engine by some seconds."""
    with suppress(TimeoutError):  # told by what is returned
        wait_until(lambda: not processes_of(home), END_PATIENCE_S)
    return processes_of(home)


def engine_of(home: Path) -> int:
    """The process number of the one engine."""
    engines = [p.pid for p in processes_of(home) if "nmes.engine" in p.command_line]
    if len(engines) != 1:
        raise LookupError(f"{len(engines)} engines live with {home}")
    return engines[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A running `nmes` with the record of the device that it drives."""

    home: Path
    process: "subprocess.Popen[str]"
    pulses: Path

    @property
    def engine_pid(self) -> int:
        return engine_of(self.home)

    def wait_for_current(self, current_ma: int) -> None:
        """Wait until this current has flowed; TimeoutError, with what was said, if it does not."""
        try:
            wait_until(
                lambda: self.process.poll() is not None or self._has_flowed(current_ma),
                FLOW_PATIENCE_S,
            )
        except TimeoutError as error:
            raise TimeoutError(f"no {current_ma} mA within {FLOW_PATIENCE_S} s") from error
        if self.process.poll() is None:
            return
        code, errors = self.wait_for_end()
        if were_held_up(errors):
            raise Stalled(errors)
        raise RuntimeError(f"ended too early with {code}: {errors}")

    def _has_flowed(self, current_ma: int) -> bool:
        return any(row.current_ma >= current_ma for row in recorded(self.pulses))

    def wait_for_end(self) -> tuple[int, str]:
        """Wait for the end of the command; exit code and standard error."""
        _, errors = self.process.communicate(timeout=END_PATIENCE_S)
        return self.process.returncode, errors


@contextmanager
def running_nmes(home: Path, pulses: Path, arguments: Sequence[str]) -> Iterator[Run]:
    """Run a command of nmes in a session of its own; nothing of it outlives the test."""
    with subprocess.Popen(
        nmes_command(*arguments),
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Run(home=home, process=process, pulses=pulses)
        finally:
            for left in processes_of(home):
                with suppress(ProcessLookupError):  # it ends meanwhile
                    os.kill(left.pid, signal.SIGKILL)


def recorded(pulses: Path) -> list[PulseRow]:
    """What is on record by now; nothing as long as there is no record."""
    if not pulses.exists() or not pulses.stat().st_size:
        return []
    return read_pulses(pulses)


def pass_time_until(monotonic_s: float) -> None:
    """Let time go by to a moment on the monotonic clock."""
    wait_until(
        lambda: time.monotonic() >= monotonic_s, max(0.0, monotonic_s - time.monotonic()) + 5
    )
