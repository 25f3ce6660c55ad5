"""The smallest device that a RehaStim2 client can talk to: greets, acknowledges, obeys.

It checks nothing and delivers nothing; every contender has the same one at its other end.
`python -m benchmarks.tiny_device` puts it on a pseudo-terminal and prints the port.
"""

import os
import select
import sys
import termios
import tty
from typing import Protocol

from drivers.rehastim2.frames import Frame, FrameDecoder, encode
from drivers.rehastim2.messages import Mode, Number

INIT = encode(1, Number.INIT, b"\x01")
GREETING_EVERY_S = 0.2
SPEED_FIELDS = (4, 5)
START_ACKS = tuple(
    encode(number, Number.START_CHANNEL_LIST_MODE_ACK, b"\0") for number in range(256)
)

_MODES = {
    Number.INIT_CHANNEL_LIST_MODE: Mode.INITIALIZED,
    Number.START_CHANNEL_LIST_MODE: Mode.STARTED,
    Number.STOP_CHANNEL_LIST_MODE: Mode.START_MODE,
}


class Answering(Protocol):
    """A device without a port."""

    @property
    def greeting(self) -> bytes:
        """What it says now and then of itself."""
        ...

    def answer(self, data: bytes) -> bytes:
        """Return the answers to what has arrived."""
        ...


class TinyDevice:
    """Answers whole frames; greets until its Init was answered."""

    def __init__(self) -> None:
        self._decoder = FrameDecoder()
        self._mode = Mode.START_MODE
        self.greeting = INIT

    def answer(self, data: bytes) -> bytes:
        """Return the answers to what has arrived."""
        self._decoder.receive(data)
        answers = b""
        while (frame := self._decoder.next_frame()) is not None:
            answers += self._answer(frame)
        return answers

    def _answer(self, frame: Frame) -> bytes:
        if frame.command in _MODES:
            self._mode = _MODES[Number(frame.command)]
        if frame.command == Number.START_CHANNEL_LIST_MODE:
            return START_ACKS[frame.packet_number]
        if frame.command in (Number.INIT_ACK, Number.WATCHDOG):
            self.greeting = b"" if frame.command == Number.INIT_ACK else self.greeting
            return b""
        is_question = frame.command == Number.GET_STIMULATION_MODE
        data = bytes((0, self._mode)) if is_question else b"\0"
        return encode(frame.packet_number, frame.command + 1, data)


def serve(device: Answering) -> None:
    """Serve on a pseudo-terminal, whose name is printed, until standard input ends."""
    master, slave = os.openpty()
    tty.setraw(slave)
    # Another speed than clients ask for, so that their wish for parity does not fail.
    settings = termios.tcgetattr(master)
    for field in SPEED_FIELDS:
        settings[field] = termios.B9600
    termios.tcsetattr(master, termios.TCSANOW, settings)
    sys.stdout.write(f"{os.ttyname(slave)}\n")
    sys.stdout.flush()
    while True:
        patience_s = GREETING_EVERY_S if device.greeting else None
        ready, _, _ = select.select([master, 0], [], [], patience_s)
        if 0 in ready and not os.read(0, 64):
            return
        said = device.answer(os.read(master, 4096)) if master in ready else device.greeting
        if said:
            os.write(master, said)


if __name__ == "__main__":
    serve(TinyDevice())
