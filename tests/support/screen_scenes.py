"""Plans and snapshots to draw: what an engine would say at chosen moments."""

from functools import cache

from nmes.link.messages import (
    BurstText,
    Catalogue,
    ChannelNow,
    ChannelSummary,
    ChannelText,
    DeviceEntry,
    Event,
    Finding,
    PadText,
    PortEntry,
    Prepare,
    Prepared,
    ProtocolEntry,
    ScreenedChannel,
    ScreeningFinding,
    ScreeningQuestion,
    ScreeningQuestions,
    SessionEntry,
    Sessions,
    Snapshot,
    StageText,
    StopNow,
    Summary,
)
from protocols.capabilities import LEADS_OUT
from tui.situation import LIVE_STATES

SECOND = 1_000_000
CYCLE_US, ON_US = 16 * SECOND, 6 * SECOND
RAMP_US = SECOND

NAMES = (
    ("Vastus medialis", "quadriceps", "left"),
    ("Rectus femoris", "quadriceps", "left"),
    ("Vastus lateralis", "quadriceps", "left"),
    ("Hamstrings", "hamstrings", "left"),
    ("Gluteus maximus", "gluteal", "left"),
    ("Gluteus medius", "gluteal", "left"),
    ("Tibialis anterior", "lower leg front", "left"),
    ("Gastrocnemius", "calf", "left"),
)

LEVELS_UA = (38_000, 42_000, 30_000, 26_000, 33_000, 21_000, 18_000, 24_500)

BENCH = Prepare(
    protocol="quadriceps_strength_after_knee_replacement",
    device="sim:rehastim2",
    port=None,
    operator="TW",
    patient="bench",
    is_bench=True,
    sides={},
)


PATIENT = BENCH.model_copy(
    update={
        "device": "rehastim2",
        "port": "/dev/ttyUSB0",
        "patient": "0417",
        "is_bench": False,
    }
)

_QUESTIONS = (
    ("cardiac_pacemaker", "Is there a cardiac pacemaker?", (), "block", 100),
    ("epilepsy", "Is epilepsy known, or was there ever a fit?", (), "acknowledge", 100),
    (
        "impaired_sensation",
        "Is feeling under the pads reduced or lost, so that the patient could not tell too much "
        "current from enough?",
        (1, 2),
        "acknowledge",
        50,
    ),
    ("metal_implant_passive", "Is there metal in the limb, a joint or a plate?", (1,), "warn", 100),
)


def screening(*findings: ScreeningFinding, is_passed: bool = False) -> ScreeningQuestions:
    """Four questions about patient 0417; channel 1 may lie on either side."""
    return ScreeningQuestions(
        protocol_id="quadriceps_strength_after_knee_replacement",
        patient="0417",
        day="2026-03-04",
        channels=(
            ScreenedChannel(number=1, name="Vastus medialis", side=None, side_is_free=True),
            ScreenedChannel(number=2, name="Rectus femoris", side="left", side_is_free=False),
        ),
        questions=tuple(
            ScreeningQuestion.model_validate(
                {
                    "id": name,
                    "text": text,
                    "items": (name,),
                    "channels": channels,
                    "matters_if": "yes",
                    "decision": decision,
                    "cap_percent": percent,
                    "source": "a source",
                }
            )
            for name, text, channels, decision, percent in _QUESTIONS
        ),
        findings=findings,
        is_passed=is_passed,
    )


def screening_finding(
    item: str, decision: str, why: str, *, is_open: bool = True
) -> ScreeningFinding:
    """What follows from one answer."""
    cure = {
        "block": "Do not stimulate here.",
        "acknowledge": "A clinician writes name and reason for this item, or do not stimulate.",
        "warn": "Keep an eye on it.",
    }
    return ScreeningFinding.model_validate(
        {
            "item": item,
            "decision": decision,
            "channels": (),
            "is_open": is_open,
            "why": why,
            "cure": cure[decision],
        }
    )


def catalogue() -> Catalogue:
    """Four protocols, a simulated and a real device, one port."""
    titles = (
        ("quadriceps_strength_after_knee_replacement", "Quadriceps after knee replacement", 20, 2),
        ("drop_foot_cyclic", "Drop foot after stroke, cyclic dorsiflexion", 30, 1),
        ("calf_pump", "Calf muscle pump against swelling", 45, 2),
        ("all_eight_channels", "Lower limb, eight channels", 15, 8),
    )
    goals = {"calf_pump": "Less swelling of the lower leg while lying down."}
    return Catalogue(
        protocols=tuple(
            ProtocolEntry(
                id=name,
                title=title,
                duration_us=minutes * 60 * SECOND,
                channels=channels,
                goal=goals.get(name, f"Goal of {title}."),
            )
            for name, title, minutes, channels in titles
        ),
        devices=(
            DeviceEntry(
                name="rehastim2", title="HASOMED RehaStim2 (ScienceMode2)", is_simulated=False
            ),
            DeviceEntry(
                name="sim:rehastim2", title="HASOMED RehaStim2 (ScienceMode2)", is_simulated=True
            ),
        ),
        ports=(PortEntry(name="/dev/ttyUSB0", description="USB serial converter"),),
    )


def sessions() -> Sessions:
    """One session of patient 0417."""
    return Sessions(
        entries=(
            SessionEntry(
                session_id="s-0007",
                started_utc="2026-03-01T09:30:00Z",
                protocol_id="calf_pump",
                patient="0417",
                outcome="completed",
                contractions_done=40,
                contractions_planned=40,
            ),
        )
    )


def _channel(index: int, *, side_is_open: bool) -> ChannelText:
    name, site, side = NAMES[index]
    return ChannelText(
        number=index + 1,
        name=name,
        site=site,
        side=None if side_is_open else side,
        side_is_open=side_is_open,
        waveform="symmetric_biphasic",
        pulse_width_us=300,
        period_us=28_500,
        cap_ua=(45_000, 45_000, 60_000, 40_000, 45_000, 45_000, 30_000, 40_000)[index],
        cap_reason=("protocol", "protocol", "site", "device")[index % 4],
        suggested_start_ua=12_000 if index == 0 else None,
        pads=(
            PadText(
                name="A (+)",
                zone="thigh_left",
                aspect="anterior",
                gel_area_mm2=4_500,
                placement="over the upper thigh, 10 cm below the hip crease, in the middle",
            ),
            PadText(
                name="B (-)",
                zone="thigh_left",
                aspect="anterior",
                gel_area_mm2=4_500,
                placement="over the muscle's bulk, four finger widths above the kneecap, inside",
            ),
        ),
    )


@cache
def prepared(
    channels: int = 2, *, side_is_open: bool = False, findings: tuple[Finding, ...] | None = None
) -> Prepared:
    """A plan of two stages on so many channels, which contract one after another in pairs."""
    bursts = tuple(
        BurstText(
            channel=index + 1,
            start_us=(index // 2) % 2 * 8 * SECOND,
            on_us=ON_US,
            ramp_up_us=RAMP_US,
            ramp_down_us=RAMP_US,
            share_permille=1000,
            cue="push the knee down",
        )
        for index in range(channels)
    )
    stages = tuple(
        StageText(
            name=name,
            stage_kind=kind,
            cycle_us=CYCLE_US,
            cycles=cycles,
            period_us=28_500,
            bursts=bursts,
        )
        for name, kind, cycles in (("warm-up", "warm_up", 10), ("strengthen", "work", 30))
    )
    if findings is None:
        findings = (
            Finding(severity="info", text="35 Hz asked, 35.1 Hz is what this device makes"),
            Finding(severity="warning", text="channel 1: close to the attention level of density"),
        )
    return Prepared(
        protocol_id="quadriceps_strength_after_knee_replacement",
        title="Quadriceps after knee replacement",
        protocol_version="1.0",
        goal="Regain strength of the knee extensors.",
        position="sit, knee bent 60 degrees, lower leg fixed",
        task="push the knee down and hold with the stimulation",
        watch_for=("kneecap moves up and in", "knee jerks outward: move pad B inwards"),
        device_title="RehaStim2",
        is_simulated=True,
        undetectable=(
            "a pad that has dried out but still conducts",
            "a lead that is plugged into the wrong socket",
        ),
        duration_us=40 * CYCLE_US,
        step_ua=1_000,
        press_fine_ua=1_000,
        press_coarse_ua=2_000,
        contact_from_ua=0,
        stop_time_us=150_000,
        by_hand=LEADS_OUT,
        channels=tuple(_channel(i, side_is_open=side_is_open and i == 0) for i in range(channels)),
        stages=stages,
        findings=findings,
    )


PLAN = prepared()

FULL_UA = (60_000, 80_000)
"""What a separate stimulator is set to, on its two channels."""


def prepared_with_settings() -> Prepared:
    """The plan on a device whose levels are only settings of what another one makes."""
    plan = prepared()
    channels = tuple(
        channel.model_copy(update={"full_ua": full_ua})
        for channel, full_ua in zip(plan.channels, FULL_UA, strict=True)
    )
    return plan.model_copy(update={"channels": channels})


def summary_with_settings() -> Summary:
    """The summary of a session on such a device."""
    told = summary()
    channels = tuple(
        channel.model_copy(update={"full_ua": full_ua})
        for channel, full_ua in zip(told.channels, FULL_UA, strict=True)
    )
    return told.model_copy(update={"channels": channels})


def summary_in_doubt() -> Summary:
    """The summary of a session on such a device that did not confirm its stop."""
    doubt = (
        "STOP NOT CONFIRMED: current may have gone on, "
        "until the separate stimulator was switched off."
    )
    return summary_with_settings().model_copy(update={"doubt": doubt, "faults": ()})


def snapshot(state: str = "running", count: int = 2, **changes: object) -> Snapshot:
    """A moment; in `running` the sixth contraction of the second stage is held for 4 s more."""
    flows = state in {"running", "finding"}
    has_level = state in {"running", "finding", "paused"}
    values: dict[str, object] = {
        "sequence": 1000,
        "at_us": 600 * SECOND,
        "state": state,
        "output_is_possible": state in LIVE_STATES,
        "output_is_doubtful": False,
        "confirmed_age_us": None if state in {"idle", "connecting"} else 40_000,
        "reply_us": None if state in {"idle", "connecting"} else 2_600,
        "replies_missed": 0,
        "phase": "hold" if flows else "off",
        "phase_left_us": 3_400_000,
        "cue": "push the knee down" if flows else "",
        "next_cue": "RELAX 10 s" if flows else "",
        "lead_in_us": 0,
        "stage_index": 1,
        "position_us": 5 * CYCLE_US + 1_600_000,
        "contractions_done": 15,
        "contractions_planned": 40,
        "elapsed_us": 245 * SECOND,
        "remaining_us": 395 * SECOND,
        "selected_channel": 1,
        "steps_are_locked": False,
        "channels": tuple(
            ChannelNow(
                number=index + 1,
                now_ua=LEVELS_UA[index] if flows else 0,
                level_ua=LEVELS_UA[index] if has_level else 0,
                phase="hold" if flows else "off",
            )
            for index in range(count)
        ),
        "stop": None,
        "session_id": None if state == "idle" else "s-0008",
        "is_recording": state != "idle",
    }
    values.update(changes)
    return Snapshot.model_validate(values)


def stopped(
    confirmed_after_us: int | None = 5_400, state: str = "stopped", **changes: object
) -> Snapshot:
    """A stop by SPACE; None is one that no device confirmed."""
    stop = StopNow(
        cause="you pressed SPACE" if state == "stopped" else "channel 1: electrode error",
        advice="Ask the patient. Levels start again at 0 mA.",
        is_emergency=False,
        at_utc="2026-03-02T14:12:31.204Z",
        confirmed_after_us=confirmed_after_us,
        is_acknowledged=False,
    )
    return snapshot(state, stop=stop, **changes)


def events() -> tuple[Event, ...]:
    """Three events, oldest first."""
    return (
        Event(at_us=0, utc="2026-03-02T14:05:12Z", mark="i", text="armed at 0 mA"),
        Event(at_us=0, utc="2026-03-02T14:06:40Z", mark="i", text="level of channel 1: 38 mA"),
        Event(at_us=0, utc="2026-03-02T14:09:02Z", mark="!", text="one reply was missed"),
    )


def summary() -> Summary:
    """A session that was stopped once."""
    return Summary(
        session_id="s-0008",
        protocol_id="quadriceps_strength_after_knee_replacement",
        title="Quadriceps after knee replacement",
        patient="bench",
        operator="TW",
        device_title="RehaStim2",
        is_simulated=True,
        started_utc="2026-03-02T14:05:00Z",
        outcome="stopped",
        planned_us=640 * SECOND,
        done_us=512 * SECOND,
        ran_us=517 * SECOND,
        contractions_done=32,
        contractions_planned=40,
        pauses=1,
        stops=1,
        faults=("channel 1: electrode error",),
        channels=tuple(
            ChannelSummary(
                number=index + 1,
                name=NAMES[index][0],
                site=NAMES[index][1],
                side=NAMES[index][2],
                level_start_ua=12_000,
                level_mean_ua=36_240,
                level_max_ua=LEVELS_UA[index],
                contractions=32,
                on_us=192 * SECOND,
                pulses=6_736,
                charge_nc=56_000_000,
            )
            for index in range(2)
        ),
        journal_hash="91f8fb1a35b0e25302d69cfcf90ed073d4d2156c4e079b7d21599aa702311a41",
    )
