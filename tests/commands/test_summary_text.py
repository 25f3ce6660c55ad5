"""The summary of a session as the command line prints it."""

from support import screen_scenes as scenes

from nmes.commands.summary_text import summary_text
from nmes.link.messages import HaltSummary

DOUBT = "STOP NOT CONFIRMED: current may have gone on, for up to 2 s."


def test_the_two_counts_of_contractions_are_told_apart() -> None:
    summary = scenes.summary()
    repeated = summary.channels[0].model_copy(update={"contractions": 33})
    lines = summary_text(summary.model_copy(update={"channels": (repeated,)})).splitlines()
    (heading,) = (index for index, text in enumerate(lines) if text.startswith("ch  name"))
    end = lines[heading].index("given") + len("given")
    assert "contractions  32 of 40 of the program" in lines
    assert lines[heading + 1][:end].endswith(" 33")


def test_what_is_counted_is_said_below_the_table() -> None:
    text = summary_text(scenes.summary())
    assert "of the program: each contraction once, when its last channel is done" in text
    assert "given: complete ones of the channel with current" in text


def text_of(**changed: object) -> str:
    return summary_text(scenes.summary().model_copy(update=changed))


def test_each_halt_is_told_with_its_time_its_cause_and_whether_it_was_confirmed() -> None:
    stop = {"utc": "2026-03-02T14:13:00Z", "what": "stop", "cause": "no operator for 6 minutes"}
    halts = (
        HaltSummary.model_validate(stop | {"is_confirmed": True}),
        HaltSummary.model_validate(stop | {"is_confirmed": False}),
        HaltSummary.model_validate(stop | {"what": "pause", "is_confirmed": None}),
    )
    assert text_of(halts=halts).splitlines()[7:10] == [
        "stop          2026-03-02T14:13:00Z   no operator for 6 minutes   (confirmed)",
        "stop          2026-03-02T14:13:00Z   no operator for 6 minutes   (NOT CONFIRMED)",
        "pause         2026-03-02T14:13:00Z   no operator for 6 minutes",
    ]


def test_a_stop_that_was_not_confirmed_is_said_and_no_figure_is_called_the_most() -> None:
    bounded = scenes.summary_with_settings().channels
    assert "are the most" in text_of(channels=bounded)
    text = text_of(channels=bounded, doubt=DOUBT)
    assert f"!! {DOUBT}" in text.splitlines()
    assert "IT MAY HAVE COME TO MORE" in text
    assert "the most" not in text


def test_figures_that_may_fall_short_are_said_to() -> None:
    assert "more or less may have flowed than is said here" in text_of(doubt=DOUBT)
    assert "may have flowed" not in text_of()


def test_a_record_that_was_not_closed_tells_the_level_that_no_contraction_tells() -> None:
    silent = (
        scenes.summary().channels[0].model_copy(update={"level_max_ua": 0, "level_set_ua": 8_000})
    )
    text = text_of(channels=(silent,), outcome="not closed", doubt=DOUBT)
    assert "highest level ever set, while it was found or later: channel 1 8 mA" in text
    assert "a contraction under way is MISSING from these figures" in text


def test_the_time_that_ran_is_told_apart_from_what_is_done() -> None:
    told = text_of(ran_us=9_000_000, done_us=0, planned_us=40_000_000)
    assert "ran 0:09, countdowns included; 0:00 of 0:40 of the program done" in told
    unclosed = text_of(ran_us=9_000_000, planned_us=40_000_000, outcome="not closed")
    assert "ran 0:09, by the last line of the record, of 0:40" in unclosed
