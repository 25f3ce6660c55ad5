"""What each channel has given in the contraction under way (pure).

Counted from what the device confirmed, between one confirmation and the next. What it did not
confirm did not take place: neither for the contraction nor for the place in the program.
"""

from dataclasses import dataclass, replace

from nmes.session.program import (
    contractions_done,
    current_burst,
    last_burst_end_us,
    resume_time_us,
)
from nmes.session.session import Session, find_stage
from nmes.session.states import SessionState
from protocols.pulses import ChannelOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which burst of which cycle; stage and cycle are None while a level is being found.

    `end_us` is its planned end on the monotonic clock.
    """

    stage: int | None
    cycle: int | None
    period_us: int
    start_us: int
    end_us: int
    ends_cycle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contraction:
    """A contraction of one channel under way. `charge_sum` is in µA·µs·µs, see `charge_nc`.

    `level_ua` is the highest level in force during it, `level_kept_ua` the lowest: what was borne
    from its beginning to its end. `left_us` is when the session was first seen to have left its
    burst, whether at its end or before; what flows on until the device confirms that nothing does
    belongs to it.
    """

    place: Place
    level_ua: int
    level_kept_ua: int
    on_us: int
    charge_sum: int
    left_us: int | None = None
    is_broken_off: bool = False

    @property
    def pulses(self) -> int:
        """How many pulses were put out."""
        return round(self.on_us / self.place.period_us)

    @property
    def charge_nc(self) -> int:
        """The charge of all first phases together."""
        return self.charge_sum // (1000 * self.place.period_us)


def place_now(session: Session, channel: int, now_us: int) -> Place | None:
    """Return the burst that a channel is in, None at rest."""
    if session.countdown_us(now_us) > 0:
        return None
    if session.state is SessionState.RUNNING:
        return _place_in_program(session, channel, now_us)
    if session.state is SessionState.FINDING and channel == session.find_channel:
        return _place_in_search(session, channel, now_us)
    return None


def _place_in_program(session: Session, channel: int, now_us: int) -> Place | None:
    stage, zero_us = session.stage, session.zero_us
    timed = current_burst(stage, channel, now_us - zero_us)
    if timed is None:
        return None
    return Place(
        stage=session.stage_index,
        cycle=(now_us - zero_us) // stage.cycle_us,
        period_us=stage.setup.period_us,
        start_us=zero_us + timed.start_us,
        end_us=zero_us + timed.end_us,
        ends_cycle=timed.burst.end_us == last_burst_end_us(stage),
    )


def _place_in_search(session: Session, channel: int, now_us: int) -> Place | None:
    stage, zero_us = find_stage(session, channel), session.find_zero_us
    timed = current_burst(stage, channel, now_us - zero_us)
    if timed is None:
        return None
    return Place(
        stage=None,
        cycle=None,
        period_us=stage.setup.period_us,
        start_us=zero_us + timed.start_us,
        end_us=zero_us + timed.end_us,
        ends_cycle=False,
    )


_HELD = (SessionState.PAUSED, SessionState.STOPPED, SessionState.FAULTED)


def held_where_sure(before: Session, after: Session, now_us: int, sure_us: int) -> Session:
    """Return a session that left its program, not beyond an end that no device confirmed.

    `sure_us` is until when the device is known to have done as it was asked. After a stall of the
    computer, or a silence of the device, the clock has gone on without it: the cycle is done again.
    """
    if before.state is not SessionState.RUNNING or after.state not in _HELD:
        return after
    plan, index = before.plan, before.stage_index
    now_time_us = before.stage_time_us(now_us)
    sure_time_us = before.stage_time_us(min(sure_us, now_us))
    if contractions_done(plan, index, sure_time_us) == contractions_done(plan, index, now_time_us):
        return after
    return replace(after, held_us=resume_time_us(before.stage, sure_time_us))


def begin(place: Place, session: Session, channel: int) -> Contraction:
    """Return the contraction that begins at a place."""
    level_ua = session.level_ua(channel)
    return Contraction(
        place=place, level_ua=level_ua, level_kept_ua=level_ua, on_us=0, charge_sum=0
    )


def with_output(
    contraction: Contraction, output: ChannelOutput, level_ua: int, for_us: int
) -> Contraction:
    """Return the contraction after this output was confirmed and lasted for a time."""
    followed = replace(
        contraction,
        level_ua=max(level_ua, contraction.level_ua),
        level_kept_ua=min(level_ua, contraction.level_kept_ua),
    )
    if output.current_ua == 0:
        return followed
    return replace(
        followed,
        on_us=contraction.on_us + for_us,
        charge_sum=contraction.charge_sum + output.current_ua * output.pulse_width_us * for_us,
    )


def left(contraction: Contraction, session: Session, sure_us: int, now_us: int) -> Contraction:
    """Return the contraction after the session was seen outside its burst.

    Whatever comes before its end breaks it off, a fault also after it: unless until then the device
    is known to have done as it was asked.
    """
    end_us = contraction.place.end_us
    left_us = now_us if contraction.left_us is None else contraction.left_us
    is_doubted = session.state is SessionState.FAULTED and sure_us < end_us
    is_broken_off = contraction.is_broken_off or left_us < end_us or is_doubted
    return replace(contraction, left_us=left_us, is_broken_off=is_broken_off)


def fields_of(contraction: Contraction, channel: int, sure_us: int) -> dict[str, object]:
    """Return the fields of its record: it is complete if it was confirmed until its end."""
    place = contraction.place
    is_complete = not contraction.is_broken_off and sure_us >= place.end_us
    return {
        "stage": place.stage,
        "cycle": place.cycle,
        "channel": channel,
        "level_ua": contraction.level_ua,
        "level_kept_ua": contraction.level_kept_ua,
        "on_us": contraction.on_us,
        "pulses": contraction.pulses,
        "charge_nc": contraction.charge_nc,
        "is_complete": is_complete,
        "ends_cycle": place.ends_cycle and is_complete,
        "is_dose": place.stage is not None,
    }
