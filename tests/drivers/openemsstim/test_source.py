"""What a board passes on is declared in a file; what is wrong with it is named with its cure."""

import os
from datetime import date
from pathlib import Path

import pytest

from drivers.openemsstim.source import Source, read_source
from protocols.errors import Problem, ProtocolFileError

GOOD = """
unit = "TENS 7000"
set_by = "J. Doe"
set_on = 2026-11-21
waveform = "symmetric_biphasic"
current_ma = [20, 30]
pulse_width_us = 250
frequency_hz = 40
"""


def source(tmp_path, old: str = "", new: str = "") -> Source:
    assert old in GOOD
    file = tmp_path / "source.toml"
    file.write_text(GOOD.replace(old, new))
    return read_source(file)


def test_a_declared_source_is_read_in_whole_microamperes_and_microseconds(tmp_path):
    assert source(tmp_path) == Source(
        unit="TENS 7000",
        set_by="J. Doe",
        set_on=date(2026, 11, 21),
        current_ua=(20_000, 30_000),
        pulse_width_us=250,
        period_us=25_000,
    )


def test_a_step_is_whole_percents_of_both_dials(tmp_path):
    declared = source(tmp_path)
    assert (declared.percent_ua(1), declared.percent_ua(2), declared.step_ua) == (200, 300, 600)


def problems(tmp_path, old: str, new: str) -> tuple[Problem, ...]:
    with pytest.raises(ProtocolFileError) as refused:
        source(tmp_path, old, new)
    assert refused.value.file == str(tmp_path / "source.toml")
    return refused.value.problems


WORDS = "words are needed here. Write them in quotes."
HIDDEN = "a character that cannot be shown, or a new line, may not stand here. Write plain words"
DIAL = "what a dial is set to is a whole number of mA from 1 to 130. "
WIDTH = "the width of one phase is a whole number of µs from 20 to 4000. "
RATE = "a pulse rate is a number of Hz from 1 to 150, with at most 3 decimals. "
BARE = "Write the bare number, without quotes and without its unit."
SET = "Set the stimulator to such a number, and write that here."
SET_RATE = "Set the stimulator to such a rate, and write that here."
TWO = "two numbers are needed, channel 1 and 2. Write what both dials are set to, such as [20, 20]."
STEP = "both need a common step up to 2 mA that is whole percents of each. "


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('unit = "TENS 7000"', 'unit = ""', f'line 2, column 8: unit: found ""; {WORDS}'),
        ('set_by = "J. Doe"', "set_by = 3", f"line 3, column 10: set_by: found 3; {WORDS}"),
        ('"J. Doe"', '"J.\\u001b[2J Doe"', f'set_by: found "J.\\u001b[2J Doe"; {HIDDEN}'),
        ('"J. Doe"', '"J.\\nDoe"', f'set_by: found "J.\\nDoe"; {HIDDEN}'),
        ('"TENS 7000"', '"TENS\\u202e 7"', f"unit: found '\"TENS\\u202e 7\"'; {HIDDEN}"),
        ("2026-11-21", '"today"', 'line 4, column 10: set_on: found "today"; a day is needed here'),
        ("2026-11-21", "2026-11-21T08:00:00", "set_on: found 2026-11-21 08:00:00; a day is needed"),
        (
            "symmetric_biphasic",
            "monophasic",
            'line 5, column 12: waveform: found "monophasic"; only "symmetric_biphasic" is passed',
        ),
        ("[20, 30]", "20", f"line 6, column 14: current_ma: found 20; {TWO}"),
        ("[20, 30]", "[20]", f"line 6, column 14: current_ma: found [20]; {TWO}"),
        ("[20, 30]", "[20, -30]", f"column 14: current_ma, channel 2: found -30; {DIAL}{SET}"),
        ("[20, 30]", "[131, 30]", f"line 6, column 14: current_ma, channel 1: found 131; {DIAL}"),
        ("[20, 30]", "[20, 30.5]", f"current_ma, channel 2: found 30.5; {DIAL}{SET}"),
        ("[20, 30]", "[true, 30]", f"current_ma, channel 1: found true; {DIAL}{BARE}"),
        ("[20, 30]", '[20, "3 mA"]', f'current_ma, channel 2: found "3 mA"; {DIAL}{BARE}'),
        (
            "[20, 30]",
            "[17, 19]",
            f"current_ma: found [17, 19]; {STEP}Set the second dial to 17 mA, or both to the same.",
        ),
        ("[20, 30]", "[50, 49]", "Set the second dial to 50 mA, or both to the same."),
        ("= 250", "= 250.5", f"line 7, column 18: pulse_width_us: found 250.5; {WIDTH}{SET}"),
        ("= 250", "= 19", f"pulse_width_us: found 19; {WIDTH}{SET}"),
        ("= 40", "= 0", f"line 8, column 16: frequency_hz: found 0; {RATE}{SET_RATE}"),
        ("= 40", '= "40 Hz"', f'frequency_hz: found "40 Hz"; {RATE}{BARE}'),
        ("= 40", "= true", f"frequency_hz: found true; {RATE}{BARE}"),
        ("= 40", "= nan", f"frequency_hz: found NaN; {RATE}{SET_RATE}"),
        ("= 40", "= 33.3333", f"frequency_hz: found 33.3333; {RATE}Round it."),
        ("= 40", "= 40\ncolour = 1", "line 9, column 10: colour: there is no field of this name; "),
        ("= 40", "= 40\n[table]", "line 9, column 8: table: there is no field of this name; "),
        ("= 40", '= 40\n"a\\u001b" = 1', "whole file: 'a\\x1b': there is no field of this name"),
        ("set_by", "setby", "line 3, column 9: setby: there is no field of this name; here stand"),
        ("frequency_hz = 40", "", "whole file: frequency_hz: the field is missing; a declaration"),
        (
            "frequency_hz = 40",
            "",
            "set_on, waveform, current_ma, pulse_width_us, frequency_hz. Add",
        ),
        ("frequency_hz = 40", "", "Add a line such as 'frequency_hz = 35'."),
        (
            "= 40",
            "=",
            "line 8, column 15: frequency_hz: found frequency_hz = (Invalid value); this cannot be "
            "read. Write one 'name = value' a line.",
        ),
        (
            "= 40",
            "= 40\ncurrent_ma = [20, 10]",
            "line 9, column 22: current_ma: found current_ma = [20, 10] (Cannot overwrite a "
            "value); current_ma stands on line 6 already. Remove one of the two lines.",
        ),
        ("= 40", "= 40\n]", "line 9, column 1: file: found ] (Invalid statement); this cannot be"),
        ('"J. Doe"', '"J. Doe', 'set_by: found set_by = "J. Doe (Illegal character'),
    ],
)
def test_what_is_wrong_in_a_declaration_is_told_with_line_field_bounds_and_cure(
    tmp_path, old, new, told
):
    (problem,) = problems(tmp_path, old, new)
    assert told in str(problem)


def test_everything_wrong_with_a_declaration_is_told_at_once_in_order_of_line(tmp_path):
    found = problems(tmp_path, "[20, 30]\npulse_width_us = 250", "[-20, 300]\npulse_width_us = 1")
    assert [(problem.line, problem.field) for problem in found] == [
        (6, "current_ma, channel 1"),
        (6, "current_ma, channel 2"),
        (7, "pulse_width_us"),
    ]


def test_a_misspelt_field_is_told_once_with_the_name_that_was_meant(tmp_path):
    (problem,) = problems(tmp_path, "pulse_width_us", "pulsewidth_us")
    assert str(problem).endswith(". Did you mean pulse_width_us?")


def test_a_long_value_is_cut_where_it_is_told(tmp_path):
    (problem,) = problems(tmp_path, "[20, 30]", str([20] * 1_000))
    assert problem.found == f"found {str([20] * 1_000)[:60]}..."


def test_a_declaration_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ProtocolFileError, match=r"gone\.toml: .*it cannot be read \(No such file"):
        read_source(tmp_path / "gone.toml")


def test_a_declaration_that_is_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(
        ProtocolFileError, match=r"it is no file; a declaration is a plain text file"
    ):
        read_source(tmp_path / "pipe.toml")


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_a_declaration_that_is_a_device_or_a_folder_is_refused_unread(path):
    with pytest.raises(ProtocolFileError, match="it is no file"):
        read_source(Path(path))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"unit = '\xb5'", "line 1, column 9: file: the byte B5 is no text in UTF-8"),
        (b"#" * 70_000, "it has more than 64 KiB; declarations are far shorter"),
        (b"unit = " + b"[" * 30_000, "Write one 'name = value' a line"),
        (b"pulse_width_us = " + b"9" * 9_000, "Write one 'name = value' a line"),
    ],
)
def test_a_declaration_that_no_person_writes_is_refused_in_words(tmp_path, content, told):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(ProtocolFileError) as refused:
        read_source(path)
    assert told in str(refused.value)
    assert "odd.toml" in str(refused.value)
