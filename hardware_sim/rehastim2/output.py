"""The output stage: which pulse leaves the device next, from a channel list or single pulses."""

from collections import deque

from hardware_sim.pulses import Pulse, delivered_width_us
from hardware_sim.rehastim2.commands import ChannelList, ChannelSetting
from hardware_sim.rehastim2.train import SLOT_US, PulseTrain, Slot, Timing


class OutputStage:
    """Two current sources that never output two pulses at a time.

    Whatever starts while a pulse's slot is not over waits for its end (our decision; the manual
    says only that pulses never overlap).
    """

    def __init__(self) -> None:
        self._train: PulseTrain | None = None
        self._single_pulses: deque[tuple[int, Slot]] = deque()
        self._free_from_us = 0

    @property
    def timing(self) -> Timing | None:
        """Intervals of the running channel list."""
        return self._train.timing if self._train else None

    @property
    def waiting_channels(self) -> frozenset[int]:
        """Channels whose single pulse has not left yet."""
        return frozenset(slot.channel for _, slot in self._single_pulses)

    def start(
        self, channel_list: ChannelList, settings: tuple[ChannelSetting, ...], now_us: int
    ) -> None:
        """Start the channel list, or give new values to the one that runs."""
        if self._train is None:
            self._train = PulseTrain(channel_list, settings, max(now_us, self._free_from_us))
        else:
            self._train.update(settings, now_us)

    def add_single_pulse(self, setting: ChannelSetting, now_us: int) -> None:
        """Output one pulse as soon as possible; nothing if its current or width is 0."""
        width_us = delivered_width_us(setting.pulse_width_us)
        if not (width_us and setting.current_ma):
            return
        due_us = max(now_us, self._free_from_us)
        self._free_from_us = due_us + SLOT_US
        slot = Slot(
            offset_us=0,
            channel=setting.channel,
            current_ma=setting.current_ma,
            pulse_width_us=width_us,
        )
        self._single_pulses.append((due_us, slot))

    def stop(self) -> None:
        """Forget everything that has not left yet."""
        self._train = None
        self._single_pulses.clear()

    def next_pulse_us(self) -> int | None:
        """Return when the next pulse begins, None if none is to come."""
        if self._single_pulses:
            return self._single_pulses[0][0]
        return self._train.next_pulse_us() if self._train else None

    def take_pulse(self) -> Pulse:
        """Return the next pulse and move on; there must be one."""
        due_us = self.next_pulse_us()
        if due_us is None:
            raise LookupError("no pulse is due")
        slot = self._take_slot()
        self._free_from_us = max(self._free_from_us, due_us + SLOT_US)
        return Pulse(
            time_us=due_us,
            channel=slot.channel,
            current_ma=slot.current_ma,
            pulse_width_us=slot.pulse_width_us,
            second_current_ma=-slot.current_ma,
            second_width_us=slot.pulse_width_us,
        )

    def _take_slot(self) -> Slot:
        if self._single_pulses:
            return self._single_pulses.popleft()[1]
        if self._train:
            return self._train.take_pulse()
        raise LookupError("no pulse is due")
