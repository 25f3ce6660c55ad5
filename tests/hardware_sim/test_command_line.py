import socket
import subprocess
import sys

import pytest

from hardware_sim.command_line import main
from hardware_sim.devices import DEVICES
from hardware_sim.openemsstim.options import READERS


def run(capsys, *argv):
    """Exit code and the one line of complaint."""
    code = main(list(argv))
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return code, line


def test_an_unknown_device_is_refused_and_the_known_ones_are_listed(capsys):
    code, line = run(capsys, "p42")

    assert code == 2
    assert "'p42'" in line
    assert "did you mean p24? known: rehastim2, p24, rehamove3" in line


def test_a_missing_device_is_asked_for(capsys):
    code, line = run(capsys)

    assert code == 2
    assert "rehastim2" in line


@pytest.mark.parametrize(
    "options",
    [
        ("--ack-delay", "-1"),
        ("--ack-delay", "soon"),
        ("--ack-delay", "inf"),
        ("--ack-delay", "nan"),
        ("--seed", "x"),
        ("--tcp", "localhost"),
        ("--tcp", "localhost:70000"),
        ("--tcp", ":80"),
        ("--tcp", "localhost:0", "--link", "here"),
        ("--no-such-option",),
    ],
)
def test_a_wrong_option_is_one_line_and_code_2(capsys, options):
    code, line = run(capsys, "rehastim2", *options)

    assert code == 2
    assert line.startswith("hardware_sim: ")


def test_a_port_in_use_is_one_line_and_code_3(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, line = run(capsys, "rehastim2", "--tcp", f"127.0.0.1:{taken.getsockname()[1]}")

    assert code == 3
    assert "in use" in line


def test_a_file_is_never_replaced_by_the_link(capsys, tmp_path):
    (tmp_path / "stim").write_text("precious")

    code, line = run(capsys, "rehastim2", "--link", str(tmp_path / "stim"))

    assert code == 3
    assert "not a stale link" in line
    assert (tmp_path / "stim").read_text() == "precious"


def test_a_link_that_leads_somewhere_is_never_replaced(capsys, tmp_path):
    (tmp_path / "stim").symlink_to("/dev/null")

    code, _ = run(capsys, "rehastim2", "--link", str(tmp_path / "stim"))

    assert code == 3
    assert (tmp_path / "stim").is_symlink()


def test_a_record_that_cannot_be_written_is_code_3_and_leaves_no_link(capsys, tmp_path):
    link = tmp_path / "stim"

    code, line = run(
        capsys, "rehastim2", "--link", str(link), "--pulses", str(tmp_path / "no" / "p.csv")
    )

    assert code == 3
    assert "p.csv" in line
    assert not link.is_symlink()


def test_a_fault_script_with_mistakes_is_refused_with_its_line(capsys, tmp_path):
    script = tmp_path / "faults.yaml"
    script.write_text("seed: 1\nfaults:\n  - {kind: drip, at_s: 1}\n")

    code, line = run(capsys, "rehastim2", "--faults", str(script))

    assert code == 2
    assert f"{script}: line 3: fault 1: there is no kind 'drip'. Did you mean drop?" in line


def test_a_fault_script_for_another_device_is_refused_with_what_does_not_fit(capsys):
    code, line = run(capsys, "p24", "--faults", "patient_switch")

    assert code == 2
    assert "line 6: fault 1, kind: the p24 has no emergency_switch" in line


def test_a_fault_script_that_is_not_there_is_a_wrong_option(capsys, tmp_path):
    code, line = run(capsys, "rehastim2", "--faults", str(tmp_path / "none.yaml"))

    assert code == 2
    assert "none.yaml" in line


def test_a_folder_in_the_place_of_a_record_is_told_in_words(capsys, tmp_path):
    code, line = run(capsys, "rehastim2", "--pulses", str(tmp_path))

    assert code == 3
    assert line == f"hardware_sim: {tmp_path}: Is a directory. Check the path and who may use it."


def test_a_fault_log_without_faults_is_a_wrong_option(capsys, tmp_path):
    code, line = run(capsys, "rehastim2", "--fault-log", str(tmp_path / "log.csv"))

    assert code == 2
    assert line.endswith("--fault-log needs --faults")


def test_a_simulator_without_faults_loads_nothing_of_them():
    code = (
        "import sys, hardware_sim.command_line\n"
        "heavy = {'pydantic', 'ruamel.yaml', 'hardware_sim.faulty_line'} & set(sys.modules)\n"
        "sys.exit(f'loads {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=20)


def test_the_command_of_nmes_hands_faults_on(tmp_path):
    command = [sys.executable, "-m", "nmes", "simulate", "rehastim2", "--faults", "no_such"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert ended.returncode == 2
    assert "no_such: " in ended.stderr


def test_help_is_no_mistake(capsys):
    assert main(["--help"]) == 0
    assert "--ack-delay" in capsys.readouterr().out


def test_the_exit_code_reaches_the_shell():
    ended = subprocess.run(
        [sys.executable, "-m", "hardware_sim", "nothing"],
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert ended.returncode == 2


@pytest.mark.parametrize("name", DEVICES)
def test_every_option_that_only_one_device_has_is_in_the_help(capsys, name):
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {option} " in told for option in DEVICES[name].meanings)


def test_all_options_of_the_openemsstim_have_a_meaning_in_words():
    assert DEVICES["openemsstim"].meanings.keys() == READERS.keys()
