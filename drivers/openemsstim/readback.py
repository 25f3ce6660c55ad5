"""Outgoing openEMSstim bytes turned back into values: the last look before the wire.

Written from the firmware's parser and apart from the encoder. Only the one form of a command that
is safe is read; everything else, above all what the parser would take in another way than it looks,
is refused. A percentage is read as that part of the declared source; how much flows is unknown.
"""

import re

from drivers.meaning import HarmlessMeaning, Meaning, OutputMeaning, SetUpMeaning
from protocols.errors import BadFrame
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, symmetric_output

_STOP = b"\nConnection End\nXXG\n"
_FRAME = re.compile(rb"WV,0018,((?:[0-9A-F]{2})*)\.\n")
_ON = re.compile(r"C([01])I([1-9]\d?|100)T600G")
_END = re.compile(r"C([01])T50G")
_TRAIN = re.compile("1|2|12")
_NOTHING_NEW = "0"


class OpenEmsStimReadback:
    """Says what bytes would do to a board that has been given all bytes read before.

    `currents_ua`, `width_us` and `period_us` are those of the declared source.
    """

    def __init__(self, currents_ua: tuple[int, ...], width_us: int, period_us: int) -> None:
        self._currents_ua = currents_ua
        self._width_us = width_us
        self._period_us = period_us
        self._setup: TrainSetup | None = None
        self._active: set[int] = set()

    def read(self, data: bytes) -> tuple[Meaning, ...]:
        """Return what these whole frames mean together; BadFrame if any of it is unclear."""
        if data == _STOP:
            self._active.clear()
            return (HarmlessMeaning(command="stop"),)
        texts = _texts(data)
        if texts == [""]:
            return (HarmlessMeaning(command="question who is there"),)
        if len(texts) == 1 and _TRAIN.fullmatch(texts[0]):
            channels = tuple(int(digit) for digit in texts[0])
            self._setup = TrainSetup(period_us=self._period_us, channels=channels)
            return (SetUpMeaning(setup=self._setup),)
        return (OutputMeaning(frame=self._frame(texts)),)

    def _frame(self, texts: list[str]) -> OutputFrame:
        if self._setup is None:
            raise BadFrame("an output before the channels in use were told")
        told: dict[int, int] = {}
        for text in texts if texts != [_NOTHING_NEW] else []:
            channel, percent = _command(text)
            if channel in told or channel not in self._setup.channels:
                raise BadFrame(f"{text}: channel {channel} is told twice, or not in use")
            told[channel] = percent
        forgotten = self._active - told.keys()
        if forgotten:
            raise BadFrame(f"channels {sorted(forgotten)} would go on")
        self._active = {channel for channel, percent in told.items() if percent}
        outputs = (self._output(channel, told.get(channel, 0)) for channel in self._setup.channels)
        return OutputFrame(setup=self._setup, outputs=tuple(outputs))

    def _output(self, channel: int, percent: int) -> ChannelOutput:
        current_ua = self._currents_ua[channel - 1] * percent // 100
        return symmetric_output(channel, current_ua, self._width_us)


def _texts(data: bytes) -> list[str]:
    """Return the decoded text of each frame."""
    texts, at = [], 0
    while at < len(data):
        frame = _FRAME.match(data, at)
        if frame is None:
            raise BadFrame(f"no whole frame at byte {at}")
        text = bytes.fromhex(frame[1].decode()).decode("latin-1")
        if not set(text) <= set("CGIT0123456789"):
            raise BadFrame(f"{text!r}: the board would decode something else")
        texts.append(text)
        at = frame.end()
    if not 1 <= len(texts) <= 2:
        raise BadFrame(f"{len(texts)} frames in one write")
    return texts


def _command(text: str) -> tuple[int, int]:
    """Return channel and percent, 0 for an end."""
    on, end = _ON.fullmatch(text), _END.fullmatch(text)
    if on is not None:
        return int(on[1]) + 1, int(on[2])
    if end is not None:
        return int(end[1]) + 1, 0
    raise BadFrame(f"{text!r} is none of the commands that are safe")
