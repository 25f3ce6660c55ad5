"""The library reproduces the project's clinical table, except where a limit is narrower.

Rows: "Derived numbers per protocol" of the project's clinical reference (section 2.7). Site caps:
its table of body sites (milliampere, microsecond, nanocoulomb).
"""

from dataclasses import dataclass

import pytest

from protocols.envelope import stage_share_ppm
from protocols.loading import LIBRARY, library, load_protocol
from protocols.plan import Plan
from protocols.timeline import make_plan, protocol_duration_us

ENTRIES = library()
SITE_CAPS = {
    "quadriceps": (120_000, 400, 45_000),
    "tibialis_anterior": (80_000, 400, 25_000),
    "finger_extensors": (40_000, 300, 12_000),
    "finger_flexors": (40_000, 300, 12_000),
    "gluteus_medius": (100_000, 400, 40_000),
    "wrist_extensors": (50_000, 300, 15_000),
    "wrist_flexors": (50_000, 300, 15_000),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    width_us: int
    rate_hz: int
    on_s: float
    off_s: float
    hold_s: float
    duty_percent: int
    contractions: int
    minutes: int
    cap_ma: int
    area_cm2: int
    charge_uc: float


ROWS = [
    Row(name="quad_tka", width_us=300, rate_hz=50, on_s=15, off_s=45, hold_s=11, duty_percent=25,
        contractions=15, minutes=15, cap_ma=110, area_cm2=97, charge_uc=33.0),
    Row(name="glutmed_tha", width_us=300, rate_hz=35, on_s=8, off_s=12, hold_s=5.5,
        duty_percent=40, contractions=60, minutes=20, cap_ma=90, area_cm2=45, charge_uc=27.0),
    Row(name="ta_cyclic", width_us=300, rate_hz=40, on_s=10, off_s=10, hold_s=6, duty_percent=50,
        contractions=60, minutes=20, cap_ma=70, area_cm2=25, charge_uc=21.0),
    # 45 mA and 11.2 µC in the table; the site of the finger extensors stops at 40 mA.
    Row(name="wrist_finger_ext_cyclic", width_us=250, rate_hz=35, on_s=10, off_s=10, hold_s=6,
        duty_percent=50, contractions=90, minutes=30, cap_ma=40, area_cm2=16, charge_uc=10.0),
    Row(name="hand_open_close", width_us=250, rate_hz=35, on_s=5, off_s=20, hold_s=3,
        duty_percent=20, contractions=72, minutes=30, cap_ma=40, area_cm2=16, charge_uc=10.0),
]  # fmt: skip


@pytest.fixture
def fine_device(device):
    return device(current_step_ua=1000)


@pytest.fixture(params=ROWS, ids=lambda row: row.name)
def row(request) -> Row:
    return request.param


@pytest.fixture
def plan(row: Row, fine_device) -> Plan:
    return make_plan(load_protocol(LIBRARY / f"{row.name}.yaml"), fine_device)


def test_pulse_width_and_rate_are_those_of_the_clinical_table(row: Row, plan: Plan) -> None:
    (stage,) = plan.stages
    assert {shape.pulse_width_us for shape in stage.shapes} == {row.width_us}
    assert stage.frequency_asked_mhz == 1000 * row.rate_hz


def test_on_time_rest_hold_and_duty_are_those_of_the_clinical_table(row: Row, plan: Plan) -> None:
    (stage,) = plan.stages
    for burst in stage.bursts:
        hold_us = burst.on_us - burst.ramp_up_us - burst.ramp_down_us
        assert burst.on_us == row.on_s * 1_000_000
        assert stage.cycle_us - burst.on_us == row.off_s * 1_000_000
        assert hold_us == row.hold_s * 1_000_000
        assert round(100 * burst.on_us / stage.cycle_us) == row.duty_percent


def test_contractions_and_minutes_are_those_of_the_clinical_table(row: Row, plan: Plan) -> None:
    (stage,) = plan.stages
    assert stage.cycles == row.contractions
    assert stage.duration_us == row.minutes * 60_000_000


def test_bound_area_and_charge_are_those_of_the_clinical_table(row: Row, plan: Plan) -> None:
    for channel in plan.channels:
        (width_us,) = {shape.pulse_width_us for shape in plan.stages[0].shapes}
        assert channel.max_current_ua == row.cap_ma * 1000
        assert channel.smaller_area_mm2 == row.area_cm2 * 100
        assert channel.max_current_ua * width_us == row.charge_uc * 1_000_000


def test_no_library_protocol_asks_for_more_than_its_site_may_get(fine_device) -> None:
    for entry in ENTRIES:
        plan = make_plan(load_protocol(entry.path), fine_device)
        widths_us = {s.channel: s.pulse_width_us for stage in plan.stages for s in stage.shapes}
        for channel in plan.channels:
            cap_ua, cap_us, cap_nc = SITE_CAPS[channel.site]
            assert channel.max_current_ua <= cap_ua
            assert widths_us[channel.number] <= cap_us
            assert channel.max_current_ua * widths_us[channel.number] <= cap_nc * 1000


def test_the_hand_opens_grasps_and_opens_again_in_a_cycle_of_25_s(fine_device) -> None:
    plan = make_plan(load_protocol(LIBRARY / "hand_open_close.yaml"), fine_device)
    turns = [(b.channel, b.start_us // 10**6, b.end_us // 10**6) for b in plan.stages[0].bursts]
    assert turns == [(1, 0, 5), (2, 6, 11), (1, 12, 17)]


@pytest.fixture
def demo(device) -> Plan:
    return make_plan(load_protocol(LIBRARY / "demo.yaml"), device())


def test_the_demonstration_lasts_40_s_to_the_end_of_its_last_burst(demo: Plan) -> None:
    assert demo.duration_us == 40_000_000


def test_the_demonstration_warms_up_at_half_the_level_and_then_works_at_all_of_it(demo) -> None:
    tops = [
        max(stage_share_ppm(stage, 1, t_us) for t_us in range(0, stage.cycle_us, 100_000))
        for stage in demo.stages
    ]
    assert [stage.kind for stage in demo.stages] == ["warm_up", "work"]
    assert tops == [500_000, 1_000_000]


def test_the_demonstration_says_that_it_is_not_for_people() -> None:
    protocol = load_protocol(LIBRARY / "demo.yaml").protocol
    assert "not a treatment" in protocol.title
    assert "Not for use on people" in protocol.goal


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_library_file_is_named_by_its_id_is_a_draft_and_suggests_no_current(entry) -> None:
    assert entry.protocol.id == entry.name
    assert entry.protocol.status == "draft"
    assert all(channel.suggested_start_ma is None for channel in entry.protocol.channels)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_library_file_marks_its_own_numbers_as_proposals(entry) -> None:
    assert "[proposal]" in entry.path.read_text()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_asymmetric_protocols_accept_symmetric_pulses_as_second(entry) -> None:
    for channel in entry.protocol.channels:
        assert channel.waveforms[-1] == "symmetric_biphasic"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_duration_told_before_a_device_is_chosen_is_that_of_the_plan(entry, device) -> None:
    plan = make_plan(load_protocol(entry.path), device())
    assert protocol_duration_us(entry.protocol) == plan.duration_us
