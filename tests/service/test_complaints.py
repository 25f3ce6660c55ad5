"""What the static check finds wrong names the line and the field of the protocol, and a cure."""

import re
from dataclasses import replace

import pytest
from support.bench_protocols import (
    ONE,
    TWO,
    channel,
    in_turns,
    protocol_text,
    sensory_channel,
    stage,
)

from drivers.openemsstim.entry import NO_SOURCE
from drivers.rehastim2.capabilities import REHASTIM2
from nmes.service.complaints import Grounds
from nmes.service.preparation import Judgement, judge
from protocols.capabilities import Capabilities
from protocols.loading import load_text
from safety.check_report import Finding

TOLD = re.compile(r"line (\d+): ([\w.\[\]]+): (.*)")

IN_STAGE = "    pulse_width_us: 301\n    frequency_hz: 51\n"


def judged(text: str, device: Capabilities = REHASTIM2) -> Judgement:
    return judge(load_text(text, "bench"), device)


def complaints(text: str, device: Capabilities = REHASTIM2) -> list[tuple[str, str]]:
    """Return field and text of each complaint; the line of each must be that of the field."""
    findings = judged(text, device).report.findings
    found = []
    for finding in findings:
        if finding.severity == "error":
            told = TOLD.fullmatch(finding.text)
            assert told is not None, finding.text
            line, field, words = told.groups()
            name = field.rpartition(".")[2].partition("[")[0]
            assert f"{name}: " in text.splitlines()[int(line) - 1] + " "
            found.append((field, words))
    return found


def test_too_wide_a_pulse_is_told_where_its_channel_says_so() -> None:
    text = ONE.replace("pulse_width_us: 200", "pulse_width_us: 301")
    assert complaints(text) == [
        (
            "channels[0].pulse_width_us",
            "channel 1 (wrist_extensors), stage of (1,): pulse width 301 µs; it must be at most "
            "300 µs (site wrist_extensors). Ask for a smaller width.",
        )
    ]


def test_a_value_of_a_stage_is_told_in_that_stage_and_one_of_the_channel_there() -> None:
    text = protocol_text(
        channels=(channel(frequency_hz=51).replace("us: 200", "us: 301"),),
        stages=(stage(), stage(extra=IN_STAGE), stage()),
    )
    assert [field for field, _ in complaints(text)] == [
        "channels[0].pulse_width_us",
        "channels[0].frequency_hz",
        "stages[1].pulse_width_us",
        "stages[1].frequency_hz",
        "channels[0].pulse_width_us",
        "channels[0].frequency_hz",
    ]


def test_too_high_a_rate_is_told_where_its_channel_says_so() -> None:
    ((field, words),) = complaints(protocol_text(channels=(channel(frequency_hz=51),)))
    assert field == "channels[0].frequency_hz"
    assert words.endswith("at most 50 Hz (site wrist_extensors). Ask for a lower rate.")


def test_too_low_a_rate_is_told_where_its_channel_says_so() -> None:
    slow = replace(REHASTIM2, period_max_us=5_000_000)
    text = ONE.replace("frequency_hz: 50", "frequency_hz: 0.5")
    ((field, words),) = complaints(text, slow)
    assert field == "channels[0].frequency_hz"
    assert words.endswith("at least 1 Hz (system ceiling). Ask for a higher rate.")


def test_too_small_a_pad_is_told_where_it_is_described() -> None:
    first, _, second = ONE.partition("gel_area_cm2: 25")
    text = first + "gel_area_cm2: 25" + second.replace("gel_area_cm2: 25", "gel_area_cm2: 7")
    ((field, words),) = complaints(text)
    assert field == "channels[0].pads[1].gel_area_cm2"
    assert words.endswith(
        "Use larger pads, or check that the number is the area of the gel in cm²."
    )


def test_no_current_left_is_told_at_the_bound_of_the_channel() -> None:
    coarse = replace(REHASTIM2, current_step_ua=51_000)
    ((field, words),) = complaints(protocol_text(channels=(channel(max_current_ma=60),)), coarse)
    assert field == "channels[0].max_current_ma"
    assert words == (
        "channel 1 (wrist_extensors): no current is left; 50 mA is below one step of the device. "
        "Use larger pads, narrower pulses or a lower rate, or a device with finer steps."
    )


def test_a_dial_above_the_bound_of_a_channel_is_told_at_that_bound_with_the_one_cure() -> None:
    board = replace(
        NO_SOURCE,
        current_max_ua=30_000,
        source_ua=(10_000, 30_000),
        pulse_width_min_us=200,
        lacks="",
    )
    ((field, words),) = complaints(TWO, board)
    assert field == "channels[1].max_current_ma"
    assert words.endswith("allowed are 20 mA (protocol). Turn its dial down and declare it anew.")


FAST = "ramp_up_s: 0.4"


def test_too_fast_a_ramp_is_told_in_its_own_stage() -> None:
    text = protocol_text(stages=(stage(), stage(ramp_up_s=0.4), stage(ramp_up_s=0.4)))
    found = complaints(text)
    assert [field for field, _ in found] == ["stages[1].ramp_up_s", "stages[2].ramp_up_s"]
    assert found[0][1].endswith("(timing class cyclic). Let the current rise more slowly.")


def test_too_fast_a_ramp_of_a_burst_is_told_at_that_burst_however_they_are_ordered() -> None:
    turns = in_turns((2, 3.5, 2.5), (1, 0, 2.5))
    at = turns.rindex("ramp_up_s: 0.5")
    text = protocol_text(
        channels=(channel(1), channel(2)), stages=(turns[:at] + FAST + turns[at + len(FAST) :],)
    )
    ((field, words),) = complaints(text)
    assert field == "stages[0].bursts[1].ramp_up_s"
    assert words.startswith("channel 1 in in turns: ramp up 0.4 s")


def test_too_long_a_contraction_is_told_where_it_is_written() -> None:
    ((field, words),) = complaints(protocol_text(stages=(stage(on_s=21, off_s=21),)))
    assert field == "stages[0].on_time_s"
    assert words.endswith("at most 20 s (timing class cyclic). Shorten the contraction.")


@pytest.mark.parametrize(
    ("on_s", "off_s", "quantity"), [(2, 0.5, "off-time"), (2, 1.5, "off-time after its on-time")]
)
def test_too_short_a_rest_is_told_in_the_stage_that_has_it(
    on_s: float, off_s: float, quantity: str
) -> None:
    stages = (stage(on_s=1.5, off_s=2), stage(on_s=on_s, off_s=off_s), stage(on_s=1.5, off_s=2))
    ((field, words),) = complaints(protocol_text(stages=stages))
    assert field == "stages[1].off_time_s"
    assert words.startswith(f"channel 1: {quantity} {off_s} s;")
    assert words.endswith("Lengthen the rest, or shorten the contraction before it.")


def test_two_rests_as_short_after_different_contractions_are_told_each_in_its_stage() -> None:
    stages = (stage(on_s=3, off_s=1.5), stage(on_s=2, off_s=1.5), stage(on_s=1.25, off_s=1.5))
    found = complaints(protocol_text(stages=stages))
    assert [(field, words.partition("at least ")[2][:3]) for field, words in found] == [
        ("stages[1].off_time_s", "2 s"),
        ("stages[0].off_time_s", "3 s"),
    ]


def test_too_short_a_rest_before_a_stage_is_told_at_the_stage_that_ends_with_it() -> None:
    stages = (stage(repetitions=1, off_s=0.5), stage())
    ((field, _),) = complaints(protocol_text(stages=stages))
    assert field == "stages[0].off_time_s"


def test_too_short_a_rest_between_bursts_is_told_at_the_cycle() -> None:
    text = protocol_text(stages=(in_turns((1, 0, 2), (1, 2.5, 2)),))
    ((field, words),) = complaints(text)
    assert field == "stages[0].cycle_time_s"
    assert words.endswith("Let its bursts begin later and the cycle last longer, or shorten them.")


@pytest.mark.parametrize(
    ("length", "field"),
    [("repetitions: 1000", "stages[1].repetitions"), ("minutes: 70", "stages[1].minutes")],
)
def test_too_long_a_session_is_told_at_its_longest_stage(length: str, field: str) -> None:
    long = stage().replace("repetitions: 3", length)
    ((found, words),) = complaints(protocol_text(stages=(stage(), long, stage())))
    assert found == field
    name = field.rpartition(".")[2]
    assert words.endswith(f"Write fewer {name} here, in the longest stage, or make two sessions.")


def test_a_class_that_nothing_can_trigger_is_told_where_it_is_named() -> None:
    found = complaints(protocol_text(timing_class="gait_triggered"))
    assert {field for field, _ in found} == {"timing_class"}
    assert all(words.endswith("Use another timing class.") for _, words in found)


def test_a_class_that_does_not_suit_a_site_is_told_where_it_is_named() -> None:
    ((field, words),) = complaints(protocol_text(channels=(sensory_channel(),), stages=(stage(),)))
    assert field == "timing_class"
    assert words.endswith("Use another timing class, or another site.")


def placed(first: str, second: str) -> str:
    one, two, three = ONE.split("zone: upper_limb")
    return f"{one}zone: {first}{two}zone: {second}{three}"


@pytest.mark.parametrize(
    ("first", "second", "pads"),
    [
        ("chest_anterior", "upper_limb", ["pads[0].zone"] * 3),
        ("upper_limb", "neck_anterior", ["pads[1].zone"] * 2),
        ("upper_limb", "lower_limb", ["pads[1].zone"]),
        ("upper_limb_left", "upper_limb_right", ["pads[1].zone"] * 3),
        ("upper_back", "upper_back", ["pads[0].zone"] * 2),
    ],
)
def test_a_pad_where_none_may_lie_is_told_where_it_is_placed(
    first: str, second: str, pads: list[str]
) -> None:
    found = complaints(placed(first, second))
    assert [field.removeprefix("channels[0].") for field, _ in found] == pads
    assert all("put " in words.lower() for _, words in found), found


def test_two_pads_where_none_may_lie_are_told_each_where_it_is_placed() -> None:
    found = complaints(placed("chest_anterior", "chest_anterior"))
    assert [field for field, _ in found][:2] == [
        "channels[0].pads[0].zone",
        "channels[0].pads[1].zone",
    ]


# What no protocol can ask for -------------------------------------------------------------------


def told(quantity: str, channel: int | None) -> str:
    """Return how an error of the check would be told that planning never lets come about."""
    judgement = judged(ONE)
    grounds = Grounds(
        loaded=judgement.loaded,
        plan=judgement.plan,
        capabilities=judgement.capabilities,
        table=judgement.table,
        screening_table=judgement.screening_table,
    )
    finding = Finding(
        severity="error",
        channel=channel,
        quantity=quantity,
        asked=3,
        allowed=2,
        unit="µs",
        source="device",
        text="It is wrong.",
    )
    (one,) = grounds.told([finding])
    return one.text


@pytest.mark.parametrize(
    ("quantity", "channel"), [("device", None), ("pulse width", None), ("pulse period", 1)]
)
def test_what_has_no_field_in_the_file_is_told_as_the_check_says_it(
    quantity: str, channel: int | None
) -> None:
    assert told(quantity, channel) == "It is wrong."


def test_what_is_only_remarkable_is_told_as_the_check_says_it() -> None:
    (info,) = judged(protocol_text(channels=(channel(max_current_ma=60),))).report.findings
    assert info.text == (
        "channel 1 (wrist_extensors): cap 50 mA (site wrist_extensors); "
        "the protocol would allow 60 mA."
    )
