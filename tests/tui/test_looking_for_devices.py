"""Looking for stimulators from the start screen."""

from support import screen_scenes as scenes
from support.stage import on_stage

from nmes.link.messages import AskCatalogue, DevicesFound, FoundDevice, LookForDevices, Refusal
from tui import texts


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
