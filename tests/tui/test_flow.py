"""From choosing a protocol to the summary: what each key asks of the engine."""

import pytest
from support import screen_scenes as scenes
from support.fake_link import FakeLink
from support.stage import Stage, on_stage
from textual.widgets import Input

from nmes.exit_codes import DEVICE_TROUBLE, DONE, NOT_COMPLETED
from nmes.link.messages import (
    Acknowledge,
    Arm,
    AskCatalogue,
    DevicesFound,
    Finish,
    FoundDevice,
    Leave,
    LookForDevices,
    Note,
    Pause,
    Prepare,
    Refusal,
    Snapshot,
    StepLevel,
    StillHere,
)
from tui import texts
from tui.app import NmesApp

PLAN = scenes.prepared()


async def tick_every_line(stage: Stage, channels: int = 2) -> None:
    for _ in range(channels):
        await stage.press("space", "space", "space", "enter")


# Start ------------------------------------------------------------------------------------------


async def test_the_screen_asks_what_can_be_chosen_when_it_opens() -> None:
    link = FakeLink()
    async with NmesApp(link).run_test() as pilot:
        await pilot.pause()
        assert link.calls == ["ask_catalogue", "ask_sessions"]


async def test_a_simulated_device_is_offered_first_and_needs_no_port() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("enter", "enter", *"TW", "enter", *"0417", "enter")
        assert stage.link.sent == [
            Prepare(
                protocol="quadriceps_strength_after_knee_replacement",
                device="sim:rehastim2",
                port=None,
                operator="TW",
                patient="0417",
                is_bench=False,
                sides={},
            )
        ]


async def test_a_real_device_is_prepared_on_the_chosen_port() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("down", "enter", "down", "enter", "enter", *"TW", "enter", *"bench")
        await stage.press("enter")
        asked = stage.link.sent[0]
        assert (asked.protocol, asked.device, asked.port, asked.is_bench) == (
            "drop_foot_cyclic",
            "rehastim2",
            "/dev/ttyUSB0",
            True,
        )


@pytest.mark.parametrize("width", [80, 100, 120])
async def test_every_title_can_be_read_whole_before_it_is_chosen(width: int) -> None:
    offered = scenes.catalogue()
    async with on_stage(offered, size=(width, 24)) as stage:
        words = " ".join(stage.text.split())
        await stage.press("down")
        lists = [*offered.protocols, *offered.devices]
        words_of_titles = {word for entry in lists for word in entry.title.split()}
        assert [word for word in words_of_titles if word not in words] == []
        assert "…" not in words


async def test_the_marked_protocol_is_in_sight_in_a_list_longer_than_the_window() -> None:
    offered = scenes.catalogue()
    entries = [
        offered.protocols[0].model_copy(update={"id": f"p{n}", "title": f"Title {n} " + 40 * "x"})
        for n in range(30)
    ]
    async with on_stage(offered.model_copy(update={"protocols": tuple(entries)})) as stage:
        for number in range(30):
            assert f" > Title {number} " in stage.text
            await stage.press("down")
            await stage.draw()


@pytest.mark.parametrize(
    ("fine_ua", "coarse_ua", "words"),
    [
        (1_000, 2_000, "up/down 1 mA  pgup/pgdn 2 mA"),
        (500, 2_000, "up/down 0.5 mA  pgup/pgdn 2 mA"),
        (720, 1_800, "up/down 0.72 mA  pgup/pgdn 1.8 mA"),
    ],
)
async def test_the_keys_say_what_a_press_is_worth_on_this_device(
    fine_ua: int, coarse_ua: int, words: str
) -> None:
    plan = PLAN.model_copy(update={"press_fine_ua": fine_ua, "press_coarse_ua": coarse_ua})
    async with on_stage(plan, scenes.snapshot()) as stage:
        assert words in stage.text


async def test_a_list_says_which_of_how_many_is_marked() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("down")
        await stage.draw()
        assert ">PROTOCOL  2 of 4" in stage.text
        assert "DEVICE  1 of 2" in stage.text


async def test_tab_passes_over_the_port_where_none_is_needed() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("enter")
        await stage.press("tab")
        await stage.draw()
        assert ">OPERATOR" in stage.text


async def test_tab_stops_at_the_port_of_a_real_device() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("enter", "down")
        await stage.draw()
        await stage.press("tab")
        await stage.draw()
        assert ">PORT" in stage.text


async def test_what_is_missing_is_said_and_nothing_is_asked() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("enter", "enter", "enter", "enter")
        assert texts.MISSING_OPERATOR in stage.text
        assert texts.MISSING_PATIENT in stage.text
        assert stage.link.sent == []


async def test_the_reasons_of_a_refusal_are_shown_where_the_choice_is_made() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("enter", "enter", *"TW", "enter", *"0417", "enter")
        reason = "RehaStim2 makes no asymmetric pulses: choose another device."
        await stage.tell(Refusal(intent="prepare", reasons=(reason,)))
        assert reason in stage.text
        assert texts.LABEL_PROTOCOL in stage.text


async def test_the_last_session_of_a_patient_is_shown_while_the_code_is_typed() -> None:
    async with on_stage(scenes.catalogue(), scenes.sessions()) as stage:
        stage.app.screen.query_one("#patient", Input).value = "0417"
        await stage.draw()
        assert "calf_pump, completed, 40/40" in stage.text


async def test_f5_looks_for_ports_again() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("f5")
        assert stage.link.sent == [AskCatalogue()]


async def test_f5_says_what_there_is_even_if_nothing_is_new() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        assert "Looked again" not in stage.text
        await stage.press("f5")
        await stage.tell(scenes.catalogue())
        assert "Looked again: 4 protocols, ports: /dev/ttyUSB0" in stage.text


def found(*devices: str) -> DevicesFound:
    """Each device answered at a port of its own."""
    return DevicesFound(
        found=tuple(
            FoundDevice(device=name, port=f"/dev/ttyUSB{number}", identity=f"number {number}")
            for number, name in enumerate(devices)
        ),
        obstacles=(),
    )


async def test_f6_asks_who_is_there_and_says_that_it_takes_a_while() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("f6")
        assert stage.link.sent == [AskCatalogue(), LookForDevices()]
        assert texts.LOOKING in stage.text


async def test_the_only_stimulator_that_answered_is_chosen_with_its_port() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("f6")
        await stage.tell(found("rehastim2"))
        assert "(ScienceMode2) answered at /dev/ttyUSB0: number 0" in stage.text
        await stage.press("enter", "enter", "enter", *"TW", "enter", *"bench", "enter")
        asked = stage.link.sent[-1]
        assert (asked.device, asked.port) == ("rehastim2", "/dev/ttyUSB0")


async def test_what_was_found_does_not_take_back_a_later_choice() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("f6")
        await stage.tell(found("rehastim2"))
        await stage.press("enter", "up")
        await stage.draw()
        assert "> SIMULATED" in stage.text


async def test_of_several_stimulators_that_answered_none_is_chosen() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("f6")
        await stage.tell(found("rehastim2", "rehastim2"))
        assert "2 stimulators answered" in stage.text
        assert "> SIMULATED" in stage.text
        await stage.press("enter", "down")
        await stage.draw()
        assert "/dev/ttyUSB1" in stage.text


async def test_nobody_who_answered_is_said_with_what_to_look_at() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("f6")
        obstacle = "/dev/ttyUSB0: another program has the port. cat has it."
        await stage.tell(found().model_copy(update={"obstacles": (obstacle,)}))
        assert "No stimulator answered" in stage.text
        assert "nmes doctor" in stage.text
        assert obstacle in stage.text


async def test_a_search_that_failed_is_said_and_ends_the_waiting() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.press("f6")
        await stage.tell(Refusal(intent="look_for_devices", reasons=("Ask by hand.",)))
        assert "Ask by hand." in stage.text
        assert texts.LOOKING not in stage.text


async def test_a_choice_made_on_the_command_line_goes_straight_to_placement() -> None:
    async with on_stage(start=scenes.BENCH) as stage:
        assert texts.ASKED_PREPARE in stage.text
        await stage.tell(PLAN)
        assert "Placement - channel 1" in stage.text


async def test_a_refused_choice_of_the_command_line_opens_the_start_screen() -> None:
    async with on_stage(start=scenes.BENCH) as stage:
        await stage.tell(scenes.catalogue(), Refusal(intent="prepare", reasons=("no such port",)))
        assert "no such port" in stage.text
        assert texts.START_TITLE in stage.text


# Placement --------------------------------------------------------------------------------------


async def test_arming_is_asked_only_after_every_line_was_ticked() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await stage.press("right", "right", "a")
        assert stage.link.sent == []
        await stage.press("left", "left")
        await tick_every_line(stage)
        await stage.press("a")
        assert stage.link.sent == [Arm(confirmed_channels=(1, 2))]


async def test_enter_never_arms() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.press("enter", "enter", "enter")
        assert stage.link.sent == []


async def test_choosing_a_side_asks_for_the_plan_again() -> None:
    async with on_stage(scenes.prepared(side_is_open=True), start=scenes.BENCH) as stage:
        assert texts.SIDE_IS_OPEN in stage.text
        await stage.press("r")
        assert stage.link.sent[0].sides == {1: "right"}


async def test_a_refused_arming_is_shown_with_its_reason() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.press("a")
        await stage.tell(Refusal(intent="arm", reasons=("Choose the side first.",)))
        assert "Choose the side first." in stage.text
        await stage.press("space")
        assert stage.link.stops == []


async def test_from_arming_on_space_stops_though_the_engine_has_not_answered_yet() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.press("a", "space")
        assert stage.kinds() == ["arm", "stop"]


async def test_back_from_placement_opens_the_start_screen() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await stage.press("b")
        await stage.draw()
        assert texts.START_TITLE in stage.text


async def test_back_from_the_check_goes_one_page_back_and_keeps_the_ticks() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        assert texts.BACK_A_PAGE in stage.lines[-2]
        await stage.press("b")
        await stage.draw()
        assert "Placement - channel 2" in stage.text
        assert stage.text.count("[x]") == 3


async def test_the_first_page_of_placement_says_where_back_leads() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        assert texts.BACK_TO_START in stage.lines[-2]


async def test_nothing_can_be_armed_in_a_window_below_80_by_24() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.pilot.resize_terminal(79, 24)
        await stage.press("a")
        assert stage.link.sent == []
        assert texts.TOO_SMALL_NO_ARMING in " ".join(stage.text.split())


# Session ----------------------------------------------------------------------------------------


async def test_each_press_sends_one_step_with_a_rising_number() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("up", "plus", "down", "minus", "pageup", "pagedown")
        steps = [(s.direction, s.is_coarse, s.sequence) for s in stage.link.sent]
        assert steps == [
            ("up", False, 1),
            ("up", False, 2),
            ("down", False, 3),
            ("down", False, 4),
            ("up", True, 5),
            ("down", True, 6),
        ]


@pytest.mark.parametrize("state", ["connecting", "armed", "paused"])
@pytest.mark.parametrize("key", ["up", "pageup"])
async def test_no_key_sends_a_step_up_where_nothing_may_rise(state: str, key: str) -> None:
    async with on_stage(PLAN, scenes.snapshot(state)) as stage:
        await stage.press(key)
        assert stage.link.sent == []
        assert texts.UP_NOT_NOW in stage.text


@pytest.mark.parametrize("state", ["stopped", "faulted"])
async def test_no_key_of_the_stopped_screen_changes_a_level(state: str) -> None:
    async with on_stage(PLAN, scenes.stopped(state=state)) as stage:
        await stage.press("up", "plus", "pageup", "s", "p", "f", "enter")
        assert stage.link.sent == []


async def test_no_step_up_leaves_a_stale_screen() -> None:
    async with on_stage(PLAN, scenes.snapshot("running", confirmed_age_us=400_000)) as stage:
        await stage.press("up", "down")
        assert [s.direction for s in stage.link.sent] == ["down"]


async def test_no_step_up_leaves_a_window_that_is_too_small() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.pilot.resize_terminal(60, 20)
        await stage.press("up", "down", "0")
        assert stage.kinds() == ["step_level", "zero_level"]


async def test_pause_and_channels_and_zero_are_single_keys() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("2", "0", "P")
        assert [i.kind for i in stage.link.sent] == ["zero_level", "pause"]
        assert stage.link.sent[0].channel == 2
        assert stage.link.sent[1] == Pause()


def with_levels(state: str, *levels_ua: int) -> Snapshot:
    snapshot = scenes.snapshot(state)
    channels = [
        channel.model_copy(update={"level_ua": level_ua})
        for channel, level_ua in zip(snapshot.channels, levels_ua, strict=True)
    ]
    return snapshot.model_copy(update={"channels": tuple(channels)})


@pytest.mark.parametrize(
    ("levels_ua", "is_told"), [((0, 9_000), True), ((9_000, 9_000), False), ((0, 0), False)]
)
async def test_a_level_forgotten_at_the_start_is_named(
    levels_ua: tuple[int, int], is_told: bool
) -> None:
    async with on_stage(PLAN, with_levels("finding", *levels_ua)) as stage:
        await stage.press("s")
        assert stage.kinds() == ["start"]
        await stage.tell(with_levels("running", *levels_ua))
        assert ("Still at 0 mA: channel 1." in stage.text) is is_told


async def test_the_end_is_asked_twice() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("e", "n", "y")
        assert stage.link.sent == []
        await stage.press("e", "y")
        assert stage.link.sent == [Finish()]


async def test_lowering_keys_work_though_the_end_is_being_asked() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("e", "down", "e", "0", "e", "up")
        assert stage.kinds() == ["step_level", "zero_level"]
        assert stage.link.sent[0] == StepLevel(
            channel=1, direction="down", is_coarse=False, sequence=1
        )


async def test_a_moment_is_marked_with_one_key() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("m")
        assert stage.link.sent == [Note(topic="mark", text="")]


async def test_the_reason_of_a_refused_step_is_shown() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.tell(Refusal(intent="step_level", reasons=("At most two steps a second.",)))
        assert "At most two steps a second." in stage.text


async def test_help_takes_the_place_of_the_events_and_covers_nothing_else() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        before = stage.lines
        await stage.press("question_mark")
        after = stage.lines
        first = next(i for i, text in enumerate(before) if "EVENTS" in text)
        assert texts.HELP_HEADING in after[first]
        assert after[:first] == before[:first]
        assert after[-2:] == before[-2:]


@pytest.mark.parametrize("size", [(80, 24), (100, 24), (120, 40)])
@pytest.mark.parametrize("channels", [1, 8])
async def test_every_line_of_the_help_can_be_read_whole(
    channels: int, size: tuple[int, int]
) -> None:
    plan, now = scenes.prepared(channels), scenes.snapshot("running", channels)
    async with on_stage(plan, now, size=size) as stage:
        seen = ""
        while texts.HELP_CLOSES not in seen:
            await stage.press("question_mark")
            assert texts.HELP_HEADING in stage.text
            seen += stage.text
        assert [text for text in texts.HELP if text not in seen] == []


async def test_help_that_goes_on_says_so_and_closes_after_its_last_page() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        before = stage.lines
        await stage.press("question_mark")
        assert texts.HELP_MORE in stage.text
        await stage.press("question_mark")
        assert texts.HELP_CLOSES in stage.text
        await stage.press("question_mark")
        assert stage.lines == before


async def test_keys_that_ask_for_nothing_still_tell_that_somebody_is_there() -> None:
    beats: list[StillHere] = []

    class Listening(FakeLink):
        def send(self, intent: object) -> None:
            if isinstance(intent, StillHere):
                beats.append(intent)
            else:
                super().send(intent)

    async with NmesApp(Listening()).run_test() as pilot:
        await pilot.press("f7", "f8")
        pilot.app._beat()
        assert beats[-1].keys_pressed == 2


# Stopped ----------------------------------------------------------------------------------------


async def test_going_on_after_a_stop_takes_two_different_keys() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("y")
        assert stage.link.sent == []
        await stage.press("r")
        assert stage.link.sent == [Acknowledge()]
        assert texts.REARM_READ in stage.text
        await stage.press("y")
        assert stage.link.sent == [Acknowledge(), Arm(confirmed_channels=(1, 2))]


async def test_the_stopped_screen_names_both_keys_of_going_on_whole() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        assert stage.lines[-2].startswith(" r, then y  arm again")
        assert stage.lines[-2].endswith("ctrl+q leave")
        assert f" {texts.REARM_EXPLAINED}" in stage.lines
        await stage.press("r")
        assert stage.lines[-2] == f" {texts.STOPPED_KEYS_CONFIRM}"


@pytest.mark.parametrize("key", ["r", "n", "enter"])
async def test_any_other_second_key_does_not_arm(key: str) -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("r", key, "y")
        assert "arm" not in stage.kinds()


async def test_a_stop_key_takes_back_the_first_step_of_arming_again() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("r", "space", "y")
        assert stage.kinds() == ["acknowledge", "stop"]


async def test_a_new_stop_begins_with_the_first_step_again() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("r")
        await stage.tell(scenes.snapshot("running"), scenes.stopped())
        await stage.press("y")
        assert "arm" not in stage.kinds()


async def test_nothing_is_armed_again_while_a_stop_is_unconfirmed() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(None)) as stage:
        await stage.later(1)
        await stage.press("r", "y")
        assert stage.link.sent == []
        assert texts.REARM_UNCONFIRMED in stage.text


async def test_the_way_on_from_an_unconfirmed_stop_is_the_end_of_the_session() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(None)) as stage:
        await stage.later(1)
        assert texts.UNCONFIRMED_EXPLAINED in stage.text
        assert "arm again" not in stage.text
        await stage.press("e")
        assert stage.kinds() == ["leave"]


DOUBTFUL = scenes.stopped(None, state="faulted", output_is_doubtful=True)
UNKNOWN = "OUTPUT UNKNOWN - 1 leads out of the stimulator, 2 pads off, 3 stimulator off"


async def test_a_session_whose_output_may_go_on_ends_only_once_it_was_ended_by_hand() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL) as stage:
        await stage.press("e")
        assert "All done?  1 leads out of the stimulator, 2 pads off" in stage.text
        await stage.press("n")
        assert stage.link.sent == []
        await stage.press("e", "y")
        assert stage.kinds() == ["note", "leave"]
        assert "leads out of the stimulator" in stage.link.sent[0].text
        await stage.tell(DOUBTFUL, scenes.summary())
        assert "OUTPUT OFF" in stage.text


async def test_a_stop_key_is_no_answer_to_whether_it_was_ended_by_hand() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL) as stage:
        await stage.press("e", "space", "y")
        assert stage.kinds() == ["stop"]


async def test_an_output_that_nobody_ended_is_called_unknown_until_a_device_is_heard() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL, scenes.summary()) as stage:
        assert UNKNOWN in stage.text
        await stage.press("n")
        assert UNKNOWN in stage.text
        await stage.tell(PLAN, scenes.snapshot("connecting"), scenes.snapshot("armed"))
        await stage.tell(scenes.stopped(), scenes.summary())
        assert "OUTPUT OFF" in stage.text


async def test_an_engine_that_dies_after_an_output_nobody_ended_says_what_to_do() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL, scenes.summary()) as stage:
        stage.link.die()
        await stage.draw()
        assert "1  leads out of the stimulator" in stage.text


async def test_nothing_is_armed_again_in_a_window_that_is_too_small() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.pilot.resize_terminal(79, 24)
        await stage.press("r", "y")
        assert "arm" not in stage.kinds()


async def test_what_happened_goes_into_the_record() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("3")
        assert stage.link.sent == [Note(topic="stop", text="pads came off")]
        assert "noted: pads came off" in stage.text


async def test_e_ends_a_stopped_session_and_the_summary_follows() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("e")
        assert stage.link.sent == [Leave()]
        await stage.tell(scenes.summary())
        assert "contractions of the program 32/40" in stage.text


async def test_the_summary_says_what_each_of_its_counts_of_contractions_counts() -> None:
    summary = scenes.summary()
    repeated = summary.channels[0].model_copy(update={"contractions": 33})
    async with on_stage(summary.model_copy(update={"channels": (repeated,)})) as stage:
        assert "contractions of the program 32/40" in stage.text
        heading, row = stage.lines[7:9]
        end = heading.index("GIVEN") + len("GIVEN")
        assert row[:end].endswith(" 33")
        assert texts.SUMMARY_NOTE in " ".join(stage.text.split())


# Summary, end, gone -----------------------------------------------------------------------------


async def test_after_the_summary_a_new_session_begins_at_the_start_screen() -> None:
    async with on_stage(scenes.catalogue(), PLAN, scenes.summary(), start=scenes.BENCH) as stage:
        await stage.press("n")
        await stage.draw()
        assert texts.START_TITLE in stage.text


async def test_leaving_closes_an_open_session() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("ctrl+q")
        assert stage.link.sent == [Leave()]
        assert stage.app.return_code == NOT_COMPLETED


async def test_leaving_after_a_fault_is_told_by_the_exit_code() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(state="faulted")) as stage:
        await stage.press("ctrl+q")
        assert stage.app.return_code == DEVICE_TROUBLE


@pytest.mark.parametrize(
    ("outcome", "faults", "code"),
    [
        ("completed", (), DONE),
        ("ended early", (), NOT_COMPLETED),
        ("faulted", ("the device stopped answering",), DEVICE_TROUBLE),
    ],
)
async def test_what_became_of_the_last_session_is_told_by_the_exit_code(
    outcome: str, faults: tuple[str, ...], code: int
) -> None:
    summary = scenes.summary().model_copy(update={"outcome": outcome, "faults": faults})
    async with on_stage(scenes.catalogue(), PLAN, summary) as stage:
        await stage.press("ctrl+q")
        assert stage.app.return_code == code


async def test_an_engine_that_does_not_even_answer_a_stop_is_told_with_what_to_do_by_hand() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("space")
        await stage.later(0.2)
        before = stage.text
        await stage.later(0.2)
        assert "NOT CONFIRMED" not in before
        assert "NOT CONFIRMED - LEADS OUT OF THE STIMULATOR" in stage.text
        assert "1 leads out of the stimulator, 2 pads off, 3 stimulator off" in stage.text
        assert stage.lines[-2].strip() == texts.KEYS_SILENT


async def test_a_screen_whose_engine_answers_nothing_can_be_left_after_a_stop() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("ctrl+q")
        await stage.later(0.4)
        await stage.press("ctrl+q")
        assert len(stage.link.stops) == 1
        assert stage.app.return_code == NOT_COMPLETED


async def test_stops_pressed_again_do_not_put_off_that_nobody_answers() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("space")
        await stage.later(0.2)
        await stage.press("space")
        await stage.later(0.2)
        assert len(stage.link.stops) == 2
        assert "NOT CONFIRMED" in stage.text


async def test_a_stop_without_a_device_is_not_said_to_be_confirmed_by_one() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(0, state="faulted")) as stage:
        assert ("no device was connected" in stage.text, "device confirmed" in stage.text) == (
            True,
            False,
        )


async def test_advice_for_the_session_does_not_stay_once_it_is_stopped() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.app.situation.remark("Still at 0 mA: channel 2.", "!", stage.app.now_us())
        await stage.tell(scenes.stopped())
        await stage.draw()
        assert "Still at 0 mA" not in stage.text


async def test_leaving_while_output_is_possible_stops_first() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.app.leave()
        assert stage.kinds() == ["stop", "leave"]


async def test_a_signal_stops_before_the_program_ends() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.app._end_on_signal("SIGTERM")
        assert stage.kinds() == ["stop", "leave"]
        assert "SIGTERM" in stage.link.stops[0]


async def test_an_engine_that_dies_while_output_is_possible_leaves_one_instruction() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.link.die()
        await stage.draw()
        assert "LEADS OUT OF THE STIMULATOR" in stage.text
        assert "2  pads off" in stage.text
        await stage.press("q")
        assert stage.app.return_code == 1


async def test_an_engine_that_dies_before_arming_frightens_nobody() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        stage.link.die()
        await stage.draw()
        assert texts.GONE in stage.text
        assert "LEADS" not in stage.text


async def test_what_changed_while_the_window_was_small_is_shown_once_it_has_grown() -> None:
    async with on_stage(PLAN, scenes.snapshot("running", phase="rest")) as stage:
        await stage.pilot.resize_terminal(60, 20)
        await stage.draw()
        await stage.tell(scenes.snapshot("running", cue="lift the heel", contractions_done=16))
        await stage.pilot.resize_terminal(80, 24)
        await stage.draw()
        assert ("lift the heel" in stage.text, "16/40" in stage.text) == (True, True)
