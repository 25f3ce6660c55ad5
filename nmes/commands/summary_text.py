"""A session's summary as text."""

from nmes.link.messages import ChannelSummary, HaltSummary, Summary

NOT_CLOSED = "not closed"


def summary_text(summary: Summary) -> str:
    """Return a summary in clinic units, a few lines."""
    device = f"{summary.device_title}{' (SIMULATED)' if summary.is_simulated else ''}"
    lines = [
        f"{summary.title}",
        f"session {summary.session_id}   patient {summary.patient}   operator {summary.operator}",
        f"device {device}   started {summary.started_utc}",
        *([f"screening {summary.clearance}"] if summary.clearance else []),
        "",
        f"outcome       {summary.outcome}",
        f"contractions  {summary.contractions_done} of {summary.contractions_planned}"
        " of the program",
        f"time          {_time(summary)}   pauses {summary.pauses}   stops {summary.stops}",
        *(_halt(halt) for halt in summary.halts),
        *([f"!! {summary.doubt}"] if summary.doubt else []),
        "",
        "ch  name                      level mean / max         given  on time    pulses    charge",
        *(_channel(channel) for channel in summary.channels),
        "    of the program: each contraction once, when its last channel is done",
        "    given: complete ones of the channel with current, repeats after a pause too",
    ]
    lines += [*_bounds(summary), *_levels_set(summary)]
    lines += [f"!! {fault}" for fault in summary.faults]
    if summary.outcome == NOT_CLOSED:
        lines.append(
            "! The record was not closed: a contraction under way is MISSING from these figures."
        )
    lines += ["", f"journal hash  {summary.journal_hash}"]
    return "\n".join(lines)


def _time(summary: Summary) -> str:
    """Return how long the program ran, and how much of it is done: a cycle broken off is not."""
    planned, ran = _minutes(summary.planned_us), _minutes(summary.ran_us)
    if summary.outcome == NOT_CLOSED:
        return f"ran {ran}, by the last line of the record, of {planned}"
    done = f"{_minutes(summary.done_us)} of {planned} of the program done"
    return f"ran {ran}, countdowns included; {done}"


def _halt(halt: HaltSummary) -> str:
    answer = {None: "", True: "   (confirmed)", False: "   (NOT CONFIRMED)"}[halt.is_confirmed]
    return f"{halt.what:14}{halt.utc}   {halt.cause}{answer}"


def _channel(channel: ChannelSummary) -> str:
    name = f"{channel.name}{f', {channel.side}' if channel.side else ''}"
    levels = f"{channel.level_mean_ua / 1000:.1f} / {channel.level_max_ua / 1000:g} mA"
    return (
        f"{channel.number:2}  {name[:25]:25} {levels:>17} {channel.contractions:>12} "
        f"{channel.on_us / 1e6:>7.1f} s {channel.pulses:>8} {channel.charge_nc / 1e6:>6.2f} mC"
    )


def _bounds(summary: Summary) -> list[str]:
    """Return what a level did not tell, where it was only a setting."""
    bounds_ua = [channel.full_ua for channel in summary.channels if channel.full_ua is not None]
    if not bounds_ua and summary.doubt:
        return ["    after what was not confirmed, more or less may have flowed than is said here"]
    if not bounds_ua:
        return []
    full = " / ".join(f"{bound_ua / 1000:g}" for bound_ua in bounds_ua)
    said = f"    LEVELS ARE SETTINGS: up to {full} mA may have flowed at any level above 0;"
    if _is_short(summary):
        return [said, "    IT MAY HAVE COME TO MORE than on time, pulses and charge say"]
    return [said, "    on time, pulses and charge are the most that this may have come to"]


def _is_short(summary: Summary) -> bool:
    """Whether more may have flowed than the record counts."""
    return bool(summary.doubt) or summary.outcome == NOT_CLOSED


def _levels_set(summary: Summary) -> list[str]:
    """Return how high each level was ever set, where the contractions may not tell."""
    higher = [c for c in summary.channels if c.level_set_ua > c.level_max_ua]
    if not higher or not _is_short(summary):
        return []
    levels = ", ".join(f"channel {c.number} {c.level_set_ua / 1000:g} mA" for c in higher)
    return [f"    highest level ever set, while it was found or later: {levels}"]


def _minutes(time_us: int) -> str:
    minutes, seconds = divmod(round(time_us / 1e6), 60)
    return f"{minutes}:{seconds:02}"
