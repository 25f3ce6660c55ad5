"""The summary screen: planned and done, levels, charge, faults."""

from textual.app import ComposeResult
from textual.geometry import Size

from nmes.link.messages import AskSessions
from tui import texts
from tui.drawing.bars import simulated_mark
from tui.drawing.placement import scrolled
from tui.drawing.summary import summary_lines
from tui.lines import line, spread
from tui.screens.base import NmesScreen


class SummaryScreen(NmesScreen):
    """What the journal tells of the session that has ended."""

    def __init__(self) -> None:
        super().__init__()
        self._first = 0

    def compose_body(self) -> ComposeResult:
        """Lay out from top to bottom."""
        yield self.panel("title")
        yield self.panel("summary")

    def begin(self) -> None:
        """Forget what belonged to an earlier session."""
        self._first = 0

    def draw(self, size: Size) -> None:
        """Draw the summary."""
        width, height = size
        summary = self.host.situation.summary
        if summary is None:
            return
        title = line((f" {texts.SUMMARY_TITLE}", "bold"))
        mark = line(*simulated_mark(is_simulated=summary.is_simulated))
        self.panel("title").show([spread(title, mark, width)])
        lines = summary_lines(summary, width, self.host.zone)
        shown, self._first = scrolled(lines, self._first, height - 3)
        self.panel("summary").show(shown)

    def keys_text(self) -> str:
        """Return the keys that mean something here."""
        return texts.SUMMARY_KEYS

    def press(self, key: str) -> bool:
        """React to a key."""
        if key == "n":
            self._new_session()
        elif key in {"up", "down"}:
            self._first += 1 if key == "down" else -1
        else:
            return False
        return True

    def _new_session(self) -> None:
        host = self.host
        host.situation.start_anew()
        host.placement.begin()
        host.send(AskSessions())
