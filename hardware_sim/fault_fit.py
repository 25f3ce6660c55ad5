"""Whether a device can show what a fault script says."""

from collections.abc import Iterator
from dataclasses import dataclass

from hardware_sim import faults
from hardware_sim.dialect import Dialect
from hardware_sim.faults import BaseFault, FaultScript


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Something in a script that a device does not have; an empty field is the whole fault."""

    index: int
    field: str
    what: str
    cure: str


def misfits(script: FaultScript, dialect: Dialect) -> Iterator[Misfit]:
    """Return everything that this device cannot show."""
    for index, fault in enumerate(script.faults):
        for field, what, cure in _faults_misfits(fault, dialect):
            yield Misfit(index=index, field=field, what=what, cure=cure)


def refuse_misfits(script: FaultScript, dialect: Dialect) -> None:
    """Raise ValueError if there is something that this device cannot show."""
    found = [f"fault {misfit.index + 1}: {misfit.what}" for misfit in misfits(script, dialect)]
    if found:
        raise ValueError("; ".join(found))


def _faults_misfits(fault: BaseFault, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    shown = (*dialect.lies, *dialect.troubles)
    is_special = isinstance(fault, faults.Lie | faults.Trouble | faults.GeneralError)
    refuses_nothing = isinstance(fault, faults.Refuse) and not dialect.results
    if (is_special and fault.kind not in shown) or refuses_nothing:
        yield "kind", f"the {dialect.device} has no {fault.kind}", f"It has {', '.join(shown)}."
        return
    yield from _wrong_names(fault, dialect)
    for field, values in _choices(fault, dialect).items():
        value = getattr(fault, field)
        if value not in values:
            known = ", ".join(str(known) for known in values)
            yield field, f"{value!r} does not fit", f"The {dialect.device} has {known}."


def _choices(fault: BaseFault, dialect: Dialect) -> dict[str, range | tuple[str, ...]]:
    """Return what fields of a fault may be with this device."""
    choices: dict[str, range | tuple[str, ...]] = dict(dialect.troubles.get(fault.kind, {}))
    if "channel" in type(fault).model_fields:
        choices["channel"] = range(1, dialect.channels + 1)
    match fault:
        case faults.Refuse():
            choices["result"] = dialect.results
        case faults.WrongMode():
            choices["mode"] = tuple(dialect.lies[fault.kind].values)
    return choices


def _wrong_names(fault: BaseFault, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    """Judge the names of frames that a fault looks at."""
    known = {"to_device": dialect.from_host, "to_host": dialect.from_device}
    names = known.get(fault.direction, dialect.from_host | dialect.from_device)
    concerned = dialect.concerned_frames(fault.kind)
    for name in fault.commands or ():
        if name not in names:
            listed = f"Known are {', '.join(sorted(names))}."
            yield "commands", f"no {name} travels {fault.direction}", listed
        elif concerned is not None and name not in concerned:
            listed = ", ".join(sorted(concerned))
            yield "commands", f"{name} is none of {listed}", "Change or remove it."
