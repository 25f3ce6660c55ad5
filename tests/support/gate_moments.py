"""A gate at the moments from which its tests begin, and frames that it must refuse."""

import pytest
from support.safety_bench import DEVICE, SECOND_US, Bench, burst, channel, plan, shape, stage

from protocols.capabilities import Capabilities
from protocols.errors import LimitViolation
from protocols.plan import Plan
from protocols.pulses import ChannelOutput, symmetric_output


def two_channels() -> Plan:
    return plan(
        channels=(channel(1), channel(2)),
        stages=(stage(bursts=(burst(1), burst(2)), shapes=(shape(1), shape(2))),),
    )


def refused(bench: Bench, *outputs: ChannelOutput, at_us: int | None = None) -> LimitViolation:
    """Write a frame that must be refused; return what was wrong with it."""
    with pytest.raises(LimitViolation) as found:
        bench.gate.output(bench.frame(*outputs), bench.now_us if at_us is None else at_us)
    return found.value


def flowing(level_ua: int = 20_000, of: Plan | None = None, device: Capabilities = DEVICE) -> Bench:
    """Return a bench whose channel 1 is at its level, in the middle of a contraction."""
    return Bench(of, device).arm().raise_to(level_ua).ramp_to(level_ua)


def open_gate() -> Bench:
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
    return bench


def setting_up() -> Bench:
    bench = open_gate()
    bench.gate.set_up(bench.setup, 0)
    return bench


def armed_gate() -> Bench:
    return Bench().arm()


def latched_gate() -> Bench:
    bench = flowing(5_000)
    refused(bench, symmetric_output(1, 9_000, 300))
    return bench


def started() -> Bench:
    bench = Bench().arm().raise_to(2_000)
    bench.write(0)
    bench.wait(100_000)
    return bench


def on_for(bench: Bench, on_us: int) -> None:
    """Let current flow from now on for so long, then end it."""
    bench.write(1_000)
    bench.wait(on_us)
    bench.write(0)


def an_hour_later(extra_us: int) -> Bench:
    bench = started()
    on_for(bench, SECOND_US)
    bench.wait(3599 * SECOND_US + extra_us)
    return bench


def two_modules(period_us: int) -> Plan:
    """Return a plan of a channel on each module, one stage after the other."""
    return plan(
        channels=(channel(1), channel(5)),
        stages=tuple(stage(shapes=(shape(n),), period_us=period_us) for n in (1, 5)),
    )
