"""The device's sending side: its own packet counter, and packets waiting for their time."""

from hardware_sim.device import OnFrame
from hardware_sim.outbox import Outbox
from hardware_sim.rehastim2.frames import FrameReader, encode
from hardware_sim.rehastim2.words import describe


class Transmitter(Outbox):
    """An outbox that numbers what answers nothing."""

    def __init__(self, *, first_number: int, on_frame: OnFrame | None) -> None:
        super().__init__(_describe_frame, on_frame)
        self._own_number = first_number % 256

    def send(self, number: int, command: int, data: bytes, *, due_us: int) -> None:
        """Send an answer, which carries its command's packet number."""
        self.put(encode(number, command, data), due_us)

    def send_own(self, command: int, data: bytes, due_us: int) -> None:
        """Send a packet that answers nothing, numbered by the device."""
        self.send(self._own_number, command, data, due_us=due_us)
        self._own_number = (self._own_number + 1) % 256


def _describe_frame(frame: bytes) -> str:
    (packet,) = FrameReader().receive(frame)
    return describe(packet)
