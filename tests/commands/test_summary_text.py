"""The summary of a session as the command line prints it."""

from support import screen_scenes as scenes

from nmes.commands.summary_text import summary_text


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
