"""Asking who is there: what is written, what the answers mean, and whom a port may be asked for."""

from dataclasses import dataclass, field

import pytest
from support.conformance import ENTRIES, Entry
from support.conformance_bench import BenchLine

from drivers.interface import Connected, OutputLost
from drivers.meaning import HarmlessMeaning
from drivers.wire import Direction
from hardware_sim.devices import DEVICES
from hardware_sim.pulses import Pulse
from nmes.service.probe import (
    Answer,
    KnownDevice,
    Outcome,
    SeenPort,
    ask_each,
    ask_gate,
    candidates,
    fitting,
    how_to_tell,
    understood,
    untold,
    with_article,
)
from safety.gate import SafetyGate

EMS_STOPPED = b"\tBT: Disconnected\r\n"
EMS_BOOT = b"SETUP:\r\nSETUP DONE (LED 13 WILL BE ON)\r\n"
EMS_ECHO = b"\tEMS_CMD: Converted HEX command: \r\n\r\n"


class Nobody:
    """The other end of a line where nothing ever answers, or always the same noise."""

    def __init__(self, noise: bytes = b"") -> None:
        self._noise = noise

    def receive(self, data: bytes, now_us: int) -> None:
        """Nobody hears it."""

    def advance(self, now_us: int) -> None:
        """Nothing happens."""

    def next_event_us(self) -> int:
        return 1 << 60

    def take_outgoing(self, now_us: int) -> list[bytes]:
        return [self._noise] if self._noise else []


class Board(Nobody):
    """An openEMSstim board as it prints: its boot, a stop confirmed, an echo."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = [EMS_BOOT]

    def receive(self, data: bytes, now_us: int) -> None:
        self._lines.append(EMS_ECHO if b"WV" in data else EMS_STOPPED)

    def take_outgoing(self, now_us: int) -> list[bytes]:
        said, self._lines = self._lines, []
        return said


@dataclass
class Probing:
    """One question in virtual time; `pulses` are those of the device at the other end."""

    entry: Entry
    other_end: str
    now_us_: int = 0
    written: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    pulses: list[Pulse] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.device = self._make()
        self.line = BenchLine(self.device, self.now_us)
        gate = SafetyGate(self.entry.driver.make(self.line, self._trace))
        self.event = ask_gate(gate, self)
        self.mode = gate.state.mode

    def _make(self):
        if self.other_end in DEVICES:
            return DEVICES[self.other_end].make(on_pulse=self.pulses.append)
        if self.other_end == "openemsstim":
            return Board()
        return Nobody(b"\x55\xf0\x0f\xc1" if self.other_end == "noise" else b"")

    def _trace(self, now_us: int, direction: Direction, data: bytes) -> None:
        (self.written if direction is Direction.SENT else self.heard).append(data)

    def now_us(self) -> int:
        return self.now_us_

    def wait(self, fileno: int | None, until_us: int) -> None:
        moments_us = (until_us, self.now_us_ + 10_000, self.device.next_event_us())
        self.now_us_ = max(self.now_us_ + 1, min(moments_us))
        self.device.advance(self.now_us_)
        self.line.collect()

    @property
    def answer(self) -> Answer:
        return understood("port", self.entry.name, self.event, has_heard=bool(self.heard))


OTHER_ENDS = (*ENTRIES, "nobody", "noise")
EACH_DRIVER = pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.name)


@EACH_DRIVER
@pytest.mark.parametrize("other_end", OTHER_ENDS)
def test_all_that_is_written_while_asking_reads_back_as_harmless(
    entry: Entry, other_end: str
) -> None:
    probing = Probing(entry, other_end)
    readback = entry.driver.readback()
    meanings = [meaning for data in probing.written for meaning in readback.read(data)]
    assert all(isinstance(meaning, HarmlessMeaning) for meaning in meanings)
    assert len(meanings) >= len(probing.written)


@EACH_DRIVER
@pytest.mark.parametrize("other_end", OTHER_ENDS)
def test_no_device_makes_a_pulse_while_it_is_asked(entry: Entry, other_end: str) -> None:
    assert Probing(entry, other_end).pulses == []


@EACH_DRIVER
def test_something_is_written_to_a_device_of_the_right_kind(entry: Entry) -> None:
    assert Probing(entry, entry.name).written


@EACH_DRIVER
def test_a_device_of_the_right_kind_is_found(entry: Entry) -> None:
    probing = Probing(entry, entry.name)
    assert isinstance(probing.event, Connected)
    assert probing.answer.outcome is Outcome.FOUND


@EACH_DRIVER
def test_the_gate_stays_shut_and_the_port_is_closed(entry: Entry) -> None:
    probing = Probing(entry, entry.name)
    assert probing.mode.value == "closed"
    assert probing.line.is_closed


@EACH_DRIVER
def test_where_nobody_is_the_answer_is_silence_within_25_s(entry: Entry) -> None:
    probing = Probing(entry, "nobody")
    assert probing.answer.outcome is Outcome.SILENT
    assert probing.now_us_ <= 25_000_000


@EACH_DRIVER
def test_noise_is_told_from_silence(entry: Entry) -> None:
    assert Probing(entry, "noise").answer.outcome is Outcome.NOISE


@EACH_DRIVER
@pytest.mark.parametrize("other_end", OTHER_ENDS)
def test_no_driver_takes_another_device_for_its_own(entry: Entry, other_end: str) -> None:
    is_found = Probing(entry, other_end).answer.outcome is Outcome.FOUND
    assert is_found == (entry.name == other_end)


@pytest.mark.parametrize(("asked", "there"), [("p24", "rehamove3"), ("rehamove3", "p24")])
def test_a_p24_and_a_rehamove3_are_told_from_each_other(asked: str, there: str) -> None:
    answer = Probing(ENTRIES[asked], there).answer
    assert answer.outcome is Outcome.OTHER
    assert there in answer.advice


class Endless:
    """A stimulator that has neither answer nor deadline."""

    capabilities = ENTRIES["p24"].driver.capabilities
    is_ready = is_closed = False

    def connect(self, now_us: int) -> None:
        """Begin, and never end."""

    def poll(self, now_us: int) -> tuple[()]:
        return ()

    def next_deadline_us(self) -> None:
        return None

    def fileno(self) -> None:
        return None

    def close(self) -> None:
        self.is_closed = True


class Leaping:
    """A clock that is always where it was told to wait for."""

    at_us = 0

    def now_us(self) -> int:
        return self.at_us

    def wait(self, fileno: int | None, until_us: int) -> None:
        self.at_us = until_us


def test_a_driver_that_never_comes_to_an_end_is_left_after_a_while() -> None:
    stimulator = Endless()
    event = ask_gate(SafetyGate(stimulator), Leaping())
    assert isinstance(event, OutputLost)
    assert stimulator.is_closed


# Whom to ask for ----------------------------------------------------------------------------------

FTDI = "0403:6001"
DEVICES_KNOWN = (
    KnownDevice(name="one", title="One", usb_ids=frozenset({FTDI}), needs_file=False),
    KnownDevice(name="two", title="Two", usb_ids=frozenset({"0483:5740"}), needs_file=False),
    KnownDevice(name="told", title="Told", usb_ids=frozenset({FTDI}), needs_file=True),
)


@pytest.mark.parametrize(
    ("port", "named", "asked"),
    [
        (SeenPort(name="p", usb_id=FTDI), None, ("one",)),
        (SeenPort(name="p", usb_id="0483:5740"), None, ("two",)),
        (SeenPort(name="p", usb_id="1111:2222"), None, ()),
        (SeenPort(name="p", usb_id="1111:2222", is_named=True), None, ()),
        (SeenPort(name="p", usb_id="1111:2222"), "two", ("two",)),
        (SeenPort(name="p"), None, ()),
        (SeenPort(name="p"), "one", ()),
        (SeenPort(name="p", is_named=True), None, ("one", "two")),
        (SeenPort(name="p", is_named=True), "told", ("told",)),
    ],
)
def test_a_port_is_asked_for_what_its_ids_fit_or_for_what_a_person_names(
    port: SeenPort, named: str | None, asked: tuple[str, ...]
) -> None:
    assert candidates(port, DEVICES_KNOWN, named) == asked


def told(device: str, outcome: Outcome) -> Answer:
    return Answer(port="/dev/ttyUSB0", device=device, outcome=outcome, detail="it")


@pytest.mark.parametrize(
    ("port", "answers", "left"),
    [
        (SeenPort(name="usb", usb_id=FTDI), (told("one", Outcome.NOISE),), ("told",)),
        (SeenPort(name="usb", usb_id=FTDI), (told("one", Outcome.SILENT),), ("told",)),
        (SeenPort(name="usb", usb_id=FTDI), (), ("told",)),
        (SeenPort(name="usb", usb_id="0483:5740"), (told("two", Outcome.SILENT),), ()),
        (SeenPort(name="line", is_named=True), (told("one", Outcome.NOISE),), ("told",)),
        (SeenPort(name="line"), (), ()),
        (SeenPort(name="usb", usb_id=FTDI), (told("one", Outcome.FOUND),), ()),
        (SeenPort(name="usb", usb_id=FTDI), (told("one", Outcome.CLOSED),), ()),
        (SeenPort(name="usb", usb_id=FTDI), (told("told@a.toml", Outcome.SILENT),), ()),
    ],
)
def test_what_needs_a_file_is_left_to_be_asked_for_where_it_may_be(
    port: SeenPort, answers: tuple[Answer, ...], left: tuple[str, ...]
) -> None:
    assert untold(port, DEVICES_KNOWN, answers) == left


def test_how_to_ask_for_what_needs_a_file_is_a_whole_command() -> None:
    command = "nmes ports --probe --device openemsstim@FILE --port /dev/ttyUSB0"
    assert f"If it is an openemsstim: '{command}'" in how_to_tell("/dev/ttyUSB0", "openemsstim")


def test_a_device_is_named_with_its_article() -> None:
    assert (with_article("p24"), with_article("openemsstim")) == ("a p24", "an openemsstim")


def test_ids_may_fit_several_devices() -> None:
    assert [device.name for device in fitting(FTDI, DEVICES_KNOWN)] == ["one", "told"]


def asked_until(*outcomes: Outcome) -> int:
    """How many devices are asked for if these are the answers."""
    waiting = list(outcomes)

    def ask(port: str, device: str) -> Answer:
        return Answer(port=port, device=device, outcome=waiting.pop(0), detail="")

    return len(ask_each("p", [str(number) for number in range(len(outcomes))], ask))


@pytest.mark.parametrize("ending", [Outcome.FOUND, Outcome.BUSY, Outcome.CLOSED])
def test_asking_ends_when_a_device_is_found_or_the_port_cannot_be_had(ending: Outcome) -> None:
    assert asked_until(Outcome.SILENT, ending, Outcome.SILENT) == 2


@pytest.mark.parametrize("outcome", [Outcome.SILENT, Outcome.OTHER, Outcome.UNFIT, Outcome.NOISE])
def test_asking_goes_on_after_any_other_answer(outcome: Outcome) -> None:
    assert asked_until(outcome, outcome, outcome) == 3
