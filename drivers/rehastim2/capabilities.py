"""What a RehaStim2 can make and report.

Source: ScienceMode2 description 1.24 (1.2, 1.3, 2.3, 4.3) and its overview page, which gives 126 mA
as the highest deliverable current.
"""

from protocols.capabilities import Capabilities, Report
from protocols.pulses import Waveform

REHASTIM2 = Capabilities(
    device="rehastim2",
    title="HASOMED RehaStim2 (ScienceMode2)",
    channels=8,
    channels_per_module=4,
    waveforms=frozenset({Waveform.SYMMETRIC_BIPHASIC}),
    interphase_gap_us=100,
    current_step_ua=1_000,
    current_max_ua=126_000,
    pulse_width_min_us=20,
    pulse_width_max_us=500,
    pulse_width_step_us=1,
    period_step_us=500,
    period_min_us_by_modules=(8_000, 20_000),
    period_max_us=1_025_000,
    has_unequal_rates=False,
    reports=frozenset({Report.OUTPUT_MODE, Report.ELECTRODE_FAULT, Report.EMERGENCY_SWITCH}),
    stop_time_us=200_000,
    watchdog_us=1_200_000,
    keep_alive_us=250_000,
    is_research_only=False,
)
