"""What a person reads about each bad protocol file, in full.

Every file of tests/protocols/bad is listed in one of three tables of tests/support, with all that
is wrong with it, in order of line. Line breaks inside a message do not count.
"""

from pathlib import Path

import pytest
from support.bad_combinations import ABOUT_COMBINATIONS
from support.bad_fields import ABOUT_FIELDS
from support.bad_text import ABOUT_TEXT

from protocols.errors import ProtocolFileError
from protocols.loading import load_protocol

FOLDER = Path(__file__).parent / "bad"

EXPECTED = ABOUT_TEXT | ABOUT_FIELDS | ABOUT_COMBINATIONS


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_is_answered_with_every_complaint_and_its_cure(name: str) -> None:
    with pytest.raises(ProtocolFileError) as refused:
        load_protocol(FOLDER / f"{name}.yaml")
    complaints = " ".join(str(problem) for problem in refused.value.problems)
    assert " ".join(complaints.split()) == " ".join(EXPECTED[name].split())


def test_every_bad_file_has_its_expected_complaints_and_the_other_way_round() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
