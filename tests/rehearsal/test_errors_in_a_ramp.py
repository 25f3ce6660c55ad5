"""A device that tells of an error only when asked, and forgets it at the next update."""

import csv
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.bench_protocols import channel, protocol_text, stage, written

from hardware_sim.faults import FaultScript
from nmes.rehearsal import rehearse

SECOND_US = 1_000_000
NOTICED_US = 250_000
SLOW_HZ = 10
SLOW_PERIOD_US = 100_000

Seen = tuple[tuple[int, int, float], ...]


@cache
def pulses(
    device: str, error: str | None = None, at_us: int = 0, latency_us: int = 0, rate_hz: int = 25
) -> Seen:
    """Time, channel and current of each pulse of a session with an error of channel 2."""
    text = protocol_text(
        channels=(channel(1, frequency_hz=rate_hz), channel(2, frequency_hz=rate_hz)),
        stages=(stage(channels=(1, 2), on_s=6, off_s=6, ramp_up_s=2, repetitions=1),),
    )
    fault = {"kind": "channel_error", "channel": 2, "error": error, "at_s": at_us / SECOND_US}
    script = None if error is None else FaultScript.model_validate({"seed": 1, "faults": (fault,)})
    with TemporaryDirectory(prefix="nmes-ramp-") as name:
        record = Path(name) / "pulses.csv"
        rehearse(
            str(written(Path(name), text)),
            device=device,
            levels_ua={1: 16_000, 2: 16_000},
            sides={},
            ack_delay_us=latency_us,
            pulses=record,
            faults=script,
        )
        with record.open() as lines:
            rows = list(csv.DictReader(lines))
    return tuple(
        (round(float(r["time_s"]) * SECOND_US), int(r["channel"]), float(r["current_ma"]))
        for r in rows
    )


def in_the_ramp_us(device: str) -> int:
    """A time in the middle of the rise."""
    return pulses(device)[0][0] + SECOND_US + 1_234


@pytest.mark.parametrize("latency_us", [0, 10_000, 40_000])
@pytest.mark.parametrize(
    ("device", "error"),
    [("sim:p24", "electrode"), ("sim:p24", "pulse_timeout"), ("sim:rehamove3", "electrode")],
)
def test_an_error_while_the_current_rises_ends_all_current_within_250_ms(
    device: str, error: str, latency_us: int
) -> None:
    at_us = in_the_ramp_us(device)
    last_us = pulses(device, error, at_us, latency_us)[-1][0]
    assert last_us <= at_us + NOTICED_US
    assert pulses(device)[-1][0] > at_us + 3 * SECOND_US


@pytest.mark.parametrize("later_us", range(0, SLOW_PERIOD_US, 10_000))
def test_an_update_that_crosses_an_error_brings_at_most_one_pulse_early(later_us: int) -> None:
    at_us = in_the_ramp_us("sim:p24") + later_us
    seen = pulses("sim:p24", "electrode", at_us, 20_000, SLOW_HZ)
    times_us = [time_us for time_us, number, _ in seen if number == 1]
    early = [after - before < SLOW_PERIOD_US for before, after in pairwise(times_us)]
    assert sum(early) <= 1


def test_a_current_that_the_device_tells_as_low_rises_no_more_after_250_ms() -> None:
    at_us = in_the_ramp_us("sim:p24")
    seen = [p for p in pulses("sim:p24", "low_current", at_us) if p[1] == 2 and p[0] >= at_us]
    by_then_ma = max(ma for time_us, _, ma in seen if time_us <= at_us + NOTICED_US)
    assert max(ma for _, _, ma in seen) == by_then_ma < 16
