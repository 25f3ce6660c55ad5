"""Figure 13: from the bytes of a P24 to checked replies."""

import statistics
from functools import partial
from time import process_time_ns

from benchmarks import science_mode_peer
from benchmarks.figure import Figure, Run, in_turns, median_ratio
from benchmarks.stream import CHUNK_BYTES, MODE_EVERY
from drivers.p24 import frames, messages
from drivers.p24.frames import PACKET_NUMBERS, FrameDecoder, encode
from drivers.p24.messages import Number, decode

REPLIES = 3_000
THEIR_REPLIES = 300
AIM = 10
OURS, COLD = "nmes, checked", "nmes, checked, nothing remembered"
THEIRS = "science-mode-4, checked"


def figures(run: Run) -> list[Figure]:
    """Return the speed of the checked decoder beside that of science-mode-4."""
    contenders = {
        OURS: partial(_decode_us, _replies(REPLIES), REPLIES),
        COLD: partial(_forgetful_us, _replies(PACKET_NUMBERS), PACKET_NUMBERS),
        THEIRS: partial(_read_us, _replies(THEIR_REPLIES), THEIR_REPLIES),
    }
    for contender in contenders.values():
        contender()
    took_us = in_turns(contenders, run.pick(3, 60), run.tell)
    ratio = median_ratio(took_us[THEIRS], took_us[OURS])
    cold = median_ratio(took_us[THEIRS], took_us[COLD])
    return [
        Figure(
            name="P24 decode",
            what="replies of a session in chunks of 64 bytes, checked and read; speed",
            ratio=round(ratio, 1),
            against=f"{science_mode_peer.VERSION}, its packet buffer and factory",
            aim=f">= {AIM} x its speed",
            met=ratio >= AIM,
            raw={
                "µs per reply, median of rounds": {
                    name: round(statistics.median(rounds), 2) for name, rounds in took_us.items()
                },
                "ratio if every reply were new to the decoder": round(cold, 1),
                "replies": {OURS: REPLIES, COLD: PACKET_NUMBERS, THEIRS: THEIR_REPLIES},
            },
        )
    ]


def _replies(count: int) -> bytes:
    """Return what a host hears: acknowledgements of updates, now and then what channels do."""
    return b"".join(_reply(index) for index in range(count))


def _reply(index: int) -> bytes:
    number = index % PACKET_NUMBERS
    if index % MODE_EVERY == MODE_EVERY - 1:
        data = bytes((0, 4, 0xFF, 0, 0, 0, 0))
        return encode(number, Number.ML_GET_CURRENT_DATA + 1, data)
    return encode(number, Number.ML_UPDATE + 1, b"\0")


def _decode_us(stream: bytes, replies: int) -> float:
    decoder, found = FrameDecoder(), 0
    begun_ns = process_time_ns()
    for start in range(0, len(stream), CHUNK_BYTES):
        decoder.receive(stream[start : start + CHUNK_BYTES])
        while (frame := decoder.next_frame()) is not None:
            decode(frame)
            found += 1
    return _per_reply_us(process_time_ns() - begun_ns, found, replies)


def _forgetful_us(stream: bytes, replies: int) -> float:
    frames._check.cache_clear()
    messages._reply.cache_clear()
    return _decode_us(stream, replies)


def _read_us(stream: bytes, replies: int) -> float:
    connection = science_mode_peer.ListeningConnection(stream, CHUNK_BYTES)
    buffer, found = science_mode_peer.reader(connection), 0
    begun_ns = process_time_ns()
    while not connection.is_at_end:
        buffer.update_buffer()
        while buffer.get_packet_from_buffer(do_update_buffer=False) is not None:
            found += 1
    return _per_reply_us(process_time_ns() - begun_ns, found, replies)


def _per_reply_us(took_ns: int, found: int, replies: int) -> float:
    if found != replies:
        raise RuntimeError(f"{found} of {replies} replies were found")
    return took_ns / found / 1e3
