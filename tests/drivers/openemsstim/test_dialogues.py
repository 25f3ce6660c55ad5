"""Whole conversations with an openEMSstim board, line by line, in virtual time.

What the board prints is copied from its behaviour as measured with the published firmware (dialect
H): a worked session from its reset on.
"""

import pytest
from support.device_events import only_loss
from support.scripted_port import ScriptedPort

from drivers import registry
from drivers.interface import (
    Alive,
    Connected,
    DeviceEvent,
    LossKind,
    OutputConfirmed,
    Permit,
    SetUpConfirmed,
    StopConfirmed,
)
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

MS = 1_000
S = 1_000_000
SETUP = TrainSetup(period_us=25_000, channels=(1, 2))
STOP = b"\nConnection End\nXXG\n"
STOPPED = (
    b"\tUSB: received command: \r\n\tCommand NON HEX:\r\n\r\n"
    b"\tERROR: SINGLE-CHAR Command Unknown\r\n"
    b"\tUSB: received command: Connection End\r\n\tBT: Disconnected\r\n"
    b"\tUSB: received command: XXG\r\n\tCommand NON HEX:\r\nXXG\r\n"
    b"\tERROR: SINGLE-CHAR Command Unknown\r\n"
)
BOOT = b"\n\nSETUP:\r\n\tBT: RESETTING\r\n\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n"
SOURCE = """
unit = "TENS 7000"
set_by = "J. Doe"
set_on = 2026-11-21
waveform = "symmetric_biphasic"
current_ma = [20, 30]
pulse_width_us = 250
frequency_hz = 40
"""


def frame(text: str) -> bytes:
    return f"WV,0018,{text.encode().hex().upper()}.\n".encode()


def echo(text: str, unknown: str = "") -> bytes:
    hexes = text.encode().hex().upper()
    lines = [
        f"\tUSB: received command: WV,0018,{hexes}.",
        "\tEMS_CMD: HEX command length: ",
        str(len(hexes)),
        hexes,
        "\tEMS_CMD: Converted HEX command: ",
        text,
    ]
    return "".join(line + "\r\n" for line in lines + ([unknown] if unknown else [])).encode()


ASK = (frame(""), echo(""))
TRAIN = (frame("12"), echo("12", "Unknown command: 12"))


def outputs(first_ua: int, second_ua: int) -> OutputFrame:
    both = (symmetric_output(1, first_ua, 250), symmetric_output(2, second_ua, 250))
    return OutputFrame(setup=SETUP, outputs=both)


class Bench:
    """A driver on a scripted port; `at` polls it and returns what happened."""

    def __init__(self, folder) -> None:
        file = folder / "source.toml"
        file.write_text(SOURCE)
        self.port = ScriptedPort()
        self.driver = registry.load(f"openemsstim@{file}").make(self.port, None)
        self._serial = 0

    def at(self, *moments_us: int) -> list[DeviceEvent]:
        return [event for now_us in moments_us for event in self.driver.poll(now_us)]

    def permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def connect(self) -> list[DeviceEvent]:
        self.port.expect((STOP, STOPPED), ASK)
        self.driver.connect(0)
        return self.at(1, 120 * MS, 121 * MS, 240 * MS)

    def set_up(self) -> list[DeviceEvent]:
        self.connect()
        self.port.expect(TRAIN)
        self.driver.set_up(self.permit(SETUP), S)
        return self.at(S + 1, S + 120 * MS)

    def put_out(self, first_ua: int, second_ua: int, now_us: int, *texts: str) -> list[DeviceEvent]:
        self.port.expect((b"".join(map(frame, texts)), b"".join(map(echo, texts))))
        self.driver.output(self.permit(outputs(first_ua, second_ua)), now_us)
        return self.at(now_us + 90 * MS, now_us + 240 * MS)


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(tmp_path)


def test_a_board_is_stopped_before_it_is_asked_who_it_is(bench):
    identity = (
        "openEMSstim (research; passes on a separate stimulator), "
        "passing on: TENS 7000, set by J. Doe on 2026-11-21 to 20 and 30 mA, 250 µs, 40 Hz"
    )
    assert bench.connect() == [Connected(at_us=240 * MS, identity=identity)]
    assert bench.port.is_finished


def test_a_board_that_boots_is_waited_for_and_stopped_again(bench):
    bench.port.expect((STOP, b""))
    bench.driver.connect(0)
    bench.port.say(BOOT)
    bench.port.expect((STOP, STOPPED), ASK)
    events = bench.at(11_300 * MS, 11_301 * MS, 11_420 * MS, 11_421 * MS, 11_540 * MS)
    assert [type(event) for event in events] == [Connected]


def test_a_board_that_still_works_off_two_stops_is_waited_for(bench):
    bench.port.expect((STOP, b""))
    bench.driver.connect(0)
    bench.port.say(BOOT)
    bench.port.expect((STOP, STOPPED), (frame(""), b""))
    assert bench.at(11_260 * MS, 11_360 * MS, 11_380 * MS, 11_750 * MS) == []
    bench.port.say(STOPPED + echo(""))
    assert [type(event) for event in bench.at(11_751 * MS)] == [Connected]


def test_a_board_that_is_silent_for_20_s_is_not_found(bench):
    bench.port.expect((STOP, b""))
    bench.driver.connect(0)
    assert only_loss(bench.at(20 * S)).kind is LossKind.NOT_FOUND


@pytest.mark.parametrize("line", [b"EMSSystem.cpp: 12\r\n", b"Unknown command: WV,0018,.\r\n"])
def test_another_build_of_the_firmware_is_refused(bench, line):
    bench.port.expect((STOP, STOPPED), (frame(""), line), (STOP, b""))
    bench.driver.connect(0)
    assert only_loss(bench.at(1, 120 * MS, 121 * MS)).kind is LossKind.WRONG_DEVICE


def test_a_set_up_only_says_which_channels_are_in_use(bench):
    assert bench.set_up() == [SetUpConfirmed(at_us=S + 120 * MS, setup=SETUP)]


@pytest.mark.parametrize("channels", [(), (3,), (1, 2, 3), (0, 1)])
def test_channels_that_the_board_does_not_have_are_refused(bench, channels):
    bench.connect()
    with pytest.raises(DeviceError, match="has 1 and 2"):
        setup = TrainSetup(period_us=25_000, channels=channels)
        bench.driver.set_up(bench.permit(setup), S)


def test_before_an_echo_has_come_the_next_moment_is_when_it_is_given_up(bench):
    bench.set_up()
    bench.port.expect((frame("C0I30T600G"), b""))
    bench.driver.output(bench.permit(outputs(6_000, 0)), 2 * S)
    assert bench.driver.next_deadline_us() == 2 * S + 300 * MS


def test_currents_go_out_as_percent_of_the_declared_dials_in_one_write(bench):
    bench.set_up()
    events = bench.put_out(6_000, 12_000, 2 * S, "C0I30T600G", "C1I40T600G")
    confirmed = OutputConfirmed(at_us=2 * S + 240 * MS, sent_us=2 * S, frame=outputs(6_000, 12_000))
    assert events == [confirmed]


def test_the_board_is_busy_for_120_ms_a_frame(bench):
    bench.set_up()
    bench.port.expect((frame("C0I30T600G"), echo("C0I30T600G")))
    bench.driver.output(bench.permit(outputs(6_000, 0)), 2 * S)
    bench.at(2 * S + 90 * MS)
    assert (bench.driver.is_ready, bench.driver.next_deadline_us()) == (False, 2 * S + 120 * MS)
    bench.at(2 * S + 120 * MS)
    assert bench.driver.is_ready


def test_a_channel_that_falls_silent_is_ended_and_one_that_was_silent_is_left_alone(bench):
    bench.set_up()
    bench.put_out(6_000, 0, 2 * S, "C0I30T600G")
    bench.put_out(0, 6_000, 3 * S, "C0T50G", "C1I20T600G")
    bench.put_out(0, 6_000, 4 * S, "C1I20T600G")
    assert bench.port.is_finished


def test_a_frame_that_changes_nothing_is_said_without_touching_a_channel(bench):
    bench.set_up()
    bench.port.expect((frame("0"), echo("0", "Unknown command: 0")))
    bench.driver.output(bench.permit(outputs(0, 0)), 2 * S)
    events = bench.at(2 * S + 90 * MS, 2 * S + 120 * MS)
    assert [type(event) for event in events] == [OutputConfirmed]


@pytest.mark.parametrize("off_grid", [(6_100, 0), (20_200, 0), (0, 6_100)])
def test_a_current_that_is_no_whole_percent_or_above_the_dial_is_refused(bench, off_grid):
    bench.set_up()
    with pytest.raises(DeviceError, match="not declared"):
        bench.driver.output(bench.permit(outputs(*off_grid)), 2 * S)
    assert bench.driver.is_ready


def test_an_echo_that_does_not_come_within_300_ms_is_a_loss_and_is_followed_by_a_stop(bench):
    bench.set_up()
    bench.port.expect((frame("C0I30T600G"), b""), (STOP, b""))
    bench.driver.output(bench.permit(outputs(6_000, 0)), 2 * S)
    loss = only_loss(bench.at(2 * S + 300 * MS))
    assert (loss.kind, "Switch the separate stimulator off" in loss.advice) == (
        LossKind.SILENT,
        True,
    )


def test_a_frame_that_the_board_decodes_to_something_else_is_a_loss(bench):
    bench.set_up()
    answer = echo("C0I30T600G").replace(b"\r\nC0I30", b"\r\nC0I90") + b"Unknown command: x\r\n"
    bench.port.expect((frame("C0I30T600G"), answer), (STOP, b""))
    bench.driver.output(bench.permit(outputs(6_000, 0)), 2 * S)
    assert only_loss(bench.at(2 * S + 90 * MS)).kind is LossKind.REFUSED


def test_a_channel_that_reports_itself_on_unasked_is_a_loss_at_once(bench):
    bench.set_up()
    bench.port.say(b"\tEMS: Channel 1 active\r\n")
    bench.port.expect((STOP, b""))
    assert only_loss(bench.at(2 * S)).kind is LossKind.FAULT


def test_a_board_that_boots_in_a_session_is_a_loss(bench):
    bench.set_up()
    bench.port.say(b"\nSETUP:\r\n")
    bench.port.expect((STOP, b""))
    assert only_loss(bench.at(2 * S)).kind is LossKind.RESTARTED


def test_asking_who_is_there_touches_no_channel(bench):
    bench.connect()
    bench.port.expect(ASK)
    bench.driver.keep_alive(S)
    assert bench.at(S + 90 * MS, S + 120 * MS) == [Alive(at_us=S + 120 * MS, sent_us=S)]


def test_a_stop_is_written_whatever_is_outstanding_and_confirmed_by_what_the_board_says(bench):
    bench.set_up()
    bench.port.expect((frame("C0I30T600G"), b""), (STOP, STOPPED))
    bench.driver.output(bench.permit(outputs(6_000, 0)), 2 * S)
    bench.driver.stop(2 * S + 1)
    confirmed = StopConfirmed(at_us=2 * S + 60 * MS, requested_us=2 * S + 1)
    assert bench.at(2 * S + 60 * MS) == [confirmed]


def test_a_stop_that_nobody_confirms_is_repeated_every_150_ms_and_given_up(bench):
    bench.set_up()
    bench.port.expect(*[(STOP, b"")] * 6)
    bench.driver.stop(2 * S)
    events = bench.at(*(2 * S + ms * MS for ms in range(150, 901, 150)))
    assert only_loss(events).detail == "no answer to a stop for 0.9 s"
    assert bench.port.is_finished


def test_lines_that_say_nothing_to_us_are_passed_over(bench):
    bench.set_up()
    bench.port.say(b"\xff\xfe\r\n" + b"x" * 1000 + b"hello\r\n")
    assert bench.at(2 * S) == []


def test_a_board_without_a_declaration_is_not_driven():
    with pytest.raises(DeviceError, match="declare in a file"):
        registry.load("openemsstim").make(ScriptedPort(), None)


def test_a_device_that_needs_no_file_refuses_one():
    with pytest.raises(DeviceError, match="rehastim2 needs no file"):
        registry.load("rehastim2@source.toml")
