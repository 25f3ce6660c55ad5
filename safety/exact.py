"""Refuses every value that is not exact before it can take part in a comparison.

NaN compares as false with everything and True counts as 1: neither may get near a limit.
"""

from dataclasses import Field, fields, is_dataclass
from typing import ClassVar, Protocol

from protocols.errors import LimitTableError


class Record(Protocol):
    """An instance of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]


def refuse_inexact_fields(record: Record) -> None:
    """Raise LimitTableError, naming the field, if anything in a record is not exact."""
    for field in fields(record):
        refuse_inexact(getattr(record, field.name), field.name)


def refuse_inexact(value: object, name: str) -> None:
    """Raise LimitTableError if anything in `value` is no whole number, text or flag.

    A flag is a bool whose name begins with is_ or has_; any other bool is a mistake.
    """
    if is_dataclass(value) and not isinstance(value, type):
        refuse_inexact_fields(value)
    elif isinstance(value, tuple | frozenset):
        for item in value:
            refuse_inexact(item, name)
    elif type(value) is bool and name.startswith(("is_", "has_")):
        return
    elif value is not None and type(value) is not int and not isinstance(value, str):
        raise LimitTableError(f"{name}: {value!r} is no exact value")
