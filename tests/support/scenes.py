"""Plays several scenes side by side, so that what is measured happens while nothing is starting."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

READY_PATIENCE_S = 60.0
TRIES = 4

T = TypeVar("T")
Wait = Callable[[], object]


class Stalled(Exception):
    """The computer held a scene up before its deed: nmes has rightly stopped, play it again."""


def play_together(scenes: Mapping[str, Callable[[Wait], T]], at_once: int) -> dict[str, T]:
    """Play scenes in batches; each calls the wait it is given once it is ready for its deed.

    Scenes that were held up before it are played again, with fewer beside them.
    """
    played: dict[str, T] = {}
    for _ in range(TRIES):
        names = [name for name in scenes if name not in played]
        for batch in _batches(names, at_once):
            played |= _played(scenes, batch)
        at_once = max(1, at_once // 2)
    held_up = [name for name in scenes if name not in played]
    if held_up:
        raise TimeoutError(f"held up {TRIES} times by the load of the computer: {held_up}")
    return played


def _played(scenes: Mapping[str, Callable[[Wait], T]], names: list[str]) -> dict[str, T]:
    barrier = Barrier(len(names), timeout=READY_PATIENCE_S)
    with ThreadPoolExecutor(len(names)) as pool:
        futures = {name: pool.submit(_play, scenes[name], barrier) for name in names}
    errors = {name: future.exception() for name, future in futures.items()}
    _raise_the_cause([error for error in errors.values() if not isinstance(error, Stalled)])
    return {name: futures[name].result() for name, error in errors.items() if error is None}


def _raise_the_cause(errors: list[BaseException | None]) -> None:
    """Raise what went wrong first of all, not that others waited for it in vain."""
    for error in errors:
        if error is not None and not isinstance(error, BrokenBarrierError):
            raise error


def _batches(names: list[str], size: int) -> list[list[str]]:
    return [names[begin : begin + size] for begin in range(0, len(names), size)]


def _play(scene: Callable[[Wait], T], barrier: Barrier) -> T:
    has_come = False

    def wait() -> None:
        nonlocal has_come
        has_come = True
        barrier.wait()

    try:
        return scene(wait)
    except Stalled:
        if not has_come:
            barrier.wait()  # the others go on without this one
        raise
    except BaseException:
        barrier.abort()  # the others need not wait for this one
        raise
