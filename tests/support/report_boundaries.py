"""The last value that is no fault and the first that is one, for every number that detects them."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from support.safety_bench import DEVICE, RecordingStimulator, plan

from drivers.guarded import GuardedStimulator
from drivers.interface import OutputLost, Permit
from nmes.session import condition
from nmes.session.actions import Facts, StatusSeen, Tell
from nmes.session.session import Condition, Session, new_session
from nmes.session.states import SessionState
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output
from protocols.status import ChannelStatus, DeviceStatus
from safety.table import LimitTable

SET_UA = 10_000
SECOND_US = 1_000_000


def running(table: LimitTable, known: Condition) -> Session:
    """A session in which 10 mA flow, and what its device has reported so far."""
    session = new_session(
        plan(),
        DEVICE,
        behaviour=table.behaviour,
        step_ua=1_000,
        ramp_up_min_us=500_000,
        operator_is_script=False,
        now_us=0,
    )
    flowing = replace(session, state=SessionState.RUNNING, levels_ua=(SET_UA,))
    return replace(flowing, condition=known)


def reported(
    table: LimitTable,
    known: Condition,
    *,
    delivered_ua: int | None = None,
    ohm: int | None = None,
    is_clipped: bool | None = None,
    battery_percent: int | None = None,
    now_us: int = 0,
) -> tuple[SessionState, bool]:
    """The state that follows a report, and whether the operator was told anything."""
    channel = ChannelStatus(
        channel=1,
        contact=None,
        delivered_ua=delivered_ua,
        impedance_ohm=ohm,
        is_clipped=is_clipped,
    )
    status = DeviceStatus(channels=(channel,), battery_percent=battery_percent, error=None)
    seen = StatusSeen(status=status, ranges_ua={1: (SET_UA, SET_UA)})
    facts = Facts(outputs_ua=(SET_UA,), rest_left_us=(0,), caps_ua=(SET_UA,))
    session, requests = condition.status_seen(running(table, known), seen, now_us, facts)
    return session.state, any(isinstance(request, Tell) for request in requests)


NOTHING = Condition()
ONE_KILOOHM = Condition(baselines_ohm=((1, 1_000),))
WELL = (SessionState.RUNNING, False)
TOLD = (SessionState.RUNNING, True)
PAUSED = (SessionState.PAUSED, True)
FAULTED = (SessionState.FAULTED, True)


def silence_of_the_engine(table: LimitTable) -> None:
    class Listener:
        def say(self, *, is_flowing: bool) -> bool:
            return True

        def dismiss(self) -> None:
            """Nobody goes."""

    def is_lost_after(silent_us: int) -> bool:
        silence_us = table.behaviour.guard_silence_us
        guarded = GuardedStimulator(RecordingStimulator(), Listener(), silence_us=silence_us)
        setup = TrainSetup(period_us=20_000, channels=(1,))
        frame = OutputFrame(setup=setup, outputs=(symmetric_output(1, SET_UA, 300),))
        guarded.output(Permit(subject=frame, serial=1), 0)
        return any(isinstance(event, OutputLost) for event in guarded.poll(silent_us))

    assert [is_lost_after(120_000), is_lost_after(120_001)] == [False, True]


def clock_jump(table: LimitTable) -> None:
    session = running(table, NOTHING)
    slept = [condition.sleep_fault(session, us) is not None for us in (1_000_000, 1_000_001)]
    assert slept == [False, True]


def delivered_tolerance(table: LimitTable) -> None:
    assert reported(table, NOTHING, delivered_ua=SET_UA + 1_000) == WELL
    assert reported(table, NOTHING, delivered_ua=SET_UA + 1_001) == FAULTED


def short(table: LimitTable) -> None:
    assert reported(table, NOTHING, ohm=100) == WELL
    assert reported(table, NOTHING, ohm=99) == FAULTED


def open_pad(table: LimitTable) -> None:
    assert reported(table, NOTHING, ohm=10_000) == WELL
    assert reported(table, NOTHING, ohm=10_001) == PAUSED


def drift_worth_a_word(table: LimitTable) -> None:
    assert reported(table, ONE_KILOOHM, ohm=1_500) == WELL
    assert reported(table, ONE_KILOOHM, ohm=1_501) == TOLD


def drift_like_an_open_pad(table: LimitTable) -> None:
    assert reported(table, ONE_KILOOHM, ohm=2_000) == TOLD
    assert reported(table, ONE_KILOOHM, ohm=2_001) == PAUSED


def clipped_before(*at_us: int) -> Condition:
    return Condition(clipped=(1,), clips_us=tuple((1, at) for at in at_us))


def clips_like_an_open_pad(table: LimitTable) -> None:
    assert reported(table, clipped_before(0), is_clipped=True) == WELL
    assert reported(table, clipped_before(0, 0), is_clipped=True) == PAUSED


def clips_long_ago(table: LimitTable) -> None:
    known = clipped_before(0, SECOND_US)
    assert reported(table, known, is_clipped=True, now_us=5 * SECOND_US) == PAUSED
    assert reported(table, known, is_clipped=True, now_us=5 * SECOND_US + 1) == WELL


def battery_worth_a_word(table: LimitTable) -> None:
    assert reported(table, NOTHING, battery_percent=20) == WELL
    assert reported(table, NOTHING, battery_percent=19) == TOLD


def empty_battery(table: LimitTable) -> None:
    assert reported(table, NOTHING, battery_percent=10) == TOLD
    assert reported(table, NOTHING, battery_percent=9) == FAULTED


REPORTS: Mapping[str, Callable[[LimitTable], None]] = {
    "guard_silence_us": silence_of_the_engine,
    "clock_jump_us": clock_jump,
    "delivered_tolerance_steps": delivered_tolerance,
    "impedance_short_ohm": short,
    "impedance_open_ohm": open_pad,
    "impedance_warn_percent": drift_worth_a_word,
    "impedance_lost_percent": drift_like_an_open_pad,
    "clip_count_max": clips_like_an_open_pad,
    "clip_window_us": clips_long_ago,
    "battery_warn_percent": battery_worth_a_word,
    "battery_least_percent": empty_battery,
}
