"""What all screens share: the two last lines, the too-small window, access to the application."""

from datetime import tzinfo
from typing import Protocol, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import Screen

from nmes.link.messages import Intent, Prepare
from protocols.capabilities import in_order
from tui.controls import Asked, Controls
from tui.drawing.bars import doubtful_line, key_line, off_line, stop_line
from tui.drawing.small import small_lines
from tui.lines import Line
from tui.placement import Placement
from tui.screening import Screening
from tui.situation import Situation
from tui.terminal import is_too_small
from tui.view import View
from tui.widgets.text_panel import TextPanel


class Host(Protocol):
    """What a screen may use of the application."""

    situation: Situation
    controls: Controls
    placement: Placement
    screening: Screening
    zone: tzinfo | None
    is_ascii: bool
    cues_sound: bool

    def now_us(self) -> int:
        """Return the screen's monotonic time."""

    def send(self, intent: Intent) -> None:
        """Send one intent."""

    def ask(self, asked: Asked) -> None:
        """Send the intent, or show the words why not."""

    def prepare(self, asked: Prepare) -> None:
        """Ask the engine for a plan; before a person's, for what that person must be asked."""

    def view(self) -> View | None:
        """Return what to draw now."""

    def leave(self) -> None:
        """Leave the program."""


class NmesScreen(Screen[None]):
    """A screen that is drawn from the situation whenever it is told to."""

    AUTO_FOCUS = None
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._panels: dict[str, TextPanel] = {}

    @property
    def host(self) -> Host:
        """The application."""
        return cast(Host, self.app)

    @property
    def window_is_small(self) -> bool:
        """Whether the window is below what arming needs."""
        return is_too_small(self.app.size.width, self.app.size.height)

    def compose(self) -> ComposeResult:
        """Lay out the body of the screen, what replaces it when small, and the last lines."""
        with Vertical(id="body"):
            yield from self.compose_body()
        for name in ("small", "keys", "last"):
            yield self.panel(name)

    def compose_body(self) -> ComposeResult:
        """Lay out what is particular to this screen."""
        return iter(())

    def on_resize(self, event: events.Resize) -> None:
        """Choose between the body and its small replacement."""
        self.set_class(is_too_small(event.size.width, event.size.height), "-small")
        self.redraw()

    def on_screen_resume(self) -> None:
        """Draw when the screen comes up."""
        self.set_class(self.window_is_small, "-small")
        self.redraw()

    def redraw(self) -> None:
        """Draw what changed."""
        if self.window_is_small:
            self.panel("small").show(self.small(self.app.size))
            return
        width = self.app.size.width
        self.panel("keys").show([key_line(self.keys_text(), width)])
        self.panel("last").show([self.last_line(width)])
        self.draw(self.app.size)

    def panel(self, name: str) -> TextPanel:
        """Return the panel with that id; made when first asked for, so never missing."""
        if name not in self._panels:
            self._panels[name] = TextPanel(id=name)
        return self._panels[name]

    def small(self, size: Size) -> list[Line]:
        """Return what is drawn in a window that is too small."""
        live = self.host.situation.stop_is_live
        return small_lines(self.host.view(), size.width, size.height, stop_is_live=live)

    def last_line(self, width: int) -> Line:
        """Return the last line: the stop keys whenever output cannot be ruled out."""
        situation = self.host.situation
        if situation.stop_is_live:
            return stop_line(width)
        if situation.doubt:
            return doubtful_line(in_order(situation.doubt), width)
        return off_line(width)

    def keys_text(self) -> str:
        """Return the line of keys."""
        return ""

    def draw(self, size: Size) -> None:
        """Draw the body in a window of that size."""
        raise NotImplementedError

    def press(self, key: str) -> bool:
        """React to a key that is no stop key; return whether it meant anything."""
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        """Letters mean the same with Caps Lock."""
        key = event.key.lower() if len(event.key) == 1 else event.key
        if self.press(key):
            event.stop()
            event.prevent_default()
            self.redraw()
