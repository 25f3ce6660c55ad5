"""`nmes check`: every problem of every file, margins, exit codes.

Expected margins: 60 mA, 300 µs, 50 Hz, 45 cm² against the site's 120 mA and 45 µC and the ceiling's
41.666 mA, 1.6666 mA/cm², 0.1736 W/cm² and 300 mJ, worked out by hand from the textbook formulas.
"""

import json
from pathlib import Path

from support.command_line import Nmes, Protocol, line_of

from nmes.commands.check import MANY

DOCS = Path(__file__).parents[2] / "docs"


def test_a_good_file_is_ok_and_leaves_with_0(nmes: Nmes, protocol: Protocol) -> None:
    file = protocol("one_channel")
    answer = nmes("check", file)
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.startswith(f"ok      {file}, on HASOMED RehaStim2")


def test_margins_are_told_in_percent_rounded_down(nmes: Nmes, protocol: Protocol) -> None:
    answer = nmes("check", protocol("one_channel"))
    assert (
        "current 50 %, phase charge 60 %, r.m.s. current 75 %, current density 86 %, "
        "power density 99 %, pulse energy 99 %"
    ) in answer.text


def test_of_several_channels_the_worst_margin_of_each_quantity_is_told_with_its_channel(
    nmes: Nmes, hand: Path
) -> None:
    text = nmes("check", hand).text
    assert "current 0 %, phase charge 26 %," in text
    assert "(all on channel 1)" in text


def test_a_library_name_will_do(nmes: Nmes) -> None:
    assert nmes("check", "demo").out.startswith("ok      demo")


def test_a_narrowed_current_is_told_as_an_info_and_stays_ok(nmes: Nmes, protocol: Protocol) -> None:
    file = protocol("one_channel", "max_current_ma: 60", "max_current_ma: 125")
    answer = nmes("check", file)
    assert answer.code == 0
    assert "info" in answer.out
    assert "cap 120 mA (site quadriceps); the protocol would allow 125 mA" in answer.text


def test_where_a_limit_narrows_the_current_the_margin_is_that_of_the_cap(
    nmes: Nmes, protocol: Protocol
) -> None:
    file = protocol("one_channel", "max_current_ma: 60", "max_current_ma: 125")
    # 120 mA of 300 µs are 36 of the site's 45 µC.
    assert "current 0 %, phase charge 20 %" in nmes("check", file).text


def test_the_margin_on_a_board_that_passes_on_is_that_of_its_dials(nmes: Nmes) -> None:
    source = DOCS / "examples" / "openemsstim_source.toml"
    answer = nmes("check", "hand_open_close", "--json", "--device", f"openemsstim@{source}")
    margins = json.loads(answer.out)[0]["margins"]
    asked = {(m["channel"], m["asked"]) for m in margins if m["quantity"] == "current"}
    assert asked == {(1, 20.0), (2, 10.0)}
    assert all(margin["percent"] >= 0 for margin in margins)


def test_what_cannot_be_used_has_no_margins(nmes: Nmes, protocol: Protocol) -> None:
    file = protocol("one_channel", "pulse_width_us: 300", "pulse_width_us: 450")
    assert json.loads(nmes("check", file, "--json").out)[0]["margins"] == []


def test_every_problem_of_a_file_goes_to_standard_error_with_its_line(
    nmes: Nmes, protocol: Protocol
) -> None:
    file = protocol("one_channel", "pulse_width_us: 300", "width: 300", "repetitions", "reps")
    answer = nmes("check", file)
    assert answer.code == 1
    assert f"{file}: line {line_of(file, 'width: 300')}, column 5: channels[0].width" in answer.err
    assert f"{file}: line {line_of(file, 'reps: 5')}, column 5: stages[0].reps" in answer.err
    assert answer.out == f"FAILED  {file}: {len(answer.err.splitlines())} errors\n"


def test_one_bad_file_fails_the_run_but_the_others_are_still_judged(
    nmes: Nmes, protocol: Protocol
) -> None:
    good, bad = protocol("one_channel"), protocol("one_channel", "on_time_s: 6", "on_time_s: x")
    answer = nmes("check", bad, good)
    assert answer.code == 1
    assert f"FAILED  {bad}: 1 error\n" in answer.out
    assert f"ok      {good}" in answer.out


def test_what_the_device_cannot_make_is_an_error(nmes: Nmes, protocol: Protocol) -> None:
    file = protocol("one_channel", "number: 1", "number: 9")
    answer = nmes("check", file)
    assert answer.code == 1
    assert "channel 9 is asked for" in answer.err


def test_what_is_above_a_limit_whatever_the_current_is_an_error(
    nmes: Nmes, protocol: Protocol
) -> None:
    file = protocol("one_channel", "pulse_width_us: 300", "pulse_width_us: 450")
    answer = nmes("check", file)
    assert answer.code == 1
    assert "pulse width 450 µs; it must be at most 400 µs (site quadriceps)" in answer.err


def test_a_file_that_is_not_there_is_an_error_with_what_is_near(nmes: Nmes) -> None:
    answer = nmes("check", "quad_tkaa")
    assert answer.code == 1
    assert "Did you mean quad_tka?" in answer.err


def test_json_holds_every_file_and_nothing_goes_to_standard_error(
    nmes: Nmes, protocol: Protocol
) -> None:
    bad = protocol("one_channel", "on_time_s: 6", "on_time_s: x")
    answer = nmes("check", "demo", bad, "--json")
    first, second = json.loads(answer.out)
    assert answer.code == 1
    assert answer.err == ""
    assert (first["file"], first["ok"]) == ("demo", True)
    assert (second["file"], second["ok"]) == (str(bad), False)


def test_json_tells_line_column_field_and_cure_of_a_problem(nmes: Nmes, protocol: Protocol) -> None:
    bad = protocol("one_channel", "on_time_s: 6", "on_time_s: x")
    (problem,) = json.loads(nmes("check", bad, "--json").out)[0]["problems"]
    assert (problem["line"], problem["field"]) == (
        line_of(bad, "on_time_s: x"),
        "stages[0].on_time_s",
    )
    assert problem["column"] > 0
    assert set(problem) == {"line", "column", "field", "found", "allowed", "cure"}


def test_json_tells_margins_findings_and_what_the_device_cannot_make(
    nmes: Nmes, protocol: Protocol
) -> None:
    wide = protocol("one_channel", "max_current_ma: 60", "max_current_ma: 125")
    far = protocol("one_channel", "number: 1", "number: 9")
    narrowed, impossible = json.loads(nmes("check", wide, far, "--json").out)
    (finding,) = narrowed["findings"]
    assert (finding["severity"], finding["asked"], finding["allowed"]) == ("info", 125, 120)
    assert (narrowed["margins"][0]["asked"], narrowed["margins"][0]["percent"]) == (120, 0)
    assert "channel 9" in impossible["planning"][0]


def test_what_the_device_cannot_make_is_told_with_file_line_and_field(
    nmes: Nmes, protocol: Protocol
) -> None:
    far = protocol("one_channel", "number: 1", "number: 9")
    line = line_of(far, "number: 9")
    assert f"{far}: line {line}: channels[0].number: channel 9" in nmes("check", far).err


def test_an_unknown_device_is_trouble_with_the_device(nmes: Nmes) -> None:
    answer = nmes("check", "demo", "--device", "rehastim3")
    assert answer.code == 3
    assert "Did you mean rehastim2?" in answer.err


def test_a_simulated_device_is_judged_like_the_real_one(nmes: Nmes) -> None:
    real = nmes("check", "demo", "--json").out
    assert nmes("check", "demo", "--json", "--device", "sim:rehastim2").out == real


def test_many_files_are_judged_one_by_one_in_order(nmes: Nmes, protocol: Protocol) -> None:
    good, bad = protocol("one_channel"), "nowhere"
    answer = nmes("check", *([good] * (MANY - 1)), bad, "--json")
    verdicts = [entry["ok"] for entry in json.loads(answer.out)]
    assert verdicts == [True] * (MANY - 1) + [False]


def test_where_nobody_is_looking_there_is_no_progress_bar(nmes: Nmes, protocol: Protocol) -> None:
    assert nmes("check", *([protocol("one_channel")] * MANY)).err == ""
