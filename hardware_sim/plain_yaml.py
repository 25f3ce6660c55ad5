"""YAML text as plain values, each with the line where it stands; what no reader expects is refused.

Groups, lists, texts, numbers, true and false. Anchors, aliases, tags, repeated and nested keys of
other kinds are refused. What the values mean is not decided here.
"""

import math
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

Path = tuple[str | int, ...]
GROUP_TAG, LIST_TAG = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"
MAX_DEPTH = 12
PLAIN_TAGS = {"tag:yaml.org,2002:" + kind for kind in ("int", "float", "bool", "null")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing wrong in a file: where, in which field, and how to mend it; line 0 is all of it."""

    line: int
    field: str
    what: str
    cure: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "whole file"
        return f"{place}: {self.field}: {self.what}. {self.cure}"


@dataclass(slots=True, kw_only=True)
class Reading:
    """The values of a text; `lines` are by path, `complaints` what could not be read."""

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Return the line of a value, or of the nearest group around it that was written."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def complain(self, path: Path, what: str, cure: str, line: int | None = None) -> None:
        """Note one thing that is wrong."""
        self.complaints.append(
            Complaint(line=line or self.line(path), field=field_name(path), what=what, cure=cure)
        )


def field_name(path: Path) -> str:
    """Write a path as people count: ("faults", 0, "at_s") is "fault 1, at_s"."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name = f"{name.removesuffix('s')} {part + 1}"
        else:
            name += f", {part}" if name else part
    return name or "file"


def read_plain(text: str) -> Reading:
    """Read a text, however wrong it is."""
    reading = Reading()
    try:
        _refuse_marks_and_depth(reading, text)
        if reading.complaints:
            return reading
        root = YAML(typ="safe", pure=True).compose(text)
    except (MarkedYAMLError, ReaderError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "a character that no text file holds"
        line = mark.line + 1 if mark else 1
        reading.complain((), f"this is no YAML ({problem})", "Look at this line.", line)
        return reading
    except ValueError as error:
        reading.complain((), f"this cannot be read ({error})", "Write plain texts and numbers.")
        return reading
    if root is None:
        reading.complain((), "it is empty", "Write a seed and a list of faults.")
    else:
        reading.value = _value(reading, (), root)
    return reading


def _refuse_marks_and_depth(reading: Reading, text: str) -> None:
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1
            reading.complain((), "groups within groups", "Write a seed and a list of faults.", line)
            return
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            line = event.start_mark.line + 1
            reading.complain((), "a mark & or * stands here", "Write the value itself.", line)


def _value(reading: Reading, path: Path, node: Node) -> object:
    reading.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode) and node.tag == GROUP_TAG:
        return _group(reading, path, node)
    if isinstance(node, SequenceNode) and node.tag == LIST_TAG:
        return [_value(reading, (*path, number), item) for number, item in enumerate(node.value)]
    return _scalar(reading, path, node)


def _group(reading: Reading, path: Path, node: MappingNode) -> dict[str, object]:
    group: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            reading.complain(path, "a key is no plain name", "Write a plain name.", line)
            continue
        key = str(key_node.value)
        here = (*path, key)
        if key in group:
            what = f"it is written a second time (first on line {reading.line(here)})"
            reading.complain(here, what, "Remove one of the two.", line)
            continue
        reading.lines[here] = line
        group[key] = _value(reading, here, value_node)
    return group


def _scalar(reading: Reading, path: Path, node: Node) -> object:
    text, tag = str(node.value), str(node.tag)
    if tag.endswith(":str"):
        return text
    if tag not in PLAIN_TAGS:
        reading.complain(path, f"a value marked {tag}", "Write a plain text or number.")
        return None
    kind = tag.rpartition(":")[2]
    if kind == "bool":
        return text.lower() == "true"
    if kind == "null":
        return None
    return _number(text)


def _number(text: str) -> object:
    """Return a number as people write it; anything else stays a text and is refused as one."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text
