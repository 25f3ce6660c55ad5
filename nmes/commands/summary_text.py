"""A session's summary as text."""

from nmes.link.messages import ChannelSummary, Summary

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
        f"time          {_minutes(summary.done_us)} of {_minutes(summary.planned_us)}"
        f"   pauses {summary.pauses}   stops {summary.stops}",
        "",
        "ch  name                      level mean / max         given  on time    pulses    charge",
        *(_channel(channel) for channel in summary.channels),
        "    of the program: each contraction once, when its last channel is done",
        "    given: complete ones of the channel with current, repeats after a pause too",
    ]
    lines += _bounds(summary)
    lines += [f"!! {fault}" for fault in summary.faults]
    if summary.outcome == NOT_CLOSED:
        lines.append(
            "! The record was not closed: a contraction under way is not in these figures."
        )
    lines += ["", f"journal hash  {summary.journal_hash}"]
    return "\n".join(lines)


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
    if not bounds_ua:
        return []
    full = " / ".join(f"{bound_ua / 1000:g}" for bound_ua in bounds_ua)
    return [
        f"    LEVELS ARE SETTINGS: up to {full} mA may have flowed at any level above 0;",
        "    on time, pulses and charge are the most that this may have come to",
    ]


def _minutes(time_us: int) -> str:
    minutes, seconds = divmod(round(time_us / 1e6), 60)
    return f"{minutes}:{seconds:02}"
