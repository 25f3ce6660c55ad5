"""Fault script files: finding them, reading them, and saying all that is wrong with one."""

import stat
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hardware_sim.dialect import Dialect
from hardware_sim.fault_fit import misfits
from hardware_sim.faults import KINDS, FaultScript
from hardware_sim.plain_yaml import Complaint, Reading, field_name, read_plain
from hardware_sim.plain_yaml import Path as FieldPath

INCIDENTS = Path(__file__).parent / "incidents"
MOST_BYTES = 256 * 1024
KIND_MODELS: dict[str, type[BaseModel]] = {
    model.model_fields["kind"].annotation.__args__[0]: model  # type: ignore[union-attr] # a Literal
    for model in KINDS
}


class FaultScriptError(ValueError):
    """A fault script cannot be used; its text has one line for each complaint."""

    def __init__(self, file: str, complaints: tuple[Complaint, ...]) -> None:
        self.file = file
        self.complaints = complaints
        super().__init__("\n".join(f"{file}: {complaint}" for complaint in complaints))


def incidents() -> tuple[str, ...]:
    """Return the names of the incidents that come with the simulator."""
    return tuple(sorted(path.stem for path in INCIDENTS.glob("*.yaml")))


def load_faults(name_or_path: str | Path, dialect: Dialect) -> FaultScript:
    """Read a script for a device, by path or shipped by name; FaultScriptError."""
    text = str(name_or_path)
    path = INCIDENTS / f"{text}.yaml" if text in incidents() else Path(text)
    content = _short_bytes(path)
    if text in incidents():
        return _shipped(path, content.decode(), dialect)
    try:
        return read_faults(content.decode("utf-8-sig"), str(path), dialect)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = f"the byte {content[error.start]:02X} is no text"
        raise _one(str(path), line, what, "Save the file as UTF-8.") from None


def read_faults(text: str, name: str, dialect: Dialect) -> FaultScript:
    """Read the text of a script of this name for a device; FaultScriptError with all its faults."""
    reading = read_plain(text)
    if reading.value is not None or not reading.complaints:
        try:
            script = FaultScript.model_validate(reading.value)
        except ValidationError as error:
            unreadable = {complaint.field for complaint in reading.complaints}
            for detail in error.errors():
                _translate(reading, detail, unreadable)
        else:
            for misfit in misfits(script, dialect):
                reading.complain(("faults", misfit.index, misfit.field), misfit.what, misfit.cure)
    if reading.complaints:
        in_order = sorted(reading.complaints, key=lambda complaint: complaint.line)
        raise FaultScriptError(name, tuple(in_order))
    return script


def _shipped(path: Path, text: str, dialect: Dialect) -> FaultScript:
    try:
        return read_faults(text, str(path), dialect)
    except FaultScriptError as error:  # nobody is to mend what is shipped: another one helps
        cure = f"Incidents that suit the {dialect.device}: {', '.join(suiting(dialect))}."
        told = tuple(replace(complaint, cure=cure) for complaint in error.complaints)
        raise FaultScriptError(str(path), told) from None


def suiting(dialect: Dialect) -> tuple[str, ...]:
    """Return the names of the shipped incidents that a device can show."""
    return tuple(name for name in incidents() if _suits(INCIDENTS / f"{name}.yaml", dialect))


def _suits(path: Path, dialect: Dialect) -> bool:
    try:
        read_faults(path.read_text(encoding="utf-8"), str(path), dialect)
    except FaultScriptError:
        return False
    return True


def _short_bytes(path: Path) -> bytes:
    """Return what a plain file holds; a pipe or a device without end is not waited for."""
    name = str(path)
    try:
        content = _bytes_of_file(path)
    except FileNotFoundError:
        known = ", ".join(incidents())
        what = "there is neither a file nor an incident of this name"
        raise _one(name, 0, what, f"Incidents are {known}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        cure = "Check the path and who may read the file."
        raise _one(name, 0, f"it cannot be read ({reason})", cure) from None
    if content is None:
        raise _one(name, 0, "it is no file", "Name a plain text file.")
    if len(content) > MOST_BYTES:
        what = f"it has more than {MOST_BYTES // 1024} KiB"
        raise _one(name, 0, what, "Scripts are far shorter: check that this is the right file.")
    return content


def _bytes_of_file(path: Path) -> bytes | None:
    """Return at most one byte more than allowed; None if there is no plain file."""
    if not stat.S_ISREG(path.stat().st_mode):
        return None
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _one(name: str, line: int, what: str, cure: str) -> FaultScriptError:
    return FaultScriptError(name, (Complaint(line=line, field="file", what=what, cure=cure),))


def _translate(reading: Reading, detail: ErrorDetails, unreadable: set[str]) -> None:
    """Put what the model refuses into the reader's words, at its line."""
    model, path = _place(detail["loc"])
    if field_name(path) not in unreadable:
        what, cure = _wording(detail, model, path)
        reading.complain(path, what, cure)


def _place(loc: tuple[int | str, ...]) -> tuple[type[BaseModel], FieldPath]:
    """Return the model in which the error lies, and the path as the file has it."""
    if len(loc) > 2 and loc[2] in KIND_MODELS:
        return KIND_MODELS[str(loc[2])], (*loc[:2], *loc[3:])
    return FaultScript, loc


def _wording(detail: ErrorDetails, model: type[BaseModel], path: FieldPath) -> tuple[str, str]:
    context, kind = detail.get("ctx", {}), detail["type"]
    if kind == "extra_forbidden":
        return "there is no such field", _nearest(str(path[-1]), tuple(model.model_fields))
    if kind == "missing":
        return "it is missing", f"Add {path[-1]} to what begins on this line."
    if kind == "union_tag_not_found":
        return "it has no kind", f"Kinds are {', '.join(KIND_MODELS)}."
    if kind == "union_tag_invalid":
        tag = str(context["tag"])
        return f"there is no kind {tag!r}", _nearest(tag, tuple(KIND_MODELS))
    if kind == "value_error":
        return str(context["error"]), "Change or remove one of them."
    if not path:
        return "this is no group of fields", "Write a seed and a list of faults."
    return f"{_shown(detail['input'])} does not fit", f"{detail['msg'].replace('Input', 'It')}."


def _shown(value: object) -> str:
    if isinstance(value, list | dict):
        return "a list or group"
    return "nothing" if value is None else f"{value!r:.60}"


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
