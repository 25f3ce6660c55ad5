"""The scripted operator: what it does about what it sees."""

from support.screen_scenes import prepared, snapshot, stopped

from nmes.link.messages import Arm, Leave, Prepare, Start
from nmes.link.script import ScriptedOperator


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
