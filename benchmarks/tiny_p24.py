"""The smallest device that a P24 client can talk to: tells who it is, and does what it is told.

It checks nothing, delivers nothing and answers at once; every contender has the same one at its
other end. `python -m benchmarks.tiny_p24` puts it on a pseudo-terminal and prints the port.
"""

from benchmarks.tiny_device import serve
from drivers.p24.frames import PACKET_NUMBERS, Frame, FrameDecoder, encode
from drivers.p24.messages import Number, Status

UPDATE_ACKS = tuple(encode(number, Number.ML_UPDATE + 1, b"\0") for number in range(PACKET_NUMBERS))

_LEVELS = {
    Number.ML_INIT: Status.MID_LEVEL,
    Number.ML_UPDATE: Status.RUNNING,
    Number.ML_STOP: Status.IDLE,
    Number.LL_STOP: Status.IDLE,
}
_VERSION = bytes((0, 1, 0, 0, 4, 0, 0, 0, 0, 0, 0, 1, 1))
_IDENTITY = b"\0TINY000024"
_HIGH_VOLTAGE = 6
_NO_HIGH_VOLTAGE = 1


class TinyP24:
    """Answers whole frames; never speaks first."""

    greeting = b""

    def __init__(self) -> None:
        self._decoder = FrameDecoder()
        self._level = Status.IDLE

    def answer(self, data: bytes) -> bytes:
        """Return the answers to what has arrived."""
        self._decoder.receive(data)
        answers = b""
        while (frame := self._decoder.next_frame()) is not None:
            answers += self._answer(frame)
        return answers

    def _answer(self, frame: Frame) -> bytes:
        if frame.command == Number.ML_UPDATE:
            self._level = Status.RUNNING
            return UPDATE_ACKS[frame.packet_number]
        if frame.command in _LEVELS:
            self._level = _LEVELS[Number(frame.command)]
        return encode(frame.packet_number, frame.command + 1, self._said(frame.command))

    def _said(self, command: int) -> bytes:
        if command == Number.GET_EXTENDED_VERSION:
            return _VERSION
        if command == Number.GET_DEVICE_ID:
            return _IDENTITY
        if command == Number.GET_STIM_STATUS:
            is_idle = self._level is Status.IDLE
            return bytes((0, self._level, _NO_HIGH_VOLTAGE if is_idle else _HIGH_VOLTAGE))
        return b"\0"


if __name__ == "__main__":
    serve(TinyP24())
