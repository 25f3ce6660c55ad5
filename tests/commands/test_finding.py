"""`nmes ports --probe`, `nmes doctor` and `nmes run` without a device, on pseudo-terminals."""

import fcntl
import json
import os
import tty
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.command_line import Nmes
from support.simulator_process import running_simulator

from nmes.commands.doctor import story_of
from nmes.commands.finding import chosen, found_at
from nmes.service.machine import RealMachine
from nmes.service.probe import Answer, Outcome, SeenPort
from protocols.errors import DeviceError

NAMES = ("rehastim2", "p24", "rehamove3")


@pytest.fixture(scope="module")
def simulated() -> Iterator[dict[str, str]]:
    """The port of a simulator of each kind."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(running_simulator(device=name)).port for name in NAMES}


@pytest.fixture
def nobody() -> Iterator[str]:
    """A port at whose other end nobody is."""
    far, near = os.openpty()
    tty.setraw(near)
    yield os.ttyname(near)
    os.close(near)
    os.close(far)


# nmes ports --probe -------------------------------------------------------------------------------


def test_each_device_is_found_by_name_and_identity(nmes: Nmes, simulated: dict[str, str]) -> None:
    ports = [argument for port in simulated.values() for argument in ("--port", port)]
    told = json.loads(nmes("ports", "--probe", "--json", *ports).out)
    found = {port["name"]: port["answers"][-1] for port in told}
    assert {name: found[port]["device"] for name, port in simulated.items()} == dict(
        zip(NAMES, NAMES, strict=True)
    )
    assert {answer["outcome"] for answer in found.values()} == {"found"}


def test_a_p24_question_that_meets_a_rehamove3_says_so(
    nmes: Nmes, simulated: dict[str, str]
) -> None:
    answer = nmes("ports", "--probe", "--port", simulated["rehamove3"], "--device", "p24")
    assert answer.code == 3
    assert "another device answered" in answer.text
    assert "say --device rehamove3" in answer.text


def test_where_nobody_is_nothing_is_found_and_the_doctor_is_named(nmes: Nmes, nobody: str) -> None:
    answer = nmes("ports", "--probe", "--port", nobody, "--device", "p24")
    assert answer.code == 3
    assert "nothing answered" in answer.text
    assert "nmes doctor" in answer.text


def test_a_port_that_another_program_has_locked_is_busy_and_not_written_to(nmes: Nmes) -> None:
    far, near = os.openpty()
    tty.setraw(near)
    os.set_blocking(far, False)
    fcntl.flock(near, fcntl.LOCK_EX)
    settings = tty.tcgetattr(near)
    answer = nmes("ports", "--probe", "--port", os.ttyname(near))
    assert "busy" in answer.text
    with pytest.raises(BlockingIOError):
        os.read(far, 1)
    assert tty.tcgetattr(near) == settings
    os.close(near)
    os.close(far)


def test_a_board_that_reboots_is_asked_by_its_file_only(nmes: Nmes, nobody: str) -> None:
    answer = nmes("ports", "--probe", "--port", nobody, "--device", "openemsstim")
    assert answer.code == 3
    assert "--device openemsstim@FILE" in answer.err


@pytest.mark.parametrize(
    ("device", "said"), [("openemstim", "Did you mean openemsstim?"), ("p24@x", "leave out @x")]
)
def test_a_device_that_cannot_be_asked_for_is_told_though_no_port_is_there(
    nmes: Nmes, device: str, said: str
) -> None:
    answer = nmes("ports", "--probe", "--device", device)
    assert answer.code == 3
    assert said in answer.err


def test_a_declaration_is_read_though_no_port_is_there(nmes: Nmes, tmp_path: Path) -> None:
    declaration = tmp_path / "board.toml"
    declaration.write_text("watts = 9\n", encoding="utf-8")
    answer = nmes("ports", "--probe", "--device", f"openemsstim@{declaration}")
    assert answer.code == 1
    assert "watts" in answer.err


def test_without_probe_no_port_is_opened(nmes: Nmes) -> None:
    answer = nmes("ports", "--port", "/dev/ttyNONE")
    assert answer.code == 0
    assert "/dev/ttyNONE" in answer.out


# nmes run without --device ------------------------------------------------------------------------

HEADLESS = ("run", "demo", "--bench", "--no-tui", "--intensity", "9=1")
"""A channel that the demo lacks: what follows the search is refused, so nothing is run."""


def test_the_only_device_that_answers_is_used_and_named(
    nmes: Nmes, simulated: dict[str, str]
) -> None:
    port = simulated["rehastim2"]
    answer = nmes(*HEADLESS, "--port", port)
    assert f"Using rehastim2 at {port}: HASOMED RehaStim2" in " ".join(answer.err.split())
    assert "demo has no channel '9'" in answer.err


def test_where_nobody_answers_run_points_to_the_doctor(nmes: Nmes) -> None:
    answer = nmes(*HEADLESS, "--port", "/dev/ttyNONE")
    assert answer.code == 3
    assert "/dev/ttyNONE: the port cannot be used." in answer.err
    assert "No stimulator answered. 'nmes doctor'" in answer.err


BOARD = "nmes ports --probe --device openemsstim@FILE --port"


def test_where_nothing_known_answers_the_board_that_needs_a_file_is_named(
    nmes: Nmes, nobody: str
) -> None:
    assert f"{BOARD} {nobody}" in nmes("ports", "--probe", "--port", nobody).text


NANO = "1a86:7523"
"""The ids of a board that only an openEMSstim comes with."""


def test_a_search_that_finds_nothing_names_what_needs_a_file_by_the_ids_of_its_port(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert found_at([SeenPort(name="/dev/ttyUSB7", usb_id=NANO)]) == ()
    assert f"{BOARD} /dev/ttyUSB7" in " ".join(capsys.readouterr().err.split())


def test_the_doctor_knows_what_needs_a_file_by_the_ids_of_its_port(nobody: str) -> None:
    assert story_of(SeenPort(name=nobody, usb_id=NANO), RealMachine()).untold == ("openemsstim",)


def test_where_a_device_answers_no_other_one_is_named(
    nmes: Nmes, simulated: dict[str, str]
) -> None:
    answer = nmes("ports", "--probe", "--port", simulated["rehastim2"])
    assert "openemsstim" not in answer.text


def test_who_asks_for_one_device_is_told_of_no_other(nmes: Nmes, nobody: str) -> None:
    answer = nmes("ports", "--probe", "--port", nobody, "--device", "rehamove3")
    assert "openemsstim" not in answer.text


def test_what_is_missing_on_the_command_line_is_said_before_any_port_is_opened(nmes: Nmes) -> None:
    answer = nmes("run", "demo", "--port", "/dev/ttyNONE")
    assert answer.code == 2
    assert "Say who is there" in answer.err
    assert "asking" not in answer.err


FIRST, SECOND = (
    Answer(port=f"/dev/tty{n}", device=name, outcome=Outcome.FOUND, detail="it")
    for n, name in enumerate(NAMES[:2])
)


def never(question: str) -> str:
    raise AssertionError(question)


def test_one_device_is_taken_without_a_question() -> None:
    assert chosen([FIRST], ask=never) is FIRST


def test_of_several_a_person_picks_one_by_number() -> None:
    assert chosen([FIRST, SECOND], ask=lambda _: "2\n") is SECOND


def test_a_number_that_is_none_of_them_is_asked_for_again() -> None:
    said = iter(["3", "0", "two", "-1", "1"])
    assert chosen([FIRST, SECOND], ask=lambda _: next(said)) is FIRST


def test_who_picks_none_gets_none() -> None:
    assert chosen([FIRST, SECOND], ask=lambda _: "") is None


def test_without_anybody_to_ask_several_are_listed_with_what_to_type(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert chosen([FIRST, SECOND], ask=None) is None
    told = capsys.readouterr().err
    assert "1: rehastim2 at /dev/tty0: it\n2: p24 at /dev/tty1: it\n" in told
    assert "--device rehastim2 --port /dev/tty0" in told


def test_who_picks_none_is_told_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    chosen([FIRST, SECOND], ask=lambda _: "")
    assert "Say which one: --device" in capsys.readouterr().err


def test_nothing_found_is_trouble_with_the_device() -> None:
    with pytest.raises(DeviceError, match="nmes doctor"):
        chosen([], ask=never)


# nmes doctor --------------------------------------------------------------------------------------


def test_the_doctor_is_content_with_a_device_that_answers(
    nmes: Nmes, simulated: dict[str, str]
) -> None:
    answer = nmes("doctor", "--port", simulated["rehastim2"])
    assert "rehastim2: The device answers: HASOMED RehaStim2" in answer.text
    assert answer.text.endswith("All is well.")
    assert answer.code == 0


def test_the_doctor_names_a_port_that_is_not_there(nmes: Nmes) -> None:
    answer = nmes("doctor", "--port", "/dev/ttyNONE")
    assert answer.code == 1
    assert "/dev/ttyNONE: There is no such port." in answer.text
    assert answer.text.endswith("1 thing to do, see above.")


@pytest.mark.parametrize("kind", ["file", "folder", "pipe"])
def test_what_is_no_serial_port_is_said_to_be_none_once(
    nmes: Nmes, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    answer = nmes("doctor", "--port", tmp_path / kind)
    assert answer.code == 1
    assert answer.text.count("no serial port") == 1
    assert "Check cable" not in answer.text
    assert answer.text.endswith("1 thing to do, see above.")


def test_the_doctor_tries_an_address_too(nmes: Nmes) -> None:
    answer = nmes("doctor", "--port", "socket://127.0.0.1:1")
    assert answer.code == 1
    assert "nothing listens there" in answer.text


def test_the_findings_are_there_as_json(nmes: Nmes) -> None:
    found = json.loads(nmes("doctor", "--port", "/dev/ttyNONE", "--json").out)
    assert {"subject", "weight", "found", "cure"} == set(found[0])
    assert found[-1]["weight"] == "to do"
