from collections.abc import Mapping

import pytest
from support.screen_scenes import BENCH, prepared, snapshot, stopped, summary

from nmes.link.messages import (
    Arm,
    Event,
    Leave,
    Prepare,
    Refusal,
    Snapshot,
    Start,
    StepLevel,
)
from nmes.link.script import STEP_EVERY_US, ScriptedOperator
from protocols.errors import SessionRefusal

PREPARED = prepared()


def operator(levels_ua: Mapping[int, int] | None = None) -> ScriptedOperator:
    """An operator who has armed."""
    script = ScriptedOperator(BENCH, levels_ua)
    script.react(PREPARED)
    return script


def armed(at_us: int, levels_ua: Mapping[int, int] | None = None) -> Snapshot:
    shown = snapshot("armed", at_us=at_us)
    channels = tuple(
        channel.model_copy(update={"level_ua": (levels_ua or {}).get(channel.number, 0)})
        for channel in shown.channels
    )
    return shown.model_copy(update={"channels": channels})


def test_it_begins_by_choosing() -> None:
    assert ScriptedOperator(BENCH, {}).begin() == BENCH


def test_it_confirms_every_channel_and_arms() -> None:
    (intent,) = ScriptedOperator(BENCH, {1: 2000}).react(PREPARED)
    assert intent == Arm(confirmed_channels=tuple(c.number for c in PREPARED.channels))


def test_it_raises_in_coarse_steps_and_ends_with_a_fine_one() -> None:
    script = operator({1: 3000})
    (first,) = script.react(armed(STEP_EVERY_US))
    (second,) = script.react(armed(2 * STEP_EVERY_US, {1: 2000}))
    assert isinstance(first, StepLevel)
    assert isinstance(second, StepLevel)
    assert (first.is_coarse, second.is_coarse) == (True, False)


def steps_to(level_ua: int, fine_ua: int, coarse_ua: int) -> list[int]:
    """The levels on the way to one, where a press is worth this."""
    script = ScriptedOperator(BENCH, {1: level_ua})
    script.react(
        PREPARED.model_copy(update={"press_fine_ua": fine_ua, "press_coarse_ua": coarse_ua})
    )
    now_ua, way_ua = 0, []
    for number in range(1, 100):
        (intent,) = script.react(armed(number * STEP_EVERY_US, {1: now_ua}))
        if intent == Start():
            return way_ua
        assert isinstance(intent, StepLevel)
        now_ua += coarse_ua if intent.is_coarse else fine_ua
        way_ua.append(now_ua)
    raise AssertionError(way_ua)


@pytest.mark.parametrize(
    ("level_ua", "fine_ua", "coarse_ua"),
    [(4_500, 500, 2_000), (5_000, 1_000, 2_000), (1_600, 800, 2_000), (6_480, 720, 1_800)],
)
def test_it_comes_to_its_level_and_never_above(level_ua: int, fine_ua: int, coarse_ua: int) -> None:
    way_ua = steps_to(level_ua, fine_ua, coarse_ua)
    assert (way_ua[-1], max(way_ua)) == (level_ua, level_ua)


def test_a_level_that_never_rises_is_given_up_with_the_reason() -> None:
    script = operator({1: 2000})
    assert script.react(Refusal(intent="step_level", reasons=("No contact.",))) == []
    for at_us in range(STEP_EVERY_US, 15_000_000, STEP_EVERY_US):
        assert [type(intent) for intent in script.react(armed(at_us))] == [StepLevel]
    with pytest.raises(SessionRefusal, match=r"channel 1 stays at 0 mA\. No contact\."):
        script.react(armed(16_000_000))


def test_it_waits_between_its_steps() -> None:
    script = operator({1: 6000})
    script.react(armed(STEP_EVERY_US))
    assert script.react(armed(STEP_EVERY_US + 100_000, {1: 2000})) == []


def test_it_numbers_its_steps() -> None:
    script = operator({1: 6000})
    steps = script.react(armed(STEP_EVERY_US)) + script.react(armed(3 * STEP_EVERY_US))
    assert [step.sequence for step in steps if isinstance(step, StepLevel)] == [1, 2]


def test_it_starts_once_all_levels_are_reached() -> None:
    script = operator({1: 2000})
    assert script.react(armed(STEP_EVERY_US, {1: 2000})) == [Start()]
    assert script.react(armed(2 * STEP_EVERY_US, {1: 2000})) == []


def test_without_levels_it_goes_to_every_cap() -> None:
    script = operator(None)
    caps = {channel.number: channel.cap_ua for channel in PREPARED.channels}
    assert script.react(armed(STEP_EVERY_US, caps)) == [Start()]


def test_it_looks_at_the_screen_only_while_it_raises_levels() -> None:
    script = ScriptedOperator(BENCH, {1: 2000})
    before = script.next_look_us()
    script.react(PREPARED)
    raising = script.next_look_us()
    script.react(armed(STEP_EVERY_US, {1: 2000}))
    assert (before, raising, script.next_look_us()) == (None, 0, None)


def test_once_something_is_wrong_it_looks_at_the_screen_again() -> None:
    script = operator({1: 2000})
    script.react(armed(STEP_EVERY_US, {1: 2000}))
    script.react(Event(at_us=0, utc="", mark="!!", text="Fault"))
    assert script.next_look_us() == 0


def test_it_does_nothing_while_the_device_connects() -> None:
    assert operator({1: 2000}).react(snapshot("connecting", at_us=STEP_EVERY_US)) == []


def test_it_leaves_once_a_stop_is_confirmed() -> None:
    assert operator({1: 2000}).react(stopped(confirmed_after_us=20_000)) == [Leave()]


def test_it_does_not_leave_before() -> None:
    assert operator({1: 2000}).react(stopped(confirmed_after_us=None)) == []


def test_what_is_refused_is_its_failure() -> None:
    with pytest.raises(SessionRefusal, match="no such file"):
        operator({1: 2000}).react(Refusal(intent="prepare", reasons=("no such file",)))


@pytest.mark.parametrize("intent", ["step_level", "leave"])
def test_what_only_has_to_wait_is_tried_again(intent: str) -> None:
    assert operator({1: 2000}).react(Refusal(intent=intent, reasons=("wait",))) == []


def test_it_keeps_the_summary() -> None:
    script = operator({1: 2000})
    script.react(summary())
    assert script.summary == summary()


@pytest.mark.parametrize(
    ("levels_ua", "words"),
    [
        ({99: 1000}, "has no channel 99"),
        ({1: 500_000}, "is above its cap of"),
        ({1: 300}, "0.3 mA is none of them, 1 mA is"),
        ({1: 1_300}, "in steps of 1 mA here; 1.3 mA is none of them, 1 mA and 2 mA are"),
    ],
)
def test_levels_that_cannot_be_reached_are_refused_before_anything_is_armed(
    levels_ua: dict[int, int], words: str
) -> None:
    with pytest.raises(SessionRefusal, match=words):
        ScriptedOperator(BENCH, levels_ua).react(PREPARED)


def operator_at_work() -> ScriptedOperator:
    """An operator who has armed, found the levels as wanted, and started."""
    choice = Prepare(
        protocol="any",
        device="sim:rehastim2",
        port=None,
        operator="script",
        patient="bench",
        is_bench=True,
        sides={},
    )
    operator = ScriptedOperator(choice, {})
    assert [type(intent) for intent in operator.react(prepared())] == [Arm]
    assert [type(intent) for intent in operator.react(snapshot("armed"))] == [Start]
    return operator


def test_while_the_program_runs_the_operator_only_looks_on() -> None:
    operator = operator_at_work()
    assert [operator.react(snapshot(at_us=at_us)) for at_us in (0, 9_000_000)] == [[], []]


def paused(operator: ScriptedOperator, *times_us: int) -> list[str]:
    """The kinds of what the operator asks while it sees a pause at these times."""
    seen = [snapshot("paused", at_us=at_us) for at_us in times_us]
    return [intent.kind for moment in seen for intent in operator.react(moment)]


def test_what_stays_paused_is_stopped_once() -> None:
    # Otherwise a computer that stalls for a moment leaves a session that never ends.
    assert paused(operator_at_work(), 0, 500_000, 1_000_000, 1_050_000) == ["stop"]


def test_a_pause_that_the_engine_is_about_to_stop_is_left_to_it() -> None:
    # A second stop would be the emergency stop.
    assert paused(operator_at_work(), 0, 100_000, 250_000) == []


def test_a_stop_is_left_only_when_it_is_confirmed() -> None:
    operator = operator_at_work()
    waiting = operator.react(stopped(confirmed_after_us=None))
    assert (waiting, operator.react(stopped())) == ([], [Leave()])
