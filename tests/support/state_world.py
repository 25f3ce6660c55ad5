"""A session, its gate and a scripted world as one thing that can be put back.

`LiveSession`, `Conversation`, `SafetyGate`, `Recorder` and `Meter` are the product's own; device,
disk and clocks are those of `support.scripted_world`. Time goes by in steps, within which the
session wakes whenever it says that it must.
"""

from collections import deque
from pathlib import Path

from support import state_rules as rules
from support.scripted_world import Line, ScriptedDisk, ScriptedStimulator, ScriptedWorkshop
from support.state_model import Model
from support.state_rules import Judge, Look

from drivers.interface import LossKind
from nmes.link import messages as link
from nmes.service.live_session import LiveSession
from nmes.service.wishes import wish_of
from nmes.session import actions
from nmes.session.session import Session
from nmes.session.states import SessionState
from protocols.errors import NmesError
from protocols.pulses import OutputFrame

START_US = 1_000_000_000
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
BEAT_US = 250_000
TURNS_MAX = 20

Memento = tuple[tuple[object, object], ...]


class World:
    """One session and all around it. `memento` and `restore` go back."""

    def __init__(self, model: Model, folder: Path) -> None:
        self.model = model
        self.preparation = model.prepared(folder)
        flaw = model.flaw
        able = self.preparation.capabilities
        self.line = Line(able, self._on_write, obeys_stops=flaw.obeys_stops, gain=flaw.gain)
        self.disk = ScriptedDisk(claims_all=flaw.claims_all_synced)
        self.workshop = ScriptedWorkshop(self.line, self.disk, START_US)
        behaviour = self.preparation.limits.behaviour
        absent_us = behaviour.presence_prompt_us + behaviour.presence_grace_us
        (burst,) = self.preparation.plan.stages[0].bursts
        self.judge = Judge(
            self.line,
            self.disk,
            fade_us=burst.ramp_down_us,
            waits_for_answers=not model.is_slow_to_lower,
            absent_us=None if model.is_script else absent_us,
            now_us=START_US,
        )
        self.is_closed = False
        self.is_unlinked = False
        self.was_refused = False
        self.live = LiveSession(
            self.workshop,
            self.preparation,
            lambda _: None,
            operator_is_script=model.is_script,
            now_us=START_US,
        )

    @property
    def now_us(self) -> int:
        return self.workshop.now_us

    @property
    def age_us(self) -> int:
        """How long it goes on already."""
        return self.now_us - START_US

    @property
    def session(self) -> Session:
        return self.live._session

    @property
    def absent_us(self) -> int | None:
        """How long an operator may be absent; None if that is longer than any path."""
        behaviour = self.session.behaviour
        absent_us = behaviour.presence_prompt_us + behaviour.presence_grace_us
        return None if self.model.is_script or absent_us > MINUTE_US else absent_us

    @property
    def may_arm(self) -> bool:
        """Whether the model lets anybody arm once more."""
        most = self.model.armings_max
        return most is None or self.judge.armings < most

    @property
    def is_resting_in_pause(self) -> bool:
        """Whether a pause goes on in which nothing is left that fades in less than a minute."""
        session, device, now_us = self.session, self.live._device, self.now_us
        if session.state is not SessionState.PAUSED or device is None or self.line.is_mute:
            return False
        ready_us = (
            *device.rests_until_us.values(),
            *(at + SECOND_US for at in session.recent_ups_us),
        )
        is_rested = self.line.flowing_ua == 0 and all(now_us >= at_us for at_us in ready_us)
        return is_rested and session.heard_us == now_us and session.present_us == now_us

    def stimulator(self) -> ScriptedStimulator | None:
        """The connection that is open, if one is."""
        device = self.live._device
        if device is None:
            return None
        stimulator = device._gate._stimulator
        assert isinstance(stimulator, ScriptedStimulator)
        return stimulator

    @property
    def has_device(self) -> bool:
        """Whether a device is connected that the session still has to do with."""
        stimulator, halt = self.stimulator(), self.session.halt
        if stimulator is None or stimulator.is_closed or stimulator.is_lost:
            return False
        is_awaited = self.session.is_live or (halt is not None and not halt.is_settled)
        return stimulator.is_connected and is_awaited

    # Going back -----------------------------------------------------------------------------------

    def memento(self) -> Memento:
        """Return everything that can change, so that `restore` brings it back."""
        live = self.live
        objects: list[object] = [self, live, self.workshop, self.line, self.disk, self.judge]
        objects.append(live._meter)
        if live._recorder is not None:
            objects.append(live._recorder)
        if live._device is not None:
            gate = live._device._gate
            objects += [live._device, gate, gate._stimulator]
        kept: list[tuple[object, object]] = []
        for thing in objects:
            fields = thing.__dict__
            kept.append((fields, fields.copy()))
            for value in fields.values():
                if type(value) is dict or type(value) is deque:
                    kept.append((value, value.copy()))
        return tuple(kept)

    @staticmethod
    def restore(memento: Memento) -> None:
        for container, content in memento:
            container.clear()  # type: ignore[attr-defined] # a dict or a deque
            if type(container) is dict:
                container.update(content)  # type: ignore[call-overload]  # a dict's copy
            else:
                container.extend(content)  # type: ignore[attr-defined]  # a deque's copy

    # What can happen ------------------------------------------------------------------------------

    def receive(self, intent: link.Intent) -> None:
        """Take an intent as the station does."""
        judge, live, now_us = self.judge, self.live, self.now_us
        judge.key_pressed(now_us)
        live.heard(now_us)
        try:
            self._ask(intent, now_us)
        except NmesError:
            self.was_refused = True
        else:
            self._note_granted(intent, now_us)

    def _ask(self, intent: link.Intent, now_us: int) -> None:
        match intent:
            case link.Arm():
                self._before_arming()
                self.live.arm(intent.confirmed_channels, now_us)
            case link.Finish():
                self.live.finish(now_us)
            case link.Leave():
                self.live.leave(now_us)
            case _:
                self.live.ask(wish_of(intent), now_us)

    def _before_arming(self) -> None:
        if self.model.flaw.acknowledges_by_itself and self.session.halt is not None:
            self.live.ask(actions.AcknowledgeWish(), self.now_us)

    def _note_granted(self, intent: link.Intent, now_us: int) -> None:
        match intent:
            case link.Arm():
                self.judge.armed()
            case link.Acknowledge():
                self.judge.acknowledged()
            case link.Pause():
                self.judge.paused_us = now_us

    def stop(self) -> None:
        """A stop key: the current is to be gone before anything else is done."""
        judge, line = self.judge, self.line
        stimulator = self.stimulator()
        is_connected = stimulator is not None and not stimulator.is_closed
        could_flow = judge.standing == "engaged" and is_connected
        stops = judge.stops
        judge.stop_caused()
        self.receive(link.Stop(cause="key"))
        if line.flowing_ua > 0 or self.was_refused or (could_flow and judge.stops == stops):
            detail = f"{line.flowing_ua} µA flow, {judge.stops - stops} stops were written"
            raise rules.Violated(rules.SILENT_AT_ONCE, detail)

    def finish(self) -> None:
        self.receive(link.Finish())
        if not self.was_refused:
            self.judge.stop_caused()

    def lose_link(self) -> None:
        self.is_unlinked = True
        self.judge.stop_caused()
        self.live.end("link lost", self.now_us, is_abandoned=True)

    def lose(self, kind: LossKind) -> None:
        stimulator = self.stimulator()
        assert stimulator is not None
        self.judge.stop_caused()
        self.judge.is_lost = True
        if kind is LossKind.PORT:
            self.line.is_mute = True
        if self.model.flaw.tells_losses:
            stimulator.lose(kind, self.now_us)

    def fail_disk(self) -> None:
        self.judge.stop_caused()
        self.disk.failure = "by script"
        self.disk.has_news = True

    def slow_disk(self, is_slow: bool) -> None:
        self.disk.is_slow = is_slow
        self.disk.settle()

    def mute(self, is_mute: bool) -> None:
        self.line.is_mute = is_mute

    def lift_pads(self, is_open: bool) -> None:
        self.line.has_contact = not is_open
        stimulator = self.stimulator()
        if stimulator is not None and self.has_device:
            stimulator.report(self.now_us)

    def sleep(self) -> None:
        self.judge.stop_caused()
        self.workshop.slept_us += 2_000_000

    def touch(self) -> None:
        self.judge.key_pressed(self.now_us)
        self.live.heard(self.now_us)
        self.live.touched(self.now_us)

    def pass_time(self, for_us: int, *, beats: bool) -> None:
        """Let time go by; the session wakes when it says it must, the screen speaks at the end."""
        until_us = self.now_us + for_us
        is_first = True
        while is_first or self.now_us < until_us:
            is_first = False
            wake_us = until_us if self.is_closed else self.live.next_wake_us(self.now_us)
            self.workshop.now_us = min(until_us, max(self.now_us, wake_us))
            self.judge.time_passes(self.now_us)
            if not self.is_closed:
                self.settle()
        if beats and not self.is_closed:
            self.live.heard(self.now_us)

    def beat_on(self, for_us: int) -> None:
        """Let time go by with a screen that speaks often enough."""
        for _ in range(for_us // BEAT_US):
            self.pass_time(BEAT_US, beats=True)
            self.judge.screen_spoke(self.now_us)

    def fall_silent(self, for_us: int) -> None:
        """Let time go by with a silent screen."""
        if not self.model.flaw.beats_in_silence:
            self.pass_time(for_us, beats=False)
            return
        for _ in range(for_us // BEAT_US):
            self.pass_time(BEAT_US, beats=True)

    def wait_a_minute(self) -> None:
        """Let the time go by after which a level is kept no longer; somebody is there."""
        for _ in range(61):
            self.beat_on(1_000_000)
            self.touch()

    # What follows ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let the session do all that is due now, as the engine's loop does."""
        for _ in range(TURNS_MAX):
            if self._is_over():
                return
            self.live.turn(self.now_us)
            self._look()
            if self._is_over():
                return
            if not self._has_news() and self.live.next_wake_us(self.now_us) > self.now_us:
                return
        raise rules.Violated(rules.FORESEEN, "the session never lets time go by")

    def _is_over(self) -> bool:
        if not self.live.is_over or not self.model.flaw.closes:
            return False
        self.live.close(self.now_us)
        self.is_closed = True
        self._look()
        return True

    def _has_news(self) -> bool:
        stimulator = self.stimulator()
        is_recording = self.live._recorder is not None
        return (is_recording and self.disk.has_news) or (
            stimulator is not None and stimulator.has_news
        )

    def _look(self) -> None:
        device, session = self.live._device, self.session
        gate = device._gate if device is not None else None
        self.judge.looks(
            Look(
                now_us=self.now_us,
                state=session.state,
                level_ua=session.levels_ua[0],
                gate=gate.state if gate else None,
                gate_number=id(gate),
                latched=gate.latched if gate else None,
                stimulator=self.stimulator(),
            )
        )

    def _on_write(self, kind: str, frame: OutputFrame | None) -> None:
        device = self.live._device
        channels = () if device is None else device._gate.state.channels
        gate_ua = channels[0].level_ua if channels else 0
        self.judge.wrote(kind, frame, min(gate_ua, self.session.levels_ua[0]))
