"""Frames in words, for people who read a trace; nothing depends on them."""

from drivers.p24.frames import Frame, FrameDecoder, encode
from drivers.p24.messages import Number


class FrameWords:
    """Turns the bytes of one direction into lines of hex and words."""

    def __init__(self) -> None:
        self._decoder = FrameDecoder()

    def lines(self, data: bytes) -> list[str]:
        """Return a line for each frame completed by these bytes, and for each damaged one."""
        self._decoder.receive(data)
        lines = []
        while (frame := self._decoder.next_frame()) is not None:
            sound = encode(frame.packet_number, frame.command, frame.data)
            lines.append(f"{sound.hex()} {_words(frame)}")
        damaged = [f"- damaged frame, {error.detail}" for error in self._decoder.take_errors()]
        return lines + damaged


def _words(frame: Frame) -> str:
    values = None
    if frame.command == Number.ML_UPDATE:
        values = _channels(frame.data)
    elif frame.command == Number.LL_CHANNEL_CONFIG:
        values = _pulse(frame.data)
    if values is None and frame.data:
        values = f"data {frame.data.hex(' ')}"
    return f"{_name(frame.command)} #{frame.packet_number}{': ' if values else ''}{values or ''}"


def _name(command: int) -> str:
    known = Number.__members__.values()
    if command in known:
        return Number(command).name.lower()
    return (
        f"{Number(command - 1).name.lower()}_ack" if command - 1 in known else f"command {command}"
    )


def _channels(data: bytes) -> str | None:
    """Return an update's pulses; None if they cannot be told."""
    if not data:
        return None
    at, told = 1, []
    for channel in (n + 1 for n in range(8) if data[0] >> n & 1):
        points = (data[at] >> 4) + 1 if at < len(data) else 0
        block = data[at : at + 3 + 4 * points]
        if not points or len(block) < 3 + 4 * points:
            return None
        at += len(block)
        word = int.from_bytes(block[1:3], "big")
        period_ms = (word >> 1) / (4 if word & 1 else 2)
        told.append(f"ch{channel} every {period_ms:g} ms: {_points(block[3:])}")
    return "; ".join(told) or "no channel"


def _pulse(data: bytes) -> str | None:
    """Return a single pulse; None if it cannot be told."""
    if not data or not data[0] & 0x80 or len(data) != 5 + 4 * (data[0] & 0x0F):
        return None
    channel = (data[0] >> 5 & 3) + 4 * (data[0] >> 4 & 1) + 1
    return f"ch{channel} once: {_points(data[1:])}"


def _points(words: bytes) -> str:
    values = [int.from_bytes(words[at : at + 4], "big") for at in range(0, len(words), 4)]
    return ", ".join(f"{(v >> 10 & 0x3FF) / 2 - 150:+g} mA {v >> 20} µs" for v in values)
