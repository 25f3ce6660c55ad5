"""Rules between the fields of a protocol: what must agree although each field is fine alone.

The rules read plain mappings, not models, so that they also run on a file in which other fields
are wrong, and all complaints come at once. A field that is present but unusable is None there;
a rule that needs it stays silent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.units import us_from_minutes, us_from_s
from protocols.vocabulary import SIDED_ZONES, Side

Fields = Mapping[str, Any]
Path = tuple[str | int, ...]

_SHORT_TIMES = ("on_time_s", "off_time_s", "ramp_up_s", "ramp_down_s")
_SHORT_ONLY = (*_SHORT_TIMES, "channels", "level_share_percent")
_LONG = ("cycle_time_s", "bursts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One disagreement: the field to look at, what was found, what is allowed, how to mend it."""

    path: Path
    found: str
    allowed: str
    cure: str

    def __str__(self) -> str:
        return f"{field_name(self.path)}: {self.found}; {self.allowed}"


def field_name(path: Path) -> str:
    """Return a path as people read it, such as stages[1].on_time_s; lists count from 0."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def inconsistencies(protocol: Fields) -> Iterator[Finding]:
    """Yield every disagreement between the fields of a protocol."""
    for key in ("indications", "channels", "stages"):
        yield from _length((), protocol, key)
    channels = list(_groups(protocol, "channels"))
    yield from _repeated("channels", "number", channels, "Give each channel a number of its own.")
    for index, channel in channels:
        yield from _channel_findings(("channels", index), channel)
    questions = list(_groups(protocol, "screening"))
    yield from _repeated("screening", "id", questions, "Give each question an id of its own.")
    numbers = _numbers(protocol)
    for index, stage in _groups(protocol, "stages"):
        yield from _stage_findings(("stages", index), stage, numbers)
    yield from _idle_channels(protocol, numbers)


def _length(
    path: Path, fields: Fields, key: str, *, exactly: int | None = None
) -> Iterator[Finding]:
    """Yield a finding if a list is empty, or has not exactly that many entries."""
    entries = fields.get(key)
    if entries is None or len(entries) == exactly or (entries and exactly is None):
        return
    yield Finding(
        path=(*path, key),
        found=f"found a list of {len(entries)}",
        allowed=f"{key} has exactly {exactly} entries"
        if exactly
        else "at least one entry is needed",
        cure="Add or remove entries." if entries else "Add what is missing.",
    )


def _groups(fields: Fields, key: str) -> Iterator[tuple[int, Fields]]:
    """Yield index and fields of each usable entry of a list."""
    for index, entry in enumerate(fields.get(key) or ()):
        if isinstance(entry, Mapping):
            yield index, entry


def _numbers(protocol: Fields) -> list[int] | None:
    """Return the numbers of all channels in order; None if any is unknown."""
    entries = protocol.get("channels") or ()
    numbers = [entry.get("number") for entry in entries if isinstance(entry, Mapping)]
    if not entries or len(numbers) < len(entries) or None in numbers:
        return None
    return [number for number in numbers if number is not None]


def _repeated(
    where: str, key: str, entries: Iterable[tuple[int, Fields]], cure: str
) -> Iterator[Finding]:
    seen: dict[Any, int] = {}
    for index, entry in entries:
        given = entry.get(key)
        if given is not None and seen.setdefault(given, index) != index:
            yield Finding(
                path=(where, index, key),
                found=f"{given} is already used by {where}[{seen[given]}]",
                allowed=f"every {key} may be used once",
                cure=cure,
            )


def _channel_findings(path: Path, channel: Fields) -> Iterator[Finding]:
    yield from _length(path, channel, "pads", exactly=2)
    yield from _length(path, channel, "waveforms")
    start_ma, max_ma = channel.get("suggested_start_ma"), channel.get("max_current_ma")
    if start_ma is not None and max_ma is not None and start_ma > max_ma:
        yield Finding(
            path=(*path, "suggested_start_ma"),
            found=f"{start_ma:g} mA is above max_current_ma, {max_ma:g} mA",
            allowed="a suggested start lies at or below the channel's bound",
            cure="Lower it, or leave it out.",
        )
    waveforms = [form for form in channel.get("waveforms") or () if form is not None]
    if len(set(waveforms)) < len(waveforms):
        yield Finding(
            path=(*path, "waveforms"),
            found=f"{waveforms[0]} stands there twice",
            allowed="each waveform is listed once, best first",
            cure="Remove one of them.",
        )
    if channel.get("side") == Side.MIDLINE:
        yield from _sided_pads(path, channel)


def _sided_pads(path: Path, channel: Fields) -> Iterator[Finding]:
    for index, pad in _groups(channel, "pads"):
        zone = pad.get("zone")
        if zone in SIDED_ZONES:
            yield Finding(
                path=(*path, "pads", index, "zone"),
                found=f"{zone} exists on both sides, and the side of the channel is midline",
                allowed="a limb or gluteal zone needs a side",
                cure=f"Write {zone}_left or {zone}_right, or give the channel a side.",
            )


def _stage_findings(path: Path, stage: Fields, numbers: list[int] | None) -> Iterator[Finding]:
    is_long = any(key in stage for key in _LONG)
    for key in ("channels", "bursts"):
        yield from _length(path, stage, key)
    yield from _form_findings(path, stage, _LONG if is_long else _SHORT_TIMES)
    if is_long:
        yield from _mixed_forms(path, stage)
        yield from _burst_findings(path, stage)
    else:
        yield from _hold_findings(path, stage)
    yield from _cue_findings(path, stage, is_long)
    yield from _dose_findings(path, stage)
    yield from _unknown_channels(path, stage, numbers)


def _form_findings(path: Path, stage: Fields, needed: tuple[str, ...]) -> Iterator[Finding]:
    missing = [key for key in needed if key not in stage]
    if missing == list(_SHORT_TIMES):
        yield Finding(
            path=path,
            found="the stage has no timing",
            allowed=f"a stage has either {', '.join(_SHORT_TIMES)}, or cycle_time_s and bursts",
            cure="Add one of the two forms.",
        )
        return
    for key in missing:
        yield _missing((*path, key), f"this form of timing needs {', '.join(needed)}")


def _missing(path: Path, allowed: str) -> Finding:
    return Finding(
        path=path,
        found="the field is missing",
        allowed=allowed,
        cure=f"Add the line {path[-1]}: with its value.",
    )


def _mixed_forms(path: Path, stage: Fields) -> Iterator[Finding]:
    for key in _SHORT_ONLY:
        if key in stage:
            yield Finding(
                path=(*path, key),
                found=f"{key} stands beside cycle_time_s or bursts",
                allowed="a stage with bursts takes timing, channel and share from each burst",
                cure=f"Move {key} into the bursts, or remove cycle_time_s and bursts.",
            )


def _hold_findings(path: Path, timing: Fields) -> Iterator[Finding]:
    on_us, up_us, down_us = (_us(timing, key) for key in ("on_time_s", "ramp_up_s", "ramp_down_s"))
    if on_us is None or up_us is None or down_us is None or on_us > up_us + down_us:
        return
    yield Finding(
        path=(*path, "on_time_s"),
        found=f"the ramps of {_s(up_us)} and {_s(down_us)} leave {_s(on_us - up_us - down_us)} "
        f"of the {_s(on_us)} to hold",
        allowed="on_time_s includes both ramps, and some time to hold must remain",
        cure=f"Make on_time_s longer than {_s(up_us + down_us)}, or shorten the ramps.",
    )


def _burst_findings(path: Path, stage: Fields) -> Iterator[Finding]:
    cycle_us = _us(stage, "cycle_time_s")
    for index, burst in _groups(stage, "bursts"):
        place = (*path, "bursts", index)
        yield from _hold_findings(place, burst)
        span = _span_us(burst)
        if span is not None and cycle_us is not None and span[1] > cycle_us:
            yield Finding(
                path=(*place, "on_time_s"),
                found=f"the burst from {_s(span[0])} to {_s(span[1])} passes the end of the cycle",
                allowed=f"every burst ends within the cycle_time_s of {_s(cycle_us)}",
                cure="Start it earlier, shorten it, or lengthen the cycle.",
            )
    yield from _overlaps(path, stage)


def _overlaps(path: Path, stage: Fields) -> Iterator[Finding]:
    placed = sorted(
        (*span, burst["channel"], index)
        for index, burst in _groups(stage, "bursts")
        if (span := _span_us(burst)) is not None and burst.get("channel") is not None
    )
    busy_until_us: dict[int, int] = {}
    for start_us, end_us, channel, index in placed:
        free_us = busy_until_us.get(channel, 0)
        if start_us < free_us:
            yield Finding(
                path=(*path, "bursts", index, "start_s"),
                found=f"it starts at {_s(start_us)}, while another burst keeps channel {channel} "
                f"busy until {_s(free_us)}",
                allowed="two bursts of one channel may not overlap",
                cure=f"Start it at {_s(free_us)} or later.",
            )
        busy_until_us[channel] = max(free_us, end_us)


def _cue_findings(path: Path, stage: Fields, is_long: bool) -> Iterator[Finding]:
    if "cue_contract" in stage:
        return
    if not is_long:
        yield _missing((*path, "cue_contract"), "the patient is told when to join in")
    for index, burst in _groups(stage, "bursts"):
        if "cue" not in burst:
            yield _missing(
                (*path, "bursts", index, "cue"),
                "a burst has a cue of its own where the stage has no cue_contract",
            )


def _dose_findings(path: Path, stage: Fields) -> Iterator[Finding]:
    given = [key for key in ("repetitions", "minutes") if key in stage]
    if len(given) != 1:
        yield Finding(
            path=(*path, "minutes") if given else path,
            found="both repetitions and minutes are given" if given else "the stage has no end",
            allowed="a stage has either repetitions or minutes",
            cure="Remove one of them." if given else "Add one of them.",
        )
    minutes, cycle_us = stage.get("minutes"), _cycle_us(stage)
    if minutes is not None and cycle_us is not None and us_from_minutes(minutes) < cycle_us:
        yield Finding(
            path=(*path, "minutes"),
            found=f"{minutes:g} minutes end before the first cycle of {_s(cycle_us)} does",
            allowed="a stage holds at least one whole cycle",
            cure="Lengthen it, or write repetitions: 1.",
        )


def _cycle_us(stage: Fields) -> int | None:
    cycle_us, on_us, off_us = (
        _us(stage, key) for key in ("cycle_time_s", "on_time_s", "off_time_s")
    )
    if cycle_us is not None or on_us is None or off_us is None:
        return cycle_us
    return on_us + off_us


def _unknown_channels(path: Path, stage: Fields, numbers: list[int] | None) -> Iterator[Finding]:
    listed = list(stage.get("channels") or ())
    for index, number in enumerate(listed):
        if number is not None and number in listed[:index]:
            yield Finding(
                path=(*path, "channels", index),
                found=f"channel {number} stands there twice",
                allowed="each channel is listed once",
                cure="Remove one of them.",
            )
    named: list[tuple[Path, int]] = [
        ((*path, "channels", index), number)
        for index, number in enumerate(listed)
        if number is not None
    ]
    named += [
        ((*path, "bursts", index, "channel"), burst["channel"])
        for index, burst in _groups(stage, "bursts")
        if burst.get("channel") is not None
    ]
    for place, number in named:
        if numbers is not None and number not in numbers:
            yield Finding(
                path=place,
                found=f"there is no channel {number}",
                allowed=f"the protocol has channel {', '.join(map(str, numbers))}",
                cure="Use one of these, or describe the channel under channels.",
            )


def _idle_channels(protocol: Fields, numbers: list[int] | None) -> Iterator[Finding]:
    if numbers is None or not protocol.get("stages"):
        return
    used = [_used_channels(stage, numbers) for stage in protocol["stages"]]
    for index, number in enumerate(numbers):
        if all(channels is not None and number not in channels for channels in used):
            yield Finding(
                path=("channels", index, "number"),
                found=f"no stage uses channel {number}",
                allowed="pads are placed only for channels that are used",
                cure="Use it in a stage, or remove the channel.",
            )


def _used_channels(stage: Any, numbers: list[int]) -> list[int] | None:
    """Return the channels of a stage; None if that is unknown."""
    if not isinstance(stage, Mapping):
        return None
    if not any(key in stage for key in _LONG):
        named = stage.get("channels", numbers)
    elif stage.get("bursts") is None:
        return None
    else:
        named = [(burst or {}).get("channel") for burst in stage["bursts"]]
    return None if named is None or None in named else list(named)


def _us(fields: Fields, key: str) -> int | None:
    time_s = fields.get(key)
    return None if time_s is None else us_from_s(time_s)


def _span_us(burst: Fields) -> tuple[int, int] | None:
    start_us, on_us = _us(burst, "start_s"), _us(burst, "on_time_s")
    return None if start_us is None or on_us is None else (start_us, start_us + on_us)


def _s(time_us: int) -> str:
    return f"{time_us / 1_000_000:g} s"
