"""Protocol files are found, read once, and hashed; what cannot be read is said plainly."""

import hashlib
import os
from pathlib import Path

import pytest

from protocols import loading
from protocols.errors import ProtocolFileError
from protocols.loading import find_protocol, library, load_protocol, load_text

GOOD = Path(__file__).parent / "good" / "one_channel.yaml"


def complaint(refused: pytest.ExceptionInfo[ProtocolFileError]) -> str:
    (problem,) = refused.value.problems
    return str(problem)


def test_a_good_file_gives_its_protocol_and_the_hash_of_its_bytes() -> None:
    loaded = load_protocol(GOOD)
    assert loaded.protocol.id == "bench_one"
    assert loaded.source == str(GOOD)
    assert loaded.sha256 == hashlib.sha256(GOOD.read_bytes()).hexdigest()


def test_text_and_its_bytes_give_the_same_protocol() -> None:
    assert load_text(GOOD.read_text(), "x") == load_text(GOOD.read_bytes(), "x")


def test_a_byte_order_mark_does_no_harm() -> None:
    assert load_text(b"\xef\xbb\xbf" + GOOD.read_bytes(), "x").protocol.id == "bench_one"


def test_windows_line_ends_do_no_harm() -> None:
    text = GOOD.read_bytes().replace(b"\n", b"\r\n")
    assert load_text(text, "x").protocol.stages[0].cue_rest == "Rest"


def test_numbers_keep_the_value_they_are_written_with(edited) -> None:
    protocol = edited("one_channel", "ramp_down_s: 1", "ramp_down_s: 1.25e0").protocol
    assert protocol.stages[0].ramp_down_s == 1.25


def test_a_missing_file_is_said_to_be_missing(tmp_path) -> None:
    with pytest.raises(ProtocolFileError) as refused:
        load_protocol(tmp_path / "none.yaml")
    assert "it cannot be read (No such file or directory)" in complaint(refused)


def test_a_folder_is_no_protocol(tmp_path) -> None:
    with pytest.raises(ProtocolFileError) as refused:
        load_protocol(tmp_path)
    assert complaint(refused) == (
        "whole file: file: it is no file; a protocol is a plain text file. Name the file."
    )


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ProtocolFileError, match="it is no file"):
        load_protocol(tmp_path / "pipe.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path) -> None:
    path = tmp_path / "locked.yaml"
    path.write_text("nmes: 1")
    path.chmod(0)
    with pytest.raises(ProtocolFileError, match="Permission denied"):
        load_protocol(path)


def test_a_path_that_no_system_can_hold_is_refused() -> None:
    with pytest.raises(ProtocolFileError, match="it cannot be read"):
        load_protocol(Path("a\0b.yaml"))


def test_a_file_of_10_mb_is_refused_by_its_size_before_it_is_read_as_yaml(tmp_path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"\xff" * 10_000_000)
    with pytest.raises(ProtocolFileError) as refused:
        load_protocol(path)
    assert complaint(refused) == (
        "whole file: file: it has more than 256 KiB; protocols are far shorter. "
        "Check that this is the right file."
    )


def test_a_file_of_exactly_the_greatest_size_is_read() -> None:
    text = GOOD.read_bytes()
    padded = text + b"#" * (loading.MAX_BYTES - len(text))
    assert load_text(padded, "x").protocol.id == "bench_one"


def test_half_a_character_in_a_text_is_refused_as_no_text() -> None:
    with pytest.raises(ProtocolFileError, match="line 1, column 5: file: the byte ED"):
        load_text("id: \ud800", "x")


def test_complaints_name_the_file_on_every_line() -> None:
    with pytest.raises(ProtocolFileError) as refused:
        load_text("nmes: 1\n", "mine.yaml")
    assert all(line.startswith("mine.yaml: line ") for line in str(refused.value).splitlines())


def test_a_library_protocol_is_found_by_its_name() -> None:
    assert find_protocol("quad_tka") == loading.LIBRARY / "quad_tka.yaml"


def test_a_file_is_found_by_its_path() -> None:
    assert find_protocol(GOOD) == GOOD


def test_a_misspelt_library_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(ProtocolFileError) as refused:
        find_protocol("Quad_tkr")
    assert complaint(refused).endswith("Did you mean quad_tka?")


def test_a_name_like_no_other_is_answered_with_the_list_of_the_library() -> None:
    with pytest.raises(ProtocolFileError) as refused:
        find_protocol("zzz\0")
    assert complaint(refused) == (
        "whole file: file: there is neither a file nor a library protocol of this name; "
        "the library has demo, glutmed_tha, hand_open_close, quad_tka, ta_cyclic, "
        "wrist_finger_ext_cyclic. Check the name, or give the path of a file."
    )


def test_the_library_lists_every_file_of_its_folder_by_name() -> None:
    assert [entry.name for entry in library()] == sorted(
        path.stem for path in loading.LIBRARY.iterdir()
    )
