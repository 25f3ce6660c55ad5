"""What earlier sessions of one person gave to each place on the body, by their journals (pure).

Only sessions with a person at a real device count: nothing else stimulated anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from nmes.records.chain import JournalReading, Record
from nmes.records.events import OPENING, Contraction, RecordedChannel, SessionOpen, parse_event

Place = tuple[str, str | None]
"""A site and its side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastUse:
    """What a place was given before.

    `today_us` counts from the first current of each session of that day to its last, rests
    included; `tolerated_ua` is the highest level that was borne from beginning to end of a planned
    contraction, None if none was.
    """

    today_us: int
    tolerated_ua: int | None


UNUSED = PastUse(today_us=0, tolerated_ua=None)


def past_use(
    journals: Iterable[JournalReading], day: str, zone: tzinfo | None
) -> Mapping[Place, PastUse]:
    """Return what each place was given, by what can be believed of these journals.

    `day` (YYYY-MM-DD) and the day of a journal are those of `zone`; None: that of this computer.
    RecordError for a record of a later version.
    """
    used: dict[Place, PastUse] = {}
    for journal in journals:
        opening = opening_of(journal)
        if opening is None or opening.is_bench or opening.is_simulated:
            continue
        is_today = day_of(journal.records[0].utc, zone) == day
        for place, own in _session_use(journal, opening, is_today).items():
            used[place] = _added(used.get(place, UNUSED), own)
    return used


def opening_of(journal: JournalReading) -> SessionOpen | None:
    """Return who was stimulated with what; None if nothing of the journal can be believed."""
    if not journal.records or journal.records[0].event != OPENING:
        return None
    opening = parse_event(OPENING, journal.records[0].data)
    return opening if isinstance(opening, SessionOpen) else None


def day_of(utc: str, zone: tzinfo | None) -> str:
    """Return the calendar day of a record's time."""
    return datetime.fromisoformat(utc).astimezone(zone).date().isoformat()


def _session_use(
    journal: JournalReading, opening: SessionOpen, is_today: bool
) -> Mapping[Place, PastUse]:
    places = {channel.number: _place(channel) for channel in opening.channels}
    given: dict[Place, list[tuple[int, Contraction]]] = {}
    for record in journal.records:
        contraction = _contraction(record)
        if contraction is not None and contraction.pulses > 0:
            place = places[contraction.channel]
            given.setdefault(place, []).append((record.at_us, contraction))
    return {
        place: PastUse(
            today_us=_span_us(contractions) if is_today else 0,
            tolerated_ua=max(
                (c.borne_ua for _, c in contractions if c.is_dose and c.is_complete), default=None
            ),
        )
        for place, contractions in given.items()
    }


def _place(channel: RecordedChannel) -> Place:
    return channel.site, channel.side


def _contraction(record: Record) -> Contraction | None:
    if record.event != "contraction":
        return None
    event = parse_event(record.event, record.data)
    return event if isinstance(event, Contraction) else None


def _span_us(contractions: list[tuple[int, Contraction]]) -> int:
    begins_us = min(at_us - contraction.on_us for at_us, contraction in contractions)
    return max(at_us for at_us, _ in contractions) - begins_us


def _added(a: PastUse, b: PastUse) -> PastUse:
    levels_ua = [level for level in (a.tolerated_ua, b.tolerated_ua) if level is not None]
    return PastUse(today_us=a.today_us + b.today_us, tolerated_ua=max(levels_ua, default=None))
