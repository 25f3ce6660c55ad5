import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pulse_record import HEADER, PulseRow, read_pulses

from hardware_sim.line_file import FLUSH_INTERVAL_US, MOST_WAITING_LINES, LineFile, seconds
from hardware_sim.pulses import Pulse
from hardware_sim.record import PulseRecord
from hardware_sim.trace import FrameTrace


def pulse(time_us=12_345_678, channel=3):
    return Pulse(
        time_us=time_us,
        channel=channel,
        current_ma=40,
        pulse_width_us=300,
        second_current_ma=-40,
        second_width_us=300,
    )


def test_a_record_has_its_header_before_the_first_pulse(tmp_path):
    with PulseRecord(tmp_path / "pulses.csv", zero_us=0):
        assert (tmp_path / "pulses.csv").read_text() == HEADER + "\n"


def test_a_pulse_is_one_row_with_its_time_from_the_zero(tmp_path):
    with PulseRecord(tmp_path / "pulses.csv", zero_us=12_000_000) as record:
        record.add_pulse(pulse())

    assert (tmp_path / "pulses.csv").read_text() == (f"{HEADER}\n0.345678,3,40,300,-40,300,100,0\n")


def test_the_net_charge_is_that_of_the_phases_as_delivered(tmp_path):
    uneven = Pulse(
        time_us=0,
        channel=1,
        current_ma=10,
        pulse_width_us=200,
        second_current_ma=-9,
        second_width_us=210,
    )

    assert uneven.net_charge_nc == 110


def test_what_was_written_is_read_back(tmp_path):
    with PulseRecord(tmp_path / "pulses.csv", zero_us=0) as record:
        record.add_pulse(pulse())

    (row,) = read_pulses(tmp_path / "pulses.csv")

    assert row.time_us == 12_345_678
    assert row == PulseRow(
        time_s=12.345678,
        channel=3,
        current_ma=40,
        pulse_width_us=300,
        second_current_ma=-40,
        second_width_us=300,
        gap_us=100,
        net_charge_nc=0,
    )


@pytest.mark.parametrize("kept", [0, 1, 20])
def test_a_last_line_that_was_cut_off_does_not_count(tmp_path, kept):
    row = "0.000001,1,40,300,-40,300,100,0"
    (tmp_path / "pulses.csv").write_text(f"{HEADER}\n{row}\n{row[:kept]}")

    assert len(read_pulses(tmp_path / "pulses.csv")) == 1


def test_another_file_is_no_pulse_record(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")

    with pytest.raises(ValueError, match="header"):
        read_pulses(tmp_path / "other.csv")


def test_rows_wait_until_a_flush_that_is_due_50_ms_after_the_first(tmp_path):
    with PulseRecord(tmp_path / "pulses.csv", zero_us=0) as record:
        record.add_pulse(pulse(1_000))
        record.add_pulse(pulse(40_000))

        assert record.flush_due_us == 1_000 + FLUSH_INTERVAL_US
        assert FLUSH_INTERVAL_US == 50_000


def test_a_flush_writes_everything_and_nothing_is_due_any_more(tmp_path):
    with PulseRecord(tmp_path / "pulses.csv", zero_us=0) as record:
        record.add_pulse(pulse(1_000))
        record.flush()

        assert len(read_pulses(tmp_path / "pulses.csv")) == 1
        assert record.flush_due_us is None


def test_many_lines_are_written_without_being_asked(tmp_path):
    with LineFile(tmp_path / "lines") as lines:
        for _ in range(MOST_WAITING_LINES):
            lines.add("x", 0)

        assert (tmp_path / "lines").stat().st_size == 2 * MOST_WAITING_LINES


def test_the_end_of_a_record_is_complete(tmp_path):
    with PulseRecord(tmp_path / "pulses.csv", zero_us=0) as record:
        for number in range(10):
            record.add_pulse(pulse(number))

    assert [row.time_us for row in read_pulses(tmp_path / "pulses.csv")] == list(range(10))


@given(st.integers(0, 10**15))
def test_seconds_are_written_exactly(time_us):
    text = seconds(time_us)

    assert int(text.replace(".", "")) == time_us
    assert len(text.split(".")[1]) == 6


def test_a_trace_line_tells_time_direction_bytes_and_meaning(tmp_path):
    with FrameTrace(tmp_path / "trace.txt", zero_us=1_000_000) as trace:
        trace.add_frame(1_500_000, "host", b"\xf0\x0f", "damaged (shape)")
        trace.add_frame(1_500_001, "device", b"\xf0", "Init #0: version 1")

    assert (tmp_path / "trace.txt").read_text().splitlines() == [
        "0.500000 host>device f00f damaged (shape)",
        "0.500001 device>host f0 Init #0: version 1",
    ]
