"""Frames in words, for people who read a trace; nothing depends on them."""

from drivers.rehastim2.frames import Frame, FrameDecoder, TransferError, encode
from drivers.rehastim2.messages import Number

_BLOCK = 4
_PULSES = ("single", "doublet", "triplet")


class FrameWords:
    """Turns the bytes of one direction into lines of hex and words."""

    def __init__(self) -> None:
        self._decoder = FrameDecoder()
        self._channels: tuple[int, ...] = ()

    def lines(self, data: bytes) -> list[str]:
        """Return a line for each frame completed by these bytes, and for each damaged one."""
        self._decoder.receive(data)
        lines = []
        while (frame := self._decoder.next_frame()) is not None:
            sound = encode(frame.packet_number, frame.command, frame.data)
            lines.append(f"{sound.hex()} {self._words(frame)}")
        return lines + [_damage(error) for error in self._decoder.take_errors()]

    def _words(self, frame: Frame) -> str:
        known = frame.command in Number.__members__.values()
        name = Number(frame.command).name.lower() if known else f"command {frame.command}"
        values = ""
        if frame.command == Number.INIT_CHANNEL_LIST_MODE:
            values = self._train(frame.data)
        elif frame.command == Number.START_CHANNEL_LIST_MODE:
            values = self._pulses(frame.data)
        elif frame.data:
            values = f"data {frame.data.hex(' ')}"
        return f"{name} #{frame.packet_number}{': ' if values else ''}{values}"

    def _train(self, data: bytes) -> str:
        if len(data) != 7:
            return f"data {data.hex(' ')}"
        self._channels = tuple(n + 1 for n in range(8) if data[1] >> n & 1)
        period_ms = int.from_bytes(data[4:6], "big") / 2 + 1
        return f"channels {', '.join(map(str, self._channels))} every {period_ms:g} ms"

    def _pulses(self, data: bytes) -> str:
        if len(data) != _BLOCK * len(self._channels):
            return f"data {data.hex(' ')}"
        blocks = (data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK))
        return ", ".join(
            f"ch{channel} {_PULSES[block[0] % 3]} {int.from_bytes(block[1:3], 'big')} µs "
            f"{block[3]} mA"
            for channel, block in zip(self._channels, blocks, strict=True)
        )


def _damage(error: TransferError) -> str:
    return f"- damaged frame, {error.detail}"
