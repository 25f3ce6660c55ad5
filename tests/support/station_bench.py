"""A station in virtual time with the simulated device, and an operator whose hand tests move.

Screen and engine are joined without a link: intents go in at a time, reports and pulses come out.
"""

import copy
import copyreg
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TypeVar

from support.bench_protocols import ONE, written

from drivers import registry
from hardware_sim.pulses import Pulse
from hardware_sim.rehastim2.device import RehaStim2
from nmes.link import messages as link
from nmes.records.chain import read_journal
from nmes.records.journal import Journal, MemoryJournal
from nmes.rehearsal import VirtualPort, VirtualWorkshop
from nmes.service.clock import Clocks
from nmes.service.live_session import LiveSession
from nmes.service.station import Station
from protocols.errors import DeviceError, PortError, RecordError
from safety.gate import SafetyGate

SECOND_US = 1_000_000
BEAT_US = 100_000
TICK_US = 20_000
TURNS_AT_ONE_TIME_MAX = 20

R = TypeVar("R", bound=link.Message)

FOLDER = TemporaryDirectory(prefix="nmes-bench-")
"""Where the protocol files of benches are; they are read again at each arming."""

copyreg.pickle(MappingProxyType, lambda proxy: (MappingProxyType, (dict(proxy),)))


def fresh(
    text: str = ONE,
    *,
    is_script: bool = False,
    ack_delay_us: int = 0,
    sides: Mapping[int, str] | None = None,
) -> "StationBench":
    """A bench whose protocol is prepared, at rest."""
    return StationBench(text, is_script=is_script, ack_delay_us=ack_delay_us, sides=sides)


def armed(text: str = ONE, **options: bool | int) -> "StationBench":
    """A bench that is armed."""
    return _copied(_armed(text, tuple(sorted(options.items()))))


def found(levels_ma: Mapping[int, int], text: str = ONE, **options: bool | int) -> "StationBench":
    """A bench whose levels were just found, still in the search, its steps unlocked."""
    levels, told = tuple(levels_ma.items()), tuple(sorted(options.items()))
    return _copied(_found(levels, text, told))


def running(
    levels_ma: Mapping[int, int] | None = None, text: str = ONE, **options: bool | int
) -> "StationBench":
    """A bench at the beginning of the countdown before its program."""
    bench = found(levels_ma or {1: 10}, text, **options).press(link.Start())
    assert bench.state == "running", bench.told
    return bench


def holding(level_ma: int = 10, text: str = ONE, **options: bool | int) -> "StationBench":
    """A bench in the hold of the first contraction of channel 1, its steps unlocked."""
    told = tuple(sorted(options.items()))
    return _copied(_holding(level_ma, text, told))


def resting(level_ma: int = 10, text: str = ONE) -> "StationBench":
    """A bench in the rest after the first contraction, its steps unlocked."""
    return _copied(_resting(level_ma, text))


def _copied(bench: "StationBench") -> "StationBench":
    """A bench that goes its own way; pulses and reports are as they were, and are shared."""
    return copy.deepcopy(bench, {id(told): told for told in (*bench.pulses, *bench.reports)})


@cache
def _armed(text: str, options: tuple[tuple[str, bool | int], ...]) -> "StationBench":
    bench = StationBench(text, **dict(options))
    bench.press(arm()).run_until(lambda: bench.state == "armed")
    return bench


@cache
def _found(
    levels_ma: tuple[tuple[int, int], ...], text: str, options: tuple[tuple[str, bool | int], ...]
) -> "StationBench":
    bench = armed(text, **dict(options))
    for number, level_ma in levels_ma:
        bench.find(number, level_ma)
    return bench


@cache
def _holding(
    level_ma: int, text: str, options: tuple[tuple[str, bool | int], ...]
) -> "StationBench":
    bench = running({1: level_ma}, text, **dict(options))
    bench.run_until_phase("hold")
    bench.run(150_000)
    assert bench.now_ma() == level_ma
    return bench


@cache
def _resting(level_ma: int, text: str) -> "StationBench":
    bench = holding(level_ma, text)
    bench.run_until_phase("rest")
    return bench


class MoodyPort:
    """A wire to the simulated device that can lose bytes, hold them up, or break."""

    def __init__(self, inner: VirtualPort, clock: Callable[[], int]) -> None:
        self._inner = inner
        self._clock = clock
        self.is_deaf = False
        self.is_mute = False
        self.is_broken = False
        self.lost_reads = 0
        self.lost_writes = 0
        self.noise = b""
        self.harm: Callable[[bytes], bytes] | None = None
        self.write_error: DeviceError | None = None
        self.written_us: list[int] = []

    def read(self) -> bytes:
        self._fail_if_broken()
        arrived, self.noise = self._inner.read() + self.noise, b""
        if arrived and self.lost_reads > 0:
            self.lost_reads -= 1
            return b""
        if arrived and self.harm is not None:
            arrived = self.harm(arrived)
        return b"" if self.is_deaf else arrived

    def write(self, data: bytes) -> None:
        self._fail_if_broken()
        error, self.write_error = self.write_error, None
        if error is not None:
            raise error
        self.written_us.append(self._clock())
        if self.lost_writes > 0:
            self.lost_writes -= 1
        elif not self.is_mute:
            self._inner.write(data)

    def fileno(self) -> int | None:
        return None

    @property
    def is_closed(self) -> bool:
        return self._inner.is_closed

    def close(self) -> None:
        self._inner.close()

    def _fail_if_broken(self) -> None:
        if self.is_broken:
            raise PortError("the line is gone")


class SlowDisk(MemoryJournal):
    """A journal whose disk syncs only when a test lets it, and can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.is_stuck = False
        self._seen_seq = -1
        self.why: str | None = None
        self.is_unreadable = False

    def sync_up_to(self, seq: int) -> None:
        """Let a stuck disk take the records up to this one, and none of the later ones."""
        self._seen_seq = seq

    def content(self) -> bytes:
        if self.is_unreadable:
            raise RecordError("the disk is gone")
        return super().content()

    @property
    def failure(self) -> str | None:  # type: ignore[override] # a plain attribute there
        return self.why

    @property
    def synced_seq(self) -> int:
        if not self.is_stuck:
            self._seen_seq = super().synced_seq
        return self._seen_seq


class BenchWorkshop(VirtualWorkshop):
    """The workshop of virtual time with a port that tests can harm."""

    def __init__(self, on_pulse: Callable[[Pulse], None], ack_delay_us: int) -> None:
        super().__init__(on_pulse, None, ack_delay_us=ack_delay_us)
        self._delay_us = ack_delay_us
        self._pulse = on_pulse
        self.disk = SlowDisk()
        self.ports_opened: list[MoodyPort] = []
        self.port_error: PortError | None = None
        self.device: RehaStim2 | None = None
        self.slept_us = 0
        self.wall_moved_us = 0

    def clocks(self) -> Clocks:
        """Clocks that tests let sleep, or set."""
        sleepless_us = self.now_us + self.slept_us
        return Clocks(
            monotonic_us=self.now_us,
            sleepless_us=sleepless_us,
            wall_us=sleepless_us + self.wall_moved_us,
        )

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        if self.port_error is not None:
            raise self.port_error
        if self.device is None:
            self.device = RehaStim2(
                on_pulse=self._pulse, ack_delay_us=self._delay_us, start_us=self.now_us
            )
        self.port = VirtualPort(self.device, self.clock)
        moody = MoodyPort(self.port, self.clock)
        self.ports_opened.append(moody)
        return SafetyGate(registry.load("rehastim2").make(moody, None))

    def clock(self) -> int:
        return self.now_us

    def new_journal(self) -> tuple[str, Journal]:
        return "bench", self.disk


class StationBench:
    """One station; time passes in `run` only. A beating screen is at its other end."""

    workshop_type = BenchWorkshop
    device_name = "sim:rehastim2"

    def __init__(
        self,
        text: str = ONE,
        *,
        is_script: bool = False,
        ack_delay_us: int = 0,
        sides: Mapping[int, str] | None = None,
        start_us: int = 1_000 * SECOND_US,
    ) -> None:
        self.pulses: list[Pulse] = []
        self.reports: list[link.Report] = []
        self.workshop = self.workshop_type(self._note_pulse, ack_delay_us)
        self.workshop.now_us = start_us
        self.station = Station(self.workshop)
        self.is_beating = True
        self.is_ticking = True
        self.beat_us = BEAT_US
        self._beat_us = start_us
        self.send(link.Hello(operator_is_script=is_script))
        protocol = str(written(Path(FOLDER.name), text))
        self.send(choice(protocol, sides or {}, device=self.device_name))

    def _note_pulse(self, pulse: Pulse) -> None:
        self.pulses.append(pulse)

    # Time ---------------------------------------------------------------------------------------

    @property
    def now_us(self) -> int:
        return self.workshop.now_us

    @property
    def device(self) -> RehaStim2:
        assert self.workshop.device is not None
        return self.workshop.device

    @property
    def port(self) -> MoodyPort:
        return self.workshop.ports_opened[-1]

    def run(self, for_us: int) -> "StationBench":
        self._run_until(lambda: False, self.now_us + for_us)
        return self

    def run_until(self, is_true: Callable[[], bool], within_us: int = 60 * SECOND_US) -> int:
        """Let time go by until something is true; return when that was."""
        until_us = self.now_us + within_us
        self._run_until(is_true, until_us)
        assert is_true(), f"not within {within_us} µs; {self.state}, {self.told}"
        return self.now_us

    def lazily(self) -> "StationBench":
        """Let the screen beat as seldom as it may, and the loop wake only when something is due."""
        self.is_ticking, self.beat_us = False, 290_000
        return self

    def jump(self, for_us: int) -> "StationBench":
        """Let time go by at which nothing is due but what the device does of itself."""
        self.workshop.now_us += for_us
        self._beat_us = self.now_us
        return self

    def _run_until(self, is_true: Callable[[], bool], until_us: int) -> None:
        turns, at_us = 0, -1
        while True:
            self._turn()
            if is_true() or self.now_us >= until_us:
                return
            turns = turns + 1 if self.now_us == at_us else 0
            at_us = self.now_us
            assert turns < TURNS_AT_ONE_TIME_MAX, "the station never lets time go by"
            self.workshop.pass_time(min(until_us, self._wake_us()))

    def _wake_us(self) -> int:
        wake_us = max(self.now_us, self.station.next_wake_us(self.now_us))
        if self.is_beating:
            wake_us = min(wake_us, self._beat_us)
        if self.is_ticking:
            wake_us = min(wake_us, (self.now_us // TICK_US + 1) * TICK_US)
        return wake_us

    def _turn(self) -> None:
        if self.is_beating and self.now_us >= self._beat_us:
            self._beat_us = self.now_us + self.beat_us
            self.station.receive(link.StillHere(), self.now_us)
        self.station.turn(self.now_us)
        self._collect()

    def _collect(self) -> None:
        self.reports += self.station.take_reports()

    # The operator's hand ------------------------------------------------------------------------

    def send(self, *intents: link.Intent) -> "StationBench":
        for intent in intents:
            self.station.receive(intent, self.now_us)
        self._collect()
        return self

    def press(self, *intents: link.Intent) -> "StationBench":
        """Send, then let the station do what follows at once."""
        self.send(*intents)
        self._turn()
        return self

    def up(self, channel: int = 1, *, is_coarse: bool = False) -> "StationBench":
        return self.press(step(channel, "up", is_coarse=is_coarse))

    def down(self, channel: int = 1, *, is_coarse: bool = False) -> "StationBench":
        return self.press(step(channel, "down", is_coarse=is_coarse))

    def find(self, channel: int, level_ma: int) -> "StationBench":
        """Find a level as an operator does, step by step."""
        self.press(link.FindLevel(channel=channel))
        while self.level_ma(channel) < level_ma:
            assert self.state == "finding", self.told
            self.run(510_000)
            self.up(channel, is_coarse=self.level_ma(channel) + 2 <= level_ma)
        return self

    def unlock(self) -> "StationBench":
        """The press after which steps count again."""
        if self.snapshot.steps_are_locked:
            self.up().run(150_000)
        return self

    def run_until_phase(self, phase: str) -> "StationBench":
        """Let time go by until a phase begins, and unlock the steps."""
        self.run_until(lambda: self.snapshot.phase == phase)
        return self.unlock()

    def run_through(self, bursts: int) -> int:
        """Let time go by until so many bursts have ended by the clock; return when that was."""
        for _ in range(bursts):
            self.run_until(lambda: self.snapshot.phase == "hold")
            self.run_until(lambda: self.snapshot.phase == "rest")
        return self.now_us

    # What is to be seen -------------------------------------------------------------------------

    @property
    def live(self) -> LiveSession:
        live = self.station._live
        assert live is not None
        return live

    @property
    def snapshot(self) -> link.Snapshot:
        snapshot = self.station.snapshot(self.now_us)
        assert snapshot is not None
        return snapshot

    @property
    def state(self) -> str:
        snapshot = self.station.snapshot(self.now_us)
        return "none" if snapshot is None else snapshot.state

    def level_ma(self, number: int = 1) -> float:
        return next(c.level_ua for c in self.snapshot.channels if c.number == number) / 1000

    def now_ma(self, number: int = 1) -> float:
        return next(c.now_ua for c in self.snapshot.channels if c.number == number) / 1000

    def of(self, kind: type[R]) -> list[R]:
        return [report for report in self.reports if isinstance(report, kind)]

    @property
    def told(self) -> list[str]:
        """Refusals and events, in order."""
        told = []
        for report in self.reports:
            if isinstance(report, link.Refusal):
                told.append(f"{report.intent}: {' '.join(report.reasons)}")
            elif isinstance(report, link.Event):
                told.append(f"{report.mark} {report.text}")
        return told

    @property
    def last_refusal(self) -> str:
        refusals = self.of(link.Refusal)
        return " ".join(refusals[-1].reasons) if refusals else ""

    def records(self, event: str) -> list[Mapping[str, object]]:
        reading = read_journal(self.workshop.disk.content())
        return [record.data for record in reading.records if record.event == event]

    @property
    def events(self) -> list[str]:
        reading = read_journal(self.workshop.disk.content())
        return [record.event for record in reading.records]

    @property
    def summary(self) -> link.Summary:
        (summary,) = self.of(link.Summary)
        return summary

    def pulses_since(self, from_us: int) -> list[Pulse]:
        return [pulse for pulse in self.pulses if pulse.time_us > from_us]


def choice(protocol: str, sides: Mapping[int, str], **other: object) -> link.Prepare:
    fields: dict[str, object] = {
        "protocol": protocol,
        "device": "sim:rehastim2",
        "port": None,
        "operator": "op",
        "patient": "P-1",
        "is_bench": True,
        "sides": dict(sides),
    }
    return link.Prepare.model_validate(fields | other)


def arm(*channels: int) -> link.Arm:
    return link.Arm(confirmed_channels=channels or (1, 2, 3))


def step(channel: int, direction: str, *, is_coarse: bool = False) -> link.StepLevel:
    return link.StepLevel.model_validate(
        {"channel": channel, "direction": direction, "is_coarse": is_coarse, "sequence": 0}
    )
