"""From facts to findings: what is good, what is worth knowing, what is to be done."""

from dataclasses import replace

import pytest

from nmes.service.doctor import Finding, PortStory, Weight, findings, has_to_do
from nmes.service.machine import ComputerFacts, Holder, PortFacts
from nmes.service.probe import Answer, Outcome, SeenPort

SOUND = ComputerFacts(
    python=(3, 12, 1),
    is_terminal=True,
    columns=80,
    rows=24,
    encoding="utf-8",
    home="/home/t/nmes",
    home_trouble="",
    free_bytes=10_000_000_000,
    has_modem_manager=False,
    may_raise_priority=True,
    clock_step_ns=1,
    wall_year=2026,
)
USB0 = SeenPort(name="/dev/ttyUSB0", usb_id="0403:6001")
FREE = PortFacts(
    name="/dev/ttyUSB0",
    exists=True,
    is_permitted=True,
    group="dialout",
    is_member=True,
    is_listed=True,
    holders=(),
    latency_ms=1,
    latency_file="/sys/timer",
)


def answer(outcome: Outcome, device: str = "rehastim2", detail: str = "it", advice: str = ""):
    return Answer(port="/dev/ttyUSB0", device=device, outcome=outcome, detail=detail, advice=advice)


FOUND = answer(Outcome.FOUND)
ANSWERED = PortStory(seen=USB0, facts=FREE, answers=(FOUND,))


def story(facts: PortFacts = FREE, *answers: Answer, seen: SeenPort = USB0) -> PortStory:
    return PortStory(seen=seen, facts=facts, answers=answers)


def diagnosed(
    *stories: PortStory, is_chosen: bool = False, **changed: object
) -> tuple[Finding, ...]:
    return findings(replace(SOUND, **changed), stories, is_chosen=is_chosen)


def to_do(found: tuple[Finding, ...]) -> Finding:
    (one,) = (finding for finding in found if finding.weight is Weight.TO_DO)
    return one


def test_where_all_is_well_nothing_is_to_do() -> None:
    found = diagnosed(ANSWERED)
    assert {finding.weight for finding in found} == {Weight.GOOD}
    assert not has_to_do(found)


@pytest.mark.parametrize(
    ("changed", "subject", "cure"),
    [
        ({"python": (3, 10, 9)}, "Python", "3.11"),
        ({"columns": 79}, "Terminal", "80 columns"),
        ({"rows": 23}, "Terminal", "24 rows"),
        ({"home_trouble": "/home/t may not be written to"}, "Data folder", "NMES_HOME"),
        ({"free_bytes": 199_999_999}, "Data folder", "Make room"),
        ({"wall_year": 1970}, "Clocks", "Set the date"),
        ({"clock_step_ns": 15_000_000}, "Clocks", "another computer"),
    ],
)
def test_a_trouble_of_the_computer_is_named_with_its_cure(
    changed: dict[str, object], subject: str, cure: str
) -> None:
    found = diagnosed(ANSWERED, **changed)
    assert to_do(found).subject == subject
    assert cure in to_do(found).cure
    assert has_to_do(found)


@pytest.mark.parametrize(
    ("changed", "subject"),
    [
        ({"is_terminal": False}, "Terminal"),
        ({"encoding": "ascii"}, "Letters"),
        ({"may_raise_priority": False}, "Priority"),
    ],
)
def test_what_a_session_can_do_without_is_a_note(changed: dict[str, object], subject: str) -> None:
    found = diagnosed(ANSWERED, **changed)
    assert [f.subject for f in found if f.weight is Weight.NOTE] == [subject]
    assert not has_to_do(found)


def test_the_note_on_priority_says_that_the_guard_stops_the_device() -> None:
    (note,) = (f for f in diagnosed(ANSWERED, may_raise_priority=False) if f.weight is Weight.NOTE)
    assert "guard stops the device" in note.found


def test_without_any_port_the_cable_is_to_be_checked() -> None:
    found = to_do(diagnosed())
    assert found.subject == "Ports"
    assert "charge" in found.cure


FORBIDDEN = replace(FREE, is_permitted=False, is_member=False, is_listed=False)


@pytest.mark.parametrize(
    ("facts", "found", "cure"),
    [
        (replace(FREE, exists=False, is_permitted=False), "no such port", "nmes ports"),
        (FORBIDDEN, "group dialout", "sudo usermod -aG dialout $USER"),
        (replace(FORBIDDEN, group="uucp"), "group uucp", "usermod -aG uucp"),
        (replace(FORBIDDEN, is_listed=True), "no permission", "log out and in again"),
        (replace(FORBIDDEN, is_member=True, is_listed=True), "no permission", "chmod g+rw"),
        (
            replace(FREE, holders=(Holder(pid=42, program="minicom"),)),
            "minicom (process 42)",
            "Close that program",
        ),
        (
            replace(FREE, holders=(Holder(pid=42, program="ModemManager"),)),
            "ModemManager",
            "systemctl stop ModemManager",
        ),
    ],
)
def test_a_port_that_cannot_be_used_is_explained(facts: PortFacts, found: str, cure: str) -> None:
    finding = to_do(diagnosed(story(facts)))
    assert found in finding.found
    assert cure in finding.cure


def test_a_port_locked_by_nobody_we_may_see_is_busy_all_the_same() -> None:
    finding = to_do(diagnosed(story(FREE, answer(Outcome.BUSY))))
    assert "Another program has it" in finding.found


def test_a_slow_latency_timer_is_to_be_set_to_1_ms() -> None:
    finding = to_do(diagnosed(story(replace(FREE, latency_ms=16), FOUND)))
    assert "16 ms" in finding.found
    assert finding.cure.endswith("echo 1 | sudo tee /sys/timer")


def test_a_port_without_a_latency_timer_is_not_judged_by_it() -> None:
    found = diagnosed(story(replace(FREE, latency_ms=None), FOUND))
    assert not any("latency" in finding.subject for finding in found)


def test_a_silent_rehastim2_may_be_outside_sciencemode() -> None:
    finding = to_do(diagnosed(story(FREE, answer(Outcome.SILENT))))
    assert "choose ScienceMode2 on its start screen" in finding.cure
    assert "cable" in finding.cure


def test_a_silent_p24_is_told_by_its_light_and_its_power() -> None:
    finding = to_do(diagnosed(story(FREE, answer(Outcome.SILENT, "p24"))))
    assert "green when it is ready" in finding.cure
    assert "not a hub" in finding.cure


def test_another_device_is_named_with_what_to_do() -> None:
    other = answer(Outcome.OTHER, "p24", "ScienceMode 3 answered", "say --device rehamove3")
    finding = to_do(diagnosed(story(FREE, other, answer(Outcome.SILENT, "rehastim2"))))
    assert "ScienceMode 3" in finding.found
    assert "rehamove3" in finding.cure


def test_a_device_in_the_wrong_mode_is_told_as_such() -> None:
    trouble = answer(Outcome.TROUBLE, detail="question for the mode: mode 2", advice="Reconnect.")
    finding = to_do(diagnosed(story(FREE, trouble)))
    assert "mode 2" in finding.found
    assert finding.cure == "Reconnect."


def test_noise_is_not_called_silence() -> None:
    finding = to_do(diagnosed(story(FREE, answer(Outcome.NOISE), answer(Outcome.SILENT, "p24"))))
    assert finding.found.startswith("Something sends")


@pytest.mark.parametrize("answers", [(answer(Outcome.NOISE),), (answer(Outcome.SILENT),), ()])
def test_what_can_be_asked_for_with_a_file_only_is_named_with_its_command(
    answers: tuple[Answer, ...],
) -> None:
    untold = replace(story(FREE, *answers), untold=("openemsstim",))
    cure = to_do(diagnosed(untold)).cure
    assert "nmes ports --probe --device openemsstim@FILE --port /dev/ttyUSB0" in cure


def test_a_device_found_at_the_second_question_is_found() -> None:
    found = diagnosed(story(FREE, answer(Outcome.OTHER), answer(Outcome.FOUND, "p24")))
    assert not has_to_do(found)


def test_a_silent_port_beside_one_with_a_device_is_only_a_note() -> None:
    silent = story(FREE, answer(Outcome.SILENT), seen=SeenPort(name="/dev/ttyUSB1"))
    found = diagnosed(ANSWERED, silent)
    assert not has_to_do(found)
    assert any(f.weight is Weight.NOTE and f.subject == "/dev/ttyUSB1" for f in found)


def test_a_port_that_a_person_named_must_answer() -> None:
    assert has_to_do(diagnosed(story(FREE, answer(Outcome.SILENT)), is_chosen=True))


@pytest.mark.parametrize(
    ("seen", "cure"),
    [
        (SeenPort(name="/dev/ttyS0"), "nmes doctor --port /dev/ttyS0"),
        (SeenPort(name="/dev/ttyUSB3", usb_id="1a86:7523"), "--device NAME"),
    ],
)
def test_a_port_left_alone_is_said_to_be_with_how_to_ask_there(seen: SeenPort, cure: str) -> None:
    assert cure in to_do(diagnosed(story(FREE, seen=seen))).cure


def test_a_running_modem_manager_is_noted_as_long_as_no_device_is_found() -> None:
    found = diagnosed(story(FREE, answer(Outcome.SILENT)), has_modem_manager=True)
    assert found[-1].subject == "ModemManager"
    assert found[-1].weight is Weight.NOTE


def test_a_running_modem_manager_is_no_matter_beside_a_device_that_answers() -> None:
    found = diagnosed(ANSWERED, has_modem_manager=True)
    assert not any(finding.subject == "ModemManager" for finding in found)


@pytest.mark.parametrize("has_device", [True, False])
def test_every_finding_is_whole_sentences(has_device: bool) -> None:
    stories = [ANSWERED] if has_device else [story(FREE, answer(Outcome.SILENT)), story(FORBIDDEN)]
    for finding in diagnosed(*stories):
        assert finding.found.endswith(".")
