"""The placement screen: pads channel by channel, then the check, then arming at 0 mA."""

from textual.app import ComposeResult
from textual.geometry import Size

from tui import texts
from tui.drawing.bars import remark_lines
from tui.drawing.placement import (
    channel_lines,
    check_lines,
    placement_title,
    scrolled,
    state_lines,
)
from tui.lines import Line, line
from tui.placement import may_choose_side, with_side
from tui.screens.base import NmesScreen

_SIDES = {"l": "left", "r": "right"}


class PlacementScreen(NmesScreen):
    """Text first: the words alone must be enough to place the pads."""

    def compose_body(self) -> ComposeResult:
        """Lay out from top to bottom."""
        for name in ("title", "page", "state", "remark"):
            yield self.panel(name)

    def draw(self, size: Size) -> None:
        """Draw the page of one channel, or the check."""
        width, height = size
        prepared, placement = self.host.situation.prepared, self.host.placement
        if prepared is None:
            self.panel("title").show([line((f" {texts.ASKED_PREPARE}", "bold"))])
            return
        placement.follow(prepared)
        self.panel("title").show([placement_title(prepared, placement, width)])
        remark = remark_lines(self.host.situation.remark_now(self.host.now_us()), width)
        room = height - 4 - len(remark)
        if placement.is_check_page:
            lines, placement.cursor = scrolled(check_lines(prepared, width), placement.cursor, room)
        else:
            lines = self._channel_page(width)
        self.panel("page").show(lines)
        small = self.window_is_small
        self.panel("state").show([state_lines(prepared, placement, width, window_is_small=small)])
        self.panel("remark").show_whole(remark)

    def _channel_page(self, width: int) -> list[Line]:
        prepared, placement = self.host.situation.prepared, self.host.placement
        if prepared is None:
            return []
        return channel_lines(prepared, placement, width, side_is_free=self._side_is_free)

    @property
    def _side_is_free(self) -> bool:
        situation, number = self.host.situation, self.host.placement.number
        if situation.prepared is None or number is None:
            return False
        return may_choose_side(situation.prepared, situation.asked, number)

    def keys_text(self) -> str:
        """Return the keys that mean something on this page."""
        if self.host.situation.prepared is None:
            return texts.PREPARING_KEYS
        keys = texts.PLACEMENT_KEYS_SIDE if self._side_is_free else texts.PLACEMENT_KEYS
        if self.host.placement.is_check_page:
            keys = texts.CHECK_KEYS
        return keys.format(back=self._back_text())

    def _back_text(self) -> str:
        if self.host.placement.page:
            return texts.BACK_A_PAGE
        was_asked = self.host.situation.screening is not None
        return texts.BACK_TO_QUESTIONS if was_asked else texts.BACK_TO_START

    def press(self, key: str) -> bool:
        """React to a key; none of the stop keys arrives here while output is possible."""
        placement = self.host.placement
        if self.host.situation.prepared is None:
            return False
        if key in _SIDES and self._side_is_free:
            self._choose_side(_SIDES[key])
        elif key in {"left", "right"}:
            placement.turn(1 if key == "right" else -1)
        elif key in {"up", "down"}:
            placement.move(1 if key == "down" else -1)
        elif key == "space":
            placement.toggle()
        elif key == "enter":
            placement.turn(1)
        elif key in {"b", "escape"}:
            self._go_back()
        elif key == "a" and placement.is_check_page:
            self._arm()
        else:
            return False
        return True

    def _go_back(self) -> None:
        """Go one page back; from the first page to what comes before the pads."""
        if self.host.placement.page:
            self.host.placement.turn(-1)
            return
        self.host.situation.ask_again()
        self.host.placement.begin()

    def _choose_side(self, side: str) -> None:
        asked, number = self.host.situation.asked, self.host.placement.number
        if asked is None or number is None:
            return
        self.host.placement.untick(number)
        self.host.prepare(with_side(asked, number, side))

    def _arm(self) -> None:
        prepared = self.host.situation.prepared
        if prepared is None:
            return
        needs = self.host.placement.needs(prepared, window_is_small=self.window_is_small)
        if needs:
            self.host.ask(texts.ARM_NEEDS.format(needs="; ".join(needs)))
            return
        self.host.ask(texts.ARMING)
        self.host.ask(self.host.controls.arm())
