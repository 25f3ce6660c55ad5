"""YAML text as plain values, each with the place where it stands.

Only the plain part of YAML 1.2 is read: groups, lists, texts, numbers, true and false. Anchors,
aliases, merge keys, tags, directives and further documents are refused, because a reader of the
file could not see what they do. What the values mean is not decided here.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from protocols.consistency import Path, field_name
from protocols.errors import Problem
from protocols.yaml_syntax import syntax_problem

MAX_DEPTH = 12
MAX_VALUES = 2000
NOTHING = "nothing"
"""What is found where a value is empty."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_LEADING_ZERO = re.compile(r"[-+]?0+(?=[0-9])")
_WHOLE_NUMBER = re.compile(r"[-+]?[0-9]+")
_LONGEST_NUMBER = 40
_LONGEST_SHOWN = 40
_DISTURBING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SPECIAL: dict[str, bool | float] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_EMPTY = ("", "~", "null", "Null", "NULL")


class Unusable:
    """Stands in the place of a value that is empty or could not be read; no field takes it."""


UNUSABLE = Unusable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands, counted from 1, and what it is in words."""

    line: int
    column: int
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text as plain values: dict, tuple, str, int, Decimal, bool, float (only inf and nan).

    `places` and `key_places` are by path. `complained` are the paths of values that could not be
    read at all, of which `problems` already speak.
    """

    value: object
    places: dict[Path, Place]
    key_places: dict[Path, Place]
    problems: tuple[Problem, ...]
    complained: frozenset[Path]


def read_yaml(text: str, kind: str) -> Reading:
    """Read a text, however wrong it is; what is wrong with it is in the problems.

    `kind` is what the text should be, such as "protocol".
    """
    reader = _Reader(text, kind)
    try:
        value = reader.read()
    except _EndOfReading:
        value = UNUSABLE
        reader.complained.add(())
    return Reading(
        value=value,
        places=reader.places,
        key_places=reader.key_places,
        problems=tuple(reader.problems),
        complained=frozenset(reader.complained),
    )


class _EndOfReading(Exception):
    """Nothing more can be read; the last problem says why."""


class _Reader:
    """Builds the values of one text from the events of the YAML parser."""

    def __init__(self, text: str, kind: str) -> None:
        self.places: dict[Path, Place] = {}
        self.key_places: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self.complained: set[Path] = set()
        self._values_read = 0
        self._text = text
        self._kind = kind
        self._events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)

    def read(self) -> object:
        self._refuse_tabs()
        self._next()
        start = self._next()
        if isinstance(start, StreamEndEvent):
            self._complain((), None, "it is empty", f"a {self._kind} belongs here", "Write one.")
            raise _EndOfReading
        self._refuse_directives(start)
        value = self._value((), self._next())
        self._next()
        following = self._next()
        if isinstance(following, DocumentStartEvent):
            self._complain(
                (),
                _place(following, ""),
                "a second document begins",
                f"one file holds one {self._kind}",
                "Move it to a file of its own.",
            )
        return value

    def _next(self) -> Event:
        try:
            return next(self._events)
        except (MarkedYAMLError, ReaderError) as error:
            self.problems.append(syntax_problem(error, self._text, self._kind))
        except (ValueError, OverflowError):
            # The parser trips over the number of a character that does not exist ("\UFFFFFFFF").
            self._complain(
                (),
                None,
                "a backslash code names no character",
                "texts are written as they are",
                "Look for a \\U in double quotes and remove it.",
            )
        raise _EndOfReading

    def _complain(
        self, path: Path, place: Place | None, found: str, allowed: str, cure: str
    ) -> None:
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

    def _refuse_tabs(self) -> None:
        for number, line in enumerate(self._text.split("\n"), start=1):
            indent = line[: len(line) - len(line.lstrip(" \t"))]
            if "\t" in indent and line.strip():
                place = Place(line=number, column=indent.index("\t") + 1, found="")
                self._complain(
                    (),
                    place,
                    "the line is indented with a tab",
                    "lines are indented with blanks",
                    "Replace the tab by blanks.",
                )
        if self.problems:
            raise _EndOfReading

    def _refuse_directives(self, start: Event) -> None:
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            self._complain(
                (),
                None,
                "it begins with a % line",
                f"a {self._kind} needs no YAML directives",
                "Remove the lines that begin with %.",
            )

    def _value(self, path: Path, event: Event) -> object:
        self._refuse_masses(path, event)
        if isinstance(event, AliasEvent):
            return self._alias(path, event)
        self._refuse_marks(path, event)
        if isinstance(event, ScalarEvent):
            value, found = _scalar(event)
            # An empty value has no place of its own: the parser gives that of what follows.
            owner = self.key_places.get(path) if event.value == "" else None
            place = _place(event, found)
            self.places[path] = replace(owner, found=found) if owner else place
            return self._refuse_leading_zero(path, event) if _has_leading_zero(event) else value
        if isinstance(event, SequenceStartEvent):
            self.places[path] = _place(event, "a list")
            return self._list(path)
        self.places[path] = _place(event, "a group of fields")
        return self._group(path)

    def _refuse_masses(self, path: Path, event: Event) -> None:
        if len(path) > MAX_DEPTH:
            what, allowed = "groups within groups", f"a {self._kind} has at most {MAX_DEPTH} levels"
        elif self._values_read >= MAX_VALUES:
            what, allowed = "one value more", f"a {self._kind} has at most {MAX_VALUES} values"
        else:
            self._values_read += 1
            return
        place = _place(event, "")
        self._complain(
            (), place, what, allowed, f"Remove what does not belong into a {self._kind}."
        )
        raise _EndOfReading

    def _alias(self, path: Path, event: AliasEvent) -> Unusable:
        self.places[path] = _place(event, f"*{event.anchor}")
        self.complained.add(path)
        self._complain(
            path,
            self.places[path],
            f"*{event.anchor} stands for a value written elsewhere",
            "every value is written where it is used",
            "Write the value itself.",
        )
        return UNUSABLE

    def _refuse_marks(self, path: Path, event: Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        marks = (("&", anchor), ("", tag and tag.replace("tag:yaml.org,2002:", "!!")))
        for sign, mark in marks:
            if mark is not None:
                self._complain(
                    path,
                    _place(event, ""),
                    f"the mark {sign}{_shown(mark)} stands before the value",
                    "values are written without & and ! marks",
                    "Remove the mark, or put the text in quotes if it belongs to it.",
                )

    def _refuse_leading_zero(self, path: Path, event: ScalarEvent) -> Unusable:
        """Refuse what some read as 50, others as 40, and what may be a code."""
        text = event.value
        bare = _LEADING_ZERO.sub("-" if text.startswith("-") else "", text, count=1)
        self.complained.add(path)
        self._complain(
            path,
            self.places[path],
            f"found {text}",
            "a number has no zero in front: it may be a slip, or mean a number of base 8",
            f'Write {bare} if it is a number, or "{text}" in quotes if it is a code.',
        )
        return UNUSABLE

    def _list(self, path: Path) -> tuple[object, ...]:
        values: list[object] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            values.append(self._value((*path, len(values)), event))
        return tuple(values)

    def _group(self, path: Path) -> dict[str, object]:
        group: dict[str, object] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(path, event, group)
            value = self._value((*path, key or "?"), self._next())
            if key is not None:
                group[key] = value
        return group

    def _key(self, path: Path, event: Event, group: dict[str, object]) -> str | None:
        """Return the name of the field that begins; None if its value cannot be kept."""
        if not isinstance(event, ScalarEvent):
            if not isinstance(event, AliasEvent):
                self._value((*path, "?"), event)
            found, cure = "a group, list or * mark stands as a field name", "Write a plain name."
        elif event.value == "<<":
            found, cure = "<< takes fields from elsewhere", "Write the fields themselves."
        elif (key := _shown(event.value)) in group:
            first = self.key_places[(*path, key)].line
            found = f"a second {key}; the first is on line {first}"
            cure = "Remove one of the two."
        else:
            self._refuse_marks((*path, key), event)
            self.key_places[(*path, key)] = _place(event, key)
            return key
        name = (*path, _shown(event.value)) if isinstance(event, ScalarEvent) else path
        allowed = "fields have plain names, each once in its group"
        self._complain(name, _place(event, ""), found, allowed, cure)
        return None


def _place(event: Event, found: str) -> Place:
    mark = event.start_mark
    return Place(line=mark.line + 1, column=mark.column + 1, found=found)


def _shown(text: str) -> str:
    """Return a text shortened, and without characters that would disturb a terminal."""
    short = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return "".join("�" if unicodedata.category(c) in _DISTURBING else c for c in short)


def _is_number(event: ScalarEvent) -> bool:
    is_short = len(event.value) <= _LONGEST_NUMBER
    return event.style is None and is_short and _NUMBER.fullmatch(event.value) is not None


def _has_leading_zero(event: ScalarEvent) -> bool:
    return _is_number(event) and _LEADING_ZERO.match(event.value) is not None


def _scalar(event: ScalarEvent) -> tuple[object, str]:
    """Return the value of a scalar, and in words what was found."""
    text = event.value
    if event.style is not None:
        return text, f'"{_shown(text)}" in quotes' if event.style in "'\"" else "a text block"
    if text in _EMPTY:
        return UNUSABLE, NOTHING
    if text in _SPECIAL:
        return _SPECIAL[text], text
    if _is_number(event):
        return (int(text) if _WHOLE_NUMBER.fullmatch(text) else Decimal(text)), text
    return text, f'the text "{_shown(text)}"'
