"""Lines of an openEMSstim board as they are, for people who read a trace."""


class LineWords:
    """Turns the bytes of one direction into lines of hex and text."""

    def __init__(self) -> None:
        self._rest = b""

    def lines(self, data: bytes) -> list[str]:
        """Return a line for each line completed by these bytes."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [f"{line.hex()}0a {_text(line)}".rstrip() for line in whole]


def _text(line: bytes) -> str:
    """Return a line in words, a frame with what it says."""
    text = line.decode("ascii", "replace").strip()
    if not text.startswith("WV,"):
        return text
    try:
        told = bytes.fromhex(text.rpartition(",")[2].removesuffix(".")).decode("ascii", "replace")
    except ValueError:
        return text
    return f"{text} = {told or 'nothing'}"
