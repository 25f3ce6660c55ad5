"""The last check before the line: only permitted bytes are written.

What is about to be written is read back into values by code that shares nothing with the encoder,
and compared with the gate's permit. Not responsible for limits (the gate) nor for replies (the
driver).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from drivers.interface import BytePort, Permit
from drivers.meaning import HarmlessMeaning, Meaning, OutputMeaning, PulseMeaning, SetUpMeaning
from protocols.errors import UnpermittedWrite
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup


class Direction(StrEnum):
    """Which way bytes went."""

    SENT = "sent"
    RECEIVED = "received"


Trace = Callable[[int, Direction, bytes], None]
"""Told of every transfer after it happened: now_us, direction, bytes. Must not raise."""


class Readback(Protocol):
    """Outgoing bytes to values, written apart from the encoder."""

    def read(self, data: bytes) -> tuple[Meaning, ...]:
        """Return what these bytes would do; BadFrame if that cannot be said for certain."""
        ...


class Wire:
    """The only way to a port: `send` asks for a permit, `send_stop` never does.

    `stop_frames` are all frames that may pass as a stop. A permit is good for one write; that of a
    set-up is good for the train and then for one frame of it whose currents are all 0, because a
    device may need both. A stop takes back what is left of it.
    """

    def __init__(
        self,
        port: BytePort,
        readback: Readback,
        trace: Trace | None = None,
        *,
        stop_frames: frozenset[bytes],
    ) -> None:
        self._port = port
        self._readback = readback
        self._trace = trace
        self._stop_frames = stop_frames
        self._last_serial: int | None = None
        self._may_start_silent: Permit | None = None

    def send(self, data: bytes, permit: Permit | None, now_us: int) -> None:
        """Write bytes that mean exactly what the permit says, or mean no current and have none.

        Raises UnpermittedWrite or BadFrame with nothing written; PortError if the line failed.
        """
        meanings = self._readback.read(data)
        if len(meanings) != 1:
            raise UnpermittedWrite(f"one write must mean one thing; this means {meanings}")
        self._use(permit, meanings[0])
        self._write(data, now_us)

    def send_stop(self, data: bytes, now_us: int) -> None:
        """Write a stop. Nothing but membership in `stop_frames` is asked, so nothing can delay it.

        Raises UnpermittedWrite for any other bytes; PortError if the line failed.
        """
        if data not in self._stop_frames:
            raise UnpermittedWrite(f"{data.hex(' ')} is not a stop")
        self._may_start_silent = None
        self._write(data, now_us)

    def receive(self, now_us: int) -> bytes:
        """Return what has arrived, b"" if nothing; PortError if the line is gone."""
        data = self._port.read()
        if data and self._trace is not None:
            self._trace(now_us, Direction.RECEIVED, data)
        return data

    def fileno(self) -> int | None:
        """Return what to wait on for arriving bytes."""
        return self._port.fileno()

    def close(self) -> None:
        """Release the port; may be called twice."""
        self._port.close()

    def _write(self, data: bytes, now_us: int) -> None:
        self._port.write(data)
        if self._trace is not None:
            self._trace(now_us, Direction.SENT, data)

    def _use(self, permit: Permit | None, meaning: Meaning) -> None:
        """Use the permit up for this meaning; UnpermittedWrite if it does not cover it."""
        if isinstance(meaning, HarmlessMeaning):
            if permit is not None:
                raise UnpermittedWrite(f"{meaning.command} needs no permit and must get none")
            return
        if permit is None:
            raise UnpermittedWrite(f"no permit for {meaning}")
        if isinstance(meaning, SetUpMeaning):
            self._use_whole(permit, meaning.setup)
            self._may_start_silent = permit
        elif isinstance(meaning, PulseMeaning):
            self._use_whole(permit, meaning.output)
            self._may_start_silent = None
        elif permit is self._may_start_silent:
            self._may_start_silent = None
            _require_silent_start(permit, meaning)
        else:
            self._use_whole(permit, meaning.frame)
            self._may_start_silent = None

    def _use_whole(self, permit: Permit, subject: TrainSetup | OutputFrame | ChannelOutput) -> None:
        if self._last_serial is not None and permit.serial <= self._last_serial:
            raise UnpermittedWrite(f"permit {permit.serial} was used or overtaken")
        self._last_serial = permit.serial
        if permit.subject != subject:
            raise UnpermittedWrite(f"permitted was {permit.subject}, about to be sent {subject}")


def _require_silent_start(permit: Permit, meaning: OutputMeaning) -> None:
    currents_ua = [(o.current_ua, o.second_current_ua) for o in meaning.frame.outputs]
    if meaning.frame.setup != permit.subject or any(c != (0, 0) for c in currents_ua):
        raise UnpermittedWrite(f"a set-up permits only zero currents, not {meaning.frame}")
