"""What a host hears from a RehaStim2 during a session: acknowledgements, now and then a mode."""

from drivers.rehastim2.frames import encode
from drivers.rehastim2.messages import Mode, Number

CHUNK_BYTES = 64
MODE_EVERY = 12


def answers(frames: int) -> bytes:
    """Return a stream of so many whole frames; each twelfth answers a keep-alive."""
    return b"".join(_answer(index) for index in range(frames))


def _answer(index: int) -> bytes:
    number = index % 256
    if index % MODE_EVERY == MODE_EVERY - 1:
        return encode(number, Number.GET_STIMULATION_MODE_ACK, bytes((0, Mode.STARTED)))
    return encode(number, Number.START_CHANNEL_LIST_MODE_ACK, b"\0")
