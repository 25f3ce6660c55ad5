"""The screen of an engine that has ended: what to do with one's hands."""

from textual.app import ComposeResult
from textual.geometry import Size

from tui import texts
from tui.lines import Line, fit, fit_line, line
from tui.screens.base import NmesScreen

OUTPUT_STATES = frozenset({"armed", "finding", "running", "paused"})


class GoneScreen(NmesScreen):
    """Nothing can be sent any more; the leads can be pulled."""

    def compose_body(self) -> ComposeResult:
        """Lay out from top to bottom."""
        yield self.panel("gone")

    @property
    def _output_was_possible(self) -> bool:
        situation = self.host.situation
        if situation.arm_sent_us is not None or situation.doubt:
            return True
        snapshot = situation.snapshot
        return snapshot is not None and (
            snapshot.output_is_possible or situation.state in OUTPUT_STATES
        )

    def draw(self, size: Size) -> None:
        """Draw what has happened and what to do."""
        width = size.width
        self.panel("gone").show(self._lines(width))

    def _lines(self, width: int) -> list[Line]:
        if not self._output_was_possible:
            rows = [line(), line((f" {texts.GONE}", "bold")), line()]
            return rows + [line(f" {text}") for text in texts.GONE_HINT_IDLE]
        steps = self.host.situation.by_hand
        head = f"   !! {steps[0].upper()} !!     {texts.GONE}"
        block: list[Line] = [((fit(text, width), "alarm"),) for text in ("", head, "")]
        todo = enumerate((*steps, texts.GONE_LAST_STEP), start=1)
        hints = [texts.GONE_HINT_OUTPUT, *(f"{number}  {step}" for number, step in todo)]
        return [line(), *block, line(), *(line((f" {text}", "bold")) for text in hints)]

    def small(self, size: Size) -> list[Line]:
        """Keep the one instruction, however small the window."""
        first = self.host.situation.by_hand[0].upper()
        text = f"{first} - {texts.GONE}" if self._output_was_possible else texts.GONE
        return [fit_line(line((text, "alarm")), size.width)]

    def last_line(self, width: int) -> Line:
        """Return nothing that this screen could not keep."""
        return fit_line(line(), width)

    def keys_text(self) -> str:
        """Return the keys that mean something here."""
        return texts.GONE_KEYS

    def press(self, key: str) -> bool:
        """Leave with q."""
        if key != "q":
            return False
        self.host.leave()
        return True
