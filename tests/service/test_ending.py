"""How a session ends: completed, finished early, left, abandoned."""

from support.station_bench import SECOND_US, arm, fresh, holding, running
from support.stopped_sessions import STOP

from nmes.link import messages as link


def test_a_session_whose_stop_is_not_confirmed_cannot_be_left_yet() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).run(100_000).press(link.Leave())
    assert "has not confirmed the stop yet" in bench.last_refusal


def test_finishing_early_stops_and_closes_in_good_order() -> None:
    bench = holding().press(link.Finish()).run(100_000)
    assert (bench.state, bench.summary.outcome, bench.events[-1]) == (
        "none",
        "ended early",
        "session_close",
    )


def test_finishing_before_anything_was_connected_ends_without_an_alarm() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).run(100_000).press(link.Finish()).run(SECOND_US)
    assert (bench.summary.outcome, [t for t in bench.told if t.startswith("!!")]) == (
        "ended early",
        [],
    )


def test_a_program_that_ends_is_completed_with_its_last_burst() -> None:
    bench = running()
    begun_us = bench.run_until(lambda: bench.snapshot.lead_in_us == 0)
    ended_us = bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, ended_us - begun_us) == ("completed", 10 * SECOND_US)


def test_a_stopped_session_that_is_left_was_stopped() -> None:
    bench = holding().press(STOP).run(100_000).press(link.Acknowledge(), link.Leave())
    assert (bench.summary.outcome, bench.state) == ("stopped", "none")


def test_finishing_a_stopped_session_leaves_it() -> None:
    bench = holding().press(STOP).run(100_000).press(link.Finish())
    assert bench.summary.outcome == "stopped"


def test_a_session_stopped_because_the_screen_is_gone_is_abandoned() -> None:
    bench = holding()
    bench.station.link_lost("the screen is gone", bench.now_us)
    bench.run(SECOND_US)
    assert (bench.summary.outcome, bench.state) == ("abandoned", "none")


def test_an_engine_told_to_end_stops_the_session_and_closes_it() -> None:
    bench = holding()
    bench.station.end("SIGTERM", bench.now_us)
    bench.run(SECOND_US)
    assert (bench.summary.outcome, bench.state) == ("stopped", "none")


def test_a_silence_that_the_operator_came_back_from_is_no_abandonment() -> None:
    bench = holding()
    bench.is_beating = False
    bench.run(600_000)
    bench.is_beating = True
    bench.press(link.Acknowledge(), link.Leave())
    assert bench.summary.outcome == "stopped"


def test_leaving_what_still_runs_is_refused() -> None:
    bench = holding().press(link.Leave())
    assert (bench.state, "'leave' is not possible" in bench.last_refusal) == ("running", True)


def test_after_leaving_the_next_session_may_be_prepared_at_once() -> None:
    bench = holding().press(STOP).run(100_000)
    again = bench.live._preparation  # the same choice once more
    bench.send(
        link.Acknowledge(),
        link.Leave(),
        link.Prepare(
            protocol=again.choice.protocol,
            device="sim:rehastim2",
            port=None,
            operator="op",
            patient="P-2",
            is_bench=True,
            sides={},
        ),
    )
    bench.run(100_000)
    assert (bench.state, bench.summary.patient) == ("idle", "P-1")


def test_a_session_that_was_only_prepared_can_be_left() -> None:
    bench = fresh().press(link.Leave())
    assert (bench.state, bench.of(link.Summary)) == ("none", [])
