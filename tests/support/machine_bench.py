"""The session machine with the real gate around it and a device that answers at once.

No station, no driver, no journal: what the machine asks for is granted by the gate or by nobody,
so that thousands of timelines can be tried.
"""

from collections.abc import Mapping

from support.bench_protocols import ONE
from support.safety_bench import RecordingStimulator, limits_on_nobody

from drivers.rehastim2.capabilities import REHASTIM2
from nmes.session import actions, clockwork, machine
from nmes.session.output import Written, frame_at, ramp_up_us, silent_frame
from nmes.session.session import Session, new_session
from protocols.capabilities import Capabilities
from protocols.errors import LimitViolation, SessionRefusal
from protocols.loading import load_text
from protocols.plan import Plan
from protocols.pulses import OutputFrame
from protocols.timeline import make_plan
from safety.gate import SafetyGate
from safety.table import load_table

TABLE = load_table()


def plan_of(text: str = ONE) -> Plan:
    return make_plan(load_text(text, "bench"), REHASTIM2)


class MachineBench:
    """One session; `do` and `tick` are the ways in. `written` holds every frame and its time."""

    def __init__(
        self,
        text: str = ONE,
        *,
        is_script: bool = True,
        now_us: int = 1_000_000_000,
        device: Capabilities = REHASTIM2,
    ) -> None:
        self.now_us = now_us
        plan = plan_of(text)
        self._limits = limits_on_nobody(TABLE, REHASTIM2, plan)
        self._gate = SafetyGate(RecordingStimulator(capabilities=REHASTIM2))
        self._gate.connect(now_us)
        self._gate.poll(now_us)
        self._gate.open(self._limits, now_us)
        self.session = new_session(
            plan,
            device,
            behaviour=TABLE.behaviour,
            step_ua=1000,
            ramp_up_min_us=500_000,
            operator_is_script=is_script,
            now_us=now_us,
        )
        self.requests: list[actions.Request] = []
        self.written: list[tuple[int, OutputFrame, Session]] = []
        self.grants_rises = True
        self.sets_up = True
        self.confirms_stops = True

    # What the tests do --------------------------------------------------------------------------

    def do(self, wish: actions.Wish) -> bool:
        """Let a wish happen now; whether it was granted."""
        try:
            self._happen(wish)
            return True
        except SessionRefusal:
            return False
        finally:
            self.session = machine.asked(self.session, wish, self.now_us)

    def happen(self, happening: actions.Happening) -> tuple[actions.Request, ...]:
        """Let anything happen now; return what is asked for in return."""
        before = len(self.requests)
        self._happen(happening)
        return tuple(self.requests[before:])

    def tick(self, for_us: int, *, screen_beats: bool = True) -> "MachineBench":
        """Let time go by in one step, then do what is due and write the frame for now."""
        self.now_us += for_us
        if screen_beats:
            self.session = machine.heard(self.session, self.now_us)
        self._take(*clockwork.advance(self.session, self.now_us, self.outputs_ua))
        self._write()
        return self

    def run(self, for_us: int, *, every_us: int = 20_000) -> "MachineBench":
        for _ in range(for_us // every_us):
            self.tick(every_us)
        return self

    def armed(self) -> "MachineBench":
        self.do(actions.ArmWish())
        return self.tick(20_000)

    def running(self, levels_ma: Mapping[int, int]) -> "MachineBench":
        """Armed by a script, raised, and at the beginning of the countdown."""
        self.armed()
        for channel, level_ma in levels_ma.items():
            while self.session.level_ua(channel) < 1000 * level_ma:
                self.tick(510_000)
                self.do(actions.StepWish(channel=channel, is_up=True, is_coarse=True))
        assert self.do(actions.StartWish())
        return self

    # What is to be seen -------------------------------------------------------------------------

    @property
    def outputs_ua(self) -> tuple[int, ...]:
        by_number = {channel.number: channel.output_ua for channel in self._gate.state.channels}
        return tuple(by_number.get(c.number, 0) for c in self.session.plan.channels)

    @property
    def facts(self) -> actions.Facts:
        return actions.Facts(
            outputs_ua=self.outputs_ua,
            rest_left_us=self._rest_left_us(),
            caps_ua=tuple(
                self._limits.channel(c.number).limits.current_ua.value // 1000 * 1000
                for c in self.session.plan.channels
            ),
        )

    def _rest_left_us(self) -> tuple[int, ...]:
        return tuple(self._rest_of_us(channel.number) for channel in self.session.plan.channels)

    def _rest_of_us(self, number: int) -> int:
        (channel,) = (c for c in self._gate.state.channels if c.number == number)
        if channel.output_ua == 0:
            return max(0, channel.rest_until_us - self.now_us)
        limits = self._limits.channel(number).limits
        on_us = self.now_us - channel.on_since_us
        share_us = on_us * limits.off_to_on_min_permille.value // 1000
        return max(limits.off_min_us.value, share_us)

    # Inside -------------------------------------------------------------------------------------

    def _happen(self, happening: actions.Happening) -> None:
        self._take(*machine.happen(self.session, happening, self.now_us, self.facts))

    def _take(self, session: Session, requests: tuple[actions.Request, ...]) -> None:
        self.session = session
        for request in requests:
            self.requests.append(request)
            self._carry_out(request)

    def _carry_out(self, request: actions.Request) -> None:
        match request:
            case actions.Connect() | actions.SetUp():
                if self.sets_up:
                    self.set_up(request)
            case actions.RecordRise():
                if self.grants_rises:
                    self._raise(request)
            case actions.SetLevel():
                self._gate.lower_level(request.channel, request.to_ua)
            case actions.StopDevice():
                self._gate.stop(self.now_us)
                self._gate.poll(self.now_us)
                if self.confirms_stops:
                    self._happen(actions.StopHeld())

    def set_up(self, request: actions.Connect | actions.SetUp) -> None:
        """The device takes the train and confirms it."""
        self._gate.set_up(request.setup, self.now_us)
        self._gate.poll(self.now_us)
        silent = silent_frame(self.session, request.setup)
        self._happen(actions.SetUpHeld(setup=request.setup, identity="bench"))
        self.written.append((self.now_us, silent, self.session))

    def _raise(self, rise: actions.RecordRise) -> None:
        try:
            self._gate.raise_level(rise.channel, rise.to_ua, self.now_us)
        except LimitViolation as refused:
            self._happen(actions.RiseRefused(reason=str(refused)))
        else:
            self._happen(actions.RiseRecorded())

    def _write(self) -> None:
        """Write the frame for now; LimitViolation if the gate finds it wrong."""
        session = self.session
        if session.setup is None or not session.is_live or not self.sets_up:
            return
        at_us, last, _ = self.written[-1]
        written = Written(
            at_us=at_us, outputs_ua=self.outputs_ua, rest_left_us=self._rest_left_us()
        )
        frame = frame_at(session, self.now_us, written)
        if frame == last:
            return
        for old, new in zip(last.outputs, frame.outputs, strict=True):
            if old.current_ua == 0 < new.current_ua:
                self._gate.allow_ramp(new.channel, ramp_up_us(session, new.channel, self.now_us))
        self._gate.output(frame, self.now_us)
        self.written.append((self.now_us, frame, session))
