"""A simulated P24, or a relative of it, in virtual time with everything that came out of it."""

from hardware_sim.p24.commands import Command
from hardware_sim.p24.device import P24Device
from hardware_sim.p24.frames import FrameReader, Packet, encode
from hardware_sim.pulses import Pulse

KEEP_ALIVE_US = 1_000_000
LONG_US = 1_000_000
SECOND_US = 1_000_000
BIPHASIC = ((20.0, 200), (0.0, 100), (-20.0, 200))


def point(current_ma: float, duration_us: int) -> bytes:
    """One point, coded as the manual says."""
    return (duration_us << 20 | round(current_ma * 2 + 300) << 10).to_bytes(4, "big")


def points(*values: tuple[float, int]) -> bytes:
    return b"".join(point(*value) for value in values)


def pulse(
    *values: tuple[float, int], channel: int = 0, connector: int = 0, execute: bool = True
) -> bytes:
    """Data of Ll_channel_config; by default 20 mA, 200 µs, with a gap of 100 µs."""
    values = values or BIPHASIC
    field = execute << 7 | channel << 5 | connector << 4 | len(values) - 1
    return bytes((field,)) + points(*values)


def setting(
    *values: tuple[float, int], period_ms: float = 20, ramp: int = 0, fine: bool = False
) -> bytes:
    """One channel's part of Ml_update; by default 50 Hz."""
    values = values or BIPHASIC
    period = round(period_ms * (4 if fine else 2)) << 1 | fine
    return bytes(((len(values) - 1) << 4 | ramp,)) + period.to_bytes(2, "big") + points(*values)


def update(channels: dict[int, bytes]) -> bytes:
    """Data of Ml_update; channels count from 1."""
    mask = sum(1 << channel - 1 for channel in channels)
    return bytes((mask,)) + b"".join(channels[channel] for channel in sorted(channels))


class P24Bench:
    """A device, a host that writes now and waits for what comes back."""

    def __init__(
        self, make: type[P24Device] = P24Device, *, ack_delay_us: int = 0, start_us: int = 0
    ) -> None:
        self.now_us = start_us
        self.pulses: list[Pulse] = []
        self.frames: list[tuple[int, str, bytes, str]] = []
        self.received: list[tuple[int, Packet]] = []
        self.device = make(
            on_pulse=self.pulses.append,
            on_frame=lambda *frame: self.frames.append(frame),
            ack_delay_us=ack_delay_us,
            start_us=start_us,
        )
        self._reader = FrameReader()
        self._number = 0

    def write(self, wire: bytes) -> None:
        """Let bytes arrive now."""
        self.device.receive(wire, self.now_us)
        self._collect()

    def send(self, command: int, data: bytes = b"") -> int:
        """Write one frame; return its number."""
        self._number = self._number % 63 + 1
        self.write(encode(self._number, command, data))
        return self._number

    def ask(self, command: int, data: bytes = b"") -> Packet:
        """Send, and let time go by until its answer, which must be the only one."""
        first, number, end_us = len(self.received), self.send(command, data), self.now_us + LONG_US
        while len(self.received) == first and (next_us := self.device.next_event_us()) <= end_us:
            self.run_until(next_us)
        ((_, answer),) = self.received[first:]
        assert answer.number == number
        return answer

    def result(self, command: Command, data: bytes = b"") -> int:
        """The result in a command's answer."""
        answer = self.ask(command, data)
        assert answer.command == command + 1
        return answer.data[0]

    def low(self, init: int = 0) -> "P24Bench":
        assert self.result(Command.Ll_init, bytes((init,))) == 0
        return self

    def mid(
        self, channels: dict[int, bytes] | None = None, *, stop_all: bool = False
    ) -> "P24Bench":
        """Initialise mid level and, if channels are given, start them."""
        assert self.result(Command.Ml_init, bytes((stop_all,))) == 0
        if channels is not None:
            self.begin_us = self.now_us
            assert self.result(Command.Ml_update, update(channels)) == 0
        return self

    def status(self) -> tuple[int, int]:
        """Level and high voltage."""
        answer = self.ask(Command.Get_stim_status)
        return answer.data[1], answer.data[2]

    def current_data(self) -> tuple[tuple[int, ...], dict[int, int]]:
        """Channels that run, and the states of those with one."""
        data = self.ask(Command.Ml_get_current_data, b"\x04").data
        assert (data[0], data[1], len(data)) == (0, 4, 7)
        active = tuple(index + 1 for index in range(8) if data[2] >> index & 1)
        states = {i + 1: data[3 + i // 2] >> 4 * (i % 2) & 15 for i in range(8)}
        return active, {channel: state for channel, state in states.items() if state}

    def run_until(self, end_us: int, *, keep_alive: bool = False) -> list[Packet]:
        """Step from event to event; with keep-alive it is asked for its data each second."""
        first = len(self.received)
        alive_us = self.now_us + KEEP_ALIVE_US if keep_alive else end_us + 1
        while (due_us := min(self.device.next_event_us(), alive_us)) <= end_us:
            self.now_us = max(due_us, self.now_us)
            if due_us == alive_us:
                self.send(Command.Ml_get_current_data, b"\x04")
                alive_us += KEEP_ALIVE_US
            self.device.advance(self.now_us)
            self._collect()
        self.now_us = max(self.now_us, end_us)
        return [packet for _, packet in self.received[first:]]

    def run_for(self, time_us: int, *, keep_alive: bool = False) -> list[Packet]:
        return self.run_until(self.now_us + time_us, keep_alive=keep_alive)

    def _collect(self) -> None:
        for wire in self.device.take_outgoing(self.now_us):
            (packet,) = self._reader.receive(wire)
            assert isinstance(packet, Packet)
            self.received.append((self.now_us, packet))


def shape(put_out: Pulse) -> tuple[tuple[float, int], ...]:
    """The points of a pulse as (current in mA, duration in µs)."""
    return tuple((p.current_ua / 1000, p.duration_us) for p in put_out.points)
