"""Requests as values: every golden request, the limits, the duty rule."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.simulated_p24 import P24Bench, point, pulse, setting, update

from hardware_sim.p24.commands import Command, ParameterError
from hardware_sim.p24.frames import encode
from hardware_sim.p24.model import P24
from hardware_sim.p24.reading import (
    duty_ms_per_s,
    read_low_init,
    read_pulse,
    read_update,
)

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden/p24_vectors.json").read_text(encoding="utf-8")
)
FROM_HOST = {v["name"]: v for v in GOLDEN["vectors"] if v["direction"] == "host_to_device"}
LONG = ((20, 4095), (0, 4095), (-20, 4095))
SHORT = ((20, 300), (0, 100), (-20, 300))


def of(command: str) -> list[str]:
    """Golden requests of a command that the device must accept."""
    return [n for n, v in FROM_HOST.items() if v["command"] == command and v["c_library_accepts"]]


def data_of(name: str) -> bytes:
    return bytes.fromhex(FROM_HOST[name]["payload_hex"])


def on_the_wire(points: list[dict[str, float]]) -> list[tuple[int, int]]:
    """What the fields of a vector are as codes: currents in steps, cut off towards -150 mA."""
    return [
        ((int(p["current_ma"] * 2 + 300) - 300) * 500, _executed(int(p["duration_us"])))
        for p in points
    ]


def _executed(duration_us: int) -> int:
    return max(duration_us, 10) if duration_us else 0


@pytest.mark.parametrize("name", of("ll_channel_config"))
def test_a_golden_pulse_is_read_as_it_was_meant(name: str) -> None:
    fields: dict[str, Any] = FROM_HOST[name]["fields"]
    asked = read_pulse(data_of(name), P24)

    assert asked.channel == fields["connector"] * 4 + fields["channel"] + 1
    meant = on_the_wire(fields["points"]) if fields["enable_stimulation"] else []
    assert [(p.current_ua, p.duration_us) for p in asked.points] == meant


@pytest.mark.parametrize("name", of("ml_update"))
def test_a_golden_update_is_read_as_it_was_meant(name: str) -> None:
    channels: list[dict[str, Any]] = FROM_HOST[name]["fields"]["channels"]
    asked = read_update(data_of(name), P24)

    assert len(asked.settings) == len(channels)
    for read, meant in zip(asked.settings, channels, strict=True):
        steps = 4 if meant["double_period_accuracy"] else 2
        period_us = int(meant["period_ms"] * steps) * 1000 // steps
        assert (read.channel, read.ramp, read.period_us) == (
            meant["channel"] + 1,
            meant["ramp"],
            period_us,
        )
        assert [(p.current_ua, p.duration_us) for p in read.points] == on_the_wire(meant["points"])


@pytest.mark.parametrize("name", of("ll_init"))
def test_a_golden_low_level_init_is_read_as_it_was_meant(name: str) -> None:
    fields = FROM_HOST[name]["fields"]
    asked = read_low_init(data_of(name), P24)

    assert asked.measurement == fields["measurement"]
    assert asked.voltage_v == (0 if fields["high_voltage"] == 1 else 150)


@pytest.mark.parametrize("name", FROM_HOST)
def test_what_the_official_library_refuses_is_a_parameter_error_and_nothing_else_is(
    name: str,
) -> None:
    vector = FROM_HOST[name]
    bench = P24Bench()
    if vector["command"].startswith("ll_"):
        bench.low()
    else:
        bench.mid()
    bench.write(encode(vector["packet_number"], vector["command_number"], data_of(name)))
    ((_, answer),) = bench.received[1:] or [(0, bench.run_for(300_000)[0])]

    assert answer.number == vector["packet_number"]
    assert (answer.data[0] == 2) is not vector["c_library_accepts"]


@pytest.mark.parametrize(
    ("channels", "period_ms", "values", "is_fine", "is_accepted"),
    [
        (8, 6, SHORT, False, False),
        (8, 6.25, SHORT, True, True),
        (1, 0.75, SHORT, True, False),
        (1, 1, SHORT, False, True),
        (1, 12, LONG, False, False),
        (1, 13, LONG, False, True),
    ],
)
def test_all_channels_share_the_time_of_one_generator(
    channels: int,
    period_ms: float,
    values: tuple[tuple[float, int], ...],
    is_fine: bool,
    is_accepted: bool,
) -> None:
    one = setting(*values, period_ms=period_ms, fine=is_fine)
    asked = update(dict.fromkeys(range(1, channels + 1), one))

    assert (P24Bench().mid().result(Command.Ml_update, asked) == 0) is is_accepted


def test_the_duty_is_rounded_up_and_must_stay_below_a_whole_second() -> None:
    # 940 µs of points and 60 of overhead each ms are 1000 ms/s; 939 make 999.
    assert (
        duty_ms_per_s(read_update(update({1: setting((5, 939), period_ms=1)}), P24).settings) == 999
    )
    with pytest.raises(ParameterError):
        read_update(update({1: setting((5, 940), period_ms=1)}), P24)
    third = read_update(update({1: setting((5, 40), period_ms=1.5)}), P24).settings
    assert duty_ms_per_s(third) == 67


@pytest.mark.parametrize(
    ("data", "is_accepted"),
    [
        (pulse((130, 100)), True),
        (pulse((-130, 100)), True),
        (pulse((130.5, 100)), False),
        (pulse((-130.5, 100)), False),
        (pulse((1, 0)), True),
        (pulse((1, 1)), True),
        (pulse(*16 * ((1, 4095),)), True),
        (b"\x80" + bytes.fromhex("00a4b020"), True),  # interpolation 1 is not there yet
        (b"\x80" + bytes.fromhex("00a4b040"), False),  # interpolation 2 does not exist
        (b"\x80" + (10 << 20 | 601 << 10).to_bytes(4, "big"), False),
        (b"", False),
        (b"\x80", False),
        (pulse()[:-1], False),
        (pulse() + b"more", True),
        (b"\x00", True),
    ],
)
def test_a_pulse_is_accepted_within_the_limits_of_the_device(
    data: bytes, is_accepted: bool
) -> None:
    result = P24Bench().low().result(Command.Ll_channel_config, data)
    assert result == (0 if is_accepted else 2)


@pytest.mark.parametrize(
    ("period_word", "period_us"),
    [
        (0x0002, 500),
        (0x0003, 250),
        (0x0050, 20_000),
        (0x010B, 33_250),
        (32_766 << 1, 16_383_000),
        (32_766 << 1 | 1, 8_191_500),
        (0x0000, None),
        (0x0001, None),
        (32_767 << 1, None),
    ],
)
def test_a_period_is_in_halves_or_quarters_of_a_millisecond(
    period_word: int, period_us: int | None
) -> None:
    data = b"\x01\x00" + period_word.to_bytes(2, "big") + point(1, 10)
    if period_us is None:
        with pytest.raises(ParameterError):
            read_update(data, P24)
    else:
        assert read_update(data, P24).settings[0].period_us == period_us


@pytest.mark.parametrize("field", [0x40, 0x70, 0x0E])
def test_a_measurement_or_voltage_that_does_not_exist_is_refused(field: int) -> None:
    assert P24Bench().result(Command.Ll_init, bytes((field,))) == 2


@pytest.mark.parametrize("bytes_left", range(len(update({1: setting(), 5: setting()}))))
def test_an_update_cut_short_anywhere_is_refused(bytes_left: int) -> None:
    data = update({1: setting(), 5: setting()})[:bytes_left]
    assert P24Bench().mid().result(Command.Ml_update, data) == 2
