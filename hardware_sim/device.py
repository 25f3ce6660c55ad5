"""What every simulated device offers to lines, fault scripts and ports.

No clock and no port: bytes come in with the time of their arrival, frames and pulses go out with
the time they are due. Times must not decrease.
"""

from collections.abc import Callable
from typing import Protocol

from hardware_sim.contacts import Contact
from hardware_sim.dialect import Dialect
from hardware_sim.line import Line
from hardware_sim.pulses import Pulse

OnPulse = Callable[[Pulse], None]
"""Gets each pulse at the time it begins."""
OnFrame = Callable[[int, str, bytes, str], None]
"""Gets now_us, "host" or "device" (who sent it), the frame, its meaning in words."""


class Device(Line, Protocol):
    """A simulated stimulator, whatever its protocol."""

    @property
    def dialect(self) -> Dialect:
        """What fault scripts must know of it."""

    def receive(self, data: bytes, now_us: int, refusal: str | None = None) -> None:
        """Take bytes of the host; a refusal names the result of all commands in them."""

    def put_contact(self, channel: int, contact: Contact | None) -> None:
        """Hang something at a channel; None is a healthy pair of pads."""

    def reboot(self, now_us: int, *, off_us: int) -> None:
        """Lose power for some time; what hangs at the device stays as it is."""

    def set_trouble(self, kind: str, which: str | int, value: str | None, now_us: int) -> None:
        """Begin a trouble of the dialect, or end it: then its value is None."""


class MakeDevice(Protocol):
    """Makes a device; all take the same options."""

    def __call__(
        self,
        *,
        on_pulse: OnPulse,
        on_frame: OnFrame | None = None,
        ack_delay_us: int = 0,
        seed: int = 0,
        start_us: int = 0,
    ) -> Device:
        """Make a device whose clock begins at `start_us`.

        `ack_delay_us` delays answers only: commands act when they arrive. `seed` is the first
        number of packets that answer nothing, where a protocol has them.
        """
