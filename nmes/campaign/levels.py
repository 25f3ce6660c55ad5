"""What the level of each channel was at most, from the operator's deeds and the journal.

A rise counts only if a key was pressed for it and the journal has it; what lowers a level counts
either way. So what comes out is never below the true level, and no higher than the operator asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nmes.campaign.evidence import Deed, Finding, Record

LATE_RESUME_US = 60_000_000
ALL_TO_ZERO = frozenset({"stop", "finish"})
FELT_UA = 500
KEY_TO_RECORD_US = 2_500_000
"""How long after its key the record of a rise may come."""


@dataclass(slots=True)
class Span:
    """A level in force from one time to another."""

    from_us: int
    until_us: int
    level_ua: int


@dataclass(slots=True)
class Levels:
    """The levels of one channel over time. `keys` are presses for up that have not acted yet."""

    spans: list[Span] = field(default_factory=lambda: [Span(0, 2**62, 0)])
    keys: list[Deed] = field(default_factory=list)

    @property
    def now_ua(self) -> int:
        """The level in force now."""
        return self.spans[-1].level_ua

    def set_to(self, level_ua: int, at_us: int) -> None:
        """Begin a new span."""
        if level_ua != self.now_ua:
            self.spans[-1].until_us = at_us
            self.spans.append(Span(at_us, 2**62, level_ua))

    def lower_to(self, level_ua: int, at_us: int) -> None:
        """Begin a new span unless the level is as low already."""
        self.set_to(min(level_ua, self.now_ua), at_us)


class Ceiling:
    """Answers what current a level allows, and for `delay_us` what it allowed; times must rise.

    What was not written by `dead_us`, when the engine was killed, is never written.
    """

    def __init__(self, levels: Levels, delay_us: int, dead_us: int) -> None:
        self._spans = levels.spans
        self._delay_us = delay_us
        self._dead_us = dead_us
        self._first = 0

    def at(self, time_us: int) -> int:
        """Return the highest level in force at a time or so shortly before; times must rise."""
        spans, since_us = self._spans, min(time_us, self._dead_us) - self._delay_us
        while spans[self._first].until_us <= since_us:
            self._first += 1
        highest_ua = 0
        for span in spans[self._first :]:
            if span.from_us > time_us:
                break
            highest_ua = max(highest_ua, span.level_ua)
        return highest_ua


class LevelHistory:
    """Follows all levels through a session. `findings` are rises that nobody asked for.

    A key raises by its amount at most, or by one step of the device's grid where that is more. It
    lowers by whole steps; a fine one by one step if that is at least FELT_UA.
    """

    def __init__(self, channels: Sequence[int], coarse_ua: int, grid_ua: int) -> None:
        self.levels = {number: Levels() for number in channels}
        self.findings: list[Finding] = []
        self._coarse_ua = coarse_ua
        self._grid_ua = grid_ua
        self._paused_us: int | None = None

    def follow(self, deeds: Sequence[Deed], records: Sequence[Record]) -> None:
        """Go through everything in order of time; a deed comes before what it leads to."""
        for at_us, _, what in sorted(_in_order(deeds, records), key=lambda entry: entry[:2]):
            if isinstance(what, Deed):
                self._take_deed(what)
            else:
                self._take_record(what, at_us)

    def _take_deed(self, deed: Deed) -> None:
        levels = self.levels.get(deed.channel)
        if deed.kind == "resume" and not deed.is_refused:
            self._resume(deed.at_us)
        elif deed.is_refused:
            return
        elif deed.kind in ALL_TO_ZERO:
            self._all_to_zero(deed.at_us)
        elif deed.kind == "pause":
            self._paused_us = deed.at_us
        elif levels is None:
            return
        elif deed.kind.startswith("step_up"):
            levels.keys.append(deed)
        elif deed.kind.startswith("step_down"):
            levels.lower_to(max(0, levels.now_ua - self._fall_ua(deed)), deed.at_us)
        elif deed.kind in ("zero_level", "find_level"):
            levels.lower_to(0, deed.at_us)

    def _fall_ua(self, key: Deed) -> int:
        if key.kind.endswith("fine") and self._grid_ua >= FELT_UA:
            return self._grid_ua
        return max(key.amount_ua // self._grid_ua, 1) * self._grid_ua

    def _resume(self, at_us: int) -> None:
        if self._paused_us is not None and at_us - self._paused_us > LATE_RESUME_US:
            for levels in self.levels.values():
                levels.lower_to(levels.now_ua // 2 // self._grid_ua * self._grid_ua, at_us)
        self._paused_us = None

    def _all_to_zero(self, at_us: int) -> None:
        self._paused_us = None  # a pause that was not resumed
        for levels in self.levels.values():
            levels.lower_to(0, at_us)
            levels.keys.clear()

    def _take_record(self, record: Record, at_us: int) -> None:
        if record.event in ("stop", "fault", "arm", "session_close"):
            self._all_to_zero(at_us)
        elif record.event == "pause" and self._paused_us is None:
            self._paused_us = at_us  # nobody asked for it: the screen fell silent, a pad came off
        elif record.event == "level":
            number, to_ua = _number(record, "channel"), _number(record, "to_ua")
            if to_ua > _number(record, "from_ua"):
                self._rise(number, to_ua, at_us)
            else:
                self.levels[number].lower_to(to_ua, at_us)

    def _rise(self, number: int, to_ua: int, at_us: int) -> None:
        levels = self.levels[number]
        rise_ua = to_ua - levels.now_ua
        fresh = [key for key in levels.keys if at_us - key.at_us <= KEY_TO_RECORD_US]
        fitting = [
            key for key in fresh if rise_ua <= max(key.amount_ua, self._grid_ua) <= self._coarse_ua
        ]
        levels.keys = fresh
        if fitting:
            levels.keys.remove(fitting[0])
        else:
            text = f"channel {number} rose by {rise_ua} µA to {to_ua} µA: no key asked for that"
            self.findings.append(Finding(kind="unasked rise", at_us=at_us, text=text))
        levels.set_to(max(to_ua, levels.now_ua), at_us)


def _in_order(
    deeds: Sequence[Deed], records: Sequence[Record]
) -> Iterator[tuple[int, int, Deed | Record]]:
    for deed in deeds:
        yield deed.at_us, 0, deed
    for record in records:
        yield record.at_us, 1, record


def _number(record: Record, key: str) -> int:
    value = record.data[key]
    return value if isinstance(value, int) else 0
