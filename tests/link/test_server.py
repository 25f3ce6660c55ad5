import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from support.screen_scenes import snapshot

from nmes.link.lines import LineReader, line_of
from nmes.link.messages import (
    REPORTS,
    Acknowledge,
    Arm,
    AskCatalogue,
    Event,
    Intent,
    Note,
    Report,
    Snapshot,
    Start,
    StillHere,
    Stop,
)
from nmes.link.server import REPORTS_WAITING_MAX, LinkServer

STOP = Stop(cause="space")
ARM = Arm(confirmed_channels=(1,))


@dataclass
class Screen:
    """The other ends of a server's pipes."""

    server: LinkServer
    write_fd: int
    read_fd: int

    def say(self, *intents: Intent) -> list[Intent]:
        os.write(self.write_fd, b"".join(map(line_of, intents)))
        return self.server.receive()

    def read(self) -> list[Report]:
        """Everything that can be read, the server writing on meanwhile."""
        reader: LineReader[Report] = LineReader(REPORTS)
        reports: list[Report] = []
        while True:
            try:
                data = os.read(self.read_fd, 1_000_000)
            except BlockingIOError:
                return reports
            reports += reader.receive(data)
            self.server.flush()


@pytest.fixture
def screen() -> Iterator[Screen]:
    intents_read, intents_write = os.pipe()
    reports_read, reports_write = os.pipe()
    os.set_blocking(reports_read, False)
    screen = Screen(LinkServer(intents_read, reports_write), intents_write, reports_read)
    yield screen
    for fd in (intents_read, screen.write_fd, screen.read_fd, reports_write):
        if fd >= 0:
            os.close(fd)


def close_intents(screen: Screen) -> None:
    os.close(screen.write_fd)
    screen.write_fd = -1


def close_reports(screen: Screen) -> None:
    os.close(screen.read_fd)
    screen.read_fd = -1


def event(number: int) -> Event:
    return Event(at_us=number, utc="", mark="i", text="x" * 1000)


def fill(screen: Screen) -> int:
    """Send events until the pipe takes no more; return how many."""
    count = 0
    while not screen.server.has_more_to_write:
        screen.server.send(event(count))
        count += 1
    return count


def test_what_the_screen_says_is_received_in_order(screen: Screen) -> None:
    assert screen.say(StillHere(), AskCatalogue()) == [StillHere(), AskCatalogue()]


def test_a_silent_screen_keeps_nobody_waiting(screen: Screen) -> None:
    assert (screen.server.receive(), screen.server.is_lost) == ([], False)


def test_a_stop_comes_first_whatever_stands_before_it(screen: Screen) -> None:
    note = Note(topic="mark", text="")
    assert screen.say(AskCatalogue(), note, STOP) == [STOP, AskCatalogue(), note]


def test_a_stop_overrules_an_arming_that_stands_before_it(screen: Screen) -> None:
    assert screen.say(Acknowledge(), ARM, STOP) == [STOP, Acknowledge()]


def test_what_stands_after_a_stop_is_kept(screen: Screen) -> None:
    assert screen.say(STOP, Acknowledge(), ARM) == [STOP, Acknowledge(), ARM]


def test_two_stops_stay_two(screen: Screen) -> None:
    assert screen.say(Start(), STOP, STOP) == [STOP, STOP]


def test_the_end_of_the_link_is_its_loss(screen: Screen) -> None:
    close_intents(screen)
    assert screen.server.receive() == []
    assert (screen.server.is_lost, screen.server.why_lost) == (True, "the screen is gone")


def test_after_its_loss_nothing_is_received(screen: Screen) -> None:
    close_intents(screen)
    screen.server.receive()
    assert screen.server.receive() == []


def test_garbage_is_the_loss_of_the_link(screen: Screen) -> None:
    os.write(screen.write_fd, b"what?\n")
    assert screen.server.receive() == []
    assert screen.server.why_lost.startswith("the screen made no sense")


def test_a_link_that_fails_is_lost(screen: Screen) -> None:
    read_fd = screen.server.read_fd
    screen.server.read_fd = screen.read_fd  # the reading end of the wrong pipe, closed below
    close_reports(screen)
    assert screen.server.receive() == []
    screen.server.read_fd = read_fd
    assert screen.server.why_lost.startswith("the screen's link failed")


def test_reports_arrive_in_order(screen: Screen) -> None:
    for number in range(5):
        screen.server.send(event(number))
    assert screen.read() == [event(number) for number in range(5)]


def test_no_report_is_lost_when_the_screen_does_not_read(screen: Screen) -> None:
    count = fill(screen)
    for number in range(count, count + 300):
        screen.server.send(event(number))
    assert screen.read() == [event(number) for number in range(count + 300)]


def test_of_the_snapshots_that_wait_only_the_newest_is_sent(screen: Screen) -> None:
    fill(screen)
    for number in range(100):
        screen.server.send(snapshot(sequence=number))
    assert [r.sequence for r in screen.read() if isinstance(r, Snapshot)] == [99]


def test_reports_go_before_the_snapshot_that_waits(screen: Screen) -> None:
    fill(screen)
    screen.server.send(snapshot(sequence=1))
    screen.server.send(event(-1))
    last, newest = screen.read()[-2:]
    assert (last, isinstance(newest, Snapshot)) == (event(-1), True)


def test_a_screen_that_closed_its_end_is_lost_when_it_is_written_to(screen: Screen) -> None:
    close_reports(screen)
    screen.server.send(event(0))
    assert (screen.server.is_lost, screen.server.has_more_to_write) == (True, False)


def test_a_screen_that_never_reads_is_lost_in_the_end(screen: Screen) -> None:
    for number in range(REPORTS_WAITING_MAX + 5_000):
        screen.server.send(Event(at_us=number, utc="", mark="i", text=""))
        if screen.server.is_lost:
            break
    assert screen.server.why_lost == "the screen no longer reads"
