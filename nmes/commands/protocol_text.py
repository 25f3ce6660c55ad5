"""A protocol in plain words, as a therapist reads it, with what the device makes of it."""

from collections.abc import Iterator, Sequence

from nmes.commands.page import labelled, listed, paragraph
from nmes.commands.stage_text import stage_lines
from nmes.commands.words import (
    GRADES,
    area_text,
    current_text,
    exact_text,
    minutes_text,
    plain,
    rate_text,
)
from nmes.service.preparation import Judgement, cap_on_grid
from nmes.service.undetectable import undetectable
from protocols.model import Channel, Stage, StimulationProtocol
from protocols.plan import PlannedStage, PulseShape
from protocols.vocabulary import Status
from safety.session_limits import SessionLimits

STATUS = {
    Status.DRAFT: "draft: no clinician has gone through it",
    Status.REVIEWED: "reviewed by a clinician",
}


def protocol_lines(judgement: Judgement, limits: SessionLimits | None, width: int) -> list[str]:
    """Return everything a therapist reads before using a protocol.

    Without `limits` the plan cannot be used, and no cap is named.
    """
    protocol, plan = judgement.loaded.protocol, judgement.plan
    lines = [*_for_whom(protocol, width)]
    for channel in protocol.channels:
        lines += ["", *_channel_lines(channel, judgement, limits, width)]
    for number, stage in enumerate(plan.stages, start=1):
        lines += ["", *stage_lines(number, stage, plan, width)]
    total = f"{minutes_text(plan.duration_us)} to the last contraction's end, levels found before"
    lines += ["", *labelled("In all", total, width)]
    return [*lines, *_device_lines(judgement, width)]


def _for_whom(protocol: StimulationProtocol, width: int) -> list[str]:
    grade = protocol.evidence.grade
    questions = (
        f"{question.question} ({question.stop_if}: do not start)" for question in protocol.screening
    )
    return [
        *paragraph(protocol.title, width),
        *paragraph(f"{protocol.id}, version {protocol.version}, {STATUS[protocol.status]}", width),
        "",
        *labelled("Goal", protocol.goal, width),
        *listed("For", protocol.indications, width),
        *labelled("Evidence", f"{grade} ({GRADES[grade]}). {protocol.evidence.note}", width),
        *labelled("Position", protocol.position, width),
        *labelled("Task", protocol.task, width),
        *listed("Watch for", protocol.watch_for, width),
        *listed("Ask first", questions, width),
    ]


def _channel_lines(
    channel: Channel, judgement: Judgement, limits: SessionLimits | None, width: int
) -> Iterator[str]:
    yield from paragraph(f"CHANNEL {channel.number}: {channel.name}", width)
    yield from labelled("Site", f"{plain(channel.site)}, side: {channel.side}", width)
    for pad, planned in zip(channel.pads, judgement.plan.channel(channel.number).pads, strict=True):
        place = f"{plain(pad.zone)}, {pad.aspect}, {area_text(planned.gel_area_mm2)} of gel"
        yield from labelled("Pad", f"{pad.name} ({place}): {pad.placement}", width)
    yield from _pulse_lines(channel, judgement, width)
    yield from labelled("At most", _cap_text(channel, limits), width)
    start_ua = judgement.plan.channel(channel.number).suggested_start_ua
    if start_ua is not None:
        yield from labelled(
            "Start", f"a first contraction is expected near {current_text(start_ua)}", width
        )


def _cap_text(channel: Channel, limits: SessionLimits | None) -> str:
    asked = f"{exact_text(channel.max_current_ma)} mA"
    if limits is None:
        return f"{asked} by the protocol; this protocol cannot be used as it is"
    cap = cap_on_grid(limits, channel.number)
    if cap.source == "protocol":
        step_ua = limits.channel(channel.number).current_step_ua
        is_exact = current_text(cap.value) == asked
        on_grid = f"; in the device's steps of {current_text(step_ua)}: {current_text(cap.value)}"
        return f"{asked}, set by the protocol{'' if is_exact else on_grid}"
    return f"{current_text(cap.value)}, set by {cap.source} (the protocol allows {asked})"


def _pulse_lines(channel: Channel, judgement: Judgement, width: int) -> Iterator[str]:
    pairs = _stages_of(channel, judgement)
    asked = [_asked_text(channel, stage) for stage, _, _ in pairs]
    made = [_made_text(channel, judgement, planned, shape) for _, planned, shape in pairs]
    names = [stage.name for stage, _, _ in pairs]
    forms = " or ".join(plain(waveform) for waveform in channel.waveforms)
    yield from labelled("Pulses", f"{_by_stage(asked, names)}; {forms}", width)
    yield from labelled("Device", f"makes {_by_stage(made, names)}", width)


def _stages_of(
    channel: Channel, judgement: Judgement
) -> list[tuple[Stage, PlannedStage, PulseShape]]:
    """Return the stages that use a channel: as written, as planned, and the channel's pulse."""
    written = judgement.loaded.protocol.stages
    return [
        (stage, planned, shape)
        for stage, planned in zip(written, judgement.plan.stages, strict=True)
        for shape in planned.shapes
        if shape.channel == channel.number
    ]


def _by_stage(texts: Sequence[str], names: Sequence[str]) -> str:
    """Return one text if all stages agree, otherwise each with its stages."""
    if len(set(texts)) == 1:
        return texts[0]
    stages: dict[str, list[str]] = {}
    for text, name in zip(texts, names, strict=True):
        stages.setdefault(text, []).append(name)
    return "; ".join(f"{', '.join(where)}: {text}" for text, where in stages.items())


def _asked_text(channel: Channel, stage: Stage) -> str:
    width_us = stage.pulse_width_us or channel.pulse_width_us
    frequency_hz = stage.frequency_hz or channel.frequency_hz
    return f"{width_us} µs per phase at {exact_text(frequency_hz)} Hz"


def _made_text(
    channel: Channel, judgement: Judgement, planned: PlannedStage, shape: PulseShape
) -> str:
    form = judgement.plan.channel(channel.number).waveform
    phases = f"{shape.pulse_width_us} µs per phase"
    if shape.second_width_us != shape.pulse_width_us:
        phases = f"phases of {shape.pulse_width_us} and {shape.second_width_us} µs"
    return f"{phases} at {rate_text(planned.setup.period_us)}, {plain(form)}"


def _device_lines(judgement: Judgement, width: int) -> Iterator[str]:
    yield from labelled("Device", judgement.capabilities.title, width)
    yield from listed("Blind to", undetectable(judgement.capabilities), width)
    for finding in judgement.report.findings:
        if finding.severity == "error":
            continue  # the command ends with it
        yield from labelled(finding.severity.capitalize(), finding.text, width)
