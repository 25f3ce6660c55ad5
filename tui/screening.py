"""What was asked of a person and answered: state of the screening screen, no drawing."""

from dataclasses import dataclass
from typing import Literal

from nmes.link.messages import (
    AskScreening,
    Prepare,
    ScreenedChannel,
    ScreeningAcknowledgement,
    ScreeningAnswer,
    ScreeningFinding,
    ScreeningGiven,
    ScreeningQuestion,
    ScreeningQuestions,
)

ReplyText = Literal["yes", "no", "not known"]
Page = Literal["questions", "findings"]


def needs_screening(asked: Prepare) -> bool:
    """Tell whether a person may be connected, and nobody has been asked yet."""
    return asked.port is not None and not asked.is_bench and asked.screening is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line to be answered: a question, or the side of a channel (`question` is None)."""

    channel: int | None
    text: str
    question: ScreeningQuestion | None
    reply: str | None


class Screening:
    """Answers of one person, to one protocol, on one day; another one begins anew."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget everything: a new session is asked for anew."""
        self._person: tuple[str, str] | None = None
        self._asked: ScreeningQuestions | None = None
        self._replies: dict[str, ReplyText] = {}
        self._notes: dict[str, ScreeningAcknowledgement] = {}
        self._sides: dict[int, str] = {}
        self.page: Page = "questions"
        self.cursor = 0
        self.writes: str | None = None

    def follow(self, asked: ScreeningQuestions) -> None:
        """Take what must be asked; what was answered on another day is forgotten."""
        if self._asked is not None and asked.day != self._asked.day:
            self._replies, self._notes = {}, {}
        self._asked = asked
        self._sides = {c.number: self._sides.get(c.number, c.side or "") for c in asked.channels}

    # What is to be answered ------------------------------------------------------------------

    @property
    def sides(self) -> dict[int, str]:
        """The sides chosen, by channel."""
        free = {channel.number for channel in self._channels if channel.side_is_free}
        return {number: side for number, side in self._sides.items() if side and number in free}

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every line of the list: sides first, because questions are about them."""
        return (*self._side_rows(), *self._question_rows())

    def _side_rows(self) -> tuple[Row, ...]:
        return tuple(
            Row(
                channel=channel.number,
                text=channel.name,
                question=None,
                reply=self._sides[channel.number] or None,
            )
            for channel in self._channels
            if channel.side_is_free
        )

    def _question_rows(self) -> tuple[Row, ...]:
        questions = self._asked.questions if self._asked else ()
        return tuple(
            Row(channel=None, text=q.text, question=q, reply=self._replies.get(q.id))
            for q in questions
        )

    @property
    def _channels(self) -> tuple[ScreenedChannel, ...]:
        return self._asked.channels if self._asked else ()

    @property
    def findings(self) -> tuple[ScreeningFinding, ...]:
        """What follows, without what only says that a question is still open."""
        findings = self._asked.findings if self._asked else ()
        open_questions = [row.question for row in self.rows if row.question and row.reply is None]
        waiting = {item for question in open_questions for item in question.items}
        return tuple(finding for finding in findings if finding.item not in waiting)

    @property
    def open_count(self) -> int:
        """How many lines have no answer yet."""
        return sum(row.reply is None for row in self.rows)

    @property
    def is_passed(self) -> bool:
        """Whether nothing keeps from placing the pads."""
        return self._asked is not None and self._asked.is_passed and self.open_count == 0

    # Keys ------------------------------------------------------------------------------------

    def turn(self, page: Page) -> None:
        """Go to the other page."""
        self.page, self.cursor, self.writes = page, 0, None

    def move(self, rows: int) -> None:
        """Go to another line of the page."""
        count = len(self.rows) if self.page == "questions" else len(self.findings)
        self.cursor = max(0, min(count - 1, self.cursor + rows))

    def reply(self, reply: ReplyText) -> bool:
        """Answer the question under the cursor; False where there is none."""
        row = self._row()
        if row is None or row.question is None:
            return False
        self._replies[row.question.id] = reply
        self._go_on()
        return True

    def choose_side(self, side: str) -> bool:
        """Choose the side of the channel under the cursor; the answers are about another limb."""
        row = self._row()
        if row is None or row.channel is None:
            return False
        if self._sides[row.channel] not in ("", side):
            self._forget_places()
        self._sides[row.channel] = side
        self._go_on()
        return True

    def _forget_places(self) -> None:
        """Ask again what was answered about a place that is now another one."""
        questions = self._asked.questions if self._asked else ()
        for question in questions:
            if question.channels:
                self._replies.pop(question.id, None)

    def _row(self) -> Row | None:
        is_there = self.page == "questions" and self.cursor < len(self.rows)
        return self.rows[self.cursor] if is_there else None

    def _go_on(self) -> None:
        """Go to the next line without an answer, or just to the next one."""
        later = [i for i, row in enumerate(self.rows) if row.reply is None and i > self.cursor]
        self.cursor = later[0] if later else min(self.cursor + 1, len(self.rows) - 1)

    def finding_to_write(self) -> ScreeningFinding | None:
        """Return the finding under the cursor if it can be acknowledged."""
        if self.page != "findings" or self.cursor >= len(self.findings):
            return None
        finding = self.findings[self.cursor]
        return finding if finding.decision == "acknowledge" else None

    def acknowledge(self, item: str, clinician: str, text: str) -> None:
        """Take what a clinician wrote about an item."""
        self._notes[item] = ScreeningAcknowledgement(item=item, clinician=clinician, text=text)

    def note(self, item: str) -> ScreeningAcknowledgement | None:
        """Return what was written about an item."""
        return self._notes.get(item)

    # What is sent ----------------------------------------------------------------------------

    def given(self, asked_by: str) -> ScreeningGiven | None:
        """Return all that was answered; None before there is a question."""
        if self._asked is None:
            return None
        ids = [question.id for question in self._asked.questions]
        return ScreeningGiven(
            patient=self._asked.patient,
            day=self._asked.day,
            asked_by=asked_by,
            answers=tuple(
                ScreeningAnswer(question=name, channel=None, answer=self._replies[name])
                for name in ids
                if name in self._replies
            ),
            acknowledgements=tuple(self._notes.values()),
            maximum_ua={},
        )

    def question(self, asked: Prepare) -> AskScreening:
        """Return what to ask the engine: what must be asked, and what follows so far."""
        person = (asked.patient, asked.protocol)
        if person != self._person:
            self.begin()
            self._person = person
        return AskScreening(
            protocol=asked.protocol,
            device=asked.device,
            patient=asked.patient,
            sides=self.sides,
            given=self.given(asked.operator),
        )


def with_screening(asked: Prepare, given: ScreeningGiven | None, sides: dict[int, str]) -> Prepare:
    """Return what was asked, with or without a screening, and the sides it is about."""
    return asked.model_copy(update={"screening": given, "sides": sides})
