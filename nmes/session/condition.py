"""What follows from a device's reports of pads, delivered current and battery (pure).

Faults end the session. A pad without contact silences everything, and nothing rises again without a
hand on a key, however often the contact comes and goes.
"""

from dataclasses import dataclass, replace

from nmes.session import halts
from nmes.session.actions import Facts, FaultSeen, Outcome, Record, Request, StatusSeen, Tell
from nmes.session.levels import with_level
from nmes.session.session import Session
from nmes.session.states import SessionState
from protocols.status import ChannelStatus, Contact

FOLLOW_SHARE = 16
"""A baseline follows each reading by this share of the difference: over seconds, not at once."""

_CHECK_PADS = "Check pads and leads of channel {}, then acknowledge and arm again."
_HUSHABLE = (SessionState.FINDING, SessionState.RUNNING, SessionState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loss:
    channel: int
    why: str


def status_seen(session: Session, seen: StatusSeen, now_us: int, facts: Facts) -> Outcome:
    """Judge a report: first what ends everything, then contact, then what is only worth a word."""
    if not session.is_live:
        return session, ()
    fault = _fault_in(session, seen)
    if fault is not None:
        return halts.fault(session, fault, now_us, facts)
    known = [status for status in seen.status.channels if _is_planned(session, status.channel)]
    requests: list[Request] = []
    for status in known:
        session, asked = _take_channel(session, status, now_us, facts)
        requests.extend(asked)
    session, told = _take_battery(session, seen.status.battery_percent)
    return session, (*requests, *told)


def _is_planned(session: Session, channel: int) -> bool:
    return any(planned.number == channel for planned in session.plan.channels)


def sleep_fault(session: Session, slept_us: int) -> FaultSeen | None:
    """Return the fault that a sleep of the computer is; None for one too short to be one."""
    if slept_us <= session.behaviour.clock_jump_us:
        return None
    detail = f"the computer slept for {slept_us / 1e6:.0f} s"
    advice = "Keep the computer awake during a session. Acknowledge, then arm again."
    return _fault("SLEPT", detail, advice, None)


# Faults ----------------------------------------------------------------------------------------


def _fault_in(session: Session, seen: StatusSeen) -> FaultSeen | None:
    status, behaviour = seen.status, session.behaviour
    if status.error is not None:
        advice = "Switch the stimulator off and on. If it happens again, have it serviced."
        return _fault("DEVICE", f"the device reports: {status.error}", advice, None)
    battery = status.battery_percent
    if battery is not None and battery < behaviour.battery_least_percent:
        detail = f"the battery of the device is at {battery} %"
        return _fault("BATTERY", detail, "Charge the device before the next session.", None)
    for channel in status.channels:
        fault = _short(session, channel) or _misdelivered(session, channel, seen.range_ua(channel))
        if fault is not None:
            return fault
    return None


def _short(session: Session, status: ChannelStatus) -> FaultSeen | None:
    ohm = status.impedance_ohm
    is_low = ohm is not None and ohm < session.behaviour.impedance_short_ohm
    if not is_low and status.contact is not Contact.SHORT:
        return None
    detail = f"channel {status.channel} is shorted"
    return _fault("SHORT", detail, _CHECK_PADS.format(status.channel), status.channel)


def _misdelivered(
    session: Session, status: ChannelStatus, range_ua: tuple[int, int]
) -> FaultSeen | None:
    """Return a fault if the current is none of those set since the last report."""
    if status.delivered_ua is None:
        return None
    tolerance_ua = session.behaviour.delivered_tolerance_steps * session.step_ua
    lowest_ua, highest_ua = range_ua
    if lowest_ua - tolerance_ua <= status.delivered_ua <= highest_ua + tolerance_ua:
        return None
    detail = (
        f"channel {status.channel} delivers {status.delivered_ua / 1000:g} mA "
        f"where {highest_ua / 1000:g} mA is set"
    )
    advice = "Take the leads off and do not use this stimulator before it was serviced."
    return _fault("DELIVERED", detail, advice, status.channel)


def _fault(code: str, detail: str, advice: str, channel: int | None) -> FaultSeen:
    return FaultSeen(code=code, detail=detail, advice=advice, channel=channel)


# Contact ---------------------------------------------------------------------------------------


def _take_channel(session: Session, status: ChannelStatus, now_us: int, facts: Facts) -> Outcome:
    session, held = _take_clipping(session, status, now_us, facts)
    loss = _loss_of(session, status, now_us)
    was_open = status.channel in session.condition.open_channels
    if loss is not None:
        session, asked = (session, ()) if was_open else _lose_contact(session, loss, now_us)
        return session, (*held, *asked)
    session, warned = _follow_impedance(session, status)
    if was_open and _says_contact(status):
        session, back = _regain_contact(session, status.channel)
        return session, (*held, *warned, *back)
    return session, (*held, *warned)


def _says_contact(status: ChannelStatus) -> bool:
    return status.contact is Contact.GOOD or status.impedance_ohm is not None


def _loss_of(session: Session, status: ChannelStatus, now_us: int) -> _Loss | None:
    """Return what amounts to a pad without contact."""
    behaviour, ohm = session.behaviour, status.impedance_ohm
    if status.contact is Contact.OPEN:
        return _Loss(channel=status.channel, why="the pads have no contact")
    if ohm is not None and ohm > behaviour.impedance_open_ohm:
        return _Loss(channel=status.channel, why=f"{ohm} Ω, as good as no contact")
    drift = _drift_percent(session, status)
    if drift > behaviour.impedance_lost_percent:
        return _Loss(channel=status.channel, why=f"impedance {drift} % off what it was")
    clips = [at for channel, at in session.condition.clips_us if channel == status.channel]
    if len(clips) >= behaviour.clip_count_max and now_us - clips[0] <= behaviour.clip_window_us:
        return _Loss(channel=status.channel, why="the output is clipped again and again")
    return None


def _lose_contact(session: Session, loss: _Loss, now_us: int) -> Outcome:
    """Silence everything, take all levels to 0, and hold the place."""
    cause = f"channel {loss.channel}: {loss.why}"
    requests: list[Request] = []
    condition = session.condition
    clips_us = tuple(clip for clip in condition.clips_us if clip[0] != loss.channel)
    opened = replace(
        condition, open_channels=(*condition.open_channels, loss.channel), clips_us=clips_us
    )
    session = replace(session, condition=opened, pending=None)
    if session.state in _HUSHABLE:
        session, asked = halts.hushed(session, cause, now_us)
        requests.extend(asked)
    for planned in session.plan.channels:
        session, lowering = with_level(session, planned.number, 0)
        requests.extend(lowering)
    notice = Record(event="notice", fields={"text": f"Contact lost, {cause}."}, is_vital=False)
    told = Tell(mark="!!", text=f"Contact lost, {cause}. All levels are 0: press the pads on.")
    return session, (*requests, notice, told)


def _regain_contact(session: Session, channel: int) -> Outcome:
    """Take note of it; nothing rises by itself."""
    still_open = tuple(n for n in session.condition.open_channels if n != channel)
    condition = replace(session.condition, open_channels=still_open)
    text = f"Channel {channel} has contact again. Go on, then raise its level by hand."
    return replace(session, condition=condition), (Tell(mark="i", text=text),)


# Worth a word ----------------------------------------------------------------------------------


def _take_clipping(session: Session, status: ChannelStatus, now_us: int, facts: Facts) -> Outcome:
    """Hold a clipped channel at what it puts out now, and count."""
    if status.is_clipped is None:
        return session, ()
    channel, condition = status.channel, session.condition
    others = tuple(n for n in condition.clipped if n != channel)
    if not status.is_clipped:
        return replace(session, condition=replace(condition, clipped=others)), ()
    since_us = now_us - session.behaviour.clip_window_us
    clips_us = tuple(clip for clip in condition.clips_us if clip[1] >= since_us)
    counted = replace(
        condition, clipped=(*others, channel), clips_us=(*clips_us, (channel, now_us))
    )
    held = replace(session, condition=counted, pending=None)
    output_ua = facts.outputs_ua[session.index(channel)]
    text = f"Channel {channel}: the device cannot drive more. Check the pads; no rise until then."
    told = () if channel in condition.clipped else (Tell(mark="!", text=text),)
    if not 0 < output_ua < session.level_ua(channel):
        return held, told
    held, lowering = with_level(held, channel, output_ua)
    return held, (*lowering, *told)


def _follow_impedance(session: Session, status: ChannelStatus) -> Outcome:
    """Let the baseline follow slowly; a reading far off it is told once and not followed."""
    ohm, condition, channel = status.impedance_ohm, session.condition, status.channel
    if ohm is None:
        return session, ()
    drift = _drift_percent(session, status)
    others = tuple(n for n in condition.warned if n != channel)
    if drift > session.behaviour.impedance_warn_percent:
        warned = replace(session, condition=replace(condition, warned=(*others, channel)))
        text = f"Channel {channel}: impedance {drift} % off what it was. Look at the pads."
        return warned, () if channel in condition.warned else (Tell(mark="!", text=text),)
    baseline_ohm = condition.baseline_ohm(channel)
    before_ohm = ohm if baseline_ohm is None else baseline_ohm
    follows_ohm = before_ohm + (ohm - before_ohm) // FOLLOW_SHARE
    baselines = tuple(known for known in condition.baselines_ohm if known[0] != channel)
    followed = replace(condition, warned=others, baselines_ohm=(*baselines, (channel, follows_ohm)))
    return replace(session, condition=followed), ()


def _drift_percent(session: Session, status: ChannelStatus) -> int:
    """Return how far the impedance is off its baseline, rounded up; 0 while there is none."""
    baseline_ohm = session.condition.baseline_ohm(status.channel)
    if baseline_ohm is None or status.impedance_ohm is None:
        return 0
    return -(-abs(status.impedance_ohm - baseline_ohm) * 100 // max(1, baseline_ohm))


def _take_battery(session: Session, percent: int | None) -> Outcome:
    if percent is None or session.condition.is_battery_told:
        return session, ()
    if percent >= session.behaviour.battery_warn_percent:
        return session, ()
    told = replace(session, condition=replace(session.condition, is_battery_told=True))
    return told, (Tell(mark="!", text=f"The battery of the device is at {percent} %."),)
