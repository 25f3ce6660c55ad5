"""A HASOMED P24 in ScienceMode 4, as its manual describes it: frames in, answers and pulses out.

No clock and no port. Commands are done one after the other, in the order they came; answers leave
when they are done. What the manual leaves open is decided in docs/simulator.md.
"""

from typing import ClassVar

from hardware_sim.contacts import Contact
from hardware_sim.device import OnFrame, OnPulse
from hardware_sim.dialect import Dialect
from hardware_sim.line import NEVER_US
from hardware_sim.outbox import Outbox
from hardware_sim.p24 import answers
from hardware_sim.p24.commands import (
    GENERAL_ERROR,
    NUMBERS,
    UNKNOWN_CMD,
    Command,
    Result,
)
from hardware_sim.p24.dialect import CHANNEL_ERRORS, P24_DIALECT
from hardware_sim.p24.frames import DamagedPacket, FrameReader, Packet, encode
from hardware_sim.p24.jobs import Job, Jobs
from hardware_sim.p24.model import LEVELS, P24, Model
from hardware_sim.p24.stimulation import Answer, Stimulation
from hardware_sim.p24.words import describe

GIT, DIGEST = 1, 0x5E1F0000
FULL_PERCENT, FULL_MILLIVOLT = 100, 8230


class P24Device:
    """The simulated device.

    ``on_pulse`` gets each pulse at the time it begins; ``on_frame`` each frame of either side with
    its meaning in words. ``ack_delay_us`` delays answers only. The seed is not needed: what this
    device says unasked has the number 0. Times must not decrease.
    """

    model: ClassVar[Model] = P24
    dialect: ClassVar[Dialect] = P24_DIALECT

    def __init__(
        self,
        *,
        on_pulse: OnPulse,
        on_frame: OnFrame | None = None,
        ack_delay_us: int = 0,
        seed: int = 0,  # noqa: ARG002 # all devices are made alike
        start_us: int = 0,
    ) -> None:
        self._on_frame = on_frame
        self._ack_delay_us = ack_delay_us
        self._reader = FrameReader()
        self._outbox = Outbox(self._describe_frame, on_frame)
        self._stimulation = Stimulation(self.model, on_pulse)
        self._jobs = Jobs()
        self._act_us: int | None = None
        self._off_until_us = start_us
        self.transfer_errors = 0

    @property
    def is_connected(self) -> bool:
        """Whether something runs of itself or waits to be done; there is no other connection."""
        return self._next_act_us() < NEVER_US

    def receive(self, data: bytes, now_us: int, refusal: str | None = None) -> None:
        """Take bytes that arrive now; a refusal is the answer to all commands in them."""
        self.advance(now_us)
        if now_us < self._off_until_us:
            return
        result = Result[refusal.upper()] if refusal else None
        for packet in self._reader.receive(data):
            if self._on_frame:
                self._on_frame(now_us, "host", packet.wire, describe(packet, self.model))
            if isinstance(packet, Packet) or packet.fault != "shape":
                self._jobs.add(packet, now_us, result)
                self._act_us = None
        self.advance(now_us)

    def advance(self, now_us: int) -> None:
        """Let everything happen that is due by now, in order of time."""
        while (due_us := self._next_act_us()) <= now_us:
            job_us = self._jobs.next_us()
            if job_us is not None and job_us < self._stimulation_us():
                self._do(self._jobs.take(), job_us)
            else:
                self._stimulation.act(due_us)
            self._act_us = None

    def take_outgoing(self, now_us: int) -> list[bytes]:
        """Return the frames that leave by now, oldest first."""
        self.advance(now_us)
        return self._outbox.take(now_us)

    def next_event_us(self) -> int:
        """Return when advance or take_outgoing will next have an effect."""
        due_us = self._outbox.next_due_us()
        return min(self._next_act_us(), NEVER_US if due_us is None else due_us)

    def next_answer_us(self) -> int | None:
        """Return when the oldest waiting frame leaves; None if none waits."""
        return self._outbox.next_due_us()

    def put_contact(self, channel: int, contact: Contact | None) -> None:
        """Hang something at a channel; None is a healthy pair of pads."""
        if not 1 <= channel <= self.model.channels:
            raise ValueError(f"channels are 1 to {self.model.channels}, not {channel}")
        self._stimulation.contacts.pop(channel, None)
        if contact is not None:
            self._stimulation.contacts[channel] = contact

    def reboot(self, now_us: int, *, off_us: int) -> None:
        """Lose power for some time; what hangs at the device stays as it is."""
        self.advance(now_us)
        self._lose_power(now_us, off_us)

    def _lose_power(self, now_us: int, off_us: int) -> None:
        self._act_us = None
        self._stimulation.stop()
        self._jobs = Jobs()
        self._outbox.clear()
        self._reader = FrameReader()
        self._off_until_us = now_us + off_us

    def set_trouble(self, kind: str, which: str | int, value: str | None, now_us: int) -> None:
        """Begin or end a trouble of a fault script."""
        self.advance(now_us)
        match kind:
            case "channel_error":
                self._stimulation.forced_errors.pop(int(which), None)
                if value is not None:
                    self._stimulation.forced_errors[int(which)] = CHANNEL_ERRORS[value]
            case "hidden_errors":
                self._stimulation.is_blind = value is not None
            case "general_error" if value is not None:
                self._send(0, GENERAL_ERROR, bytes((Result[value.upper()],)), now_us)
            case _:
                raise ValueError(f"this device has no {kind}")

    def _describe_frame(self, frame: bytes) -> str:
        (packet,) = FrameReader().receive(frame)
        return describe(packet, self.model)

    def _stimulation_us(self) -> int:
        due_us = self._stimulation.next_us()
        return NEVER_US if due_us is None else due_us

    def _next_act_us(self) -> int:
        """Return when the device next does something; worked out anew only after a change."""
        if self._act_us is None:
            job_us = self._jobs.next_us()
            self._act_us = min(self._stimulation_us(), NEVER_US if job_us is None else job_us)
        return self._act_us

    def _send(self, number: int, command: int, data: bytes, due_us: int) -> None:
        self._outbox.put(encode(number, command, data), due_us + self._ack_delay_us)

    def _do(self, job: Job, now_us: int) -> None:
        """Do a command and answer it when it is done."""
        packet = job.packet
        if isinstance(packet, DamagedPacket):
            self.transfer_errors += 1
            command, answer = GENERAL_ERROR, Answer(data=bytes((Result.TRANSFER_ERROR,)))
        elif packet.command not in NUMBERS or packet.command not in self.model.commands:
            command, answer = UNKNOWN_CMD, Answer(data=bytes((Result.UNKNOWN_COMMAND,)))
        else:
            command, answer = self._known(Command(packet.command), packet.data, job, now_us)
        self._jobs.free_us = now_us + answer.took_us
        if answer.data:
            self._send(packet.number or 0, command, answer.data, self._jobs.free_us)

    def _known(self, command: Command, data: bytes, job: Job, now_us: int) -> tuple[int, Answer]:
        """Return the number and the rest of the answer to a command that this device has."""
        if job.refusal is Result.UNKNOWN_COMMAND:
            return UNKNOWN_CMD, Answer(data=bytes((job.refusal,)))
        if job.refusal is not None:
            return command + 1, Answer(data=self._refusal(command, data, job.refusal))
        if command in LEVELS:
            return command + 1, self._stimulation.do(command, data, now_us)
        if command is Command.Reset:
            return command + 1, self._reset(now_us)
        return command + 1, Answer(data=self._told(command, Result.OK))

    def _refusal(self, command: Command, data: bytes, result: Result) -> bytes:
        if command in LEVELS:
            return self._stimulation.refusal(command, data, result)
        return self._told(command, result)

    def _reset(self, now_us: int) -> Answer:
        """Be as after power on; a relative of the P24 is away for some time and says nothing."""
        if self.model.has_reset_ack:
            self._stimulation.stop()
            return Answer(data=bytes((Result.OK,)))
        self._lose_power(now_us, self.model.reset_us)
        return Answer(data=b"")

    def _told(self, command: Command, result: Result) -> bytes:
        """Return what the device tells of itself."""
        model, state = self.model, self._stimulation
        match command:
            case Command.Get_device_id:
                return answers.device_id(result, model.device_id)
            case Command.Get_stim_status:
                return answers.stim_status(result, state.level, state.voltage_code)
            case Command.Get_extended_version:
                return answers.extended_version(
                    result, model.firmware, model.protocol, DIGEST, GIT, is_valid=True
                )
            case Command.Get_version_main:
                return answers.version(result, model.firmware, model.protocol)
            case Command.Get_battery_status:
                return answers.battery(result, FULL_PERCENT, FULL_MILLIVOLT)
            case _:
                return bytes((result,))
