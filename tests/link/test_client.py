"""The screen's end of the link against a real engine process."""

import asyncio
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from support.nmes_process import left_after_a_while

from nmes.link.client import EngineClient
from nmes.link.messages import (
    Arm,
    AskCatalogue,
    AskSessions,
    Catalogue,
    Leave,
    Prepare,
    Prepared,
    Refusal,
    Report,
    Sessions,
    Snapshot,
    StillHere,
    Summary,
    Welcome,
)
from protocols.errors import LinkError, RecordError

PATIENCE_S = 20.0
R = TypeVar("R")


class Screen:
    """A client that remembers what the engine said."""

    def __init__(self, home: Path) -> None:
        self.client = EngineClient(operator_is_script=False, log=home / "engine.log")
        self.reports: list[Report] = []

    def wait_for(self, kind: type[R], is_it: Callable[[R], bool] = lambda _: True) -> R:
        """Beat and listen until a report of this kind has come."""
        ends_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_s:
            for report in self.client.wait_reports(0.05):
                self.reports.append(report)
                if isinstance(report, kind) and is_it(report):
                    return report
            self.client.send(StillHere())
        raise TimeoutError(f"no {kind.__name__} among {self.reports[-5:]}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NMES_HOME", str(home))
        yield home


@pytest.fixture
def screen(home: Path) -> Iterator[Screen]:
    screen = Screen(home)
    yield screen
    screen.client.close()


@pytest.fixture(scope="module")
def patient_screen(home: Path) -> Iterator[Screen]:
    """One for all tests that leave their engine as it was: starting one takes a second."""
    screen = Screen(home)
    yield screen
    screen.client.close()


def demo(**changes: object) -> Prepare:
    fields: dict[str, object] = {
        "protocol": "demo",
        "device": "sim:rehastim2",
        "port": None,
        "operator": "op",
        "patient": "bench",
        "is_bench": True,
        "sides": {},
    }
    return Prepare.model_validate(fields | changes)


def test_an_engine_greets_and_tells_what_can_be_chosen(patient_screen: Screen) -> None:
    patient_screen.client.send(AskCatalogue())
    catalogue = patient_screen.wait_for(Catalogue)
    assert isinstance(patient_screen.reports[0], Welcome)
    assert "demo" in [protocol.id for protocol in catalogue.protocols]
    offered = {device.name: device.is_simulated for device in catalogue.devices}
    assert (offered["sim:rehastim2"], offered["rehastim2"]) == (True, False)


def test_a_choice_that_cannot_be_prepared_is_refused_with_every_reason(
    patient_screen: Screen, home: Path
) -> None:
    bad = home / "bad.yaml"
    bad.write_text("nmes: 1\nid: x\ntitle: y\n", encoding="utf-8")
    patient_screen.client.send(demo(protocol=str(bad)))
    refusal = patient_screen.wait_for(Refusal)
    assert (refusal.intent, len(refusal.reasons) > 5) == ("prepare", True)


def test_a_session_on_a_simulated_device_is_armed_stopped_left_and_listed(
    patient_screen: Screen, home: Path
) -> None:
    screen = patient_screen
    screen.client.send(demo())
    prepared = screen.wait_for(Prepared)
    screen.client.send(Arm(confirmed_channels=tuple(c.number for c in prepared.channels)))
    screen.wait_for(Snapshot, lambda snapshot: snapshot.state == "armed")
    screen.client.stop_now("space")
    stopped = screen.wait_for(
        Snapshot, lambda s: s.stop is not None and s.stop.confirmed_after_us is not None
    )
    assert stopped.state == "stopped"
    screen.client.send(Leave())
    summary = screen.wait_for(Summary)
    screen.client.send(AskSessions())
    (entry,) = screen.wait_for(Sessions).entries
    assert (entry.session_id, entry.outcome) == (summary.session_id, "stopped")


def test_closing_the_link_ends_the_engine_and_its_simulator(
    patient_screen: Screen, home: Path
) -> None:
    patient_screen.client.close()
    patient_screen.client.close()
    assert not patient_screen.client.is_alive
    assert left_after_a_while(home) == []


def test_garbage_on_the_link_ends_the_engine(screen: Screen) -> None:
    screen.wait_for(Welcome)
    os.write(screen.client._write_fd or -1, b"garbage\n")
    with pytest.raises(LinkError, match="engine has ended"):
        screen.wait_for(Catalogue)


def test_once_the_engine_is_gone_the_link_is_dead_and_says_so(screen: Screen) -> None:
    screen.wait_for(Welcome)
    assert screen.client._read() == []
    os.kill(screen.client.pid, signal.SIGKILL)
    screen.client._process.wait(PATIENCE_S)
    screen.client.send(StillHere())
    assert not screen.client.is_alive
    with pytest.raises(LinkError):
        screen.wait_for(Catalogue)
    screen.client.send(StillHere())
    screen.client.stop_now("space")
    assert not screen.client.is_alive


def test_a_stop_that_cannot_be_written_signals_the_engine(screen: Screen) -> None:
    screen.wait_for(Welcome)
    os.kill(screen.client.pid, signal.SIGSTOP)
    held_fd = os.dup(screen.client._write_fd)  # for the engine the link does not end
    while screen.client.is_alive:  # fill the pipe of an engine that does not read
        screen.client.send(demo(operator="x" * 60_000))
    screen.client.stop_now("space")
    os.kill(screen.client.pid, signal.SIGCONT)
    try:
        assert screen.client._process.wait(PATIENCE_S) == 0
    finally:
        os.close(held_fd)


def test_an_engine_that_does_not_end_is_ended(screen: Screen) -> None:
    screen.wait_for(Welcome)
    os.kill(screen.client.pid, signal.SIGSTOP)
    screen.client.close(patience_s=0.1)
    assert screen.client._process.returncode == -signal.SIGKILL


async def test_an_application_reads_the_reports_as_they_come(screen: Screen) -> None:
    screen.client.send(AskCatalogue())

    async def read() -> list[str]:
        kinds = []
        async for report in screen.client.reports():
            kinds.append(report.kind)
            if report.kind == "catalogue":
                os.kill(screen.client.pid, signal.SIGTERM)
        return kinds

    kinds = await asyncio.wait_for(read(), PATIENCE_S)
    assert (kinds, screen.client.is_alive) == (["welcome", "catalogue"], False)


def test_a_data_folder_that_cannot_be_used_is_said_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="NMES_HOME"):
        EngineClient(operator_is_script=False, log=tmp_path / "file" / "engine.log")


@pytest.mark.parametrize("is_old", [False, True])
def test_only_its_owner_may_read_the_log_of_the_engine(tmp_path: Path, is_old: bool) -> None:
    log = tmp_path / "home" / "engine.log"
    if is_old:
        log.parent.mkdir(mode=0o700)
        log.write_text("said earlier\n")
        log.chmod(0o644)
    EngineClient(operator_is_script=False, log=log).close()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (log.parent, log)] == [0o700, 0o600]
    assert log.read_text().startswith("said earlier") is is_old
