"""What a trace of an openEMSstim board says to a person."""

import pytest

from drivers.openemsstim.words import LineWords


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"WV,0018,433049353054353047.\n", "WV,0018,433049353054353047. = C0I50T50G"),
        (b"WV,0018,.\n", "WV,0018,. = nothing"),
        (b"WV,0018,4.\n", "WV,0018,4."),
        (b"Connection End\r\n", "Connection End"),
        (b"\xff\n", "�"),
    ],
)
def test_a_line_is_told_in_hex_and_a_frame_with_what_it_says(data: bytes, words: str) -> None:
    assert LineWords().lines(data) == [f"{data.hex()} {words}"]


def test_an_empty_line_is_told_without_words() -> None:
    assert LineWords().lines(b"\n") == ["0a"]


def test_a_line_in_pieces_is_told_once_it_is_whole() -> None:
    words = LineWords()
    assert [words.lines(piece) for piece in (b"Connec", b"tion", b" End\nX")] == [
        [],
        [],
        ["436f6e6e656374696f6e20456e640a Connection End"],
    ]
