"""`nmes screening` and the files it writes, answered well and badly."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.command_line import Nmes, line_of

from nmes.commands.screening_file import load_screening, read_screening
from nmes.link.messages import ScreeningGiven
from protocols.errors import ProtocolFileError

ASKED = ("icd", "osteoporosis", "infection_at_site", "protocol.dry")
GOOD = """\
nmes_screening: 1
protocol: quad_tka
patient: "0417"
day: 2026-03-01
asked_by: TW
answers:
  icd: no
  osteoporosis: yes
  infection_at_site: {1: no, 2: not known}
  protocol.dry: yes
acknowledgements:
  - item: osteoporosis
    clinician: Dr. Low
    text: gentle contractions only
maximum_current_ma:
  1: 40
  2: 12.5
"""


def read(text: str) -> ScreeningGiven:
    return read_screening(text, "today.yaml", "quad_tka", ASKED)


def complaints(old: str, new: str) -> list[str]:
    """What is said of the good file in which something is another."""
    assert GOOD.count(old) == 1
    with pytest.raises(ProtocolFileError) as refused:
        read(GOOD.replace(old, new))
    return [str(problem) for problem in refused.value.problems]


# The template ------------------------------------------------------------------------------


def test_the_file_holds_every_question_and_no_answer(nmes: Nmes) -> None:
    answer = nmes("screening", "quad_tka")
    assert answer.code == 0
    questions = re.findall(r"(?m)^  ([a-z_.0-9]+):(.*)$", answer.out)
    assert ("cardiac_pacemaker", "") in questions
    assert ("protocol.wound_dry", "") in questions
    assert {said for _, said in questions} == {""}
    assert "# Does the person have a cardiac pacemaker?\n  # yes: no stimulation" in answer.out
    assert "# yes: needs an acknowledgement, 50 % of the cap is left" in answer.out


def test_what_does_not_touch_the_sites_is_not_asked(nmes: Nmes) -> None:
    assert "pelvic_infection" not in nmes("screening", "quad_tka").out


def test_several_channels_may_be_answered_apart(nmes: Nmes) -> None:
    said = nmes("screening", "hand_open_close").text
    assert "if they differ, like this: {1: no, 2: no" in said


def test_a_file_as_it_was_written_is_refused_line_by_line(nmes: Nmes, tmp_path: Path) -> None:
    file = tmp_path / "today.yaml"
    assert nmes("screening", "quad_tka", "--output", str(file)).code == 0
    answer = run(nmes, file)
    assert answer.code == 1
    line = line_of(file, "  icd:")
    assert (
        f"{file}: line {line}, column 3: answers.icd: it is not answered; one of yes, no, not "
        "known belongs here. Ask it, then write yes, no or not known."
    ) in answer.err
    assert "patient: it is not filled in" in answer.err


def test_a_file_that_is_there_is_not_written_over(nmes: Nmes, tmp_path: Path) -> None:
    file = tmp_path / "today.yaml"
    file.write_text("mine", encoding="utf-8")
    answer = nmes("screening", "quad_tka", "--output", str(file))
    assert answer.code == 1
    assert "is there already" in answer.err
    assert file.read_text(encoding="utf-8") == "mine"


def test_what_must_be_acknowledged_for_its_place_is_listed(nmes: Nmes, hand: Path) -> None:
    sides = ("--side", "1=left", "--side", "2=right")
    assert "# - cross_channel_thorax: the outputs are not" in nmes("screening", hand, *sides).out
    same = ("--side", "1=left", "--side", "2=left")
    assert "cross_channel_thorax" not in nmes("screening", hand, *same).out


# The answers -------------------------------------------------------------------------------


def test_answers_are_read_as_they_were_written() -> None:
    given = read(GOOD)
    assert (given.patient, given.day, given.asked_by) == ("0417", "2026-03-01", "TW")
    assert [(a.question, a.channel, a.answer) for a in given.answers] == [
        ("icd", None, "no"),
        ("osteoporosis", None, "yes"),
        ("infection_at_site", 1, "no"),
        ("infection_at_site", 2, "not known"),
        ("protocol.dry", None, "yes"),
    ]
    (note,) = given.acknowledgements
    assert (note.item, note.clinician) == ("osteoporosis", "Dr. Low")
    assert note.text == "gentle contractions only"
    assert given.maximum_ua == {1: 40_000, 2: 12_500}


def test_acknowledgements_and_maxima_may_be_left_out() -> None:
    given = read(GOOD.partition("acknowledgements:")[0])
    assert (given.acknowledgements, given.maximum_ua) == ((), {})


WRONG = [
    ("  icd: no", "  icd:", "line 7, column 3: answers.icd: it is not answered; one of yes, no,"),
    ("  icd: no", "  icd: maybe", 'line 7, column 8: answers.icd: found the text "maybe"; one of'),
    ("  icd: no", "  icd: false", "line 7, column 8: answers.icd: found false; one of yes, no,"),
    ("  icd: no", "  ixd: no", "answers.ixd: this is not asked; only what concerns the sites"),
    ("  icd: no", "  ixd: no", "Did you mean icd?"),
    ("{1: no, 2: not known}", "{1: no, 2: }", "answers.infection_at_site.2: it is not answered"),
    ("{1: no, 2: not known}", "{left: no}", "this is no channel; channels have numbers"),
    ('patient: "0417"', "patient: 0417", "line 3, column 10: patient: found 0417; a number has no"),
    ('patient: "0417"', "patient:", "line 3, column 1: patient: it is not filled in"),
    ('patient: "0417"', "patent: P1", "patient: the field is missing; a screening needs it"),
    ('patient: "0417"', "patent: P1", "patent: there is no such field"),
    ('patient: "0417"', "patent: P1", "Did you mean patient?"),
    ("day: 2026-03-01", "day: 1 March", 'day: found the text "1 March"; the day on which'),
    ("protocol: quad_tka", "protocol: demo", "it is about demo; the protocol chosen is quad_tka"),
    ("nmes_screening: 1", "nmes_screening: 2", "nmes_screening: found 2; this program reads"),
    ("nmes_screening: 1", "nmes_screening: true", "nmes_screening: found true; this program"),
    ("    clinician: Dr. Low\n", "", "acknowledgements[0].clinician: the field is missing"),
    ("clinician: Dr. Low", "clinician:", "acknowledgements[0].clinician: it is not filled in"),
    ("clinician: Dr. Low", "doctor: Dr. Low", "acknowledgements[0].doctor: there is no such"),
    ("  1: 40", "  1: much", 'maximum_current_ma.1: found the text "much"; a channel and its'),
    ("  1: 40", "  1: 0", "maximum_current_ma.1: found 0; a channel and its largest current"),
    ("  1: 40", "  1: 40.0001", "maximum_current_ma.1: found 40.0001; a channel and its largest"),
    ("  1: 40", "  1: true", "maximum_current_ma.1: found true; a channel and its largest"),
    ("  1: 40", "  one: 40", "maximum_current_ma.one: found 40; a channel and its largest"),
    ("  1: 40", "  1: 4000", "maximum_current_ma.1: found 4000; a channel and its largest"),
    ("  icd: no", "  icd: no\n  icd: yes", "a second icd; the first is on line 7"),
    ("asked_by: TW", "asked_by: &x TW", "the mark &x stands before the value"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_line_and_cure(old: str, new: str, said: str) -> None:
    assert any(said in complaint for complaint in complaints(old, new))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = GOOD.replace("icd: no", "icd:").replace("day: 2026-03-01", "day:")
    with pytest.raises(ProtocolFileError) as refused:
        read(text)
    assert [problem.field for problem in refused.value.problems] == ["day", "answers.icd"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("answers", "none", "a group of answers belongs here"),
        ("acknowledgements", "none", "a list belongs here"),
        ("acknowledgements", "[none]", "a group of fields belongs here"),
        ("maximum_current_ma", "40", "a group of channels belongs here"),
    ],
)
def test_a_part_that_is_no_group_or_list_is_said(field: str, value: str, said: str) -> None:
    head = GOOD.partition("answers:")[0] if field == "answers" else GOOD.partition("acknowl")[0]
    with pytest.raises(ProtocolFileError, match=said):
        read(f"{head}{field}: {value}\n")


@pytest.mark.parametrize("text", ["", "just a sentence\n", "- a\n- list\n"])
def test_what_is_no_screening_at_all_is_refused(text: str) -> None:
    with pytest.raises(ProtocolFileError):
        read(text)


def test_a_file_that_is_not_there_is_said_with_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ProtocolFileError, match="nmes screening PROTOCOL --output FILE"):
        load_screening(tmp_path / "none.yaml", "quad_tka", ASKED)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "the byte FF is no text in UTF-8; screening files are saved as UTF-8"),
        (b"# " + b"x" * 70_000, "it has more than 64 KiB; screening files are far shorter"),
        (b"", "it is empty; a screening file belongs here"),
        (b"a: [", "a screening file is YAML"),
        (b"%YAML 1.2\n---\na: 1", "a screening file needs no YAML directives"),
    ],
)
def test_a_file_that_is_no_screening_at_all_is_refused_as_one(
    tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "today.yaml"
    file.write_bytes(content)
    with pytest.raises(ProtocolFileError) as refused:
        load_screening(file, "quad_tka", ASKED)
    assert told in str(refused.value)
    assert "a protocol" not in str(refused.value)


def test_a_screening_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ProtocolFileError, match="a screening file is a plain text file"):
        load_screening(tmp_path / "pipe.yaml", "quad_tka", ASKED)


# nmes run ----------------------------------------------------------------------------------


def run(nmes: Nmes, file: Path, *options: str, patient: str = "0417"):
    return nmes(
        "run",
        "quad_tka",
        *("--device", "rehastim2", "--port", "/dev/null", "--no-tui", "--intensity", "1=5"),
        *("--side", "1=left", "--patient", patient, "--screening", str(file)),
        *options,
    )


def answered(nmes: Nmes, file: Path) -> Path:
    """The questions of quad_tka, answered today so that nothing speaks against it."""
    text = nmes("screening", "quad_tka").out
    today = datetime.now(UTC).astimezone().date().isoformat()
    for field, value in (("patient", '"0417"'), ("day", today), ("asked_by", "TW")):
        text = re.sub(rf"(?m)^{field}:.*$", f"{field}: {value}", text)
    text = re.sub(r"(?m)^(  protocol\.[a-z_0-9]+):$", r"\1: yes", text)
    text = re.sub(r"(?m)^(  [a-z_0-9]+):$", r"\1: no", text)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_script_does_not_find_the_level_of_a_person(nmes: Nmes, tmp_path: Path) -> None:
    answer = run(nmes, answered(nmes, tmp_path / "today.yaml"))
    assert answer.code == 1
    assert answer.err == (
        "channel 1 (quadriceps left): no level of an earlier session of patient 0417 is recorded. "
        "Find it by hand on the screen first.\n"
    )


def test_the_answers_of_another_patient_are_refused_and_both_named(
    nmes: Nmes, tmp_path: Path
) -> None:
    answer = run(nmes, answered(nmes, tmp_path / "today.yaml"), patient="0418")
    assert answer.code == 1
    assert "of patient 0417, chosen is 0418" in answer.err


def test_an_answer_that_speaks_against_it_is_named_with_its_cure(
    nmes: Nmes, tmp_path: Path
) -> None:
    file = answered(nmes, tmp_path / "today.yaml")
    text = file.read_text(encoding="utf-8").replace("  icd: no", "  icd: yes")
    file.write_text(text, encoding="utf-8")
    answer = run(nmes, file)
    assert answer.code == 1
    assert "icd: Does the person have an implanted defibrillator? Yes. Do not" in answer.err


def test_nobody_and_a_person_at_once_is_wrong_usage(nmes: Nmes, tmp_path: Path) -> None:
    answer = run(nmes, tmp_path / "today.yaml", "--bench")
    assert answer.code == 2
    assert "leave one out" in answer.err


def test_answers_without_the_code_of_who_is_here_are_wrong_usage(
    nmes: Nmes, tmp_path: Path
) -> None:
    answer = run(nmes, tmp_path / "today.yaml", patient="")
    assert answer.code == 2
    assert "--patient CODE" in answer.err


def test_answers_are_taken_for_a_simulated_device_too(nmes: Nmes, tmp_path: Path) -> None:
    answer = nmes(
        "run",
        "quad_tka",
        *("--device", "sim:rehastim2", "--no-tui", "--intensity", "1=500", "--side", "1=left"),
        *("--patient", "0417", "--screening", str(answered(nmes, tmp_path / "today.yaml"))),
    )
    assert answer.code == 1
    assert "is above its cap of" in answer.err
