"""A real Textual app with one of the plots: `python -m benchmarks.plot_app KIND SECONDS REPORT`.

Draws eight channels ten times a second, every frame another picture, and writes what it cost to the
file REPORT as JSON. The first two seconds are not counted.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Static
from textual_plot import HiResMode, PlotWidget

from benchmarks.eight_channels import CHANNELS
from benchmarks.gate_bench import preparation
from nmes.link.messages import ChannelNow, Snapshot
from nmes.service.reporting import prepared
from tui.situation import Situation
from tui.widgets.envelope_plot import EnvelopePlot, PlotLayout

FRAME_S = 0.1
WARM_UP_S = 2.0
POINTS = 240
LEVEL_UA = 30_000
ENGINE_US = 1_000_000_000


class PlotApp(App[None]):
    """One plot that fills the terminal."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, plot: "Plot", seconds: float, report: Path) -> None:
        super().__init__()
        self._plot = plot
        self._seconds = seconds
        self._report = report
        self._frames = 0
        self._begun: tuple[float, float] | None = None

    def compose(self) -> ComposeResult:
        """Show the plot and nothing else."""
        yield self._plot.widget

    def on_mount(self) -> None:
        """Begin to draw."""
        self.set_interval(FRAME_S, self._frame)
        self.set_timer(WARM_UP_S, self._begin)
        self.set_timer(WARM_UP_S + self._seconds, self._finish)

    def _frame(self) -> None:
        self._plot.draw()
        self._frames += 1

    def _begin(self) -> None:
        self._frames = 0
        self._begun = (time.process_time(), time.monotonic())

    def _finish(self) -> None:
        if self._begun is None:
            raise RuntimeError("the app ended before it began")
        cpu_s, wall_s = time.process_time() - self._begun[0], time.monotonic() - self._begun[1]
        figures = {"cpu_s": cpu_s, "wall_s": wall_s, "frames": self._frames}
        self._report.write_text(json.dumps(figures), encoding="utf-8")
        self.exit()


class Plot:
    """What all have in common: a widget, and currents that move."""

    def __init__(self, widget: Widget) -> None:
        self.widget = widget
        self._drawn = 0

    def draw(self) -> None:
        """Draw one frame: nothing, in the idle app."""
        self._drawn += 1

    def currents_ua(self, column: int) -> list[int]:
        """Return a trapezoid per channel, each a little later than the one before."""
        return [
            round(LEVEL_UA * min(1.0, max(0.0, 1.5 - abs((column - 6 * lane) % 60 - 30) / 12)))
            for lane in range(CHANNELS)
        ]


class Envelope(Plot):
    """Our own plot, with history and plan, fed as the screen feeds it."""

    def __init__(self) -> None:
        self._plot = EnvelopePlot()
        super().__init__(self._plot)
        self._plot.lay_out(PlotLayout(rows_per_lane=5, label_width=0, past_us=1_000_000))
        self._situation = Situation()
        plan = prepared(preparation())
        self._labels = [channel.name for channel in plan.channels]
        self._situation.take(plan, 0)
        for column in range(-POINTS, 0):
            self._situation.take(self._snapshot(column), self._time_us(column))

    def draw(self) -> None:
        """Take a snapshot, draw the frame of now."""
        super().draw()
        self._situation.take(self._snapshot(self._drawn), self._time_us(self._drawn))
        if not self._plot.advance(self._situation, self._labels, self._time_us(self._drawn)):
            raise RuntimeError("there was nothing new to draw")

    def _time_us(self, column: int) -> int:
        return ENGINE_US + column * round(FRAME_S * 1e6)

    def _snapshot(self, column: int) -> Snapshot:
        return Snapshot(
            sequence=column + POINTS,
            at_us=self._time_us(column),
            state="running",
            output_is_possible=True,
            output_is_doubtful=False,
            confirmed_age_us=0,
            reply_us=900,
            replies_missed=0,
            phase="hold",
            phase_left_us=1_000_000,
            cue="",
            next_cue="",
            lead_in_us=0,
            stage_index=0,
            position_us=max(0, self._time_us(column) - ENGINE_US),
            contractions_done=0,
            contractions_planned=100,
            elapsed_us=0,
            remaining_us=0,
            selected_channel=1,
            steps_are_locked=False,
            channels=tuple(
                ChannelNow(number=number, now_ua=now_ua, level_ua=LEVEL_UA, phase="hold")
                for number, now_ua in enumerate(self.currents_ua(column), start=1)
            ),
            stop=None,
            session_id=None,
            is_recording=True,
        )


class TextualPlot(Plot):
    """textual-plot with eight lines of 240 points, each in a lane of its own."""

    def __init__(self) -> None:
        self._plot = PlotWidget()
        super().__init__(self._plot)
        self._times = np.arange(POINTS) * FRAME_S
        past = [self.currents_ua(column) for column in range(-POINTS, 0)]
        self._lanes = np.array(past, dtype=np.float64).T

    def draw(self) -> None:
        """Move every line on by one point and plot all of them."""
        super().draw()
        self._lanes = np.roll(self._lanes, -1, axis=1)
        self._lanes[:, -1] = self.currents_ua(self._drawn)
        self._plot.clear()
        self._plot.set_xlimits(0, POINTS * FRAME_S)
        self._plot.set_ylimits(0, CHANNELS)
        for number, lane in enumerate(self._lanes):
            self._plot.plot(
                self._times, number + 0.9 * lane / LEVEL_UA, hires_mode=HiResMode.BRAILLE
            )


KINDS = {"idle": lambda: Plot(Static("idle")), "nmes": Envelope, "textual-plot": TextualPlot}


def main() -> None:
    """Run the app to its end."""
    kind, seconds, report = sys.argv[1:]
    PlotApp(KINDS[kind](), float(seconds), Path(report)).run()


if __name__ == "__main__":
    main()
