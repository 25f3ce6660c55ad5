"""Whether a step of a level is granted (pure): rate, lock, caps and what one rest may add."""

from nmes.session import rules
from nmes.session.actions import Facts, StepWish
from nmes.session.rules import FELT_STEP_UA, Behaviour
from nmes.session.session import PendingRise, Session
from nmes.session.states import SessionState
from nmes.session.view import phase_now
from protocols.errors import SessionRefusal


def is_locked(session: Session, now_us: int) -> bool:
    """Whether the next up-press would only unlock."""
    return now_us - session.input_us > session.behaviour.control_lock_us


def refuse_without_contact(session: Session, *channels: int) -> None:
    """Raise SessionRefusal if the device says that pads about to be used have no contact."""
    for channel in channels:
        if channel in session.condition.open_channels:
            raise SessionRefusal(f"Channel {channel} has no contact: press its pads on first.")


def granted_rise(session: Session, wish: StepWish, now_us: int, facts: Facts) -> PendingRise:
    """Return the rise that a press brings; SessionRefusal says why none and what to do."""
    if now_us - session.step_us < rules.KEY_REPEAT_US:
        raise SessionRefusal("Held keys do not count: one press, one step.")
    refuse_without_contact(session, wish.channel)
    if wish.channel in session.condition.clipped:
        raise SessionRefusal("The device cannot drive more through these pads: check them first.")
    if session.pending is not None:
        raise SessionRefusal("The last step is still being recorded: wait for it.")
    is_full = len(recent_ups_us(session, now_us)) >= rules.UP_STEPS_PER_WINDOW
    if is_full or now_us < session.step_ready_us:
        raise SessionRefusal("At most two steps up in a second: wait and feel each step.")
    index = session.index(wish.channel)
    from_ua, cap_ua = session.levels_ua[index], facts.caps_ua[index]
    to_ua = from_ua + step_size_ua(session, wish)
    if to_ua > cap_ua:
        raise SessionRefusal(_at_cap(wish.channel, from_ua, cap_ua))
    _refuse_unfelt(session, wish.channel, to_ua, now_us)
    return PendingRise(channel=wish.channel, to_ua=to_ua)


def _at_cap(channel: int, level_ua: int, cap_ua: int) -> str:
    if level_ua < cap_ua:
        return (
            f"A step so large would take channel {channel} above its cap of {cap_ua / 1000:g} mA."
        )
    return f"Channel {channel} is at its cap of {cap_ua / 1000:g} mA."


def step_size_ua(session: Session, wish: StepWish) -> int:
    """Return how far one press moves a level."""
    return press_ua(session.behaviour, session.step_ua, is_coarse=wish.is_coarse)


def press_ua(behaviour: Behaviour, grid_ua: int, *, is_coarse: bool) -> int:
    """Return what one press of a key is worth on a device with this grid.

    A fine press is the device's own step if a person can feel that.
    """
    if not is_coarse and grid_ua >= FELT_STEP_UA:
        return grid_ua
    size_ua = behaviour.step_coarse_ua if is_coarse else behaviour.step_fine_ua
    return max(size_ua // grid_ua, 1) * grid_ua


def recent_ups_us(session: Session, now_us: int) -> tuple[int, ...]:
    """Return when the rises granted lately were granted."""
    return tuple(t for t in session.recent_ups_us if now_us - t < rules.UP_STEP_WINDOW_US)


def wait_us(session: Session, rise_ua: int) -> int:
    """Return how long after such a rise the next may follow; as the gate has it, or longer."""
    behaviour = session.behaviour
    slew_us = -(-rise_ua * 1_000_000 // behaviour.level_slew_ua_per_s)
    return max(slew_us, -(-1_000_000 // behaviour.steps_per_s_max))


def _refuse_unfelt(session: Session, channel: int, to_ua: int, now_us: int) -> None:
    """Raise SessionRefusal if no step may come now, or too much would come unfelt."""
    if session.state is SessionState.ARMED and session.operator_is_script:
        return
    if session.state is SessionState.PAUSED:
        raise SessionRefusal("The session is paused: go on first (p), then raise the level.")
    phase = phase_now(session, channel, now_us)
    if phase.word == "off":
        raise SessionRefusal("Find the level of this channel first (f): it starts at 0 mA.")
    if phase.word == "ramp_up":
        raise SessionRefusal("The current is rising: step when it holds.")
    felt_ua = session.felt_ua[session.index(channel)]
    if phase.word != "hold" and to_ua > felt_ua + rules.RISE_PER_REST_UA:
        raise SessionRefusal(
            f"At most {rules.RISE_PER_REST_UA / 1000:g} mA more per rest: "
            "see how the next contraction feels, then go on."
        )
