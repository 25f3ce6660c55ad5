"""Bugs that are planted on purpose, and what must find each of them.

    python tests/support/planted_bugs.py

writes the table of docs/evidence/planted-bugs.md anew. The bugs stand in
tests/planted_bugs/bugs.toml, and are only ever planted in a copy of the tree.
"""

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).parents[2]
BUGS = ROOT / "tests" / "planted_bugs" / "bugs.toml"
DOCUMENT = ROOT / "docs" / "evidence" / "planted-bugs.md"
TABLE_BEGINS = "| bug | file | caught by |"


class Data(BaseModel):
    """What a person wrote into the file of the bugs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CampaignCatch(Data):
    """Sessions 0 to `sessions` of a seed show a violation of the kind `finds`."""

    seed: int
    sessions: int
    finds: str


class Bug(Data):
    """One change of one file, the test that must fail by it, and a part of what that test says."""

    name: str
    file: str
    old: str
    new: str
    caught_by: str
    shows: str
    campaign: CampaignCatch | None = None

    @property
    def test_file(self) -> Path:
        """The file of the test that must fail."""
        return ROOT / self.caught_by.partition("::")[0]

    @property
    def test_function(self) -> str:
        """The function of the test that must fail."""
        return self.caught_by.partition("::")[2].partition("[")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One test that did not pass; an error is none of its assertions, but of what surrounds it."""

    test: str
    is_error: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """What became of some tests."""

    __test__ = False

    exit_code: int
    passed: int
    troubles: tuple[Trouble, ...]


def read_bugs() -> tuple[Bug, ...]:
    """Return all bugs as they are written down."""
    entries = tomllib.loads(BUGS.read_text(encoding="utf-8"))["bug"]
    return tuple(Bug.model_validate(entry) for entry in entries)


def with_bug(bug: Bug, folder: Path) -> str:
    """Return the text of the bug's file with the bug in it; ValueError if it has no place there."""
    text = (folder / bug.file).read_text(encoding="utf-8")
    found = text.count(bug.old)
    if found != 1:
        raise ValueError(
            f"{bug.name!r}: its old text is {found} times in {bug.file}. If that code has changed, "
            "move the planted bug along in tests/planted_bugs/bugs.toml."
        )
    return text.replace(bug.old, bug.new)


@contextmanager
def planted(bug: Bug, folder: Path) -> Iterator[None]:
    """Plant a bug in a copy of the tree, and take it out again."""
    file = folder / bug.file
    healthy = file.read_text(encoding="utf-8")
    file.write_text(with_bug(bug, folder), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(healthy, encoding="utf-8")


def run_tests(folder: Path, tests: Sequence[str], timeout_s: float) -> TestRun:
    """Run tests of a copy in a process of their own; TimeoutExpired if they do not end."""
    results = folder / "planted-bugs.xml"
    results.unlink(missing_ok=True)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
    command = ["-m", "pytest", *options, f"--junitxml={results}", *tests]
    exit_code = _run(folder, command, timeout_s)
    cases = list(ElementTree.parse(results).iter("testcase")) if results.exists() else []
    troubles = tuple(trouble for case in cases for trouble in _troubles(case))
    return TestRun(
        exit_code=exit_code, passed=sum(len(case) == 0 for case in cases), troubles=troubles
    )


def _troubles(case: ElementTree.Element) -> Iterator[Trouble]:
    for found in (*case.iter("failure"), *case.iter("error")):
        yield Trouble(
            test=case.get("name", ""),
            is_error=found.tag == "error",
            message=found.get("message", ""),
        )


def campaign_finds(folder: Path, seed: int, sessions: int, timeout_s: float) -> dict[str, int]:
    """Let a copy judge sessions of a campaign; return how often it found each kind of violation."""
    report = folder / "planted-bugs.json"
    report.unlink(missing_ok=True)
    sized = ["--seed", str(seed), "--sessions", str(sessions), "--jobs", "1"]
    _run(folder, ["-m", "nmes", "campaign", *sized, "--json", str(report)], timeout_s)
    found: dict[str, int] = json.loads(report.read_text(encoding="utf-8"))["violations"]
    return found


def _run(folder: Path, command: Sequence[str], timeout_s: float) -> int:
    """Run Python on the code of a copy; what it began ends with it if it takes too long."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # No byte code: a bug that keeps size and time of its file would not be seen.
    environment = kept | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    with (folder / "planted-bugs.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def table(bugs: Sequence[Bug]) -> str:
    """Return the table of all bugs and of what catches them."""
    rows = [f"| {bug.name} | `{bug.file}` | {_catchers(bug)} |" for bug in bugs]
    return "\n".join([TABLE_BEGINS, "|---|---|---|", *rows]) + "\n"


def _catchers(bug: Bug) -> str:
    test = f"`{bug.caught_by}`"
    seen = bug.campaign
    if seen is None:
        return test
    return f"{test}; campaign, {seen.sessions} sessions of seed {seen.seed}: {seen.finds}"


def with_table(document: str, bugs: Sequence[Bug]) -> str:
    """Return the document with the table at its end as it must be."""
    return document.partition(TABLE_BEGINS)[0] + table(bugs)


if __name__ == "__main__":
    DOCUMENT.write_text(
        with_table(DOCUMENT.read_text(encoding="utf-8"), read_bugs()), encoding="utf-8"
    )
