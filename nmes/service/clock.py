"""The one place where time is read."""

import time
from datetime import UTC, datetime

from nmes.records.chain import utc_text


def monotonic_us() -> int:
    """Return the system's monotonic clock in µs; it never jumps and has no meaning of its own."""
    return time.monotonic_ns() // 1000


def wall_utc() -> str:
    """Return the wall clock, for records only: nothing is ever timed by it."""
    return utc_text(datetime.now(UTC))
