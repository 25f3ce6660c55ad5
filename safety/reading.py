"""The strict reading of a table in TOML: nothing unknown, nothing missing, nothing converted."""

import tomllib
from collections.abc import Collection

from protocols.errors import LimitTableError


def parsed(content: bytes, name: str) -> object:
    """Return what a file of this name holds; LimitTableError if it is no TOML."""
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise LimitTableError(f"{name}: {fault}") from fault


def section(entry: object, where: str, keys: Collection[str] | None) -> dict[str, object]:
    """Return `entry` as a table that has exactly these keys; any keys if None."""
    if not isinstance(entry, dict):
        raise LimitTableError(f"{where}: a table is needed here")
    if keys is not None:
        unknown, missing = sorted(entry.keys() - set(keys)), sorted(set(keys) - entry.keys())
        if unknown or missing:
            raise LimitTableError(f"{where}: unknown {unknown}, missing {missing}")
    return entry


def words(entry: object, where: str) -> tuple[str, ...]:
    """Return `entry` as a list of words."""
    if not isinstance(entry, list) or any(type(word) is not str for word in entry):
        raise LimitTableError(f"{where}: a list of words is needed here")
    return tuple(entry)


def text(entry: object, where: str) -> str:
    """Return `entry` as a text that is not empty."""
    if type(entry) is not str or not entry:
        raise LimitTableError(f"{where}: words are needed here")
    return entry


def whole_number(entry: object, where: str, least: int) -> int:
    """Return `entry` as a whole number that is not below `least`."""
    if type(entry) is not int or entry < least:
        raise LimitTableError(f"{where}: {entry!r} is no whole number from {least}")
    return entry
