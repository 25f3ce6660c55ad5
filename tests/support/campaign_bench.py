"""A session that is as it should be, for tests that spoil one thing in it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from nmes.campaign.devices import REHASTIM2
from nmes.campaign.evidence import Deed, Evidence
from nmes.campaign.judge import judge
from nmes.campaign.numbers import numbers
from nmes.campaign.oracle import Channel, Prescription

PERIOD_US = 20_000
STEP_US = 250_000
START_US = 10_000_000
LEVEL_MA = 8


@dataclass(frozen=True, kw_only=True)
class FakePulse:
    time_us: int
    channel: int = 1
    current_ma: int = LEVEL_MA
    pulse_width_us: int = 200
    second_current_ma: int = -LEVEL_MA
    second_width_us: int = 200
    gap_us: int = 100

    def at(self, current_ma: int) -> "FakePulse":
        return replace(self, current_ma=current_ma, second_current_ma=-current_ma)


def journal(records: Iterable[tuple[int, str, dict[str, object]]]) -> bytes:
    """Lines as docs/records.md has them, by its own words."""
    previous, lines = bytes(32), []
    for seq, (at_us, event, data) in enumerate(records):
        record = {"data": data, "event": event, "seq": seq, "t_mono_ns": at_us * 1000, "utc": "x"}
        body = json.dumps(record, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(previous + body.encode()).digest()
        lines.append(f'{{"record":{body},"sha256":"{previous.hex()}"}}\n')
    return "".join(lines).encode()


def level(at_us: int, from_ma: int, to_ma: int) -> tuple[int, str, dict[str, object]]:
    fields: dict[str, object] = {
        "channel": 1,
        "from_ua": from_ma * 1000,
        "to_ua": to_ma * 1000,
        "state": "armed",
    }
    return at_us, "level", fields


def burst(
    start_us: int, on_us: int, top_ma: int = LEVEL_MA, ramp_us: int = 500_000
) -> list[FakePulse]:
    """Pulses that rise, hold and end at once."""
    return [
        FakePulse(time_us=start_us + t).at(max(1, min(top_ma, top_ma * t // ramp_us)))
        for t in range(0, on_us, PERIOD_US)
    ]


def records() -> list[tuple[int, str, dict[str, object]]]:
    """The journal of the session: armed, level raised in four steps, two bursts, finished."""
    rises = [level(1_000_000 + i * 600_000, 2 * i, 2 * i + 2) for i in range(LEVEL_MA // 2)]
    return [
        (0, "session_open", {}),
        (0, "arm", {}),
        *rises,
        (START_US, "start", {}),
        (30_000_000, "session_close", {}),
    ]


def deeds() -> list[Deed]:
    ups = [
        Deed(at_us=1_000_000 + i * 600_000, kind="step_up_coarse", channel=1, amount_ua=2000)
        for i in range(LEVEL_MA // 2)
    ]
    return [
        Deed(at_us=0, kind="arm"),
        *ups,
        Deed(at_us=START_US, kind="start"),
        Deed(at_us=25_000_000, kind="finish"),
    ]


def pulses() -> list[FakePulse]:
    return burst(13_000_000, 3_000_000) + burst(20_000_000, 3_000_000)


def updates(of: list[FakePulse]) -> list[int]:
    """One frame of new values shortly before each pulse."""
    return [pulse.time_us - PERIOD_US // 2 for pulse in of]


CHANNEL = Channel(
    number=1,
    site="wrist_extensors",
    area_cm2=25.0,
    max_current_ma=20.0,
    widths_us=frozenset({200}),
    periods_us=frozenset({PERIOD_US}),
    ramp_up_s=0.5,
    ramp_down_s=0.5,
)


def good_evidence() -> Evidence:
    """A session in which nothing is wrong."""
    return Evidence(
        prescription=Prescription(device=REHASTIM2, timing_class="cyclic", channels=(CHANNEL,)),
        pulses=pulses(),
        deeds=deeds(),
        incidents=[],
        updates_us=updates(pulses()),
        journal=journal(records()),
        is_cut=False,
        latency_us=0,
        stall_us=0,
        is_line_faulted=False,
    )


def kinds(evidence: Evidence) -> set[str]:
    """The kinds of violations that the judge finds."""
    return {finding.kind for finding in judge(evidence, numbers()).findings}
