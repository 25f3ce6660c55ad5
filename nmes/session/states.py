"""The states of a session and what leads from one to another, as one table."""

from enum import StrEnum

from protocols.errors import SessionRefusal


class SessionState(StrEnum):
    """Where a session stands. Current can flow in FINDING, RUNNING and PAUSED (fading) only."""

    IDLE = "idle"
    CONNECTING = "connecting"
    ARMED = "armed"
    FINDING = "finding"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAULTED = "faulted"
    FINISHED = "finished"


class Trigger(StrEnum):
    """What can move a session; later kinds of trigger (hand switch, EMG, gait) join this list."""

    ARM = "arm"
    SET_UP_DONE = "set up done"
    FIND_LEVEL = "find a level"
    START = "start"
    PAUSE = "pause"
    HUSH = "hush"
    RESUME = "resume"
    COMPLETE = "complete"
    FINISH = "finish"
    STOP = "stop"
    FAULT = "fault"
    ACKNOWLEDGE = "acknowledge"
    LEAVE = "leave"


_S, _T = SessionState, Trigger

LIVE = frozenset({_S.CONNECTING, _S.ARMED, _S.FINDING, _S.RUNNING, _S.PAUSED})
"""States with a device at the other end that may put out current, or soon could."""

TRANSITIONS: dict[tuple[SessionState, Trigger], SessionState] = {
    (_S.IDLE, _T.ARM): _S.CONNECTING,
    (_S.IDLE, _T.STOP): _S.IDLE,
    (_S.IDLE, _T.LEAVE): _S.IDLE,
    (_S.CONNECTING, _T.SET_UP_DONE): _S.ARMED,
    (_S.ARMED, _T.FIND_LEVEL): _S.FINDING,
    (_S.ARMED, _T.START): _S.RUNNING,
    (_S.FINDING, _T.FIND_LEVEL): _S.FINDING,
    (_S.FINDING, _T.START): _S.RUNNING,
    (_S.FINDING, _T.SET_UP_DONE): _S.FINDING,
    (_S.FINDING, _T.HUSH): _S.ARMED,
    (_S.RUNNING, _T.SET_UP_DONE): _S.RUNNING,
    (_S.RUNNING, _T.PAUSE): _S.PAUSED,
    (_S.RUNNING, _T.HUSH): _S.PAUSED,
    (_S.RUNNING, _T.COMPLETE): _S.FINISHED,
    (_S.PAUSED, _T.SET_UP_DONE): _S.PAUSED,
    (_S.PAUSED, _T.RESUME): _S.RUNNING,
    (_S.PAUSED, _T.HUSH): _S.PAUSED,
    **{(state, _T.FINISH): _S.FINISHED for state in LIVE},
    **{(state, _T.STOP): _S.STOPPED for state in LIVE},
    **{(state, _T.FAULT): _S.FAULTED for state in LIVE},
    (_S.STOPPED, _T.STOP): _S.STOPPED,
    (_S.STOPPED, _T.FAULT): _S.FAULTED,
    (_S.STOPPED, _T.ACKNOWLEDGE): _S.STOPPED,
    (_S.STOPPED, _T.ARM): _S.CONNECTING,
    (_S.STOPPED, _T.LEAVE): _S.STOPPED,
    (_S.FAULTED, _T.STOP): _S.FAULTED,
    (_S.FAULTED, _T.FAULT): _S.FAULTED,
    (_S.FAULTED, _T.ACKNOWLEDGE): _S.FAULTED,
    (_S.FAULTED, _T.ARM): _S.CONNECTING,
    (_S.FAULTED, _T.LEAVE): _S.FAULTED,
    (_S.FINISHED, _T.STOP): _S.FINISHED,
    (_S.FINISHED, _T.FAULT): _S.FINISHED,
    (_S.FINISHED, _T.LEAVE): _S.FINISHED,
}


def after(state: SessionState, trigger: Trigger) -> SessionState:
    """Return the state that follows; SessionRefusal if the table does not list the pair."""
    following = TRANSITIONS.get((state, trigger))
    if following is None:
        raise SessionRefusal(f"'{trigger}' is not possible while the session is {state}.")
    return following
