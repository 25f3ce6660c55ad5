"""Figure 5: what the live plot costs, each in a real app on a real pseudo-terminal."""

import fcntl
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, Run, in_turns, median_ratio
from benchmarks.processes import REPOSITORY, end

COLUMNS, ROWS = 120, 40
AIM = 0.25
FOREVER_S = 3600.0


def figures(run: Run) -> list[Figure]:
    """Return the processor time of our plot beside textual-plot's, both above the idle app."""
    seconds = run.pick(2.0, 8.0)
    sent: dict[str, list[int]] = {}

    def cost(kind: str) -> float:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            with _app(kind, seconds, report) as app:
                app.process.wait(60)
            found = json.loads(report.read_text(encoding="utf-8"))
        sent.setdefault(kind, []).append(app.bytes_sent)
        rates.setdefault(kind, []).append(found["frames"] / found["wall_s"])
        return float(100 * found["cpu_s"] / found["wall_s"])

    rates: dict[str, list[float]] = {}
    kinds = ("idle", "nmes", "textual-plot")
    contenders = {kind: partial(cost, kind) for kind in kinds}
    percent = in_turns(contenders, run.pick(1, 5), run.tell)
    ours, theirs = (_per_frame(percent, rates, kind) for kind in ("nmes", "textual-plot"))
    ratio = median_ratio(ours, theirs)
    return [
        Figure(
            name="plot",
            what=f"8 channels, 10 frames/s, {COLUMNS}x{ROWS}; processor time above the idle app",
            ratio=round(ratio, 3),
            against="textual-plot 0.10.1",
            aim="<= 1/4 of its time",
            met=ratio <= AIM,
            raw={
                "% of one core, median": {
                    kind: round(statistics.median(found), 1) for kind, found in percent.items()
                },
                "% of one core above idle, for each frame/s": {
                    "nmes": round(statistics.median(ours), 2),
                    "textual-plot": round(statistics.median(theirs), 2),
                },
                "frames/s": {k: round(statistics.median(v), 1) for k, v in rates.items()},
                "kB to the terminal": {
                    k: round(statistics.median(v) / 1e3) for k, v in sent.items()
                },
            },
        )
    ]


def _per_frame(
    percent: dict[str, list[float]], rates: dict[str, list[float]], kind: str
) -> list[float]:
    """Return the cost above the idle app for each frame per second that was reached."""
    pairs = zip(percent[kind], percent["idle"], rates[kind], strict=True)
    return [(cost - idle) / rate for cost, idle, rate in pairs]


@contextmanager
def busy_screen() -> Iterator[None]:
    """Have a screen redraw its plot beside us."""
    with tempfile.TemporaryDirectory() as folder, _app("nmes", FOREVER_S, Path(folder) / "none"):
        yield


class _Terminal:
    """A process on a pseudo-terminal of its own, whose output is read and counted."""

    def __init__(self, command: list[str]) -> None:
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            cwd=REPOSITORY,
            start_new_session=True,
        )
        os.close(slave)
        self.bytes_sent = 0
        self._master = master
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._master, 65_536):
                self.bytes_sent += len(data)
        except OSError:  # how a terminal without its process reads
            return

    def close(self) -> None:
        """End the process."""
        if self.process.poll() is None:
            self.process.terminate()
        end(self.process)
        self._reader.join()
        os.close(self._master)


@contextmanager
def _app(kind: str, seconds: float, report: Path) -> Iterator[_Terminal]:
    command = [sys.executable, "-m", "benchmarks.plot_app", kind, str(seconds), str(report)]
    terminal = _Terminal(command)
    try:
        yield terminal
    finally:
        terminal.close()
