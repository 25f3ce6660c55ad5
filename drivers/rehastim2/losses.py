"""How losing a RehaStim2 is told to the therapist: what happened, what to do."""

from drivers.interface import LossKind

IDENTITY = "HASOMED RehaStim2, ScienceMode2 protocol version 1"

_RECONNECT = "Check cable and device, then connect again."
ADVICE = {
    LossKind.NOT_FOUND: (
        "Switch the stimulator on, choose ScienceMode2 on its start screen, check cable and port."
    ),
    LossKind.WRONG_DEVICE: "Use a RehaStim2 with ScienceMode2 protocol version 1.",
    LossKind.PORT: "Plug the USB cable in, check that no other program uses the port, reconnect.",
    LossKind.SILENT: _RECONNECT,
    LossKind.RESTARTED: "Check that the device stays on and the cable sits firmly, then reconnect.",
    LossKind.WRONG_MODE: _RECONNECT,
    LossKind.REFUSED: "Connect again. If it happens again, do not use this stimulator.",
    LossKind.CONFUSED: "Use another USB cable or port, keep it away from motors, then reconnect.",
}
_FAULTS = {
    -1: (
        "emergency switch pressed or not plugged in",
        "Find out why it was pressed. Plug the switch in, release it, then connect again.",
    ),
    -2: (
        "electrode error; the device does not say on which channel",
        "Check leads and electrodes of all channels, press them on or renew them, then reconnect.",
    ),
    -3: (
        "stimulation module error",
        "Switch the stimulator off and on. If it happens again, have it serviced.",
    ),
}
_RESULTS = {
    -1: "the command arrived damaged",
    -2: "a value is out of range",
    -3: "the command does not fit the device's mode",
    -5: "the protocol version does not fit",
    -8: "the device is busy",
}


def fault_text(error: int) -> tuple[str, str]:
    """Return what a StimulationError of the device says, and what to do about it."""
    return _FAULTS.get(error, (f"unknown stimulation error {error}", ADVICE[LossKind.REFUSED]))


def result_text(result: int) -> str:
    """Return what a result code says."""
    return f"result {result}: {_RESULTS.get(result, 'not defined for this command')}"
