"""Whoever adds a driver adds an entry, a simulated device of the same name, and campaigns on it."""

from pathlib import Path

import pytest
from support.conformance import EACH_DEVICE, ENTRIES, Course, Entry, all_channels
from support.conformance_bench import Bench

from drivers import registry
from hardware_sim.devices import DEVICES
from nmes.campaign.devices import DEVICES as CAMPAIGN_DEVICES
from nmes.cli import build_parser

COVERAGE = Path(__file__).parents[2] / "scripts" / "coverage"


def test_every_driver_has_an_entry_and_no_entry_is_left_of_a_driver_that_is_gone() -> None:
    assert tuple(ENTRIES) == registry.names()


def test_every_driver_has_a_simulated_device_of_its_name() -> None:
    assert set(registry.names()) <= set(DEVICES)


def test_every_driver_has_campaigns() -> None:
    assert set(registry.names()) == set(CAMPAIGN_DEVICES)


@pytest.mark.parametrize("name", registry.names())
def test_a_campaign_can_be_asked_for_by_the_name_of_every_driver(name: str) -> None:
    assert build_parser().parse_args(["campaign", "--device", name]).device == name


@pytest.mark.parametrize("name", registry.names())
def test_the_branches_of_every_driver_are_held_to_100_percent(name: str) -> None:
    folder = registry.ENTRIES[name].split(".")[1]
    assert folder in COVERAGE.read_text(encoding="utf-8")


def test_a_course_uses_the_first_and_the_last_channel_of_each_device_and_falls_silent() -> None:
    for entry in ENTRIES.values():
        course = Course(able=entry.driver.capabilities)
        channels = all_channels(course.able)
        assert course.setup.channels == (channels[0], channels[-1])
        assert [frame.is_silent for frame in course.frames].count(True) == 1
        assert len({frame.outputs for frame in course.frames}) == len(course.frames)


@EACH_DEVICE
def test_a_pulse_that_nobody_allowed_would_be_found(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    bench.put_out(bench.course.frame(0, 0)).run(bench.settle_us)
    assert not bench.findings
    bench.until(lambda: bench.driver.is_ready)
    bench.driver.output(bench.permit(bench.course.frames[0]), bench.now_us)
    bench.run(200_000)
    assert "is of no frame in force" in bench.findings[0]
