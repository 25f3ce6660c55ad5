"""What the screen is told: the engine's values as link messages (pure)."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from nmes import __version__
from nmes.link import messages as link
from nmes.service.admission import check_day
from nmes.service.preparation import Preparation
from nmes.service.probe import Answer, Outcome
from nmes.service.undetectable import contact_from_ua, undetectable
from nmes.service.workshop import Workshop
from nmes.session.halts import OPERATOR
from nmes.session.program import contractions_planned
from nmes.session.session import Halt, Session
from nmes.session.stepping import is_locked
from nmes.session.view import elapsed_now_us, phase_now
from protocols.errors import LinkError, SessionRefusal
from protocols.loading import file_sha256, library
from protocols.plan import Plan, PlannedChannel, PlannedStage
from protocols.pulses import OutputFrame
from protocols.timeline import protocol_duration_us
from safety.clearance import Judged
from safety.screening import Finding as ScreeningFinding
from safety.screening import Question
from safety.screening_table import ACKNOWLEDGE, DECISIONS


def welcome(hello: link.Hello) -> link.Welcome:
    """Return the greeting; LinkError if the screen is of another version."""
    if hello.version != link.LINK_VERSION:
        raise LinkError("Screen and engine are of different versions: start nmes again.")
    return link.Welcome(nmes_version=__version__)


def catalogue(workshop: Workshop) -> link.Catalogue:
    """Return what can be chosen."""
    return link.Catalogue(
        protocols=tuple(
            link.ProtocolEntry(
                id=entry.name,
                title=entry.protocol.title,
                duration_us=protocol_duration_us(entry.protocol),
                channels=len(entry.protocol.channels),
                goal=entry.protocol.goal,
            )
            for entry in library()
        ),
        devices=tuple(
            link.DeviceEntry(name=device.name, title=device.title, is_simulated=device.is_simulated)
            for device in workshop.devices()
        ),
        ports=tuple(
            link.PortEntry(name=port.name, description=port.description)
            for port in workshop.ports()
        ),
    )


def devices_found(answers: Sequence[Answer]) -> link.DevicesFound:
    """Return who answered, and which ports could not be asked."""
    obstacles = [answer for answer in answers if answer.outcome in (Outcome.BUSY, Outcome.CLOSED)]
    return link.DevicesFound(
        found=tuple(
            link.FoundDevice(device=answer.device, port=answer.port, identity=answer.detail)
            for answer in answers
            if answer.outcome is Outcome.FOUND
        ),
        obstacles=tuple(
            f"{answer.port}: {answer.outcome.value}. {answer.detail} {answer.advice}".rstrip()
            for answer in obstacles
        ),
    )


def sessions(workshop: Workshop) -> link.Sessions:
    """Return the recorded sessions, newest first."""
    return link.Sessions(
        entries=tuple(
            link.SessionEntry(
                session_id=entry.session_id,
                started_utc=entry.started_utc,
                protocol_id=entry.protocol_id,
                patient=entry.patient,
                outcome=entry.outcome,
                contractions_done=entry.contractions_done,
                contractions_planned=entry.contractions_planned,
            )
            for entry in workshop.sessions()
        )
    )


def check_arming(preparation: Preparation, confirmed: tuple[int, ...], day: str) -> None:
    """Raise SessionRefusal unless placements are confirmed, sides chosen, file and day the same."""
    check_day(preparation.clearance, day)
    for planned in preparation.plan.channels:
        if planned.side is None:
            raise SessionRefusal(f"Choose the side of channel {planned.number} first.")
        if planned.number not in confirmed:
            raise SessionRefusal(f"Confirm the pads of channel {planned.number} first.")
    if file_sha256(Path(preparation.loaded.source)) != preparation.loaded.sha256:
        raise SessionRefusal("The protocol file has changed since it was checked: choose it again.")


def prepared(preparation: Preparation) -> link.Prepared:
    """Return the plan as placement and session screens show it."""
    plan, protocol = preparation.plan, preparation.loaded.protocol
    return link.Prepared(
        protocol_id=plan.protocol_id,
        title=plan.title,
        protocol_version=plan.version,
        goal=protocol.goal,
        position=protocol.position,
        task=protocol.task,
        watch_for=protocol.watch_for,
        device_title=preparation.capabilities.title,
        is_simulated=preparation.is_simulated,
        undetectable=undetectable(preparation.capabilities),
        duration_us=plan.duration_us,
        step_ua=preparation.step_ua,
        press_fine_ua=preparation.press_ua(is_coarse=False),
        press_coarse_ua=preparation.press_ua(is_coarse=True),
        contact_from_ua=contact_from_ua(preparation.capabilities),
        stop_time_us=preparation.capabilities.stop_time_us,
        by_hand=preparation.capabilities.by_hand,
        channels=tuple(_channel_text(preparation, planned) for planned in plan.channels),
        stages=tuple(_stage_text(stage) for stage in plan.stages),
        findings=tuple(
            link.Finding(severity=finding.severity, text=finding.text)
            for finding in preparation.report.findings
        )
        + tuple(
            link.Finding(severity="warning", text=screening_line(finding))
            for finding in preparation.clearance.findings
        ),
    )


def screening_line(finding: ScreeningFinding) -> str:
    """Return what an answer or a place means, on one line."""
    listed = ", ".join(map(str, finding.channels))
    place = f"channel {listed}: " if listed else ""
    word = "acknowledged" if finding.decision == ACKNOWLEDGE else "take care"
    return f"{place}{finding.item} ({word}): {finding.why}"


def screening_questions(
    plan: Plan, judged: Judged, asked: link.AskScreening, day: str
) -> link.ScreeningQuestions:
    """Return all that must be asked before a plan, and what follows from the answers so far."""
    return link.ScreeningQuestions(
        protocol_id=plan.protocol_id,
        patient=asked.patient,
        day=day,
        channels=tuple(
            link.ScreenedChannel(
                number=planned.number,
                name=planned.name,
                side=planned.side,
                side_is_free=planned.side is None or planned.number in asked.sides,
            )
            for planned in plan.channels
        ),
        questions=tuple(_question_text(question) for question in judged.questions),
        findings=tuple(
            link.ScreeningFinding.model_validate(asdict(finding)) for finding in judged.findings
        ),
        is_passed=judged.is_passed,
    )


def _question_text(question: Question) -> link.ScreeningQuestion:
    decisions = {decision for item in question.items for decision in item.decisions}
    fields = {
        "id": question.id,
        "text": question.text,
        "items": tuple(item.name for item in question.items),
        "channels": question.channels,
        "matters_if": question.matters_if,
        "decision": next(decision for decision in DECISIONS if decision in decisions),
        "cap_percent": min(item.cap_percent for item in question.items),
        "source": "; ".join(dict.fromkeys(item.source for item in question.items)),
    }
    return link.ScreeningQuestion.model_validate(fields)


def _channel_text(preparation: Preparation, planned: PlannedChannel) -> link.ChannelText:
    stage, shape = preparation.first_use(planned.number)
    cap = preparation.cap(planned.number)
    return link.ChannelText(
        number=planned.number,
        name=planned.name,
        site=planned.site,
        side=planned.side,
        side_is_open=planned.side is None,
        waveform=planned.waveform.value,
        pulse_width_us=shape.pulse_width_us,
        period_us=stage.setup.period_us,
        cap_ua=cap.value,
        cap_reason=cap.source,
        full_ua=preparation.capabilities.full_ua(planned.number),
        suggested_start_ua=planned.suggested_start_ua,
        pads=tuple(
            link.PadText(
                name=pad.name,
                zone=pad.zone,
                aspect=pad.aspect,
                gel_area_mm2=pad.gel_area_mm2,
                placement=pad.placement,
            )
            for pad in planned.pads
        ),
    )


def _stage_text(stage: PlannedStage) -> link.StageText:
    return link.StageText(
        name=stage.name,
        stage_kind=stage.kind,
        cycle_us=stage.cycle_us,
        cycles=stage.cycles,
        period_us=stage.setup.period_us,
        bursts=tuple(
            link.BurstText(
                channel=burst.channel,
                start_us=burst.start_us,
                on_us=burst.on_us,
                ramp_up_us=burst.ramp_up_us,
                ramp_down_us=burst.ramp_down_us,
                share_permille=burst.share_permille,
                cue=burst.cue,
            )
            for burst in stage.bursts
        ),
    )


def snapshot(
    session: Session,
    *,
    contractions_done: int,
    sequence: int,
    now_us: int,
    confirmed: OutputFrame | None,
    confirmed_us: int | None,
    reply_us: int | None,
    replies_missed: int,
    session_id: str | None,
    is_recording: bool,
    halt_utc: str,
) -> link.Snapshot:
    """Return everything that changes, as it is now."""
    phase = phase_now(session, None, now_us)
    elapsed_us = elapsed_now_us(session, now_us)
    return link.Snapshot(
        sequence=sequence,
        at_us=now_us,
        state=session.state.value,
        output_is_possible=session.is_live,
        output_is_doubtful=session.is_doubtful,
        confirmed_age_us=None if confirmed_us is None else max(0, now_us - confirmed_us),
        reply_us=reply_us,
        replies_missed=replies_missed,
        phase=phase.word,
        phase_left_us=phase.left_us,
        cue=phase.cue,
        next_cue=phase.next_cue,
        lead_in_us=session.countdown_us(now_us),
        stage_index=session.stage_index,
        position_us=session.stage_time_us(now_us),
        contractions_done=contractions_done,
        contractions_planned=contractions_planned(session.plan),
        elapsed_us=elapsed_us,
        remaining_us=session.plan.duration_us - elapsed_us,
        selected_channel=session.selected,
        steps_are_locked=is_locked(session, now_us),
        channels=_channels_now(session, confirmed, now_us),
        stop=_stop_now(session.halt, halt_utc),
        session_id=session_id,
        is_recording=is_recording,
    )


def _channels_now(
    session: Session, confirmed: OutputFrame | None, now_us: int
) -> tuple[link.ChannelNow, ...]:
    flowing = {o.channel: o.current_ua for o in confirmed.outputs} if confirmed else {}
    return tuple(
        link.ChannelNow(
            number=planned.number,
            now_ua=flowing.get(planned.number, 0),
            level_ua=session.level_ua(planned.number),
            phase=phase_now(session, planned.number, now_us).word,
        )
        for planned in session.plan.channels
    )


def _stop_now(halt: Halt | None, utc: str) -> link.StopNow | None:
    if halt is None:
        return None
    after_us = None if halt.confirmed_us is None else halt.confirmed_us - halt.at_us
    return link.StopNow(
        cause=halt.cause,
        advice=halt.advice,
        is_emergency=halt.is_emergency,
        at_utc=utc,
        confirmed_after_us=after_us,
        is_acknowledged=halt.is_acknowledged,
    )


def event(mark: str, text: str, now_us: int, utc: str) -> link.Event:
    """Return one line for the list of events."""
    return link.Event.model_validate({"at_us": now_us, "utc": utc, "mark": mark, "text": text})


_PAUSED = "i Paused by the operator"
_EVENT_TEXTS = {
    "arm": "i Armed: placements confirmed",
    "find_level": "i Finding the level of channel {channel}",
    "level": "i Channel {channel}: level {from_ma:g} to {to_ma:g} mA",
    "start": "i Program started",
    "stage": "i Stage: {name}",
    "pause": "! Paused: {cause}",
    "resume": "i Going on",
    "stop": "! Stopped: {cause}",
    "stop_confirmed": "i The device confirmed the stop",
    "fault": "!! Fault: {detail}",
    "acknowledge": "i Cause read and acknowledged",
}


def event_of_record(
    name: str, fields: dict[str, object], now_us: int, utc: str
) -> tuple[link.Event, ...]:
    """Return the line that shows a record to the operator; none for what is shown anyway."""
    is_asked = name == "pause" and fields["cause"] == OPERATOR
    template = _PAUSED if is_asked else _EVENT_TEXTS.get(name)
    if template is None:
        return ()
    in_ma = {
        key.replace("_ua", "_ma"): amount / 1000
        for key, amount in fields.items()
        if key.endswith("_ua") and isinstance(amount, int)
    }
    mark, _, text = template.format(**fields, **in_ma).partition(" ")
    return (event(mark, text, now_us, utc),)
