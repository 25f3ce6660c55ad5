"""Which rests follow which on-times in a plan, as the static check counts them."""

from support.safety_bench import SECOND_US, burst, channel, plan, shape, stage

from safety.check_timing import rests_us


def seconds(of, number=1):
    return {(on_us / SECOND_US, off_us / SECOND_US) for on_us, off_us in rests_us(of, number)}


def bursting(*bursts, cycle_s=10, cycles=1):
    """A stage of bursts of channel 1, each a start and an on-time in s."""
    return stage(
        bursts=tuple(burst(1, int(at * SECOND_US), int(on * SECOND_US)) for at, on in bursts),
        cycle_us=int(cycle_s * SECOND_US),
        cycles=cycles,
    )


def without(cycle_s, cycles=1):
    """A stage of channel 2 alone."""
    return stage(
        bursts=(burst(2, 0, SECOND_US),),
        shapes=(shape(2),),
        cycle_us=int(cycle_s * SECOND_US),
        cycles=cycles,
    )


def of(*stages):
    return plan(channels=(channel(1), channel(2)), stages=stages)


def test_a_single_burst_is_followed_by_no_rest():
    assert seconds(of(bursting((0, 4)))) == set()


def test_a_cycle_done_twice_has_a_rest_between():
    assert seconds(of(bursting((1, 4), cycle_s=10, cycles=2))) == {(4, 6)}


def test_two_bursts_of_a_cycle_have_a_rest_between():
    assert seconds(of(bursting((1, 2), (5, 3), cycle_s=10))) == {(2, 2)}


def test_the_last_burst_of_a_cycle_is_followed_by_the_first_of_the_next():
    assert seconds(of(bursting((1, 2), (5, 3), cycle_s=10, cycles=2))) == {(2, 2), (3, 3)}


def test_the_last_burst_of_a_stage_is_followed_by_the_first_of_the_next_stage():
    first, second = bursting((0, 2), (5, 3), cycle_s=10), bursting((1, 4))
    assert seconds(of(first, second)) == {(2, 3), (3, 3)}


def test_a_stage_without_the_channel_lengthens_the_rest_after_its_last_burst():
    first, second = bursting((0, 3), cycle_s=4), bursting((1, 5))
    assert seconds(of(first, without(6, cycles=2), second)) == {(3, 14)}


def test_a_stage_without_the_channel_at_the_beginning_is_no_rest():
    assert seconds(of(without(6), bursting((0, 3), cycle_s=4, cycles=2))) == {(3, 1)}


def test_the_rests_of_another_channel_are_its_own():
    assert seconds(of(without(6, cycles=2), bursting((0, 3))), 2) == {(1, 5)}


def test_bursts_are_taken_in_order_of_their_start():
    late_first = bursting((5, 3), (0, 2), cycle_s=10)
    assert seconds(of(late_first)) == {(2, 3)}
