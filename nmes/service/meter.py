"""Measures each contraction from what the device confirmed, and hands over its record fields.

Of a device that passes on what another one makes nothing is known but the most that may flow: that
is counted then, for the longest time that it may have flowed.
"""

from nmes.session.dose import Contraction, begin, fields_of, place_now, with_output
from nmes.session.session import Session
from protocols.capabilities import Capabilities
from protocols.pulses import ChannelOutput, OutputFrame

UNHEARD_MAX_US = 1_200_000
"""What a stall counts as at most: the watchdog time of the devices that nmes drives."""


class Meter:
    """The contractions under way of one session, one per channel at most."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._most = _most_of(capabilities)
        self._overrun_us = capabilities.overrun_us
        self._open: dict[int, Contraction] = {}
        self._output: OutputFrame | None = None
        self._counted_us = 0

    def confirmed(self, output: OutputFrame | None, session: Session, at_us: int) -> None:
        """Count the output so far and take this one as flowing from now on; None is silence."""
        self._count(session, at_us)
        self._output = output

    def follow(self, session: Session, now_us: int) -> tuple[dict[str, object], ...]:
        """Begin and end contractions as the session does; return the records of those ended."""
        self._count(session, now_us)
        ended = []
        for planned in session.plan.channels:
            channel = planned.number
            place = place_now(session, channel, now_us)
            under_way = self._open.get(channel)
            if under_way is not None and (
                place is None or place.start_us != under_way.place.start_us
            ):
                ended.append(fields_of(self._closed(channel), channel, now_us))
                under_way = None
            if place is not None and under_way is None:
                self._open[channel] = begin(place, session, channel)
        return tuple(ended)

    def next_end_us(self) -> int | None:
        """Return when the first contraction under way is planned to end."""
        return min((c.place.end_us for c in self._open.values()), default=None)

    def _closed(self, channel: int) -> Contraction:
        """Return a contraction that ended, with what may have flowed beside what was confirmed."""
        ended, most = self._open.pop(channel), self._most.get(channel)
        if most is None or ended.level_ua == 0:
            return ended
        return with_output(ended, most, ended.level_ua, self._overrun_us)

    def _count(self, session: Session, to_us: int) -> None:
        # After a stall of the computer: no device goes on for longer without a word of ours.
        for_us = min(to_us - self._counted_us, UNHEARD_MAX_US)
        self._counted_us = max(to_us, self._counted_us)
        if self._output is None or for_us <= 0:
            return
        for output in self._output.outputs:
            under_way = self._open.get(output.channel)
            if under_way is not None:
                level_ua = session.level_ua(output.channel)
                flowing = self._flowing(output)
                self._open[output.channel] = with_output(under_way, flowing, level_ua, for_us)

    def _flowing(self, output: ChannelOutput) -> ChannelOutput:
        """Return what flows at most while a channel is set to this."""
        return output if output.current_ua == 0 else self._most.get(output.channel, output)


def _most_of(capabilities: Capabilities) -> dict[int, ChannelOutput]:
    """Return the most that may flow in each channel; nothing where its level is what flows."""
    width_us, most = capabilities.pulse_width_max_us, {}
    for channel, full_ua in enumerate(capabilities.source_ua or (), start=1):
        most[channel] = ChannelOutput(
            channel=channel,
            current_ua=full_ua,
            pulse_width_us=width_us,
            second_current_ua=full_ua,
            second_width_us=width_us,
        )
    return most
