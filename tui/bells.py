"""When the terminal bell rings: pure. Sound never carries anything alone."""

from nmes.link.messages import Snapshot
from tui.wording import seconds_left

FAULT_BELLS = 3
CUE_STATES = frozenset({"finding", "running"})
COUNTED_SECONDS = frozenset({"1", "2", "3"})


def bells_due(before: Snapshot | None, after: Snapshot, *, cues_sound: bool) -> int:
    """Return how often to ring for what changed: 3 at a fault, 1 at a contract cue or a count."""
    if before is None:
        return 0
    if after.state == "faulted" and before.state != "faulted":
        return FAULT_BELLS
    return int(cues_sound and (_contracts(before, after) or _counts(before, after)))


def _contracts(before: Snapshot, after: Snapshot) -> bool:
    began = after.phase == "ramp_up" and before.phase != "ramp_up"
    return after.state in CUE_STATES and began and after.lead_in_us == 0


def _counts(before: Snapshot, after: Snapshot) -> bool:
    second = seconds_left(after.lead_in_us)
    return second in COUNTED_SECONDS and second != seconds_left(before.lead_in_us)
