"""A whole campaign: sessions shared out to processes, counts put together, Ctrl-C obeyed."""

import gc
import multiprocessing
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nmes.campaign.devices import DEVICES
from nmes.campaign.session import run_session
from nmes.campaign.tally import Tally, missing

SESSIONS_A_PART = 12
MEMORY = Path("/dev/shm")
MUST_BE_WHOLE_FROM = 10_000
"""A campaign of so many sessions has seen everything that it counts, or has failed."""

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some sessions in a row, for one process at a time."""

    seed: int
    first: int
    count: int
    device: str
    is_heavy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What a campaign came to. `is_whole`: all sessions were played."""

    device: str
    seed: int
    tally: Tally
    is_whole: bool
    never_seen: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether everything was played and seen, and nothing was wrong."""
        return self.is_whole and not self.never_seen and not self.tally.violations


def run_campaign(
    seed: int,
    sessions: int,
    jobs: int,
    on_progress: OnProgress,
    *,
    device: str = "rehastim2",
    is_heavy: bool = False,
) -> Campaign:
    """Play sessions 0 to `sessions` of a seed; with Ctrl-C, what was found so far."""
    total, is_whole = Tally(), True
    on_progress(0, sessions)
    try:
        parts = [
            Part(seed=seed, first=first, count=count, device=device, is_heavy=is_heavy)
            for first, count in _shares(sessions, jobs)
        ]
        for tally in _tallies(parts, jobs):
            total.add(tally)
            on_progress(total.sessions, sessions)
    except KeyboardInterrupt:
        is_whole = False
    must_be_whole = sessions >= MUST_BE_WHOLE_FROM and not is_heavy
    never_seen = missing(total, device) if must_be_whole and is_whole else ()
    return Campaign(device=device, seed=seed, tally=total, is_whole=is_whole, never_seen=never_seen)


def _shares(sessions: int, jobs: int) -> Iterator[tuple[int, int]]:
    """Yield the first session of each part, and how many there are in it."""
    size = min(SESSIONS_A_PART, -(-sessions // jobs))
    for first in range(0, sessions, size):
        yield first, min(size, sessions - first)


def _tallies(parts: list[Part], jobs: int) -> Iterator[Tally]:
    """Yield the counts of each part as it is done."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)
    try:
        for done in as_completed([pool.submit(play_part, part) for part in parts]):
            yield done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Make ready a process: Ctrl-C is for the one that gathers, and nothing here is garbage."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()


def play_part(part: Part) -> Tally:
    """Play and judge the sessions of one part."""
    total = Tally()
    gc.collect()
    gc.disable()
    try:
        with work_folder() as folder:
            for index in range(part.first, part.first + part.count):
                played = run_session(
                    part.seed, index, folder, DEVICES[part.device], is_heavy=part.is_heavy
                )
                total.add(played)
    finally:
        gc.enable()
    return total


@contextmanager
def work_folder() -> Iterator[Path]:
    """Give a folder for protocol files, in memory where the system has such a place."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="nmes-campaign-", dir=place) as folder:
        yield Path(folder)
