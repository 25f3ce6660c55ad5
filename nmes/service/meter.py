"""Measures each contraction from what the device confirmed, and hands over its record fields.

Of a device that passes on what another one makes nothing is known but the most that may flow: that
is counted then, for the longest time that it may have flowed.
"""

from nmes.session.dose import Contraction, begin, fields_of, left, place_now, with_output
from nmes.session.output import NEVER_US
from nmes.session.session import Session
from nmes.session.states import SessionState
from protocols.capabilities import Capabilities
from protocols.pulses import ChannelOutput, OutputFrame

_ASKING = (SessionState.FINDING, SessionState.RUNNING, SessionState.PAUSED)
_STOPPED = (SessionState.STOPPED, SessionState.FINISHED)


class Meter:
    """The contractions under way of one session, one per channel at most.

    A contraction ends when the session has left its burst and the device confirmed that nothing
    flows.
    """

    def __init__(self, capabilities: Capabilities) -> None:
        self._most = _most_of(capabilities)
        self._overrun_us = capabilities.overrun_us
        self._flows_on_us = _flows_on_us(capabilities)
        self._open: dict[int, Contraction] = {}
        self._output: OutputFrame | None = None
        self._counted_us = 0
        self._cycles: set[tuple[object, object]] = set()
        self._sure_us = 0

    @property
    def cycles_done(self) -> int:
        """How many cycles of the program have had their last burst end, by the records."""
        return len(self._cycles)

    @property
    def awaits_end(self) -> bool:
        """Whether the end of a contraction waits for a word of the device."""
        return any(contraction.left_us is not None for contraction in self._open.values())

    def heard(self, session: Session, sent_us: int) -> None:
        """Take an answer to what was said then: until then all went as it was asked."""
        if session.state in _ASKING:
            self._sure_us = max(self._sure_us, sent_us)

    def sure_until_us(self, session: Session, now_us: int) -> int:
        """Return until when the device is taken to have done as it was asked.

        Until its last word after a fault; otherwise until now, unless it was not spoken to for so
        long that it may have ended by itself.
        """
        is_trusted = now_us - self._sure_us <= self._flows_on_us
        return now_us if is_trusted and session.state is not SessionState.FAULTED else self._sure_us

    def confirmed(self, output: OutputFrame | None, session: Session, at_us: int) -> None:
        """Count the output so far and take this one as flowing from now on; None is a stop."""
        self._count(session, at_us)
        self._output = output
        if output is None and session.state in _STOPPED and session.halt is not None:
            self._sure_us = self.sure_until_us(session, session.halt.at_us)

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
                self._open[channel] = left(under_way, session, self._sure_us, now_us)
                if place is not None or self._is_over(session, channel):
                    self._count_on(session, channel)
                    ended.append(self._record_of(channel))
            if place is not None and channel not in self._open:
                self._open[channel] = begin(place, session, channel)
        return tuple(ended)

    def next_end_us(self) -> int | None:
        """Return when the first contraction under way is planned to end."""
        open_ends = (c.place.end_us for c in self._open.values() if c.left_us is None)
        return min(open_ends, default=None)

    def _is_over(self, session: Session, channel: int) -> bool:
        """Whether nothing more is to be heard of a contraction that the session has left."""
        if session.halt is not None:
            return session.halt.is_settled
        outputs = self._output.outputs if self._output is not None else ()
        if any(output.channel == channel and output.current_ua > 0 for output in outputs):
            return False
        contraction = self._open[channel]
        return contraction.is_broken_off or self._sure_us >= contraction.place.end_us

    def _record_of(self, channel: int) -> dict[str, object]:
        fields = fields_of(self._closed(channel), channel, self._sure_us)
        if fields["is_dose"] and fields["ends_cycle"]:
            self._cycles.add((fields["stage"], fields["cycle"]))
        return fields

    def _closed(self, channel: int) -> Contraction:
        """Return a contraction that ended, with what may have flowed beside what was confirmed."""
        ended, most = self._open.pop(channel), self._most.get(channel)
        if most is None or ended.level_ua == 0:
            return ended
        return with_output(ended, most, ended.level_ua, self._overrun_us)

    def _count(self, session: Session, to_us: int) -> None:
        # After a stall of the computer: no device goes on for longer without a word of ours.
        for_us = min(to_us - self._counted_us, self._flows_on_us)
        self._counted_us = max(to_us, self._counted_us)
        if self._output is None or for_us <= 0:
            return
        for output in self._output.outputs:
            under_way = self._open.get(output.channel)
            if under_way is not None:
                is_in_it = under_way.left_us is None
                level_ua = session.level_ua(output.channel) if is_in_it else under_way.level_ua
                flowing = self._flowing(output)
                self._open[output.channel] = with_output(under_way, flowing, level_ua, for_us)

    def _count_on(self, session: Session, channel: int) -> None:
        """Count what may flow on after a stop that was given up, where the device ends it."""
        is_given_up = session.halt is not None and session.halt.confirmed_us is None
        if self._output is None or not is_given_up or self._flows_on_us == NEVER_US:
            return
        for output in self._output.outputs:
            if output.channel == channel:
                ended = self._open[channel]
                self._open[channel] = with_output(ended, output, ended.level_ua, self._flows_on_us)

    def _flowing(self, output: ChannelOutput) -> ChannelOutput:
        """Return what flows at most while a channel is set to this."""
        return output if output.current_ua == 0 else self._most.get(output.channel, output)


def _flows_on_us(capabilities: Capabilities) -> int:
    """Return how long an output goes on at most without a word of ours.

    What a switch passes on may go on for good: its watchdog cannot act where it hangs.
    """
    if capabilities.watchdog_us is None or capabilities.source_ua is not None:
        return NEVER_US
    return capabilities.watchdog_us


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
