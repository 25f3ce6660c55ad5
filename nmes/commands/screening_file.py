"""Screening files: what was asked of one person on one day, as a person writes it in YAML.

Says everything that is wrong with a file, with its line. What the answers mean is judged by the
engine.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import get_args

from nmes.link.messages import ScreeningAcknowledgement, ScreeningAnswer, ScreeningGiven
from protocols.consistency import Path as FieldPath
from protocols.consistency import field_name
from protocols.errors import Problem, ProtocolFileError
from protocols.field_types import nearest_word
from protocols.short_files import file_error, short_bytes, short_text
from protocols.units import InexactNumber, exact_integer
from protocols.yaml_reading import NOTHING, Reading, read_yaml

FORMAT = 1
KIND = "screening file"
MAX_BYTES = 64 * 1024
CURRENT_MAX_MA = 1000
ANSWERS = get_args(ScreeningAnswer.model_fields["answer"].annotation)

_NEEDED = ("nmes_screening", "protocol", "patient", "day", "asked_by", "answers")
_FIELDS = (*_NEEDED, "acknowledgements", "maximum_current_ma")
_NOTE_FIELDS = ("item", "clinician", "text")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ANSWER_CURE = f"Ask it, then write {', '.join(ANSWERS[:-1])} or {ANSWERS[-1]}."
_TEXT_CURE = "Write it, in quotes if it looks like a number."


def load_screening(path: Path, protocol_id: str, asked: Sequence[str]) -> ScreeningGiven:
    """Read a screening file for this protocol, of which these questions are asked.

    ProtocolFileError with everything that is wrong with it.
    """
    if not path.exists():
        cure = "'nmes screening PROTOCOL --output FILE' writes one to be answered."
        raise file_error(str(path), "there is no such file", "a screening file is needed", cure)
    text = short_text(short_bytes(path, KIND, MAX_BYTES), str(path), KIND, MAX_BYTES)
    return read_screening(text, str(path), protocol_id, asked)


def read_screening(text: str, name: str, protocol_id: str, asked: Sequence[str]) -> ScreeningGiven:
    """Read the text of a screening file of this name; ProtocolFileError as `load_screening`."""
    reader = _ScreeningReader(read_yaml(text, KIND), protocol_id, asked)
    given = reader.given()
    problems = sorted(reader.problems, key=lambda problem: (problem.line or 0, problem.column or 0))
    if problems or given is None:
        raise ProtocolFileError(name, tuple(problems))
    return given


class _ScreeningReader:
    """Takes what a YAML reading holds; `problems` tells what is wrong with it."""

    def __init__(self, reading: Reading, protocol_id: str, asked: Sequence[str]) -> None:
        self.problems = list(reading.problems)
        self._reading = reading
        self._protocol_id = protocol_id
        self._asked = asked

    def given(self) -> ScreeningGiven | None:
        """Return what the file gives; None if it could not be read at all."""
        root = self._reading.value
        if not isinstance(root, Mapping):
            if not self.problems:
                self._complain((), "it holds no fields", "a screening file has fields", "Use one.")
            return None
        self._refuse_strange(root, (), _FIELDS)
        for field in _NEEDED:
            if field not in root:
                cure = f"Add the line {field}: with its value."
                self._complain((field,), "the field is missing", "a screening needs it", cure)
        if self._is_other_version(root):
            return None
        self._check_protocol(root)
        return ScreeningGiven(
            patient=self._line(root, ("patient",)),
            day=self._day(root),
            asked_by=self._line(root, ("asked_by",)),
            answers=tuple(self._answers(root)),
            acknowledgements=tuple(self._notes(root)),
            maximum_ua=self._maxima(root),
        )

    # What is wrong ------------------------------------------------------------------------------

    def _complain(self, path: FieldPath, found: str, allowed: str, cure: str) -> None:
        if path in self._reading.complained:
            return
        places = self._reading.places
        near = path
        while near and near not in places:
            near = near[:-1]
        place = places.get(near)
        self.problems.append(
            Problem(
                line=place.line if place else None,
                column=place.column if place else None,
                field=field_name(path) or "file",
                found=found,
                allowed=allowed,
                cure=cure,
            )
        )

    def _found(self, path: FieldPath) -> str:
        return f"found {self._reading.places[path].found}"

    def _refuse_strange(
        self, group: Mapping[str, object], path: FieldPath, known: Sequence[str]
    ) -> None:
        for name in group:
            if name not in known:
                near = nearest_word(name, known)
                cure = f"Did you mean {near}?" if near else "Remove it."
                allowed = f"here stand {', '.join(known)}"
                self._complain((*path, name), "there is no such field", allowed, cure)

    # Fields -------------------------------------------------------------------------------------

    def _is_other_version(self, root: Mapping[str, object]) -> bool:
        version = root.get("nmes_screening", FORMAT)
        if version == FORMAT and not isinstance(version, bool):
            return False
        allowed = f"this program reads format {FORMAT}"
        cure = f"Begin the file with the line: nmes_screening: {FORMAT}"
        self._complain(("nmes_screening",), self._found(("nmes_screening",)), allowed, cure)
        return True

    def _check_protocol(self, root: Mapping[str, object]) -> None:
        protocol = self._line(root, ("protocol",))
        if protocol and protocol != self._protocol_id:
            allowed = f"the protocol chosen is {self._protocol_id}"
            cure = "Use the screening of that protocol: other sites ask other questions."
            self._complain(("protocol",), f"it is about {protocol}", allowed, cure)

    def _line(self, group: Mapping[str, object], path: FieldPath) -> str:
        """Return a text of one line; an empty one after a complaint, or where it is missing."""
        name = str(path[-1])
        if name not in group:
            return ""
        text = group[name]
        if isinstance(text, str) and text.strip() and text.isprintable():
            return text.strip()
        is_empty = self._reading.places[path].found == NOTHING
        found = "it is not filled in" if is_empty else self._found(path)
        self._complain(path, found, "a text on one line belongs here", _TEXT_CURE)
        return ""

    def _day(self, root: Mapping[str, object]) -> str:
        day = self._line(root, ("day",))
        if day and not _DAY.fullmatch(day):
            allowed = "the day on which the questions were asked"
            self._complain(("day",), self._found(("day",)), allowed, "Write it like 2026-01-31.")
        return day

    def _answers(self, root: Mapping[str, object]) -> list[ScreeningAnswer]:
        answers = root.get("answers", {})
        if not isinstance(answers, Mapping):
            allowed = "a group of answers belongs here"
            self._complain(("answers",), self._found(("answers",)), allowed, "Write them.")
            return []
        self._refuse_strange_questions(answers)
        return [
            one
            for question, answer in answers.items()
            if question in self._asked
            for one in self._answer(question, answer)
        ]

    def _refuse_strange_questions(self, answers: Mapping[str, object]) -> None:
        for name in answers:
            if name not in self._asked:
                near = nearest_word(name, self._asked)
                cure = f"Did you mean {near}?" if near else "Remove it."
                allowed = "only what concerns the sites of this protocol is asked"
                self._complain(("answers", name), "this is not asked", allowed, cure)

    def _answer(self, question: str, answer: object) -> list[ScreeningAnswer]:
        path = ("answers", question)
        if not isinstance(answer, Mapping):
            return self._one_answer(question, None, answer, path)
        found = []
        for channel, own in answer.items():
            if channel.isdecimal():
                found += self._one_answer(question, int(channel), own, (*path, channel))
            else:
                allowed, cure = "channels have numbers", "Write it like 1: no."
                self._complain((*path, channel), "this is no channel", allowed, cure)
        return found

    def _one_answer(
        self, question: str, channel: int | None, answer: object, path: FieldPath
    ) -> list[ScreeningAnswer]:
        if isinstance(answer, str) and answer in ANSWERS:
            fields = {"question": question, "channel": channel, "answer": answer}
            return [ScreeningAnswer.model_validate(fields)]
        is_empty = self._reading.places[path].found == NOTHING
        found = "it is not answered" if is_empty else self._found(path)
        self._complain(path, found, f"one of {', '.join(ANSWERS)} belongs here", _ANSWER_CURE)
        return []

    def _notes(self, root: Mapping[str, object]) -> list[ScreeningAcknowledgement]:
        notes = root.get("acknowledgements", ())
        if not isinstance(notes, tuple):
            path: FieldPath = ("acknowledgements",)
            allowed, cure = "a list belongs here", "Write [] if there is none."
            self._complain(path, self._found(path), allowed, cure)
            return []
        return [one for index, note in enumerate(notes) for one in self._note(index, note)]

    def _note(self, index: int, note: object) -> list[ScreeningAcknowledgement]:
        path: FieldPath = ("acknowledgements", index)
        if not isinstance(note, Mapping):
            allowed, cure = "a group of fields belongs here", f"Write {', '.join(_NOTE_FIELDS)}."
            self._complain(path, self._found(path), allowed, cure)
            return []
        self._refuse_strange(note, path, _NOTE_FIELDS)
        missing = [name for name in _NOTE_FIELDS if name not in note]
        for name in missing:
            cure = f"Add the line {name}: with its value."
            self._complain((*path, name), "the field is missing", "an entry needs it", cure)
        item, clinician, text = (self._line(note, (*path, name)) for name in _NOTE_FIELDS)
        return [ScreeningAcknowledgement(item=item, clinician=clinician, text=text)]

    def _maxima(self, root: Mapping[str, object]) -> dict[int, int]:
        maxima = root.get("maximum_current_ma", {})
        path: FieldPath = ("maximum_current_ma",)
        if not isinstance(maxima, Mapping):
            allowed, cure = "a group of channels belongs here", "Write it like 1: 40, or remove it."
            self._complain(path, self._found(path), allowed, cure)
            return {}
        found = {}
        for channel, current in maxima.items():
            current_ua = _current_ua(current)
            if channel.isdecimal() and current_ua is not None:
                found[int(channel)] = current_ua
            else:
                allowed, cure = "a channel and its largest current in mA", "Write it like 1: 40."
                self._complain((*path, channel), self._found((*path, channel)), allowed, cure)
        return found


def _current_ua(current: object) -> int | None:
    """Return a current in µA; None if it is no number above 0 that can be set."""
    if isinstance(current, bool) or not isinstance(current, int | Decimal):
        return None
    try:
        return exact_integer(current, 3) if 0 < current < CURRENT_MAX_MA else None
    except InexactNumber:
        return None
