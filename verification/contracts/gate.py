"""Theorems on one step of the gate: whatever the state within its bounds, the next is within them.

One channel stands for all: no judgement of a channel reads another one. Its state and what is asked
of it are free; its bounds are those of a thigh in a cyclic rhythm, with 300 µs at 50 Hz.
"""

from dataclasses import replace
from types import MappingProxyType

from drivers.rehastim2.capabilities import REHASTIM2
from protocols.pulses import ChannelOutput, TrainSetup, symmetric_output
from safety.clock import deadline_us, overtime
from safety.layers import ceiling_layer, device_layer, site_layer, timing_layer
from safety.levels import judge_raise, judge_ramp, lowered, wait_us
from safety.limits import Most, meet
from safety.rules import highest_rise_ua, judge_channel
from safety.session_limits import ChannelRules, SessionLimits
from safety.state import ChannelState, GateState, Mode, fallen, flowing, rest_us, silenced
from safety.table import load_table
from safety.train_limits import TrainChannel
from safety.verdict import Violation

TABLE = load_table()
BEHAVIOUR = TABLE.behaviour
WIDTH_US = 300
CAP_UA = 100_000
STEP_UA = 1_000
RAMP_MIN_US = 500_000
STALL_US = 100_000

RULES = ChannelRules(
    number=1,
    limits=replace(
        meet(
            meet(ceiling_layer(TABLE.ceiling), device_layer(REHASTIM2)),
            meet(
                site_layer("quadriceps", TABLE.sites["quadriceps"]),
                timing_layer("cyclic", TABLE.timing_classes["cyclic"]),
            ),
        ),
        current_ua=Most(value=CAP_UA, source="protocol"),
    ),
    ramp_up_default_us=2_000_000,
    current_step_ua=STEP_UA,
    timing_tolerance_us=250_000,
    widths_by_period=MappingProxyType({20_000: frozenset({(WIDTH_US, WIDTH_US)})}),
)
BOUNDS = TrainChannel(
    place=0,
    rules=RULES,
    ceilings=MappingProxyType({(WIDTH_US, WIDTH_US): Most(value=CAP_UA, source="protocol")}),
)
LIMITS = SessionLimits(
    table_sha256="",
    plan_sha256="",
    device=REHASTIM2,
    channels=(RULES,),
    session_max_us=Most(value=3_600_000_000, source="session"),
    behaviour=BEHAVIOUR,
    load_ohm=500,
)
SETUP = TrainSetup(period_us=20_000, channels=(1,))


def channel_of(
    level_ua: int, output_ua: int, on_since_us: int, rest_until_us: int, ramp_up_us: int
) -> ChannelState:
    """Return a channel in any state at all."""
    return ChannelState(
        number=1,
        level_ua=level_ua,
        raise_from_us=0,
        output_ua=output_ua,
        on_since_us=on_since_us,
        rest_until_us=rest_until_us,
        ramp_up_us=ramp_up_us,
    )


def gate_of(channel: ChannelState, session_from_us: int) -> GateState:
    """Return an armed gate with one channel, in a session that has begun."""
    return GateState(
        mode=Mode.ARMED,
        is_connected=True,
        is_stop_pending=False,
        setup=SETUP,
        channels=(channel,),
        last_write_us=0,
        session_from_us=session_from_us,
    )


def is_within(channel: ChannelState) -> bool:
    """Whether a channel is within all its bounds: the invariant."""
    return (
        0 <= channel.level_ua <= CAP_UA
        and 0 <= channel.output_ua <= CAP_UA
        and channel.output_ua % STEP_UA == 0
        and channel.ramp_up_us >= RAMP_MIN_US
    )


def holds(verdict: ChannelState | Violation) -> bool:
    """Whether a verdict refuses, or leads to a channel within its bounds."""
    return isinstance(verdict, Violation) or is_within(verdict)


def frame(current_ua: int) -> ChannelOutput:
    """Return what a frame asks of the channel."""
    return symmetric_output(1, current_ua, WIDTH_US)


# Frames ------------------------------------------------------------------------------------------


def a_frame_keeps_the_bounds(
    before: tuple[int, int, int, int, int], asked_ua: int, elapsed_us: int, now_us: int
) -> bool:
    """A frame that passes leads from within the bounds to within the bounds.

    pre: is_within(channel_of(*before))
    pre: 0 <= elapsed_us <= STALL_US
    post: __return__
    """
    return holds(judge_channel(channel_of(*before), frame(asked_ua), BOUNDS, elapsed_us, now_us))


def a_frame_that_is_not_balanced_never_passes(
    before: tuple[int, int, int, int, int], asked_ua: int, second_ua: int, now_us: int
) -> bool:
    """Nothing passes that does not carry its charge back to the last pC.

    pre: asked_ua != second_ua
    post: __return__
    """
    output = frame(asked_ua)._replace(second_current_ua=second_ua)
    return isinstance(judge_channel(channel_of(*before), output, BOUNDS, 0, now_us), Violation)


def a_frame_above_its_level_never_passes(
    before: tuple[int, int, int, int, int], asked_ua: int, elapsed_us: int, now_us: int
) -> bool:
    """Nothing passes that is more than the level, whatever flowed before.

    pre: is_within(channel_of(*before))
    pre: asked_ua > before[0] and asked_ua != 0
    post: __return__
    """
    verdict = judge_channel(channel_of(*before), frame(asked_ua), BOUNDS, elapsed_us, now_us)
    return isinstance(verdict, Violation)


def a_frame_changes_no_level(
    before: tuple[int, int, int, int, int], asked_ua: int, elapsed_us: int, now_us: int
) -> bool:
    """A frame that passes changes the output and the times it depends on, never the level.

    pre: is_within(channel_of(*before))
    post: __return__
    """
    verdict = judge_channel(channel_of(*before), frame(asked_ua), BOUNDS, elapsed_us, now_us)
    return isinstance(verdict, Violation) or verdict.level_ua == before[0]


def silence_always_passes(before: tuple[int, int, int, int, int], now_us: int) -> bool:
    """No state refuses a frame of no current, and after it none flows.

    pre: is_within(channel_of(*before))
    post: __return__
    """
    verdict = judge_channel(channel_of(*before), frame(0), BOUNDS, 0, now_us)
    return not isinstance(verdict, Violation) and verdict.output_ua == 0


def a_burst_that_is_too_long_never_goes_on(
    before: tuple[int, int, int, int, int], asked_ua: int, elapsed_us: int, now_us: int
) -> bool:
    """Nothing flows longer than 20 s.

    pre: before[1] != 0 and asked_ua != 0
    pre: now_us - before[2] > 20_000_000
    post: __return__
    """
    verdict = judge_channel(channel_of(*before), frame(asked_ua), BOUNDS, elapsed_us, now_us)
    return isinstance(verdict, Violation)


def nothing_flows_in_a_rest(
    before: tuple[int, int, int, int, int], asked_ua: int, elapsed_us: int, now_us: int
) -> bool:
    """Nothing flows before the rest is over.

    pre: before[1] == 0 and asked_ua != 0
    pre: now_us < before[3]
    post: __return__
    """
    verdict = judge_channel(channel_of(*before), frame(asked_ua), BOUNDS, elapsed_us, now_us)
    return isinstance(verdict, Violation)


def an_output_rises_no_faster_than_its_ramp(
    level_ua: int, output_ua: int, ramp_up_us: int, elapsed_us: int
) -> int:
    """In a stall of a tenth of a second an output rises by a fifth of its level and a step.

    pre: 0 <= level_ua <= CAP_UA
    pre: RAMP_MIN_US <= ramp_up_us
    pre: 0 <= elapsed_us <= STALL_US
    post: __return__ <= level_ua // 5 + STEP_UA
    """
    channel = channel_of(level_ua, output_ua, 0, 0, ramp_up_us)
    return highest_rise_ua(channel, RULES, elapsed_us) - output_ua


def what_passes_passes_at_less(
    before: tuple[int, int, int, int, int],
    asked_steps: int,
    less_steps: int,
    elapsed_us: int,
    now_us: int,
) -> bool:
    """A frame that passes would pass with every lower current on the grid.

    pre: is_within(channel_of(*before))
    pre: 0 < less_steps <= asked_steps
    pre: passes(before, asked_steps, elapsed_us, now_us)
    post: __return__
    """
    return passes(before, less_steps, elapsed_us, now_us)


def passes(
    before: tuple[int, int, int, int, int], steps: int, elapsed_us: int, now_us: int
) -> bool:
    """Whether a frame of so many steps of the device passes."""
    asked = frame(steps * STEP_UA)
    return not isinstance(
        judge_channel(channel_of(*before), asked, BOUNDS, elapsed_us, now_us), Violation
    )


# Levels and ramps --------------------------------------------------------------------------------


def a_raise_keeps_the_bounds(
    before: tuple[int, int, int, int, int], to_ua: int, now_us: int
) -> bool:
    """A level that is raised stays within the bounds.

    pre: is_within(channel_of(*before))
    post: __return__
    """
    return holds(judge_raise(channel_of(*before), RULES, BEHAVIOUR, to_ua, now_us))


def a_raise_is_no_more_than_a_step(
    before: tuple[int, int, int, int, int], to_ua: int, now_us: int
) -> bool:
    """One press raises a level by at most 2 mA.

    pre: is_within(channel_of(*before))
    post: __return__
    """
    verdict = judge_raise(channel_of(*before), RULES, BEHAVIOUR, to_ua, now_us)
    return isinstance(verdict, Violation) or verdict.level_ua <= before[0] + 2_000


def a_raise_makes_the_next_one_wait(
    before: tuple[int, int, int, int, int], to_ua: int, now_us: int
) -> bool:
    """After a raise the next waits a quarter of a second at least.

    pre: is_within(channel_of(*before))
    pre: to_ua > before[0]
    post: __return__
    """
    verdict = judge_raise(channel_of(*before), RULES, BEHAVIOUR, to_ua, now_us)
    return isinstance(verdict, Violation) or verdict.raise_from_us >= now_us + 250_000


def a_wait_keeps_the_slew(step_ua: int) -> int:
    """However large the step, a level rises by 5 mA in a second at most.

    pre: 0 <= step_ua
    post: __return__ * 5_000 >= step_ua * 1_000_000
    """
    return wait_us(step_ua, BEHAVIOUR)


def lowering_keeps_the_bounds(before: tuple[int, int, int, int, int], to_ua: int) -> bool:
    """A level can be lowered to anything, and stays within the bounds.

    pre: is_within(channel_of(*before))
    post: __return__
    """
    return is_within(lowered(channel_of(*before), to_ua))


def lowering_never_raises(before: tuple[int, int, int, int, int], to_ua: int) -> int:
    """A level that is lowered is no higher than before.

    pre: 0 <= before[0]
    post: 0 <= __return__ <= before[0]
    """
    return lowered(channel_of(*before), to_ua).level_ua


def a_ramp_keeps_the_bounds(before: tuple[int, int, int, int, int], ramp_up_us: int) -> bool:
    """A ramp that is allowed leaves the channel within its bounds.

    pre: is_within(channel_of(*before))
    post: __return__
    """
    return holds(judge_ramp(channel_of(*before), RULES, ramp_up_us))


def a_ramp_never_changes_while_it_runs(
    before: tuple[int, int, int, int, int], ramp_up_us: int
) -> bool:
    """While current flows its ramp stands.

    pre: before[1] != 0
    post: __return__
    """
    return isinstance(judge_ramp(channel_of(*before), RULES, ramp_up_us), Violation)


# Stop, rest, clock -------------------------------------------------------------------------------


def a_stop_silences(before: tuple[int, int, int, int, int], now_us: int) -> bool:
    """After a stop nothing flows, no level is left, and the bounds hold.

    pre: is_within(channel_of(*before))
    post: __return__
    """
    (after,) = silenced(gate_of(channel_of(*before), 0), (RULES,), now_us).channels
    return after.output_ua == 0 and after.level_ua == 0 and is_within(after)


def a_current_changes_and_nothing_else(
    before: tuple[int, int, int, int, int], current_ua: int, now_us: int
) -> bool:
    """With another current a burst goes on; after none it begins now; all else is as it was.

    post: __return__
    """
    channel = channel_of(*before)
    since_us = now_us if before[1] == 0 else before[2]
    after = flowing(channel, current_ua, now_us)
    return after == channel._replace(output_ua=current_ua, on_since_us=since_us)


def a_burst_that_ends_begins_its_rest(before: tuple[int, int, int, int, int], now_us: int) -> bool:
    """After a burst the channel rests as long as it was on, and a second at least, less 250 ms.

    pre: before[1] != 0 and before[2] <= now_us
    post: __return__
    """
    after = fallen(channel_of(*before), RULES, now_us)
    due_us = max(1_000_000, now_us - before[2]) - 250_000
    return after.output_ua == 0 and after.rest_until_us == now_us + due_us


def no_rest_is_negative(on_us: int) -> int:
    """A rest is never shorter than nothing.

    post: __return__ >= 0
    """
    return rest_us(on_us, RULES)


def a_longer_burst_never_rests_less(on_us: int, more_us: int) -> bool:
    """A longer burst never needs a shorter rest.

    pre: on_us <= more_us
    post: __return__
    """
    return rest_us(on_us, RULES) <= rest_us(more_us, RULES)


def the_clock_wakes_just_when_a_time_has_run_out(
    before: tuple[int, int, int, int, int], session_from_us: int, now_us: int
) -> bool:
    """The gate asks to be woken at the very moment at which a time has run out, not later.

    pre: before[1] != 0
    post: __return__
    """
    state = gate_of(channel_of(*before), session_from_us)
    wake_us = deadline_us(state, LIMITS)
    has_run_out = overtime(state, LIMITS, now_us) is not None
    return wake_us is not None and has_run_out == (now_us >= wake_us)


def silence_never_runs_out_of_time(
    before: tuple[int, int, int, int, int], session_from_us: int, now_us: int
) -> bool:
    """While nothing flows no time runs out.

    pre: before[1] == 0
    post: __return__
    """
    state = gate_of(channel_of(*before), session_from_us)
    return overtime(state, LIMITS, now_us) is None and deadline_us(state, LIMITS) is None
