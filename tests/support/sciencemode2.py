"""ScienceMode2 frames built bit by bit, apart from the driver's encoder and the simulator's.

Source: HASOMED "ScienceMode2: Description and Protocol" 1.24, 2.2; checked against the golden
frames in ``tests/drivers/rehastim2/test_golden.py``.
"""


def crc_bit_by_bit(body: bytes) -> int:
    register = 0
    for byte in body:
        for bit in range(7, -1, -1):
            carry = (register >> 7) ^ ((byte >> bit) & 1)
            register = (register << 1) & 0xFF
            if carry:
                register ^= 0x07
    return register


def frame(number: int, command: int, *data: int) -> bytes:
    body = bytearray()
    for byte in (number, command, *data):
        if byte in (0xF0, 0x0F, 0x81):
            body += bytes((0x81, byte ^ 0x55))
        else:
            body.append(byte)
    head = (0xF0, 0x81, crc_bit_by_bit(bytes(body)) ^ 0x55, 0x81, len(body) ^ 0x55)
    return bytes(head) + bytes(body) + b"\x0f"


def init(number: int, version: int = 1) -> bytes:
    return frame(number, 1, version)


def init_ack(number: int, result: int = 0) -> bytes:
    return frame(number, 2, result & 0xFF)


def watchdog(number: int) -> bytes:
    return frame(number, 4)


def get_mode(number: int) -> bytes:
    return frame(number, 10)


def mode_ack(number: int, mode: int) -> bytes:
    return frame(number, 11, 0, mode)


def stop(number: int) -> bytes:
    return frame(number, 34)


def ack(number: int, command: int, result: int = 0) -> bytes:
    """The answer to the command of that number, which is the number after it."""
    return frame(number, command + 1, result & 0xFF)


def stimulation_error(number: int, error: int) -> bytes:
    return frame(number, 38, error & 0xFF)


def damaged(sound: bytes) -> bytes:
    return sound[:2] + bytes((sound[2] ^ 1,)) + sound[3:]
