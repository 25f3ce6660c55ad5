"""A driver of a RehaStim2 on a scripted port, brought to where a conversation begins.

The frames of both sides are built by ``support.sciencemode2``; sequences follow the ScienceMode2
description 1.24: handshake 2.3 and 3.1, modes figure 4, results 5.1, errors 4.3.
"""

from support.sciencemode2 import ack, frame, get_mode, init, init_ack, mode_ack, stop
from support.scripted_port import ScriptedPort

from drivers import registry
from drivers.interface import DeviceEvent, Permit, Stimulator
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

MS = 1_000
S = 1_000_000
SETUP = TrainSetup(period_us=25_000, channels=(1, 5))
LIST, START, STOP = 30, 32, 34
IDENTITY = "HASOMED RehaStim2, ScienceMode2 protocol version 1"


def channel_list(number: int) -> bytes:
    """N 0, channels 1 and 5, no low frequency, t2 16 ms = code 29, t1 25 ms = code 48."""
    return frame(number, LIST, 0, 0b0001_0001, 0, 29, 0, 48, 0)


def start(number: int, first: tuple[int, int], second: tuple[int, int]) -> bytes:
    """Two channels, each (width in µs, current in mA)."""
    blocks = [(0, width >> 8, width & 255, current) for width, current in (first, second)]
    return frame(number, START, *blocks[0], *blocks[1])


def silence(number: int) -> bytes:
    return start(number, (0, 0), (0, 0))


def outputs(first_ma: int, second_ma: int) -> OutputFrame:
    both = (symmetric_output(1, first_ma * MS, 300), symmetric_output(5, second_ma * MS, 250))
    return OutputFrame(setup=SETUP, outputs=both)


class Bench:
    """A driver on a scripted port; `at` polls it and returns what happened."""

    def __init__(self) -> None:
        self.port = ScriptedPort()
        self.driver: Stimulator = registry.load("rehastim2").make(self.port, None)
        self._serial = 0

    def at(self, now_us: int) -> list[DeviceEvent]:
        return list(self.driver.poll(now_us))

    def permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def connect(self) -> list[DeviceEvent]:
        """Host numbers 0 and 1."""
        self.driver.connect(0)
        self.port.say(init(9))
        self.port.expect((init_ack(9), b""), (get_mode(0), mode_ack(0, 0)), (stop(1), ack(1, STOP)))
        return self.at(1) + self.at(2) + self.at(3)

    def set_up(self) -> list[DeviceEvent]:
        """Host numbers 2, 3 and 4."""
        self.connect()
        self.port.expect(
            (stop(2), ack(2, STOP)),
            (channel_list(3), ack(3, LIST)),
            (silence(4), ack(4, START)),
        )
        self.driver.set_up(self.permit(SETUP), 10)
        return self.at(11) + self.at(12) + self.at(13)

    def output_sent(self, answer: bytes = b"") -> OutputFrame:
        """Host number 5, written at 1 s."""
        self.set_up()
        self.port.expect((start(5, (300, 10), (250, 20)), answer))
        self.driver.output(self.permit(outputs(10, 20)), S)
        return outputs(10, 20)
