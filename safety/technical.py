"""The output table that the FDA's guidance of 1999 asks for, for one use of a channel."""

from dataclasses import replace
from itertools import pairwise
from math import sqrt

from safety.check_report import Cap, LoadRow, TechnicalRow
from safety.check_uses import Use, area_cm2, bursts_of
from safety.formulas import (
    average_current_ma,
    deliverable_ma,
    electrical_duty,
    phase_charge_uc,
    power_w,
    pulse_energy_mj,
    rms_current_ma,
    second_current_ma,
)
from safety.table import Ceiling

TEST_LOADS_OHM = (500, 2_000, 10_000)
"""FDA 1999, Attachment II."""


def technical_row(use: Use, cap: Cap, ceiling: Ceiling) -> TechnicalRow:
    """Return what one channel puts out at most in one stage."""
    train, current_ma, pad_cm2 = use.train, cap.current_ma, area_cm2(use)
    rms_ma = rms_current_ma(current_ma, train)
    watt = power_w(current_ma, train, ceiling.load_ohm)
    charge_uc = phase_charge_uc(current_ma, train)
    back_uc = second_current_ma(current_ma, train) * train.second_width_us / 1000
    on_s, off_s, duty = _rhythm(use)
    return TechnicalRow(
        channel=use.channel.number,
        stage=use.stage.name,
        waveform=use.channel.waveform.value,
        shape="rectangular",
        loads=tuple(_load_row(current_ma, load, ceiling.open_circuit_v) for load in TEST_LOADS_OHM),
        pulse_width_us=use.shape.pulse_width_us,
        second_width_us=use.shape.second_width_us,
        interphase_gap_us=train.gap_us,
        frequency_hz=train.frequency_hz,
        has_symmetrical_phases=use.shape.pulse_width_us == use.shape.second_width_us,
        phase_charge_uc=charge_uc,
        net_charge_uc=charge_uc - back_uc,
        charge_balance="the second phase carries the first one's charge back",
        charge_density_uc_per_cm2=charge_uc / pad_cm2,
        rms_current_ma=rms_ma,
        average_current_ma=average_current_ma(current_ma, train),
        current_density_ma_per_cm2=rms_ma / pad_cm2,
        pulse_energy_mj=pulse_energy_mj(current_ma, train, ceiling.load_ohm),
        power_w=watt,
        power_density_w_per_cm2=watt / pad_cm2,
        electrical_duty=electrical_duty(train),
        pulses_per_burst=on_s * train.frequency_hz,
        on_s=on_s,
        off_s=off_s,
        burst_duty=duty,
        cycle_rms_current_ma=rms_ma * sqrt(duty),
        cycle_power_w=watt * duty,
    )


def _load_row(current_ma: float, load_ohm: int, supply_v: int) -> LoadRow:
    delivered_ma = deliverable_ma(current_ma, load_ohm, supply_v)
    return LoadRow(
        load_ohm=load_ohm, current_ma=delivered_ma, voltage_v=delivered_ma * load_ohm / 1000
    )


def _rhythm(use: Use) -> tuple[float, float, float]:
    """Return the longest on-time in s, the shortest off-time in s, and the share of a cycle on."""
    bursts, cycle_us = bursts_of(use), use.stage.cycle_us
    if not bursts:
        return 0.0, cycle_us / 1e6, 0.0
    again = replace(bursts[0], start_us=bursts[0].start_us + cycle_us)
    offs_us = [after.start_us - burst.end_us for burst, after in pairwise((*bursts, again))]
    on_us = [burst.on_us for burst in bursts]
    return max(on_us) / 1e6, min(offs_us) / 1e6, sum(on_us) / cycle_us
