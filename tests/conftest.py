"""Makes ``tests/support`` importable as ``support``; settings for all tests.

The tests folder itself must not be on the path: its subfolders carry the names of the packages that
they test, and would be found first.
"""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

support = ModuleType("support")
support.__path__ = [str(Path(__file__).parent / "support")]
sys.modules.setdefault("support", support)

# A busy machine is no finding: examples are not timed.
settings.register_profile("nmes", deadline=None)
settings.load_profile("nmes")
settings.register_profile("mutation", deadline=None, derandomize=True, max_examples=20)

REAL_TIME = (
    "test_kills.py",
    "test_screen_gone.py",
    "test_guard.py",
    "test_faults.py",
    "test_stop_keys.py",
    "test_real_time.py",
    "test_real_terminal.py",
    "test_over_real_ports.py",
)
"""Files with engines in real time, which a held-up computer makes stop: `pytest -n 2` plays them
one after another on one worker, so that they do not hold each other up."""

LONG = (
    "campaign/test_sessions.py",
    "conformance/test_noise.py",
    "end_to_end/test_rehearsal_against_yaml.py",
    "hardware_sim/test_process.py",
    "tui/test_session_keys.py",
    "tui/test_start_screen.py",
)
"""Files of long tests: spread one by one when all others are done, so that both workers end at
about the same time."""


class ShownByTheSuite:
    """Fails a run of the whole suite in which a test that docs/safety.md names did not pass."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.missing: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        from support.shown_by import DOCUMENT, not_shown

        self.missing = not_shown(DOCUMENT.read_text(encoding="utf-8"), self.passed)
        if self.missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name in self.missing:
            terminalreporter.write_line(f"docs/safety.md names {name}, which did not pass here")


class SharedByteCode:
    """Byte code that the processes which tests start have in common, though none is to be kept.

    Without it each of them would compile all that it imports. Workers take the folder of the run.
    """

    def __init__(self, worker: dict[str, Any] | None) -> None:
        self._folder = worker["byte code"] if worker else tempfile.mkdtemp(prefix="nmes-byte-code-")
        self._is_worker = worker is not None
        self._environment = pytest.MonkeyPatch()

    def pytest_runtestloop(self) -> None:
        self._environment.setenv("PYTHONPYCACHEPREFIX", self._folder)
        self._environment.delenv("PYTHONDONTWRITEBYTECODE", raising=False)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["byte code"] = self._folder

    def pytest_unconfigure(self) -> None:
        self._environment.undo()
        if not self._is_worker:
            shutil.rmtree(self._folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch runs of everything; a worker, a part, a choice or a mere collection shows no more."""
    if sys.dont_write_bytecode and "PYTHONPYCACHEPREFIX" not in os.environ:
        config.pluginmanager.register(SharedByteCode(getattr(config, "workerinput", None)))
    options = ("keyword", "lf", "collectonly", "ignore", "deselect")
    chosen = [config.getoption(name, None) for name in options]
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not any(chosen)
    if is_whole and not hasattr(config, "workerinput") and config.option.markexpr == "not campaign":
        config.pluginmanager.register(ShownByTheSuite())


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for garbage neither while tests are collected nor, later, among what was collected."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Spread whole files, the largest first, but for those above.

    Test by test, the scheduler of xdist would look through all that was done before each of them,
    and what a file prepares once would be prepared by both workers.
    """
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, _ = nodeid.partition("::")
            if file.endswith(REAL_TIME):
                return "in real time"
            return nodeid if file.endswith(LONG) else file

    return Scheduling(config, log)
