"""A full disk and a second engine, with real processes, while current flows."""

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_bench import STEP_APART_S, EngineBench, engine_at, engine_bench

from nmes.link.messages import Arm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits another process's files")

STOPPED_S = 0.2
LOOK_ON_S = 0.5


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    with engine_bench(tmp_path) as made:
        yield made.arm().have_current_flow()


def let_no_file_grow(bench: EngineBench) -> None:
    """From now on every write that would lengthen a record of the engine fails."""
    (journal,) = (bench.home / "sessions").glob("*.jsonl")
    size = journal.stat().st_size
    resource.prlimit(bench.process.pid, resource.RLIMIT_FSIZE, (size, size))


def test_a_record_that_cannot_grow_any_more_stops_the_current_within_200_ms(
    bench: EngineBench,
) -> None:
    let_no_file_grow(bench)
    bench.run(STEP_APART_S)
    asked_s = time.monotonic()
    bench.step_up()  # is to be recorded before it acts
    bench.run_until(lambda: bench.state == "faulted")
    bench.run(LOOK_ON_S)
    assert bench.cause == "the record cannot be kept"
    assert max(row.current_ma for row in bench.rows) == 2
    assert bench.last_pulse_s(asked_s) <= STOPPED_S


def test_a_second_engine_is_kept_off_a_port_in_use(bench: EngineBench, tmp_path: Path) -> None:
    home = tmp_path / "second"
    home.mkdir()
    before = len(bench.rows)
    with engine_at(home, bench.simulator, bench.pulses) as second:
        second.prepare()
        second.say(Arm(confirmed_channels=(1,)))
        second.run_until(lambda: second.state == "faulted")
        assert "another program has it" in second.cause
    assert len(bench.rows) > before
