import itertools

import pytest

from nmes.session.states import LIVE, TRANSITIONS, SessionState, Trigger, after
from protocols.errors import SessionRefusal

PAIRS = list(itertools.product(SessionState, Trigger))
S, T = SessionState, Trigger
HALTED = frozenset({S.STOPPED, S.FAULTED, S.FINISHED})


@pytest.mark.parametrize(("state", "trigger"), PAIRS)
def test_every_pair_is_listed_or_refused_by_name(state: SessionState, trigger: Trigger) -> None:
    listed = TRANSITIONS.get((state, trigger))
    if listed is not None:
        assert after(state, trigger) is listed
    else:
        with pytest.raises(SessionRefusal, match=f"'{trigger}' is not possible .* {state}"):
            after(state, trigger)


@pytest.mark.parametrize("state", SessionState)
def test_a_stop_is_possible_in_every_state_and_leads_to_none_that_is_live(
    state: SessionState,
) -> None:
    assert after(state, T.STOP) not in LIVE


@pytest.mark.parametrize("state", SessionState)
def test_a_fault_is_possible_wherever_a_device_may_be_at_the_other_end(
    state: SessionState,
) -> None:
    assert state is S.IDLE or after(state, T.FAULT) not in LIVE


@pytest.mark.parametrize(("state", "trigger"), PAIRS)
def test_only_arming_leads_from_a_halt_towards_a_device(
    state: SessionState, trigger: Trigger
) -> None:
    following = TRANSITIONS.get((state, trigger))
    if state in HALTED and following in LIVE:
        assert (trigger, following) == (T.ARM, S.CONNECTING)


@pytest.mark.parametrize("state", SessionState)
def test_a_program_begins_from_armed_or_the_search_only(state: SessionState) -> None:
    assert ((state, T.START) in TRANSITIONS) == (state in (S.ARMED, S.FINDING))


def test_every_state_can_be_reached() -> None:
    assert {S.IDLE, *TRANSITIONS.values()} == set(S)


def test_a_silent_screen_never_makes_current_possible() -> None:
    hushed = {following for (_, trigger), following in TRANSITIONS.items() if trigger is T.HUSH}
    assert hushed == {S.ARMED, S.PAUSED}
