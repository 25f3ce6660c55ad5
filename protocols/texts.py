"""Annotated text types: what a text in a protocol may be.

Texts are shown on a terminal, so none may carry control characters or change the direction of
writing; surrounding blanks are dropped.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

from protocols.field_types import refusal

_INVISIBLE_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTION_CHANGES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _can_be_shown(text: str) -> bool:
    return not any(
        unicodedata.category(character) in _INVISIBLE_CATEGORIES or character in _DIRECTION_CHANGES
        for character in text
    )


def _text(*, longest: int, lines: bool) -> BeforeValidator:
    allowed = (
        f"{'a text' if lines else 'a text on one line'} of 1 to {longest} letters belongs here"
    )

    def check(given: object) -> str:
        if not isinstance(given, str):
            raise refusal(allowed, "Write it as one text, in quotes if it looks like a number.")
        text = given.strip()
        if not text:
            raise refusal(allowed, "Write the text, or leave the field out if it may be missing.")
        if len(text) > longest:
            raise refusal(allowed, f"Shorten it: it has {len(text)} letters.")
        if not _can_be_shown(text.replace("\n", "") if lines else text):
            raise refusal(allowed, "Remove the line breaks or invisible characters in it.")
        return text

    return BeforeValidator(check)


def _name(given: object) -> str:
    if isinstance(given, str) and len(given) <= 64 and _NAME.fullmatch(given):
        return given
    raise refusal(
        "a short name is 1 to 64 of the letters a-z, digits and _, beginning with a letter",
        "Write it like quad_tka.",
    )


Line = Annotated[str, _text(longest=200, lines=False)]
"""One line, as shown in a list or as a cue."""

Paragraph = Annotated[str, _text(longest=4000, lines=True)]
"""A text that may have several lines."""

ShortName = Annotated[str, BeforeValidator(_name)]
"""The name of a protocol or a question in files and records."""
