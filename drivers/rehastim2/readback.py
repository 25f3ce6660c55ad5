"""Outgoing ScienceMode2 bytes turned back into values: the last look before the wire.

Written from HASOMED's "ScienceMode2: Description and Protocol" 1.24 and apart from the encoder, so
that one misreading cannot be on both sides. What the device would change by itself (a pulse width
below 20 µs, an interval below 8 ms) is refused, so that what is read is what flows.

    F0 | 81 crc^55 | 81 length^55 | stuffed body: number command data… | 0F          (PDF 2.2)

A body byte F0, 0F or 81 travels as 81 byte^55. Length and CRC-8 (polynomial 07) are those of the
stuffed body. Two-byte fields come most significant byte first.
"""

from functools import lru_cache

from drivers.meaning import HarmlessMeaning, Meaning, OutputMeaning, SetUpMeaning
from protocols.errors import BadFrame
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup

_START, _STOP, _ESCAPE, _KEY = 0xF0, 0x0F, 0x81, 0x55
_OVERHEAD = 6
_ESCAPE_BYTE = bytes([_ESCAPE])

_INIT_ACK, _INIT_LIST, _START_LIST, _STOP_LIST = 2, 30, 32, 34
_BARE_COMMANDS = {4: "Watchdog", 10: "GetStimulationMode", _STOP_LIST: "StopChannelListMode"}
_INIT_ACK_RESULTS = (0x00, 0xFB)

_INIT_LIST_BYTES = 7
_T1_CODE_MIN, _T1_CODE_MAX = 14, 2048
_T2_CODE_MIN = 13
_MODE_SINGLE = 0
_WIDTH_MIN_US, _WIDTH_MAX_US = 20, 500
_CURRENT_MAX_MA = 130


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte << 1) ^ (0x107 if byte & 0x80 else 0)
        table.append(byte)
    return tuple(table)


_CRC = _crc_table()


class RehaStim2Readback:
    """Says what bytes would do to a RehaStim2 that has been given all bytes read before.

    A start command names no channel: its blocks belong to the channels of the last set-up, which is
    remembered until a stop or a new connection.
    """

    def __init__(self) -> None:
        self._setup: TrainSetup | None = None

    def read(self, data: bytes) -> tuple[Meaning, ...]:
        """Return what these whole frames mean, in order; BadFrame if any of it is unclear."""
        if not data:
            raise BadFrame("no bytes at all")
        meanings = []
        position = 0
        while position < len(data):
            end = _frame_end(data, position)
            meanings.append(self._meaning(_payload(data, position, end)))
            position = end
        return tuple(meanings)

    def _meaning(self, payload: bytes) -> Meaning:
        command, fields = payload[1], payload[2:]
        if command == _START_LIST:
            return OutputMeaning(frame=_start_list(self._setup, fields))
        if command == _INIT_LIST:
            self._setup = _init_list(fields)
            return SetUpMeaning(setup=self._setup)
        if command == _INIT_ACK:
            return self._init_ack(fields)
        if command not in _BARE_COMMANDS:
            raise BadFrame(f"command {command} is none that may be sent")
        if fields:
            raise BadFrame(f"{_BARE_COMMANDS[command]} carries no data, {fields.hex()} found")
        if command == _STOP_LIST:
            self._setup = None
        return HarmlessMeaning(command=_BARE_COMMANDS[command])

    def _init_ack(self, fields: bytes) -> Meaning:
        if len(fields) != 1 or fields[0] not in _INIT_ACK_RESULTS:
            raise BadFrame(f"InitAck with result {fields.hex()}")
        self._setup = None
        return HarmlessMeaning(command="InitAck")


def _frame_end(data: bytes, start: int) -> int:
    """Return where the frame that begins at `start` ends, by its own length field."""
    header = data[start : start + 5]
    if len(header) < 5 or header[0] != _START or header[1] != _ESCAPE or header[3] != _ESCAPE:
        raise BadFrame(f"no frame header at byte {start}")
    end = start + _OVERHEAD + (header[4] ^ _KEY)
    if end > len(data) or data[end - 1] != _STOP:
        raise BadFrame(f"the frame at byte {start} does not end where its length says")
    return end


def _payload(data: bytes, start: int, end: int) -> bytes:
    """Return packet number, command and data of one whole frame, checked and unstuffed."""
    body = data[start + 5 : end - 1]
    if len(body) < 2:
        raise BadFrame("a frame without a command")
    if _START in body or _STOP in body:
        raise BadFrame("a start or stop byte inside a frame")
    crc = 0
    for byte in body:
        crc = _CRC[crc ^ byte]
    if crc != data[start + 2] ^ _KEY:
        raise BadFrame("the checksum does not match")
    return _unstuffed(body) if _ESCAPE in body else body


def _unstuffed(body: bytes) -> bytes:
    """Return the body with every escaped byte restored."""
    first, *rest = body.split(_ESCAPE_BYTE)
    restored = bytearray(first)
    for part in rest:
        if not part:
            raise BadFrame("an escape that escapes nothing")
        restored.append(part[0] ^ _KEY)
        restored += part[1:]
    if len(restored) < 2:
        raise BadFrame("a frame without a command")
    return bytes(restored)


def _init_list(fields: bytes) -> TrainSetup:
    """Read InitChannelListMode (PDF 4.3).

    Factor N, channels, low-frequency channels, t2, t1 (two bytes), execution.
    """
    if len(fields) != _INIT_LIST_BYTES:
        raise BadFrame(f"InitChannelListMode with {len(fields)} data bytes")
    factor, mask, slow_mask, t2_code, t1_high, t1_low, execution = fields
    if factor or slow_mask or execution:
        raise BadFrame("low-frequency channels or another execution order")
    t1_code = t1_high << 8 | t1_low
    if not _T1_CODE_MIN <= t1_code <= _T1_CODE_MAX:
        raise BadFrame(f"main interval code {t1_code}: the device would run another one")
    period_us = t1_code * 500 + 1000
    if t2_code < _T2_CODE_MIN or t2_code * 500 + 1500 > period_us:
        raise BadFrame(f"inter pulse interval code {t2_code}: the device would run another one")
    if not mask:
        raise BadFrame("a set-up of no channel")
    return TrainSetup(period_us=period_us, channels=_CHANNELS[mask])


_CHANNELS = tuple(
    tuple(channel for channel in range(1, 9) if mask >> (channel - 1) & 1) for mask in range(256)
)


def _start_list(setup: TrainSetup | None, fields: bytes) -> OutputFrame:
    """Read StartChannelListMode (PDF 4.3): per channel mode, width (2), current."""
    if setup is None:
        raise BadFrame("a start without a set-up before it")
    if len(fields) != 4 * len(setup.channels):
        raise BadFrame(f"{len(fields)} bytes for {len(setup.channels)} channels")
    return OutputFrame(
        setup=setup,
        outputs=tuple(
            map(_output, setup.channels, fields[::4], fields[1::4], fields[2::4], fields[3::4])
        ),
    )


def _read_output(
    channel: int, mode: int, width_high: int, width_low: int, current_ma: int
) -> ChannelOutput:
    """Read one channel's block; both phases are equal on this device (PDF 1.2)."""
    width_us = width_high << 8 | width_low
    if mode != _MODE_SINGLE:
        raise BadFrame(f"channel {channel}: pulse mode {mode}, single pulses only")
    if width_us > _WIDTH_MAX_US or current_ma > _CURRENT_MAX_MA:
        raise BadFrame(f"channel {channel}: {width_us} µs, {current_ma} mA is out of range")
    if current_ma and width_us < _WIDTH_MIN_US:
        raise BadFrame(f"channel {channel}: {width_us} µs, the device would put out another width")
    return ChannelOutput(
        channel=channel,
        current_ua=current_ma * 1000,
        pulse_width_us=width_us,
        second_current_ua=current_ma * 1000,
        second_width_us=width_us,
    )


_output = lru_cache(maxsize=4096)(_read_output)
"""A block read before means the same again: in the loop a frame costs look-ups."""
