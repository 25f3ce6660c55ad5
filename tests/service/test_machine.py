"""What this computer is asked for, on a tree of files that stands for one."""

import os
import tty
from pathlib import Path

import pytest

from nmes.service.machine import Holder, RealMachine


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "proc").mkdir()
    return tmp_path


@pytest.fixture
def port(root: Path) -> Path:
    file = root / "ttyUSB0"
    file.touch()
    return file


def program(root: Path, pid: int, name: str, *opened: Path) -> None:
    folder = root / "proc" / str(pid) / "fd"
    folder.mkdir(parents=True)
    (folder.parent / "comm").write_text(f"{name}\n")
    for number, file in enumerate(opened):
        (folder / str(number)).symlink_to(file)


def test_a_program_that_has_a_port_open_is_named(root: Path, port: Path) -> None:
    program(root, 41, "editor", root / "text")
    program(root, 42, "minicom", root / "text", port)
    assert RealMachine(root).holders(str(port)) == (Holder(pid=42, program="minicom"),)


def test_a_port_is_recognised_under_another_name(root: Path, port: Path) -> None:
    link = root / "by-id"
    link.symlink_to(port)
    program(root, 42, "minicom", port)
    assert RealMachine(root).holders(str(link))


def test_we_ourselves_do_not_count_as_another_program(root: Path, port: Path) -> None:
    program(root, os.getpid(), "nmes", port)
    assert RealMachine(root).holders(str(port)) == ()


def test_who_made_a_pseudo_terminal_does_not_hold_it(root: Path) -> None:
    far, near = os.openpty()
    tty.setraw(near)
    program(root, 42, "simulator", Path(os.ttyname(near)))
    assert RealMachine(root).holders(os.ttyname(near)) == ()
    os.close(near)
    os.close(far)


def test_the_latency_timer_of_a_port_is_read(root: Path, port: Path) -> None:
    folder = root / "sys/bus/usb-serial/devices/ttyUSB0"
    folder.mkdir(parents=True)
    (folder / "latency_timer").write_text("16\n")
    facts = RealMachine(root).port(str(port))
    assert facts.latency_ms == 16
    assert facts.latency_file == str(folder / "latency_timer")


def test_a_port_without_a_latency_timer_has_none(root: Path, port: Path) -> None:
    assert RealMachine(root).port(str(port)).latency_ms is None


def test_a_port_of_ours_is_permitted_and_of_our_group(root: Path, port: Path) -> None:
    facts = RealMachine(root).port(str(port))
    assert (facts.exists, facts.is_permitted, facts.is_member) == (True, True, True)


def test_a_port_that_is_not_there_is_said_not_to_be(root: Path) -> None:
    facts = RealMachine(root).port(str(root / "ttyUSB9"))
    assert (facts.exists, facts.is_permitted) == (False, False)


@pytest.mark.parametrize("name", ["ModemManager", "modem"])
def test_a_modem_manager_is_known_by_its_name(root: Path, name: str) -> None:
    program(root, 7, name)
    facts = RealMachine(root).computer(root)
    assert facts.has_modem_manager == (name == "ModemManager")


def test_who_may_change_niceness_may_raise_priority(root: Path) -> None:
    (root / "proc/self").mkdir()
    (root / "proc/self/status").write_text("Name:\tx\nCapEff:\t0000000000800000\n")
    assert RealMachine(root).computer(root).may_raise_priority


def test_a_data_folder_that_is_yet_to_be_made_is_judged_by_the_one_above(root: Path) -> None:
    facts = RealMachine(root).computer(root / "a" / "b")
    assert facts.home_trouble == ""
    assert facts.free_bytes > 0


def test_looking_at_the_data_folder_leaves_nothing_there(root: Path) -> None:
    RealMachine(root).computer(root / "home")
    assert [path.name for path in root.iterdir()] == ["proc"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a system without /proc")
def test_a_place_where_no_folder_can_be_made_is_told(root: Path) -> None:
    assert "/proc" in RealMachine(root).computer(Path("/proc/nmes")).home_trouble


def test_a_file_where_the_data_folder_should_be_is_told(root: Path, port: Path) -> None:
    assert "is a file" in RealMachine(root).computer(port / "nmes").home_trouble
