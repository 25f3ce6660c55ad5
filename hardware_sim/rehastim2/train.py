"""The pulse train of channel list mode: periods, slots, passes, skipped periods.

A period t1 starts with the lowest active channel; each active channel owns a slot of 1.5 ms in
channel order, kept also when it outputs nothing. Doublets and triplets fire again in the same slot
of the passes that begin t2 and 2 x t2 later. In one-shot mode each new set of values runs the list
once. Which pulses a fault suppresses is not decided here.

Source: ScienceMode2 description 1.24, section 1.3, figures 2 and 3, tables 1 and 2.
"""

from dataclasses import dataclass

from hardware_sim.pulses import delivered_width_us
from hardware_sim.rehastim2.commands import ChannelList, ChannelSetting

SLOT_US = 1500
SHORTEST_INTERVAL_US = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A pulse's place in its period, and its values as delivered."""

    offset_us: int
    channel: int
    current_ma: int
    pulse_width_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Intervals asked for and made by the device; t1 asked is None in one-shot mode."""

    requested_t1_us: int | None
    effective_t1_us: int
    requested_t2_us: int
    effective_t2_us: int


def timing(channel_list: ChannelList, passes: int) -> Timing:
    """Return the intervals: what does not fit is slowed down, not refused.

    Our decisions, as the manual gives only the minimum of 8 ms and the rule t1 >= passes x t2:
    the device slows down to the next interval that fits, and a pass never begins before all slots
    of the one before are over, since pulses never overlap (section 1.2).
    """
    slots_us = SLOT_US * len(channel_list.channels)
    t2_us = max(channel_list.t2_us, SHORTEST_INTERVAL_US, slots_us)
    return Timing(
        requested_t1_us=channel_list.t1_us,
        effective_t1_us=max(channel_list.t1_us or 0, SHORTEST_INTERVAL_US, passes * t2_us),
        requested_t2_us=channel_list.t2_us,
        effective_t2_us=t2_us,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What one set of values outputs: the slots that fire, in order of time.

    Every ``stride`` periods all of ``full`` fires, in the periods between only ``regular``.
    """

    timing: Timing
    stride: int
    full: tuple[Slot, ...]
    regular: tuple[Slot, ...]

    def slots(self, index: int) -> tuple[Slot, ...]:
        """Return the slots that fire in the period of this index."""
        return self.regular if index % self.stride else self.full

    def silent_periods(self, index: int) -> int | None:
        """Count the periods without output from this index on; None if all are."""
        if self.slots(index):
            return 0
        return -index % self.stride if self.full else None


def make_pattern(channel_list: ChannelList, settings: tuple[ChannelSetting, ...]) -> Pattern:
    """Lay a set of values out in time."""
    times = timing(channel_list, max(setting.passes for setting in settings))
    slots = tuple(
        sorted(
            (
                slot
                for place, setting in enumerate(settings)
                for slot in _firing_slots(setting, place * SLOT_US, times.effective_t2_us)
            ),
            key=lambda slot: slot.offset_us,
        )
    )
    low = channel_list.low_frequency_channels
    return Pattern(
        timing=times,
        stride=channel_list.low_frequency_factor + 1,
        full=slots,
        regular=tuple(slot for slot in slots if slot.channel not in low),
    )


def _firing_slots(setting: ChannelSetting, place_us: int, t2_us: int) -> list[Slot]:
    """Return the slots of one channel, none if its current or width is 0."""
    width_us = delivered_width_us(setting.pulse_width_us)
    if not (width_us and setting.current_ma):
        return []
    return [
        Slot(
            offset_us=place_us + number * t2_us,
            channel=setting.channel,
            current_ma=setting.current_ma,
            pulse_width_us=width_us,
        )
        for number in range(setting.passes)
    ]


class PulseTrain:
    """A running channel list; new values take effect with the next period.

    Period starts lie on an exact grid from ``start_us``, each one t1 after the one before. In
    one-shot mode a run takes the place of a period: values that arrive during a run start the next
    run when it ends, later ones at once.
    """

    def __init__(
        self, channel_list: ChannelList, settings: tuple[ChannelSetting, ...], start_us: int
    ) -> None:
        self._channel_list = channel_list
        self._pattern = make_pattern(channel_list, settings)
        self._next_pattern: Pattern | None = None
        self._arrival_us = start_us
        self._start_us = start_us
        self._index = 0
        self._position = 0
        # Asked for far more often than it changes.
        self._next_pulse_us = self._find_pulse_us()

    @property
    def timing(self) -> Timing:
        """Intervals of the values accepted last."""
        return (self._next_pattern or self._pattern).timing

    def update(self, settings: tuple[ChannelSetting, ...], now_us: int) -> None:
        """Take new values; pulses due before now must have been taken."""
        self._pass_silence(now_us)
        self._next_pattern = make_pattern(self._channel_list, settings)
        self._arrival_us = now_us
        self._next_pulse_us = self._find_pulse_us()

    def next_pulse_us(self) -> int | None:
        """Return when the next pulse begins, as far as the values now known tell."""
        return self._next_pulse_us

    def _find_pulse_us(self) -> int | None:
        slots = self._pattern.slots(self._index)
        if self._position < len(slots):
            return self._start_us + slots[self._position].offset_us
        following = self._next_output()
        if following is None:
            return None
        index, start_us = following
        pattern = self._next_pattern or self._pattern
        return start_us + pattern.slots(index)[0].offset_us

    def take_pulse(self) -> Slot:
        """Return the next pulse's slot and move on; there must be one."""
        if self._position >= len(self._pattern.slots(self._index)):
            following = self._next_output()
            if following is None:
                raise LookupError("no pulse is due")
            self._enter(*following)
        self._position += 1
        self._next_pulse_us = self._find_pulse_us()
        return self._pattern.slots(self._index)[self._position - 1]

    def _next_start_us(self) -> int | None:
        """Return when the next period or run begins; None if a run has nothing to follow it."""
        end_us = self._start_us + self._pattern.timing.effective_t1_us
        if self._channel_list.t1_us is not None:
            return end_us
        return max(end_us, self._arrival_us) if self._next_pattern else None

    def _next_output(self) -> tuple[int, int] | None:
        """Return index and start of the next period with output, in constant time."""
        start_us = self._next_start_us()
        if start_us is None:
            return None
        pattern = self._next_pattern or self._pattern
        index = self._index + 1
        silent = pattern.silent_periods(index)
        if silent is None or (silent and self._channel_list.t1_us is None):
            return None
        return index + silent, start_us + silent * pattern.timing.effective_t1_us

    def _enter(self, index: int, start_us: int) -> None:
        self._pattern = self._next_pattern or self._pattern
        self._next_pattern = None
        self._index = index
        self._start_us = start_us
        self._position = 0

    def _pass_silence(self, now_us: int) -> None:
        """Move to the period that now lies in; those between had no output."""
        start_us = self._next_start_us()
        if start_us is None or now_us < start_us:
            return
        self._enter(self._index + 1, start_us)
        if self._channel_list.t1_us is not None:
            period_us = self._pattern.timing.effective_t1_us
            passed = (now_us - start_us) // period_us
            self._enter(self._index + passed, start_us + passed * period_us)
