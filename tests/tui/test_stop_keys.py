"""A stop key reaches the engine first, whatever the screen shows and whatever has the focus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from support import screen_scenes as scenes
from support.stage import Stage, on_stage
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, TextArea

from nmes.link.messages import Report
from tui import texts

STOP_KEYS = ("space", "escape", "x", "X", "f12", "ctrl+c", "ctrl+q", "ctrl+z")

SCREENS: dict[str, tuple[Report, ...]] = {
    "start": (scenes.catalogue(), scenes.snapshot("idle", output_is_possible=True)),
    "placement": (scenes.prepared(), scenes.snapshot("idle", output_is_possible=True)),
    "session": (scenes.prepared(), scenes.snapshot("running")),
    "stopped": (scenes.prepared(), scenes.stopped(None, output_is_possible=True)),
    "summary": (scenes.summary(), scenes.snapshot("idle", output_is_possible=True)),
}

OWN_WIDGETS = {"start": ("protocol", "device", "port", "operator", "patient")}

CASES = [(screen, widget) for screen in SCREENS for widget in (None, *OWN_WIDGETS.get(screen, ()))]


async def assert_every_stop_key_stops_first(stage: Stage) -> None:
    for key in STOP_KEYS:
        stage.link.forget()
        await stage.press(key)
        assert stage.kinds() == ["stop"], key
        assert stage.link.stops == [texts.YOU_PRESSED.format(key=_printed(key))]


def _printed(key: str) -> str:
    return {"escape": "ESC"}.get(key, key.upper())


@pytest.mark.parametrize(("screen", "widget"), CASES)
async def test_on_every_screen_with_every_focus_each_stop_key_stops_first(
    screen: str, widget: str | None
) -> None:
    async with on_stage(*SCREENS[screen]) as stage:
        assert stage.app.screen is stage.app.get_screen(screen)
        stage.app.screen.set_focus(stage.app.screen.query_one(f"#{widget}") if widget else None)
        await assert_every_stop_key_stops_first(stage)


@pytest.mark.parametrize("screen", list(SCREENS))
async def test_no_screen_has_a_focus_that_the_test_above_does_not_know(screen: str) -> None:
    async with on_stage(*SCREENS[screen]) as stage:
        focusable = [widget.id for widget in stage.app.screen.query("*") if type(widget).can_focus]
        assert tuple(focusable) == OWN_WIDGETS.get(screen, ())


@asynccontextmanager
async def running() -> AsyncIterator[Stage]:
    async with on_stage(*SCREENS["session"]) as stage:
        yield stage


@pytest.mark.parametrize("widget", [Input, TextArea, Button])
async def test_even_a_widget_that_takes_letters_cannot_take_a_stop(widget: type[Widget]) -> None:
    async with running() as stage:
        intruder = widget()
        await stage.app.screen.mount(intruder)
        intruder.focus()
        await stage.settle()
        await assert_every_stop_key_stops_first(stage)


async def test_even_a_modal_screen_with_a_field_cannot_take_a_stop() -> None:
    class Question(ModalScreen[None]):
        def compose(self) -> AsyncIterator[Widget]:
            yield Input()

    async with running() as stage:
        await stage.app.push_screen(Question())
        stage.app.screen.query_one(Input).focus()
        await stage.settle()
        await assert_every_stop_key_stops_first(stage)


async def test_even_a_maximised_widget_cannot_take_a_stop() -> None:
    async with running() as stage:
        box = VerticalScroll()
        await stage.app.screen.mount(box)
        stage.app.screen.maximize(box)
        await assert_every_stop_key_stops_first(stage)


@pytest.mark.parametrize("state", ["connecting", "armed", "finding", "running", "paused"])
async def test_stop_works_in_every_state_with_a_device(state: str) -> None:
    async with on_stage(scenes.prepared(), scenes.snapshot(state)) as stage:
        await assert_every_stop_key_stops_first(stage)


async def test_stop_works_when_the_engine_has_been_silent_for_long() -> None:
    async with running() as stage:
        await stage.later(30)
        await assert_every_stop_key_stops_first(stage)


async def test_stop_works_in_a_window_that_is_too_small_for_anything() -> None:
    async with running() as stage:
        await stage.pilot.resize_terminal(20, 3)
        await assert_every_stop_key_stops_first(stage)


async def test_stop_works_while_a_question_waits_for_its_answer() -> None:
    async with running() as stage:
        await stage.press("e")
        await assert_every_stop_key_stops_first(stage)


async def test_a_stop_key_held_down_is_sent_every_time() -> None:
    async with running() as stage:
        await stage.press(*["space"] * 10)
        assert len(stage.link.stops) == 10


async def test_once_stopped_every_stop_key_but_the_leaving_one_stops_again() -> None:
    async with on_stage(scenes.prepared(), scenes.stopped()) as stage:
        for key in STOP_KEYS:
            if key != "ctrl+q":
                stage.link.forget()
                await stage.press(key)
                assert stage.kinds() == ["stop"], key


async def test_pasted_text_presses_no_key() -> None:
    from textual import events

    async with running() as stage:
        stage.app.post_message(events.Paste("xx  ++\x1b"))
        await stage.settle()
        assert stage.kinds() == []


async def test_while_nothing_is_armed_space_and_letters_belong_to_the_fields() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        stage.app.screen.query_one("#operator", Input).focus()
        await stage.press("M", "a", "x", "space", "W")
        assert stage.app.screen.query_one("#operator", Input).value == "Max W"
        assert stage.link.stops == []


async def test_the_screen_says_at_once_that_a_stop_was_sent() -> None:
    async with running() as stage:
        await stage.press("space")
        await stage.draw()
        assert texts.STOP_SENT in stage.lines[1]


async def test_the_heartbeat_comes_from_the_queue_of_the_keys() -> None:
    async with running() as stage:
        beats = stage.link.beats
        stage.app._beat()
        assert stage.link.beats >= beats + 1


async def test_a_dead_link_is_sent_no_heartbeat() -> None:
    async with running() as stage:
        stage.link.is_alive = False
        beats = stage.link.beats
        stage.app._beat()
        assert stage.link.beats == beats
