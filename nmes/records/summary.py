"""A session's summary, recomputed from its journal alone (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from nmes.records.chain import JournalReading, Record
from nmes.records.events import (
    Contraction,
    Fault,
    Level,
    Pause,
    Recorded,
    RecordedChannel,
    RecordedClearance,
    RecordedNarrowing,
    Resume,
    SessionClose,
    SessionOpen,
    Stage,
    Start,
    Stop,
    parse_event,
)
from nmes.records.stops import HaltSummary, doubt_text, halts_of
from protocols.errors import RecordError

NOT_CLOSED = "not closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSummary:
    """What one channel gave; nothing of it while a level was being found.

    The levels are those of contractions in which current flowed: the first, the mean weighted by
    on-time (rounded down), the highest. `contractions` were complete; `on_us`, `pulses` and
    `charge_nc` (one phase) also hold those broken off. `level_set_ua` is the highest level that was
    ever set, also while it was found. With a `full_ua` the levels were settings at which so much
    may have flowed, and on-time, pulses and charge are upper bounds, unless there is a doubt.
    """

    number: int
    name: str
    site: str
    side: str | None
    level_start_ua: int
    level_mean_ua: int
    level_max_ua: int
    contractions: int
    on_us: int
    pulses: int
    charge_nc: int
    level_set_ua: int = 0
    full_ua: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """The session as its journal tells it. `outcome` is that of the closing record.

    `clearance` says in words why it was allowed, empty in older journals. `done_us` is the place
    in the program, `ran_us` the time between start or resume and the last sign of the program,
    countdowns included. Without a closing record the outcome is `not closed`, and both are that
    time. `contractions_done` counts cycles. `doubt` says in words what no device confirmed, empty
    if every stop was: no figure is an upper bound then.
    """

    session_id: str
    protocol_id: str
    title: str
    patient: str
    operator: str
    clearance: str
    device_title: str
    is_simulated: bool
    started_utc: str
    outcome: str
    planned_us: int
    done_us: int
    ran_us: int
    contractions_done: int
    contractions_planned: int
    pauses: int
    stops: int
    faults: tuple[str, ...]
    halts: tuple[HaltSummary, ...]
    doubt: str
    channels: tuple[ChannelSummary, ...]
    journal_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    at_us: int
    utc: str
    event: Recorded


def summarise(reading: JournalReading) -> SessionSummary:
    """Return the summary of the records that can be believed; RecordError if there are none.

    RecordError too for an event that does not fit its schema, as a later version may write it.
    """
    entries = tuple(_entry(record) for record in reading.records)
    events = tuple(entry.event for entry in entries)
    opening = events[0] if events else None
    if not isinstance(opening, SessionOpen):
        raise RecordError("The journal holds no opening record that can be believed.")
    doses = tuple(e for e in events if isinstance(e, Contraction) and e.is_dose)
    ran_us = _running_us(entries)
    outcome, done_us = _ending(events[-1], ran_us)
    return SessionSummary(
        session_id=opening.session_id,
        protocol_id=opening.protocol_id,
        title=opening.title,
        patient=opening.patient,
        operator=opening.operator,
        clearance=clearance_text(opening.clearance),
        device_title=opening.device_title,
        is_simulated=opening.is_simulated,
        started_utc=reading.records[0].utc,
        outcome=outcome,
        planned_us=opening.planned_us,
        done_us=done_us,
        ran_us=ran_us,
        contractions_done=_cycles_done(doses),
        contractions_planned=opening.contractions_planned,
        pauses=sum(isinstance(event, Pause) for event in events),
        stops=sum(isinstance(event, Stop) for event in events),
        faults=tuple(_fault_text(event) for event in events if isinstance(event, Fault)),
        halts=halts_of((entry.utc, entry.event) for entry in entries),
        doubt=doubt_text(opening, events),
        channels=tuple(
            _channel_summary(channel, doses, _level_set_ua(channel, events))
            for channel in opening.channels
        ),
        journal_hash=reading.final_hash,
    )


_NOBODY = {"bench": "nobody was connected", "simulated": "nobody: a simulator of nmes"}


def clearance_text(clearance: RecordedClearance | None) -> str:
    """Return why a session was allowed and what the answers left of its caps, on one line."""
    if clearance is None:
        return ""
    if clearance.basis != "screening":
        return _NOBODY[clearance.basis]
    parts = [f"asked by {clearance.asked_by} on {clearance.day}"]
    parts += [
        f"{note.item} acknowledged by {note.clinician}" for note in clearance.acknowledgements
    ]
    parts += [_narrowing_text(own) for own in clearance.narrowed]
    return "; ".join(parts)


def _narrowing_text(own: RecordedNarrowing) -> str:
    left = f"{own.permille / 10:g} % of the cap ({', '.join(own.items)})" if own.items else ""
    most = "" if own.maximum_ua is None else f"at most {own.maximum_ua / 1000:g} mA"
    return f"channel {own.channel}: {' and '.join(part for part in (left, most) if part)}"


def _entry(record: Record) -> _Entry:
    try:
        return _Entry(
            at_us=record.at_us, utc=record.utc, event=parse_event(record.event, record.data)
        )
    except RecordError as error:
        raise RecordError(f"line {record.seq + 1}: {error}") from error


def _ending(last: Recorded, ran_us: int) -> tuple[str, int]:
    if isinstance(last, SessionClose):
        return last.outcome, last.done_us
    return NOT_CLOSED, ran_us


def _running_us(entries: Sequence[_Entry]) -> int:
    running_us = 0
    since_us = None
    for entry in entries:
        is_sign = isinstance(entry.event, Stage | Contraction | Pause | Stop | Fault)
        if is_sign and since_us is not None:
            running_us += entry.at_us - since_us
            since_us = entry.at_us
        if isinstance(entry.event, Start | Resume):
            since_us = entry.at_us
        elif isinstance(entry.event, Pause | Stop | Fault):
            since_us = None
    return running_us


def _cycles_done(doses: Sequence[Contraction]) -> int:
    # A set: a cycle broken off by a pause is done again from its beginning.
    return len({(c.stage, c.cycle) for c in doses if c.is_complete and c.ends_cycle})


def _fault_text(fault: Fault) -> str:
    # Without its code, which is for machines: the detail says the same in words.
    place = f"channel {fault.channel}: " if fault.channel is not None else ""
    return f"{place}{fault.detail}"


def _level_set_ua(channel: RecordedChannel, events: Sequence[Recorded]) -> int:
    levels = (e for e in events if isinstance(e, Level) and e.channel == channel.number)
    return max((level.to_ua for level in levels), default=0)


def _channel_summary(
    channel: RecordedChannel, doses: Sequence[Contraction], level_set_ua: int
) -> ChannelSummary:
    given = tuple(c for c in doses if c.channel == channel.number and c.pulses > 0)
    on_us = sum(c.on_us for c in given)
    return ChannelSummary(
        number=channel.number,
        name=channel.name,
        site=channel.site,
        side=channel.side,
        level_start_ua=given[0].level_ua if given else 0,
        level_mean_ua=sum(c.level_ua * c.on_us for c in given) // max(1, on_us),
        level_max_ua=max((c.level_ua for c in given), default=0),
        contractions=sum(c.is_complete for c in given),
        on_us=on_us,
        pulses=sum(c.pulses for c in given),
        charge_nc=sum(c.charge_nc for c in given),
        level_set_ua=level_set_ua,
        full_ua=channel.full_ua,
    )
