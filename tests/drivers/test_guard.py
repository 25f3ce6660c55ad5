"""The guard as a real process, on a pipe in place of a port."""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from support.simulator_process import wait_until

from drivers.guard import (
    FAREWELL,
    FIRED,
    FLOWING,
    NICENESS,
    RESTING,
    must_stop,
    write_stops,
)
from drivers.guarding import HostGuard
from protocols.errors import PortError

STOPS = (b"stop 1;", b"stop 2;", b"stop 3;")
SILENCE_US = 120_000
FIRED_WITHIN_S = 0.14
EARLIEST_S = 0.1
PATIENCE_S = 5.0
TRIES = 4


@dataclass
class Post:
    """A guard at a pipe."""

    guard: HostGuard
    far_fd: int

    def heard_within(self, patience_s: float) -> bool:
        return bool(select.select([self.far_fd], [], [], patience_s)[0])

    def all_heard(self) -> bytes:
        """Everything until the guard has let go of the line."""
        heard = b""
        while self.heard_within(PATIENCE_S) and (chunk := os.read(self.far_fd, 100)):
            heard += chunk
        return heard

    @property
    def exit_code(self) -> int:
        return self.guard._process.wait(PATIENCE_S)


def posted() -> Post:
    far_fd, port_fd = os.pipe()
    try:
        return Post(HostGuard(port_fd, STOPS, silence_us=SILENCE_US), far_fd)
    finally:
        os.close(port_fd)  # now the guard alone holds it


@pytest.fixture
def post() -> Iterator[Post]:
    made = posted()
    yield made
    made.guard.dismiss()
    os.close(made.far_fd)


def reaction_s() -> float:
    """How long after the last word of a flow the first stop comes."""
    post = posted()
    said_s = time.monotonic()
    post.guard.say(is_flowing=True)
    assert post.heard_within(PATIENCE_S)
    after_s = time.monotonic() - said_s
    post.guard.dismiss()
    os.close(post.far_fd)
    return after_s


def test_silence_in_a_flow_is_answered_with_a_stop_within_140_ms() -> None:
    # The best of some tries: how late a busy machine lets any process wake is not the guard's.
    tries_s = [reaction_s() for _ in range(TRIES)]
    assert min(tries_s) <= FIRED_WITHIN_S
    assert min(tries_s) >= EARLIEST_S


def test_every_stop_is_written_once_and_the_line_is_let_go(post: Post) -> None:
    post.guard.say(is_flowing=True)
    assert not post.guard.has_fired
    assert (post.all_heard(), post.exit_code) == (b"".join(STOPS), FIRED)
    assert post.guard.has_fired


def test_an_engine_that_wakes_while_stops_are_written_hears_that_nobody_listens(
    post: Post,
) -> None:
    post.guard.say(is_flowing=True)
    assert post.heard_within(PATIENCE_S)
    assert not post.guard.say(is_flowing=True)


def test_an_engine_that_is_gone_without_farewell_is_answered_with_stops(post: Post) -> None:
    os.close(post.guard._words_fd)
    post.guard._words_fd = -1
    assert (post.all_heard(), post.exit_code) == (b"".join(STOPS), FIRED)


def test_while_nothing_flows_silence_means_nothing(post: Post) -> None:
    post.guard.say(is_flowing=True)
    post.guard.say(is_flowing=False)
    assert not post.heard_within(3 * SILENCE_US / 1e6)


def test_a_guard_that_is_dismissed_writes_nothing(post: Post) -> None:
    post.guard.say(is_flowing=True)
    post.guard.dismiss()
    assert (post.all_heard(), post.exit_code) == (b"", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_guard_outlives_what_ends_other_programs(post: Post, number: signal.Signals) -> None:
    os.kill(post.guard.pid, number)
    post.guard.say(is_flowing=True)
    assert post.all_heard() == b"".join(STOPS)


def test_a_guard_that_was_killed_is_missed(post: Post) -> None:
    os.kill(post.guard.pid, signal.SIGKILL)
    wait_until(lambda: not post.guard.say(is_flowing=True))
    assert not post.guard.has_fired


def test_a_guard_that_is_stuck_is_ended_when_it_is_dismissed(post: Post) -> None:
    os.kill(post.guard.pid, signal.SIGSTOP)
    post.guard.dismiss()
    assert post.exit_code == -signal.SIGKILL


def test_a_guard_that_cannot_start_is_told() -> None:
    far_fd, port_fd = os.pipe()
    try:
        with pytest.raises(PortError, match="did not start"):
            HostGuard(port_fd, STOPS, silence_us=-1, program="/dev/null")
    finally:
        os.close(far_fd)
        os.close(port_fd)


def test_a_guard_comes_before_other_programs_where_the_system_permits_it(post: Post) -> None:
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, post.guard.pid) in (NICENESS, mine)


# The same, word by word, without a process.


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):  # a test has closed it
            os.close(end)


@pytest.mark.parametrize("words", [FAREWELL, FLOWING + FAREWELL, RESTING + FAREWELL])
def test_after_a_farewell_there_is_nothing_to_stop(pipe: tuple[int, int], words: bytes) -> None:
    os.write(pipe[1], words)
    assert not must_stop(pipe[0], 0.01)


@pytest.mark.parametrize("words", [b"", FLOWING, RESTING])
def test_the_end_of_the_pipe_without_a_farewell_is_a_stop(
    pipe: tuple[int, int], words: bytes
) -> None:
    os.write(pipe[1], words)
    os.close(pipe[1])
    assert must_stop(pipe[0], 10.0)


def test_only_the_last_word_counts(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], RESTING + FLOWING)
    assert must_stop(pipe[0], 0.01)


def test_a_line_that_is_gone_keeps_no_guard_from_its_end(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    write_stops(pipe[1], [b"one", b"two"])


def test_all_stops_are_written_in_their_order(pipe: tuple[int, int]) -> None:
    write_stops(pipe[1], [b"one", b"two"])
    assert os.read(pipe[0], 100) == b"onetwo"
