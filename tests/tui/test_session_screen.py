"""What the session screen says in each state."""

import pytest
from support import screen_scenes as scenes
from support.screen_scenes import PLAN, snapshot
from support.stage import on_stage

from nmes.link.messages import ChannelNow
from tui import texts
from tui.controls import Controls
from tui.drawing import bars, panes, stopped
from tui.drawing.channel_table import table_lines
from tui.drawing.channel_tiles import tile_lines, tiles_height
from tui.drawing.phase import headline, next_text, phase_lines
from tui.drawing.small import small_lines
from tui.lines import plain
from tui.situation import LIVE_STATES, Situation
from tui.view import View, view_of

NOW_US = 5_000_000


def seen(report: object, count: int = 2, *, after_us: int = 0, is_ascii: bool = False) -> View:
    situation = Situation()
    for each in (scenes.prepared(count), *scenes.events(), report):
        situation.take(each, NOW_US)
    controls = Controls(situation)
    view = view_of(situation, controls, NOW_US + after_us, cues_sound=True, is_ascii=is_ascii)
    assert view is not None
    return view


@pytest.mark.parametrize(
    ("state", "phase", "word"),
    [
        ("connecting", "off", texts.WORD_CONNECTING),
        ("armed", "off", texts.WORD_ARMED),
        ("paused", "off", texts.WORD_PAUSED),
        ("finished", "off", texts.WORD_FINISHED),
        ("running", "get_ready", texts.WORD_GET_READY),
        ("running", "ramp_up", texts.WORD_CONTRACT),
        ("running", "hold", texts.WORD_HOLD),
        ("running", "ramp_down", texts.WORD_RELAX),
        ("running", "rest", texts.WORD_RELAX),
        ("finding", "ramp_up", texts.WORD_CONTRACT),
        ("finding", "rest", texts.WORD_RELAX),
    ],
)
def test_each_state_and_phase_has_its_word(state: str, phase: str, word: str) -> None:
    assert headline(seen(snapshot(state, phase=phase))).word == word


@pytest.mark.parametrize(
    ("phase", "is_filled"),
    [
        ("get_ready", False),
        ("ramp_up", True),
        ("hold", True),
        ("ramp_down", False),
        ("rest", False),
    ],
)
def test_effort_and_rest_differ_in_shape_and_not_in_words_alone(
    phase: str, is_filled: bool
) -> None:
    lines = phase_lines(seen(snapshot(phase=phase)), 80)
    assert all((styled[0][1] == "block") == is_filled for styled in lines[:3])


def test_a_countdown_outranks_the_phase() -> None:
    told = headline(seen(snapshot(lead_in_us=2_500_000, phase="rest")))
    assert (told.word, told.seconds) == (texts.WORD_GET_READY, "3")


def test_a_silent_engine_leaves_no_phase_on_the_screen() -> None:
    view = seen(snapshot(phase="hold"), after_us=300_001)
    assert headline(view).word == texts.WORD_SILENT
    assert not headline(view).is_effort


def test_what_comes_next_is_told() -> None:
    assert next_text(seen(snapshot(next_cue="RELAX 10 s"))) == "next: RELAX 10 s"


def test_a_device_that_takes_long_to_connect_is_given_its_time() -> None:
    assert next_text(seen(snapshot("connecting"))) == texts.CONNECTING_NEXT


def test_a_pause_tells_what_waiting_costs() -> None:
    assert next_text(seen(snapshot("paused"))) == texts.PAUSED_NEXT


@pytest.mark.parametrize("state", ["finding", "running"])
def test_the_bar_says_that_output_is_on_and_what_flows(state: str) -> None:
    text = plain(bars.output_line(seen(snapshot(state)), 80))
    assert text.startswith(f" {texts.OUTPUT_ON}   ch1 38 mA")
    assert text.rstrip().endswith(texts.STOP_KEYS_SHORT)


@pytest.mark.parametrize("state", ["armed", "paused"])
def test_the_bar_of_a_session_that_waits_says_so_and_neither_on_nor_off(state: str) -> None:
    text = plain(bars.output_line(seen(snapshot(state)), 80))
    assert text.startswith(f" {state.upper()}, 0 mA on every channel")
    assert text.rstrip().endswith(texts.STOP_KEYS_SHORT)


def test_a_pause_that_still_ramps_down_says_what_flows() -> None:
    flows = (ChannelNow(number=1, now_ua=12_000, level_ua=38_000, phase="ramp_down"),)
    text = plain(bars.output_line(seen(snapshot("paused", 1, channels=flows), 1), 80))
    assert text.startswith(f" {texts.OUTPUT_ON}   ch1 12 mA")


def test_a_pause_that_is_about_to_end_is_called_on() -> None:
    text = plain(bars.output_line(seen(snapshot("paused", lead_in_us=2_000_000)), 80))
    assert text.startswith(f" {texts.OUTPUT_ON}   ch1 0 mA")


@pytest.mark.parametrize("is_possible", [True, False])
@pytest.mark.parametrize("state", sorted(LIVE_STATES))
def test_the_bar_never_says_off_while_a_stop_key_is_needed(state: str, is_possible: bool) -> None:
    report = snapshot(state, output_is_possible=is_possible)
    assert texts.OUTPUT_OFF not in plain(bars.output_line(seen(report), 80))


def test_the_bar_of_eight_channels_shortens_units_and_drops_no_channel() -> None:
    text = plain(bars.output_line(seen(snapshot("running", 8), 8), 80))
    assert "mA: 38 42 30 26 33 21 18 24.5" in text


def test_a_stale_bar_says_unknown_and_never_a_number() -> None:
    text = plain(bars.output_line(seen(snapshot(confirmed_age_us=900_000)), 80))
    assert text.startswith(f" {texts.OUTPUT_UNKNOWN}   ?? mA   STALE: last answer 0.9 s ago")


@pytest.mark.parametrize("after_us", [0, 400_000])
def test_an_unconfirmed_stop_is_never_called_off(after_us: int) -> None:
    text = plain(bars.output_line(seen(scenes.stopped(None), after_us=after_us), 80))
    assert texts.OUTPUT_OFF not in text
    assert texts.OUTPUT_UNKNOWN in text


def test_a_confirmed_stop_is_called_off() -> None:
    assert texts.OUTPUT_OFF in plain(bars.output_line(seen(scenes.stopped(5_000)), 80))


def test_an_unconfirmed_stop_tells_what_to_do_by_hand_the_most_urgent_first() -> None:
    view = seen(scenes.stopped(None), after_us=400_000)
    text = "\n".join(plain(styled) for styled in stopped.stopped_lines(view, 80, None, ""))
    assert "NOT CONFIRMED - LEADS OUT OF THE STIMULATOR" in text
    assert "Now: 1 leads out of the stimulator, 2 pads off, 3 stimulator off" in text
    assert "ch1 ?? mA" in text


@pytest.mark.parametrize(
    ("report", "word"),
    [
        (scenes.stopped(), texts.STOPPED),
        (scenes.stopped(state="faulted"), texts.FAULT),
    ],
)
def test_a_stop_and_a_fault_have_different_words(report: object, word: str) -> None:
    assert stopped.stop_word(seen(report)) == word


def test_an_emergency_stop_is_called_so() -> None:
    stop = scenes.stopped().stop
    assert stop is not None
    emergency = stop.model_dump() | {"is_emergency": True}
    assert stopped.stop_word(seen(snapshot("stopped", stop=emergency))) == texts.EMERGENCY_STOPPED


@pytest.mark.parametrize("rows", [1, 3])
def test_the_table_shows_now_beside_set_and_cap_with_its_reason(rows: int) -> None:
    now = (
        ChannelNow(number=1, now_ua=20_000, level_ua=38_000, phase="ramp_up"),
        ChannelNow(number=2, now_ua=22_000, level_ua=42_000, phase="ramp_up"),
    )
    view = seen(snapshot(channels=now), is_ascii=True)
    text = "\n".join(plain(styled) for styled in table_lines(view, rows))
    for shown in ("38", "45", "protocol", "Vastus medialis"):
        assert shown in text
    assert ("20" in text) == (rows == 1)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_stale_table_shows_question_marks_the_word_and_still_the_level(rows: int) -> None:
    view = seen(snapshot(confirmed_age_us=900_000), is_ascii=True)
    text = "\n".join(plain(styled) for styled in table_lines(view, rows))
    assert text.count(texts.STALE) == 2
    assert "38" in text


@pytest.mark.parametrize("count", range(1, 9))
def test_tiles_take_the_height_that_was_planned_and_the_width_that_there_is(count: int) -> None:
    view = seen(snapshot("running", count), count)
    for width in (120, 160):
        lines = tile_lines(view, width)
        assert len(lines) == tiles_height(count)
        assert max(len(plain(styled)) for styled in lines) <= width


@pytest.mark.parametrize("count", range(1, 9))
def test_every_line_of_the_smallest_window_fits(count: int) -> None:
    view = seen(snapshot("running", count), count)
    lines = [
        bars.title_line(view, 80),
        bars.output_line(view, 80),
        bars.progress_line(view, 80),
        bars.device_line(view, 80),
        *phase_lines(view, 80),
        *panes.event_lines(view, 80, 4, None),
    ]
    assert {len(plain(styled)) for styled in lines} <= {*range(81)}


def test_a_missing_record_is_said() -> None:
    assert texts.NOT_RECORDING in plain(bars.device_line(seen(snapshot(is_recording=False)), 80))


def test_the_newest_event_stands_first_and_faults_carry_their_mark() -> None:
    lines = [plain(styled) for styled in panes.event_lines(seen(snapshot()), 80, 3, None)]
    assert "!" in lines[1]
    assert "one reply was missed" in lines[1]
    assert "level of channel 1" in lines[2]


@pytest.mark.parametrize("height", [2, 4, 7, 13, 30])
def test_help_fits_into_the_room_of_the_events(height: int) -> None:
    assert max(len(page) for page in panes.help_pages(80, height)) <= height


def test_help_is_one_page_where_there_is_room() -> None:
    assert len(panes.help_pages(80, 20)) == 1


def test_the_stage_of_now_is_marked_and_the_one_before_is_done() -> None:
    lines = [plain(styled) for styled in panes.plan_lines(seen(snapshot()), 60, 5)]
    assert lines[1].rstrip().endswith(texts.STAGE_DONE)
    assert lines[2].startswith(" >strengthen")


def test_a_tiny_window_keeps_the_stop_line_first_and_then_the_currents() -> None:
    lines = small_lines(seen(snapshot()), 20, 4, stop_is_live=True)
    shown = [plain(styled) for styled in lines]
    assert shown[0].startswith(texts.STOP_KEYS_SHORT)
    assert "ch1 38 mA" in shown[2]


def test_a_tiny_stale_window_shows_no_number_as_flowing() -> None:
    view = seen(snapshot(confirmed_age_us=900_000))
    shown = [plain(styled) for styled in small_lines(view, 40, 6, stop_is_live=True)]
    assert "ch1 ?? mA STALE" in shown[2]


@pytest.mark.parametrize(
    ("contact_from_ua", "levels_ua", "told"),
    [
        (15_000, (14_500, 20_000), "PADS NOT WATCHED below 15 mA; push"),
        (15_000, (15_000, 0), "push"),
        (None, (15_000, 20_000), "PADS NOT WATCHED; push"),
        (0, (500, 500), "push"),
    ],
)
async def test_a_level_at_which_no_pad_is_missed_says_so_beside_the_task(
    contact_from_ua: int | None, levels_ua: tuple[int, int], told: str
) -> None:
    plan = scenes.prepared().model_copy(update={"contact_from_ua": contact_from_ua})
    moment = scenes.snapshot("running")
    channels = tuple(
        channel.model_copy(update={"level_ua": level_ua})
        for channel, level_ua in zip(moment.channels, levels_ua, strict=True)
    )
    async with on_stage(plan, moment.model_copy(update={"channels": channels})) as stage:
        assert any(text.strip().startswith(told) for text in stage.lines)


async def test_what_changed_while_the_window_was_small_is_shown_once_it_has_grown() -> None:
    async with on_stage(PLAN, scenes.snapshot("running", phase="rest")) as stage:
        await stage.pilot.resize_terminal(60, 20)
        await stage.draw()
        await stage.tell(scenes.snapshot("running", cue="lift the heel", contractions_done=16))
        await stage.pilot.resize_terminal(80, 24)
        await stage.draw()
        assert ("lift the heel" in stage.text, "16/40" in stage.text) == (True, True)
