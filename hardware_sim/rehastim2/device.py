"""A HASOMED RehaStim2 in ScienceMode2: connection, stimulation modes, answers, faults.

No clock and no port: bytes come in with the time of their arrival, packets and pulses go out with
the time they are due. What the manual leaves open is decided in docs/simulator.md.

Source: ScienceMode2 description 1.24, sections 1.3, 2.3, 3, 4 and 5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hardware_sim.contacts import NOTHING, Contact
from hardware_sim.device import OnFrame, OnPulse
from hardware_sim.dialect import Dialect
from hardware_sim.rehastim2.commands import (
    ACKNOWLEDGED,
    CHANNELS,
    FROM_HOST,
    MOTOMED,
    PROTOCOL_VERSION,
    ChannelList,
    Command,
    Fault,
    ParameterError,
    Result,
    read_channel_list,
    read_settings,
    read_single_pulse,
    signed_byte,
)
from hardware_sim.rehastim2.dialect import REHASTIM2
from hardware_sim.rehastim2.frames import DamagedPacket, FrameReader, Packet
from hardware_sim.rehastim2.output import OutputStage
from hardware_sim.rehastim2.train import Timing, timing
from hardware_sim.rehastim2.transmitter import Transmitter
from hardware_sim.rehastim2.words import describe

INIT_REPETITION_US = 500_000
WATCHDOG_TIMEOUT_US = 1_200_000
MODULES = {"A": frozenset((1, 2, 3, 4)), "B": frozenset((5, 6, 7, 8))}


class Mode(StrEnum):
    """Stimulation modes, figure 4."""

    START = "start"
    INITIALIZED = "initialized"
    STARTED = "started"


class StopReason(StrEnum):
    """Why output ended."""

    COMMAND = "command"
    WATCHDOG = "watchdog"
    EMERGENCY_SWITCH = "emergency switch"
    ELECTRODE = "electrode"
    MODULE = "module"
    POWER = "power"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One end of output."""

    time_us: int
    reason: StopReason


NO_MOTOMED = -1
MODE_CODES = {Mode.START: 0, Mode.INITIALIZED: 1, Mode.STARTED: 2}
MODE_AFTER = {
    (Command.InitChannelListMode, Mode.START): Mode.INITIALIZED,
    (Command.StartChannelListMode, Mode.INITIALIZED): Mode.STARTED,
    (Command.StartChannelListMode, Mode.STARTED): Mode.STARTED,
    (Command.SinglePulse, Mode.START): Mode.START,
}
"""Modes after commands that depend on the mode; a pair that is missing is refused."""
FAULT_REASONS = {
    Fault.EMERGENCY_SWITCH: StopReason.EMERGENCY_SWITCH,
    Fault.ELECTRODE: StopReason.ELECTRODE,
    Fault.MODULE: StopReason.MODULE,
}


class RehaStim2:
    """The simulated device.

    ``on_pulse`` gets each pulse at the time it begins; ``on_frame`` each frame of either side with
    its meaning in words. ``ack_delay_us`` delays answers only: commands act when they arrive.
    ``seed`` is the first number of the device's own packets (modulo 256). Times must not decrease.
    """

    def __init__(
        self,
        *,
        on_pulse: OnPulse,
        on_frame: OnFrame | None = None,
        ack_delay_us: int = 0,
        seed: int = 0,
        start_us: int = 0,
    ) -> None:
        self._on_pulse = on_pulse
        self._on_frame = on_frame
        self._ack_delay_us = ack_delay_us
        self._reader = FrameReader()
        self._transmitter = Transmitter(first_number=seed, on_frame=on_frame)
        self._output = OutputStage()
        self._mode = Mode.START
        self._channel_list: ChannelList | None = None
        self._is_connected = False
        self._next_init_us = start_us
        self._last_valid_us = start_us
        self._busy_until_us = start_us
        self._seed = seed
        self._off_until_us = start_us
        self._refusal: Result | None = None
        self._contacts: dict[int, Contact] = {}
        self._failed_modules: set[str] = set()
        self._is_switch_open = False
        self._actions: dict[Command, Callable[[bytes, int], None]] = {
            Command.InitChannelListMode: self._init_channel_list,
            Command.StartChannelListMode: self._start_channel_list,
            Command.SinglePulse: self._single_pulse,
        }
        self.transfer_errors = 0
        self.refused = 0
        self.max_gap_us = 0
        self.stops: list[Stop] = []

    @property
    def dialect(self) -> Dialect:
        """What fault scripts must know of it."""
        return REHASTIM2

    @property
    def is_connected(self) -> bool:
        """True from an accepted InitAck until the watchdog expires."""
        return self._is_connected

    @property
    def mode(self) -> Mode:
        """Stimulation mode; its value is "start", "initialized" or "started"."""
        return self._mode

    @property
    def timing(self) -> Timing | None:
        """Intervals asked for and made, None without a channel list."""
        if self._channel_list is None:
            return None
        return self._output.timing or timing(self._channel_list, passes=1)

    def receive(self, data: bytes, now_us: int, refusal: str | None = None) -> None:
        """Take bytes that arrive now; a refusal is the answer to all commands in them."""
        self.advance(now_us)
        if now_us < self._off_until_us:
            return
        self._refusal = Result[refusal.upper()] if refusal else None
        for packet in self._reader.receive(data):
            self._report(packet, now_us)
            if isinstance(packet, DamagedPacket):
                self._reject(packet, now_us)
            elif self._is_connected:
                self._max_gap(now_us)
                self._last_valid_us = now_us
                self._obey(packet, now_us)
            elif packet.command == Command.InitAck and packet.data == signed_byte(Result.OK):
                self._connect(now_us)

    def advance(self, now_us: int) -> None:
        """Let everything happen that is due by now, in order of time."""
        while (due_us := self._next_act_us()) <= now_us:
            if not self._is_connected:
                self._announce(due_us)
            elif due_us >= self._last_valid_us + WATCHDOG_TIMEOUT_US:
                self._disconnect(due_us)
            else:
                self._emit()

    def take_outgoing(self, now_us: int) -> list[bytes]:
        """Return the frames that leave by now, oldest first."""
        self.advance(now_us)
        return self._transmitter.take(now_us)

    def next_event_us(self) -> int:
        """Return when advance or take_outgoing will next have an effect; there is always one."""
        due_us = self._transmitter.next_due_us()
        act_us = self._next_act_us()
        return act_us if due_us is None else min(due_us, act_us)

    def next_answer_us(self) -> int | None:
        """Return when the oldest waiting frame leaves; None if none waits."""
        return self._transmitter.next_due_us()

    def open_electrode(self, channel: int) -> None:
        """Take an electrode off the skin: the channel's next pulse is an electrode error."""
        self.put_contact(channel, NOTHING)

    def close_electrode(self, channel: int) -> None:
        """Put the electrode back."""
        self.put_contact(channel, None)

    def put_contact(self, channel: int, contact: Contact | None) -> None:
        """Hang something at a channel; None is a healthy pair of pads."""
        if not 1 <= channel <= CHANNELS:
            raise ValueError(f"channels are 1 to {CHANNELS}, not {channel}")
        self._contacts.pop(channel, None)
        if contact is not None:
            self._contacts[channel] = contact

    def reboot(self, now_us: int, *, off_us: int) -> None:
        """Lose power for some time; what hangs at the device stays as it is."""
        self.advance(now_us)
        self._stop(StopReason.POWER, now_us)
        self._is_connected = False
        self._reader = FrameReader()
        self._transmitter = Transmitter(first_number=self._seed, on_frame=self._on_frame)
        self._busy_until_us = now_us
        self._off_until_us = self._next_init_us = now_us + off_us

    def set_trouble(self, kind: str, which: str | int, value: str | None, now_us: int) -> None:
        """Begin or end a trouble of a fault script."""
        match kind, value:
            case "failed_module", None:
                self.repair_module(str(which))
            case "failed_module", _:
                self.fail_module(str(which), now_us)
            case "emergency_switch", None:
                self.close_emergency_switch()
            case "emergency_switch", _:
                self.open_emergency_switch(now_us)
            case _:
                raise ValueError(f"this device has no {kind}")

    def open_emergency_switch(self, now_us: int) -> None:
        """Press the emergency switch, or pull its plug."""
        self.advance(now_us)
        self._is_switch_open = True
        self._check_faults(now_us)

    def close_emergency_switch(self) -> None:
        """Release the emergency switch."""
        self._is_switch_open = False

    def fail_module(self, module: str, now_us: int) -> None:
        """Let a stimulation module fail, "A" (channels 1-4) or "B" (5-8)."""
        if module not in MODULES:
            raise ValueError(f"modules are A and B, not {module}")
        self.advance(now_us)
        self._failed_modules.add(module)
        self._check_faults(now_us)

    def repair_module(self, module: str) -> None:
        """Make a failed module work again."""
        self._failed_modules.discard(module)

    def _report(self, packet: Packet | DamagedPacket, now_us: int) -> None:
        if self._on_frame:
            channels = self._channel_list.channels if self._channel_list else ()
            self._on_frame(now_us, "host", packet.wire, describe(packet, channels))

    def _max_gap(self, now_us: int) -> None:
        self.max_gap_us = max(self.max_gap_us, now_us - self._last_valid_us)

    def _next_act_us(self) -> int:
        """Return when the device next acts of itself."""
        if not self._is_connected:
            return self._next_init_us
        deadline_us = self._last_valid_us + WATCHDOG_TIMEOUT_US
        pulse_us = self._output.next_pulse_us()
        return deadline_us if pulse_us is None else min(deadline_us, pulse_us)

    def _connect(self, now_us: int) -> None:
        self._is_connected = True
        self._last_valid_us = now_us
        self._transmitter.clear()

    def _disconnect(self, now_us: int) -> None:
        self._max_gap(now_us)
        self._stop(StopReason.WATCHDOG, now_us)
        self._is_connected = False
        self._busy_until_us = now_us
        self._next_init_us = now_us
        self._transmitter.clear()

    def _announce(self, now_us: int) -> None:
        self._transmitter.send_own(Command.Init, bytes((PROTOCOL_VERSION,)), now_us)
        self._next_init_us = now_us + INIT_REPETITION_US

    def _emit(self) -> None:
        """Output the next pulse, unless the test impulse before it finds no load."""
        pulse = self._output.take_pulse()
        contact = self._contacts.get(pulse.channel)
        if contact is None:
            self._on_pulse(pulse)
        elif contact.is_conducting:
            self._on_pulse(contact.delivered(pulse))
        else:
            self._fail(Fault.ELECTRODE, pulse.time_us)

    def _reject(self, packet: DamagedPacket, now_us: int) -> None:
        """Answer a damaged packet by the ack of its command; what has no shape is noise."""
        if packet.number is None or packet.command is None:
            return
        self.transfer_errors += 1
        if self._is_connected and packet.command in ACKNOWLEDGED:
            answer = signed_byte(Result.TRANSFER_ERROR)
            self._answer(packet.number, packet.command + 1, answer, now_us)

    def _obey(self, packet: Packet, now_us: int) -> None:
        """Act on a packet that arrived undamaged while connected."""
        if packet.command not in FROM_HOST:
            self.refused += 1
            echo = bytes((packet.command,))
            self._answer(packet.number, Command.UnknownCommand, echo, now_us)
        elif packet.command in ACKNOWLEDGED:
            self._acknowledge(packet, Command(packet.command), now_us)

    def _acknowledge(self, packet: Packet, command: Command, now_us: int) -> None:
        """Answer a command; while the ack of one before is owed only Stop still acts."""
        if self._refusal is not None:
            answer = self._refuse(self._refusal)
        elif command is Command.GetMotomedMode:
            answer = signed_byte(Result.OK) + signed_byte(NO_MOTOMED)
        elif command in MOTOMED:
            answer = self._refuse(Result.MOTOMED_CONNECTION)
        elif now_us < self._busy_until_us and command is not Command.StopChannelListMode:
            busy = self._refuse(Result.BUSY)
            self._transmitter.send(packet.number, command + 1, busy, due_us=now_us)
            return
        else:
            answer = self._execute(command, packet.data, now_us)
            self._busy_until_us = now_us + self._ack_delay_us
        self._answer(packet.number, command + 1, answer, now_us)
        self._check_faults(now_us)

    def _execute(self, command: Command, data: bytes, now_us: int) -> bytes:
        """Judge mode, then data; act; return the ack's data."""
        if command is Command.GetStimulationMode:
            return bytes((Result.OK, MODE_CODES[self._mode]))
        if command is Command.StopChannelListMode:
            self._stop(StopReason.COMMAND, now_us)
            return signed_byte(Result.OK)
        mode_after = MODE_AFTER.get((command, self._mode))
        if mode_after is None:
            return self._refuse(Result.WRONG_MODE)
        try:
            self._actions[command](data, now_us)
        except ParameterError:
            return self._refuse(Result.PARAMETER_ERROR)
        self._mode = mode_after
        return signed_byte(Result.OK)

    def _init_channel_list(self, data: bytes, _now_us: int) -> None:
        self._channel_list = read_channel_list(data)

    def _start_channel_list(self, data: bytes, now_us: int) -> None:
        if self._channel_list is None:
            raise LookupError("no channel list, though the mode allows a start")
        settings = read_settings(data, self._channel_list.channels)
        self._output.start(self._channel_list, settings, now_us)

    def _single_pulse(self, data: bytes, now_us: int) -> None:
        self._output.add_single_pulse(read_single_pulse(data), now_us)

    def _refuse(self, result: Result) -> bytes:
        self.refused += 1
        return signed_byte(result)

    def _answer(self, number: int, command: int, data: bytes, now_us: int) -> None:
        self._transmitter.send(number, command, data, due_us=now_us + self._ack_delay_us)

    def _check_faults(self, now_us: int) -> None:
        """Stop at once if what is running cannot run: switch open, or a module of it failed."""
        channels = self._output.waiting_channels
        if self._mode is Mode.STARTED and self._channel_list:
            channels |= frozenset(self._channel_list.channels)
        if not channels:
            return
        if self._is_switch_open:
            self._fail(Fault.EMERGENCY_SWITCH, now_us)
        elif any(channels & MODULES[module] for module in self._failed_modules):
            self._fail(Fault.MODULE, now_us)

    def _fail(self, fault: Fault, now_us: int) -> None:
        """Stop, then tell; the news never overtakes an ack that is still owed."""
        self._stop(FAULT_REASONS[fault], now_us)
        due_us = max(now_us, self._busy_until_us)
        self._transmitter.send_own(Command.StimulationError, signed_byte(fault), due_us)

    def _stop(self, reason: StopReason, now_us: int) -> None:
        """End output at once and forget the channel list."""
        is_fault = reason not in (StopReason.COMMAND, StopReason.WATCHDOG)
        if is_fault or self._mode is Mode.STARTED or self._output.waiting_channels:
            self.stops.append(Stop(time_us=now_us, reason=reason))
        self._output.stop()
        self._mode = Mode.START
        self._channel_list = None
