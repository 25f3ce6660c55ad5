"""`nmes library`: what comes with the program, readable at 80 columns."""

import json

import pytest
from support.command_line import Nmes

from protocols.loading import library


def test_every_protocol_is_listed_with_its_title(nmes: Nmes) -> None:
    lines = nmes("library").out.splitlines()
    for entry in library():
        assert f"{entry.name}: {entry.protocol.title}" in lines


def test_minutes_channels_and_evidence_are_told(nmes: Nmes) -> None:
    out = nmes("library").out
    assert "    40 s, 2 channels, evidence D (practice and opinion only)\n" in out
    assert "    14 min 15 s, 1 channel, evidence A (randomised trials agree)\n" in out


def test_the_goal_is_told_in_full(nmes: Nmes) -> None:
    text = nmes("library").text
    for entry in library():
        assert " ".join(entry.protocol.goal.split()) in text


@pytest.mark.parametrize("columns", [40, 80])
def test_no_line_is_wider_than_the_terminal(
    nmes: Nmes, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, nmes("library").out.splitlines())) <= columns


def test_json_holds_the_same(nmes: Nmes) -> None:
    entries = {entry["name"]: entry for entry in json.loads(nmes("library", "--json").out)}
    assert set(entries) == {entry.name for entry in library()}
    demo = entries["demo"]
    assert (demo["seconds"], demo["channels"], demo["evidence"]) == (40, 2, "D")


def test_json_gives_every_duration_in_whole_seconds(nmes: Nmes) -> None:
    entries = json.loads(nmes("library", "--json").out)
    assert {type(entry["seconds"]) for entry in entries} == {int}
