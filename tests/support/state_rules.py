"""What must hold at every moment of the state-space search, by bookkeeping of its own.

The judge is told what happened (a key, a beat, a lost device, a write) before the product is, and
looks at what flows afterwards. Of the product it takes states and levels, never a permission.
"""

from dataclasses import dataclass

from support.scripted_world import Line, ScriptedDisk, ScriptedStimulator

from drivers.interface import OutputLost
from nmes.session.states import LIVE, SessionState
from protocols.errors import LimitViolation
from protocols.pulses import OutputFrame
from safety.state import GateState, Mode

SCREEN_SILENT_US = 300_000
SCREEN_GONE_US = 500_000
UNANSWERED_US = 400_000
DISK_SLOW_US = 2_000_000
"""The bounds of the fault table of docs/safety.md, written here anew."""

OUTPUT = "output needs operator, device, journal, an active session and an armed gate"
STOPPED = "after a stop nothing but stops is written until acknowledged and armed again"
RECORD_FIRST = "arming and a rise of a level act only once their record is synced"
BELOW_LEVEL = "no frame is above its level"
LATCHED = "a stopped, faulted or latched session goes on by acknowledgement and arming only"
SILENT_AT_ONCE = "a stop silences in the same step, whatever the state"
FORESEEN = "nothing fails in a way that is not an error of nmes"
ENDS = "every state can reach the end"

ACTIVE = (SessionState.FINDING, SessionState.RUNNING, SessionState.PAUSED)


class Violated(Exception):
    """A rule does not hold."""

    def __init__(self, rule: str, detail: str) -> None:
        self.rule = rule
        super().__init__(detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the product says of itself after a step."""

    now_us: int
    state: SessionState
    level_ua: int
    gate: GateState | None
    gate_number: int
    latched: LimitViolation | OutputLost | None
    stimulator: ScriptedStimulator | None


class Judge:
    """Its own idea of who is there and of what has been granted; raises Violated.

    `waits_for_answers`: what a silent screen lowers may wait for an answer, as a stop never does.
    `standing` is idle, engaged (armed and not stopped since), halted, read (and acknowledged) or
    ended.
    """

    def __init__(
        self,
        line: Line,
        disk: ScriptedDisk,
        *,
        fade_us: int,
        waits_for_answers: bool,
        absent_us: int | None,
        now_us: int,
    ) -> None:
        self._line = line
        self._disk = disk
        self._fade_us = fade_us
        self._waits_for_answers = waits_for_answers
        self._absent_us = absent_us
        self.heard_us = now_us
        self.key_us = now_us
        self.standing = "idle"
        self.is_lost = False
        self.paused_us = now_us
        self.level_ua = 0
        self.gate_level_ua = 0
        self.gate_number = 0
        self.is_latched = False
        self.state = SessionState.IDLE
        self.armings = 0
        self.stops = 0
        self.device: ScriptedStimulator | None = None

    # What the judge is told -----------------------------------------------------------------------

    def screen_spoke(self, now_us: int) -> None:
        self.heard_us = now_us

    def key_pressed(self, now_us: int) -> None:
        self.heard_us = self.key_us = now_us

    def stop_caused(self) -> None:
        if self.standing == "engaged":
            self.standing = "halted"

    def armed(self) -> None:
        if self.standing not in ("idle", "read"):
            raise Violated(STOPPED, f"armed while {self.standing}")
        self.standing, self.is_lost = "engaged", False
        self.armings += 1

    def acknowledged(self) -> None:
        if self.standing == "halted":
            self.standing = "read"

    def wrote(self, kind: str, frame: OutputFrame | None, level_ua: int) -> None:
        """Take a write of the driver at this level; called from within it."""
        if kind == "stop":
            self.stops += 1
            return
        if self._disk.arm_seq > self._disk.true_seq:
            raise Violated(RECORD_FIRST, f"{kind} written, the record of arming not on disk")
        if self.standing != "engaged":
            raise Violated(STOPPED, f"{kind} written while {self.standing}")
        if frame is not None and max(output.current_ua for output in frame.outputs) > level_ua:
            raise Violated(BELOW_LEVEL, f"{frame.outputs} written at a level of {level_ua} µA")

    # What the judge looks at ----------------------------------------------------------------------

    def time_passes(self, now_us: int) -> None:
        """Look at what has flown until just before now, and take silence that ends a session."""
        if self._line.flowing_ua > 0:
            self._refuse_unattended(now_us - 1)
        silent_us, absent_us = now_us - self.heard_us, now_us - self.key_us
        is_absent = self._absent_us is not None and absent_us > self._absent_us
        if self.standing == "engaged" and (silent_us > SCREEN_GONE_US or is_absent):
            self.standing = "halted"

    def looks(self, look: Look) -> None:
        """Judge the product after a step."""
        self.device = look.stimulator
        self._judge_state(look)
        self._judge_level(look)
        flowing_ua = self._line.flowing_ua
        if flowing_ua > 0:
            self._refuse_unattended(look.now_us)
            self._judge_output(look, flowing_ua)
        if look.state in LIVE and self.standing != "engaged":
            raise Violated(LATCHED, f"{look.state} while {self.standing}")
        if look.state not in LIVE:
            if flowing_ua > 0:
                raise Violated(OUTPUT, f"{flowing_ua} µA flow while {look.state}")
            if self.standing == "engaged":  # a cause of the product's own: the end, a stop overdue
                self.standing = "halted"
        if look.state is SessionState.FINISHED:
            self.standing = "ended"

    def _judge_state(self, look: Look) -> None:
        is_same = look.gate_number == self.gate_number
        if is_same and self.is_latched and look.latched is None and look.gate is not None:
            raise Violated(LATCHED, "a latched gate is free again")
        self.is_latched, self.gate_number = look.latched is not None, look.gate_number
        if look.state is SessionState.FAULTED and self.state is not SessionState.FAULTED:
            self.standing = "halted"  # a fault anew, which no acknowledgement before it has read
        self.state = look.state

    def _judge_level(self, look: Look) -> None:
        gate_ua = look.gate.channels[0].level_ua if look.gate and look.gate.channels else 0
        for before_ua, now_ua in ((self.level_ua, look.level_ua), (self.gate_level_ua, gate_ua)):
            if now_ua <= before_ua:
                continue
            is_synced = self._disk.rise_ua == now_ua and self._disk.rise_seq <= self._disk.true_seq
            if not is_synced:
                detail = f"the level rose from {before_ua} to {now_ua} µA, record not on disk"
                raise Violated(RECORD_FIRST, detail)
        self.level_ua, self.gate_level_ua = look.level_ua, gate_ua

    def _is_held_up(self, at_us: int) -> bool:
        """Whether an answer still owed lets nothing lower be written yet: nothing but a stop."""
        command = self.device.command if self.device is not None else None
        return command is not None and at_us - command.written_us <= UNANSWERED_US

    def _refuse_unattended(self, at_us: int) -> None:
        """Raise Violated if at a time at which current flows somebody or something is missing."""
        why = None
        stuck_us = self._disk.waits_from_us
        may_wait = self._waits_for_answers and self._is_held_up(at_us)
        silent_max_us = SCREEN_GONE_US if may_wait else SCREEN_SILENT_US
        if at_us - self.heard_us > silent_max_us:
            why = f"the screen is silent for {at_us - self.heard_us} µs"
        elif self._absent_us is not None and at_us - self.key_us > self._absent_us:
            why = f"no key for {at_us - self.key_us} µs"
        elif stuck_us is not None and at_us - stuck_us > DISK_SLOW_US:
            why = f"the disk has not answered for {at_us - stuck_us} µs"
        if why is not None:
            raise Violated(OUTPUT, f"{self._line.flowing_ua} µA flow while {why}")

    def _judge_output(self, look: Look, flowing_ua: int) -> None:
        is_held_up = self._is_held_up(look.now_us)
        why = self._missing(look) or (None if is_held_up else self._too_late(look))
        if why is not None:
            raise Violated(OUTPUT, f"{flowing_ua} µA flow while {why}")
        if is_held_up:
            return
        if flowing_ua > min(look.level_ua, self.gate_level_ua):
            levels = f"{look.level_ua} µA (session), {self.gate_level_ua} µA (gate)"
            raise Violated(BELOW_LEVEL, f"{flowing_ua} µA flow at a level of {levels}")

    def _missing(self, look: Look) -> str | None:
        """Return what must be there for current to flow and is not."""
        device = look.stimulator
        if self.standing != "engaged":
            return f"the session is {self.standing}"
        if self.is_lost or device is None or device.is_closed or device.is_lost:
            return "the device is lost"
        if device.confirmed is None:
            return "the device has confirmed no train"
        if device.command is not None and not self._is_held_up(look.now_us):
            return "the device does not answer"
        if self._disk.failure is not None:
            return "the record has failed"
        if look.gate is None or look.gate.mode is not Mode.ARMED:
            return "the gate is not armed"
        return None if look.state in LIVE else f"the session is {look.state}"

    def _too_late(self, look: Look) -> str | None:
        """Return why a lower frame should have been written by now."""
        if not self._line.has_contact:
            return "the pads have no contact"
        if look.state not in ACTIVE:
            return f"the session is {look.state}"
        if look.state is SessionState.PAUSED and look.now_us - self.paused_us > self._fade_us:
            return "the pause began long ago"
        return None
