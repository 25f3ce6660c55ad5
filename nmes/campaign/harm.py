"""Random fault scripts for the simulated device, and what the judge has to know of each.

In a usual run no frame is harmed in a way that the device's checksum could miss. It is a CRC-8 with
the polynomial x^8+x^2+x+1 over the body: it finds every single inverted bit; the length before it
finds every body cut short or ended by a false stop byte. So one bit at a time is inverted, at most
the last 4 bytes are lost, and noise is too short to be a frame of its own. Every
harmed frame is looked at all the same. A heavy run has no such bounds.

A device without a checksum obeys whatever arrives. On the way to it a usual run lets only happen
what leaves a line as it is: whole lines are lost or late.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from hardware_sim.devices import DEVICES as SIMULATED
from hardware_sim.dialect import Dialect
from hardware_sim.fault_log import AppliedFault
from hardware_sim.faults import FaultScript
from nmes.campaign.channel_errors import Span
from nmes.campaign.channel_harm import bad_contact, channel_errors, hidden_spans
from nmes.campaign.devices import Device
from nmes.campaign.evidence import Incident, Unsteered
from nmes.campaign.generator import Draft

Fields = dict[str, Any]

HARMED_SHARE = 0.42
ON_THE_LINE = (
    *("drop", "delay", "duplicate", "reorder", "flip_bits", "truncate", "garbage", "silence"),
    "refuse",
)
LINE_KINDS = frozenset((*ON_THE_LINE, "lost", "general_error"))
"""Faults that hold up or swallow what is said, in either direction."""
CONTROLLER = "controller"
"""The module of an openEMSstim board that runs everything; without it nothing ends."""
CONTACT_KINDS = frozenset({"open_electrode", "short_electrode", "load"})
LEAVES_LINES_WHOLE = frozenset({"drop", "delay"})
DAMAGE = frozenset({"flip_bits", "truncate", "garbage"})
WISHES = frozenset({"arm", "find_level", "start", "resume"})
AT_ONCE_US = 100_000
UNANSWERED_US = 700_000


def kinds_of(device: str) -> tuple[str, ...]:
    """Return every kind of fault that a device can show."""
    dialect = SIMULATED[device].dialect
    at_the_skin = ("reboot", "open_electrode", "short_electrode", "load")
    on_the_line = tuple(kind for kind in ON_THE_LINE if kind != "refuse" or dialect.results)
    return (*on_the_line, *dialect.lies, *at_the_skin, *dialect.troubles)


def draw_harm(rng: Random, draft: Draft, *, is_heavy: bool) -> FaultScript | None:
    """Return what goes wrong between engine and skin in a session; None if nothing does."""
    if draft.edge == "session" or draft.must_be_refused is not None:
        return None
    if is_heavy:
        return _script(rng, [_heavy(rng, kind) for kind in ("flip_bits", "flip_bits", "garbage")])
    if rng.random() >= HARMED_SHARE:
        return None
    count = rng.choice((1, 1, 1, 2))
    kinds = rng.sample(kinds_of(draft.prescription.device.name), count)
    if len(DAMAGE & set(kinds)) > 1:
        kinds = kinds[:1]
    return _script(rng, [_fault(rng, draft, kind) for kind in kinds])


def _script(rng: Random, faults: list[Fields]) -> FaultScript:
    return FaultScript.model_validate({"seed": rng.randrange(2**31), "faults": faults})


def _when_s(rng: Random, draft: Draft) -> float:
    ready_s = draft.prescription.device.ready_us / 1e6
    return round(rng.uniform(0.3, 10 + ready_s + draft.duration_s), 3)


def _fault(rng: Random, draft: Draft, kind: str) -> Fields:
    dialect = SIMULATED[draft.prescription.device.name].dialect
    if kind in dialect.lies:
        return _lie(rng, kind, dialect)
    if kind == "refuse":
        return _refusal(rng, draft, dialect)
    if kind not in ON_THE_LINE:
        return _happening(rng, draft, kind, dialect)
    if kind == "silence":
        way = rng.choice(("to_device", "to_host", "both"))
        fault: Fields = {"kind": kind, "at_s": _when_s(rng, draft), "direction": way}
        lasts_s = rng.choice((None, round(rng.uniform(0.05, 4), 3)))
        return fault if lasts_s is None else fault | {"for_s": lasts_s}
    return _frame_fault(rng, draft, kind)


def _frame_fault(rng: Random, draft: Draft, kind: str) -> Fields:
    fault: Fields = {"kind": kind, "direction": rng.choice(("to_device", "to_host", "both"))}
    if not draft.prescription.device.has_checksum and kind not in LEAVES_LINES_WHOLE:
        fault["direction"] = "to_host"
    if rng.random() < 0.5:
        fault["probability"] = rng.choice((0.003, 0.01, 0.03, 0.1))
    elif rng.random() < 0.5:
        fault["at_frame"] = rng.randint(1, 120)
        fault["times"] = rng.randint(1, 4)
    else:
        fault["at_s"] = _when_s(rng, draft)
    sizes: dict[str, Fields] = {
        "delay": {"delay_ms": rng.randint(1, 180)},
        "duplicate": {"copies": rng.randint(1, 3)},
        "flip_bits": {"bits": 1},
        "truncate": {"bytes": rng.randint(1, 4)},
        "garbage": {"bytes": rng.randint(1, 6)},
    }
    if kind == "garbage" and "at_s" in fault:
        fault.pop("times", None)
    return fault | sizes.get(kind, {})


def _refusal(rng: Random, draft: Draft, dialect: Dialect) -> Fields:
    fault: Fields = {"kind": "refuse", "result": rng.choice(dialect.results)}
    if rng.random() < 0.5:
        return fault | {"at_frame": rng.randint(1, 80), "times": rng.randint(1, 3)}
    return fault | {"at_s": _when_s(rng, draft)}


def _lie(rng: Random, kind: str, dialect: Dialect) -> Fields:
    frame: Fields = {"kind": kind, "at_frame": rng.randint(1, 12 if kind == "wrong_mode" else 2)}
    if kind == "wrong_version":
        return frame | {"version": rng.choice((0, 2, 255))}
    return frame | {"mode": rng.choice(tuple(dialect.lies[kind].values))}


def _happening(rng: Random, draft: Draft, kind: str, dialect: Dialect) -> Fields:
    channel = rng.choice([c.number for c in draft.prescription.channels])
    fault: Fields = {"kind": kind, "at_s": _when_s(rng, draft)}
    if kind == "reboot":
        return fault | {"off_s": round(rng.uniform(0.1, 3), 3)}
    if kind == "general_error":
        return fault | {"result": rng.choice(dialect.results)}
    if rng.random() < 0.6:
        fault["for_s"] = round(rng.uniform(0.2, 8), 3)
    if kind == "failed_module":
        modules = dialect.troubles[kind]["module"]
        return fault | {"module": modules[(channel - 1) // 4]}
    if kind in ("emergency_switch", "hidden_errors"):
        return fault
    fault["channel"] = channel
    if kind == "channel_error":
        return fault | {"error": rng.choice(dialect.troubles[kind]["error"])}
    return fault | {"ohm": float(rng.randint(1_200, 9_900))} if kind == "load" else fault


def _heavy(rng: Random, kind: str) -> Fields:
    fault: Fields = {
        "kind": kind,
        "direction": rng.choice(("to_device", "both")),
        "probability": rng.choice((0.005, 0.02, 0.08)),
    }
    size = {"bits": rng.randint(2, 24)} if kind == "flip_bits" else {"bytes": rng.randint(4, 60)}
    return fault | size


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """What the judge has to know of the faults that were really applied.

    `clipped_channels` may put out less than they were told, unbalanced. In the times of `unsteered`
    the device obeyed nothing.
    """

    incidents: tuple[Incident, ...]
    counts: Counter[str]
    is_line_faulted: bool
    clipped_channels: frozenset[int]
    unsteered: tuple[Unsteered, ...] = ()


def harm_of(
    script: FaultScript | None,
    entries: list[AppliedFault],
    device: Device,
    opened_us: Sequence[int] = (),
) -> Harm:
    """Return what a session's faults came to; `opened_us` are the times its port was opened."""
    if script is None:
        return Harm(
            incidents=(), counts=Counter(), is_line_faulted=False, clipped_channels=frozenset()
        )
    kinds = Counter(entry.kind for entry in entries)
    faults = [script.faults[entry.fault - 1] for entry in entries]
    return Harm(
        incidents=tuple(_incidents(script, entries, device)),
        counts=kinds,
        is_line_faulted=bool(LINE_KINDS & set(kinds)),
        clipped_channels=frozenset(f.channel for f in faults if f.kind == "load"),
        unsteered=(*_hangs(script, entries, opened_us), *_replays(script, entries, device)),
    )


def _hangs(
    script: FaultScript, entries: list[AppliedFault], opened_us: Sequence[int]
) -> Iterator[Unsteered]:
    """Yield when the controller was out of its program: until it is reset, by a fault or a port."""
    for entry in entries:
        fault: Any = script.faults[entry.fault - 1]
        if entry.kind == "failed_module" and fault.module == CONTROLLER:
            lasts_us = _lasts_us(fault.for_s)
            ends_us = [at_us for at_us in opened_us if at_us > entry.time_us]
            ends_us += [
                e.time_us for e in entries if e.kind == "reboot" and e.time_us > entry.time_us
            ]
            ends_us += [] if lasts_us is None else [entry.time_us + lasts_us]
            until_us = min(ends_us, default=2**62)
            yield Unsteered(from_us=entry.time_us, until_us=until_us, must_be_told=True)


def _replays(
    script: FaultScript, entries: list[AppliedFault], device: Device
) -> Iterator[Unsteered]:
    """Yield when a device that restarted does what it had been told before anybody noticed."""
    for entry in entries:
        if entry.kind == "reboot" and device.replays_us is not None:
            fault: Any = script.faults[entry.fault - 1]
            on_us = entry.time_us + round(fault.off_s * 1e6)
            first_us, last_us = device.replays_us
            yield Unsteered(from_us=on_us + first_us, until_us=on_us + last_us, must_be_told=False)


def _incidents(
    script: FaultScript, entries: list[AppliedFault], device: Device
) -> Iterator[Incident]:
    hidden = hidden_spans(script, entries)
    for entry in entries:
        fault: Any = script.faults[entry.fault - 1]
        at_us, lasts_us = entry.time_us, _lasts_us(getattr(fault, "for_s", None))
        if entry.kind in CONTACT_KINDS:
            lasts_us = _until_the_next_contact(script, entries, entry, lasts_us)
        match entry.kind:
            case "reboot" | "emergency_switch":
                yield Incident(
                    at_us=at_us, kind=entry.kind, quiet_after_us=AT_ONCE_US, until=WISHES
                )
            case "silence" if lasts_us is None or lasts_us > device.watchdog_us + AT_ONCE_US:
                yield _silence(entry, device, is_both=fault.direction == "both")
            case "short_electrode" if not device.skips_shorts:
                continue
            case "channel_error":
                yield from channel_errors(fault, entry, hidden, device)
            case "open_electrode" | "short_electrode":
                whole = Span.lasting(at_us, lasts_us)
                yield from bad_contact(entry.kind, whole, fault.channel, hidden, device)
            case "failed_module" if fault.module == CONTROLLER:
                continue
            case "failed_module":
                numbers = range(1, 5) if fault.module == "A" else range(5, 9)
                yield Incident(
                    at_us=at_us,
                    kind=entry.kind,
                    quiet_after_us=0,
                    lasts_us=lasts_us,
                    channels=frozenset(numbers),
                )


def _until_the_next_contact(
    script: FaultScript, entries: list[AppliedFault], entry: AppliedFault, lasts_us: int | None
) -> int | None:
    """Return how long a contact holds: a later fault puts another in its place."""
    channel = _channel_of(script, entry)
    later_us = [
        other.time_us - entry.time_us
        for other in entries
        if other.kind in CONTACT_KINDS
        and other.time_us > entry.time_us
        and _channel_of(script, other) == channel
    ]
    if not later_us:
        return lasts_us
    return min(later_us) if lasts_us is None else min(*later_us, lasts_us)


def _channel_of(script: FaultScript, entry: AppliedFault) -> int:
    fault: Any = script.faults[entry.fault - 1]
    return int(fault.channel)


def _silence(entry: AppliedFault, device: Device, *, is_both: bool) -> Incident:
    """Return when a silence must have ended the output: by the watchdog, or for want of answers."""
    quiet_us = device.told_us + UNANSWERED_US
    if is_both or entry.direction == "to_device":
        quiet_us = device.watchdog_us
    return Incident(
        at_us=entry.time_us,
        kind=f"silence {entry.direction}",
        quiet_after_us=quiet_us,
        until=WISHES,
        is_by_period=True,
    )


def harmed_frames(entries: list[AppliedFault]) -> list[AppliedFault]:
    """Return the faults that changed a frame on its way to the device."""
    kinds = ("flip_bits", "truncate")
    return [e for e in entries if e.kind in kinds and e.direction == "to_device"]


def undetected_frames(entries: list[AppliedFault], device: Device) -> int:
    """Count the harmed frames towards the device that no checksum can tell from intact ones."""
    return sum(
        device.is_misread(entry.data, bytes.fromhex(entry.detail.replace(" ", "")))
        for entry in harmed_frames(entries)
    )


def _lasts_us(for_s: float | None) -> int | None:
    return None if for_s is None else round(for_s * 1e6)
