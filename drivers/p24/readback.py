"""Outgoing ScienceMode 4 bytes turned back into values: the last look before the wire.

Written from HASOMED's "P24 Science & P24 Module, Instructions for Use" 1.1 and apart from the
encoder, so that one misreading cannot be on both sides. What the device would change by itself
(ramps, soft starts, segments below 10 µs) is refused, so that what is read is what flows.

    F0 | 81 length^55, twice | 81 crc^55, twice | stuffed body: number and command, data… | 0F

A body byte F0, 0F or 81 travels as 81 byte^55. The length is that of the whole frame, the CRC-16
(polynomial 1021) that of the stuffed body. Fields come most significant byte first.
"""

from binascii import crc_hqx
from functools import lru_cache

from drivers.meaning import HarmlessMeaning, Meaning, OutputMeaning, PulseMeaning, SetUpMeaning
from protocols.errors import BadFrame
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup

_START, _STOP, _ESCAPE, _KEY = 0xF0, 0x0F, 0x81, 0x55
_HEADER = 9
_LL_INIT, _LL_CONFIG = 0, 2
_ML_INIT, _ML_UPDATE, _ML_STOP, _ML_CURRENT = 30, 32, 34, 36
_BARE_COMMANDS = {
    4: "Ll_stop",
    _ML_STOP: "Ml_stop",
    50: "Get_version_main",
    52: "Get_device_id",
    62: "Get_stim_status",
    68: "Get_extended_version",
}
_ALL_STOP = b"\x01"
_NO_MEASUREMENT = b"\x00"
_SELECTIONS = (b"\x02", b"\x04")
_CURRENT_LIMIT_CODE = 260  # 130 mA in halves
_GAP = bytes.fromhex("0644b000")  # 100 µs, 0 mA
_NO_PULSE = bytes.fromhex("0144b000")  # 20 µs, 0 mA
_CHANNELS = tuple(
    tuple(channel for channel in range(1, 9) if mask >> (channel - 1) & 1) for mask in range(256)
)


class P24Readback:
    """Says what bytes would do to a P24 that has been given all bytes read before.

    The first update after an initialisation, if it carries no current, is what gives the device its
    train; a stop in between takes the initialisation back.
    """

    def __init__(self) -> None:
        self._is_fresh = False

    def _refuse(self, setup: TrainSetup) -> None:
        """Refuse what this model would take for something else; a P24 takes every train."""

    def read(self, data: bytes) -> tuple[Meaning, ...]:
        """Return what these whole frames mean, in order; BadFrame if any of it is unclear."""
        if data == b"\x0f\x0f":
            return (HarmlessMeaning(command="resynchronisation"),)
        if not data:
            raise BadFrame("no bytes at all")
        meanings = []
        position = 0
        while position < len(data):
            end = _frame_end(data, position)
            meanings.append(self._meaning(_payload(data[position:end])))
            position = end
        return tuple(meanings)

    def _meaning(self, payload: bytes) -> Meaning:
        command, fields = (payload[0] & 3) << 8 | payload[1], payload[2:]
        if command == _ML_UPDATE:
            return self._update(fields)
        if command == _ML_INIT:
            if fields != _ALL_STOP:
                raise BadFrame(f"Ml_init with {fields.hex()}: all channels must stop on an error")
            self._is_fresh = True
            return HarmlessMeaning(command="Ml_init")
        if command == _ML_CURRENT and fields in _SELECTIONS:
            return HarmlessMeaning(command="Ml_get_current_data")
        if command == _LL_CONFIG:
            return self._pulse(fields)
        if command == _LL_INIT and fields == _NO_MEASUREMENT:
            return HarmlessMeaning(command="Ll_init")
        if command not in _BARE_COMMANDS or fields:
            raise BadFrame(f"command {command} with data {fields.hex()}")
        if command == _ML_STOP:
            self._is_fresh = False
        return HarmlessMeaning(command=_BARE_COMMANDS[command])

    def _pulse(self, fields: bytes) -> Meaning:
        return PulseMeaning(output=_single(fields))

    def _update(self, fields: bytes) -> Meaning:
        frame = _frame(fields)
        self._refuse(frame.setup)
        is_first, self._is_fresh = self._is_fresh, False
        if is_first and all(o.current_ua == o.second_current_ua == 0 for o in frame.outputs):
            return SetUpMeaning(setup=frame.setup)
        return OutputMeaning(frame=frame)


class RehaMove3Readback(P24Readback):
    """The same for a RehaMove3 (SM3 3.2.4, 5.3), which has other meanings for some bits."""

    def _refuse(self, setup: TrainSetup) -> None:
        """Refuse the bits of channel 5, here a soft start, and of the fine periods, here unused."""
        if setup.channels[-1] > 4 or setup.period_us % 500:
            raise BadFrame(f"a RehaMove3 would run something else than {setup}")

    def _pulse(self, fields: bytes) -> Meaning:
        """Refuse single pulses: the bit of the connector means something else here."""
        raise BadFrame(f"Ll_channel_config {fields.hex()}: not asked of a RehaMove3")


def _frame_end(data: bytes, start: int) -> int:
    """Return where the frame that begins at `start` ends, by its own length field."""
    header = data[start : start + _HEADER]
    if header[:1] != b"\xf0" or header[1::2] != b"\x81\x81\x81\x81":
        raise BadFrame(f"no frame header at byte {start}")
    end = start + ((header[2] ^ _KEY) << 8 | (header[4] ^ _KEY))
    if end < start + _HEADER + 3 or end > len(data) or data[end - 1] != _STOP:
        raise BadFrame(f"the frame at byte {start} does not end where its length says")
    return end


def _payload(frame: bytes) -> bytes:
    """Return prefix and data of one whole frame, checked and unstuffed."""
    body = frame[_HEADER:-1]
    if _START in body or _STOP in body:
        raise BadFrame("a start or stop byte inside a frame")
    if crc_hqx(body, 0) != (frame[6] ^ _KEY) << 8 | (frame[8] ^ _KEY):
        raise BadFrame("the checksum does not match")
    return _unstuffed(body) if _ESCAPE in body else body


def _unstuffed(body: bytes) -> bytes:
    """Return the body with every escaped byte restored."""
    first, *rest = body.split(bytes((_ESCAPE,)))
    restored = bytearray(first)
    for part in rest:
        if not part:
            raise BadFrame("an escape that escapes nothing")
        restored.append(part[0] ^ _KEY)
        restored += part[1:]
    if len(restored) < 2:
        raise BadFrame("a frame without a command")
    return bytes(restored)


def _frame(fields: bytes) -> OutputFrame:
    """Read Ml_update (table 22): channels, then for each count and ramp, period, points."""
    if not fields or not fields[0]:
        raise BadFrame("an update of no channel")
    channels, length = _CHANNELS[fields[0]], len(fields)
    at, read = 1, []
    for channel in channels:
        end = at + 7 + 4 * (fields[at] >> 4) if at < length else length + 1
        if end > length:
            raise BadFrame(f"channel {channel}: an update that ends too early")
        read.append(_channel(channel, fields[at:end]))
        at = end
    if at != length:
        raise BadFrame(f"{length - at} bytes behind the last channel")
    periods_us, outputs = zip(*read, strict=True)
    if periods_us.count(periods_us[0]) != len(periods_us):
        raise BadFrame("channels with different periods")
    return OutputFrame(setup=_train(periods_us[0], channels), outputs=outputs)


@lru_cache(maxsize=64)
def _train(period_us: int, channels: tuple[int, ...]) -> TrainSetup:
    return TrainSetup(period_us=period_us, channels=channels)


def _read_channel(channel: int, block: bytes) -> tuple[int, ChannelOutput]:
    """Return the period and the output of one channel's block."""
    if block[0] & 0x0F:
        raise BadFrame(f"channel {channel}: a ramp that the device makes by itself")
    word = block[1] << 8 | block[2]
    period_us = (word >> 1) * (250 if word & 1 else 500)
    if not period_us:
        raise BadFrame(f"channel {channel}: no period")
    if word & 1 and period_us % 500 == 0:  # a RehaMove3 would take it for twice as long
        raise BadFrame(f"channel {channel}: {period_us} µs in fine steps needs none")
    if block[3:] == _NO_PULSE:
        return period_us, _output(channel, (0, 0), (0, 0))
    return period_us, _pulse(channel, block[3:])


_channel = lru_cache(maxsize=4096)(_read_channel)
"""A block read before means the same again: in the loop a frame costs look-ups."""


def _read_single(fields: bytes) -> ChannelOutput:
    """Read Ll_channel_config (table 14): execute, colour, connector, count; then points."""
    if not fields or not fields[0] & 0x80:
        raise BadFrame(f"Ll_channel_config {fields.hex()} asks for no pulse")
    channel = (fields[0] >> 5 & 3) + 1 + (4 if fields[0] & 0x10 else 0)
    if len(fields) != 5 + 4 * (fields[0] & 0x0F):
        raise BadFrame(f"channel {channel}: {len(fields)} bytes are another number of points")
    output = _pulse(channel, fields[1:])
    if not output.current_ua:
        raise BadFrame(f"channel {channel}: a pulse without current")
    return output


_single = lru_cache(maxsize=4096)(_read_single)


def _pulse(channel: int, points: bytes) -> ChannelOutput:
    """Read two phases with the gap in between; refuse all else."""
    if len(points) != 12 or points[4:8] != _GAP:
        raise BadFrame(f"channel {channel}: {points.hex()} is not two phases, 100 µs between them")
    width_us, second_ua = _point(channel, points[8:])
    return _output(channel, _point(channel, points[:4]), (width_us, -second_ua))


def _point(channel: int, word: bytes) -> tuple[int, int]:
    """Return duration in µs and signed current in µA of one point (table 15)."""
    bits = int.from_bytes(word, "big")
    duration_us, code = bits >> 20, (bits >> 10 & 0x3FF) - 300
    if bits & 0x3FF:
        raise BadFrame(f"channel {channel}: reserved bits in a point")
    if duration_us < 10 or abs(code) > _CURRENT_LIMIT_CODE:
        raise BadFrame(f"channel {channel}: {duration_us} µs, {code / 2} mA is out of range")
    return duration_us, code * 500


def _output(channel: int, first: tuple[int, int], second: tuple[int, int]) -> ChannelOutput:
    """Return the output of two phases, the second of the opposite sign; refuse all else."""
    (width_us, current_ua), (second_us, second_ua) = first, second
    if current_ua < 0 or current_ua * width_us != second_ua * second_us:
        raise BadFrame(f"channel {channel}: the pulse is not balanced, or begins below zero")
    return ChannelOutput(
        channel=channel,
        current_ua=current_ua,
        pulse_width_us=width_us,
        second_current_ua=second_ua,
        second_width_us=second_us,
    )
