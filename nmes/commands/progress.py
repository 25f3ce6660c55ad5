"""Progress on standard error: a bar for long work, plain lines for a session in real time."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextlib.contextmanager
def progress(title: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of the planned units, such as contractions, are done; nothing in a pipe."""
    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title, total=None)
        shown = (-1, -1)

        def show(done: int, planned: int) -> None:
            nonlocal shown
            if _is_news(shown, done, planned):
                shown = (done, planned)
                bar.update(task, completed=done, total=planned)

        yield show


def _is_news(shown: tuple[int, int], done: int, planned: int) -> bool:
    """Whether there is more to show: a record that fell short at the end takes nothing back."""
    return done > shown[0] or planned != shown[1]


def session_progress(
    title: str,
) -> contextlib.AbstractContextManager[Callable[[int, int], None]]:
    """Show contractions as they are done: a bar on a terminal, else a line for each."""
    if sys.stderr.isatty():
        return contraction_progress(title)
    return contextlib.nullcontext(_lines_of(title))


def _lines_of(title: str) -> Callable[[int, int], None]:
    shown = (-1, -1)

    def show(done: int, planned: int) -> None:
        nonlocal shown
        if _is_news(shown, done, planned):
            shown = (done, planned)
            sys.stderr.write(f"{title}: {done} of {planned} contractions done\n")
            sys.stderr.flush()

    return show


def contraction_progress(
    title: str,
) -> contextlib.AbstractContextManager[Callable[[int, int], None]]:
    """Show contractions done of those planned."""
    return progress(title, "contractions")
