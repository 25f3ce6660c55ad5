"""The stopped screen, faults included: why, is it confirmed, and the two steps to go on."""

from textual.app import ComposeResult
from textual.geometry import Size

from nmes.link.messages import Acknowledge, Leave, Note
from protocols.capabilities import in_order
from tui import texts
from tui.drawing import bars
from tui.drawing.small import small_lines
from tui.drawing.stopped import confirmation, stop_word, stopped_lines
from tui.lines import Line, fit_line, line
from tui.screens.base import NmesScreen


class StoppedScreen(NmesScreen):
    """Nothing goes on by itself from here; the first key of a re-arm is never the second."""

    def __init__(self) -> None:
        super().__init__()
        self._is_confirming = self._is_ending = False
        self._noted = ""

    def compose_body(self) -> ComposeResult:
        """Lay out from top to bottom."""
        for name in ("title", "output", "stop", "remark", "device"):
            yield self.panel(name)

    def begin(self) -> None:
        """Forget what belonged to an earlier stop."""
        self._is_confirming, self._is_ending, self._noted = False, False, ""

    def draw(self, size: Size) -> None:
        """Draw the stop, or that nothing is known of it."""
        width = size.width
        view = self.host.view()
        if view is None:
            return
        self.panel("title").show([bars.title_line(view, width)])
        self.panel("output").show([bars.output_line(view, width)])
        self.panel("stop").show(stopped_lines(view, width, self.host.zone, self._noted))
        self.panel("remark").show_whole(self._remark(width))
        self.panel("device").show([bars.device_line(view, width)])

    def _remark(self, width: int) -> list[Line]:
        if self._is_confirming:
            return [fit_line(line((f" {texts.REARM_READ}", "warn")), width)]
        if self._is_ending:
            asked = texts.DONE_BY_HAND.format(steps=in_order(self.host.situation.doubt))
            return [fit_line(line((f" {asked}", "warn")), width)]
        return bars.remark_lines(self.host.situation.remark_now(self.host.now_us()), width)

    def small(self, size: Size) -> list[Line]:
        """Keep whether the stop is confirmed, however small the window."""
        view = self.host.view()
        live = self.host.situation.stop_is_live
        width, height = size
        lines = small_lines(view, width, height, stop_is_live=live)
        if view is None:
            return lines
        head, _ = confirmation(view, view.snapshot.stop, self.host.zone)
        top = [line((stop_word(view), "bold")), line((head, "alarm"))]
        return [fit_line(row, width) for row in (*top, *lines)][:height]

    def last_line(self, width: int) -> Line:
        """Return the stop keys while output cannot be ruled out, or that it is off."""
        view = self.host.view()
        if view is not None and bars.stop_is_open(view):
            return bars.stop_line(width)
        return super().last_line(width)

    def keys_text(self) -> str:
        """Return the keys that mean something now."""
        if self._is_confirming:
            return texts.STOPPED_KEYS_CONFIRM
        if self._is_ending:
            return texts.STOPPED_KEYS_BY_HAND
        return texts.STOPPED_KEYS_UNCONFIRMED if self._is_unconfirmed else texts.STOPPED_KEYS

    @property
    def _is_unconfirmed(self) -> bool:
        """Whether the stop still waits for its confirmation, or will have none."""
        view = self.host.view()
        return view is not None and (view.stop_is_unconfirmed or bars.stop_is_open(view))

    def press(self, key: str) -> bool:
        """React to a key that is no stop key."""
        if self._is_confirming:
            self._confirm(key)
        elif self._is_ending:
            self._end_by_hand(key)
        elif key == "r":
            self._read()
        elif key == "e":
            self._end()
        elif len(key) == 1 and key in "12345":
            self._noted = texts.HAPPENED[int(key) - 1]
            self.host.send(Note(topic="stop", text=self._noted))
        else:
            return False
        return True

    def cancel(self) -> None:
        """Take back the first step of a re-arm."""
        self._is_confirming = self._is_ending = False

    def _end(self) -> None:
        """End the session; where current may go on, only once a person has ended that."""
        if self.host.situation.doubt:
            self._is_ending = True
            return
        self.host.send(Leave())
        self.host.ask(texts.ENDING)

    def _end_by_hand(self, key: str) -> None:
        self._is_ending = False
        if key != "y":
            return
        situation = self.host.situation
        done = texts.DONE_BY_HAND_NOTE.format(steps=in_order(situation.doubt))
        self.host.send(Note(topic="stop", text=done))
        situation.end_by_hand()
        self._end()

    def _read(self) -> None:
        if self._is_unconfirmed:
            self.host.ask(texts.REARM_UNCONFIRMED)
            return
        self.host.send(Acknowledge())
        self._is_confirming = True

    def _confirm(self, key: str) -> None:
        self._is_confirming = False
        if key != "y" or self.window_is_small:
            self.host.ask(texts.REARM_CANCELLED)
            return
        self.host.ask(texts.REARM_SENT)
        self.host.ask(self.host.controls.arm())
