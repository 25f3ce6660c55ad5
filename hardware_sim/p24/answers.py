"""The data of answers, byte by byte; every answer begins with its result.

Source: P24 instructions for use 1.1, p. 18-26; ScienceMode3 3.2.4 for the RehaMove3's shapes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hardware_sim.p24.commands import Result

RUNNING_BIT = 0b1_0000
CHANNELS_PER_CONNECTOR = 4
STATE_CHANNELS = 8
CHANNEL_STATES = {Result.OK: 0, Result.ELECTRODE: 1, Result.PULSE_TIMEOUT: 2, Result.LOW_CURRENT: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a pulse was measured to be: 128 samples in hundredths of mA or V."""

    kind: int
    sampling_us: int
    samples: tuple[int, ...]


def stim_status(result: int, level: int, voltage: int) -> bytes:
    """Return the data of Get_stim_status_ack."""
    return bytes((result, level, voltage))


def device_id(result: int, name: bytes) -> bytes:
    """Return the data of Get_device_id_ack: 10 characters."""
    return bytes((result,)) + name


def version(result: int, firmware: bytes, protocol: bytes) -> bytes:
    """Return the data of Get_version_main_ack and Get_version_stim_ack."""
    return bytes((result,)) + firmware + protocol


def extended_version(
    result: int, firmware: bytes, protocol: bytes, digest: int, kind: int, is_valid: bool
) -> bytes:
    """Return the data of Get_extended_version_ack; the kind of hash is 1 for git."""
    tail = digest.to_bytes(4, "big") + bytes((kind, is_valid))
    return version(result, firmware, protocol) + tail


def battery(result: int, percent: int, millivolt: int) -> bytes:
    """Return the data of Get_battery_status_ack."""
    return bytes((result, percent)) + millivolt.to_bytes(2, "big")


def pulse_done(result: int, channel: int, measured: Measured | None) -> bytes:
    """Return the data of a P24's Ll_channel_config_ack; channels count from 1."""
    connector, place = divmod(channel - 1, CHANNELS_PER_CONNECTOR)
    head = bytes((result, connector << 4 | place))
    if measured is None:
        return head + bytes(1)
    samples = b"".join(sample.to_bytes(2, "big") for sample in measured.samples)
    return head + bytes((measured.kind,)) + measured.sampling_us.to_bytes(2, "big") + samples


def pulse_done_short(result: int, channel: int) -> bytes:
    """Return the data of a RehaMove3's Ll_channel_config_ack: where an electrode error is."""
    return bytes((result, channel - 1 if result == Result.ELECTRODE else 0))


def current_data(
    result: int, selection: int, active: Sequence[int], states: Mapping[int, int]
) -> bytes:
    """Return the data of Ml_get_current_data_ack; active channels and states count from 1."""
    head = bytes((result, selection))
    if selection == 2:
        return head + bytes((_running_and_errors(active, states, 1),))
    if selection == 3:
        return head + bytes(_running_and_errors(active, states, first) for first in (1, 5))
    mask = sum(1 << channel - 1 for channel in active)
    nibbles = (
        states.get(channel, 0) | states.get(channel + 1, 0) << 4
        for channel in range(1, STATE_CHANNELS + 1, 2)
    )
    return head + bytes((mask, *nibbles))


def _running_and_errors(active: Sequence[int], states: Mapping[int, int], first: int) -> int:
    channels = range(first, first + CHANNELS_PER_CONNECTOR)
    errors = sum(1 << c - first for c in channels if states.get(c) == 1)
    return (RUNNING_BIT if active else 0) | errors
