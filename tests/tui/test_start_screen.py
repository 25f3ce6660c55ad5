"""The start screen: what can be chosen there and what is asked of the engine."""

import pytest
from support import screen_scenes as scenes
from support.fake_link import FakeLink
from support.screen_scenes import PLAN
from support.stage import on_stage
from textual.widgets import Input

from nmes.link.messages import AskCatalogue, Prepare, Refusal
from tui import texts
from tui.app import NmesApp


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
