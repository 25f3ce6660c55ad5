"""Looking for devices while the engine goes on: the process that asks, and what is said of it."""

import json
import os
import select
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.bench_protocols import ONE, written
from support.station_bench import FOLDER, BenchWorkshop, StationBench, arm, choice

from nmes.cli import main
from nmes.link import messages as link
from nmes.service.probe import Answer, Outcome, answer_as_json, answer_of
from nmes.service.search import PortSearch, answers_told
from protocols.errors import DeviceError

PATH = str(written(Path(FOLDER.name), ONE))
FOUND = Answer(port="/dev/ttyUSB0", device="p24", outcome=Outcome.FOUND, detail="P24, fine")
BUSY = Answer(
    port="/dev/ttyUSB1", device="p24", outcome=Outcome.BUSY, detail="cat has it.", advice="End it."
)
SILENT = Answer(port="/dev/ttyUSB2", device="p24", outcome=Outcome.SILENT, detail="no answer")
WAIT_FOR = "import sys; sys.stdout.write(open(sys.argv[1]).read())"
"""A program that says what it is told, once it is told."""


def printed(answers: Sequence[Answer]) -> bytes:
    told = [{"name": one.port, "answers": [answer_as_json(one)]} for one in answers]
    return json.dumps(told).encode()


# The process ------------------------------------------------------------------------------------


@pytest.fixture
def mouth(tmp_path: Path) -> Path:
    """Where the program that asks is told what it has found."""
    path = tmp_path / "mouth"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("outcome", Outcome)
def test_an_answer_is_the_same_on_the_other_side(outcome: Outcome) -> None:
    answer = Answer(port="p", device="rehastim2", outcome=outcome, detail="d", advice="a")
    assert answer_of("p", answer_as_json(answer)) == answer


def test_what_the_command_prints_is_understood(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    main(["ports", "--probe", "--json", "--port", "/dev/does_not_exist"])
    told = answers_told(capfdbinary.readouterr().out)
    assert {(one.port, one.outcome) for one in told} == {("/dev/does_not_exist", Outcome.CLOSED)}


def test_nothing_is_known_until_the_search_has_ended(mouth: Path) -> None:
    search = PortSearch([sys.executable, "-c", WAIT_FOR, str(mouth)])
    assert search.take() is None
    with mouth.open("wb") as told:
        told.write(printed([FOUND, SILENT]))
    while (answers := search.take()) is None:
        select.select([search.fileno()], [], [])
    assert answers == (FOUND, SILENT)


def test_a_search_that_is_broken_off_leaves_no_process(mouth: Path) -> None:
    search = PortSearch([sys.executable, "-c", WAIT_FOR, str(mouth)])
    pid = search._process.pid
    search.end()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("said", [b"", b"Traceback", b"{}x", b"[1]", b'[{"name": "p"}]', b"7"])
def test_a_search_that_fails_says_how_to_look_by_hand(said: bytes) -> None:
    with pytest.raises(DeviceError, match="nmes ports --probe"):
        answers_told(said)


def test_an_outcome_that_nobody_knows_is_a_search_that_failed() -> None:
    said = printed([FOUND]).replace(b"found", b"perhaps")
    with pytest.raises(DeviceError, match="nmes ports --probe"):
        answers_told(said)


# The station ------------------------------------------------------------------------------------


class ScriptedSearch:
    """A search whose end is told by the test."""

    def __init__(self) -> None:
        self.result: tuple[Answer, ...] | DeviceError | None = None
        self.is_ended = False

    def fileno(self) -> int:
        return 77

    def take(self) -> tuple[Answer, ...] | None:
        if isinstance(self.result, DeviceError):
            raise self.result
        return self.result

    def end(self) -> None:
        self.is_ended = True


class SearchWorkshop(BenchWorkshop):
    """A workshop that counts its searches."""

    @property
    def searches(self) -> list[ScriptedSearch]:
        return self.__dict__.setdefault("_searches", [])

    def search(self) -> ScriptedSearch:
        self.searches.append(ScriptedSearch())
        return self.searches[-1]


class SearchBench(StationBench):
    workshop_type = SearchWorkshop


def looking(**found: object) -> tuple[SearchBench, ScriptedSearch]:
    bench = SearchBench()
    bench.send(link.LookForDevices())
    (search,) = bench.workshop.searches
    return bench, search


def test_the_engine_waits_on_the_search_and_says_who_answered_once() -> None:
    bench, search = looking()
    assert search.fileno() in bench.station.filenos()
    search.result = (FOUND, SILENT)
    bench.run(1_000_000)
    (told,) = bench.of(link.DevicesFound)
    found = link.FoundDevice(device="p24", port="/dev/ttyUSB0", identity="P24, fine")
    assert (told.found, told.obstacles) == ((found,), ())
    assert bench.station.filenos() == ()


def test_a_port_that_could_not_be_asked_is_named_with_what_to_do() -> None:
    bench, search = looking()
    search.result = (BUSY,)
    bench.run(1_000_000)
    (told,) = bench.of(link.DevicesFound)
    wanted = "/dev/ttyUSB1: another program has the port. cat has it. End it."
    assert (told.found, told.obstacles) == ((), (wanted,))


def test_who_asks_twice_begins_no_second_search() -> None:
    bench, _ = looking()
    bench.send(link.LookForDevices())
    assert len(bench.workshop.searches) == 1


def test_a_search_that_fails_is_a_refusal_and_another_may_begin() -> None:
    bench, search = looking()
    search.result = DeviceError("Ask by hand.")
    bench.run(1_000_000)
    assert bench.of(link.Refusal)[-1].intent == "look_for_devices"
    assert bench.last_refusal == "Ask by hand."
    assert len(bench.send(link.LookForDevices()).workshop.searches) == 2


def test_asking_for_a_plan_lets_go_of_the_ports() -> None:
    bench, search = looking()
    bench.send(choice(PATH, {}))
    search.result = (FOUND,)
    bench.run(1_000_000)
    assert (search.is_ended, bench.of(link.DevicesFound)) == (True, [])


def test_arming_ends_a_search_that_was_begun_after_the_plan() -> None:
    bench, search = looking()
    bench.send(arm(1))
    assert search.is_ended
    assert search.fileno() not in bench.station.filenos()


@pytest.mark.parametrize("end", ["end", "link_lost"])
def test_no_search_outlives_the_engine(end: str) -> None:
    bench, search = looking()
    getattr(bench.station, end)("over", bench.now_us)
    assert search.is_ended


def test_while_a_session_is_open_nobody_looks() -> None:
    bench = SearchBench()
    bench.send(arm(1)).run(1_000_000)
    bench.send(link.LookForDevices())
    assert bench.workshop.searches == []
    assert "A session is open" in bench.last_refusal


def test_in_virtual_time_there_is_nothing_to_look_at() -> None:
    bench = StationBench().send(link.LookForDevices())
    assert "no ports" in bench.last_refusal
