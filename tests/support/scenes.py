"""Plays several scenes side by side, so that what is measured happens while nothing is starting."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

READY_PATIENCE_S = 60.0

T = TypeVar("T")
Wait = Callable[[], object]


def play_together(scenes: Mapping[str, Callable[[Wait], T]], at_once: int) -> dict[str, T]:
    """Play scenes in batches; each calls the wait it is given once it is ready for its deed."""
    played: dict[str, T] = {}
    for names in _batches(list(scenes), at_once):
        barrier = Barrier(len(names), timeout=READY_PATIENCE_S)
        with ThreadPoolExecutor(len(names)) as pool:
            futures = {name: pool.submit(_play, scenes[name], barrier) for name in names}
        _raise_the_cause([future.exception() for future in futures.values()])
        played |= {name: future.result() for name, future in futures.items()}
    return played


def _raise_the_cause(errors: list[BaseException | None]) -> None:
    """Raise what went wrong first of all, not that others waited for it in vain."""
    for error in errors:
        if error is not None and not isinstance(error, BrokenBarrierError):
            raise error


def _batches(names: list[str], size: int) -> list[list[str]]:
    return [names[begin : begin + size] for begin in range(0, len(names), size)]


def _play(scene: Callable[[Wait], T], barrier: Barrier) -> T:
    try:
        return scene(barrier.wait)
    except BaseException:
        barrier.abort()  # the others need not wait for this one
        raise
