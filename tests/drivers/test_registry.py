"""Every device that can be named can be loaded, and declares itself consistently."""

import subprocess
import sys

import pytest

from drivers import registry
from protocols.errors import DeviceError

EACH_DEVICE = pytest.mark.parametrize("name", registry.names())


@EACH_DEVICE
def test_a_device_is_registered_under_its_own_name(name):
    assert registry.load(name).capabilities.device == name


@EACH_DEVICE
def test_two_keep_alives_fit_into_the_watchdog_time(name):
    capabilities = registry.load(name).capabilities
    if capabilities.watchdog_us is not None:
        assert 2 * capabilities.keep_alive_us < capabilities.watchdog_us


@EACH_DEVICE
def test_a_device_that_stops_later_than_200_ms_is_research_only(name):
    capabilities = registry.load(name).capabilities
    assert capabilities.stop_time_us <= 200_000 or capabilities.is_research_only


@EACH_DEVICE
def test_the_extremes_of_a_device_lie_on_its_own_grid(name):
    able = registry.load(name).capabilities
    assert able.current_max_ua % able.current_step_ua == 0
    assert able.pulse_width_max_us % able.pulse_width_step_us == 0
    assert all(p % able.period_step_us == 0 for p in able.period_min_us_by_modules)
    assert able.period_max_us % able.period_step_us == 0


def test_a_near_miss_gets_a_suggestion_and_the_list():
    with pytest.raises(DeviceError, match=r"'rehastin2'.*Did you mean rehastim2\?.*Known: "):
        registry.load("rehastin2")


def test_a_name_far_from_any_gets_the_list_alone():
    with pytest.raises(DeviceError) as caught:
        registry.load("toaster")
    assert "Did you mean" not in str(caught.value)
    assert "rehastim2" in str(caught.value)


def test_no_driver_is_imported_before_it_is_asked_for():
    code = "import drivers.registry, sys; print([m for m in sys.modules if 'rehastim2' in m])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
