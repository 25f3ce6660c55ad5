"""The numbers of the limit tables, found in the files; tables with one of them off."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import safety

FILES = (Path(safety.__file__).with_name("limits.toml"),)
SCREENING = Path(safety.__file__).with_name("screening.toml")


def numbers(file: Path) -> dict[str, int]:
    """Every number of a file by its path, "sites.quadriceps.current_ua", found by itself."""
    return dict(_leaves(tomllib.loads(file.read_text(encoding="utf-8")), ()))


def with_number(file: Path, path: str, value: int) -> bytes:
    """The file with one number replaced; what it says is the same but for that."""
    root = tomllib.loads(file.read_text(encoding="utf-8"))
    place: object = root
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    at: object = int(last) if isinstance(place, list) else last
    assert type(place[at]) is int
    place[at] = value
    return written(root)


def written(root: dict[str, object]) -> bytes:
    """A table as a file."""
    return "\n".join(f"{_name(key)} = {_text(entry)}" for key, entry in root.items()).encode()


def _leaves(entry: object, way: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    if isinstance(entry, dict | list):
        items = entry.items() if isinstance(entry, dict) else enumerate(entry)
        for key, below in items:
            yield from _leaves(below, (*way, str(key)))
    elif type(entry) in (int, float):
        path = ".".join(way)
        yield path, entry


def _text(entry: object) -> str:
    if isinstance(entry, dict):
        return "{" + ", ".join(f"{_name(k)} = {_text(v)}" for k, v in entry.items()) + "}"
    if isinstance(entry, list):
        return "[" + ", ".join(map(_text, entry)) + "]"
    return json.dumps(entry, ensure_ascii=False)


def _name(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)
