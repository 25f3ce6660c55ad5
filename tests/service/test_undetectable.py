"""What a device is said not to notice follows from what its driver declares."""

from dataclasses import replace
from pathlib import Path

import pytest

from drivers.rehastim2.capabilities import REHASTIM2
from nmes.compose import capabilities_of
from nmes.service.undetectable import contact_from_ua, undetectable
from protocols.capabilities import Capabilities, Report

DOCS = Path(__file__).parents[2] / "docs"
SOURCE = DOCS / "examples" / "openemsstim_source.toml"
NOTICES_ALL = replace(REHASTIM2, reports=frozenset(Report))


def of(capabilities: Capabilities) -> str:
    return "; ".join(undetectable(capabilities))


def without(*reports: Report) -> Capabilities:
    return replace(NOTICES_ALL, reports=frozenset(Report) - frozenset(reports))


def test_a_device_that_reports_everything_leaves_nothing_unnoticed() -> None:
    assert undetectable(NOTICES_ALL) == ()


def test_a_device_that_reports_no_electrode_is_not_said_to_stop_for_one() -> None:
    told = of(without(Report.ELECTRODE_FAULT, Report.ELECTRODE_FAULT_CHANNEL))
    assert told == "an open electrode: a pad that peels off or a lead that falls out stops nothing"


def test_a_device_that_reports_an_electrode_without_its_channel_names_none() -> None:
    told = of(without(Report.ELECTRODE_FAULT_CHANNEL))
    assert told == "which electrode is open: it stops all channels, naming none"


def test_a_device_that_looks_at_its_pads_from_a_current_on_is_blind_below_it() -> None:
    told = of(replace(NOTICES_ALL, contact_from_ua=15_000))
    assert told == "an open electrode while a channel is set to less than 15 mA"


def test_a_device_that_passes_on_a_source_tells_how_much_may_flow() -> None:
    told = of(replace(without(Report.DELIVERED_CURRENT), source_ua=(20_000, 12_500)))
    assert told == "the current: a level is only a setting, and up to 20 / 12.5 mA may flow at any"


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (Report.OUTPUT_MODE, "whether it is stimulating at all"),
        (Report.DELIVERED_CURRENT, "whether the current set is the current delivered"),
        (Report.IMPEDANCE, "electrode impedance, a pad drying out or lifting"),
        (Report.CLIPPING, "whether a high load clips the current"),
        (Report.BATTERY, "the state of its battery"),
    ],
)
def test_what_else_is_not_reported_is_named(report: Report, told: str) -> None:
    assert undetectable(without(report)) == (told,)


_NO_CURRENT = "whether the current set is the current delivered"
_NO_IMPEDANCE = "electrode impedance, a pad drying out or lifting"
_NO_CLIPPING = "whether a high load clips the current"
_NO_BATTERY = "the state of its battery"
_BELOW_15_MA = "an open electrode while a channel is set to less than 15 mA"


@pytest.mark.parametrize(
    ("device", "told"),
    [
        (
            "rehastim2",
            (
                "which electrode is open: it stops all channels, naming none",
                *(_NO_CURRENT, _NO_IMPEDANCE, _NO_CLIPPING, _NO_BATTERY),
            ),
        ),
        ("p24", (_BELOW_15_MA, _NO_CURRENT, _NO_IMPEDANCE, _NO_BATTERY)),
        ("rehamove3", (_BELOW_15_MA, _NO_CURRENT, _NO_IMPEDANCE, _NO_CLIPPING, _NO_BATTERY)),
        (
            f"openemsstim@{SOURCE}",
            (
                "an open electrode: a pad that peels off or a lead that falls out stops nothing",
                "the current: a level is only a setting, and up to 20 / 10 mA may flow at any",
                "whether it is stimulating at all",
                *(_NO_IMPEDANCE, _NO_CLIPPING, _NO_BATTERY),
            ),
        ),
    ],
    ids=["rehastim2", "p24", "rehamove3", "openemsstim"],
)
def test_each_device_is_blind_to_what_its_documentation_says(
    device: str, told: tuple[str, ...]
) -> None:
    assert undetectable(capabilities_of(device)) == told


def test_from_which_current_on_a_pad_is_missed_is_known_only_where_one_is_reported() -> None:
    blind_below = replace(NOTICES_ALL, contact_from_ua=15_000)
    no_pads = without(Report.ELECTRODE_FAULT, Report.ELECTRODE_FAULT_CHANNEL)
    assert [contact_from_ua(c) for c in (NOTICES_ALL, blind_below, no_pads)] == [0, 15_000, None]
