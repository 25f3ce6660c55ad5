"""Processes killed, frozen or told to end, and cables pulled, while current flows.

Judged by the pulse record of a simulator that the tests start themselves: it goes on whatever
becomes of nmes. Its second line of output ties the record to the monotonic clock.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from support.nmes_process import (
    HELD_UP,
    Process,
    Run,
    left_after_a_while,
    pass_time_until,
    recorded,
    running_nmes,
)
from support.relay import Relay, relayed
from support.scenes import Stalled, Wait, play_together
from support.simulator_process import Simulator, running_simulator

from nmes.records.store import list_sessions, open_session, verify

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc"
)

PROTOCOL = Path(__file__).with_name("hold.yaml")
LEVEL_MA = 4
PERIOD_S = 0.02
WATCHDOG_S = 1.2  # ScienceMode2 description 1.24: the device stops without valid packets
GUARDED_S = 0.3  # by design 0.14; the rest is for the load of five scenes at once
SCREEN_GONE_S = 0.5
STOP_S = 0.2
LOOK_ON_S = 2.0  # longer than any bound above
AT_ONCE = 5
HALTS = ("pause", "stop", "fault")
LINE_GONE_S = 0.1
DEVICE_SILENT_S = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One session under way: what can be killed, frozen, cut."""

    run: Run
    simulator: Simulator | None
    relay: Relay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came after the deed; times in s from it."""

    last_pulse_before_s: float
    last_pulse_s: float
    exit_code: int
    errors: str
    left: tuple[Process, ...]
    outcome: str
    findings: tuple[str, ...]
    noticed_s: float | None


Deed = Callable[[Scene], None]


def to_command(number: signal.Signals, scene: Scene) -> None:
    scene.run.process.send_signal(number)


def to_engine(number: signal.Signals, scene: Scene) -> None:
    os.kill(scene.run.engine_pid, number)


def cut(scene: Scene) -> None:
    assert scene.relay is not None
    scene.relay.cut()


def mute(scene: Scene) -> None:
    assert scene.relay is not None
    scene.relay.mute()


def kill_device(scene: Scene) -> None:
    assert scene.simulator is not None
    scene.simulator.process.kill()


def nothing(scene: Scene) -> None:
    """Do nothing more."""


KILL, STOP, CONT = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT

# Wire, deed, and what is done when all has been seen.
SCENES: dict[str, tuple[str, Deed, Deed]] = {
    "command killed": ("pty", partial(to_command, KILL), nothing),
    "engine killed": ("pty", partial(to_engine, KILL), nothing),
    "command frozen": ("pty", partial(to_command, STOP), partial(to_command, CONT)),
    "engine frozen": ("pty", partial(to_engine, STOP), partial(to_engine, CONT)),
    "command SIGINT": ("pty", partial(to_command, signal.SIGINT), nothing),
    "command SIGTERM": ("pty", partial(to_command, signal.SIGTERM), nothing),
    "command SIGHUP": ("pty", partial(to_command, signal.SIGHUP), nothing),
    "engine SIGTERM": ("pty", partial(to_engine, signal.SIGTERM), nothing),
    "cable cut": ("relay", cut, nothing),
    "cable mute": ("relay", mute, nothing),
    "pty gone": ("pty", kill_device, nothing),
    "socket gone": ("tcp", kill_device, nothing),
}


def play(wait: Wait, folder: Path, wire: str, deed: Deed, afterwards: Deed) -> Outcome:
    """Have current flow, do the deed, look on, and see what is left."""
    folder = fresh(folder)
    pulses = folder / "pulses.csv"
    tcp = () if wire == "pty" else ("--tcp", "127.0.0.1:0")
    with ExitStack() as stack:
        simulator = stack.enter_context(running_simulator("--pulses", str(pulses), *tcp))
        relay = stack.enter_context(relayed(simulator.port)) if wire == "relay" else None
        device = ("--device", "rehastim2", "--port", relay.port if relay else simulator.port)
        run = stack.enter_context(running_nmes(folder, pulses, session_on(*device)))
        scene = Scene(run=run, simulator=simulator, relay=relay)
        run.wait_for_current(LEVEL_MA)
        wait()
        done_s = time.monotonic()
        deed(scene)
        pass_time_until(done_s + LOOK_ON_S)
        afterwards(scene)
        exit_code, errors = run.wait_for_end()
        left = left_after_a_while(folder)
        if simulator.process.poll() is None:
            simulator.end()
    times_s = [simulator.zero_s + row.time_s - done_s for row in recorded(pulses)]
    (entry,) = list_sessions(folder / "sessions")
    stored = open_session(folder / "sessions", entry.session_id)
    noticed_s = [r.at_us / 1e6 - done_s for r in stored.reading.records if r.event in HALTS]
    if min(noticed_s, default=0) < 0 or (HELD_UP in errors and afterwards is nothing):
        raise Stalled("it stopped because the computer held it up")
    return Outcome(
        last_pulse_before_s=max(time_s for time_s in times_s if time_s <= 0),
        last_pulse_s=max(times_s),
        exit_code=exit_code,
        errors=errors,
        left=tuple(left),
        outcome=entry.outcome,
        findings=verify(stored),
        noticed_s=min(noticed_s, default=None),
    )


def play_with_own_simulator(wait: Wait, folder: Path, deed: Deed) -> tuple[Process, ...]:
    """Have current flow from a simulator that nmes started, do the deed, see what is left."""
    folder = fresh(folder)
    pulses = folder / "pulses.csv"
    device = ("--device", "sim:rehastim2", "--pulses", str(pulses))
    with running_nmes(folder, pulses, session_on(*device)) as run:
        run.wait_for_current(LEVEL_MA)
        wait()
        deed(Scene(run=run, simulator=None, relay=None))
        return tuple(left_after_a_while(folder))


def fresh(folder: Path) -> Path:
    """A data folder that no earlier try has used."""
    folder = folder / f"try_{len(list(folder.iterdir()))}"
    folder.mkdir()
    return folder


def session_on(*device: str) -> list[str]:
    return ["run", str(PROTOCOL), *device, "--no-tui", "--bench", "--intensity", f"1={LEVEL_MA}"]


WITH_OWN_SIMULATOR: dict[str, Deed] = {
    "command killed": partial(to_command, KILL),
    "engine killed": partial(to_engine, KILL),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """All scenes, by name."""

    outcomes: dict[str, Outcome]
    left: dict[str, tuple[Process, ...]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play all scenes, side by side: most of their time is waiting."""

    def folder(name: str) -> Path:
        return tmp_path_factory.mktemp(name.replace(" ", "_"))

    scenes: dict[str, Callable[[Wait], Outcome | tuple[Process, ...]]] = {}
    for name, (wire, deed, afterwards) in SCENES.items():
        scenes[name] = partial(
            play, folder=folder(name), wire=wire, deed=deed, afterwards=afterwards
        )
    for name, deed in WITH_OWN_SIMULATOR.items():
        own = f"own {name}"
        scenes[own] = partial(play_with_own_simulator, folder=folder(own), deed=deed)
    played = play_together(scenes, AT_ONCE)
    for name in SCENES:  # for `pytest -s`
        sys.stdout.write(f"\n{name}: last pulse {1000 * played[name].last_pulse_s:+.0f} ms")
    return Played(
        outcomes={name: played[name] for name in SCENES},
        left={name: played[f"own {name}"] for name in WITH_OWN_SIMULATOR},
    )


@pytest.fixture(scope="module")
def outcomes(played: Played) -> dict[str, Outcome]:
    return played.outcomes


EVERY = pytest.mark.parametrize("name", SCENES)


def those(*names: str) -> pytest.MarkDecorator:
    assert set(names) <= set(SCENES)
    return pytest.mark.parametrize("name", names)


@EVERY
def test_current_flowed_when_it_happened(name: str, outcomes: dict[str, Outcome]) -> None:
    # The record is up to 50 ms behind a device that is killed.
    assert outcomes[name].last_pulse_before_s > -0.2


@those("command killed", "command frozen")
def test_without_a_screen_no_pulse_is_later_than_half_a_second(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes[name].last_pulse_s <= SCREEN_GONE_S


@those("engine killed", "engine frozen")
def test_without_an_engine_its_guard_stops_the_device(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes[name].last_pulse_s <= GUARDED_S


@those("cable cut", "cable mute")
def test_without_a_cable_the_device_stops_itself(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].last_pulse_s <= WATCHDOG_S + PERIOD_S


@those("command SIGINT", "command SIGTERM", "command SIGHUP", "engine SIGTERM")
def test_told_to_end_it_stops_at_once_and_in_good_order(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    outcome = outcomes[name]
    assert outcome.last_pulse_s <= STOP_S
    assert (outcome.outcome, outcome.findings) == ("stopped", ())


@EVERY
def test_no_process_is_left_behind(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].left == ()


@those("engine killed", "engine frozen", "cable cut", "cable mute", "pty gone", "socket gone")
def test_trouble_with_the_device_is_told_with_exit_code_3(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    outcome = outcomes[name]
    assert (outcome.exit_code, outcome.errors.strip() != "") == (3, True)


@those("cable cut", "cable mute", "pty gone", "socket gone")
def test_a_pulled_cable_is_a_fault_in_a_whole_journal(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert (outcomes[name].outcome, outcomes[name].findings) == ("faulted", ())


@those("cable cut", "pty gone", "socket gone")
def test_a_line_that_is_gone_is_noticed_at_once(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].noticed_s <= LINE_GONE_S


@those("cable mute")
def test_a_device_that_falls_silent_is_noticed(name: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[name].noticed_s <= DEVICE_SILENT_S


@those("cable cut", "cable mute", "pty gone", "socket gone")
def test_a_pulled_cable_is_told_in_words_that_say_what_to_do(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert "cable" in outcomes[name].errors


@pytest.mark.parametrize(
    ("name", "outcome"), [("command killed", "abandoned"), ("command frozen", "stopped")]
)
def test_a_session_that_lost_its_screen_has_a_whole_journal(
    name: str, outcome: str, outcomes: dict[str, Outcome]
) -> None:
    assert (outcomes[name].outcome, outcomes[name].findings) == (outcome, ())


@those("engine frozen")
def test_a_frozen_engine_goes_on_to_nothing_but_a_fault(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert (outcomes[name].outcome, outcomes[name].findings) == ("faulted", ())


@those("engine killed")
def test_the_journal_of_a_killed_engine_can_be_read_to_its_last_record(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    outcome = outcomes[name]
    missing = "the end: the closing record is missing, so records before it may be missing too"
    assert (outcome.outcome, outcome.findings) == ("not closed", (missing,))


@pytest.mark.parametrize("name", WITH_OWN_SIMULATOR)
def test_a_simulator_that_nmes_started_ends_with_it(name: str, played: Played) -> None:
    assert played.left[name] == ()
