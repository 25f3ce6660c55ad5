"""science-mode-4's P24 client: its objects for our bench, and its reader on a double of a port.

Nothing of it is changed. Its log, a line on standard error for every update, is silenced: that
makes it faster.
"""

import logging
from collections.abc import Sequence

from science_mode_4 import Channel, ChannelPoint, Connector, MidLevelChannelConfiguration
from science_mode_4.device_p24 import DeviceP24
from science_mode_4.low_level.low_level_channel_config import PacketLowLevelChannelConfig
from science_mode_4.mid_level.mid_level_update import PacketMidLevelUpdate
from science_mode_4.protocol.packet import Packet
from science_mode_4.protocol.protocol import Protocol
from science_mode_4.utils.connection import Connection
from science_mode_4.utils.packet_buffer import PacketBuffer

from benchmarks.eight_channels import PERIOD_US, PULSE_WIDTH_US
from drivers.p24.capabilities import GAP_US

logging.getLogger("science_mode_4").setLevel(logging.ERROR)

VERSION = "science-mode-4 0.0.23"
PLACES = 4


class ListeningConnection(Connection):  # type: ignore[misc]  # it comes without types
    """Hands a stream out in chunks, one for each read; forgets what is written."""

    def __init__(self, stream: bytes, chunk_bytes: int) -> None:
        starts = range(0, len(stream), chunk_bytes)
        self._chunks = [stream[start : start + chunk_bytes] for start in reversed(starts)]

    @property
    def is_at_end(self) -> bool:
        """Whether all was handed out."""
        return not self._chunks

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def is_open(self) -> bool:
        """Return whether it is open."""
        return True

    def clear_buffer(self) -> None:
        """Nothing waits here."""

    def _read_intern(self) -> bytes:
        return self._chunks.pop() if self._chunks else b""


def client(connection: Connection) -> DeviceP24:
    """Return a client on a connection, as its constructor leaves it."""
    return DeviceP24(connection)


def reader(connection: Connection) -> PacketBuffer:
    """Return the part of a client that makes packets of bytes."""
    return client(connection).get_layer_mid_level().packet_buffer


def channels(currents_ma: Sequence[int]) -> list[MidLevelChannelConfiguration]:
    """Return its objects for an update of all channels."""
    period_ms = PERIOD_US // 1000
    return [
        MidLevelChannelConfiguration(True, 0, period_ms, pulse(current_ma))
        for current_ma in currents_ma
    ]


def pulse(current_ma: int) -> list[ChannelPoint]:
    """Return its points for one pulse."""
    return [
        ChannelPoint(PULSE_WIDTH_US, current_ma),
        ChannelPoint(GAP_US, 0),
        ChannelPoint(PULSE_WIDTH_US, -current_ma),
    ]


def update_bytes(configuration: Sequence[MidLevelChannelConfiguration], number: int) -> bytes:
    """Return the bytes of an update from its own objects: the least that it must do."""
    packet = PacketMidLevelUpdate()
    packet.channel_configuration = configuration
    return _bytes(packet, number)


def pulse_bytes(channel: int, points: Sequence[ChannelPoint], number: int) -> bytes:
    """Return the bytes of a single pulse from its own objects; channels count from 1."""
    connector, place = divmod(channel - 1, PLACES)
    packet = PacketLowLevelChannelConfig()
    packet.execute_stimulation = True
    packet.channel = Channel(place)
    packet.connector = Connector(connector)
    packet.points = points
    return _bytes(packet, number)


def _bytes(packet: Packet, number: int) -> bytes:
    packet.number = number
    made: bytes = Protocol.packet_to_bytes(packet)
    return made
