"""What a P24 and a RehaMove3 can make and report.

Sources: P24 IFU 1.1 (p. 9, 20-26, 29) and the validity checks of the ScienceMode 4 library; for the
RehaMove3 the ScienceMode 3 description 3.2.4 (1.2, 2, 5). The gap between the phases is ours.
"""

from dataclasses import replace

from protocols.capabilities import Capabilities, Report
from protocols.pulses import Waveform

GAP_US = 100

CONTACT_KNOWN_FROM_UA = 15_000
"""Below this current the device does not look at its electrodes."""

P24 = Capabilities(
    device="p24",
    title="HASOMED P24 (ScienceMode 4)",
    channels=8,
    channels_per_module=8,
    waveforms=frozenset({Waveform.SYMMETRIC_BIPHASIC, Waveform.ASYMMETRIC_BIPHASIC}),
    interphase_gap_us=GAP_US,
    current_step_ua=500,
    current_max_ua=130_000,
    pulse_width_min_us=10,
    pulse_width_max_us=4_095,
    pulse_width_step_us=1,
    period_step_us=250,
    period_min_us_by_modules=(1_000,),
    period_max_us=8_191_500,
    has_unequal_rates=False,
    reports=frozenset({Report.OUTPUT_MODE, Report.ELECTRODE_FAULT_CHANNEL, Report.CLIPPING}),
    stop_time_us=200_000,
    watchdog_us=2_000_000,
    keep_alive_us=250_000,
    is_research_only=False,
    serial_overhead_us=60,
    contact_from_ua=CONTACT_KNOWN_FROM_UA,
    has_fleeting_errors=True,
)

REHAMOVE3 = replace(
    P24,
    device="rehamove3",
    title="HASOMED RehaMove3 (ScienceMode 3)",
    channels=4,
    channels_per_module=4,
    pulse_width_min_us=20,
    period_step_us=500,
    period_min_us_by_modules=(2_000,),
    period_max_us=1_000_000,
    reports=frozenset({Report.OUTPUT_MODE, Report.ELECTRODE_FAULT_CHANNEL}),
)
