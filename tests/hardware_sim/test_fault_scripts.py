"""Fault script files: what is read, and how what is wrong is told."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices import DEVICES
from hardware_sim.fault_script import (
    INCIDENTS,
    KIND_MODELS,
    MOST_BYTES,
    FaultScriptError,
    incidents,
    load_faults,
    read_faults,
    suiting,
)
from hardware_sim.faults import KINDS, BaseFault, Drop, FaultScript, Load
from hardware_sim.rehastim2.dialect import REHASTIM2

DOCUMENT = Path(__file__).parents[2] / "docs" / "simulator.md"

GOOD = """\
# what happens in the clinic
seed: 7
faults:
  - kind: drop
    direction: to_host
    probability: 0.01
    from_s: 5
    commands: [StartChannelListModeAck]
  - {kind: load, channel: 2, ohm: 4000, at_s: 12.5, for_s: 3}
"""


def complaint(text: str) -> str:
    """The one complaint about a script."""
    with pytest.raises(FaultScriptError) as refused:
        read_faults(text, "faults.yaml", REHASTIM2)
    (line,) = str(refused.value).splitlines()
    return line


def about(fault: str) -> str:
    """The one complaint about a fault that stands on line 3."""
    return complaint(f"seed: 1\nfaults:\n  - {{{fault}}}\n")


def test_a_script_is_a_seed_and_faults() -> None:
    script = read_faults(GOOD, "good", REHASTIM2)
    drop, load = script.faults
    assert isinstance(drop, Drop)
    assert isinstance(load, Load)
    assert (script.seed, drop.probability, drop.commands) == (
        7,
        0.01,
        ("StartChannelListModeAck",),
    )
    assert (load.channel, load.ohm, load.at_s, load.for_s) == (2, 4000, 12.5, 3)


def test_a_script_can_be_written_in_code_too() -> None:
    script = FaultScript.model_validate(
        {"seed": 1, "faults": [{"kind": "silence", "direction": "both", "at_s": 3}]}
    )
    assert script == read_faults(
        "seed: 1\nfaults: [{kind: silence, direction: both, at_s: 3}]", "same", REHASTIM2
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("kind: drip, at_s: 1", "fault 1: there is no kind 'drip'. Did you mean drop?"),
        ("at_s: 1", "fault 1: it has no kind. Kinds are drop, delay,"),
        (
            "kind: drop, at_s: 1",
            "fault 1, direction: it is missing. Add direction to what begins on this line.",
        ),
        (
            "kind: drop, direction: to_host, at_s: 1, proability: 1",
            "fault 1, proability: there is no such field. Did you mean probability?",
        ),
        ("kind: drop, direction: up, at_s: 1", "fault 1, direction: 'up' does not fit. It should"),
        ("kind: drop, direction: both", "exactly one of at_s, at_frame, probability says when"),
        ("kind: drop, direction: both, at_s: 1, at_frame: 1", "exactly one of at_s, at_frame"),
        ("kind: drop, direction: both, at_s: 1, from_s: 1", "from_s and until_s belong to"),
        (
            "kind: drop, direction: both, probability: 1, from_s: 2, until_s: 2",
            "until_s is not after from_s",
        ),
        ("kind: drop, direction: both, at_frame: 0", "fault 1, at_frame: 0 does not fit"),
        ("kind: drop, direction: both, at_frame: 1.5", "fault 1, at_frame: 1.5 does not fit"),
        ("kind: drop, direction: both, at_s: -1", "fault 1, at_s: -1 does not fit"),
        ("kind: drop, direction: both, at_s: .inf", "fault 1, at_s: '.inf' does not fit"),
        ("kind: drop, direction: both, at_s: true", "fault 1, at_s: True does not fit"),
        ("kind: drop, direction: both, at_s: '1'", "fault 1, at_s: '1' does not fit"),
        ("kind: drop, direction: both, probability: 1.1", "fault 1, probability: 1.1 does not"),
        ("kind: drop, direction: both, probability: 0", "fault 1, probability: 0 does not fit"),
        (
            "kind: drop, direction: to_host, at_s: 1, commands: [Watchdog]",
            "no Watchdog travels to_host",
        ),
        ("kind: drop, direction: both, at_s: 1, commands: []", "fault 1, commands: a list or"),
        ("kind: wrong_mode, mode: start, at_s: 1, commands: [Init]", "Init is none of GetStim"),
        ("kind: open_electrode, channel: 9, at_s: 1", "fault 1, channel: 9 does not fit"),
        ("kind: open_electrode, at_s: 1", "fault 1, channel: it is missing"),
        (
            "kind: open_electrode, channel: 1, at_s: 1, direction: to_host",
            "direction says which frames count; at_s counts none",
        ),
        ("kind: reboot, at_s: 1, times: 2", "times and commands count frames"),
        ("kind: load, channel: 1, ohm: 0, at_s: 1", "fault 1, ohm: 0 does not fit"),
        ("kind: refuse, result: ok, at_s: 1", "fault 1, result: 'ok' does not fit"),
    ],
)
def test_what_is_wrong_with_a_fault_is_told_with_file_line_field_and_cure(
    fault: str, said: str
) -> None:
    line = about(fault)
    assert line.startswith("faults.yaml: line 3: fault 1")
    assert said in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: file: it is empty"),
        ("- 1\n", "line 1: file: this is no group of fields"),
        ("seed: 1\n", "line 1: faults: it is missing"),
        ("seed: 1\nfaults: []\nseed: 2\n", "line 3: seed: it is written a second time (first on"),
        (
            "seed: 1\nfaults: []\nfault: 2\n",
            "line 3: fault: there is no such field. Did you mean f",
        ),
        ("seed:\nfaults: []\n", "line 1: seed: nothing does not fit"),
        ("seed: -1\nfaults: []\n", "line 1: seed: -1 does not fit"),
        ("seed: &a 1\nfaults: []\n", "line 1: file: a mark & or * stands here"),
        ("seed: !x 1\nfaults: []\n", "line 1: seed: a value marked !x"),
        ("seed: 1\nfaults: !!set {}\n", "line 2: faults: a value marked"),
        ("seed: 1\nfaults: [\n", "this is no YAML"),
        ("seed: 1\n{a: 1}: 2\nfaults: []\n", "line 2: file: "),
        ("seed: 1\nfaults: []\n---\nseed: 1\n", "line 3: file: this is no YAML"),
        ("seed: 1\x07\nfaults: []\n", "file: this is no YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(text: str, said: str) -> None:
    assert said in complaint(text)


def test_everything_wrong_is_told_at_once_in_order_of_line() -> None:
    with pytest.raises(FaultScriptError) as refused:
        read_faults(
            "seed: x\nfaults:\n  - {kind: drip}\n  - {kind: drop, at_s: -1}\n", "f", REHASTIM2
        )
    assert [c.line for c in refused.value.complaints] == [1, 3, 4, 4]


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(read_faults(text, "any", REHASTIM2), FaultScript)
    except FaultScriptError as refused:
        assert refused.complaints


def test_bytes_that_are_no_text_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"seed: 1\nfaults: []\n# \xff\n")
    with pytest.raises(FaultScriptError, match="line 3: file: the byte FF is no text"):
        load_faults(path, REHASTIM2)


def test_a_script_is_found_by_path_or_by_the_name_of_an_incident(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert load_faults(str(path), REHASTIM2).seed == 7
    assert load_faults("pad_peels_off", REHASTIM2).faults


def test_a_name_that_is_neither_file_nor_incident_is_told_the_incidents() -> None:
    with pytest.raises(FaultScriptError, match=r"no_such_incident: .*Incidents are battery_reboot"):
        load_faults("no_such_incident", REHASTIM2)


def test_a_script_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(FaultScriptError, match=r"pipe\.yaml: whole file: file: it is no file"):
        load_faults(tmp_path / "pipe.yaml", REHASTIM2)


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_a_script_that_is_a_device_or_a_folder_is_refused_unread(path: str) -> None:
    with pytest.raises(FaultScriptError) as refused:
        load_faults(path, REHASTIM2)
    told = f"{path}: whole file: file: it is no file. Name a plain text file."
    assert str(refused.value) == told


def test_a_script_that_is_far_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(FaultScriptError, match="it has more than 256 KiB"):
        load_faults(path, REHASTIM2)


def test_lists_within_lists_without_end_are_refused() -> None:
    assert "groups within groups" in complaint("[" * 20_000)


def test_an_incident_that_a_device_cannot_show_is_refused_with_those_that_it_can() -> None:
    with pytest.raises(FaultScriptError) as refused:
        load_faults("patient_switch", DEVICES["p24"].dialect)
    told = str(refused.value)
    assert "the p24 has no emergency_switch. Incidents that suit the p24: battery_reboot, " in told
    assert "patient_switch" not in told.partition("Incidents")[2]


def test_every_incident_suits_the_device_that_it_was_written_for() -> None:
    assert suiting(REHASTIM2) == incidents()


def test_ten_incidents_are_shipped_and_each_begins_with_what_happens_in_the_clinic() -> None:
    assert len(incidents()) == 10
    for name in incidents():
        assert load_faults(name, REHASTIM2).faults
        text = (INCIDENTS / f"{name}.yaml").read_text()
        assert text.startswith("# ")


def test_the_example_of_the_documentation_is_a_script() -> None:
    example = DOCUMENT.read_text().split("```yaml\n")[1].split("```")[0]
    assert [fault.kind for fault in read_faults(example, "example", REHASTIM2).faults] == [
        "drop",
        "delay",
        "load",
        "open_electrode",
    ]


def test_the_documentation_has_every_kind_with_all_its_own_fields() -> None:
    table = [row for row in DOCUMENT.read_text().splitlines() if row.startswith("| `")]
    for name, model in KIND_MODELS.items():
        (row,) = (row for row in table if row.startswith(f"| `{name}`"))
        own = set(model.model_fields) - set(BaseFault.model_fields) - {"kind"}
        assert {field for field in own if f"`{field}`" not in row} == set()


def test_the_documentation_names_every_incident() -> None:
    assert [name for name in incidents() if f"`{name}`" not in DOCUMENT.read_text()] == []


def test_every_kind_has_a_sentence_that_says_what_it_is() -> None:
    assert [kind for kind in KINDS if not kind.__doc__] == []
