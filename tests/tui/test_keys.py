"""Which keys stop."""

import pytest

from tui.keys import is_quit_key, stop_key_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("space", "SPACE"),
        ("escape", "ESC"),
        ("x", "X"),
        ("X", "X"),
        ("f12", "F12"),
        ("ctrl+c", "CTRL+C"),
        ("ctrl+q", "CTRL+Q"),
        ("ctrl+z", "CTRL+Z"),
    ],
)
def test_every_stop_key_is_known_by_its_printed_name(key: str, name: str) -> None:
    assert stop_key_name(key) == name


@pytest.mark.parametrize("key", ["shift+space", "alt+x", "ctrl+shift+escape", "alt+space"])
def test_a_modifier_held_by_accident_does_not_hinder_a_stop(key: str) -> None:
    assert stop_key_name(key) is not None


@pytest.mark.parametrize("key", ["up", "plus", "down", "c", "q", "z", "0", "enter", "f1"])
def test_other_keys_do_not_stop(key: str) -> None:
    assert stop_key_name(key) is None


def test_only_control_q_leaves() -> None:
    assert [key for key in ("ctrl+q", "q", "space", "ctrl+c") if is_quit_key(key)] == ["ctrl+q"]
