"""Small protocol files for sessions in tests; every number in them serves a test, not a person."""

import hashlib
from pathlib import Path

HEAD = """\
nmes: 1
id: bench
title: Bench protocol
version: "1.0"
status: draft
indications: [none]
goal: Try the program.
evidence: {{grade: D, note: none}}
timing_class: {timing_class}
position: on the bench
task: none
watch_for: [nothing]
channels:
{channels}
stages:
{stages}
"""

CHANNEL = """\
  - number: {number}
    name: {name}
    site: {site}
    side: {side}
    pads:
      - {{name: a, zone: upper_limb, aspect: posterior, gel_area_cm2: 25, placement: here}}
      - {{name: b, zone: upper_limb, aspect: posterior, gel_area_cm2: 25, placement: there}}
    waveforms: [symmetric_biphasic]
    pulse_width_us: 200
    frequency_hz: {frequency_hz}
    max_current_ma: {max_current_ma}
"""

CHANNELS = {1: "Wrist extensors", 2: "Wrist flexors", 3: "Finger extensors"}
SITES = {1: "wrist_extensors", 2: "wrist_flexors", 3: "finger_extensors"}


def channel(
    number: int = 1, side: str = "left", frequency_hz: int = 50, max_current_ma: int = 20
) -> str:
    return CHANNEL.format(
        number=number,
        name=CHANNELS[number],
        site=SITES[number],
        side=side,
        frequency_hz=frequency_hz,
        max_current_ma=max_current_ma,
    )


def sensory_channel() -> str:
    """A channel that is felt and moves nothing: for continuous rhythms."""
    arm = channel()
    return arm.replace("wrist_extensors", "sensory_limb").replace("upper_limb", "lower_limb")


def stage(
    channels: tuple[int, ...] = (1,),
    on_s: float = 2,
    off_s: float = 2,
    ramp_up_s: float = 0.5,
    ramp_down_s: float = 0.5,
    repetitions: int = 3,
    extra: str = "",
) -> str:
    return f"""\
  - name: stage of {channels}
    kind: work
    channels: {list(channels)}
    on_time_s: {on_s}
    off_time_s: {off_s}
    ramp_up_s: {ramp_up_s}
    ramp_down_s: {ramp_down_s}
    repetitions: {repetitions}
    cue_contract: Lift
    cue_rest: Rest
{extra}"""


def in_turns(
    *starts: tuple[int, float, float], cycle_s: float = 8, repetitions: int = 2, ramp_s: float = 0.5
) -> str:
    """A stage of bursts: (channel, start, on-time), with equal ramps up and down."""
    lines = [
        "  - name: in turns",
        "    kind: work",
        f"    cycle_time_s: {cycle_s}",
        f"    repetitions: {repetitions}",
        "    cue_rest: Rest",
        "    bursts:",
    ]
    for number, start_s, on_s in starts:
        lines.append(
            f"      - {{channel: {number}, start_s: {start_s}, on_time_s: {on_s}, "
            f"ramp_up_s: {ramp_s}, ramp_down_s: {ramp_s}, cue: Lift}}"
        )
    return "\n".join(lines) + "\n"


def protocol_text(
    channels: tuple[str, ...] = (channel(),),
    stages: tuple[str, ...] = (stage(),),
    timing_class: str = "cyclic",
) -> str:
    return HEAD.format(
        timing_class=timing_class, channels="".join(channels), stages="".join(stages)
    )


ONE = protocol_text()
"""One channel, 2 s on and 2 s off, three times: 10 s to the end of the last burst."""

TWO = protocol_text(
    channels=(channel(1), channel(2)),
    stages=(in_turns((1, 0, 2.5), (2, 3.5, 2.5)),),
)
"""Two channels that take turns in cycles of 8 s, twice."""

TWO_TRAINS = protocol_text(
    channels=(channel(1), channel(2, frequency_hz=25)),
    stages=(stage((1,), repetitions=2), stage((2,), repetitions=2)),
)
"""One channel at 50 Hz, then another at 25 Hz: the device is set up anew between the stages."""


def written(folder: Path, text: str) -> Path:
    path = folder / f"bench_{hashlib.sha256(text.encode()).hexdigest()[:12]}.yaml"
    path.write_text(text, encoding="utf-8")
    return path
