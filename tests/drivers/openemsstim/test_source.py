"""What a board passes on is declared in a file; what is wrong with it is named with its cure."""

import os
from datetime import date
from pathlib import Path

import pytest

from drivers.openemsstim.source import Source, read_source
from protocols.errors import DeviceError

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


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('unit = "TENS 7000"', 'unit = ""', "unit: words are needed here"),
        ('set_by = "J. Doe"', "set_by = 3", "set_by: words are needed here"),
        ('"J. Doe"', '"J.\\u001b[2J Doe"', "set_by: it holds a character that cannot be shown"),
        ('"J. Doe"', '"J.\\nDoe"', "set_by: it holds a character that cannot be shown, or a new"),
        ('"TENS 7000"', '"TENS\\u202e 7000"', "unit: it holds a character that cannot be shown"),
        ("2026-11-21", '"today"', "set_on: a day is needed here, such as 2026-11-21"),
        ("symmetric_biphasic", "monophasic", "waveform: only symmetric_biphasic is taken"),
        ("[20, 30]", "20", "current_ma: two numbers are needed, channel 1 and 2"),
        ("[20, 30]", "[20]", "current_ma: two numbers are needed, channel 1 and 2"),
        ("[20, 30]", "[20, 131]", "current_ma: a whole number from 1 to 130 is needed"),
        ("[20, 30]", "[true, 30]", "current_ma: a whole number from 1 to 130 is needed"),
        ("= 250", "= 250.5", "pulse_width_us: a whole number from 20 to 4000 is needed"),
        ("= 250", "= 19", "pulse_width_us: a whole number from 20 to 4000 is needed"),
        ("= 40", "= 0", "frequency_hz: a number from 1 to 150 is needed"),
        ("= 40", '= "40 Hz"', "frequency_hz: a number from 1 to 150 is needed"),
        ("= 40", "= true", "frequency_hz: a number from 1 to 150 is needed"),
        ("= 40", "= 33.3333", "frequency_hz: 33.3333 has more than 3 decimals. Round it."),
        ("= 40", "= nan", "frequency_hz: a number from 1 to 150 is needed"),
        ("[20, 30]", "[17, 19]", "Set the second dial to 17 mA, or both to the same"),
        ("[20, 30]", "[50, 49]", "Set the second dial to 50 mA, or both to the same"),
        ("= 40", "= 40\ncolour = 1", "colour is not known; remove that line."),
        ("= 40", '= 40\n"a\\u001b" = 1', "'a\\x1b' is not known"),
        ("set_by", "setby", "setby is not known; did you mean set_by?. set_by is missing"),
        ("frequency_hz = 40", "", "missing; add a line such as 'frequency_hz = 35'"),
        ("= 40", "=", "Write one 'name = value' a line"),
    ],
)
def test_what_is_wrong_in_a_declaration_is_named(tmp_path, old, new, told):
    with pytest.raises(DeviceError) as refused:
        source(tmp_path, old, new)
    assert told in str(refused.value)
    assert "source.toml" in str(refused.value)


def test_a_declaration_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DeviceError, match=r"gone\.toml: .*it cannot be read \(No such file"):
        read_source(tmp_path / "gone.toml")


def test_a_declaration_that_is_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(DeviceError, match=r"it is no file; a declaration is a plain text file"):
        read_source(tmp_path / "pipe.toml")


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_a_declaration_that_is_a_device_or_a_folder_is_refused_unread(path):
    with pytest.raises(DeviceError, match="it is no file"):
        read_source(Path(path))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"unit = '\xb5'", "line 1: the byte B5 is no text in UTF-8"),
        (b"#" * 70_000, "it has more than 64 KiB; declarations are far shorter"),
        (b"unit = " + b"[" * 30_000, "Write one 'name = value' a line"),
        (b"pulse_width_us = " + b"9" * 9_000, "Write one 'name = value' a line"),
    ],
)
def test_a_declaration_that_no_person_writes_is_refused_in_words(tmp_path, content, told):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(DeviceError) as refused:
        read_source(path)
    assert told in str(refused.value)
    assert "odd.toml" in str(refused.value)
