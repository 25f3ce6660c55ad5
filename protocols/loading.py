"""Protocol files: finding them, reading them, and saying all that is wrong with one.

What a protocol asks for is judged elsewhere: what is permitted by the safety layer, what a device
can make by `protocols.timeline`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from protocols.complaints import all_problems, in_order, other_version
from protocols.consistency import Path as FieldPath
from protocols.errors import ProtocolFileError
from protocols.field_types import nearest_word
from protocols.model import StimulationProtocol
from protocols.short_files import file_error, short_bytes, short_text
from protocols.yaml_reading import read_yaml

KIND = "protocol"
MAX_BYTES = 256 * 1024
LIBRARY = Path(__file__).parent / "library"
KEPT = 32
"""How many texts stay understood: the same one is loaded whenever it is listed, shown, prepared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedProtocol:
    """A protocol with its origin: `source` names the file, `sha256` is the hash of its bytes.

    `lines` are the lines of its values by path; a protocol that was not read from text has none.
    """

    protocol: StimulationProtocol
    sha256: str
    source: str
    lines: Mapping[FieldPath, int] = field(default_factory=dict, compare=False, repr=False)

    def line_of(self, path: FieldPath) -> int | None:
        """Return the line of a value, or of the nearest group around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEntry:
    """A protocol that comes with the program."""

    name: str
    path: Path
    protocol: StimulationProtocol


def load_protocol(path: Path) -> LoadedProtocol:
    """Read a protocol file; raise ProtocolFileError with everything that is wrong with it."""
    return load_text(short_bytes(path, KIND, MAX_BYTES), str(path))


def file_sha256(path: Path) -> str:
    """Return the hash of a protocol file as it is now; ProtocolFileError if it cannot be read."""
    return hashlib.sha256(short_bytes(path, KIND, MAX_BYTES)).hexdigest()


def load_text(text: str | bytes, name: str) -> LoadedProtocol:
    """Read the text of a protocol file of this name; raise ProtocolFileError."""
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return _understood(content, name)


@lru_cache(maxsize=KEPT)
def _understood(content: bytes, name: str) -> LoadedProtocol:
    reading = read_yaml(short_text(content, name, KIND, MAX_BYTES), KIND)
    if (version := other_version(reading)) is not None:
        raise ProtocolFileError(name, (version,))
    try:
        protocol = StimulationProtocol.model_validate(reading.value)
    except ValidationError as error:
        raise ProtocolFileError(name, all_problems(reading, error)) from None
    if reading.problems:
        raise ProtocolFileError(name, in_order(list(reading.problems)))
    return LoadedProtocol(
        protocol=protocol,
        sha256=hashlib.sha256(content).hexdigest(),
        source=name,
        lines={path: place.line for path, place in reading.places.items()},
    )


def find_protocol(name_or_path: str | Path) -> Path:
    """Return the file meant by the name of a library protocol or by a path.

    Raises ProtocolFileError, with the nearest name of the library, if there is none.
    """
    text = str(name_or_path)
    names = _library_files()
    if text in names:
        return names[text]
    path = Path(text)
    if "\0" not in text and path.exists():
        return path
    near = nearest_word(path.stem, names)
    raise file_error(
        text,
        "there is neither a file nor a library protocol of this name",
        f"the library has {', '.join(names)}",
        f"Did you mean {near}?" if near else "Check the name, or give the path of a file.",
    )


def library() -> tuple[LibraryEntry, ...]:
    """Return all protocols of the library, by name."""
    return tuple(
        LibraryEntry(name=name, path=path, protocol=load_protocol(path).protocol)
        for name, path in _library_files().items()
    )


def _library_files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(LIBRARY.glob("*.yaml"))}
