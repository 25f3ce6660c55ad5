"""Real ports are opened under guard, and free again once closed."""

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from nmes.compose import RealWorkshop, _descriptor
from nmes.settings import Settings
from protocols.errors import PortError


class PortWithoutDescriptor:
    def read(self) -> bytes:
        return b""

    def write(self, data: bytes) -> None:
        """Nobody reads it."""

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def terminal() -> Iterator[str]:
    far, near = os.openpty()
    tty.setraw(near)
    yield os.ttyname(near)
    os.close(near)
    os.close(far)


@pytest.fixture
def workshop(tmp_path: Path) -> RealWorkshop:
    settings = Settings(home=tmp_path)
    return RealWorkshop(settings, pulses=None, trace=None, ack_delay_ms=0)


def guards() -> int:
    """How many guards live as children of this process."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return sum(b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
@pytest.mark.parametrize("end", ["close", "abandon"])
def test_a_port_is_guarded_as_long_as_it_is_open(
    workshop: RealWorkshop, terminal: str, end: str
) -> None:
    before = guards()
    gate = workshop.open_gate("rehastim2", terminal)
    assert guards() == before + 1
    if end == "close":
        gate.close()
    else:
        gate.abandon(0)
    assert guards() == before


def test_a_port_that_was_closed_can_be_opened_again_at_once(
    workshop: RealWorkshop, terminal: str
) -> None:
    for _ in range(3):
        workshop.open_gate("rehastim2", terminal).close()


def test_a_port_that_no_guard_could_write_to_is_refused() -> None:
    with pytest.raises(PortError, match="cannot be guarded"):
        _descriptor(PortWithoutDescriptor())


SOURCE = Path(__file__).parents[1] / "docs" / "examples" / "openemsstim_source.toml"


def test_a_device_that_was_named_at_the_start_can_be_chosen(tmp_path: Path) -> None:
    device = f"openemsstim@{SOURCE}"
    named = RealWorkshop(
        Settings(home=tmp_path), pulses=None, trace=None, ack_delay_ms=0, declared=(device,)
    )
    assert {device, f"sim:{device}"} <= {offered.name for offered in named.devices()}


def test_each_declared_source_has_a_simulator_of_its_own(
    tmp_path: Path, workshop: RealWorkshop
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(SOURCE.read_text().replace("[20, 10]", "[10, 10]"))
    for file in (SOURCE, SOURCE, other):
        workshop.open_gate(f"sim:openemsstim@{file}", None).close()
    assert len(workshop._simulators) == 2
    for simulator in workshop._simulators.values():
        simulator.process.kill()
        simulator.process.communicate()
