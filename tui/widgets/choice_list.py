"""A list from which one entry is chosen with the arrow keys; the marked entry is the choice."""

from collections.abc import Sequence

from textual import events
from textual.message import Message

from tui import texts
from tui.lines import Line, fit, line
from tui.widgets.text_panel import TextPanel


class ChoiceList(TextPanel, can_focus=True):
    """Options are a value and the rows of its text. `hint` stands where there is none."""

    class Moved(Message):
        """Another line is marked."""

    class Accepted(Message):
        """Enter was pressed."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._options: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self._hint = ""
        self._index = 0

    @property
    def value(self) -> str | None:
        """The chosen value; None where there is nothing to choose."""
        return self._options[self._index][0] if self._options else None

    @property
    def place(self) -> str:
        """Which of how many is chosen, in words; nothing where there is no choice."""
        count = len(self._options)
        return texts.PLACE_IN_LIST.format(number=self._index + 1, count=count) if count > 1 else ""

    def offer(self, options: Sequence[tuple[str, tuple[str, ...]]], hint: str) -> None:
        """Offer these options; the chosen one stays chosen if it is still there."""
        chosen = self.value
        self._options, self._hint = tuple(options), hint
        values = [value for value, _ in self._options]
        self._index = values.index(chosen) if chosen in values else 0
        self.redraw()

    def choose(self, value: str) -> None:
        """Mark this value, if it is offered."""
        values = [offered for offered, _ in self._options]
        if value in values:
            self._index = values.index(value)
            self.redraw()

    def redraw(self) -> None:
        """Draw the part of the list around the marked entry."""
        if not self._options:
            self.show([line((f"   {self._hint}", "dim"))])
            return
        height = max(1, self.size.height)
        marked = sum(len(rows) for _, rows in self._options[: self._index])
        lines = [row for index in range(len(self._options)) for row in self._rows(index)]
        first = max(0, min(marked - height // 2, len(lines) - height))
        self.show(lines[first : first + height])

    def _rows(self, index: int) -> list[Line]:
        is_here = index == self._index
        marks = ["   "] * len(self._options[index][1])
        marks[0] = f" {'>' if is_here else ' '} "
        texts = [
            fit(f"{mark}{row}", self.size.width)
            for mark, row in zip(marks, self._options[index][1], strict=True)
        ]
        if not is_here:
            return [line(text) for text in texts]
        return [line((text, "chosen" if self.has_focus else "bold")) for text in texts]

    def on_resize(self) -> None:
        """Draw in the new size."""
        self.redraw()

    def on_focus(self) -> None:
        """Show where the keys go."""
        self.redraw()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        """Move, or accept."""
        steps = {"up": -1, "down": 1, "pageup": -5, "pagedown": 5, "home": -999, "end": 999}
        if event.key == "enter":
            self.post_message(self.Accepted())
        elif event.key in steps and self._options:
            last = len(self._options) - 1
            self._index = max(0, min(last, self._index + steps[event.key]))
            self.redraw()
            self.post_message(self.Moved())
        else:
            return
        event.stop()
