"""An openEMSstim board with a separate stimulator plugged into it.

No clock and no port: bytes come in with the time of their arrival, lines and pulses go out with the
time they are due. What is known of the firmware leaves some questions open; they are decided in
docs/simulator.md.
"""

from random import Random

from hardware_sim.contacts import Contact
from hardware_sim.device import OnFrame, OnPulse
from hardware_sim.dialect import Dialect
from hardware_sim.line import NEVER_US
from hardware_sim.openemsstim.commands import CHANNELS
from hardware_sim.openemsstim.dialect import CONTROLLER, OPENEMSSTIM
from hardware_sim.openemsstim.firmware import Crashed, Firmware, new_channels
from hardware_sim.openemsstim.options import Options
from hardware_sim.openemsstim.source import ExternalUnit
from hardware_sim.openemsstim.uart import Receiver, Sender
from hardware_sim.openemsstim.words import describe
from hardware_sim.outbox import Outbox

RESET_WITHIN_US = 1_000_000


class OpenEMSstim:
    """The simulated board; it is switched on, and begins to boot, at ``start_us``.

    ``on_pulse`` gets each pulse that reaches the skin; ``on_frame`` each line when the board has
    read it or sent it, with its name and text. ``ack_delay_us`` delays what the board says, not
    what it does. The seed is that of the time after which a crashed board starts again.
    """

    def __init__(
        self,
        *,
        on_pulse: OnPulse,
        on_frame: OnFrame | None = None,
        ack_delay_us: int = 0,
        seed: int = 0,
        start_us: int = 0,
        options: Options | None = None,
    ) -> None:
        self._on_pulse = on_pulse
        self._on_frame = on_frame
        self._options = options or Options()
        self._chance = Random(seed)
        self._outbox = Outbox(describe, on_frame)
        self._receiver = Receiver()
        self._sender = Sender(self._outbox, ack_delay_us)
        self._unit = ExternalUnit(self._options.source, start_us)
        self._contacts: dict[int, Contact] = {}
        self._pulsed_us = start_us - 1
        self.channels = new_channels()
        self._power_on(start_us)

    def _power_on(self, now_us: int) -> None:
        self._act_us: int | None = None
        for channel in self.channels:
            channel.reset()
        self._receiver.clear()
        self._sender.clear()
        self._off_until_us = now_us
        self._reset_us = NEVER_US
        self._firmware: Firmware | None = Firmware(
            self._options, self.channels, self._receiver, self._sender, self._report, now_us
        )

    @property
    def dialect(self) -> Dialect:
        """What fault scripts must know of it."""
        return OPENEMSSTIM

    @property
    def is_connected(self) -> bool:
        """Whether a channel passes pulses or there is something to be read."""
        is_reading = not (self.is_crashed or self._receiver.is_idle)
        return is_reading or any(channel.is_closed for channel in self.channels)

    @property
    def is_crashed(self) -> bool:
        """Whether the controller has left its program: relays and wipers stay as they are."""
        return self._firmware is None

    @property
    def overflowed(self) -> int:
        """How many bytes of the host were lost because the ring was full."""
        return self._receiver.overflowed

    def receive(self, data: bytes, now_us: int, refusal: str | None = None) -> None:
        """Take bytes that the host begins to send now; nothing can be refused."""
        if refusal is not None:
            raise ValueError("this device refuses nothing")
        self.advance(now_us)
        if now_us >= self._off_until_us:
            self._receiver.send(data, now_us)
            self._act_us = None

    def advance(self, now_us: int) -> None:
        """Let everything happen that is due by now, in order of time."""
        while (due_us := self._next_act_us()) <= now_us:
            if self._receiver.next_us() == due_us:
                self._receiver.arrive()
            elif self._firmware is not None and self._firmware.next_us() == due_us:
                self._go_on(self._firmware, due_us)
            elif self._reset_us == due_us:
                self._power_on(due_us)
            else:
                self._pulse(due_us)
            self._act_us = None

    def take_outgoing(self, now_us: int) -> list[bytes]:
        """Return the lines whose last byte has left by now, oldest first."""
        self.advance(now_us)
        return self._outbox.take(now_us)

    def next_event_us(self) -> int:
        """Return when advance or take_outgoing will next have an effect."""
        due_us = self._outbox.next_due_us()
        return min(self._next_act_us(), NEVER_US if due_us is None else due_us)

    def next_answer_us(self) -> int | None:
        """Return when the oldest line under way is complete; None if none is."""
        return self._outbox.next_due_us()

    def put_contact(self, channel: int, contact: Contact | None) -> None:
        """Hang something at a channel; None is a healthy pair of pads."""
        if not 1 <= channel <= CHANNELS:
            raise ValueError(f"channels are 1 to {CHANNELS}, not {channel}")
        self._contacts.pop(channel - 1, None)
        if contact is not None:
            self._contacts[channel - 1] = contact

    def reboot(self, now_us: int, *, off_us: int) -> None:
        """Lose power for some time, or be reset if that is 0; the separate unit goes on."""
        self.advance(now_us)
        self._power_on(now_us + off_us)

    def crash(self, now_us: int) -> None:
        """Let the controller leave its program: it says, reads and ends nothing any more."""
        self.advance(now_us)
        self._hang(now_us)

    def _hang(self, now_us: int) -> None:
        self._firmware = self._act_us = None
        self._sender.clear()
        if self._options.resets_after_crash:
            self._reset_us = now_us + 1 + int(self._chance.random() * RESET_WITHIN_US)

    def set_trouble(self, kind: str, which: str | int, value: str | None, now_us: int) -> None:
        """Let the controller hang, or start again."""
        if (kind, which) != ("failed_module", CONTROLLER):
            raise ValueError(f"this device has no {kind} {which}".rstrip())
        if value is not None:
            self.crash(now_us)
        else:
            self.reboot(now_us, off_us=0)

    def _report(self, now_us: int, line: bytes) -> None:
        if self._on_frame:
            self._on_frame(now_us, "host", line, describe(line))

    def _next_act_us(self) -> int:
        """Return when advance will next do something; worked out anew only after a change."""
        if self._act_us is None:
            firmware_us = NEVER_US if self._firmware is None else self._firmware.next_us()
            serial_us = self._receiver.next_us()
            self._act_us = min(serial_us, firmware_us, self._reset_us, self._next_pulse_us())
        return self._act_us

    def _next_pulse_us(self) -> int:
        pulses_us = (
            self._unit.next_us(number, self._pulsed_us + 1)
            for number, channel in enumerate(self.channels)
            if channel.is_closed
        )
        return min(pulses_us, default=NEVER_US)

    def _go_on(self, firmware: Firmware, now_us: int) -> None:
        self._pulsed_us = max(self._pulsed_us, now_us - 1)
        try:
            firmware.go_on(now_us)
        except Crashed:
            self._hang(now_us)

    def _pulse(self, now_us: int) -> None:
        """Pass on what begins now."""
        for number, channel in enumerate(self.channels):
            if channel.is_closed and self._unit.next_us(number, now_us) == now_us:
                contact = self._contacts.get(number)
                pulse = self._unit.pulse(number, channel.wiper, contact, now_us)
                if pulse is not None:
                    self._on_pulse(pulse)
        self._pulsed_us = now_us
