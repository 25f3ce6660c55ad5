"""Progress of a session where standard error is no terminal."""

import pytest

from nmes.commands.progress import contraction_progress, session_progress

SNAPSHOTS = [(0, 3), (0, 3), (1, 3), (1, 3), (2, 3), (3, 3), (3, 3)]


def test_a_session_in_a_pipe_tells_each_contraction_once_and_the_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with session_progress("demo") as on_progress:
        for done, planned in SNAPSHOTS:
            on_progress(done, planned)
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"demo: {n} of 3 contractions done" for n in range(4)]
    assert printed.out == ""


def test_progress_in_a_pipe_never_goes_back(capsys: pytest.CaptureFixture[str]) -> None:
    with session_progress("demo") as on_progress:
        for done in (0, 1, 0):
            on_progress(done, 5)
    assert capsys.readouterr().err.splitlines()[-1] == "demo: 1 of 5 contractions done"


def test_each_line_of_a_session_is_there_before_the_next_contraction(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with session_progress("demo") as on_progress:
        for done in range(3):
            on_progress(done, 3)
            assert capsys.readouterr().err == f"demo: {done} of 3 contractions done\n"


def test_work_in_virtual_time_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with contraction_progress("demo") as on_progress:
        on_progress(1, 3)
    assert capsys.readouterr().err == ""
