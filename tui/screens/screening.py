"""The screening screen: what must be asked of a person before anything else, and what follows."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.widgets import Input

from nmes.link.messages import ScreeningFinding
from tui import texts
from tui.drawing.bars import remark_lines
from tui.drawing.screening import (
    about_line,
    finding_lines,
    question_lines,
    screening_title,
    state_line,
)
from tui.lines import line
from tui.screening import ReplyText, with_screening
from tui.screens.base import NmesScreen

_SIDES = {"l": "left", "r": "right"}
ANSWERS_APART_US = 250_000
"""A key held down answers nothing that was not read."""


class ScreeningScreen(NmesScreen):
    """Nothing is answered beforehand; nothing is armed, so that a field may take letters."""

    _REPLIES: ClassVar[dict[str, ReplyText]] = {"y": "yes", "n": "no", "u": "not known"}

    def __init__(self) -> None:
        super().__init__()
        self._fields = {
            name: Input(id=name, placeholder=hint, compact=True, max_length=200, disabled=True)
            for name, hint in (
                ("clinician", texts.CLINICIAN_HINT),
                ("reason", texts.ACKNOWLEDGE_HINT),
            )
        }

        self._answered_us = 0

    def compose_body(self) -> ComposeResult:
        """Lay out from top to bottom; the fields are there only while one is written."""
        for name in ("title", "page"):
            yield self.panel(name)
        with Vertical(id="writing"):
            yield self.panel("item")
            yield from self._fields.values()
        for name in ("about", "state", "remark"):
            yield self.panel(name)

    def draw(self, size: Size) -> None:
        """Draw the questions, or what follows from them."""
        width, height = size
        host, screening = self.host, self.host.screening
        is_writing = screening.writes is not None
        asked = host.situation.asked
        if asked is None or host.situation.screening is None:
            self.panel("title").show([line((f" {texts.ASKED_SCREENING}", "bold"))])
            self.panel("page").show([])
            return
        self.panel("title").show([screening_title(asked.patient, screening, width)])
        remark = remark_lines(host.situation.remark_now(host.now_us()), width)
        room = height - (8 if is_writing else 5) - len(remark)
        is_asking = screening.page == "questions"
        draw = question_lines if is_asking else finding_lines
        self.panel("page").show(draw(screening, width, room))
        row = screening.rows[screening.cursor] if is_asking and screening.rows else None
        self.panel("about").show([about_line(row, width)])
        self.panel("state").show([state_line(screening, width)])
        self.panel("remark").show_whole(remark)

    def keys_text(self) -> str:
        """Return the keys that mean something now."""
        screening = self.host.screening
        if screening.writes is not None:
            return texts.WRITING_KEYS
        if screening.page == "findings":
            return texts.FINDINGS_KEYS
        rows = screening.rows
        is_side = bool(rows) and rows[screening.cursor].question is None
        return texts.SCREENING_SIDE_KEYS if is_side else texts.SCREENING_KEYS

    # Keys ------------------------------------------------------------------------------------

    def press(self, key: str) -> bool:
        """React to a key that no field has taken."""
        screening = self.host.screening
        if screening.writes is not None:
            return self._press_while_writing(key)
        if key in {"up", "down"}:
            screening.move(1 if key == "down" else -1)
        elif key in {"pageup", "pagedown"}:
            screening.move(8 if key == "pagedown" else -8)
        elif key in {"left", "right", "tab"}:
            screening.turn("findings" if screening.page == "questions" else "questions")
        elif key in {"b", "escape"}:
            self.host.situation.start_anew()
        elif key == "enter":
            self._go_on()
        else:
            return self._answer(key)
        return True

    def _answer(self, key: str) -> bool:
        screening = self.host.screening
        taken = False
        if key in self._REPLIES:
            if self._is_too_fast():
                self.host.ask(texts.ONE_BY_ONE)
                return True
            taken = screening.reply(self._REPLIES[key])
        elif key in _SIDES:
            taken = screening.choose_side(_SIDES[key])
        if taken:
            self._ask_what_follows()
        return taken

    def _is_too_fast(self) -> bool:
        """Whether the answer before, taken or not, was too short a time ago."""
        before_us, self._answered_us = self._answered_us, self.host.now_us()
        return self._answered_us - before_us < ANSWERS_APART_US

    def _ask_what_follows(self) -> None:
        asked = self.host.situation.asked
        if asked is not None:
            self.host.send(self.host.screening.question(asked))

    def _go_on(self) -> None:
        """Go to what is still open: a question, a finding, and then to the pads."""
        screening = self.host.screening
        finding = screening.finding_to_write()
        if finding is not None:
            self._begin_to_write(finding)
        elif screening.is_passed:
            self._place_pads()
        elif screening.open_count:
            self.host.ask(texts.SCREENING_OPEN.format(open=screening.open_count))
        else:
            screening.turn("findings")

    def _place_pads(self) -> None:
        situation, screening = self.host.situation, self.host.screening
        asked = situation.asked
        if asked is not None:
            given = screening.given(asked.operator)
            self.host.prepare(with_screening(asked, given, screening.sides))

    # Acknowledging ---------------------------------------------------------------------------

    def _begin_to_write(self, finding: ScreeningFinding) -> None:
        screening = self.host.screening
        screening.writes = finding.item
        note = screening.note(finding.item)
        self._fields["clinician"].value = note.clinician if note else ""
        self._fields["reason"].value = note.text if note else ""
        heading = texts.ACKNOWLEDGE_HEADING.format(item=finding.item.replace("_", " "))
        self.panel("item").show([line((f" {heading}", "bold"))])
        self._open_fields(is_open=True)
        self._fields["clinician"].focus()

    def _press_while_writing(self, key: str) -> bool:
        if key != "escape":
            return False
        self._end_writing()
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go from the name to the reason, and take both when both are written."""
        name, reason = (field.value.strip() for field in self._fields.values())
        item = self.host.screening.writes
        if event.input.id == "clinician" and name:
            self._fields["reason"].focus()
        elif item is not None and name and reason:
            self.host.screening.acknowledge(item, name, reason)
            self._end_writing()
            self._ask_what_follows()
        else:
            self.host.ask(texts.ACKNOWLEDGE_NEEDS)
        self.redraw()

    def _end_writing(self) -> None:
        self.host.screening.writes = None
        self.set_focus(None)
        self._open_fields(is_open=False)

    def _open_fields(self, *, is_open: bool) -> None:
        """Show the fields or hide them; a hidden one must not take a letter."""
        self.set_class(is_open, "-writing")
        for field in self._fields.values():
            field.disabled = not is_open
