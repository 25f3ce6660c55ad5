"""What a session screen draws at one moment: a frozen value, so that drawing is a pure function."""

from dataclasses import dataclass

from nmes.link.messages import ChannelText, Event, Prepared, Snapshot
from tui import texts, wording
from tui.controls import Controls
from tui.situation import Remark, Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel as it is drawn. `now_text` is confirmed, or `??`; `now_ua` is None then."""

    text: ChannelText
    now_ua: int | None
    level_ua: int
    is_chosen: bool

    @property
    def number(self) -> int:
        """The channel's number."""
        return self.text.number

    @property
    def title(self) -> str:
        """The channel's name with its side."""
        side = f" {self.text.side}" if self.text.side and self.text.side != "midline" else ""
        return f"{self.text.name}{side}"

    @property
    def short_title(self) -> str:
        """The channel's name with its side as one letter."""
        letter = texts.SIDE_SHORT.get(self.text.side or "", "")
        return f"{self.text.name} {letter}".strip()

    @property
    def now_text(self) -> str:
        """The confirmed current in mA, `??` if it is not known."""
        known = self.now_ua
        return texts.UNKNOWN_CURRENT if known is None else wording.current_text(known)

    @property
    def level_text(self) -> str:
        """The level in mA."""
        return wording.current_text(self.level_ua)

    @property
    def full_text(self) -> str | None:
        """What may flow at any level, in mA; None where the level is what flows."""
        full_ua = self.text.full_ua
        return None if full_ua is None else wording.current_text(full_ua)

    @property
    def cap_text(self) -> str:
        """The effective upper bound in mA."""
        return wording.current_text(self.text.cap_ua)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The prepared plan, the last snapshot and how much of it still holds."""

    prepared: Prepared
    snapshot: Snapshot
    rows: tuple[ChannelRow, ...]
    is_stale: bool
    engine_is_silent: bool
    unconfirmed_for_us: int | None
    stop_is_sent: bool
    stop_is_unconfirmed: bool
    patient: str
    remark: Remark | None
    events: tuple[Event, ...]
    cues_sound: bool
    is_ascii: bool

    @property
    def full_text(self) -> str:
        """What may flow in each channel at any level, "" where the levels are what flows."""
        return wording.bounds_text(row.text.full_ua for row in self.rows)

    @property
    def chosen(self) -> ChannelRow:
        """The chosen channel."""
        return next((row for row in self.rows if row.is_chosen), self.rows[0])


def view_of(
    situation: Situation, controls: Controls, now_us: int, *, cues_sound: bool, is_ascii: bool
) -> View | None:
    """Return what to draw now; None before there is a plan and a snapshot."""
    prepared, snapshot = situation.prepared, situation.snapshot
    if prepared is None or snapshot is None or not prepared.channels:
        return None
    is_stale = situation.is_stale(now_us)
    return View(
        prepared=prepared,
        snapshot=snapshot,
        rows=_rows(prepared, snapshot, controls.channel, is_stale=is_stale),
        is_stale=is_stale,
        engine_is_silent=situation.engine_is_silent(now_us),
        unconfirmed_for_us=situation.unconfirmed_for_us(now_us),
        stop_is_sent=situation.stop_sent_us is not None,
        stop_is_unconfirmed=situation.stop_is_unconfirmed(now_us),
        patient=situation.asked.patient if situation.asked else "",
        remark=situation.remark_now(now_us),
        events=tuple(situation.events),
        cues_sound=cues_sound,
        is_ascii=is_ascii,
    )


def _rows(
    prepared: Prepared, snapshot: Snapshot, chosen: int | None, *, is_stale: bool
) -> tuple[ChannelRow, ...]:
    now = {channel.number: channel for channel in snapshot.channels}
    return tuple(
        ChannelRow(
            text=text,
            now_ua=None if is_stale or text.number not in now else now[text.number].now_ua,
            level_ua=now[text.number].level_ua if text.number in now else 0,
            is_chosen=text.number == chosen,
        )
        for text in prepared.channels
    )
