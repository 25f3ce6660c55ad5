from pathlib import Path

import pytest
from support.simulator_process import wait_until

from nmes.service.trace_file import TraceFile
from protocols.errors import RecordError


class Whole:
    """Puts each transfer into one line."""

    def lines(self, data: bytes) -> list[str]:
        return [data.hex(" ")]


class Broken:
    """Cannot put anything into words, like a disk that is full."""

    def lines(self, data: bytes) -> list[str]:
        raise OSError("no room")


def test_frames_are_written_with_time_and_direction(tmp_path: Path) -> None:
    path = tmp_path / "trace"
    trace = TraceFile(path)
    trace.put(1_500_000, "host>device", Whole(), b"\xf0\x0f")
    wait_until(lambda: path.read_text() == "1.500000 host>device f0 0f\n")


def test_a_trace_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be written"):
        TraceFile(tmp_path / "missing" / "trace")


def test_a_trace_that_cannot_go_on_is_dropped_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = TraceFile(tmp_path / "trace")
    trace.put(0, "host>device", Broken(), b"\x00")
    said: list[str] = []

    def is_said() -> bool:
        said.append(capsys.readouterr().err)
        return "trace ended: no room" in "".join(said)

    wait_until(is_said)
    trace.put(1, "host>device", Whole(), b"\x01")
