"""The smallest device that a RehaStim2 client can talk to: greets, acknowledges, obeys.

It checks nothing and delivers nothing; every contender has the same one at its other end.
`python -m benchmarks.tiny_device` puts it on a pseudo-terminal and prints the port.
"""

import os
import select
import sys
import termios
import tty

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


class TinyDevice:
    """Answers whole frames; `is_met` once its Init was answered."""

    def __init__(self) -> None:
        self._decoder = FrameDecoder()
        self._mode = Mode.START_MODE
        self.is_met = False

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
            self.is_met = self.is_met or frame.command == Number.INIT_ACK
            return b""
        is_question = frame.command == Number.GET_STIMULATION_MODE
        data = bytes((0, self._mode)) if is_question else b"\0"
        return encode(frame.packet_number, frame.command + 1, data)


def main() -> None:
    """Serve until standard input ends."""
    master, slave = os.openpty()
    tty.setraw(slave)
    # Another speed than clients ask for, so that their wish for parity does not fail.
    settings = termios.tcgetattr(master)
    for field in SPEED_FIELDS:
        settings[field] = termios.B9600
    termios.tcsetattr(master, termios.TCSANOW, settings)
    sys.stdout.write(f"{os.ttyname(slave)}\n")
    sys.stdout.flush()
    device = TinyDevice()
    while True:
        ready, _, _ = select.select(
            [master, 0], [], [], None if device.is_met else GREETING_EVERY_S
        )
        if 0 in ready and not os.read(0, 64):
            return
        if master in ready:
            answer = device.answer(os.read(master, 4096))
            if answer:
                os.write(master, answer)
        elif not device.is_met:
            os.write(master, INIT)


if __name__ == "__main__":
    main()
