"""The screen killed or frozen, or its window closed, while current flows."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from support.nmes_process import Process, left_after_a_while, pass_time_until
from support.scenes import Wait, play_together
from support.screen_bench import ScreenBench, screen_bench

from nmes.records.store import list_sessions, open_session, verify

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc"
)

PROTOCOL = Path(__file__).with_name("hold.yaml")
SCREEN_GONE_S = 0.5
LOOK_ON_S = 1.0

Deed = Callable[[ScreenBench], None]

SCENES: dict[str, tuple[Deed, Deed]] = {
    "killed": (lambda bench: bench.seat.process.kill(), lambda _: None),
    "frozen": (
        lambda bench: bench.seat.process.send_signal(signal.SIGSTOP),
        lambda bench: bench.seat.process.kill(),
    ),
    "window closed": (lambda bench: bench.seat.hang_up(), lambda _: None),
    "told to end": (lambda bench: bench.seat.process.terminate(), lambda _: None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came after the deed; times in s from it."""

    last_pulse_s: float
    left: tuple[Process, ...]
    findings: tuple[str, ...]


def play(wait: Wait, folder: Path, deed: Deed, afterwards: Deed) -> Outcome:
    with screen_bench(folder, PROTOCOL) as bench:
        bench.arm()
        bench.run_program()
        wait()
        bench.wait_for_flow()
        done_s = time.monotonic()
        deed(bench)
        pass_time_until(done_s + LOOK_ON_S)
        afterwards(bench)
        left = left_after_a_while(folder)
        last_pulse_s = max(bench.pulse_times_s()) - done_s
    (entry,) = list_sessions(folder / "sessions")
    findings = verify(open_session(folder / "sessions", entry.session_id))
    return Outcome(last_pulse_s=last_pulse_s, left=tuple(left), findings=findings)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All scenes side by side: most of their time is waiting."""
    scenes = {}
    for name, (deed, afterwards) in SCENES.items():
        folder = tmp_path_factory.mktemp(name.replace(" ", "_"))
        scenes[name] = partial(play, folder=folder, deed=deed, afterwards=afterwards)
    return play_together(scenes, len(SCENES))


EVERY = pytest.mark.parametrize("name", SCENES)


@EVERY
def test_without_its_screen_no_pulse_is_later_than_half_a_second(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes[name].last_pulse_s <= SCREEN_GONE_S


@EVERY
def test_no_process_is_left_behind_a_screen(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].left == ()


@EVERY
def test_the_journal_is_whole_without_its_screen(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].findings == ()
