"""The stimulating part of the device: levels, pulses, errors of channels, the watchdog.

Source: P24 instructions for use 1.1, p. 20-25; what it leaves open is in docs/simulator.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hardware_sim.contacts import Contact
from hardware_sim.device import OnPulse
from hardware_sim.p24.answers import (
    CHANNEL_STATES,
    Measured,
    current_data,
    pulse_done,
    pulse_done_short,
)
from hardware_sim.p24.commands import Command, Level, ParameterError, Result
from hardware_sim.p24.model import FULL_VOLTAGE_CODE, FULL_VOLTAGE_V, NO_VOLTAGE_CODE, Model
from hardware_sim.p24.pattern import Pattern
from hardware_sim.p24.reading import (
    OVERHEAD_US,
    LowInit,
    channel_of,
    read_byte,
    read_low_init,
    read_pulse,
    read_update,
    width_us,
)
from hardware_sim.p24.skin import Outcome, Pads
from hardware_sim.pulses import Point, shaped_pulse

WATCHDOG_US = 2_000_000
QUICK_US = 1_000
UPDATE_US = 2_000
ONE_SUPPLY_US = 40_000
TWO_SUPPLIES_US = 80_000
FULL_SELECTION = 4

MID = frozenset((Level.MID_INIT, Level.MID_RUN))
ALLOWED = {
    Command.Ll_init: frozenset((Level.IDLE, Level.LOW)),
    Command.Ll_channel_config: frozenset((Level.LOW,)),
    Command.Ll_stop: frozenset((Level.LOW,)),
    Command.Ml_init: frozenset((Level.IDLE,)) | MID,
    Command.Ml_update: MID,
    Command.Ml_get_current_data: MID,
    Command.Ml_stop: MID,
}
"""The levels in which a command is done; elsewhere it is answered "not initialized"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer's data, and how long its command takes."""

    data: bytes
    took_us: int = QUICK_US


class Stimulation:
    """Levels and pulses; times must not decrease."""

    def __init__(self, model: Model, on_pulse: OnPulse) -> None:
        self._model = model
        self._on_pulse = on_pulse
        self._pattern = Pattern()
        self._low = LowInit(measurement=0, voltage_v=0, voltage_code=NO_VOLTAGE_CODE)
        self._stops_all = False
        self._fed_us = 0
        self._states: dict[int, int] = {}
        self._doers: dict[Command, Callable[[bytes, int], Answer]] = {
            Command.Ll_init: self._low_init,
            Command.Ll_channel_config: self._low_pulse,
            Command.Ll_stop: self._low_stop,
            Command.Ml_init: self._mid_init,
            Command.Ml_update: self._mid_update,
            Command.Ml_get_current_data: self._mid_data,
            Command.Ml_stop: self._mid_stop,
        }
        self.contacts: dict[int, Contact] = {}
        self.forced_errors: dict[int, Result] = {}
        self.is_blind = False
        self.level = Level.IDLE

    @property
    def voltage_code(self) -> int:
        """The supply as Get_stim_status tells it."""
        if self.level is Level.LOW:
            return self._low.voltage_code
        return FULL_VOLTAGE_CODE if self.level in MID else NO_VOLTAGE_CODE

    def stop(self) -> None:
        """End everything at once: no level, no voltage."""
        self.level = Level.IDLE
        self._pattern = Pattern()
        self._states.clear()

    def next_us(self) -> int | None:
        """Return when something happens of itself: a pulse, or the watchdog."""
        if self.level is not Level.MID_RUN:
            return None
        deadline_us, pulse_us = self._fed_us + WATCHDOG_US, self._pattern.next_us()
        return deadline_us if pulse_us is None else min(deadline_us, pulse_us)

    def act(self, now_us: int) -> None:
        """Do what is due now."""
        if now_us >= self._fed_us + WATCHDOG_US:
            self._pattern.stop()
            self.level = Level.MID_INIT
        else:
            self._emit()

    def do(self, command: Command, data: bytes, now_us: int) -> Answer:
        """Do a command of a level: judge the level, then the data."""
        if self.level not in ALLOWED[command]:
            return Answer(data=self.refusal(command, data, Result.NOT_INITIALIZED))
        try:
            return self._doers[command](data, now_us)
        except ParameterError:
            return Answer(data=self.refusal(command, data, Result.PARAMETER_ERROR))

    def refusal(self, command: Command, data: bytes, result: Result) -> bytes:
        """Return an answer that tells of nothing done, as long as any other."""
        if command is Command.Ll_channel_config:
            return self._pulse_answer(result, channel_of(data, self._model), None)
        if command is Command.Ml_get_current_data:
            return current_data(result, data[0] if data else FULL_SELECTION, (), {})
        return bytes((result,))

    def _low_init(self, data: bytes, _now_us: int) -> Answer:
        self._low = read_low_init(data, self._model)
        self.level = Level.LOW
        return Answer(data=bytes((Result.OK,)), took_us=ONE_SUPPLY_US)

    def _low_stop(self, _data: bytes, _now_us: int) -> Answer:
        self.stop()
        return Answer(data=bytes((Result.OK,)), took_us=ONE_SUPPLY_US)

    def _low_pulse(self, data: bytes, now_us: int) -> Answer:
        asked = read_pulse(data, self._model)
        outcome = self._outcome(asked.channel, asked.points)
        self._put_out(now_us, asked.channel, outcome.points)
        measured = None
        if outcome.result is Result.OK:
            pads = self._pads(asked.channel)
            measured = pads.measured(self._low.measurement, outcome.points)
        answer = self._pulse_answer(outcome.result, asked.channel, measured)
        return Answer(data=answer, took_us=asked.width_us + OVERHEAD_US)

    def _pulse_answer(self, result: Result, channel: int, measured: Measured | None) -> bytes:
        if not self._model.has_measurement:
            return pulse_done_short(result, channel)
        return pulse_done(result, channel, measured)

    def _mid_init(self, data: bytes, _now_us: int) -> Answer:
        self._stops_all = bool(read_byte(data) & 1 and self._model.has_stop_all)
        self._pattern.stop()
        self._states.clear()
        self.level = Level.MID_INIT
        return Answer(data=bytes((Result.OK,)), took_us=TWO_SUPPLIES_US)

    def _mid_update(self, data: bytes, now_us: int) -> Answer:
        self._pattern.update(read_update(data, self._model), now_us)
        self._states.clear()
        self._fed_us = now_us
        self.level = Level.MID_RUN if self._pattern.active else Level.MID_INIT
        return Answer(data=bytes((Result.OK,)), took_us=UPDATE_US)

    def _mid_data(self, data: bytes, now_us: int) -> Answer:
        selection = read_byte(data)
        if selection not in self._model.selections:
            raise ParameterError(f"selection {selection}")
        self._fed_us = now_us
        return Answer(data=current_data(Result.OK, selection, self._pattern.active, self._states))

    def _mid_stop(self, _data: bytes, _now_us: int) -> Answer:
        self.stop()
        return Answer(data=bytes((Result.OK,)), took_us=ONE_SUPPLY_US)

    def _emit(self) -> None:
        """Let the next pulse of the pattern leave, or note why it did not."""
        due = self._pattern.take()
        outcome = Outcome(result=Result.PULSE_TIMEOUT, points=())
        if not due.is_lost:
            outcome = self._outcome(due.channel, due.points)
            self._put_out(due.time_us, due.channel, outcome.points)
        elif self.is_blind:
            return
        if outcome.result is not Result.OK:
            self._states[due.channel] = CHANNEL_STATES[outcome.result]
        if outcome.result is Result.ELECTRODE:
            self._pattern.stop(None if self._stops_all else (due.channel,))
            self.level = Level.MID_RUN if self._pattern.active else Level.MID_INIT

    def _outcome(self, channel: int, points: tuple[Point, ...]) -> Outcome:
        """Return what comes of a pulse."""
        pads, forced = self._pads(channel), self.forced_errors.get(channel)
        if not width_us(points):
            return Outcome(result=Result.OK, points=())
        if not pads.voltage_v:
            return Outcome(result=Result.HIGH_VOLTAGE, points=())
        if self.is_blind:
            return pads.unnoticed(points)
        if forced is not None:
            leaves = forced is Result.LOW_CURRENT
            return Outcome(result=forced, points=pads.unnoticed(points).points if leaves else ())
        outcome = pads.outcome(points)
        if outcome.result not in self._model.results:
            return Outcome(result=Result.OK, points=outcome.points)
        return outcome

    def _pads(self, channel: int) -> Pads:
        voltage_v = self._low.voltage_v if self.level is Level.LOW else FULL_VOLTAGE_V
        return Pads(
            contact=self.contacts.get(channel),
            voltage_v=voltage_v,
            test_ua=self._model.electrode_test_ua,
        )

    def _put_out(self, time_us: int, channel: int, points: tuple[Point, ...]) -> None:
        if any(point.current_ua and point.duration_us for point in points):
            self._on_pulse(shaped_pulse(time_us, channel, points))
