"""The world of one session of a campaign: a protocol from no file, a disk that can fail, clocks."""

from pathlib import Path

from hardware_sim.fault_log import AppliedFault
from hardware_sim.faults import FaultScript
from nmes.campaign.devices import Device
from nmes.campaign.evidence import PulseSeen
from nmes.records.journal import Journal, MemoryJournal, new_session_id
from nmes.rehearsal import EPOCH, VirtualWorkshop
from nmes.service.clock import Clocks
from protocols.loading import LoadedProtocol
from safety.gate import SafetyGate

UPDATE_COMMAND = 0x20
"""The frame that carries currents: StartChannelListMode of ScienceMode2, Ml_update of 3 and 4."""
ESCAPE = 0x81


class FailingDisk(MemoryJournal):
    """A journal in memory whose disk can be declared full."""

    def fill(self) -> None:
        """Let everything from now on fail."""
        self.failure = "The disk is full. Make room."


class CampaignWorkshop(VirtualWorkshop):
    """Virtual time in which pulses and updates are kept for the judge."""

    def __init__(
        self,
        loaded: LoadedProtocol,
        device: Device,
        *,
        ack_delay_us: int,
        faults: FaultScript | None,
    ) -> None:
        self.pulses: list[PulseSeen] = []
        self.updates_us: list[int] = []
        self.slept_us = 0
        self.opened_us: list[int] = []
        self._loaded = loaded
        self._body_index = device.body_index
        self._disk = FailingDisk()
        super().__init__(
            self.pulses.append,
            None,
            ack_delay_us=ack_delay_us,
            trace=self._note_update,
            faults=faults,
        )

    def _note_update(self, now_us: int, direction: object, data: bytes) -> None:
        if str(direction) == "sent" and self._command_of(data) == UPDATE_COMMAND:
            self.updates_us.append(now_us)

    def _command_of(self, frame: bytes) -> int | None:
        """Return the command of a frame; its packet number may take two bytes."""
        if self._body_index is None or len(frame) <= self._body_index:
            return None
        return frame[self._body_index + (2 if frame[self._body_index] == ESCAPE else 1)]

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        """Put a new gate before the simulated device, and note when."""
        self.opened_us.append(self.now_us)
        return super().open_gate(device, port)

    def applied_faults(self) -> list[AppliedFault]:
        """Return all faults that the line has applied so far."""
        return self.line.log.entries if self.line is not None else []

    def protocol(self, name: str) -> LoadedProtocol:  # noqa: ARG002 (there is but this one)
        """Return the protocol of this session."""
        return self._loaded

    def new_journal(self) -> tuple[str, Journal]:
        """Begin a journal on the disk that can fail."""
        is_full = self._disk.failure is not None
        self.journal = self._disk = FailingDisk()
        if is_full:
            self._disk.fill()
        return new_session_id(EPOCH), self._disk

    def synced_content(self) -> bytes:
        """Return the records that survive whatever happens to the engine."""
        lines = self._disk.content().splitlines(keepends=True)
        return b"".join(lines[: self._disk.synced_seq + 1])

    def change_protocol(self) -> None:
        """Change the file of the protocol, as if somebody had edited it after the check."""
        Path(self._loaded.source).write_bytes(b"another")

    def fill_disk(self) -> None:
        """Let the record fail from now on."""
        self._disk.fill()

    def clocks(self) -> Clocks:
        """Return the clocks of a computer that may have slept."""
        awake_us, all_us = self.now_us, self.now_us + self.slept_us
        return Clocks(monotonic_us=awake_us, sleepless_us=all_us, wall_us=all_us)
