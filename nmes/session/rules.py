"""The numbers of session behaviour, each with its source.

They govern when an operator's wish is granted; what may flow at all is decided in `safety`. Numbers
that stand in the table of limits are read there and nowhere else: see `Behaviour`.
"""

from typing import Protocol

SCREEN_SILENT_PAUSE_US = 300_000  # screen heartbeat missing: output 0, paused or stopped
SCREEN_SILENT_STOP_US = 500_000  # still missing: stop
ABANDON_AFTER_US = 100_000  # emergency stop: time left to confirm it; a slow device has its own
SECOND_STOP_US = 2_000_000  # a second stop key within this is the emergency stop

UP_STEPS_PER_WINDOW = 2  # accepted up-steps of the whole station in one window
UP_STEP_WINDOW_US = 1_000_000
KEY_REPEAT_US = 120_000  # closer presses are a held key, not a decision
FELT_STEP_UA = 500  # a device with finer steps goes by the table's, one with coarser by its own
RISE_PER_REST_UA = 2_000  # a contraction is at most so much stronger than the one felt before

GET_READY_US = 3_000_000  # countdown before a start or a resume  [design]
LEVEL_KEPT_US = 60_000_000  # a pause up to this keeps the level, a longer one halves it

FIND_ON_US = 2_000_000
FIND_OFF_US = 4_000_000
FIND_RAMP_US = 500_000


class Behaviour(Protocol):
    """What the table of limits says about sessions; its section [behaviour] has this shape."""

    @property
    def step_fine_ua(self) -> int:
        """How far one press of the fine key raises a level."""

    @property
    def step_coarse_ua(self) -> int:
        """How far one press of the coarse key raises a level."""

    @property
    def steps_per_s_max(self) -> int:
        """How many steps of one channel there may be in a second."""

    @property
    def level_slew_ua_per_s(self) -> int:
        """How fast a level may be raised."""

    @property
    def slew_elapsed_max_us(self) -> int:
        """A longer gap between frames counts as this much rise."""

    @property
    def resume_ramp_min_us(self) -> int:
        """The first contraction after a pause rises no faster."""

    @property
    def stop_zero_max_us(self) -> int:
        """A stop not confirmed by then is the emergency stop, unless the device declares longer."""

    @property
    def clock_jump_us(self) -> int:
        """Clocks that part by more at once have jumped, or the computer slept."""

    @property
    def delivered_tolerance_steps(self) -> int:
        """By how many steps delivered and set current may differ."""

    @property
    def impedance_short_ohm(self) -> int:
        """Less is a short."""

    @property
    def impedance_open_ohm(self) -> int:
        """More is no contact."""

    @property
    def impedance_warn_percent(self) -> int:
        """So far off its baseline an impedance is worth a word."""

    @property
    def impedance_lost_percent(self) -> int:
        """So far off its baseline an impedance is no contact."""

    @property
    def clip_count_max(self) -> int:
        """So many clipped reports within the window are no contact."""

    @property
    def clip_window_us(self) -> int:
        """Within this time clipped reports are counted."""

    @property
    def battery_warn_percent(self) -> int:
        """Below this the operator is told."""

    @property
    def battery_least_percent(self) -> int:
        """Below this the session ends."""

    @property
    def control_lock_us(self) -> int:
        """After this long without a wish, the first press up only unlocks."""

    @property
    def presence_prompt_us(self) -> int:
        """After this long without a key the operator is asked for."""

    @property
    def presence_grace_us(self) -> int:
        """After this long without an answer the session stops."""
