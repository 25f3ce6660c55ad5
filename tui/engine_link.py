"""What the screen needs of the link to its engine."""

from collections.abc import AsyncIterator
from typing import Protocol

from nmes.link.messages import Intent, Report


class EngineLink(Protocol):
    """One open link to one engine process. Nothing here blocks, and nothing raises."""

    @property
    def is_alive(self) -> bool:
        """Whether the engine can still be told something."""

    def send(self, intent: Intent) -> None:
        """Write one intent now. On a dead engine only `is_alive` becomes False."""

    def stop_now(self, cause: str) -> None:
        """Write the stop with one system call, nothing else first.

        If it cannot be written, the link is closed and the engine signalled.
        """

    def reports(self) -> AsyncIterator[Report]:
        """Yield what the engine says; ends when the engine is gone."""

    def close(self) -> None:
        """Close the link, which ends the engine."""
