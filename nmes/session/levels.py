"""How the levels of channels follow the operator's keys (pure); up waits for record and gate."""

from dataclasses import replace

from nmes.session.actions import (
    Facts,
    Outcome,
    Record,
    RecordRise,
    RiseRecorded,
    RiseRefused,
    SetLevel,
    StepWish,
    Tell,
    ZeroWish,
)
from nmes.session.session import Session
from nmes.session.stepping import (
    granted_rise,
    is_locked,
    recent_ups_us,
    step_size_ua,
    wait_us,
)
from protocols.errors import SessionRefusal


def step(session: Session, wish: StepWish, now_us: int, facts: Facts) -> Outcome:
    """Take one press of a key: down acts at once, up waits for its record and the gate."""
    index = known_index(session, wish.channel)
    chosen = replace(session, selected=wish.channel)
    from_ua = session.levels_ua[index]
    if not wish.is_up:
        lower_ua = max(0, from_ua - step_size_ua(session, wish))
        return with_level(replace(chosen, pending=None), wish.channel, lower_ua)
    if is_locked(session, now_us):
        return chosen, (Tell(mark="i", text="Unlocked: press again to raise the level."),)
    pending = granted_rise(session, wish, now_us, facts)
    ups_us = (*recent_ups_us(session, now_us), now_us)
    rise = RecordRise(channel=wish.channel, from_ua=from_ua, to_ua=pending.to_ua)
    return replace(chosen, pending=pending, recent_ups_us=ups_us), (rise,)


def rise_recorded(session: Session, _: RiseRecorded, now_us: int, __: Facts) -> Outcome:
    """Let a rise act that is on disk and that the gate has granted."""
    pending = session.pending
    if pending is None:
        return session, ()
    index = session.index(pending.channel)
    rise_ua = pending.to_ua - session.levels_ua[index]
    return replace(
        session,
        pending=None,
        levels_ua=_placed(session.levels_ua, index, pending.to_ua),
        step_ready_us=now_us + wait_us(session, rise_ua),
    ), ()


def rise_refused(session: Session, refused: RiseRefused, _: int, __: Facts) -> Outcome:
    """Forget a rise that the gate did not grant, and say why."""
    return replace(session, pending=None), (Tell(mark="!", text=refused.reason),)


def zero(session: Session, wish: ZeroWish, _: int, __: Facts) -> Outcome:
    """Take a channel's level to 0."""
    known_index(session, wish.channel)
    chosen = replace(session, selected=wish.channel, pending=None)
    return with_level(chosen, wish.channel, 0)


def with_level(session: Session, channel: int, level_ua: int) -> Outcome:
    """Return the session with a level lowered; a level is felt as high at most."""
    index = session.index(channel)
    levels = session.levels_ua
    if levels[index] == level_ua:
        return session, ()
    lower = replace(
        session,
        levels_ua=_placed(levels, index, level_ua),
        felt_ua=_placed(session.felt_ua, index, min(session.felt_ua[index], level_ua)),
    )
    fields: dict[str, object] = {
        "channel": channel,
        "from_ua": levels[index],
        "to_ua": level_ua,
        "state": session.state.value,
    }
    return lower, (
        SetLevel(channel=channel, to_ua=level_ua),
        Record(event="level", fields=fields, is_vital=False),
    )


def _placed(amounts: tuple[int, ...], index: int, amount: int) -> tuple[int, ...]:
    return (*amounts[:index], amount, *amounts[index + 1 :])


def known_index(session: Session, channel: int) -> int:
    """Return the place of a channel; SessionRefusal if the protocol has none such."""
    try:
        return session.index(channel)
    except ValueError as error:
        raise SessionRefusal(f"This protocol has no channel {channel}.") from error


def without_levels(session: Session) -> Session:
    """Return the session with every level 0, nothing pending and nothing fading."""
    zeros = (0,) * len(session.levels_ua)
    return replace(
        session,
        levels_ua=zeros,
        felt_ua=zeros,
        fading_ua=zeros,
        fade_us=zeros,
        pending=None,
        find_channel=None,
        gentle_cycle=None,
    )
