"""Whatever a host says to a P24 and whenever: what must hold all the same."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_p24 import P24Bench, point, pulse, setting, update

from hardware_sim.p24.commands import Command
from hardware_sim.p24.frames import encode

CURRENTS = st.integers(-260, 260).map(lambda steps: steps / 2)
POINTS = st.lists(st.tuples(CURRENTS, st.integers(0, 600)), min_size=1, max_size=5)
SETTINGS = st.builds(
    lambda values, period_ms, ramp: setting(*values, period_ms=period_ms, ramp=ramp),
    POINTS,
    st.integers(3, 200),
    st.integers(0, 15),
)
REQUESTS = st.one_of(
    st.sampled_from([(command, b"\x00") for command in Command]),
    st.sampled_from([(Command.Ml_init, b"\x01"), (Command.Ml_get_current_data, b"\x04")]),
    st.builds(
        lambda values, channel: (Command.Ll_channel_config, pulse(*values, channel=channel)),
        POINTS,
        st.integers(0, 3),
    ),
    st.builds(
        lambda channels: (Command.Ml_update, update(channels)),
        st.dictionaries(st.integers(1, 8), SETTINGS, max_size=3),
    ),
    st.tuples(st.sampled_from(list(Command)), st.binary(max_size=12)),
)
CONVERSATIONS = st.lists(st.tuples(REQUESTS, st.integers(0, 300_000)), max_size=14)


def told(conversation: list[tuple[tuple[int, bytes], int]]) -> P24Bench:
    bench = P24Bench()
    for number, ((command, data), pause_us) in enumerate(conversation):
        bench.write(encode(number, command, data))
        bench.run_for(pause_us)
    bench.run_for(10_000_000)
    return bench


@settings(max_examples=30)
@given(conversation=CONVERSATIONS)
def test_every_request_has_one_answer_in_its_turn(
    conversation: list[tuple[tuple[int, bytes], int]],
) -> None:
    numbers = [answer.number for _, answer in told(conversation).received]
    assert numbers == list(range(len(conversation)))


@settings(max_examples=30)
@given(conversation=CONVERSATIONS)
def test_one_generator_never_puts_out_two_pulses_at_a_time(
    conversation: list[tuple[tuple[int, bytes], int]],
) -> None:
    pulses = told(conversation).pulses
    for before, after in pairwise(pulses):
        width_us = sum(p.duration_us for p in before.points)
        assert after.time_us >= before.time_us + width_us


@settings(max_examples=30)
@given(conversation=CONVERSATIONS)
def test_nothing_runs_for_more_than_2_s_after_the_last_word(
    conversation: list[tuple[tuple[int, bytes], int]],
) -> None:
    bench = told(conversation)
    last_us = max((at_us for at_us, who, *_ in bench.frames if who == "device"), default=0)
    assert all(pulse.time_us <= last_us + 2_000_000 for pulse in bench.pulses)


@settings(max_examples=30)
@given(conversation=CONVERSATIONS, cut=st.integers(1, 40))
def test_how_the_bytes_are_cut_makes_no_difference(
    conversation: list[tuple[tuple[int, bytes], int]], cut: int
) -> None:
    wire = b"".join(encode(n, command, data) for n, ((command, data), _) in enumerate(conversation))
    whole, pieces = P24Bench(), P24Bench()
    whole.write(wire)
    for start in range(0, len(wire), cut):
        pieces.write(wire[start : start + cut])
    for bench in (whole, pieces):
        bench.run_for(3_000_000)
    assert (pieces.pulses, pieces.received) == (whole.pulses, whole.received)


@given(current_ma=CURRENTS, duration_us=st.integers(10, 4095))
def test_what_is_put_out_is_what_was_asked_to_the_half_milliampere(
    current_ma: float, duration_us: int
) -> None:
    bench = P24Bench().low()
    bench.ask(Command.Ll_channel_config, b"\x80" + point(current_ma, duration_us))
    assert [(p.points[0].current_ua, p.points[0].duration_us) for p in bench.pulses] == (
        [(round(current_ma * 1000), duration_us)] if current_ma else []
    )
