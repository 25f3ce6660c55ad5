"""Session x gate, searched breadth first over everything that can happen: no moment breaks a rule.

What is moved is the product's own code, from the live session down to the gate; see
`support.state_world` for the world around it and `support.state_key` for what counts as one state.
The numbers of states and transitions are pinned: whatever changes them is to be looked at.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from support import state_rules as rules
from support.state_events import EVENTS, happen
from support.state_key import key_of
from support.state_model import Flaw, Model
from support.state_space import Graph, Violation, explore
from support.state_world import World

QUICK = {"control_lock_us": 500_000, "resume_ramp_min_us": 500_000}
"""A lock and a ramp after a pause that end within the small program."""

PROGRAM = Model(
    is_script=True,
    harms_max=0,
    armings_max=1,
    behaviour=QUICK,
    without=frozenset({"find level", "zero", "another key", "a minute of pause"}),
)
"""Levels of 0, 1 and 2 mA, one contraction, one arming; whatever fails ends the session."""

HARMED = Model(
    max_ma=1,
    is_script=True,
    armings_max=1,
    behaviour=QUICK,
    without=frozenset(
        {
            "find level",
            "pause",
            "resume",
            "a minute of pause",
            "down",
            "zero",
            "another key",
            "pads off",
            "computer slept",
        }
    ),
)
"""One level, one arming, and a device that does not answer or a disk that does not sync."""

SMALL = {"program": (PROGRAM, (1230, 19379)), "harmed": (HARMED, (1447, 15990))}

LARGE = {
    "every level that the channel allows": (
        Model(
            max_ma=20,
            is_script=True,
            harms_max=0,
            armings_max=1,
            behaviour=QUICK,
            without=frozenset({"find level", "another key"}),
        ),
        (16932, 288043),
    ),
    "a person who finds the level": (
        Model(harms_max=0, armings_max=2, behaviour=QUICK, without=frozenset({"start"})),
        (4363, 78799),
    ),
    "a person who may go away": (
        Model(
            max_ma=1,
            harms_max=0,
            armings_max=1,
            behaviour=QUICK | {"presence_prompt_us": 2_000_000, "presence_grace_us": 1_000_000},
            without=frozenset({"a minute of pause"}),
        ),
        (2257, 42567),
    ),
    "every harm, one at a time": (
        Model(
            max_ma=1,
            is_script=True,
            armings_max=1,
            behaviour=QUICK,
            without=frozenset({"find level"}),
        ),
        (5924, 110080),
    ),
    "every harm, on a device that only a stop ends soon": (
        Model(
            max_ma=1,
            is_script=True,
            armings_max=1,
            is_slow_to_lower=True,
            behaviour=QUICK,
            without=frozenset({"find level"}),
        ),
        (5906, 108759),
    ),
    "two harms at a time, armed twice": (
        Model(
            max_ma=1,
            is_script=True,
            harms_max=2,
            armings_max=2,
            behaviour=QUICK,
            without=frozenset({"find level", "start", "pause", "resume", "another key", "zero"}),
        ),
        (17577, 214380),
    ),
}

ALONE = frozenset(
    {"time, screen beats", "time, screen silent", "stop", "leave", "finish", "acknowledge"}
)
"""What an operator needs nobody for: neither device nor disk do anything more."""

ABSENT_US = 300_000_000
"""The shortest time that acts and is in no key: after it an operator is asked for."""

RULES = (
    rules.OUTPUT,
    rules.STOPPED,
    rules.RECORD_FIRST,
    rules.BELOW_LEVEL,
    rules.LATCHED,
    rules.SILENT_AT_ONCE,
    rules.FORESEEN,
)

Search = Callable[[str], Graph]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """Searches each small model once."""
    folder, graphs = tmp_path_factory.mktemp("state_space"), dict[str, Graph]()

    def search(name: str) -> Graph:
        if name not in graphs:
            graphs[name] = explore(SMALL[name][0], folder, compare_every=200)
        return graphs[name]

    return search


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("rule", RULES)
def test_no_state_and_no_step_breaks(rule: str, name: str, small: Search) -> None:
    assert told(small(name).broken(rule)) == []


@pytest.mark.parametrize("name", SMALL)
def test_the_end_can_be_reached_from_every_state_though_device_and_disk_do_nothing_more(
    name: str, small: Search
) -> None:
    assert not strayed(small(name))


@pytest.mark.parametrize("name", SMALL)
def test_the_numbers_of_states_and_transitions_are_those_looked_at(
    name: str, small: Search
) -> None:
    graph = small(name)
    assert (graph.states, graph.transitions) == SMALL[name][1]


@pytest.mark.parametrize("name", SMALL)
def test_other_moments_of_a_state_lead_where_the_one_that_was_kept_leads(
    name: str, small: Search
) -> None:
    graph = small(name)
    assert (graph.compared > 50, graph.disagreements[:3]) == (True, [])


@pytest.mark.parametrize("name", SMALL)
def test_no_path_is_so_long_that_an_hour_or_an_absence_could_matter(
    name: str, small: Search
) -> None:
    assert small(name).longest_us < ABSENT_US


def test_a_program_also_ends_by_itself_and_every_way_to_end_it_is_among_the_paths(
    small: Search,
) -> None:
    assert small("program").closing() == {
        "time, screen beats",
        "time, screen silent",
        "finish",
        "leave",
        "screen gone",
        "device answers",
    }


def told(violations: Sequence[Violation]) -> list[str]:
    """The first violations with the shortest paths to them."""
    return [str(found) for found in violations[:3]]


def strayed(graph: Graph) -> list[str]:
    """Paths to states from which an operator cannot reach the end alone."""
    ending = graph.reaching(graph.closed, ALONE)
    lost = [state for state in range(graph.states) if state not in ending]
    return [" > ".join(graph.path(state)) for state in lost[:3]]


# That the search can fail -------------------------------------------------------------------------

BARE = replace(
    PROGRAM,
    max_ma=1,
    without=frozenset(EVENTS)
    - {"arm", "up", "start", "stop", "device fault", "time, screen beats", "time, screen silent"},
)
"""No more than it takes to let current flow, to stop it and to lose it."""

RUNNING = ("arm", "up", "start", *["time, screen beats"] * 6)
"""What leads to the beginning of the contraction: the countdown takes 3 s."""

FLAWS = (
    (rules.OUTPUT, Flaw(beats_in_silence=True), BARE, (*RUNNING, "time, screen silent")),
    (
        rules.STOPPED,
        Flaw(acknowledges_by_itself=True),
        replace(BARE, armings_max=2),
        ("arm", "stop", "arm"),
    ),
    (
        rules.RECORD_FIRST,
        Flaw(claims_all_synced=True),
        HARMED,
        ("disk slow", "arm"),
    ),
    (rules.BELOW_LEVEL, Flaw(gain=2), BARE, (*RUNNING, "time, screen beats")),
    (rules.LATCHED, Flaw(tells_losses=False), BARE, ("arm", "device fault")),
    (
        rules.SILENT_AT_ONCE,
        Flaw(obeys_stops=False),
        BARE,
        (*RUNNING, "time, screen beats", "stop"),
    ),
)


@pytest.mark.parametrize(("rule", "flaw", "model", "path"), FLAWS, ids=[rule for rule, *_ in FLAWS])
def test_a_flaw_in_what_surrounds_the_session_is_found_by_the_shortest_path_that_shows_it(
    rule: str, flaw: Flaw, model: Model, path: tuple[str, ...], tmp_path: Path
) -> None:
    flawed = replace(model, flaw=flaw)
    first, *_ = explore(flawed, tmp_path, until_broken=rule).broken(rule)
    with pytest.raises(rules.Violated) as found:
        replayed(flawed, tmp_path, first.path)
    assert (first.path, found.value.rule) == (path, rule)


def test_a_violation_is_told_with_its_rule_and_its_path(tmp_path: Path) -> None:
    flawed = replace(BARE, flaw=Flaw(tells_losses=False))
    first, *_ = explore(flawed, tmp_path, until_broken=rules.LATCHED).broken(rules.LATCHED)
    assert str(first) == f"{rules.LATCHED}: armed while halted\nafter: arm > device fault"


def test_a_state_is_the_same_when_it_is_put_back_and_when_its_path_is_gone_anew(
    small: Search, tmp_path: Path
) -> None:
    graph = small("program")
    for state in range(0, graph.states, 60):
        if state not in graph.closed:
            world = replayed(PROGRAM, tmp_path, graph.path(state))
            assert graph.keys[key_of(world)] == state


def test_states_that_cannot_reach_the_end_are_found(tmp_path: Path) -> None:
    without = frozenset(EVENTS) - ALONE - {"arm"}
    model = replace(BARE, without=without, flaw=Flaw(closes=False))
    assert strayed(explore(model, tmp_path))


def replayed(model: Model, folder: Path, path: tuple[str, ...]) -> World:
    """A world made anew after these events."""
    world = World(model, folder)
    for name in path:
        happen(world, name)
    return world


# The large models ---------------------------------------------------------------------------------


@pytest.mark.campaign
@pytest.mark.parametrize("name", LARGE)
def test_a_large_model_breaks_no_rule_reaches_its_end_and_has_its_numbers(
    name: str, tmp_path: Path
) -> None:
    model, numbers = LARGE[name]
    begun_s = time.process_time()
    graph = explore(model, tmp_path, compare_every=500)
    took_s = time.process_time() - begun_s
    size = f"{graph.states} states, {graph.transitions} transitions"
    compared = f"{graph.compared} compared, {len(graph.disagreements)} lead elsewhere"
    longest = f"longest path {graph.longest_us / 1e6:.1f} s"
    sys.stderr.write(f"\n{name}: {size}, {took_s:.0f} s, {compared}, {longest}\n")
    assert told(graph.violations) == []
    assert strayed(graph) == []
    assert graph.longest_us < ABSENT_US
    assert (graph.states, graph.transitions) == numbers
