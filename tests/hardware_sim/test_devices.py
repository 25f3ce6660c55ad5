"""The house of simulated devices: what all of them must stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.contacts import NOTHING
from hardware_sim.devices import DEVICES, find_device
from hardware_sim.fault_script import read_faults
from hardware_sim.faulty_line import FaultyLine
from hardware_sim.pulses import Pulse

EVERY = pytest.mark.parametrize("name", DEVICES)
WITHOUT_CHECKSUM = {"openemsstim"}
"""What these obey by chance is a matter of their own tests."""
CHECKED = pytest.mark.parametrize("name", sorted(DEVICES.keys() - WITHOUT_CHECKSUM))


@CHECKED
@given(chunks=st.lists(st.binary(max_size=40), max_size=8), pause_us=st.integers(0, 3_000_000))
def test_any_bytes_at_any_time_are_stood_and_put_out_nothing(
    name: str, chunks: list[bytes], pause_us: int
) -> None:
    pulses: list[Pulse] = []
    device = DEVICES[name].make(on_pulse=pulses.append, on_frame=lambda *_: None)
    now_us = 0
    for chunk in chunks:
        now_us += pause_us
        device.receive(chunk, now_us)
        device.take_outgoing(now_us)
    assert pulses == []


@EVERY
def test_a_device_of_the_house_lives_through_all_that_any_device_can_suffer(name: str) -> None:
    device = DEVICES[name].make(on_pulse=lambda _: None)
    device.put_contact(1, NOTHING)
    device.put_contact(1, None)
    device.reboot(1_000, off_us=500)
    device.receive(b"lost", 1_200)
    assert device.next_event_us() > 1_200
    assert device.dialect.device == name


@EVERY
def test_a_trouble_that_a_device_does_not_know_is_refused(name: str) -> None:
    device = DEVICES[name].make(on_pulse=lambda _: None)
    with pytest.raises(ValueError, match="this device has no hiccup"):
        device.set_trouble("hiccup", "", "hiccup", 0)


@EVERY
def test_what_a_device_sends_it_has_a_name_for(name: str) -> None:
    device = DEVICES[name].make(on_pulse=lambda _: None)
    faults = "seed: 1\nfaults: [{kind: delay, direction: to_host, delay_ms: 1, probability: 1}]"
    line = FaultyLine(device, read_faults(faults, "all", device.dialect))
    line.receive(bytes.fromhex("f08155815981dc813d8c3e0f"), 0)  # Get_stim_status; noise to others
    line.advance(2_000_000)
    frames = line.take_outgoing(2_000_000)
    assert frames
    assert {device.dialect.name_of(frame) for frame in frames} <= device.dialect.from_device


def test_line_settings_are_those_of_the_manuals() -> None:
    links = {name: device.link for name, device in DEVICES.items()}
    assert links["p24"] == links["rehamove3"]
    assert [
        (link.baud, link.parity, link.stop_bits, link.has_rts_cts)
        for link in (links["rehastim2"], links["p24"])
    ] == [(460_800, "even", 1, False), (3_000_000, "none", 2, True)]


def test_a_near_miss_of_a_name_is_told() -> None:
    with pytest.raises(LookupError, match="did you mean rehamove3"):
        find_device("rehamove")
