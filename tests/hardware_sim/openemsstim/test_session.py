"""The worked session and what surrounds it: boot, the 50 ms rule, bytes that come one by one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_openemsstim import MS, BoardBench, in_frame

from hardware_sim.openemsstim.words import BOOT_TEXT

WITHIN_MS = 2.0
"""How near the simulated times come to those measured."""
STOP = b"Connection End\n"
UNREAD = "Unknown command: \xff"
"""What is said of the three bytes of a frame that found room."""
HOST = (
    (12_000, in_frame("C0I100T1000G")),
    (15_000, in_frame("C0I40T2000G")),
    (15_500, in_frame("G")),
    (17_100, in_frame("OMA[0,50]")),
    (27_300, b"C0I50T500G\n"),
    (28_500, b"1\n"),
    (34_500, STOP),
)
HARDWARE = (
    (12_081, (42, 255), (True, False)),
    (13_081, (255, 255), (True, False)),
    (13_131, (255, 255), (False, False)),
    (15_077, (138, 255), (True, False)),
    (15_536, (255, 255), (True, False)),
    (15_586, (255, 255), (False, False)),
    (28_502, (255, 255), (True, False)),
    (34_559, (255, 255), (False, False)),
)
"""Milliseconds since the reset, wipers, relays closed."""
BOARD = (
    (12_020, "\tUSB: received command: WV,0018,433049313030543130303047."),
    (12_053, "\tEMS_CMD: HEX command length: "),
    (12_072, "24"),
    (12_074, "433049313030543130303047"),
    (12_089, "\tEMS_CMD: Converted HEX command: "),
    (12_109, "C0I100T1000G"),
    (17_179, "\tEMS_CMD: Converted HEX command: "),
    (27_306, "\tUSB: received command: C0I50T500G"),
    (27_345, "\tERROR: SINGLE-CHAR Command Unknown"),
    (28_529, "\tEMS: Channel 1 active"),
    (34_532, "\tBT: Disconnected"),
)
"""When some lines began to leave."""


@pytest.fixture(scope="module")
def worked() -> BoardBench:
    bench = BoardBench(uptime_ms=0)
    for at_ms, wire in HOST:
        bench.run_until(at_ms * MS).write(wire)
    return bench.run_until(36_000 * MS)


def test_relays_and_wipers_of_the_worked_session_change_when_they_were_measured(
    worked: BoardBench,
) -> None:
    changes = [(at_us / MS, state) for at_us, state in worked.changes[1:]]
    assert [state for _, state in changes] == [(wipers, closed) for _, wipers, closed in HARDWARE]
    for (found_ms, _), (wanted_ms, *_) in zip(changes, HARDWARE, strict=True):
        assert found_ms == pytest.approx(wanted_ms, abs=WITHIN_MS)


@pytest.mark.parametrize(("at_ms", "text"), BOARD)
def test_a_line_of_the_worked_session_leaves_when_it_was_measured(
    worked: BoardBench, at_ms: int, text: str
) -> None:
    wire = text.encode() + b"\r\n"
    begin_ms = [(at_us - len(wire) * 562.5) / MS for at_us, sent in worked.heard if sent == wire]
    assert any(found_ms == pytest.approx(at_ms, abs=WITHIN_MS) for found_ms in begin_ms)


def test_the_whole_echo_of_a_frame_and_of_a_plain_line_is_exact() -> None:
    bench = BoardBench()
    first = len(bench.heard)
    bench.send_frames("OMA[0,50]").send("C0I50T500G")
    assert b"".join(wire for _, wire in bench.heard[first:]) == (
        b"\tUSB: received command: WV,0018,4F4D415B302C35305D.\r\n"
        b"\tEMS_CMD: HEX command length: \r\n18\r\n4F4D415B302C35305D\r\n"
        b'\tEMS_CMD: Converted HEX command: \r\nECAQ0"50S\r\nUnknown command: ECAQ0"50S\r\n'
        b"\tUSB: received command: C0I50T500G\r\n\tCommand NON HEX:\r\nC0I50T500G\r\n"
        b"\tERROR: SINGLE-CHAR Command Unknown\r\n"
    )


# Boot -------------------------------------------------------------------------------------------


def test_the_board_boots_for_11_s_and_says_so() -> None:
    bench = BoardBench(uptime_ms=20_000)
    assert [wire for _, wire in bench.heard] == [line for _, line in BOOT_TEXT]
    assert bench.begins_us("SETUP DONE") / MS == pytest.approx(11_260, abs=WITHIN_MS)


def test_what_comes_before_the_boot_is_over_waits_and_runs_afterwards() -> None:
    bench = BoardBench(uptime_ms=3_000)
    bench.write(in_frame("C1I40T800G"))
    bench.run_until(11_290 * MS)
    assert bench.is_quiet
    bench.run_until(12_000 * MS)
    assert bench.state == ((255, 138), (False, True))


def test_of_what_comes_during_the_boot_63_bytes_are_kept() -> None:
    bench = BoardBench(uptime_ms=3_000)
    bench.write(in_frame("C0I40T800G") + in_frame("C1I40T800G") + in_frame("C1I99T5000G"))
    bench.run_until(11_800 * MS)
    assert bench.device.overflowed > 0
    assert bench.said[-5:] == ["1", ",", "\tEMS_CMD: Converted HEX command: ", "\xff", UNREAD]
    assert bench.state == ((138, 138), (True, True))


def test_a_quick_boot_says_the_same_in_half_a_second() -> None:
    bench = BoardBench(uptime_ms=800, boot_s="0.5")
    assert [wire for _, wire in bench.heard] == [line for _, line in BOOT_TEXT]
    assert bench.send_frames("C0I40T800G").state == ((138, 255), (True, False))


def test_a_reset_opens_the_relays_and_boots_again() -> None:
    bench = BoardBench().send_frames("C0I40T5000G")
    first, reset_us = len(bench.heard), bench.now_us
    bench.device.reboot(bench.now_us, off_us=0)
    assert bench.is_quiet
    bench.run_for(12_000 * MS)
    assert [wire for _, wire in bench.heard[first:]] == [line for _, line in BOOT_TEXT]
    assert (bench.heard[-1][0] - reset_us) / MS == pytest.approx(11_278, abs=WITHIN_MS)


# Lines and bytes --------------------------------------------------------------------------------


def test_a_line_without_its_end_is_obeyed_after_50_ms_of_silence() -> None:
    bench = BoardBench(dialect="P")
    bench.write(b"C0I40T1000G")
    began_us, sent_us = bench.now_us, 11 * 521
    bench.run_for(sent_us + 49 * MS)
    assert bench.is_quiet
    bench.run_for(15 * MS)
    assert bench.closed_us(0, began_us) >= began_us + sent_us + 50 * MS


def test_pieces_less_than_50_ms_apart_are_one_line() -> None:
    bench = BoardBench(dialect="P")
    for piece in (b"C0I4", b"0T10", b"00G\n"):
        bench.write(piece)
        bench.run_for(45 * MS)
    assert bench.state == ((138, 255), (True, False))


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(
        st.sampled_from(["C0I40T300G", "C1I100T250G", "G", "C0I4", "", "OMA[0,50]", "C1G"]),
        min_size=1,
        max_size=4,
    ),
    cut=st.integers(1, 12),
)
def test_how_the_bytes_of_a_write_are_cut_makes_no_difference(texts: list[str], cut: int) -> None:
    wire = b"".join(in_frame(text) for text in texts) + STOP
    whole, cut_up = (BoardBench(boot_s="0.5", uptime_ms=1_000) for _ in range(2))
    whole.write(wire)
    for place in range(0, len(wire), cut):
        cut_up.write(wire[place : place + cut])
        cut_up.run_for(min(cut, len(wire) - place) * 521)
    for bench in (whole, cut_up):
        bench.run_until(4_000 * MS)
    assert (cut_up.heard, cut_up.changes) == (whole.heard, whole.changes)


def test_both_channels_are_stopped_one_after_the_other() -> None:
    bench = BoardBench().send_frames("C0I40T5000G", "C1I40T5000G")
    began_us = bench.now_us
    bench.write(STOP)
    bench.run_for(300 * MS)
    stages = [((at_us - began_us) / MS, state) for at_us, state in bench.changes[-3:]]
    measured = (
        (9.3, ((255, 138), (True, True))),
        (59.4, ((255, 255), (False, True))),
        (109.5, ((255, 255), (False, False))),
    )
    for (found_ms, state), (wanted_ms, wanted) in zip(stages, measured, strict=True):
        assert state == wanted
        assert found_ms == pytest.approx(wanted_ms, abs=WITHIN_MS)


def test_a_stop_right_after_a_frame_waits_for_its_echo() -> None:
    bench = BoardBench()
    bench.write(in_frame("C0I100T1000G"))
    bench.run_for(20 * MS)
    began_us = bench.now_us
    bench.write(STOP)
    bench.run_for(300 * MS)
    closing_us, open_us = (at_us for at_us, _ in bench.changes[-2:])
    assert (closing_us - began_us) / MS == pytest.approx(94, abs=5)
    assert (open_us - closing_us) / MS == 50


def test_frames_125_ms_apart_for_both_channels_run_without_a_gap() -> None:
    bench = BoardBench()
    began_us = bench.now_us
    for turn in range(12):
        bench.write(in_frame(f"C{turn % 2}I40T600G"))
        bench.run_for(125 * MS)
    bench.run_for(1_000 * MS)
    assert bench.device.overflowed == 0
    for channel in (0, 1):
        phases = bench.phases(channel, began_us)
        assert [wiper for wiper, _ in phases] == [138, 255]


def test_frames_60_ms_apart_overflow_the_ring() -> None:
    bench = BoardBench()
    for _ in range(12):
        bench.write(in_frame("C0I100T1000G"))
        bench.run_for(60 * MS)
    assert bench.device.overflowed > 0


def test_a_board_is_at_rest_once_nothing_is_to_be_read_and_its_relays_are_open() -> None:
    bench = BoardBench()
    before = bench.device.is_connected
    bench.write(in_frame("C0I40T600G"))
    told, on = bench.device.is_connected, bench.run_for(200 * MS).device.is_connected
    after = bench.run_for(1_000 * MS).device.is_connected
    assert (before, told, on, after) == (False, True, True, False)


def test_a_crashed_board_with_open_relays_is_at_rest_whatever_is_said_to_it() -> None:
    bench = BoardBench().send_frames("T100G")
    bench.write(in_frame("C0I40T600G"))
    assert not bench.device.is_connected


def test_a_board_can_be_made_to_refuse_nothing() -> None:
    with pytest.raises(ValueError, match="refuses nothing"):
        BoardBench().device.receive(b"1\n", 30_000_000, refusal="busy")
