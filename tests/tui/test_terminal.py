"""What a terminal can show."""

import pytest

from tui.terminal import is_too_small, needs_ascii


@pytest.mark.parametrize(
    ("environ", "encoding", "is_needed"),
    [
        ({"TERM": "xterm-256color"}, "utf-8", False),
        ({"TERM": "xterm-256color"}, "UTF8", False),
        ({"TERM": "xterm-256color"}, "latin-1", True),
        ({"TERM": "xterm-256color"}, "no-such-encoding", True),
        ({"TERM": "xterm-256color"}, None, True),
        ({"TERM": "xterm-256color", "NMES_ASCII": "1"}, "utf-8", True),
        ({"TERM": "xterm-256color", "NMES_ASCII": "0"}, "utf-8", False),
        ({"TERM": "linux"}, "utf-8", True),
    ],
)
def test_only_ascii_is_drawn_where_nothing_else_can_be(
    environ: dict[str, str], encoding: str | None, is_needed: bool
) -> None:
    assert needs_ascii(environ, encoding) is is_needed


@pytest.mark.parametrize(
    ("size", "is_small"),
    [((80, 24), False), ((79, 24), True), ((80, 23), True)],
)
def test_below_80_by_24_a_window_is_too_small(size: tuple[int, int], is_small: bool) -> None:
    assert is_too_small(*size) is is_small
