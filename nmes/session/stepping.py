"""Whether a step of a level is granted (pure): rate, lock, caps and what one rest may add."""

from dataclasses import replace

from nmes.session import rules
from nmes.session.actions import Facts, StepWish
from nmes.session.session import PendingRise, RestRise, Session
from nmes.session.states import SessionState
from nmes.session.view import phase_now
from protocols.errors import SessionRefusal


def is_locked(session: Session, now_us: int) -> bool:
    """Whether the next up-press would only unlock."""
    return now_us - session.input_us > rules.LOCK_AFTER_IDLE_US


def granted_rise(session: Session, wish: StepWish, now_us: int, facts: Facts) -> Session:
    """Return the session with the rise pending; SessionRefusal says why not and what to do."""
    index = session.index(wish.channel)
    if session.pending is not None or now_us - session.step_us < rules.KEY_REPEAT_US:
        raise SessionRefusal("Held keys do not count: one press, one step.")
    recent = tuple(t for t in session.recent_ups_us if now_us - t < rules.UP_STEP_WINDOW_US)
    if len(recent) >= rules.UP_STEPS_PER_WINDOW or now_us < session.step_ready_us:
        raise SessionRefusal("At most two steps up in a second: wait and feel each step.")
    step_ua = rules.STEP_COARSE_UA if wish.is_coarse else rules.STEP_FINE_UA
    to_ua = session.levels_ua[index] + step_ua
    if to_ua > facts.caps_ua[index]:
        raise SessionRefusal(
            f"Channel {wish.channel} is at its cap of {facts.caps_ua[index] / 1000:g} mA."
        )
    rest_rises = _rest_rises(session, wish.channel, step_ua, now_us)
    return replace(
        session,
        pending=PendingRise(channel=wish.channel, to_ua=to_ua),
        rest_rises=rest_rises,
        recent_ups_us=(*recent, now_us),
        step_us=now_us,
        step_ready_us=now_us + step_ua * 1_000_000 // rules.LEVEL_SLEW_UA_PER_S,
    )


def lowered_ua(session: Session, wish: StepWish) -> int:
    """Return the level after a step down; never below 0."""
    step_ua = rules.STEP_COARSE_UA if wish.is_coarse else rules.STEP_FINE_UA
    return max(0, session.level_ua(wish.channel) - step_ua)


def _rest_rises(session: Session, channel: int, step_ua: int, now_us: int) -> tuple[RestRise, ...]:
    """Return what this rest has added to the levels; SessionRefusal if no step may come now."""
    if session.state is SessionState.ARMED and session.operator_is_script:
        return session.rest_rises
    if session.state is SessionState.PAUSED:
        raise SessionRefusal("The session is paused: go on first (p), then raise the level.")
    phase = phase_now(session, channel, now_us)
    if phase.word == "off":
        raise SessionRefusal("Find the level of this channel first (f): it starts at 0 mA.")
    if phase.word == "ramp_up":
        raise SessionRefusal("The current is rising: step when it holds.")
    if phase.word == "hold":
        return session.rest_rises
    return _counted(session, channel, step_ua, now_us + phase.left_us)


def _counted(session: Session, channel: int, step_ua: int, burst_us: int) -> tuple[RestRise, ...]:
    index = session.index(channel)
    before = session.rest_rises[index]
    risen_ua = step_ua + (before.risen_ua if before.burst_us == burst_us else 0)
    if risen_ua > rules.RISE_PER_REST_UA:
        raise SessionRefusal(
            f"At most {rules.RISE_PER_REST_UA / 1000:g} mA more per rest: "
            "see how the next contraction feels, then go on."
        )
    rise = RestRise(burst_us=burst_us, risen_ua=risen_ua)
    return (*session.rest_rises[:index], rise, *session.rest_rises[index + 1 :])
