"""The engine's loop in real time, in this process, around a simulated device in this process."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bench_protocols import ONE, written
from support.simulator_process import wait_until
from support.station_bench import FOLDER, BenchWorkshop, arm, choice, step

from hardware_sim.pulses import Pulse
from nmes.link.lines import LineReader, line_of
from nmes.link.messages import (
    REPORTS,
    Acknowledge,
    AskCatalogue,
    FindLevel,
    Hello,
    Intent,
    Leave,
    Report,
    Snapshot,
    StillHere,
    Stop,
    Summary,
)
from nmes.records.chain import read_journal
from nmes.service.clock import monotonic_us
from nmes.service.process import SIGNALS, TICK_US, EngineProcess, tick_after
from nmes.service.workshop import PortName

PATIENCE_S = 10.0
STOP_US = 200_000


class LiveWorkshop(BenchWorkshop):
    """The workshop of benches on the real clock."""

    def __init__(self) -> None:
        self.pulses: list[Pulse] = []
        super().__init__(self.pulses.append, 0)
        self.now_us = monotonic_us()
        self.failure: Exception | None = None

    def clock(self) -> int:
        return monotonic_us()

    def ports(self) -> tuple[PortName, ...]:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return super().ports()

    def utc(self) -> str:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return super().utc()


class Loop:
    """An engine's loop and a screen at the other ends of its pipes."""

    def __init__(self) -> None:
        intents_read, self.write_fd = os.pipe()
        self.read_fd, reports_write = os.pipe()
        self.workshop = LiveWorkshop()
        self.process = EngineProcess(self.workshop, intents_read, reports_write)
        self.reports: list[Report] = []
        self._reader: LineReader[Report] = LineReader(REPORTS)

    def say(self, *intents: Intent) -> None:
        os.write(self.write_fd, b"".join(map(line_of, intents)))

    def hear(self) -> None:
        self.reports += self._reader.receive(os.read(self.read_fd, 1_000_000))

    def converse_until(self, is_true: Callable[[], bool]) -> None:
        def look() -> bool:
            self.say(StillHere())
            self.hear()
            return is_true()

        wait_until(look, PATIENCE_S)

    def of(self, kind: type[Report]) -> list[Report]:
        return [report for report in self.reports if isinstance(report, kind)]

    @property
    def snapshot(self) -> Snapshot:
        return [report for report in self.reports if isinstance(report, Snapshot)][-1]

    @property
    def state(self) -> str:
        snapshots = [report for report in self.reports if isinstance(report, Snapshot)]
        return snapshots[-1].state if snapshots else ""

    def arm(self, *, with_current: bool = False) -> None:
        """Arm; then, if asked to, find a level until current flows."""
        self.say(
            Hello(operator_is_script=True),
            choice(str(written(Path(FOLDER.name), ONE)), {}),
            arm(1),
        )
        self.converse_until(lambda: self.state == "armed")
        if with_current:
            self.say(FindLevel(channel=1))
            self.converse_until(lambda: self.snapshot.channels[0].phase == "hold")
            self.say(step(1, "up", is_coarse=True))
            self.converse_until(lambda: self.workshop.pulses != [])

    def hang_up(self) -> None:
        os.close(self.write_fd)

    @property
    def outcomes(self) -> list[object]:
        records = read_journal(self.workshop.disk.content()).records
        return [r.data.get("outcome", r.data.get("code")) for r in records[-1:]]


@contextmanager
def screen(act: Callable[[], None]) -> Iterator[None]:
    """Let a screen act beside the loop, which needs the main thread for its signals."""
    problems: list[Exception] = []

    def guarded() -> None:
        try:
            act()
        except (AssertionError, TimeoutError, OSError) as problem:  # told in the main thread below
            problems.append(problem)
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    yield
    thread.join(PATIENCE_S)
    assert problems == []


@pytest.fixture
def loop() -> Iterator[Loop]:
    before = [(number, signal.getsignal(number)) for number in SIGNALS]
    yield Loop()
    signal.set_wakeup_fd(-1)
    for number, handler in before:
        signal.signal(number, handler)


def test_a_screen_that_hangs_up_ends_the_loop(loop: Loop) -> None:
    with screen(loop.hang_up):
        assert loop.process.run() == 0


def test_a_session_whose_screen_hangs_up_is_stopped_and_closed(loop: Loop) -> None:
    def act() -> None:
        loop.arm()
        loop.hang_up()

    with screen(act):
        code = loop.process.run()
    assert (code, loop.outcomes, loop.workshop.ports_opened[0].is_closed) == (
        0,
        ["abandoned"],
        True,
    )


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_stops_the_session_and_ends_in_good_order(loop: Loop, number: int) -> None:
    def act() -> None:
        loop.arm()
        os.kill(os.getpid(), number)

    with screen(act):
        code = loop.process.run()
    assert (code, loop.outcomes) == (0, ["stopped"])


def test_two_signals_at_once_end_it_once(loop: Loop) -> None:
    def act() -> None:
        loop.arm()
        for number in SIGNALS:
            os.kill(os.getpid(), number)

    with screen(act):
        assert loop.process.run() == 0


def test_a_signal_whose_byte_was_read_with_another_keeps_nobody_waiting(loop: Loop) -> None:
    loop.process._on_signal(signal.SIGTERM, None)  # without the byte that belongs to it
    serving = threading.Thread(target=loop.process._serve, args=(monotonic_us(),), daemon=True)
    serving.start()
    serving.join(PATIENCE_S)
    assert not serving.is_alive()


def test_a_screen_that_only_stops_reading_ends_the_session_too(loop: Loop) -> None:
    def act() -> None:
        loop.arm()
        os.close(loop.read_fd)

    with screen(act):
        code = loop.process.run()
    assert (code, loop.outcomes) == (0, ["abandoned"])


def test_a_failure_of_the_engine_gives_the_device_up_records_it_and_ends(
    loop: Loop, capsys: pytest.CaptureFixture[str]
) -> None:
    def act() -> None:
        loop.arm()
        loop.workshop.failure = RuntimeError("no more")
        loop.say(Stop(cause="space"))
        wait_until(lambda: loop.workshop.ports_opened[0].is_closed, PATIENCE_S)

    with screen(act):
        code = loop.process.run()
    assert (code, loop.workshop.ports_opened[0].is_closed, loop.outcomes) == (1, True, ["ENGINE"])
    assert "no more" in capsys.readouterr().err


def test_a_session_that_cannot_be_closed_in_time_is_given_up(loop: Loop) -> None:
    def act() -> None:
        loop.arm()
        loop.process._ends_us = monotonic_us() - 1

    with screen(act):
        code = loop.process.run()
    assert (code, loop.workshop.ports_opened[0].is_closed, loop.outcomes) == (1, True, ["ENGINE"])


class Unlucky:
    """Cannot even be thrown away."""

    def __del__(self) -> None:
        raise RuntimeError("beyond repair")


def fail_in_a_thread() -> None:
    def fail() -> None:
        raise RuntimeError("beyond repair")

    threading.Thread(target=fail).start()


def fail_unraisably() -> None:
    Unlucky()


@pytest.mark.parametrize("fail", [fail_in_a_thread, fail_unraisably])
def test_a_failure_that_nobody_can_catch_stops_the_device_within_200_ms(
    loop: Loop, capsys: pytest.CaptureFixture[str], fail: Callable[[], None]
) -> None:
    failed_us: list[int] = []

    def act() -> None:
        loop.arm(with_current=True)
        failed_us.append(monotonic_us())
        fail()

    with screen(act):
        code = loop.process.run()
    loop.workshop.device.advance(monotonic_us())
    assert (code, loop.workshop.ports_opened[0].is_closed, loop.outcomes) == (1, True, ["ENGINE"])
    assert loop.workshop.pulses[-1].time_us <= failed_us[0] + STOP_US
    assert "beyond repair" in capsys.readouterr().err


def test_after_the_loop_failures_are_again_everybodys_own(loop: Loop) -> None:
    before = threading.excepthook, sys.unraisablehook
    loop.hang_up()
    loop.process.run()
    assert (threading.excepthook, sys.unraisablehook) == before


def test_a_failure_before_any_session_only_ends_the_engine(
    loop: Loop, capsys: pytest.CaptureFixture[str]
) -> None:
    loop.workshop.failure = RuntimeError("no list of ports")
    loop.say(AskCatalogue())
    assert loop.process.run() == 1
    assert "no list of ports" in capsys.readouterr().err


def test_a_failure_with_a_session_that_was_only_prepared_ends_the_engine(
    loop: Loop, capsys: pytest.CaptureFixture[str]
) -> None:
    loop.workshop.failure = RuntimeError("no list of ports")
    loop.say(choice(str(written(Path(FOLDER.name), ONE)), {}), AskCatalogue())
    assert loop.process.run() == 1
    assert "no list of ports" in capsys.readouterr().err


def test_a_signal_while_it_is_ending_already_changes_nothing(loop: Loop) -> None:
    for number in SIGNALS:
        loop.process._on_signal(number, None)
        loop.process._serve(monotonic_us())
    assert loop.process.run() == 0


def test_without_a_session_nothing_is_told_unasked(loop: Loop) -> None:
    def act() -> None:
        for _ in range(8):
            loop.say(StillHere())
            time.sleep(TICK_US / 1e6)  # the loop under test runs by the real clock
        loop.hang_up()

    with screen(act):
        loop.process.run()
    os.set_blocking(loop.read_fd, False)
    with pytest.raises(BlockingIOError):
        os.read(loop.read_fd, 1)


def test_the_screen_gets_the_summary_of_a_session_that_it_leaves(loop: Loop) -> None:
    def act() -> None:
        loop.arm()
        loop.say(Stop(cause="space"))
        loop.converse_until(lambda: loop.state == "stopped")
        loop.say(Acknowledge(), Leave())
        loop.converse_until(lambda: loop.of(Summary) != [])
        loop.hang_up()

    with screen(act):
        assert loop.process.run() == 0


def test_snapshots_come_25_times_a_second(loop: Loop) -> None:
    def act() -> None:
        loop.arm()
        first = len(loop.of(Snapshot))
        loop.converse_until(lambda: len(loop.of(Snapshot)) >= first + 6)
        loop.hang_up()

    with screen(act):
        loop.process.run()
    at_us = [report.at_us for report in loop.reports if isinstance(report, Snapshot)][-6:]
    assert 5 * 2 * TICK_US * 0.8 <= at_us[-1] - at_us[0] <= 5 * 2 * TICK_US * 3


@given(tick_us=st.integers(0, 10**9), late_us=st.integers(0, 10**7))
def test_the_next_tick_is_on_the_grid_however_late_the_last_was(tick_us: int, late_us: int) -> None:
    following_us = tick_after(tick_us, tick_us + late_us)
    assert (following_us - tick_us) % TICK_US == 0
    assert 0 < following_us - (tick_us + late_us) <= TICK_US
