"""Levels changed in the middle of a contraction never make a second one of it."""

from support.station_bench import holding

from nmes.link import messages as link


def test_a_step_while_the_current_falls_acts_at_the_next_contraction() -> None:
    bench = holding(1)
    bench.run_until_phase("ramp_down")
    bench.run(100_000)
    assert bench.now_ma() == 0
    bench.up().run_until_phase("rest")
    assert (bench.state, bench.level_ma(), bench.now_ma()) == ("running", 2, 0)


def test_a_level_zeroed_and_raised_again_in_the_hold_stays_silent_until_its_rest_is_over() -> None:
    bench = holding(4)
    bench.press(link.ZeroLevel(channel=1)).run(100_000)
    bench.up().run(200_000)
    assert (bench.state, bench.level_ma(), bench.now_ma()) == ("running", 1, 0)


def test_after_a_level_was_zeroed_and_raised_the_next_contraction_has_it() -> None:
    bench = holding(4)
    bench.press(link.ZeroLevel(channel=1)).run(100_000)
    bench.up().run_until_phase("rest")
    bench.run_until_phase("hold")
    bench.run(150_000)
    assert (bench.state, bench.now_ma()) == ("running", 1)


def test_a_note_of_the_operator_is_in_the_record() -> None:
    bench = holding(4)
    bench.press(link.Note(topic="mark", text="good contraction"))
    assert b"mark: good contraction" in bench.workshop.disk.content()
