"""Whatever is given to the loader, it answers with a protocol or with complaints."""

import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.errors import ProtocolFileError
from protocols.loading import LIBRARY, LoadedProtocol, load_text

GOOD = [
    path.read_text()
    for path in sorted([*(Path(__file__).parent / "good").iterdir(), *LIBRARY.iterdir()])
]
DISTURBING = {"Cc", "Cs", "Zl", "Zp"}
SIGNS = [
    "\n",
    "\t",
    " ",
    ":",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "#",
    "&a ",
    "*a",
    "!",
    "|\n",
]
MARKS = ["<<: ", "---\n", "...\n", "%YAML 1.1\n", '"\\U', "\\x1b", "\ufeff", "\x00", "\u2028"]
VALUES = ["~", "true", "yes", ".nan", ".inf", "1e99", "0e99", "-0", "9" * 50, "0x10", "1:30", "0,5"]
PATIENT = settings(deadline=None, max_examples=60)
YAML_PIECES = st.sampled_from([*SIGNS, *MARKS, *VALUES])


def answer(text: str | bytes) -> LoadedProtocol | ProtocolFileError:
    try:
        return load_text(text, "any")
    except ProtocolFileError as refused:
        assert refused.problems
        assert not DISTURBING.intersection(
            map(unicodedata.category, str(refused).replace("\n", ""))
        )
        return refused


@PATIENT
@given(st.text(st.characters()))
def test_any_text_is_answered(text: str) -> None:
    assert answer(text)


@PATIENT
@given(st.binary())
def test_any_bytes_are_answered(content: bytes) -> None:
    assert answer(content)


@PATIENT
@given(st.lists(YAML_PIECES | st.sampled_from(["nmes: 1\n", "channels:\n  ", "stages: "])))
def test_any_heap_of_yaml_signs_is_answered(pieces: list[str]) -> None:
    assert answer("".join(pieces))


@st.composite
def damaged_protocols(draw: st.DrawFn) -> str:
    """Good protocols in which a few pieces are cut out and others put in."""
    text = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 5, 40]))
        text = text[:at] + draw(YAML_PIECES | st.text(max_size=3)) + text[at + length :]
    return text


@PATIENT
@given(damaged_protocols())
def test_any_damaged_protocol_is_answered(text: str) -> None:
    assert answer(text)


@PATIENT
@given(damaged_protocols())
def test_complaints_come_in_order_of_line_and_point_into_the_file(text: str) -> None:
    refused = answer(text)
    if isinstance(refused, ProtocolFileError):
        lines = [problem.line or 0 for problem in refused.problems]
        assert lines == sorted(lines)
        assert lines[-1] <= len(text.splitlines()) + 1


@PATIENT
@given(st.sampled_from(GOOD), st.data())
def test_without_any_one_line_with_a_needed_field_a_protocol_is_refused(text, data) -> None:
    lines = text.splitlines(keepends=True)
    needed = [i for i, line in enumerate(lines) if line.startswith(("goal", "id", "task", "nmes"))]
    cut = data.draw(st.sampled_from(needed))
    refused = answer("".join(lines[:cut] + lines[cut + 1 :]))
    assert isinstance(refused, ProtocolFileError)
