"""What the judge is told of the faults that were applied to a session."""

from hardware_sim.fault_log import AppliedFault
from hardware_sim.faults import FaultScript
from nmes.campaign.devices import P24, REHASTIM2
from nmes.campaign.harm import harm_of

SCRIPT = FaultScript.model_validate(
    {
        "seed": 1,
        "faults": (
            {"kind": "open_electrode", "at_s": 1.0, "channel": 3, "for_s": 9.0},
            {"kind": "load", "at_s": 4.0, "channel": 3, "ohm": 1500.0},
            {"kind": "load", "at_s": 2.0, "channel": 4, "ohm": 1500.0},
            {"kind": "short_electrode", "at_s": 20.0, "channel": 3},
        ),
    }
)


def applied(fault: int, kind: str, at_us: int) -> AppliedFault:
    return AppliedFault(time_us=at_us, fault=fault, kind=kind, direction="", detail="", data=b"")


ENTRIES = [
    applied(1, "open_electrode", 1_000_000),
    applied(3, "load", 2_000_000),
    applied(2, "load", 4_000_000),
    applied(4, "short_electrode", 20_000_000),
]


def test_a_contact_holds_until_another_takes_its_place_on_the_same_channel() -> None:
    opened, shorted = harm_of(SCRIPT, ENTRIES, REHASTIM2).incidents
    assert (opened.kind, opened.at_us, opened.lasts_us) == ("open_electrode", 1_000_000, 3_000_000)
    assert (shorted.kind, shorted.lasts_us) == ("short_electrode", None)


def test_a_contact_with_nothing_after_it_holds_as_long_as_it_says() -> None:
    (opened,) = harm_of(SCRIPT, ENTRIES[:1], REHASTIM2).incidents
    assert opened.lasts_us == 9_000_000


def test_a_short_silences_only_a_device_that_skips_shorts() -> None:
    assert [i.kind for i in harm_of(SCRIPT, ENTRIES, P24).incidents] == ["open_electrode"]
