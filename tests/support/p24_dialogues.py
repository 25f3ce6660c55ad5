"""A driver of a P24 on a scripted port, brought to where a conversation begins.

The frames of both sides are built by ``support.sciencemode4``; sequences follow the P24 IFU 1.1
(general layer p. 18-20, mid level p. 23-26).
"""

from support.sciencemode4 import (
    ack,
    device_id,
    extended_version,
    get_current_data,
    get_device_id,
    get_extended_version,
    get_status,
    ml_init,
    ml_update,
    no_pulse,
    pulse,
    status,
)
from support.scripted_port import ScriptedPort

from drivers.interface import DeviceEvent, Permit, Stimulator
from drivers.p24.entry import p24
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

MS = 1_000
S = 1_000_000
SETUP = TrainSetup(period_us=25_000, channels=(1, 5))
MASK = 0b1_0001
RESYNC = b"\x0f\x0f"
INIT, UPDATE, STOP, LL_STOP = 30, 32, 34, 4
IDENTITY = "HASOMED P24 (ScienceMode 4), firmware 1.2.3, number 2207000123"


def silence(number: int) -> bytes:
    return ml_update(number, MASK, no_pulse(50), no_pulse(50))


def update(number: int, first_ma: float, second_ma: float) -> bytes:
    first, second = pulse(50, 300, int(2 * first_ma)), pulse(50, 250, int(2 * second_ma))
    return ml_update(number, MASK, first, second)


def outputs(first_ma: float, second_ma: float) -> OutputFrame:
    first = symmetric_output(1, int(first_ma * MS), 300)
    second = symmetric_output(5, int(second_ma * MS), 250)
    return OutputFrame(setup=SETUP, outputs=(first, second))


class Bench:
    """A driver on a scripted port; `at` polls it and returns what happened."""

    def __init__(self) -> None:
        self.port = ScriptedPort()
        self.driver: Stimulator = p24().make(self.port, None)
        self._serial = 0

    def at(self, now_us: int) -> list[DeviceEvent]:
        return list(self.driver.poll(now_us))

    def permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def connect(self) -> list[DeviceEvent]:
        """Host numbers 0, 1 and 2."""
        self.port.expect(
            (RESYNC, b""),
            (get_extended_version(0), extended_version(0)),
            (get_device_id(1), device_id(1)),
            (get_status(2), status(2, 0)),
        )
        self.driver.connect(0)
        return self.at(1) + self.at(2) + self.at(3)

    def set_up(self) -> list[DeviceEvent]:
        """Host numbers 3 and 4."""
        self.connect()
        self.port.expect((ml_init(3), ack(3, INIT)), (silence(4), ack(4, UPDATE)))
        self.driver.set_up(self.permit(SETUP), 10)
        return self.at(11) + self.at(12)

    def output_sent(self, answer: bytes = b"") -> OutputFrame:
        """Host number 5, written at 1 s."""
        self.set_up()
        self.port.expect((update(5, 20, 10.5), answer))
        self.driver.output(self.permit(outputs(20, 10.5)), S)
        return outputs(20, 10.5)

    def flowing(self) -> None:
        """An output of 20 and 10.5 mA, confirmed."""
        self.output_sent(ack(5, UPDATE))
        self.at(S + 1)

    def asked(self, answer: bytes) -> list[DeviceEvent]:
        """Host number 6: what the channels do."""
        self.port.expect((get_current_data(6), answer))
        self.driver.keep_alive(2 * S)
        return self.at(2 * S + 1)
