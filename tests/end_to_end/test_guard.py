"""An engine that is killed, frozen, or loses its guard, while current flows.

Judged by the pulse record of a simulator that goes on whatever happens. By design the guard's stop
is on the wire 140 ms after the engine's last word; the bounds here leave as much again for a busy
machine, and lie far below what the device's own watchdog does.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_bench import EngineBench, engine_bench
from support.nmes_process import pass_time_until

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc"
)

GUARDED_S = 0.28
WATCHDOG_S = 1.2
PERIOD_S = 0.02
LOOK_ON_S = 0.5


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    with engine_bench(tmp_path) as made:
        yield made.arm().have_current_flow()


def test_current_of_a_killed_engine_is_stopped_by_its_guard(bench: EngineBench) -> None:
    done_s = time.monotonic()
    os.kill(bench.process.pid, signal.SIGKILL)
    pass_time_until(done_s + LOOK_ON_S)
    assert bench.last_pulse_s(done_s) <= GUARDED_S
    bench.process.wait()
    assert bench.living == []


def test_a_frozen_engine_is_stopped_by_its_guard_and_wakes_to_a_fault(bench: EngineBench) -> None:
    done_s = time.monotonic()
    os.kill(bench.process.pid, signal.SIGSTOP)
    pass_time_until(done_s + LOOK_ON_S)
    os.kill(bench.process.pid, signal.SIGCONT)
    bench.run_until(lambda: bench.state == "faulted")
    bench.run(LOOK_ON_S)
    assert "held up" in bench.cause
    assert bench.last_pulse_s(done_s) <= GUARDED_S


def test_an_engine_whose_guard_is_killed_stops_and_says_so(bench: EngineBench) -> None:
    done_s = time.monotonic()
    os.kill(bench.guard_pid, signal.SIGKILL)
    bench.run_until(lambda: bench.state == "faulted")
    bench.run(LOOK_ON_S)
    assert "guard" in bench.cause
    assert bench.last_pulse_s(done_s) <= GUARDED_S


def test_without_engine_and_guard_the_device_stops_by_itself(bench: EngineBench) -> None:
    guard_pid, done_s = bench.guard_pid, time.monotonic()
    os.kill(guard_pid, signal.SIGKILL)
    os.kill(bench.process.pid, signal.SIGKILL)
    pass_time_until(done_s + WATCHDOG_S + LOOK_ON_S)
    assert bench.last_pulse_s(done_s) <= WATCHDOG_S + PERIOD_S
