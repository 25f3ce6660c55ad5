import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    process: "subprocess.Popen[str]"
    port: str
    zero_s: float

    def end(self) -> int:
        """SIGTERM, then the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


def wait_until(is_true: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Look again and again, with short sleeps; fail after the given time."""
    deadline = time.monotonic() + patience_s
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true after {patience_s} s")
        time.sleep(0.005)  # another process: there is nothing to wait on but the clock


def command(*options: str, device: str = "rehastim2") -> list[str]:
    return [sys.executable, "-m", "hardware_sim", device, *options]


@contextmanager
def running_simulator(*options: str, device: str = "rehastim2") -> Iterator[Simulator]:
    """``python -m hardware_sim DEVICE ...`` that is ready, and killed at the end."""
    with subprocess.Popen(
        command(*options, device=device), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            port, zero = _line(process), _line(process)
            words, _, zero_s = zero.rpartition(" ")
            if words != "record zero (monotonic)":
                raise ValueError(f"unexpected second line: {zero!r}")
            yield Simulator(process=process, port=port, zero_s=float(zero_s))
        finally:
            process.kill()


def _line(process: "subprocess.Popen[str]") -> str:
    """One line of standard output, read byte by byte since the pipe's buffer hides from select."""
    if process.stdout is None:
        raise ValueError("standard output is not a pipe")
    descriptor, line = process.stdout.fileno(), b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], PATIENCE_S)
        byte = os.read(descriptor, 1) if ready else b""
        if not byte:
            raise TimeoutError(f"the simulator said only {line!r}")
        line += byte
    return line.decode().rstrip("\n")
