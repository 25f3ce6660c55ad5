"""The scripted operator: what it does about what it sees."""

from support.screen_scenes import prepared, snapshot, stopped

from nmes.link.messages import Arm, Intent, Leave, Prepare, Start, Stop
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


def told(operator: ScriptedOperator, *states: str) -> list[Intent]:
    return [intent for state in states for intent in operator.react(snapshot(state))]


def test_while_the_program_runs_the_operator_only_looks_on() -> None:
    assert told(operator_at_work(), "running", "running") == []


def test_what_the_engine_paused_is_stopped_once() -> None:
    # Otherwise a computer that stalls for a moment leaves a session that never ends.
    asked = told(operator_at_work(), "running", "paused", "paused", "paused")
    assert [type(intent) for intent in asked] == [Stop]


def test_a_stop_is_left_only_when_it_is_confirmed() -> None:
    operator = operator_at_work()
    waiting = operator.react(stopped(confirmed_after_us=None))
    assert (waiting, operator.react(stopped())) == ([], [Leave()])
