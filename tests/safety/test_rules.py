"""The pure judgement of frames, on random states: what a gate can never be talked into."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from support.safety_bench import Bench, channel, limits, plan, shape, stage

from protocols.pulses import OutputFrame, TrainSetup, symmetric_output
from safety.predicates import (
    frequency_mhz,
    is_charge_within,
    is_density_within,
    is_power_density_within,
    is_rms_within,
    pulse_heat,
)
from safety.rules import judge_output, reachable_ua
from safety.state import GateState, Mode, closed, opened, rest_us
from safety.table import load_table
from safety.train_limits import TrainLimits, train_limits
from safety.verdict import Violation

SITES = sorted(name for name, site in load_table().sites.items() if site.timing_class == "any")
PLAN = plan(
    channels=(channel(site="wrist_extensors", area_mm2=800),),
    stages=(stage(shapes=(shape(width_us=250),)),),
)
LIMITS = limits(PLAN)
SETUP = TrainSetup(period_us=20_000, channels=(1,))
TRAIN = train_limits(LIMITS, SETUP)
NOW_US = 10**9


def armed_state(level_ua, output_ua, last_us, ramp_up_us=2_000_000, on_since_us=None):
    """A state that the gate could be in, in the middle of a session."""
    state = opened(closed(), LIMITS, 0)._replace(mode=Mode.ARMED, setup=SETUP)
    first = state.channels[0]._replace(
        level_ua=level_ua,
        output_ua=output_ua,
        ramp_up_us=ramp_up_us,
        on_since_us=last_us if on_since_us is None else on_since_us,
    )
    return state._replace(channels=(first,), last_write_us=last_us)


def judged(state, current_ua, width_us=250, now_us=NOW_US):
    frame = OutputFrame(setup=SETUP, outputs=(symmetric_output(1, current_ua, width_us),))
    return judge_output(state, frame, TRAIN, now_us)


levels = st.integers(0, 60_000)
outputs = st.integers(0, 130).map(lambda ma: ma * 1000)


@given(level=levels, before=outputs, asked=outputs, elapsed=st.integers(0, 300_000))
def test_no_frame_above_level_site_or_slew_passes(level, before, asked, elapsed):
    state = armed_state(level, before, NOW_US - elapsed)
    verdict = judged(state, asked)
    if isinstance(verdict, GateState):
        assert asked <= level or asked == 0
        assert asked <= 50_000
        assert asked - before <= level * min(elapsed, 100_000) // 2_000_000 + 1000


@given(level=levels, before=outputs, asked=outputs, elapsed=st.integers(0, 300_000))
def test_what_passes_passes_at_any_lower_current(level, before, asked, elapsed):
    state = armed_state(level, before, NOW_US - elapsed)
    if isinstance(judged(state, asked), GateState):
        assert isinstance(judged(state, asked // 2000 * 1000), GateState)


@given(level=levels, before=outputs, elapsed=st.integers(0, 300_000))
def test_all_that_is_reachable_passes_and_nothing_more(level, before, elapsed):
    level = min(level, 50_000)
    state = armed_state(level, before, NOW_US - elapsed)
    reachable = reachable_ua(state, TRAIN.channels[0], TRAIN, NOW_US)
    highest = reachable // 1000 * 1000
    assert isinstance(judged(state, highest), GateState)
    assert isinstance(judged(state, highest + 1000), Violation)


@given(level=levels, before=outputs, asked=st.integers(1, 50).map(lambda ma: ma * 1000))
@example(level=20_000, before=5_000, asked=6_000)
@example(level=20_000, before=0, asked=1_000)
def test_a_frame_that_passes_changes_its_output_and_nothing_else(level, before, asked):
    state = armed_state(level, before, NOW_US - 50_000)._replace(
        session_from_us=3, is_stop_pending=True
    )
    verdict = judged(state, asked)
    if isinstance(verdict, GateState):
        began_us = state.channels[0].on_since_us if before else NOW_US
        first = state.channels[0]._replace(output_ua=asked, on_since_us=began_us)
        assert verdict == state._replace(channels=(first,), last_write_us=NOW_US)


def test_a_current_above_the_ceiling_of_its_pulse_is_refused_whatever_the_level():
    found = judged(armed_state(90_000, 50_000, NOW_US - 50_000), 51_000)
    assert (found.limit, found.asked, found.allowed) == ("current", 51_000, 50_000)
    assert found.source == "site wrist_extensors"


def test_the_current_at_the_ceiling_of_its_pulse_passes():
    assert isinstance(judged(armed_state(90_000, 50_000, NOW_US - 50_000), 50_000), GateState)


def test_a_burst_keeps_its_beginning_while_its_current_changes():
    state = armed_state(20_000, 5_000, NOW_US - 50_000, on_since_us=NOW_US - 3_000_000)
    assert judged(state, 6_000).channels[0].on_since_us == NOW_US - 3_000_000
    assert judged(state, 5_000).channels[0].on_since_us == NOW_US - 3_000_000


def test_a_burst_begins_with_its_first_current():
    assert judged(armed_state(20_000, 0, NOW_US - 50_000), 1_000).channels[0].on_since_us == NOW_US


def test_the_session_begins_with_the_first_current_of_any_channel():
    state = armed_state(20_000, 0, NOW_US - 50_000)
    assert judged(state, 0).session_from_us is None
    assert judged(state, 1_000).session_from_us == NOW_US
    begun = state._replace(session_from_us=7)
    assert judged(begun, 0, now_us=NOW_US).session_from_us == 7


@given(on_us=st.integers(0, 20_000_000))
def test_a_rest_is_never_shorter_than_the_burst_less_the_tolerance(on_us):
    rest = rest_us(on_us, LIMITS.channels[0])
    assert rest == max(on_us, 1_000_000) - 250_000


def gait_rules(off_min_us, permille):
    rules = LIMITS.channels[0]
    bounds = replace(
        rules.limits,
        off_min_us=replace(rules.limits.off_min_us, value=off_min_us),
        off_to_on_min_permille=replace(rules.limits.off_to_on_min_permille, value=permille),
    )
    return replace(rules, limits=bounds)


def test_a_share_of_the_burst_is_rounded_up_and_no_rest_is_negative():
    assert rest_us(1_000_001, gait_rules(0, 300)) == 300_001 - 250_000
    assert rest_us(10_000, gait_rules(0, 300)) == 0


@given(
    site=st.sampled_from(SITES),
    width_us=st.integers(50, 400),
    period_us=st.integers(40, 400).map(lambda half_ms: half_ms * 500),
    area_mm2=st.integers(2500, 9000),
    asked_ma=st.integers(1, 130),
)
def test_every_current_that_passes_keeps_every_published_limit(
    site, width_us, period_us, area_mm2, asked_ma
):
    cap = load_table().sites[site]
    width_us = min(width_us, cap.pulse_width_max_us)
    session = limits(
        plan(
            channels=(channel(site=site, area_mm2=area_mm2, max_current_ua=130_000),),
            stages=(stage(shapes=(shape(width_us=width_us),), period_us=period_us),),
        )
    )
    setup = TrainSetup(period_us=period_us, channels=(1,))
    train = train_limits(session, setup)
    assert isinstance(train, TrainLimits)
    current_ua = asked_ma * 1000
    state = opened(closed(), session, 0)._replace(mode=Mode.ARMED, setup=setup)
    first = state.channels[0]._replace(level_ua=130_000, output_ua=current_ua)
    state = state._replace(channels=(first,), last_write_us=NOW_US)
    first = first._replace(on_since_us=NOW_US)
    state = state._replace(channels=(first,))
    frame = OutputFrame(setup=setup, outputs=(symmetric_output(1, current_ua, width_us),))
    passes = isinstance(judge_output(state, frame, train, NOW_US), GateState)
    heat, f = pulse_heat(current_ua, width_us, current_ua, width_us), frequency_mhz(period_us)
    assert passes == (
        current_ua <= cap.current_ua
        and is_charge_within(current_ua, width_us, cap.phase_charge_nc)
        and is_rms_within(heat, f, 41_666)
        and is_density_within(heat, f, area_mm2, 16_666)
        and is_power_density_within(heat, f, 500, area_mm2, 1_736)
    )


def test_a_bench_reaches_its_level_without_a_refusal():
    bench = Bench(PLAN).arm().raise_to(30_000)
    reached_ua = 0
    while reached_ua < 30_000:
        bench.wait(50_000)
        reached_ua = bench.gate.reachable_ua(1, bench.now_us) // 1000 * 1000
        bench.write(reached_ua, width_us=250)
    assert bench.gate.latched is None
