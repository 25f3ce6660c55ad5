"""What is said when a plan can have no limits, whole; and the states in which a gate begins."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from support.safety_bench import (
    BOTH_WAVEFORMS,
    DEVICE,
    TABLE,
    Bench,
    channel,
    limits,
    plan,
    shape,
    stage,
)

from protocols.errors import LimitTableError, LimitViolation
from protocols.pulses import TrainSetup, Waveform
from safety.exact import refuse_inexact
from safety.limits import UNLIMITED, refuse_silence
from safety.state import ChannelState, GateState, Mode, closed, opened, set_up
from safety.train_limits import TrainLimits, train_limits


def one(width_us=300, period_us=20_000, second_width_us=None, **of_channel):
    return plan(
        channels=(channel(**of_channel),),
        stages=(stage(shapes=(shape(1, width_us, second_width_us),), period_us=period_us),),
    )


def asymmetric(second_width_us):
    return one(second_width_us=second_width_us, waveform=Waveform.ASYMMETRIC_BIPHASIC)


def wide_table():
    wide = {"current_ua": 10**9, "pulse_width_max_us": 10**6, "frequency_max_hz": 10**6}
    sites = {n: replace(s, phase_charge_nc=10**9, **wide) for n, s in TABLE.sites.items()}
    classes = {n: replace(t, frequency_max_hz=10**6) for n, t in TABLE.timing_classes.items()}
    return replace(TABLE, sites=sites, timing_classes=classes)


WIDE = wide_table()
COARSE = replace(BOTH_WAVEFORMS, pulse_width_step_us=20)
QUICK = replace(DEVICE, period_min_us_by_modules=(5_000, 5_000))

REFUSED = [
    (one(401), DEVICE, TABLE, "pulse width: 401 µs asked, 400 µs allowed (site quadriceps)"),
    (one(501), DEVICE, WIDE, "pulse width: 501 µs asked, 500 µs allowed (device bench)"),
    (one(601), BOTH_WAVEFORMS, WIDE, "pulse width: 601 µs asked, 600 µs allowed (system ceiling)"),
    (one(49), DEVICE, TABLE, "pulse width: 49 µs asked, 50 µs allowed (system ceiling)"),
    (
        asymmetric(299),
        BOTH_WAVEFORMS,
        TABLE,
        "second phase width: 299 µs asked, 300 µs allowed (first phase)",
    ),
    (
        asymmetric(4_001),
        BOTH_WAVEFORMS,
        TABLE,
        "second phase width: 4001 µs asked, 4000 µs allowed (device bench)",
    ),
    (
        one(second_width_us=301),
        BOTH_WAVEFORMS,
        TABLE,
        "second phase width: 301 µs asked, 300 µs allowed (symmetric pulses)",
    ),
    (one(310), COARSE, TABLE, "pulse width step: 310 µs asked, 20 µs allowed (device bench)"),
    (
        asymmetric(1_210),
        COARSE,
        TABLE,
        "second width step: 1210 µs asked, 20 µs allowed (device bench)",
    ),
    (
        one(period_us=9_500),
        DEVICE,
        TABLE,
        "pulse period: 9500 µs asked, 10000 µs allowed (site quadriceps)",
    ),
    (
        one(period_us=6_500),
        QUICK,
        WIDE,
        "pulse period: 6500 µs asked, 6667 µs allowed (system ceiling)",
    ),
    (
        one(period_us=1_000_500),
        DEVICE,
        TABLE,
        "pulse period: 1000500 µs asked, 1000000 µs allowed (system ceiling)",
    ),
    (
        one(period_us=20_100),
        DEVICE,
        TABLE,
        "pulse period step: 20100 µs asked, 500 µs allowed (device bench)",
    ),
    (
        one(),
        replace(DEVICE, interphase_gap_us=19_400),
        TABLE,
        "pulse within its period: 600 µs asked, 20000 µs allowed (one pulse at a time)",
    ),
    (
        one(area_mm2=2_499),
        DEVICE,
        TABLE,
        "electrode area: 2500 mm² asked, 2499 mm² allowed (site quadriceps against pad small)",
    ),
    (one(max_current_ua=999), DEVICE, TABLE, "current: 1000 µA asked, 999 µA allowed (protocol)"),
]


@pytest.mark.parametrize(("of", "device", "table", "sentence"), REFUSED)
def test_a_plan_that_cannot_be_used_is_refused_in_words(of, device, table, sentence):
    with pytest.raises(LimitViolation) as refused:
        limits(of, device, table)
    assert str(refused.value) == f"channel 1: {sentence}"


def test_a_channel_that_the_plan_does_not_use_is_named():
    with pytest.raises(KeyError) as refused:
        limits().channel(4)
    assert refused.value.args == (4,)


def test_all_quantities_without_a_bound_are_named():
    bounds = {
        name: replace(getattr(UNLIMITED, name), value=1, source="site")
        for name in UNLIMITED.__slots__
        if name not in ("current_ua", "off_min_us")
    }
    with pytest.raises(LimitTableError) as refused:
        refuse_silence(replace(UNLIMITED, **bounds))
    assert str(refused.value) == "nothing limits current_ua, off_min_us"


def test_the_ceiling_of_an_asymmetric_pulse_is_found_from_its_first_phase():
    # 35 µC in 400 µs; in the 1200 µs of its second phase they would be 29 mA
    of = one(
        400,
        second_width_us=1_200,
        site="gastrocnemius_soleus",
        waveform=Waveform.ASYMMETRIC_BIPHASIC,
    )
    setup = TrainSetup(period_us=20_000, channels=(1,))
    train = train_limits(limits(of, BOTH_WAVEFORMS), setup)
    assert isinstance(train, TrainLimits)
    (bound,) = train.channels[0].ceilings.values()
    assert (bound.value, bound.source) == (87_500, "phase charge, site gastrocnemius_soleus")


# Exact values ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1, "text", None, (1, "a"), frozenset({1}), (None, (2,))])
def test_whole_numbers_and_texts_are_exact(value):
    assert refuse_inexact(value, "value") is None


@pytest.mark.parametrize("name", ["is_ready", "has_unequal_rates"])
def test_a_flag_is_exact(name):
    assert refuse_inexact(False, name) is None


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (1.0, "1.0"),
        (True, "True"),
        ((1, 2.5), "2.5"),
        (frozenset({0.5}), "0.5"),
        (MappingProxyType({}), "mappingproxy({})"),
        ([1], "[1]"),
    ],
)
def test_anything_else_is_refused_and_named(value, what):
    with pytest.raises(LimitTableError) as refused:
        refuse_inexact(value, "width")
    assert str(refused.value) == f"width: {what} is no exact value"


def test_a_value_within_a_value_is_named_by_its_field():
    with pytest.raises(LimitTableError) as refused:
        refuse_inexact((TrainSetup(period_us=1, channels=(1.5,)),), "set-ups")
    assert str(refused.value) == "channels: 1.5 is no exact value"


# States ------------------------------------------------------------------------------------------


def test_a_gate_begins_closed():
    assert closed() == GateState(
        mode=Mode.CLOSED,
        is_connected=False,
        is_stop_pending=False,
        setup=None,
        channels=(),
        last_write_us=0,
        session_from_us=None,
    )
    assert closed().is_stop_pending is False
    assert closed().is_connected is False


def test_a_session_begins_at_rest():
    before = closed()._replace(session_from_us=3, is_connected=True, last_write_us=4)
    assert opened(before, limits(), 7) == GateState(
        mode=Mode.OPEN,
        is_connected=True,
        is_stop_pending=False,
        setup=None,
        channels=(
            ChannelState(
                number=1,
                level_ua=0,
                raise_from_us=7,
                output_ua=0,
                on_since_us=7,
                rest_until_us=7,
                ramp_up_us=2_000_000,
            ),
        ),
        last_write_us=7,
        session_from_us=None,
    )


def test_a_train_that_is_asked_for_is_noted_with_its_time():
    setup = TrainSetup(period_us=20_000, channels=(1,))
    assert set_up(closed(), setup, 9) == closed()._replace(
        mode=Mode.SETTING_UP, setup=setup, last_write_us=9
    )


def test_a_stop_keeps_the_rest_that_was_due_and_the_ramp_of_the_next_burst():
    bench = Bench().arm()
    bench.gate.allow_ramp(1, 600_000)
    before = bench.gate.state.channels
    bench.gate.stop(5)
    assert bench.gate.state.channels == before
    assert bench.gate.state.is_stop_pending is True
