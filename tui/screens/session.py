"""The session screen: what flows now, what the patient does now, and the operator's keys."""

from functools import partial

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.geometry import Size

from nmes.link.messages import Finish, Note, Start
from tui import texts, wording
from tui.arrangement import Arrangement, arrange
from tui.drawing import bars, panes
from tui.drawing.channel_table import WIDTH as TABLE_WIDTH
from tui.drawing.channel_table import table_lines
from tui.drawing.channel_tiles import tile_lines
from tui.drawing.phase import phase_lines
from tui.lines import Line, fit_line, line
from tui.screens.base import NmesScreen
from tui.situation import LIVE_STATES
from tui.view import View
from tui.widgets.envelope_plot import EnvelopePlot, PlotLayout

PLOT_LABEL = 26

_STEP_KEYS = {
    "up": ("up", False),
    "plus": ("up", False),
    "down": ("down", False),
    "minus": ("down", False),
    "pageup": ("up", True),
    "shift+up": ("up", True),
    "pagedown": ("down", True),
    "shift+down": ("down", True),
}

_LOWERING_KEYS = {"0", *(key for key, (direction, _) in _STEP_KEYS.items() if direction == "down")}

_STATE_KEYS = {
    "connecting": texts.KEYS_CONNECTING,
    "armed": texts.KEYS_ARMED,
    "finding": texts.KEYS_FINDING,
    "running": texts.KEYS_RUNNING,
    "paused": texts.KEYS_PAUSED,
}


class SessionScreen(NmesScreen):
    """Connecting, armed, finding, running, paused. Nothing here can take a key from the stop."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = EnvelopePlot(id="plot")
        self._channels = Container(id="channels")
        self._trace = Vertical(id="trace")
        self._panes = Container(id="panes")
        self._is_confirming = False
        self._help_page = 0
        self._arranged: tuple[Arrangement, int] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out from top to bottom; heights follow the window."""
        for name in ("title", "output", "phase", "progress"):
            yield self.panel(name)
        with self._channels:
            yield self.panel("table")
            with self._trace:
                yield self.panel("trace-head")
                yield self.plot
        with self._panes:
            yield self.panel("plan")
            yield self.panel("events")
        yield self.panel("remark")
        yield self.panel("device")

    # Drawing ---------------------------------------------------------------------------------

    def draw(self, size: Size) -> None:
        """Draw everything but the plot."""
        width, height = size
        view = self.host.view()
        if view is None:
            return
        arrangement = arrange(width, height, len(view.rows))
        if self._arranged != (arrangement, width):
            self._arrange(arrangement, width)
            self._arranged = (arrangement, width)
        self.panel("title").show([bars.title_line(view, width)])
        self.panel("output").show([bars.output_line(view, width)])
        self.panel("phase").show(phase_lines(view, width))
        self.panel("progress").show([bars.progress_line(view, width)])
        tiles, rows = arrangement.is_tiles, arrangement.rows_per_channel
        self.panel("table").show(tile_lines(view, width) if tiles else table_lines(view, rows))
        self._draw_panes(view, arrangement, width)
        self.panel("remark").show([self._remark(view, width)])
        self.panel("device").show([bars.device_line(view, width)])
        self.draw_plot()

    def _draw_panes(self, view: View, arrangement: Arrangement, width: int) -> None:
        height = arrangement.panes_height
        self.panel("trace-head").show([self._trace_head(view, arrangement)])
        plan_width = width // 2 - 1 if arrangement.has_plan else 0
        rest = width - plan_width
        if arrangement.has_plan:
            self.panel("plan").show(panes.plan_lines(view, plan_width, height))
        pages = panes.help_pages(rest, height)
        self._help_page %= len(pages) + 1
        if self._help_page:
            self.panel("events").show(pages[self._help_page - 1])
        else:
            self.panel("events").show(panes.event_lines(view, rest, height, self.host.zone))

    def _trace_head(self, view: View, arrangement: Arrangement) -> Line:
        grid, label = self.plot.grid, PLOT_LABEL if arrangement.is_tiles else 0
        head = texts.HEAD_PAST_SET if view.full_text else texts.HEAD_PAST
        past = head.format(past=round(grid.past_us / 1_000_000))
        future = texts.HEAD_FUTURE.format(future=round(grid.future_us / 1_000_000))
        return line((past.rjust(label + grid.past_cells), "dim"), "│", (future, "dim"))

    def _remark(self, view: View, width: int) -> Line:
        if view.stop_is_unconfirmed:
            steps = bars.steps_by_hand(view)
            return fit_line(line((f" {steps}", "warn")), width)
        if self._is_confirming:
            return fit_line(line((f" {texts.CONFIRM_FINISH}", "warn")), width)
        if view.remark is None and view.snapshot.steps_are_locked:
            return fit_line(line((f" {texts.LOCKED}", "bold")), width)
        return bars.remark_line(view.remark, _standing_advice(view), width)

    def draw_plot(self) -> None:
        """Draw the plot's next column, if it is due."""
        if self.window_is_small or not self.is_mounted:
            return
        situation = self.host.situation
        prepared = situation.prepared
        labels = [f" {c.number} {c.name}" for c in prepared.channels] if prepared else []
        self.plot.advance(situation, labels, self.host.now_us())

    def _arrange(self, arrangement: Arrangement, width: int) -> None:
        """Give every part its height; rare, because it lays the screen out anew."""
        self.set_class(arrangement.is_tiles, "-tiles")
        self.set_class(arrangement.has_plan, "-plan")
        tiles = arrangement.is_tiles
        channels = arrangement.channels_height
        self._channels.styles.height = channels + arrangement.plot_height if tiles else channels
        self.panel("table").styles.height = channels
        self.panel("table").styles.width = width if tiles else TABLE_WIDTH
        self._trace.styles.height = arrangement.plot_height
        self._panes.styles.height = arrangement.panes_height
        self.panel("plan").styles.width = width // 2 - 1
        self.plot.lay_out(
            PlotLayout(
                rows_per_lane=arrangement.rows_per_lane,
                label_width=PLOT_LABEL if tiles else 0,
                past_us=arrangement.past_us,
            )
        )

    def keys_text(self) -> str:
        """Return the keys that mean something now."""
        if self.host.situation.nobody_answers(self.host.now_us()):
            return texts.KEYS_SILENT
        keys = _STATE_KEYS.get(self.host.situation.state, "")
        plan = self.host.situation.prepared
        if plan is None:
            return ""
        steps = texts.KEYS_STEPS.format(
            fine=f"{plan.press_fine_ua / 1000:g}", coarse=f"{plan.press_coarse_ua / 1000:g}"
        )
        return keys.format(steps=steps)

    # Keys ------------------------------------------------------------------------------------

    def press(self, key: str) -> bool:
        """React to a key that is no stop key."""
        if self._is_confirming:
            return self._confirm(key)
        host, controls = self.host, self.host.controls
        if key in _STEP_KEYS:
            return self._step(key)
        if len(key) == 1 and key in "12345678":
            host.ask(controls.choose(int(key), host.now_us()))
            return True
        actions = {
            "0": lambda: host.ask(controls.zero()),
            "f": lambda: host.ask(controls.find(host.now_us())),
            "enter": lambda: host.ask(controls.go_on(host.now_us())),
            "s": self._start,
            "p": lambda: host.ask(controls.pause_or_resume()),
            "m": self._mark,
            "c": self._toggle_cues,
            "e": self._ask_finish,
            "question_mark": self._turn_help,
            "f1": self._turn_help,
        }
        action = actions.get(key, partial(bool, False))
        action()
        return key in actions

    def _step(self, key: str) -> bool:
        direction, is_coarse = _STEP_KEYS[key]
        self.host.ask(
            self.host.controls.step(
                "up" if direction == "up" else "down",
                self.host.now_us(),
                is_coarse=is_coarse,
                window_is_small=self.window_is_small,
            )
        )
        return True

    def _start(self) -> None:
        """Begin; a level that nobody found may have been forgotten."""
        host, controls = self.host, self.host.controls
        asked, at_zero = controls.start(), controls.numbers_at_zero()
        host.ask(asked)
        if isinstance(asked, Start) and 0 < len(at_zero) < len(controls.numbers):
            told = texts.LEFT_AT_ZERO.format(numbers=", ".join(map(str, at_zero)))
            host.situation.remark(told, "!", host.now_us())

    def _mark(self) -> None:
        self.host.send(Note(topic="mark", text=""))
        self.host.ask(texts.MARKED)

    def _toggle_cues(self) -> None:
        self.host.cues_sound = not self.host.cues_sound
        self.host.ask(texts.CUES_ON if self.host.cues_sound else texts.CUES_OFF)

    def _turn_help(self) -> None:
        """Open the help, go to its next page, or close it after the last."""
        self._help_page += 1

    def _ask_finish(self) -> None:
        if self.host.situation.state in LIVE_STATES:
            self._is_confirming = True
        else:
            self.host.ask(texts.FINISH_NOT_NOW)

    def _confirm(self, key: str) -> bool:
        self._is_confirming = False
        if key == "y":
            self.host.ask(Finish())
            return True
        self.host.ask(texts.NOT_FINISHED)
        return key not in _LOWERING_KEYS or self.press(key)


def _standing_advice(view: View) -> str:
    """Return what is always worth saying; first of all what no number on the screen tells."""
    caution, advice = _caution(view), _task_and_start(view)
    return f"{caution}; {advice}" if caution else advice


def _caution(view: View) -> str:
    """Return that a level is not what flows, or that a pad may be off unnoticed; or nothing."""
    from_ua = view.prepared.contact_from_ua
    if view.full_text:
        return texts.LEVELS_ARE_SETTINGS.format(full=view.full_text)
    if from_ua is None:
        return texts.PADS_UNSEEN
    if any(0 < channel.level_ua < from_ua for channel in view.snapshot.channels):
        return texts.PADS_UNSEEN_BELOW.format(current=wording.current_text(from_ua))
    return ""


def _task_and_start(view: View) -> str:
    suggested_ua = view.chosen.text.suggested_start_ua
    if view.snapshot.state != "finding" or suggested_ua is None:
        return view.prepared.task
    expected = texts.SUGGESTED_START.format(current=wording.current_text(suggested_ua))
    return f"{expected}; {view.prepared.task}"
