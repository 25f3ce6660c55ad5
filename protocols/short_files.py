"""Short texts that people write: read only from plain files, not too long, in UTF-8.

Whatever else stands at a path, a pipe nobody writes to or a device without end, is not waited for.
"""

import stat
from pathlib import Path

from protocols.errors import Problem, ProtocolFileError


def short_bytes(path: Path, kind: str, max_bytes: int) -> bytes:
    """Return the bytes of a plain file, one more than allowed at most; ProtocolFileError.

    `kind` is what the file should be, such as "protocol".
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            allowed = f"a {kind} is a plain text file"
            raise file_error(str(path), "it is no file", allowed, "Name the file.")
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise file_error(
            str(path),
            f"it cannot be read ({reason})",
            "a readable file is needed",
            "Check the path and who may read the file.",
        ) from error


def short_text(content: bytes, name: str, kind: str, max_bytes: int) -> str:
    """Return bytes as text; ProtocolFileError if they are too many, or no UTF-8."""
    if len(content) > max_bytes:
        raise file_error(
            name,
            f"it has more than {max_bytes // 1024} KiB",
            f"{kind}s are far shorter",
            "Check that this is the right file.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        problem = Problem(
            line=before.count(b"\n") + 1,
            column=len(before) - before.rfind(b"\n"),
            field="file",
            found=f"the byte {content[error.start]:02X} is no text in UTF-8",
            allowed=f"{kind}s are saved as UTF-8",
            cure="Save the file again with the encoding UTF-8.",
        )
        raise ProtocolFileError(name, (problem,)) from None


def file_error(file: str, found: str, allowed: str, cure: str) -> ProtocolFileError:
    """Return the complaint about a whole file."""
    problem = Problem(line=None, column=None, field="file", found=found, allowed=allowed, cure=cure)
    return ProtocolFileError(file, (problem,))
