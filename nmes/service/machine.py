"""What the operating system tells of this computer and its ports; decides nothing.

The only module that looks into /proc, /sys, groups and permissions. What a system does not tell is
None or empty, never guessed.
"""

import errno
import grp
import os
import pwd
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from drivers.guard import NICENESS

_PSEUDO_TERMINALS = "/dev/pts/"
_CAN_NICE = 1 << 23  # CAP_SYS_NICE
_MODEM_MANAGER = "ModemManager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A program that has a port open."""

    pid: int
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortFacts:
    """What the system tells of one port.

    `group` owns it; `is_member` is said of this login, `is_listed` of the next one.
    """

    name: str
    exists: bool
    is_permitted: bool
    group: str
    is_member: bool
    is_listed: bool
    holders: tuple[Holder, ...]
    latency_ms: int | None
    latency_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerFacts:
    """What the system tells of itself. `home_trouble` is why nothing can be kept, "" if it can."""

    python: tuple[int, int, int]
    is_terminal: bool
    columns: int
    rows: int
    encoding: str
    home: str
    home_trouble: str
    free_bytes: int
    has_modem_manager: bool
    may_raise_priority: bool
    clock_step_ns: int
    wall_year: int


class Machine(Protocol):
    """A computer that can be asked."""

    def computer(self, home: Path) -> ComputerFacts:
        """Return what it tells of itself; `home` is the data folder."""
        ...

    def port(self, name: str) -> PortFacts:
        """Return what it tells of a port."""
        ...


class RealMachine:
    """The computer that we run on. `root` is where its files begin."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def computer(self, home: Path) -> ComputerFacts:
        """Return what this computer tells of itself."""
        size = shutil.get_terminal_size()
        there = _nearest(home)
        return ComputerFacts(
            python=sys.version_info[:3],
            is_terminal=sys.stdin.isatty() and sys.stdout.isatty(),
            columns=size.columns,
            rows=size.lines,
            encoding=sys.stdout.encoding or "",
            home=str(home),
            home_trouble=_home_trouble(there),
            free_bytes=shutil.disk_usage(there).free,
            has_modem_manager=any(name == _MODEM_MANAGER for _, name in self._programs()),
            may_raise_priority=self._may_raise_priority(),
            clock_step_ns=round(time.get_clock_info("monotonic").resolution * 1e9),
            wall_year=time.gmtime().tm_year,
        )

    def port(self, name: str) -> PortFacts:
        """Return what this computer tells of a port."""
        if "://" in name:
            return _address(name)
        path = Path(name)
        exists = path.exists()
        group, is_member, is_listed = _group_of(path) if exists else ("", False, False)
        latency = self._latency_file(path)
        return PortFacts(
            name=name,
            exists=exists,
            is_permitted=exists and os.access(path, os.R_OK | os.W_OK),
            group=group,
            is_member=is_member,
            is_listed=is_listed,
            holders=self.holders(name),
            latency_ms=_number_in(latency),
            latency_file=str(latency),
        )

    def holders(self, name: str) -> tuple[Holder, ...]:
        """Return the programs that have a port open, as far as we may know of them.

        None for a pseudo-terminal: whoever made it has it open, too.
        """
        real = os.path.realpath(name)
        if real.startswith(_PSEUDO_TERMINALS):
            return ()
        return tuple(
            Holder(pid=pid, program=program)
            for pid, program in self._programs()
            if pid != os.getpid() and self._has_open(pid, real)
        )

    def _programs(self) -> Iterator[tuple[int, str]]:
        for folder in (self._root / "proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended
                yield int(folder.name), (folder / "comm").read_text().strip()

    def _has_open(self, pid: int, real: str) -> bool:
        with suppress(OSError):  # it has ended, or is none of ours
            for link in (self._root / "proc" / str(pid) / "fd").iterdir():
                with suppress(OSError):  # closed meanwhile
                    if str(link.readlink()) == real:
                        return True
        return False

    def _latency_file(self, port: Path) -> Path:
        device = Path(os.path.realpath(port)).name
        return self._root / "sys/bus/usb-serial/devices" / device / "latency_timer"

    def _may_raise_priority(self) -> bool:
        with suppress(OSError, ValueError, IndexError):  # another system tells no such thing
            status = (self._root / "proc/self/status").read_text()
            if int(status.split("CapEff:")[1].split()[0], 16) & _CAN_NICE:
                return True
        return _nice_limit() <= NICENESS


def _address(name: str) -> PortFacts:
    """Return what can be said of an address before it is tried: nothing against it."""
    return PortFacts(
        name=name,
        exists=True,
        is_permitted=True,
        group="",
        is_member=True,
        is_listed=True,
        holders=(),
        latency_ms=None,
    )


def _nice_limit() -> int:
    """Return the lowest niceness that this login may have."""
    import resource  # not on every system

    number = getattr(resource, "RLIMIT_NICE", None)
    if number is None:
        return 0 if os.geteuid() else NICENESS
    most: int = resource.getrlimit(number)[0]
    return NICENESS if most == resource.RLIM_INFINITY else 20 - most


def _nearest(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())


def _home_trouble(there: Path) -> str:
    if not there.is_dir():
        return f"{there} is a file, not a folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{there} may not be written to"
    try:  # some folders can be written to, and hold nothing of ours: /proc, for one
        with TemporaryDirectory(prefix=".nmes-", dir=there):
            return ""
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return "" if is_full else f"nothing can be made in {there} ({error.strerror})"


def _group_of(port: Path) -> tuple[str, bool, bool]:
    """Return the group of a port, whether this login is in it, and whether the next will be."""
    number = port.stat().st_gid
    is_member = number in (os.getegid(), *os.getgroups())
    try:
        group = grp.getgrgid(number)
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(number), is_member, is_member
    return group.gr_name, is_member, is_member or user in group.gr_mem


def _number_in(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
