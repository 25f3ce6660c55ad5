"""Whoever adds a driver adds an entry and a simulated device of the same name."""

from support.conformance import ENTRIES, Course, all_channels

from drivers import registry


def test_every_driver_has_an_entry_and_no_entry_is_left_of_a_driver_that_is_gone() -> None:
    assert tuple(ENTRIES) == registry.names()


def test_a_course_uses_the_first_and_the_last_channel_of_each_device_and_falls_silent() -> None:
    for entry in ENTRIES.values():
        course = Course(able=entry.driver.capabilities)
        channels = all_channels(course.able)
        assert course.setup.channels == (channels[0], channels[-1])
        assert [frame.is_silent for frame in course.frames].count(True) == 1
        assert len({frame.outputs for frame in course.frames}) == len(course.frames)
