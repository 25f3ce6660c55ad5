"""The static check: judges a whole plan before anything is connected, and says why in words.

Floats, clinic units and its own formulas: it shares nothing with the run-time gate but the table,
so that one mistake cannot be in both.
"""

from collections.abc import Iterator

from protocols.capabilities import Capabilities
from protocols.plan import Plan, PlannedChannel
from safety.check_pulses import cap, judged_quantities, margins, unusable
from safety.check_report import Cap, CheckReport, Finding, Severity
from safety.check_timing import timing_findings
from safety.check_uses import uses_of
from safety.table import ANY_MOTOR_CLASS, LimitTable
from safety.technical import technical_row

__all__ = ["CheckReport", "check_plan"]

FLOAT_SLACK_UA = 1e-3
"""What a cap that floats were used for may lack of a whole µA, in which the gate counts."""


def check_plan(plan: Plan, table: LimitTable, capabilities: Capabilities) -> CheckReport:
    """Return all that is wrong with a plan, remarkable about it, and what it can put out at most.

    Currents are judged at the protocol's largest on the smaller pad. A current above a cap is
    narrowed, which is no error; a value that no current makes usable is one.
    """
    missing = (*_strange_numbers(plan), *_missing(plan, table, capabilities))
    if missing:
        return CheckReport(findings=missing, margins=(), caps=(), technical=())
    timing = table.timing_classes[plan.timing_class]
    uses = uses_of(plan, table, capabilities)
    judged = [(use, judged_quantities(use, table, capabilities)) for use in uses]
    step_ua = capabilities.step_ua(channel.waveform for channel in plan.channels)
    narrowest = _narrowest([cap(use, quantities) for use, quantities in judged])
    findings = [
        *_class_findings(plan, table),
        *(
            finding
            for use in uses
            for finding in unusable(use, table, capabilities, timing, plan.timing_class)
        ),
        *timing_findings(plan, table, timing),
        *(
            finding
            for channel in plan.channels
            if channel.number in narrowest
            for finding in (
                *_cap_findings(channel, narrowest[channel.number], step_ua),
                *_source_findings(channel, narrowest[channel.number], capabilities),
            )
        ),
        *_device_findings(table, capabilities),
    ]
    return CheckReport(
        findings=tuple(findings),
        margins=tuple(one for use, quantities in judged for one in margins(use, quantities)),
        caps=tuple(narrowest[number] for number in sorted(narrowest)),
        technical=tuple(
            technical_row(use, narrowest[use.channel.number], table.ceiling) for use in uses
        ),
    )


def _strange_numbers(plan: Plan) -> Iterator[Finding]:
    """Yield every number that no formula could be trusted with."""
    numbers = {
        "largest current": [channel.max_current_ua for channel in plan.channels],
        "gel area": [pad.gel_area_mm2 for channel in plan.channels for pad in channel.pads],
        "pulse period": [stage.setup.period_us for stage in plan.stages],
        "cycle": [stage.cycle_us for stage in plan.stages],
        "on-time": [burst.on_us for stage in plan.stages for burst in stage.bursts],
        "pulse width": [shape.pulse_width_us for stage in plan.stages for shape in stage.shapes],
        "second phase width": [
            shape.second_width_us for stage in plan.stages for shape in stage.shapes
        ],
    }
    for quantity, found in numbers.items():
        for number in found:
            if type(number) is not int or number <= 0:
                text = f"{quantity}: {number!r} is no whole number above 0."
                yield _finding("error", None, quantity, text)


def _missing(plan: Plan, table: LimitTable, device: Capabilities) -> Iterator[Finding]:
    """Yield what makes a plan impossible to judge."""
    if plan.device != device.device:
        yield _finding("error", None, "device", f"The plan is made for {plan.device}.")
    if plan.timing_class not in table.timing_classes:
        yield _finding("error", None, "timing class", f"There is no class {plan.timing_class}.")
    numbers = [channel.number for channel in plan.channels]
    for channel in plan.channels:
        if channel.site not in table.sites:
            text = f"The table of limits knows no site {channel.site}."
            yield _finding("error", channel.number, "site", text)
        if not 1 <= channel.number <= device.channels:
            text = f"{device.title} has no channel {channel.number}."
            yield _finding("error", channel.number, "channel", text)
        if channel.waveform not in device.waveforms:
            text = f"{device.title} makes no {channel.waveform} pulses."
            yield _finding("error", channel.number, "waveform", text)
        if numbers.count(channel.number) > 1:
            yield _finding("error", channel.number, "channel", "Two channels have one number.")
    for stage in plan.stages:
        if not set(stage.setup.channels) <= set(numbers):
            text = f"{stage.name} uses a channel that the plan does not describe."
            yield _finding("error", None, "channel", text)


def _class_findings(plan: Plan, table: LimitTable) -> Iterator[Finding]:
    """Yield why this rhythm may not be used, or not at these sites."""
    requires = table.timing_classes[plan.timing_class].requires
    for need in requires:
        if need != "no_motor_target":
            text = (
                f"The class {plan.timing_class} needs a {need.replace('_', ' ')}. "
                "nmes has none yet, so the protocol cannot be run."
            )
            yield _finding("error", None, "timing class", text)
    for channel in plan.channels:
        demanded = table.sites[channel.site].timing_class
        if demanded == ANY_MOTOR_CLASS and "no_motor_target" in requires:
            text = f"{channel.site} moves a muscle; {plan.timing_class} is for feeling only."
            yield _finding("error", channel.number, "timing class", text)
        elif demanded not in (ANY_MOTOR_CLASS, plan.timing_class):
            text = f"{channel.site} may only be stimulated {demanded}, not {plan.timing_class}."
            yield _finding("error", channel.number, "timing class", text)


def _narrowest(caps: list[Cap]) -> dict[int, Cap]:
    """Return the smallest cap of each channel over all its uses."""
    narrowest: dict[int, Cap] = {}
    for one in sorted(caps, key=lambda one: -one.current_ma):
        narrowest[one.channel] = one
    return narrowest


def _cap_findings(channel: PlannedChannel, own: Cap, step_ua: int) -> Iterator[Finding]:
    asked_ma, place = channel.max_current_ua / 1000, f"channel {channel.number} ({channel.site})"
    start_ma = (channel.suggested_start_ua or 0) / 1000
    step_ma = step_ua / 1000
    if int(own.current_ma * 1000 + FLOAT_SLACK_UA) < step_ua:
        text = (
            f"{place}: no current is left; {own.current_ma:.6g} mA is below one step of the device."
        )
        yield _amount("error", channel.number, step_ma, own, text)
    elif own.current_ma < asked_ma:
        text = (
            f"{place}: cap {own.current_ma:.6g} mA ({own.source}); "
            f"the protocol would allow {asked_ma:.6g} mA."
        )
        yield _amount("info", channel.number, asked_ma, own, text)
    if start_ma > own.current_ma:
        text = f"{place}: the suggested start of {start_ma:.6g} mA is above the cap."
        yield _amount("warning", channel.number, start_ma, own, text)


def _source_findings(channel: PlannedChannel, own: Cap, device: Capabilities) -> Iterator[Finding]:
    """Yield that what the device passes on may flow in full, and is too much."""
    source_ua = device.source_ua[channel.number - 1] if device.source_ua else 0
    source_ma = source_ua / 1000
    if source_ua > int(own.current_ma * 1000 + FLOAT_SLACK_UA):
        text = (
            f"channel {channel.number} ({channel.site}): the separate stimulator is set to "
            f"{source_ma:.6g} mA, which may flow in full; allowed are {own.current_ma:.6g} mA "
            f"({own.source}). Turn its dial down and declare it anew."
        )
        yield _amount("error", channel.number, source_ma, own, text)


def _device_findings(table: LimitTable, device: Capabilities) -> Iterator[Finding]:
    most_us = table.behaviour.stop_zero_max_us
    if device.stop_time_us > most_us:
        text = (
            f"{device.title} may take {device.stop_time_us / 1000:g} ms to stop, "
            f"more than {most_us / 1000:g} ms: for research only."
        )
        yield _finding("warning", None, "stop time", text)
    if device.watchdog_us is None:
        text = f"{device.title} does not stop by itself when nmes falls silent: not for people."
        yield _finding("warning", None, "watchdog", text)
    if device.is_research_only:
        yield _finding("warning", None, "device", f"{device.title} is for research only.")


def _finding(severity: Severity, channel: int | None, quantity: str, text: str) -> Finding:
    return Finding(
        severity=severity,
        channel=channel,
        quantity=quantity,
        asked=None,
        allowed=None,
        unit="",
        source="",
        text=text,
    )


def _amount(severity: Severity, channel: int, asked_ma: float, own: Cap, text: str) -> Finding:
    return Finding(
        severity=severity,
        channel=channel,
        quantity="current",
        asked=asked_ma,
        allowed=own.current_ma,
        unit="mA",
        source=own.source,
        text=text,
    )
