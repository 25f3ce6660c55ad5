import stat
from pathlib import Path

import pytest
from support.simulator_process import wait_until

from nmes.service.simulator import start_simulator
from protocols.errors import PortError


def test_a_simulator_is_a_port_until_its_parent_lets_go(tmp_path: Path) -> None:
    pulses = tmp_path / "pulses.csv"
    simulator = start_simulator("rehastim2", pulses=pulses, ack_delay_ms=1.5)
    is_port = stat.S_ISCHR(Path(simulator.port).stat().st_mode)
    assert simulator.process.stdin is not None
    simulator.process.stdin.close()
    wait_until(lambda: simulator.process.poll() is not None)
    assert simulator.process.stdout is not None
    simulator.process.stdout.close()
    assert (is_port, pulses.exists()) == (True, True)


def test_a_simulator_that_does_not_start_is_said_with_what_to_try() -> None:
    with pytest.raises(PortError, match="nmes simulate toaster"):
        start_simulator("toaster", pulses=None, ack_delay_ms=0)


def test_a_simulator_that_takes_too_long_is_not_waited_for() -> None:
    with pytest.raises(PortError, match="did not start"):
        start_simulator("rehastim2", pulses=None, ack_delay_ms=0, patience_s=0)


def test_a_simulator_is_set_to_what_was_declared_of_it(tmp_path: Path) -> None:
    options = {"source_ma": "20", "source_hz": "35", "boot_s": "0.5"}
    simulator = start_simulator("openemsstim", options=options, pulses=None, ack_delay_ms=0)
    simulator.process.terminate()
    simulator.process.communicate()
    assert simulator.port


def test_a_simulator_that_cannot_be_set_like_that_does_not_start() -> None:
    with pytest.raises(PortError, match="did not start"):
        start_simulator("rehastim2", options={"source_hz": "35"}, pulses=None, ack_delay_ms=0)
