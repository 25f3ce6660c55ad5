"""A session without a screen: a scripted operator speaks to the engine over the same link."""

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

from nmes.link.client import EngineClient
from nmes.link.messages import Event, Report, Snapshot, StillHere, Summary
from nmes.link.script import ScriptedOperator
from nmes.settings import read_settings
from protocols.capabilities import in_order
from protocols.errors import LinkError

HEARTBEAT_S = 0.1
STOP_WORDS = {
    signal.SIGINT: "you pressed Ctrl-C",
    signal.SIGTERM: "the program was told to end",
    signal.SIGHUP: "the terminal was closed",
}
SUMMARY_TIMEOUT_S = 5.0


class _StopWatch:
    """How long ago a stop was asked for."""

    def __init__(self) -> None:
        self._ends_s: float | None = None

    def start(self) -> None:
        """Begin to wait for the summary."""
        self._ends_s = time.monotonic() + SUMMARY_TIMEOUT_S

    @property
    def is_over(self) -> bool:
        """Whether it has been waited long enough."""
        return self._ends_s is not None and time.monotonic() > self._ends_s


def run_headless(
    operator: ScriptedOperator,
    engine_arguments: Sequence[str],
    on_progress: Callable[[int, int], None],
    on_event: Callable[[Event], None],
) -> Summary:
    """Run the operator's session to its end; Ctrl-C stops it. LinkError if the engine dies."""
    client = EngineClient(
        operator_is_script=True,
        log=read_settings().home / "engine.log",
        arguments=engine_arguments,
    )

    stopped = _StopWatch()

    def stop(number: int, _: FrameType | None) -> None:
        client.stop_now(STOP_WORDS[signal.Signals(number)])
        stopped.start()

    for number in STOP_WORDS:
        signal.signal(number, stop)
    try:
        client.send(operator.begin())
        return _converse(client, operator, on_progress, on_event, stopped)
    finally:
        client.close()


def _converse(
    client: EngineClient,
    operator: ScriptedOperator,
    on_progress: Callable[[int, int], None],
    on_event: Callable[[Event], None],
    stopped: "_StopWatch",
) -> Summary:
    next_beat_s = 0.0
    while True:
        if time.monotonic() >= next_beat_s:
            next_beat_s = time.monotonic() + HEARTBEAT_S
            client.send(StillHere())
        for report in _heard(client, operator, max(0.0, next_beat_s - time.monotonic())):
            for intent in operator.react(report):
                client.send(intent)
            if isinstance(report, Snapshot):
                on_progress(report.contractions_done, report.contractions_planned)
            elif isinstance(report, Event):
                on_event(report)
        if operator.summary is not None:
            told = operator.summary  # of the last contraction, too, which no snapshot tells
            on_progress(told.contractions_done, told.contractions_planned)
            return told
        if stopped.is_over:
            raise LinkError("Stopped, but the engine gave no summary; see 'nmes sessions'.")
        if not client.is_alive:
            raise LinkError(f"The engine is gone. {_by_hand(operator)}")


def _heard(client: EngineClient, operator: ScriptedOperator, timeout_s: float) -> list[Report]:
    """Return what the engine says; LinkError tells what to do with one's hands if it is gone."""
    try:
        return client.wait_reports(timeout_s)
    except LinkError as gone:
        raise LinkError(f"{gone} {_by_hand(operator)}") from gone


def _by_hand(operator: ScriptedOperator) -> str:
    if operator.prepared is None:
        return "Nothing was prepared, so no current can have flowed."
    steps = in_order(operator.prepared.by_hand)
    return f"If current may have flowed: NOT CONFIRMED. Now: {steps}."
