"""ScienceMode 4 frames built bit by bit, apart from the driver's encoder and the simulator's.

Source: HASOMED "P24 Science & P24 Module, Instructions for Use" 1.1, p. 16-26; checked against the
golden frames of ``tests/golden``.
"""


def crc_bit_by_bit(body: bytes) -> int:
    register = 0
    for byte in body:
        for bit in range(7, -1, -1):
            carry = (register >> 15) ^ ((byte >> bit) & 1)
            register = (register << 1) & 0xFFFF
            if carry:
                register ^= 0x1021
    return register


def frame(number: int, command: int, *data: int) -> bytes:
    body = bytearray()
    for byte in (number << 2 | command >> 8, command & 0xFF, *data):
        if byte in (0xF0, 0x0F, 0x81):
            body += bytes((0x81, byte ^ 0x55))
        else:
            body.append(byte)
    head = bytearray((0xF0,))
    for word in (len(body) + 10, crc_bit_by_bit(bytes(body))):
        head += bytes((0x81, (word >> 8) ^ 0x55, 0x81, (word & 0xFF) ^ 0x55))
    return bytes(head) + bytes(body) + b"\x0f"


def ack(number: int, command: int, result: int = 0) -> bytes:
    """The answer to the command of that number, which is the number after it."""
    return frame(number, command + 1, result)


def get_extended_version(number: int) -> bytes:
    return frame(number, 68)


def extended_version(number: int, protocol: int = 4) -> bytes:
    """Firmware 1.2.3, protocol x.0.0, git hash deadbeef, valid."""
    return frame(number, 69, 0, 1, 2, 3, protocol, 0, 0, 0xDE, 0xAD, 0xBE, 0xEF, 1, 1)


def extended_version_refused(number: int, result: int) -> bytes:
    """As long as any other, with a result that is not 0."""
    return frame(number, 69, result, 1, 2, 3, 4, 0, 0, 0xDE, 0xAD, 0xBE, 0xEF, 1, 1)


def get_version_main(number: int) -> bytes:
    return frame(number, 50)


def version_main(number: int, protocol: int = 3) -> bytes:
    return frame(number, 51, 0, 2, 1, 0, protocol, 2, 4)


def get_device_id(number: int) -> bytes:
    return frame(number, 52)


def device_id(number: int, letters: bytes = b"2207000123") -> bytes:
    return frame(number, 53, 0, *letters)


def get_status(number: int) -> bytes:
    return frame(number, 62)


def status(number: int, value: int) -> bytes:
    """Status 0 idle, 1 low level, 2 mid level, 3 running; high voltage off in idle only."""
    return frame(number, 63, 0, value, 6 if value else 1)


def ml_init(number: int) -> bytes:
    return frame(number, 30, 1)


def ml_stop(number: int) -> bytes:
    return frame(number, 34)


def ll_stop(number: int) -> bytes:
    return frame(number, 4)


def ml_update(number: int, mask: int, *blocks: bytes) -> bytes:
    return frame(number, 32, mask, *b"".join(blocks))


def point(duration_us: int, half_ma: int) -> bytes:
    return (duration_us << 20 | (300 + half_ma) << 10).to_bytes(4, "big")


def pulse(period_half_ms: int, width_us: int, half_ma: int) -> bytes:
    """A symmetric pulse of one channel, period in half milliseconds."""
    points = point(width_us, half_ma) + point(100, 0) + point(width_us, -half_ma)
    return b"\x20" + (period_half_ms << 1).to_bytes(2, "big") + points


def no_pulse(period_half_ms: int) -> bytes:
    return b"\x00" + (period_half_ms << 1).to_bytes(2, "big") + point(20, 0)


def get_current_data(number: int, selection: int = 4) -> bytes:
    return frame(number, 36, selection)


def current_data(number: int, mask: int, **states: int) -> bytes:
    """What the channels do; states by channel as ch3=1, all others 0."""
    halves = [states.get(f"ch{n}", 0) for n in range(1, 9)]
    pairs = [low | high << 4 for low, high in zip(halves[::2], halves[1::2], strict=True)]
    return frame(number, 37, 0, 4, mask, *pairs)


def current_data_of_rehamove3(number: int, *, running: bool, errors: int = 0) -> bytes:
    return frame(number, 37, 0, 2, (16 if running else 0) | errors)


def general_error(number: int, result: int = 1) -> bytes:
    return frame(number, 66, result)


def unknown_command(number: int) -> bytes:
    return frame(number, 67, 11)


def ll_init(number: int) -> bytes:
    return frame(number, 0, 0)


def ll_channel_config(number: int, channel: int, width_us: int, half_ma: int) -> bytes:
    """One symmetric pulse of a channel, counted from 1."""
    connector, colour = divmod(channel - 1, 4)
    points = point(width_us, half_ma) + point(100, 0) + point(width_us, -half_ma)
    return frame(number, 2, 0x82 | colour << 5 | connector << 4, *points)


def pulse_ack(number: int, channel: int, result: int = 0) -> bytes:
    connector, colour = divmod(channel - 1, 4)
    return frame(number, 3, result, connector << 4 | colour, 0)
