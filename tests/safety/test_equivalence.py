"""Two checks that share no code must come to one verdict on any plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.safety_bench import (
    BOTH_WAVEFORMS,
    DEVICE,
    TABLE,
    Bench,
    burst,
    channel,
    limits_on_nobody,
    plan,
    shape,
    stage,
)

from protocols.errors import LimitTableError, LimitViolation, PlanningError
from protocols.pulses import Waveform
from safety.checks import check_plan

RHYTHM = {"ramp up", "on-time", "off-time", "off-time after its on-time", "session time"}
"""What the static check finds in a plan and the gate while it runs."""


MOTOR_SITES = sorted(name for name, site in TABLE.sites.items() if site.timing_class == "any")
SPOILS = ("", "site", "width", "period", "area", "class", "waveform", "number", "current", "all")


@st.composite
def plans(draw):
    """Plans of one or two channels: usable, spoilt in one way, or drawn without regard."""
    spoil = draw(st.sampled_from(SPOILS))

    def value(name, usable, anything):
        return draw(anything if spoil in (name, "all") else usable)

    numbers = value("number", st.sampled_from([(1,), (1, 2)]), st.sampled_from([(1, 5), (9,)]))
    waveform = value("waveform", st.just(Waveform.SYMMETRIC_BIPHASIC), st.sampled_from(Waveform))
    factor = value("waveform", st.just(1), st.sampled_from([1, 2, 4]))
    width_us = value("width", st.integers(50, 250), st.integers(45, 620))
    half_ms = value("period", st.integers(40, 200), st.integers(12, 2_100))
    off_grid_us = value("period", st.just(0), st.sampled_from([0, 100]))
    channels = tuple(
        channel(
            number,
            site=value(
                "site",
                st.sampled_from(MOTOR_SITES),
                st.sampled_from([*sorted(TABLE.sites), "elbow"]),
            ),
            max_current_ua=value("current", st.integers(1_000, 140_000), st.integers(1, 2_000)),
            area_mm2=value("area", st.integers(2_500, 9_500), st.integers(200, 2_600)),
            waveform=waveform,
        )
        for number in numbers
    )
    return plan(
        channels=channels,
        stages=(
            stage(
                bursts=tuple(burst(number) for number in numbers),
                shapes=tuple(shape(number, width_us, width_us * factor) for number in numbers),
                period_us=half_ms * 500 + off_grid_us,
            ),
        ),
        timing_class=value(
            "class", st.just("cyclic"), st.sampled_from([*sorted(TABLE.timing_classes), "often"])
        ),
    )


def static_verdict(of, device):
    report = check_plan(of, TABLE, device)
    errors = [f for f in report.findings if f.severity == "error" and f.quantity not in RHYTHM]
    return None if errors else {cap.channel: cap.current_ma for cap in report.caps}


def runtime_verdict(of, device):
    try:
        session = limits_on_nobody(TABLE, device, of)
    except (LimitTableError, LimitViolation, PlanningError):
        return None
    return {rules.number: rules.limits.current_ua.value for rules in session.channels}


def agree(of, device):
    static, runtime = static_verdict(of, device), runtime_verdict(of, device)
    assert (static is None) == (runtime is None)
    if static is not None and runtime is not None:
        assert static.keys() == runtime.keys()
        for number, cap_ma in static.items():
            # the gate rounds the rate up to a mHz and the current down to a µA
            assert runtime[number] <= cap_ma * 1000 + 1e-6
            assert runtime[number] >= cap_ma * 1000 * 0.9995 - 1


@given(plans())
def test_both_checks_refuse_the_same_plans_and_find_the_same_caps(of):
    agree(of, DEVICE)


@given(plans())
def test_both_checks_agree_on_a_device_of_both_waveforms(of):
    agree(of, BOTH_WAVEFORMS)


USABLE = plan(
    channels=(channel(site="tibialis_anterior", area_mm2=1_000, max_current_ua=130_000),),
    stages=(stage(shapes=(shape(width_us=250),)),),
)


@given(
    quantity=st.sampled_from(
        [
            "current_ua",
            "phase_charge_nc",
            "rms_current_ua",
            "rms_density_ua_per_mm2_x1000",
            "power_density_uw_per_mm2",
            "pulse_energy_uj",
        ]
    ),
    divisor=st.integers(1, 60),
)
def test_both_checks_find_the_same_cap_whichever_limit_binds(quantity, divisor):
    ceiling = TABLE.ceiling
    narrowed = replace(ceiling, **{quantity: getattr(ceiling, quantity) // divisor})
    table = replace(TABLE, ceiling=narrowed)
    (cap,) = check_plan(USABLE, table, DEVICE).caps
    bound = limits_on_nobody(table, DEVICE, USABLE).channels[0].limits.current_ua
    assert bound.value == pytest.approx(cap.current_ma * 1000, abs=1.001)
    assert bound.source == cap.source


def rhythms():
    tenths = st.integers(1, 230).map(lambda tenth: tenth * 100_000)
    return st.tuples(tenths, st.integers(0, 230).map(lambda tenth: tenth * 100_000))


def runs_without_refusal(on_us, off_us):
    """Play three contractions on the gate with its tolerance used up in every rest."""
    bench = Bench(plan(stages=(stage(),))).arm().raise_to(1_000)
    try:
        for _ in range(3):
            bench.write(1_000)
            bench.wait(on_us)
            bench.write(1_000)
            bench.write(0)
            bench.wait(max(0, off_us - bench.limits.behaviour.timing_tolerance_us))
    except LimitViolation:
        return False
    return True


@given(rhythms())
def test_a_rhythm_runs_exactly_when_the_static_check_passes_it(rhythm):
    on_us, off_us = rhythm
    of = plan(stages=(stage(bursts=(burst(on_us=on_us),), cycle_us=on_us + off_us),))
    is_fine = all(f.severity != "error" for f in check_plan(of, TABLE, DEVICE).findings)
    assert runs_without_refusal(on_us, off_us) == is_fine


@given(st.integers(400_000, 600_000))
def test_both_checks_refuse_the_same_ramps(ramp_up_us):
    of = plan(stages=(stage(bursts=(burst(ramp_up_us=ramp_up_us),)),))
    static = all(f.severity != "error" for f in check_plan(of, TABLE, DEVICE).findings)
    gate = Bench(of).arm().gate
    try:
        gate.allow_ramp(1, ramp_up_us)
    except LimitViolation:
        assert not static
    else:
        assert static
