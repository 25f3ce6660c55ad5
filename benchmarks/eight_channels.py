"""A protocol of 200 lines on all eight channels, which every benchmark with a session runs.

Bench numbers, for nobody's legs: currents and ramps are chosen so that frames fall on a 20 ms grid.
"""

from pathlib import Path

LINES = 200
CHANNELS = 8
PERIOD_US = 20_000
PULSE_WIDTH_US = 300
MAX_CURRENT_MA = 60
SITES = ("quadriceps", "hamstrings", "vastus_medialis", "gluteus_maximus") * 2

_HEAD = """\
# Written by nmes' own benchmarks; it treats nothing.
nmes: 1
id: eight_channels
title: Eight channels on a test load
version: "1.0"
status: draft
indications:
  - none, it is for a bench
goal: Load program and device as far as they go, on a bench.
evidence:
  grade: D
  note: None is needed, since nobody is treated.
timing_class: cyclic
position: Stimulator on the bench, a test load on each channel.
task: Watch.
"""
_CHANNEL = """\
  - number: {number}
    name: Load {number}
    site: {site}
    side: {side}
    pads:
      - name: load {number}, end A
        zone: {zone}
        aspect: anterior
        gel_area_cm2: 50
        placement: One end of test load {number}.
      - name: load {number}, end B
        zone: {zone}
        aspect: posterior
        gel_area_cm2: 50
        placement: The other end of test load {number}.
    waveforms: [symmetric_biphasic]
    pulse_width_us: {width_us}
    frequency_hz: {frequency_hz}
    max_current_ma: {max_current_ma}
"""
_STAGE = """\
  - name: Up and down
    kind: work
    on_time_s: 1.2
    off_time_s: 1.2
    ramp_up_s: 0.5
    ramp_down_s: 0.5
    repetitions: {repetitions}
    cue_contract: Up
    cue_rest: Down
"""


def protocol_text(*, repetitions: int = 100) -> str:
    """Return the protocol; with a level of 25 mA, its ramps of 0.5 s step every 20 ms."""
    channels = "".join(_channel(number) for number in range(1, CHANNELS + 1))
    stage = _STAGE.format(repetitions=repetitions)
    head = f"{_HEAD}channels:\n{channels}stages:\n{stage}"
    missing = LINES - head.count("\n") - 1
    signs = "".join(f"  - sign {number}\n" for number in range(1, missing + 1))
    return f"{head}watch_for:\n{signs}"


def _channel(number: int) -> str:
    site = SITES[number - 1]
    return _CHANNEL.format(
        number=number,
        site=site,
        side="left" if number <= CHANNELS // 2 else "right",
        zone="gluteal" if site.startswith("gluteus") else "lower_limb",
        width_us=PULSE_WIDTH_US,
        frequency_hz=1_000_000 // PERIOD_US,
        max_current_ma=MAX_CURRENT_MA,
    )


def write_protocol(folder: Path, *, repetitions: int = 100) -> Path:
    """Write the protocol into a folder."""
    path = folder / "eight_channels.yaml"
    path.write_text(protocol_text(repetitions=repetitions), encoding="utf-8")
    return path
