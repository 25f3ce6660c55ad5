"""How a field refuses what it is given, so that every refusal can be told to a person.

The types of `quantities` and `texts` are built from these; `complaints` reads the refusals.
"""

import difflib
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

FIELD_REFUSED = "field_refused"
"""The pydantic error type of every refusal made here; its context holds `allowed` and `cure`."""

Choice = TypeVar("Choice", bound=StrEnum)


def refusal(allowed: str, cure: str) -> PydanticCustomError:
    """Return the error that says what is allowed and what to do."""
    return PydanticCustomError(
        FIELD_REFUSED, "{allowed}. {cure}", {"allowed": allowed, "cure": cure}
    )


def nearest_word(word: str, words: Iterable[str]) -> str | None:
    """Return the word that was probably meant; None if none comes close."""
    by_lowercase = {known.lower(): known for known in words}
    near = difflib.get_close_matches(word.lower()[:80], by_lowercase, n=1, cutoff=0.6)
    return by_lowercase[near[0]] if near else None


def one_of(kind: type[Choice]) -> BeforeValidator:
    """Return the validator of a field that takes one word of a list."""
    words = [member.value for member in kind]
    allowed = f"one of these words is allowed: {', '.join(words)}"

    def choose(given: object) -> Choice:
        if isinstance(given, str):
            if given in words:
                return kind(given)
            near = nearest_word(given, words)
            if near is None:
                raise refusal(allowed, "Choose one of them.")
            raise refusal("only certain words are allowed", f"Did you mean {near}?")
        raise refusal(allowed, "Write one of them as text.")

    return BeforeValidator(choose)
