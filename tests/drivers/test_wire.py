"""Nothing reaches a port but what a permit covers, and stops."""

import ast
from pathlib import Path
from typing import ClassVar

import pytest

import drivers
from drivers import registry
from drivers.interface import Permit
from drivers.meaning import HarmlessMeaning, Meaning, OutputMeaning, PulseMeaning, SetUpMeaning
from drivers.wire import Direction, Wire
from protocols.errors import BadFrame, PortError, UnpermittedWrite
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, symmetric_output

SETUP = TrainSetup(period_us=25_000, channels=(1, 2))
OTHER_SETUP = TrainSetup(period_us=25_500, channels=(1, 2))
PULSE = symmetric_output(1, 10_000, 300)
STOP = b"stop"


def frame(first_ua: int, second_ua: int = 0, setup: TrainSetup = SETUP) -> OutputFrame:
    outputs = (symmetric_output(1, first_ua, 300), symmetric_output(2, second_ua, 300))
    return OutputFrame(setup=setup, outputs=outputs)


class WordReadback:
    """Understands a few words."""

    words: ClassVar[dict[bytes, tuple[Meaning, ...]]] = {
        b"alive": (HarmlessMeaning(command="alive"),),
        b"set up": (SetUpMeaning(setup=SETUP),),
        b"set up other": (SetUpMeaning(setup=OTHER_SETUP),),
        b"silence": (OutputMeaning(frame=frame(0)),),
        b"other silence": (OutputMeaning(frame=frame(0, setup=OTHER_SETUP)),),
        b"ten": (OutputMeaning(frame=frame(10_000)),),
        b"eleven": (OutputMeaning(frame=frame(11_000)),),
        b"both": (HarmlessMeaning(command="alive"), OutputMeaning(frame=frame(10_000))),
        b"pulse": (PulseMeaning(output=PULSE),),
        b"nothing": (),
    }

    def read(self, data: bytes) -> tuple[Meaning, ...]:
        if data not in self.words:
            raise BadFrame("not understood")
        return self.words[data]


class MemoryPort:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.arriving = b""
        self.is_closed = False

    def read(self) -> bytes:
        return self.arriving

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def fileno(self) -> int | None:
        return 5

    def close(self) -> None:
        self.is_closed = True


class DeafReadback:
    def read(self, data: bytes) -> tuple[Meaning, ...]:
        raise BadFrame("understands nothing")


def permit(subject: TrainSetup | OutputFrame | ChannelOutput, serial: int) -> Permit:
    return Permit(subject=subject, serial=serial)


@pytest.fixture
def port() -> MemoryPort:
    return MemoryPort()


@pytest.fixture
def wire(port: MemoryPort) -> Wire:
    return Wire(port, WordReadback(), stop_frames=frozenset((STOP,)))


def test_harmless_bytes_need_no_permit(wire, port):
    wire.send(b"alive", None, 0)
    assert port.written == [b"alive"]


def test_harmless_bytes_must_get_no_permit(wire, port):
    with pytest.raises(UnpermittedWrite, match="must get none"):
        wire.send(b"alive", permit(SETUP, 1), 0)
    assert port.written == []


def test_harmless_bytes_use_no_permit_up(wire, port):
    with pytest.raises(UnpermittedWrite):
        wire.send(b"alive", permit(frame(10_000), 1), 0)
    wire.send(b"ten", permit(frame(10_000), 1), 0)
    assert port.written == [b"ten"]


@pytest.mark.parametrize("data", [b"set up", b"ten", b"silence", b"pulse"])
def test_a_train_or_a_frame_without_a_permit_is_not_written(wire, port, data):
    with pytest.raises(UnpermittedWrite, match="no permit"):
        wire.send(data, None, 0)
    assert port.written == []


def test_a_permitted_frame_is_written(wire, port):
    wire.send(b"ten", permit(frame(10_000), 1), 0)
    assert port.written == [b"ten"]


def test_a_silent_frame_of_its_own_needs_a_permit_of_its_own(wire, port):
    wire.send(b"silence", permit(frame(0), 1), 0)
    assert port.written == [b"silence"]


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (b"eleven", frame(10_000)),
        (b"ten", frame(11_000)),
        (b"ten", frame(10_000, 1_000)),
        (b"ten", frame(10_000, setup=OTHER_SETUP)),
        (b"ten", SETUP),
        (b"silence", SETUP),
        (b"set up", OTHER_SETUP),
        (b"set up", frame(0)),
        (b"pulse", symmetric_output(1, 11_000, 300)),
        (b"pulse", symmetric_output(1, 10_000, 301)),
        (b"pulse", symmetric_output(2, 10_000, 300)),
        (b"pulse", frame(10_000)),
        (b"pulse", SETUP),
        (b"ten", PULSE),
        (b"set up", PULSE),
    ],
)
def test_bytes_that_mean_anything_but_what_is_permitted_are_not_written(wire, port, data, subject):
    with pytest.raises(UnpermittedWrite):
        wire.send(data, permit(subject, 1), 0)
    assert port.written == []


def test_a_permit_is_good_for_one_write(wire, port):
    leave = permit(frame(10_000), 1)
    wire.send(b"ten", leave, 0)
    with pytest.raises(UnpermittedWrite, match="used or overtaken"):
        wire.send(b"ten", leave, 0)
    assert port.written == [b"ten"]


def test_a_permitted_pulse_is_written_once(wire, port):
    leave = permit(PULSE, 1)
    wire.send(b"pulse", leave, 0)
    with pytest.raises(UnpermittedWrite, match="used or overtaken"):
        wire.send(b"pulse", leave, 0)
    assert port.written == [b"pulse"]


def test_a_set_up_permit_covers_no_pulse(wire, port):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    with pytest.raises(UnpermittedWrite):
        wire.send(b"pulse", leave, 0)
    assert port.written == [b"set up"]


def test_a_pulse_takes_the_rest_of_a_set_up_permit_back(wire, port):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    wire.send(b"pulse", permit(PULSE, 2), 0)
    with pytest.raises(UnpermittedWrite):
        wire.send(b"silence", leave, 0)
    assert port.written == [b"set up", b"pulse"]


def test_an_older_permit_is_overtaken(wire, port):
    wire.send(b"ten", permit(frame(10_000), 7), 0)
    with pytest.raises(UnpermittedWrite, match="used or overtaken"):
        wire.send(b"eleven", permit(frame(11_000), 6), 0)
    assert port.written == [b"ten"]


def test_a_permit_that_did_not_fit_is_used_up(wire, port):
    leave = permit(frame(10_000), 1)
    with pytest.raises(UnpermittedWrite):
        wire.send(b"eleven", leave, 0)
    with pytest.raises(UnpermittedWrite, match="used or overtaken"):
        wire.send(b"ten", leave, 0)
    assert port.written == []


def test_a_set_up_permit_covers_the_train_and_then_one_silent_frame(wire, port):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    wire.send(b"silence", leave, 0)
    assert port.written == [b"set up", b"silence"]


def test_a_set_up_permit_covers_no_second_silent_frame(wire, port):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    wire.send(b"silence", leave, 0)
    with pytest.raises(UnpermittedWrite):
        wire.send(b"silence", leave, 0)
    assert len(port.written) == 2


def test_a_set_up_permit_covers_no_second_set_up(wire, port):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    with pytest.raises(UnpermittedWrite):
        wire.send(b"set up", leave, 0)
    assert port.written == [b"set up"]


@pytest.mark.parametrize("data", [b"ten", b"other silence"])
def test_a_set_up_permit_covers_no_current_and_no_other_train(wire, port, data):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    with pytest.raises(UnpermittedWrite, match="only zero currents"):
        wire.send(data, leave, 0)
    assert port.written == [b"set up"]


def test_a_silent_frame_with_current_in_its_second_phase_is_not_silent(port):
    hidden = ChannelOutput(
        channel=1, current_ua=0, pulse_width_us=0, second_current_ua=5_000, second_width_us=300
    )
    setup = TrainSetup(period_us=25_000, channels=(1,))

    class HidingReadback:
        def read(self, data: bytes) -> tuple[Meaning, ...]:
            if data == b"set up":
                return (SetUpMeaning(setup=setup),)
            return (OutputMeaning(frame=OutputFrame(setup=setup, outputs=(hidden,))),)

    wire = Wire(port, HidingReadback(), stop_frames=frozenset())
    leave = permit(setup, 1)
    wire.send(b"set up", leave, 0)
    with pytest.raises(UnpermittedWrite, match="only zero currents"):
        wire.send(b"silence", leave, 0)


def test_a_stop_takes_the_rest_of_a_set_up_permit_back(wire, port):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    wire.send_stop(STOP, 0)
    with pytest.raises(UnpermittedWrite):
        wire.send(b"silence", leave, 0)
    assert port.written == [b"set up", STOP]


def test_an_output_takes_the_rest_of_a_set_up_permit_back(wire, port):
    leave = permit(SETUP, 1)
    wire.send(b"set up", leave, 0)
    wire.send(b"ten", permit(frame(10_000), 2), 0)
    with pytest.raises(UnpermittedWrite):
        wire.send(b"silence", leave, 0)
    assert port.written == [b"set up", b"ten"]


@pytest.mark.parametrize("data", [b"both", b"nothing"])
def test_one_write_must_mean_exactly_one_thing(wire, port, data):
    with pytest.raises(UnpermittedWrite, match="one write must mean one thing"):
        wire.send(data, permit(frame(10_000), 1), 0)
    assert port.written == []


def test_bytes_that_are_not_understood_are_not_written(wire, port):
    with pytest.raises(BadFrame):
        wire.send(b"babble", permit(frame(10_000), 1), 0)
    assert port.written == []


def test_a_stop_is_written_even_if_the_readback_understands_nothing(port):
    Wire(port, DeafReadback(), stop_frames=frozenset((STOP,))).send_stop(STOP, 0)
    assert port.written == [STOP]


def test_only_a_stop_passes_as_a_stop(wire, port):
    with pytest.raises(UnpermittedWrite, match="is not a stop"):
        wire.send_stop(b"ten", 0)
    assert port.written == []


def test_every_transfer_is_traced_after_it_happened(port):
    seen = []
    wire = Wire(
        port,
        WordReadback(),
        lambda *transfer: seen.append((*transfer, len(port.written))),
        stop_frames=frozenset((STOP,)),
    )
    wire.send(b"alive", None, 1)
    wire.send_stop(STOP, 2)
    port.arriving = b"ok"
    wire.receive(3)
    assert seen == [
        (1, Direction.SENT, b"alive", 1),
        (2, Direction.SENT, STOP, 2),
        (3, Direction.RECEIVED, b"ok", 2),
    ]


def test_nothing_received_is_not_traced(port):
    seen: list[object] = []
    wire = Wire(
        port, WordReadback(), lambda *transfer: seen.append(transfer), stop_frames=frozenset()
    )
    assert (wire.receive(0), seen) == (b"", [])


def test_what_arrives_is_returned_without_a_trace_too(wire, port):
    port.arriving = b"ok"
    assert wire.receive(0) == b"ok"


def test_a_failed_write_is_not_traced():
    class BrokenPort(MemoryPort):
        def write(self, data: bytes) -> None:
            raise PortError("gone")

    seen: list[object] = []
    wire = Wire(
        BrokenPort(),
        WordReadback(),
        lambda *transfer: seen.append(transfer),
        stop_frames=frozenset(),
    )
    with pytest.raises(PortError):
        wire.send(b"alive", None, 0)
    assert seen == []


def test_descriptor_and_close_are_those_of_the_port(wire, port):
    wire.close()
    assert (wire.fileno(), port.is_closed) == (5, True)


# The claim that there is no other way to a port is one about the source.


def sources() -> list[Path]:
    return sorted(Path(drivers.__file__).parent.rglob("*.py"))


def port_writes(path: Path) -> list[str]:
    """Return `file: function` for every call of an attribute `write` in a module."""
    found = []
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            found += [
                f"{path.name}: {function.name}: {ast.unparse(call.func)}"
                for call in ast.walk(function)
                if isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in ("write", "writelines", "send", "sendall")
            ]
    return found


def test_the_port_is_written_in_one_function_of_the_wire_and_stopped_by_the_guard():
    calls = [call for path in sources() for call in port_writes(path)]
    assert [call for call in calls if call.endswith(".write")] == [
        "guard.py: write_stops: os.write",  # the bytes it was started with, see below
        "guard.py: main: os.write",  # to its own standard output
        "guarding.py: _write: os.write",  # to the guard
        "port.py: write: os.write",
        "wire.py: _write: self._port.write",
    ]


@pytest.mark.parametrize("name", registry.names())
def test_what_a_guard_may_write_carries_no_current(name):
    entry = registry.load(name)
    assert entry.guard_stops
    for stop in entry.guard_stops:
        (meaning,) = entry.readback().read(stop)
        assert isinstance(meaning, HarmlessMeaning)
        assert "stop" in meaning.command.lower()


def test_outside_its_module_the_port_is_never_handed_to_anything_but_the_wire():
    users = [
        f"{path.name}: {ast.unparse(node)}"
        for path in sources()
        if path.name != "wire.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and any(isinstance(a, ast.Name) and a.id == "port" for a in node.args)
    ]
    assert sorted(users) == [
        "entry.py: Wire(port, RehaStim2Readback(), trace, stop_frames=_STOP_FRAMES)",
        "entry.py: Wire(port, readback(), trace, stop_frames=_STOP_FRAMES)",
        "entry.py: Wire(port, readback(), trace, stop_frames=frozenset((STOP,)))",
    ]
