"""Refuses every value that is not exact before it can take part in a comparison.

NaN compares as false with everything and True counts as 1: neither may get near a limit.
"""

from dataclasses import fields, is_dataclass

from protocols.errors import LimitTableError


def refuse_inexact(value: object, name: str) -> None:
    """Raise LimitTableError if anything in `value` is no whole number, text or flag.

    A flag is a bool whose name begins with is_ or has_; any other bool is a mistake.
    """
    if is_dataclass(value):
        for field in fields(value):
            refuse_inexact(getattr(value, field.name), field.name)
    elif isinstance(value, tuple | frozenset):
        for item in value:
            refuse_inexact(item, name)
    elif type(value) is bool and name.startswith(("is_", "has_")):
        return
    elif value is not None and type(value) is not int and not isinstance(value, str):
        raise LimitTableError(f"{name}: {value!r} is no exact value")
