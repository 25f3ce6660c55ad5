"""What the static check says, whole: every finding with its fields and its sentence."""

from dataclasses import replace

import pytest
from support.safety_bench import (
    BOTH_WAVEFORMS,
    DEVICE,
    SECOND_US,
    TABLE,
    burst,
    channel,
    plan,
    shape,
    stage,
)

from protocols.pulses import Waveform
from safety.check_report import Cap, Finding, LoadRow, Margin, TechnicalRow
from safety.checks import check_plan

CYCLIC = "timing class cyclic"
SUBTETANIC = "timing class continuous_subtetanic"


def one(width_us=300, period_us=20_000, timing_class="cyclic", **of_channel):
    return plan(
        channels=(channel(**of_channel),),
        stages=(stage(shapes=(shape(width_us=width_us),), period_us=period_us),),
        timing_class=timing_class,
    )


def asymmetric(second_width_us, waveform=Waveform.ASYMMETRIC_BIPHASIC):
    return plan(
        channels=(channel(waveform=waveform),),
        stages=(stage(shapes=(shape(1, 300, second_width_us),)),),
    )


def rhythm(*bursts, cycle_us=30 * SECOND_US, cycles=10):
    return plan(stages=(stage(bursts=bursts, cycle_us=cycle_us, cycles=cycles),))


def wide_table():
    """Sites and rhythms bound nothing: what is left is the ceiling and the device."""
    wide = {"current_ua": 10**9, "pulse_width_max_us": 10**6, "frequency_max_hz": 10**6}
    sites = {n: replace(s, phase_charge_nc=10**9, **wide) for n, s in TABLE.sites.items()}
    classes = {n: replace(t, frequency_max_hz=10**6) for n, t in TABLE.timing_classes.items()}
    return replace(TABLE, sites=sites, timing_classes=classes)


WIDE = wide_table()


def found(of, device=DEVICE, table=TABLE):
    return check_plan(of, table, device).findings


# A pulse that cannot be used: how it is asked, its quantity, asked, allowed, unit, source, relation
PULSES = [
    ((one(width_us=401),), "pulse width", 401, 400, "µs", "site quadriceps", "at most"),
    (
        (one(width_us=601), BOTH_WAVEFORMS, WIDE),
        "pulse width",
        601,
        600,
        "µs",
        "system ceiling",
        "at most",
    ),
    ((one(width_us=49),), "pulse width", 49, 50, "µs", "system ceiling", "at least"),
    (
        (one(width_us=50), replace(DEVICE, pulse_width_min_us=51)),
        "pulse width",
        50,
        51,
        "µs",
        "device bench",
        "at least",
    ),
    (
        (asymmetric(4001), BOTH_WAVEFORMS),
        "second phase width",
        4001,
        4000,
        "µs",
        "device bench",
        "at most",
    ),
    (
        (asymmetric(299), BOTH_WAVEFORMS),
        "second phase width",
        299,
        300,
        "µs",
        "first phase",
        "at least",
    ),
    (
        (asymmetric(301, Waveform.SYMMETRIC_BIPHASIC), BOTH_WAVEFORMS),
        "second phase width",
        301,
        300,
        "µs",
        "symmetric pulses",
        "exactly",
    ),
    ((one(area_mm2=2499),), "electrode area", 24.99, 25.0, "cm²", "site quadriceps", "at least"),
    ((one(period_us=8_000),), "frequency", 125.0, 100, "Hz", "site quadriceps", "at most"),
    (
        (one(period_us=5_000), replace(DEVICE, period_min_us_by_modules=(5_000,)), WIDE),
        "frequency",
        200.0,
        150,
        "Hz",
        "system ceiling",
        "at most",
    ),
    (
        (one(period_us=6_250), replace(DEVICE, period_step_us=1), WIDE),
        "frequency",
        160.0,
        125.0,
        "Hz",
        "device bench",
        "at most",
    ),
    (
        (one(period_us=1_250_000), replace(DEVICE, period_max_us=2_000_000)),
        "frequency",
        0.8,
        1,
        "Hz",
        "system ceiling",
        "at least",
    ),
    (
        (one(period_us=50_000), replace(DEVICE, period_max_us=40_000)),
        "frequency",
        20.0,
        25.0,
        "Hz",
        "device bench",
        "at least",
    ),
    ((one(period_us=20_100),), "pulse period", 20_100, 500, "µs", "device bench", "in steps of"),
    (
        (one(), replace(DEVICE, interphase_gap_us=19_400)),
        "pulse within its period",
        20_000.0,
        20_000,
        "µs",
        "timing",
        "less than",
    ),
]


@pytest.mark.parametrize(
    ("asked_how", "quantity", "asked", "allowed", "unit", "source", "relation"), PULSES
)
def test_a_pulse_that_cannot_be_used_is_told_in_full(
    asked_how, quantity, asked, allowed, unit, source, relation
):
    text = (
        f"channel 1 (quadriceps), work: {quantity} {asked:g} {unit}; "
        f"it must be {relation} {allowed:g} {unit} ({source})."
    )
    assert found(*asked_how) == (
        Finding(
            severity="error",
            channel=1,
            quantity=quantity,
            asked=asked,
            allowed=allowed,
            unit=unit,
            source=source,
            text=text,
        ),
    )


def test_both_phases_off_the_grid_of_the_device_are_told():
    coarse = replace(DEVICE, pulse_width_step_us=20)
    assert [(f.quantity, f.unit, f.source, f.text) for f in found(one(width_us=310), coarse)] == [
        (
            quantity,
            "µs",
            "device bench",
            f"channel 1 (quadriceps), work: {quantity} 310 µs; "
            "it must be in steps of 20 µs (device bench).",
        )
        for quantity in ("pulse width", "second phase width")
    ]


def test_both_phases_wider_than_the_device_makes_are_told():
    assert [(f.allowed, f.source, f.text) for f in found(one(width_us=501), DEVICE, WIDE)] == [
        (
            500,
            "device bench",
            f"channel 1 (quadriceps), work: {quantity} 501 µs; "
            "it must be at most 500 µs (device bench).",
        )
        for quantity in ("pulse width", "second phase width")
    ]


# A rhythm that cannot be used: plan, who, quantity, asked s, allowed s, source, relation
RHYTHMS = [
    (
        rhythm(burst(ramp_up_us=499_999)),
        "channel 1 in work",
        "ramp up",
        0.499999,
        0.5,
        CYCLIC,
        "at least",
    ),
    (
        rhythm(burst(on_us=20_000_001), cycle_us=60 * SECOND_US),
        "channel 1 in work",
        "on-time",
        20.000001,
        20.0,
        CYCLIC,
        "at most",
    ),
    (
        rhythm(burst(on_us=500_000), cycle_us=1_499_999),
        "channel 1",
        "off-time",
        0.999999,
        1.0,
        CYCLIC,
        "at least",
    ),
    (
        rhythm(burst(), cycle_us=19_999_999),
        "channel 1",
        "off-time after its on-time",
        9.999999,
        10.0,
        CYCLIC,
        "at least",
    ),
    (rhythm(burst(), cycles=121), "session", "session time", 3610.0, 3600.0, "session", "at most"),
]


@pytest.mark.parametrize(
    ("of", "who", "quantity", "asked", "allowed", "source", "relation"), RHYTHMS
)
def test_a_rhythm_that_cannot_be_used_is_told_in_full(
    of, who, quantity, asked, allowed, source, relation
):
    assert found(of) == (
        Finding(
            severity="error",
            channel=None if who == "session" else 1,
            quantity=quantity,
            asked=asked,
            allowed=allowed,
            unit="s",
            source=source,
            text=f"{who}: {quantity} {asked} s; "
            f"it must be {relation} {allowed:g} s ({source}).".replace(".0 s; ", " s; "),
        ),
    )


# What is no number: plan, device, severity, channel, quantity, sentence
WORDS = [
    (
        replace(one(), device="other"),
        DEVICE,
        "error",
        None,
        "device",
        "The plan is made for other.",
    ),
    (
        one(timing_class="continuous_sensory"),
        DEVICE,
        "error",
        1,
        "timing class",
        "quadriceps moves a muscle; continuous_sensory is for feeling only.",
    ),
    (
        one(site="sensory_limb", width_us=250, max_current_ua=50_000),
        DEVICE,
        "error",
        1,
        "timing class",
        "sensory_limb may only be stimulated continuous_sensory, not cyclic.",
    ),
    (
        one(),
        replace(DEVICE, stop_time_us=200_001),
        "warning",
        None,
        "stop time",
        "Bench device may take 200.001 ms to stop, more than 200 ms: for research only.",
    ),
    (
        one(),
        replace(DEVICE, watchdog_us=None),
        "warning",
        None,
        "watchdog",
        "Bench device does not stop by itself when nmes falls silent: not for people.",
    ),
    (
        one(),
        replace(DEVICE, is_research_only=True),
        "warning",
        None,
        "device",
        "Bench device is for research only.",
    ),
]


@pytest.mark.parametrize(("of", "device", "severity", "number", "quantity", "text"), WORDS)
def test_what_is_no_number_is_told_in_words_alone(of, device, severity, number, quantity, text):
    assert found(of, device) == (
        Finding(
            severity=severity,
            channel=number,
            quantity=quantity,
            asked=None,
            allowed=None,
            unit="",
            source="",
            text=text,
        ),
    )


def test_two_channels_of_one_number_are_told_for_each():
    assert [(f.channel, f.quantity) for f in found(plan(channels=(channel(), channel())))] == [
        (1, "channel"),
        (1, "channel"),
    ]


# A current: plan, severity, asked mA, allowed mA, source, sentence
CURRENTS = [
    (
        one(max_current_ua=999),
        "error",
        1.0,
        0.999,
        "protocol",
        "channel 1 (quadriceps): no current is left; 0.999 mA is below one step of the device.",
    ),
    (
        one(site="wrist_extensors"),
        "info",
        100.0,
        50.0,
        "site wrist_extensors",
        "channel 1 (wrist_extensors): cap 50 mA (site wrist_extensors); "
        "the protocol would allow 100 mA.",
    ),
    (
        one(max_current_ua=20_000, suggested_start_ua=20_001),
        "warning",
        20.001,
        20.0,
        "protocol",
        "channel 1 (quadriceps): the suggested start of 20.001 mA is above the cap.",
    ),
]


@pytest.mark.parametrize(("of", "severity", "asked", "allowed", "source", "text"), CURRENTS)
def test_a_current_is_told_in_full(of, severity, asked, allowed, source, text):
    assert found(of) == (
        Finding(
            severity=severity,
            channel=1,
            quantity="current",
            asked=asked,
            allowed=allowed,
            unit="mA",
            source=source,
            text=text,
        ),
    )


def test_a_missing_suggestion_is_no_start_above_the_cap():
    # less than a µA is left: even a suggested start of 1 µA would be above it
    table = replace(TABLE, ceiling=replace(TABLE.ceiling, phase_charge_nc=0))
    assert [f.severity for f in found(one(), DEVICE, table)] == ["error"]


def test_a_cap_just_short_of_a_step_by_floats_is_a_step():
    # 0.3 mA at 300 µs are 90 nC; floats make 0.9999999999999999 of it, or 1
    table = replace(TABLE, ceiling=replace(TABLE.ceiling, phase_charge_nc=300))
    assert [f.severity for f in found(one(), DEVICE, table)] == ["info"]


MARGINS = [
    ("current", 100.0, 120.0, "mA", "site quadriceps", 100 / 6),
    ("phase charge", 30.0, 45.0, "µC", "site quadriceps", 100 / 3),
    ("r.m.s. current", 17.320508, 41.666, "mA", "system ceiling", 58.430115),
    ("current density", 0.384900, 1.6666, "mA/cm²", "system ceiling", 76.905065),
    ("power density", 0.0033333333, 0.1736, "W/cm²", "system ceiling", 98.079877),
    ("pulse energy", 3.0, 300.0, "mJ", "system ceiling", 99.0),
]


def test_every_margin_is_told_in_full():
    six = {"rel": 0, "abs": 5.1e-7}
    assert check_plan(one(), TABLE, DEVICE).margins == tuple(
        Margin(
            channel=1,
            stage="work",
            quantity=quantity,
            asked=pytest.approx(asked, **six),
            allowed=pytest.approx(allowed, **six),
            unit=unit,
            source=source,
            percent=pytest.approx(percent, **six),
        )
        for quantity, asked, allowed, unit, source, percent in MARGINS
    )


def test_a_protocol_that_nothing_narrows_sets_its_own_cap():
    assert check_plan(one(), TABLE, DEVICE).caps == (
        Cap(channel=1, current_ma=100.0, source="protocol"),
    )


def test_a_protocol_that_asks_for_all_that_its_site_allows_sets_its_own_cap():
    (cap,) = check_plan(one(max_current_ua=120_000), TABLE, DEVICE).caps
    assert (cap.current_ma, cap.source) == (120.0, "protocol")


def test_the_output_table_is_told_in_full():
    six = {"rel": 0, "abs": 5.1e-7}
    assert check_plan(one(), TABLE, DEVICE).technical == (
        TechnicalRow(
            channel=1,
            stage="work",
            waveform="symmetric_biphasic",
            shape="rectangular",
            loads=(
                LoadRow(load_ohm=500, current_ma=100.0, voltage_v=50.0),
                LoadRow(load_ohm=2_000, current_ma=100.0, voltage_v=200.0),
                LoadRow(load_ohm=10_000, current_ma=50.0, voltage_v=500.0),
            ),
            pulse_width_us=300,
            second_width_us=300,
            interphase_gap_us=100,
            frequency_hz=50.0,
            has_symmetrical_phases=True,
            phase_charge_uc=30.0,
            net_charge_uc=0.0,
            charge_balance="the second phase carries the first one's charge back",
            charge_density_uc_per_cm2=pytest.approx(0.666667, **six),
            rms_current_ma=pytest.approx(17.320508, **six),
            average_current_ma=pytest.approx(3.0, **six),
            current_density_ma_per_cm2=pytest.approx(0.384900, **six),
            pulse_energy_mj=pytest.approx(3.0, **six),
            power_w=pytest.approx(0.15, **six),
            power_density_w_per_cm2=pytest.approx(0.003333, **six),
            electrical_duty=pytest.approx(0.03, **six),
            pulses_per_burst=pytest.approx(500.0, **six),
            on_s=10.0,
            off_s=20.0,
            burst_duty=pytest.approx(1 / 3, **six),
            cycle_rms_current_ma=pytest.approx(10.0, **six),
            cycle_power_w=pytest.approx(0.05, **six),
        ),
    )


def test_a_rest_of_just_the_shortest_is_fine():
    assert found(rhythm(burst(on_us=1_000_000), cycle_us=2_000_000)) == ()


def test_the_smallest_whole_number_is_one_that_formulas_can_be_trusted_with():
    of = rhythm(burst(on_us=1, ramp_up_us=500_000))
    assert found(of) == ()


def test_the_last_channel_of_a_device_is_fine():
    last = plan(channels=(channel(8),), stages=(stage(shapes=(shape(8),), bursts=(burst(8),)),))
    assert found(last) == ()


def test_a_shape_of_a_channel_that_is_not_described_takes_no_part():
    of = plan(stages=(replace(stage(), shapes=(shape(1), shape(3))),))
    report = check_plan(of, TABLE, DEVICE)
    assert [row.channel for row in report.technical] == [1]
