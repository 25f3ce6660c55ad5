"""Messages as lines: one JSON object each (pure)."""

from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from nmes.link.messages import Message
from protocols.errors import LinkError

LINE_MAX_BYTES = 1_000_000

M = TypeVar("M")


def line_of(message: Message) -> bytes:
    """Return a message as one line."""
    return message.model_dump_json().encode() + b"\n"


class LineReader(Generic[M]):
    """Cuts arriving bytes into lines and lines into messages of one direction.

    LinkError for a line that is no such message, or that never ends.
    """

    def __init__(self, messages: TypeAdapter[M]) -> None:
        self._messages = messages
        self._rest = b""

    def receive(self, data: bytes) -> list[M]:
        """Return the messages completed by these bytes, in order."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_MAX_BYTES:
            raise LinkError("A message of the link never ends.")
        return [self._message(line) for line in lines if line]

    def _message(self, line: bytes) -> M:
        try:
            return self._messages.validate_json(line)
        except ValidationError as error:
            raise LinkError(f"A line of the link is no message: {line[:200]!r}") from error
