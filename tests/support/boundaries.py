"""What each number of the table of limits does: the last value that passes, the first refused.

The numbers stand here once more, on purpose: what is expected of the program is not read from the
table that the program reads. Each probe takes a table, loosens all that could bind first, and looks
from outside: at both checks, the gate, the session machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from support.report_boundaries import REPORTS
from support.safety_bench import DEVICE as BENCH_DEVICE
from support.safety_bench import (
    SCREENING_TABLE,
    Bench,
    burst,
    channel,
    limits_on_nobody,
    plan,
    shape,
    stage,
)

from nmes.session import clockwork, stepping
from nmes.session.actions import Facts, StepWish, StopDevice, Tell
from nmes.session.halts import halt
from nmes.session.session import Session, new_session, rise_us
from nmes.session.states import SessionState
from protocols.errors import LimitViolation, PlanningError
from protocols.plan import Plan
from protocols.pulses import Waveform, symmetric_output
from safety.checks import check_plan
from safety.clearance import BENCH as BENCH_BASIS
from safety.clearance import nobody
from safety.levels import judge_raise
from safety.limits import NO_MOST
from safety.past import past_of
from safety.session_limits import effective_limits
from safety.table import ANY_MOTOR_CLASS, LimitTable
from safety.verdict import Violation

Probe = Callable[[LimitTable], None]

SECOND_US = 1_000_000

DEVICE = replace(
    BENCH_DEVICE,
    waveforms=frozenset(Waveform),
    interphase_gap_us=0,
    current_step_ua=1,
    current_max_ua=10**9,
    pulse_width_min_us=1,
    pulse_width_max_us=10**6,
    period_step_us=1,
    period_min_us_by_modules=(1, 1),
    period_max_us=10**10,
)
"""A device that bounds nothing."""

WIDE_CEILING = {
    "current_ua": 10**9,
    "pulse_width_min_us": 1,
    "pulse_width_max_us": 10**6,
    "frequency_max_hz": 10**6,
    "phase_charge_nc": 10**9,
    "rms_current_ua": 10**9,
    "rms_density_ua_per_mm2_x1000": 10**9,
    "power_density_uw_per_mm2": 10**9,
    "pulse_energy_uj": 10**9,
}
WIDE_SITE = {
    "current_ua": 10**9,
    "pulse_width_max_us": 10**6,
    "frequency_max_hz": 10**6,
    "phase_charge_nc": 10**9,
    "electrode_min_mm2": 1,
}


def loosened(table: LimitTable, *, keeps_ceiling: bool = False) -> LimitTable:
    """The table with all bounds far away, but for those of the rhythm and perhaps the ceiling."""
    ceiling = table.ceiling if keeps_ceiling else replace(table.ceiling, **WIDE_CEILING)
    sites = {name: replace(site, **WIDE_SITE) for name, site in table.sites.items()}
    return replace(table, ceiling=ceiling, sites=sites)


def with_site(table: LimitTable, name: str) -> LimitTable:
    """The table with only this site's bounds in it."""
    loose = loosened(table)
    classes = {
        key: replace(timing, frequency_max_hz=10**6, requires=_met(timing.requires))
        for key, timing in table.timing_classes.items()
    }
    sites = {**loose.sites, name: table.sites[name]}
    return replace(loose, sites=sites, timing_classes=classes)


def _met(requires: tuple[str, ...]) -> tuple[str, ...]:
    """What no program can do without: the rest counts as given."""
    return tuple(need for need in requires if need == "no_motor_target")


# What the plans look like ------------------------------------------------------------------------


def of_site(
    table: LimitTable,
    site: str = "quadriceps",
    *,
    width_us: int = 100,
    period_us: int = 1_000_000,
    area_mm2: int = 10_000,
    current_ua: int = 10**9,
) -> Plan:
    """A plan of one channel at a site, in a rhythm that the site may have."""
    own = table.sites[site].timing_class
    return plan(
        channels=(channel(site=site, max_current_ua=current_ua, area_mm2=area_mm2),),
        stages=(
            stage(
                bursts=(burst(ramp_up_us=5 * SECOND_US),),
                shapes=(shape(width_us=width_us),),
                period_us=period_us,
            ),
        ),
        timing_class="cyclic" if own == ANY_MOTOR_CLASS else own,
    )


# What is looked at -------------------------------------------------------------------------------


def passes(table: LimitTable, of: Plan) -> bool:
    """Whether a plan can be used; both checks must say the same."""
    is_usable = check_plan(of, table, DEVICE).is_usable
    try:
        limits_on_nobody(table, DEVICE, of)
    except (LimitViolation, PlanningError):
        assert not is_usable, "only the limits of the session refuse it"
        return False
    assert is_usable, "only the static check refuses it"
    return True


def boundary(last: bool, first: bool) -> None:
    """The last value passes, the one behind it does not."""
    assert last, "the last value that should pass is refused"
    assert not first, "the first value that should be refused passes"


def is_cap(table: LimitTable, of: Plan, cap_ua: int) -> None:
    """The cap of both checks; a level is raised to it by hand and not one µA higher."""
    (static,) = check_plan(of, table, DEVICE).caps
    assert int(static.current_ma * 1000 + 1e-6) == cap_ua
    bench = Bench(of, DEVICE, table).open()
    boundary(raises(bench, cap_ua - 500, cap_ua), raises(bench, cap_ua - 500, cap_ua + 1))


def raises(bench: Bench, from_ua: int, to_ua: int) -> bool:
    """Whether a level that is already so high can be raised by hand."""
    channel_state = bench.gate.state.channels[0]._replace(level_ua=from_ua)
    rules, behaviour = bench.limits.channels[0], bench.limits.behaviour
    verdict = judge_raise(channel_state, rules, behaviour, to_ua, bench.now_us)
    return not isinstance(verdict, Violation)


# Ceiling -----------------------------------------------------------------------------------------


def ceiling_cap(table: LimitTable, cap_ua: int, **of: int) -> None:
    """The cap that the ceiling leaves of a pulse."""
    own = loosened(table, keeps_ceiling=True)
    is_cap(own, of_site(own, **of), cap_ua)


def alone(table: LimitTable, *names: str) -> LimitTable:
    """The table with only these bounds of the ceiling in it."""
    kept = {name: getattr(table.ceiling, name) for name in names}
    return replace(loosened(table), ceiling=replace(table.ceiling, **(WIDE_CEILING | kept)))


def cap_by(name: str, cap_ua: int) -> Probe:
    """One bound of the ceiling alone: 500 µs at 125 Hz on 25 cm²."""

    def probe(table: LimitTable) -> None:
        own = alone(table, name)
        of = of_site(own, width_us=500, period_us=8_000, area_mm2=2_500)
        is_cap(_any_rate(own), of, cap_ua)

    return probe


def _any_rate(table: LimitTable) -> LimitTable:
    classes = {
        name: replace(timing, frequency_max_hz=10**6)
        for name, timing in table.timing_classes.items()
    }
    return replace(table, timing_classes=classes)


def ceiling_values(name: str, last: dict[str, int], first: dict[str, int]) -> Probe:
    """One bound of the ceiling alone: what of a plan just passes it, and what does not."""

    def probe(table: LimitTable) -> None:
        own = _any_rate(alone(table, name))
        boundary(passes(own, of_site(own, **last)), passes(own, of_site(own, **first)))

    return probe


def open_circuit(table: LimitTable) -> None:
    """Into 10 kΩ a supply of 500 V pushes 50 mA."""
    row = check_plan(plan(), table, BENCH_DEVICE).technical[0]
    assert [load.voltage_v for load in row.loads] == [50.0, 200.0, 500.0]
    assert row.loads[2].current_ma == 50.0


def no_net_charge(table: LimitTable) -> None:
    """What is not carried back to the last pC is refused; a table that allows some is too."""
    assert table.ceiling.net_charge_nc == 0
    bench = Bench(table=table).arm().raise_to(2_000)
    bench.write(0)
    bench.wait(100_000)
    for off_ua in (-1, 1):
        output = symmetric_output(1, 1_000, 300)._replace(second_current_ua=1_000 + off_ua)
        assert is_refused(bench, output)
        bench = Bench(table=table).arm().raise_to(2_000)


def is_refused(bench: Bench, *outputs: object) -> bool:
    """Whether the gate latches at this frame."""
    try:
        bench.gate.output(bench.frame(*outputs), bench.now_us)
    except LimitViolation:
        return True
    return False


CEILING: Mapping[str, Probe] = {
    "current_ua": partial(ceiling_cap, cap_ua=130_000),
    "pulse_width_min_us": ceiling_values("pulse_width_min_us", {"width_us": 50}, {"width_us": 49}),
    "pulse_width_max_us": ceiling_values(
        "pulse_width_max_us", {"width_us": 600}, {"width_us": 601}
    ),
    "frequency_min_hz": ceiling_values(
        "frequency_min_hz", {"period_us": 1_000_000}, {"period_us": 1_000_001}
    ),
    "frequency_max_hz": ceiling_values(
        "frequency_max_hz", {"period_us": 6_667}, {"period_us": 6_666}
    ),
    # 78 µC in 500 µs
    "phase_charge_nc": cap_by("phase_charge_nc", 156_000),
    # 41.666 mA / sqrt(2 · 500 µs · 125 Hz), √0.125
    "rms_current_ua": cap_by("rms_current_ua", 117_849),
    # 16.666 µA/mm² · 2500 mm² / √0.125
    "rms_density_ua_per_mm2_x1000": cap_by("rms_density_ua_per_mm2_x1000", 117_846),
    # √(1736 µW/mm² · 2500 mm² / 500 Ω / 0.125)
    "power_density_uw_per_mm2": cap_by("power_density_uw_per_mm2", 263_514),
    # √(300 mJ / 500 Ω / 1 ms)
    "pulse_energy_uj": cap_by("pulse_energy_uj", 774_596),
    "open_circuit_v": open_circuit,
    "net_charge_nc": no_net_charge,
    "load_ohm": cap_by("power_density_uw_per_mm2", 263_514),
}


# Sites -------------------------------------------------------------------------------------------

# current µA, pulse width µs, shortest period µs, charge nC, pad mm²
SITES = {
    "quadriceps": (120_000, 400, 10_000, 45_000, 2500),
    "vastus_medialis": (100_000, 500, 10_000, 40_000, 2500),
    "hamstrings": (100_000, 400, 10_000, 40_000, 2500),
    "hip_adductors": (80_000, 400, 12_500, 30_000, 2500),
    "gluteus_maximus": (120_000, 400, 10_000, 45_000, 2500),
    "gluteus_medius": (100_000, 400, 10_000, 40_000, 2500),
    "tibialis_anterior": (80_000, 400, 12_500, 25_000, 1000),
    "peroneals": (80_000, 400, 12_500, 25_000, 1000),
    "gastrocnemius_soleus": (100_000, 400, 12_500, 35_000, 2500),
    "foot_intrinsics": (40_000, 250, 20_000, 10_000, 800),
    "deltoid": (80_000, 350, 12_500, 25_000, 1000),
    "supraspinatus": (60_000, 300, 20_000, 18_000, 1000),
    "biceps_brachii": (60_000, 300, 12_500, 18_000, 1000),
    "triceps_brachii": (60_000, 300, 12_500, 18_000, 1000),
    "wrist_extensors": (50_000, 300, 20_000, 15_000, 800),
    "wrist_flexors": (50_000, 300, 20_000, 15_000, 800),
    "finger_extensors": (40_000, 300, 20_000, 12_000, 800),
    "finger_flexors": (40_000, 300, 20_000, 12_000, 800),
    "thenar": (30_000, 250, 20_000, 7_500, 500),
    "hand_intrinsics": (30_000, 250, 20_000, 7_500, 500),
    "lumbar_paraspinals": (80_000, 400, 12_500, 32_000, 2500),
    "abdominals": (90_000, 400, 12_500, 36_000, 2500),
    "scapular_stabilisers": (50_000, 300, 20_000, 15_000, 2500),
    "pelvic_floor_surface": (60_000, 300, 20_000, 18_000, 800),
    "pelvic_floor_vaginal": (30_000, 300, 20_000, 9_000, 400),
    "pelvic_floor_anal": (25_000, 300, 20_000, 7_500, 300),
    "quadriceps_subtetanic": (130_000, 600, 100_000, 78_000, 9000),
    "sacral_s2_s4": (40_000, 500, 50_000, 20_000, 2000),
    "posterior_tibial_nerve": (40_000, 250, 40_000, 10_000, 1000),
    "sensory_limb": (50_000, 250, 8_334, 12_500, 2000),
}


def site_current(table: LimitTable, site: str, cap_ua: int) -> None:
    own = with_site(table, site)
    is_cap(own, of_site(own, site, width_us=50), cap_ua)


def site_charge(table: LimitTable, site: str, charge_nc: int) -> None:
    own = with_site(table, site)
    unbound = replace(own.sites[site], current_ua=10**9)
    own = replace(own, sites={**own.sites, site: unbound})
    is_cap(own, of_site(own, site, width_us=100), charge_nc * 10)


def site_values(table: LimitTable, site: str, last: dict[str, int], first: dict[str, int]) -> None:
    own = with_site(table, site)
    boundary(passes(own, of_site(own, site, **last)), passes(own, of_site(own, site, **first)))


def site_probes(site: str) -> dict[str, Probe]:
    current_ua, width_us, period_us, charge_nc, area_mm2 = SITES[site]
    values = partial(site_values, site=site)
    return {
        "current_ua": partial(site_current, site=site, cap_ua=current_ua),
        "pulse_width_max_us": partial(
            values, last={"width_us": width_us}, first={"width_us": width_us + 1}
        ),
        "frequency_max_hz": partial(
            values, last={"period_us": period_us}, first={"period_us": period_us - 1}
        ),
        "phase_charge_nc": partial(site_charge, site=site, charge_nc=charge_nc),
        "electrode_min_mm2": partial(
            values, last={"area_mm2": area_mm2}, first={"area_mm2": area_mm2 - 1}
        ),
    }


# Rhythm ------------------------------------------------------------------------------------------

# shortest ramp µs, default ramp µs, longest on-time µs, shortest rest µs, rest per on-time ‰,
# shortest period µs
CLASSES = {
    "cyclic": (500_000, 2_000_000, 20_000_000, 1_000_000, 1_000, 6_667),
    "gait_triggered": (100_000, 200_000, 5_000_000, 500_000, 300, 6_667),
    "continuous_sensory": (1_000_000, 2_000_000, 3_600_000_000, 0, 0, 6_667),
    "continuous_subtetanic": (5_000_000, 30_000_000, 3_600_000_000, 0, 0, 100_000),
}

SITE_OF = {"continuous_sensory": "sensory_limb"}
"""Where a class may be used; elsewhere the thigh."""

NEVER_US = 10**15


def with_class(table: LimitTable, name: str, **loosened_numbers: int) -> LimitTable:
    """The table with this class's bounds alone, some of them loosened; nothing is tolerated."""
    timing = table.timing_classes[name]
    own = replace(timing, requires=_met(timing.requires), **loosened_numbers)
    behaviour = replace(
        table.behaviour,
        session_max_us=NEVER_US,
        slew_elapsed_max_us=NEVER_US,
        timing_tolerance_us=0,
    )
    wide = loosened(table)
    classes = {**table.timing_classes, name: own}
    return replace(wide, behaviour=behaviour, timing_classes=classes)


def in_class(
    name: str,
    *,
    ramp_up_us: int = 30 * SECOND_US,
    on_us: int = SECOND_US,
    off_us: int = 100_000 * SECOND_US,
    period_us: int = 100_000,
) -> Plan:
    return plan(
        channels=(
            channel(site=SITE_OF.get(name, "quadriceps"), area_mm2=10_000, max_current_ua=130_000),
        ),
        stages=(
            stage(
                bursts=(burst(on_us=on_us, ramp_up_us=ramp_up_us),),
                shapes=(shape(width_us=100),),
                period_us=period_us,
                cycle_us=on_us + off_us,
                cycles=2,
            ),
        ),
        timing_class=name,
    )


def running(table: LimitTable, of: Plan, level_ua: int) -> Bench:
    """A gate armed with a level, at rest."""
    bench = Bench(of, DEVICE, table).arm().raise_to(level_ua)
    bench.write(0, width_us=100)
    return bench


def flows(bench: Bench, current_ua: int) -> bool:
    """Whether a frame with this current passes now; if not, the gate has latched."""
    return not is_refused(bench, symmetric_output(1, current_ua, 100))


def shortest_ramp(table: LimitTable, name: str, ramp_up_us: int) -> None:
    def may_rise_in(asked_us: int) -> bool:
        own = with_class(table, name)
        gate = Bench(in_class(name), DEVICE, own).arm().gate
        try:
            gate.allow_ramp(1, asked_us)
        except LimitViolation:
            return False
        return True

    own = with_class(table, name)
    boundary(
        check_plan(in_class(name, ramp_up_us=ramp_up_us), own, DEVICE).is_usable,
        check_plan(in_class(name, ramp_up_us=ramp_up_us - 1), own, DEVICE).is_usable,
    )
    boundary(may_rise_in(ramp_up_us), may_rise_in(ramp_up_us - 1))


def default_ramp(table: LimitTable, name: str, ramp_up_us: int) -> None:
    """The first µs at which all of a level of 999 µA can flow: 998 by the ramp, 1 is a step."""
    risen_us = -(-998 * ramp_up_us // 999)

    def reaches_it_after(elapsed_us: int) -> bool:
        bench = running(with_class(table, name), in_class(name), 999)
        bench.wait(elapsed_us)
        return flows(bench, 999)

    boundary(reaches_it_after(risen_us), reaches_it_after(risen_us - 1))


def longest_on_time(table: LimitTable, name: str, on_us: int) -> None:
    own = with_class(table, name)

    def may_be_planned(asked_us: int) -> bool:
        return check_plan(in_class(name, on_us=asked_us), own, DEVICE).is_usable

    def flows_for(asked_us: int) -> bool:
        bench = running(own, in_class(name), 1_000)
        assert flows(bench, 1)
        bench.wait(asked_us)
        return flows(bench, 1)

    boundary(may_be_planned(on_us), may_be_planned(on_us + 1))
    boundary(flows_for(on_us), flows_for(on_us + 1))


def rest_after(table: LimitTable, name: str, on_us: int, off_us: int) -> None:
    """A rest that is just long enough after a burst; none is shorter than nothing."""

    def may_be_planned(asked_us: int) -> bool:
        return check_plan(in_class(name, on_us=on_us, off_us=asked_us), table, DEVICE).is_usable

    def flows_after(asked_us: int) -> bool:
        bench = running(table, in_class(name), 1_000)
        assert flows(bench, 1)
        bench.wait(on_us)
        bench.write(0, width_us=100)
        bench.wait(asked_us)
        return flows(bench, 1)

    boundary(may_be_planned(off_us), may_be_planned(off_us - 1))
    boundary(flows_after(off_us), flows_after(off_us - 1))


def shortest_rest(table: LimitTable, name: str, off_us: int) -> None:
    rest_after(with_class(table, name, off_to_on_min_permille=0), name, 300_000, off_us)


def rest_per_on_time(table: LimitTable, name: str, permille: int) -> None:
    own = with_class(table, name, off_min_us=0)
    rest_after(own, name, 4 * SECOND_US, 4_000 * permille)


def fastest_rate(table: LimitTable, name: str, period_us: int) -> None:
    own = with_class(table, name)
    boundary(
        passes(own, in_class(name, period_us=period_us)),
        passes(own, in_class(name, period_us=period_us - 1)),
    )


def class_probes(name: str) -> dict[str, Probe]:
    ramp_us, default_us, on_us, off_us, permille, period_us = CLASSES[name]
    return {
        "ramp_up_min_us": partial(shortest_ramp, name=name, ramp_up_us=ramp_us),
        "ramp_up_default_us": partial(default_ramp, name=name, ramp_up_us=default_us),
        "on_max_us": partial(longest_on_time, name=name, on_us=on_us),
        "off_min_us": partial(shortest_rest, name=name, off_us=off_us),
        "off_to_on_min_permille": partial(rest_per_on_time, name=name, permille=permille),
        "frequency_max_hz": partial(fastest_rate, name=name, period_us=period_us),
    }


# Behaviour ---------------------------------------------------------------------------------------


def no_level_at_the_start(table: LimitTable) -> None:
    assert Bench(table=table).open().gate.level_ua(1) == 0


def largest_step(table: LimitTable) -> None:
    bench = Bench(table=table).open()
    boundary(raises(bench, 10_000, 12_000), raises(bench, 10_000, 12_001))


def may_step_again(table: LimitTable, step_ua: int, wait_us: int) -> bool:
    bench = Bench(table=table).arm()
    bench.gate.raise_level(1, step_ua, bench.now_us)
    bench.wait(wait_us)
    return raises(bench, step_ua, step_ua + 1)


def steps_per_second(table: LimitTable) -> None:
    boundary(may_step_again(table, 1, 250_000), may_step_again(table, 1, 249_999))


def level_slew(table: LimitTable) -> None:
    boundary(may_step_again(table, 2_000, 400_000), may_step_again(table, 2_000, 399_999))


def longest_stall(table: LimitTable) -> None:
    """130 mA in 125 ms, so more than 1 µA in a µs: 104 mA in 100 ms, and a step of 1 µA."""
    timing = replace(table.timing_classes["cyclic"], ramp_up_min_us=125_000)
    own = replace(loosened(table), timing_classes={**table.timing_classes, "cyclic": timing})

    def reaches(current_ua: int) -> bool:
        bench = running(own, in_class("cyclic", period_us=10_000), 130_000)
        bench.gate.allow_ramp(1, 125_000)
        bench.wait(30 * SECOND_US)
        return flows(bench, current_ua)

    boundary(reaches(104_001), reaches(104_002))


def tolerance(table: LimitTable) -> None:
    """Of a rest of 10 s a quarter of a second may be missing; a burst of 20 s may be so late."""

    def flows_after(rest_us: int) -> bool:
        bench = Bench(table=table).arm().raise_to(1_000)
        bench.write(1_000)
        bench.wait(10 * SECOND_US)
        bench.write(0)
        bench.wait(rest_us)
        return not is_refused(bench, symmetric_output(1, 1_000, 300))

    def is_let_be_after(on_us: int) -> bool:
        bench = Bench(table=table).arm().raise_to(1_000)
        bench.write(1_000)
        bench.wait(on_us)
        bench.gate.poll(bench.now_us)
        return bench.gate.latched is None

    boundary(flows_after(9_750_000), flows_after(9_749_999))
    boundary(is_let_be_after(20_250_000), is_let_be_after(20_250_001))


def session_time(table: LimitTable) -> None:
    def may_be_planned(extra_us: int) -> bool:
        last = stage(cycle_us=3_590 * SECOND_US + extra_us, cycles=2)
        return check_plan(plan(stages=(last,)), table, BENCH_DEVICE).is_usable

    def flows_after(time_us: int) -> bool:
        bench = Bench(table=table).arm().raise_to(1_000)
        bench.write(1_000)
        bench.wait(SECOND_US)
        bench.write(0)
        bench.wait(time_us - SECOND_US)
        return not is_refused(bench, symmetric_output(1, 1_000, 300))

    boundary(may_be_planned(0), may_be_planned(1))
    boundary(flows_after(3_600_000_000), flows_after(3_600_000_001))


def stop_in_time(table: LimitTable) -> None:
    """A device that stops later is for research; a stop unconfirmed for longer is an emergency."""

    def is_quick(stop_time_us: int) -> bool:
        device = replace(BENCH_DEVICE, stop_time_us=stop_time_us)
        return check_plan(plan(), table, device).findings == ()

    def is_waited_for(wait_us: int) -> bool:
        began = halt("space", "", 0)
        stopping = replace(idle(table), state=SessionState.STOPPED, halt=began)
        after, _ = clockwork.advance(stopping, wait_us, (0,))
        return after.halt == began

    boundary(is_quick(200_000), is_quick(200_001))
    boundary(is_waited_for(200_000), is_waited_for(200_001))


def idle(table: LimitTable) -> Session:
    """A session at its beginning, with an operator at the keys."""
    return new_session(
        plan(),
        BENCH_DEVICE,
        behaviour=table.behaviour,
        step_ua=1,
        ramp_up_min_us=500_000,
        operator_is_script=False,
        now_us=0,
    )


def pressed(table: LimitTable, *, is_coarse: bool) -> int:
    """The level that one press up of a script asks for, from 10 mA."""
    scripted = replace(idle(table), state=SessionState.ARMED, operator_is_script=True)
    session = replace(scripted, levels_ua=(10_000,))
    facts = Facts(outputs_ua=(0,), rest_left_us=(0,), caps_ua=(100_000,))
    wish = StepWish(channel=1, is_up=True, is_coarse=is_coarse)
    return stepping.granted_rise(session, wish, SECOND_US, facts).to_ua


def fine_step(table: LimitTable) -> None:
    assert pressed(table, is_coarse=False) == 11_000


def coarse_step(table: LimitTable) -> None:
    assert pressed(table, is_coarse=True) == 12_000
    largest_step(table)


def gentle_ramp(table: LimitTable) -> None:
    """The first contraction after a pause rises in 2 s, the next as the protocol says."""
    session = replace(idle(table), gentle_cycle=0)
    quick = burst(ramp_up_us=500_000)
    cycle_us = session.stage.cycle_us
    assert [rise_us(session, quick, at_us) for at_us in (0, cycle_us)] == [2_000_000, 500_000]


def control_lock(table: LimitTable) -> None:
    session = idle(table)
    locked = [stepping.is_locked(session, at_us) for at_us in (4_000_000, 4_000_001)]
    assert locked == [False, True]


def absence(table: LimitTable, absent_us: int, *, is_prompted: bool) -> tuple[object, ...]:
    """What is asked for after the operator has pressed no key for so long."""
    armed = replace(idle(table), state=SessionState.ARMED, heard_us=absent_us)
    _, requests = clockwork.advance(replace(armed, is_prompted=is_prompted), absent_us, (0,))
    return requests


def presence_prompt(table: LimitTable) -> None:
    assert absence(table, 300_000_000, is_prompted=False) == ()
    assert [type(asked) for asked in absence(table, 300_000_001, is_prompted=False)] == [Tell]


def presence_grace(table: LimitTable) -> None:
    assert absence(table, 360_000_000, is_prompted=True) == ()
    assert StopDevice() in absence(table, 360_000_001, is_prompted=True)


def site_time_of_a_day(table: LimitTable) -> None:
    """Of two hours at one place 200 s are left."""
    of = plan()
    clearance = nobody(of, SCREENING_TABLE, BENCH_BASIS, "2026-01-01")
    past = (past_of(1, "quadriceps", 7_000 * SECOND_US, NO_MOST, table.behaviour),)
    limits = effective_limits(table, BENCH_DEVICE, of, clearance, past)
    assert limits.session_max_us.value == 200 * SECOND_US


BEHAVIOUR: Mapping[str, Probe] = {
    "start_current_ua": no_level_at_the_start,
    "step_fine_ua": fine_step,
    "step_coarse_ua": coarse_step,
    "steps_per_s_max": steps_per_second,
    "level_slew_ua_per_s": level_slew,
    "slew_elapsed_max_us": longest_stall,
    "timing_tolerance_us": tolerance,
    "resume_ramp_min_us": gentle_ramp,
    "stop_zero_max_us": stop_in_time,
    "presence_prompt_us": presence_prompt,
    "presence_grace_us": presence_grace,
    "session_max_us": session_time,
    "same_site_daily_max_us": site_time_of_a_day,
    "control_lock_us": control_lock,
}


def boundaries() -> dict[str, Probe]:
    """The probe of every number, by its path in the file."""
    probes: dict[str, Probe] = {}
    probes |= {f"ceiling.{name}": probe for name, probe in CEILING.items()}
    behaviour = {**BEHAVIOUR, **REPORTS}
    probes |= {f"behaviour.{name}": probe for name, probe in behaviour.items()}
    for name in CLASSES:
        probes |= {f"timing_classes.{name}.{key}": p for key, p in class_probes(name).items()}
    for name in SITES:
        probes |= {f"sites.{name}.{key}": p for key, p in site_probes(name).items()}
    return probes
