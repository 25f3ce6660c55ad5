"""What the screen may ask for around a session, and how it is answered."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.bench_protocols import ONE, TWO, channel, protocol_text, written
from support.station_bench import (
    FOLDER,
    SECOND_US,
    StationBench,
    arm,
    armed,
    choice,
    fresh,
    holding,
    running,
)

from drivers import registry
from nmes.link import messages as link

OPEN_SIDE = protocol_text(channels=(channel(side="chosen at arming"),))
PATH = str(written(Path(FOLDER.name), ONE))


def asked(**other: object) -> StationBench:
    """A bench whose operator chose something else than it has."""
    bench = fresh()
    return bench.send(choice(PATH, {}, **other))


def test_a_prepared_plan_says_who_it_is_made_for() -> None:
    (prepared,) = fresh().of(link.Prepared)
    assert (prepared.device_title, prepared.is_simulated, prepared.step_ua) == (
        "HASOMED RehaStim2 (ScienceMode2)",
        True,
        1000,
    )


def test_a_prepared_plan_says_what_the_device_cannot_report() -> None:
    (prepared,) = fresh().of(link.Prepared)
    assert any("electrode" in words for words in prepared.undetectable)


def test_nothing_is_opened_before_arming() -> None:
    bench = fresh().run(SECOND_US)
    assert (bench.workshop.ports_opened, bench.workshop.disk.content()) == ([], b"")


def test_a_protocol_that_does_not_exist_is_refused() -> None:
    bench = fresh().send(choice("no_such_protocol", {}))
    assert (bench.of(link.Refusal)[-1].intent, bench.last_refusal != "") == ("prepare", True)


def test_a_device_that_does_not_exist_is_refused() -> None:
    assert "toaster" in asked(device="toaster").last_refusal


def test_a_simulated_device_on_a_port_is_refused() -> None:
    assert "no port" in asked(port="/dev/ttyUSB0").last_refusal


def test_a_real_device_without_a_port_is_refused_and_never_simulated() -> None:
    assert "port" in asked(device="rehastim2").last_refusal


def test_a_side_that_does_not_exist_is_refused() -> None:
    bench = fresh(OPEN_SIDE, sides={1: "middle"})
    assert "Choose left or right" in bench.last_refusal


def test_arming_with_an_open_side_is_refused() -> None:
    bench = fresh(OPEN_SIDE).press(arm(1))
    assert bench.last_refusal == "Choose the side of channel 1 first."


def test_a_side_chosen_at_arming_is_in_the_record() -> None:
    bench = fresh(OPEN_SIDE, sides={1: "right"}).press(arm(1))
    (opening,) = bench.records("session_open")
    channels = opening["channels"]
    assert isinstance(channels, list)
    assert channels[0]["side"] == "right"


def test_arming_with_a_pad_that_nobody_confirmed_is_refused() -> None:
    bench = fresh(TWO).press(arm(1))
    assert bench.last_refusal == "Confirm the pads of channel 2 first."


def test_only_channels_of_the_protocol_are_recorded_as_confirmed() -> None:
    bench = fresh().press(arm(1, 0, -3, 8))
    assert (bench.records("arm"), bench.state) == ([{"confirmed_channels": [1]}], "connecting")


def test_a_protocol_file_that_changed_since_it_was_checked_is_not_armed(tmp_path: Path) -> None:
    path = written(tmp_path, ONE)
    bench = fresh().send(choice(str(path), {}))
    path.write_text(ONE.replace("max_current_ma: 20", "max_current_ma: 19"), encoding="utf-8")
    bench.press(arm())
    assert "has changed since it was checked" in bench.last_refusal


def test_a_protocol_file_that_is_gone_is_not_armed(tmp_path: Path) -> None:
    path = written(tmp_path, ONE)
    bench = fresh().send(choice(str(path), {}))
    path.unlink()
    bench.press(arm())
    assert (bench.of(link.Refusal)[-1].intent, bench.state) == ("arm", "idle")


def test_another_plan_may_be_prepared_until_one_is_armed() -> None:
    bench = fresh().send(choice(str(written(Path(FOLDER.name), TWO)), {}))
    assert (len(bench.of(link.Prepared)), len(bench.snapshot.channels)) == (2, 2)


def test_no_other_plan_is_prepared_while_a_session_is_open() -> None:
    bench = armed().send(choice(PATH, {}))
    assert (bench.last_refusal, bench.state) == (
        "A session is open: end it before preparing another.",
        "armed",
    )


def test_arming_twice_is_refused() -> None:
    bench = armed().press(arm())
    assert (bench.state, bench.last_refusal) == (
        "armed",
        "'arm' is not possible while the session is armed.",
    )


def test_after_a_session_nothing_can_be_asked_of_it() -> None:
    bench = running()
    bench.run_until(lambda: bench.state == "none")
    bench.press(link.Start(), arm(), link.StepLevel(**_up()))
    assert [r.intent for r in bench.of(link.Refusal)[-3:]] == ["start", "arm", "step_level"]


def _up() -> dict[str, object]:
    return {"channel": 1, "direction": "up", "is_coarse": False, "sequence": 1}


def test_a_stop_without_a_session_is_no_refusal() -> None:
    bench = running()
    bench.run_until(lambda: bench.state == "none")
    count = len(bench.of(link.Refusal))
    bench.press(link.Stop(cause="space"))
    assert len(bench.of(link.Refusal)) == count


def test_a_screen_of_another_version_is_told_so() -> None:
    bench = fresh().send(link.Hello(version=99, operator_is_script=False))
    assert "different versions" in bench.last_refusal


def test_what_can_be_chosen_holds_library_and_devices() -> None:
    (catalogue,) = fresh().send(link.AskCatalogue()).of(link.Catalogue)
    assert "demo" in [protocol.id for protocol in catalogue.protocols]
    names = [device.name for device in catalogue.devices]
    assert names[0] == "sim:rehastim2"
    assert names == [f"sim:{name}" for name in registry.names()] + list(registry.names())


def test_recorded_sessions_can_be_asked_for() -> None:
    (sessions,) = fresh().send(link.AskSessions()).of(link.Sessions)
    assert sessions.entries == ()


def test_a_note_is_in_the_record() -> None:
    bench = holding().press(link.Note(topic="mark", text="grimaces"))
    assert bench.records("note") == [{"text": "mark: grimaces"}]


def test_a_note_without_a_record_is_refused() -> None:
    bench = fresh().press(link.Note(topic="mark", text="x"))
    assert "no record" in bench.last_refusal


# What the screen is shown -------------------------------------------------------------------------


def test_what_is_shown_as_flowing_is_what_the_device_confirmed() -> None:
    bench = holding(ack_delay_us=90_000)
    bench.down(is_coarse=True)
    before_ma = bench.now_ma()
    bench.run(200_000)
    assert (before_ma, bench.now_ma()) == (10, 8)


def test_what_nobody_confirms_grows_old() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.run(350_000)
    age_us = bench.snapshot.confirmed_age_us
    assert age_us is not None
    assert age_us >= 300_000


def test_a_running_session_never_looks_stale() -> None:
    bench = running()
    ages = []
    while bench.state == "running":
        ages.append(bench.snapshot.confirmed_age_us or 0)
        bench.run(40_000)
    assert max(ages) <= 300_000


def test_progress_never_goes_back() -> None:
    bench = running({1: 4, 2: 4}, TWO)
    seen = []
    while bench.state == "running":
        snapshot = bench.snapshot
        seen.append((snapshot.contractions_done, snapshot.elapsed_us))
        bench.run(250_000)
    assert seen == sorted(seen)
    assert {done for done, _ in seen} == {0, 1}


def test_what_is_done_and_what_remains_make_up_the_plan() -> None:
    bench = holding()
    assert bench.snapshot.elapsed_us + bench.snapshot.remaining_us == 10 * SECOND_US


def test_the_screen_knows_whether_the_record_is_kept() -> None:
    bench = holding()
    before = bench.snapshot.is_recording
    bench.workshop.disk.why = "full"
    assert (before, bench.snapshot.is_recording) == (True, False)


def test_output_is_possible_from_connecting_on_and_not_after_a_stop() -> None:
    bench = fresh()
    seen = [bench.snapshot.output_is_possible]
    bench.press(arm())
    seen.append(bench.snapshot.output_is_possible)
    bench.press(link.Stop(cause="space")).run(SECOND_US)
    seen.append(bench.snapshot.output_is_possible)
    assert seen == [False, True, False]


INTENTS = st.one_of(
    st.just(link.StillHere()),
    st.just(link.AskCatalogue()),
    st.builds(choice, st.sampled_from([PATH, "demo", "", "/", "\0"]), st.just({1: "left"})),
    st.builds(arm, st.integers(-1, 9)),
    st.builds(link.FindLevel, channel=st.integers(-1, 9)),
    st.just(link.Start()),
    st.builds(
        link.StepLevel,
        channel=st.integers(0, 3),
        direction=st.sampled_from(["up", "down"]),
        is_coarse=st.booleans(),
        sequence=st.integers(),
    ),
    st.builds(link.ZeroLevel, channel=st.integers(0, 3)),
    st.just(link.Pause()),
    st.just(link.Resume()),
    st.just(link.Finish()),
    st.builds(link.Stop, cause=st.text(max_size=5)),
    st.just(link.Acknowledge()),
    st.builds(link.Note, topic=st.just("mark"), text=st.text(max_size=5)),
    st.just(link.Leave()),
)


@pytest.mark.parametrize("start", [fresh, armed, holding])
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_order_of_intents_breaks_the_engine_or_lets_current_flow_unasked(
    start: object, data: st.DataObject
) -> None:
    assert callable(start)
    bench = start()
    for intent, pause_us in data.draw(
        st.lists(st.tuples(INTENTS, st.integers(0, 3 * SECOND_US)), max_size=12)
    ):
        bench.press(intent).run(pause_us)
        if bench.state in ("idle", "stopped", "faulted", "finished", "none"):
            halted_us = bench.now_us
            bench.run(30_000)
            assert bench.pulses_since(halted_us) == []
    assert bench.state != "faulted" or "safety gate" not in str(bench.snapshot.stop)
