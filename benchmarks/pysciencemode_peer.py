"""pysciencemode's RehaStim2 client without a port of its own: its methods on doubles.

Only its own code is timed; nothing of it is changed.
"""

import threading
import time
from collections.abc import Sequence

from pysciencemode import Channel, Device, Modes, Rehastim2

from benchmarks.eight_channels import CHANNELS, PULSE_WIDTH_US
from benchmarks.stream import CHUNK_BYTES

STOP_BYTE = 0x0F


class ListeningPort:
    """Takes bytes; hands a stream out in chunks.

    Between chunks there is "nothing for now" only where the client needs that to end its read.
    """

    def __init__(self, stream: bytes = b"") -> None:
        starts = range(0, len(stream), CHUNK_BYTES)
        self._chunks = [stream[start : start + CHUNK_BYTES] for start in starts]
        self._next = 0
        self._is_quiet = False
        self.last = b""

    @property
    def is_at_end(self) -> bool:
        """Whether all was handed out."""
        return self._next == len(self._chunks)

    def inWaiting(self) -> int:  # noqa: N802 the client's name for it
        """Return how much has arrived."""
        if self._is_quiet or self.is_at_end:
            return 0
        return len(self._chunks[self._next])

    def read(self, size: int) -> bytes:
        """Return what has arrived."""
        if size == 0:
            self._is_quiet = False
            return b""
        chunk = self._chunks[self._next]
        self._next += 1
        self._is_quiet = chunk[-1] == STOP_BYTE
        return chunk

    def write(self, data: bytes) -> None:
        """Keep the bytes."""
        self.last = data


def client(port: ListeningPort) -> Rehastim2:
    """Return a connected client with eight channels set up, as its constructor leaves it."""
    made = Rehastim2.__new__(Rehastim2)
    made.port = port
    made.packet_count = 0
    made.show_log = False
    made.lock = threading.Lock()
    made.motomed_done = threading.Event()
    made.time_last_cmd = time.time()
    made.electrode_number = (1 << CHANNELS) - 1
    made.set_stimulation_signal(channels((0,) * CHANNELS))
    return made


def channels(currents_ma: Sequence[int]) -> list[Channel]:
    """Return its channel objects."""
    return [
        Channel(
            mode=Modes.SINGLE,
            no_channel=number,
            amplitude=current_ma,
            pulse_width=PULSE_WIDTH_US,
            device_type=Device.Rehastim2,
        )
        for number, current_ma in enumerate(currents_ma, start=1)
    ]
