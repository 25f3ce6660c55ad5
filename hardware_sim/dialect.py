"""What a line with faults must know of a device: its frames, and what it can say or suffer."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

DAMAGED = "damaged"
"""The name of a frame that is not intact."""


class FrameSplitter(Protocol):
    """Finds the frames of one device in a stream of bytes that may be cut anywhere."""

    @property
    def is_within_frame(self) -> bool:
        """Whether a frame has begun and not ended."""

    def receive(self, chunk: bytes) -> list[tuple[bytes, str]]:
        """Take more bytes; return the frames completed by them as they came, with their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie:
    """How one kind of frame can be made to tell something else; `tell` keeps it intact."""

    frame: str
    values: Collection[Any]
    tell: Callable[[bytes, Any], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A device as fault scripts see it.

    `lies` and `troubles` are by the kinds of fault that stand for them; the values of a trouble are
    what each of its fields may be. Whatever is not in them the device cannot show.
    """

    device: str
    channels: int
    supply_v: int
    from_host: frozenset[str]
    from_device: frozenset[str]
    refusable: frozenset[str]
    results: tuple[str, ...]
    splitter: Callable[[], FrameSplitter]
    lies: Mapping[str, Lie] = field(default_factory=dict)
    troubles: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def concerned_frames(self, kind: str) -> frozenset[str] | None:
        """Return the only frames that a kind of fault can harm; None if it can harm any."""
        if kind == "refuse":
            return self.refusable
        return frozenset((self.lies[kind].frame,)) if kind in self.lies else None

    def name_of(self, frame: bytes) -> str:
        """Return the name of one whole frame."""
        found = self.splitter().receive(frame)
        return found[0][1] if found else DAMAGED
