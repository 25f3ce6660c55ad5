"""The command line as a whole: what it teaches, what it refuses, and its exit codes."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import Nmes

from nmes.cli import build_parser
from nmes.compose import port_names

HEAVY = ("pydantic", "textual", "numpy", "rich", "ruamel", "matplotlib", "serial")


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return {name: sub for action in found for name, sub in action.choices.items()}


def help_of_commands(parser: argparse.ArgumentParser) -> dict[str, str | None]:
    found = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return {choice.dest: choice.help for action in found for choice in action._choices_actions}


COMMANDS = subparsers(build_parser())


def python(code: str) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return answer.stdout.split()


# Help ---------------------------------------------------------------------------------------------


def test_help_leaves_with_0_and_shows_how_to_begin(nmes: Nmes) -> None:
    answer = nmes("--help")
    assert answer.code == 0
    assert "nmes demo" in answer.out
    assert "not a certified medical device" in answer.out


def test_help_explains_the_exit_codes(nmes: Nmes) -> None:
    text = nmes("--help").text
    assert "0 done, 1 bad input or a session that did not complete, 2 wrong usage," in text
    assert "3 trouble with the device" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_of_its_own(nmes: Nmes, name: str) -> None:
    answer = nmes(name, "--help")
    assert answer.code == 0
    assert f"usage: nmes {name}" in answer.out


def test_every_command_is_described_in_the_list() -> None:
    described = help_of_commands(build_parser())
    assert set(described) == set(COMMANDS)
    assert all(described.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_is_described(name: str) -> None:
    options = [
        action
        for action in COMMANDS[name]._actions
        if not isinstance(action, argparse._SubParsersAction)
    ]
    assert [action.dest for action in options if not action.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_module(name: str) -> None:
    file = Path(sys.modules["nmes.cli"].__file__ or "").parent / "commands" / f"{name}.py"
    assert "def run(" in file.read_text()


def test_the_examples_in_the_help_can_be_parsed() -> None:
    epilog = build_parser().epilog or ""
    examples = [line.split("  ")[1] for line in epilog.splitlines() if line.startswith("  nmes ")]
    assert len(examples) >= 6
    for example in examples:
        assert build_parser().parse_args(example.split()[1:]).command == example.split()[1]


def test_the_command_line_itself_imports_nothing_heavy() -> None:
    code = (
        "import sys, nmes.cli; nmes.cli.build_parser().format_help(); "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    assert set(HEAVY) & set(python(code)) == set()


# Wrong usage --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("--nothing",),
        ("demo", "--nothing"),
        ("run",),
        ("run", "demo", "--nothing"),
        ("rehearse",),
        ("check",),
        ("show",),
        ("simulate",),
        ("sessions", "frobnicate"),
        ("sessions", "show"),
        ("rehearse", "demo", "--ack-delay", "long"),
    ],
)
def test_wrong_usage_leaves_with_2_and_shows_the_usage(
    nmes: Nmes, arguments: tuple[str, ...]
) -> None:
    answer = nmes(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("usage: nmes")


def test_an_unknown_command_is_told_the_known_ones(nmes: Nmes) -> None:
    answer = nmes("frobnicate")
    assert all(name in answer.err for name in COMMANDS)


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "quad_tkaa"),
        ("check", "quad_tkaa"),
        ("rehearse", "quad_tkaa"),
        ("run", "quad_tkaa", "--device", "sim:rehastim2"),
    ],
)
def test_an_unknown_protocol_leaves_with_1_and_names_what_is_near(
    nmes: Nmes, arguments: tuple[str, ...]
) -> None:
    answer = nmes(*arguments)
    assert answer.code == 1
    assert "Did you mean quad_tka?" in answer.err


# nmes run -----------------------------------------------------------------------------------------


def run(nmes: Nmes, *arguments: str) -> tuple[int, str]:
    answer = nmes("run", "demo", *arguments)
    assert answer.out == ""
    return answer.code, answer.err


def test_a_screenless_run_on_an_explicit_port_must_say_that_nobody_is_connected(nmes: Nmes) -> None:
    code, said = run(
        nmes, "--device", "rehastim2", "--port", "/dev/null", "--no-tui", "--intensity", "1=5"
    )
    assert code == 2
    assert "needs --bench: a person may be at its other end" in said


def test_a_simulated_device_takes_no_port(nmes: Nmes) -> None:
    code, said = run(nmes, "--device", "sim:rehastim2", "--port", "/dev/null")
    assert code == 2
    assert "has no port" in said


def test_a_real_device_needs_a_port(nmes: Nmes) -> None:
    code, said = run(nmes, "--device", "rehastim2")
    assert code == 2
    assert "--port PORT" in said
    assert "sim:rehastim2" in said


def test_a_screenless_run_needs_a_level(nmes: Nmes) -> None:
    code, said = run(nmes, "--device", "sim:rehastim2", "--no-tui")
    assert code == 2
    assert "--intensity CHANNEL=MA" in said


@pytest.mark.parametrize("option", [("--pulses", "pulses.csv"), ("--ack-delay", "5")])
def test_options_of_the_simulator_do_not_go_with_a_port(
    nmes: Nmes, option: tuple[str, str]
) -> None:
    code, said = run(nmes, "--device", "rehastim2", "--port", "/dev/null", "--bench", *option)
    assert code == 2
    assert "belong to a simulated device" in said


def test_a_port_without_a_person_or_the_bench_flag_asks_who_is_there(nmes: Nmes) -> None:
    code, said = run(nmes, "--device", "rehastim2", "--port", "/dev/null")
    assert code == 2
    assert "--patient CODE, or --bench" in said


@pytest.mark.parametrize("port", [(), ("--port", "/dev/null")])
def test_an_unknown_device_leaves_with_3_and_names_what_is_near(
    nmes: Nmes, port: tuple[str, ...]
) -> None:
    code, said = run(nmes, "--device", "rehastim3", *port)
    assert code == 3
    assert "Did you mean rehastim2?" in said


@pytest.mark.parametrize(
    "arguments", [("run", "demo", "--device", "sim:rehastim2"), ("demo",), ("start",), ()]
)
def test_a_screen_without_a_terminal_is_refused(nmes: Nmes, arguments: tuple[str, ...]) -> None:
    answer = nmes(*arguments)
    assert answer.code == 1
    assert "The screen needs a terminal" in answer.err


# nmes sessions, nmes ports ------------------------------------------------------------------------


def test_a_folder_where_a_file_is_to_be_written_is_told_in_words(
    nmes: Nmes, tmp_path: Path
) -> None:
    answer = nmes("rehearse", "demo", "--pulses", tmp_path)
    assert answer.code == 1
    assert f"{tmp_path}: Is a directory. Check the path" in answer.err
    assert "Errno" not in answer.err


def test_without_any_session_the_list_says_how_to_make_one(nmes: Nmes) -> None:
    answer = nmes("sessions")
    assert answer.code == 0
    assert "No session has been recorded yet. 'nmes demo' makes one." in answer.out


def test_without_any_session_json_is_an_empty_list(nmes: Nmes) -> None:
    assert json.loads(nmes("sessions", "--json").out) == []


def test_a_session_that_does_not_exist_is_bad_input(nmes: Nmes) -> None:
    answer = nmes("sessions", "show", "20200101")
    assert answer.code == 1
    assert "There is no session '20200101'" in answer.err


def test_listing_sessions_creates_nothing(nmes: Nmes, tmp_path: Path) -> None:
    nmes("sessions")
    assert not (tmp_path / "home").exists()


def test_ports_are_those_of_this_computer(nmes: Nmes) -> None:
    listed = json.loads(nmes("ports", "--json").out)
    assert [port["name"] for port in listed] == [port.name for port in port_names()]


def test_ports_never_fail_for_lack_of_a_port(nmes: Nmes) -> None:
    answer = nmes("ports")
    assert answer.code == 0
    assert answer.out
