"""The lines that the board prints, exactly, and the names of all lines."""

from collections.abc import Iterator

RECEIVED = b"\tUSB: received command: "
HEX_LENGTH = b"\tEMS_CMD: HEX command length: "
CONVERTED = b"\tEMS_CMD: Converted HEX command: "
NON_HEX = b"\tCommand NON HEX:"
DISCONNECTED = b"\tBT: Disconnected"
UNKNOWN = b"Unknown command: "
UNKNOWN_TEST = b"\tERROR: SINGLE-CHAR Command Unknown"
DEV_ERROR = b"EMSSystem.cpp: no command: "
"""Only that it begins with the file's name is known."""
FRAME, HANG_UP = b"WV", b"Connection End"
END = b"\r\n"

BOOT_MS = 11_290
BOOT_TEXT = (
    (0, b"\n"),
    (0, b"SETUP:\r\n"),
    (0, b"\tBT: RESETTING\r\n"),
    (4_200, b"\tBT: RESET DONE\r\n"),
    (4_200, b"\tBT: INITIALIZING\r\n"),
    (5_200, b"\t\tSet Baudrate: \r\n"),
    (6_200, b"\t\tReboot?: \r\n"),
    (7_600, b"\t\tVersion: \r\n"),
    (7_800, b"\t\tSet Name: \r\n"),
    (8_000, b"\t\tSet peripheral mode: \r\n"),
    (8_200, b"\t\tEnable private services: \r\n"),
    (8_400, b"\t\tClear private services:\r\n"),
    (8_600, b"\t\tSet new private service: \r\n"),
    (8_800, b"\t\tSet new private service value: \r\n"),
    (9_000, b"\t\tSet Baudrate: \r\n"),
    (9_200, b"\t\tReboot?: \r\n"),
    (11_200, b"\tBT: INITIALIZED\r\n"),
    (11_200, b"\tEMS: INITIALIZING CHANNELS\r\n"),
    (11_200, b"\tEMS: INITIALIZED\r\n"),
    (11_200, b"\tEMS: STARTED\r\n"),
    (11_260, b"SETUP DONE (LED 13 WILL BE ON)\r\n"),
)
"""Milliseconds after the reset, and the line. Some of the times between are guessed."""
PROGRESS = b"\t\t"
"""What the labels of the radio module begin with: they are printed whatever DEBUG_ON says."""

TEXT, HOST_FRAME, HOST_HANG_UP = "Text", "WV", "ConnectionEnd"
NAMES = {
    RECEIVED: "Received",
    HEX_LENGTH: "HexLength",
    CONVERTED: "Converted",
    NON_HEX: "NonHex",
    DISCONNECTED: "Disconnected",
    UNKNOWN: "UnknownCommand",
    b"\tERROR: ": "Error",
    b"EMSSystem.cpp:": "Error",
    b"\tEMS: Channel ": "Channel",
    b"\tEMS: Intensity ": "Intensity",
    b"SETUP DONE": "SetupDone",
    b"SETUP:": "Boot",
    b"\tBT: ": "Boot",
    b"\tEMS: ": "Boot",
    PROGRESS: "Boot",
}
"""Names of the board's lines by what they begin with; the first that fits holds."""
FROM_HOST = frozenset((HOST_FRAME, HOST_HANG_UP, TEXT))
FROM_DEVICE = frozenset((*NAMES.values(), TEXT))


def channel_told(channel: int, *, is_active: bool) -> bytes:
    """Return the answer to a test command that switches a channel."""
    return b"\tEMS: Channel %d %s" % (channel + 1, b"active" if is_active else b"inactive")


def intensity_told(channel: int, wiper: int) -> bytes:
    """Return the answer to a test command that moves a wiper."""
    return b"\tEMS: Intensity Channel %d: %d" % (channel + 1, wiper)


def name_of(line: bytes) -> str:
    """Return the name of a line of either side."""
    if line.strip() == HANG_UP:
        return HOST_HANG_UP
    if line.startswith(FRAME):
        return HOST_FRAME
    return next((name for begin, name in NAMES.items() if line.startswith(begin)), TEXT)


def describe(line: bytes) -> str:
    """Return a line in words: its name and its text."""
    return f"{name_of(line)} {line.decode('latin-1')!a}"


class Splitter:
    """Finds lines; what has no line feed yet is a line that has begun."""

    def __init__(self) -> None:
        self._begun = b""

    @property
    def is_within_frame(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._begun)

    def receive(self, chunk: bytes) -> list[tuple[bytes, str]]:
        """Take more bytes; return the lines completed by them, with their names."""
        *lines, self._begun = (self._begun + chunk).split(b"\n")
        return [(line + b"\n", name_of(line)) for line in lines]


def boot_lines(*, has_echo: bool) -> Iterator[tuple[int, bytes]]:
    """Return what the board says while it starts."""
    return ((at_ms, line) for at_ms, line in BOOT_TEXT if has_echo or line.startswith(PROGRESS))
