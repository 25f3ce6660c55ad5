"""The numbers of session behaviour, each with its source.

They govern when an operator's wish is granted; what may flow at all is decided in `safety`.
"""

SCREEN_SILENT_PAUSE_US = 300_000  # screen heartbeat missing: output 0 and paused
SCREEN_SILENT_STOP_US = 500_000  # still missing: stop
STOP_UNCONFIRMED_US = 200_000  # a stop not confirmed by then becomes the emergency stop
ABANDON_AFTER_US = 100_000  # emergency stop: time left for a confirmation before the port is closed
SECOND_STOP_US = 2_000_000  # a second stop key within this is the emergency stop

UP_STEPS_PER_WINDOW = 2  # accepted up-steps of the whole station in one window
UP_STEP_WINDOW_US = 1_000_000
KEY_REPEAT_US = 120_000  # closer presses are a held key, not a decision
LOCK_AFTER_IDLE_US = 4_000_000  # then the first up-press only unlocks
LEVEL_SLEW_UA_PER_S = 5_000  # as the gate's; asked here first, so that a press is answered in words
STEP_FINE_UA = 1_000
STEP_COARSE_UA = 2_000
RISE_PER_REST_UA = 2_000  # of steps taken in one rest, as much acts at the next contraction

GET_READY_US = 3_000_000  # countdown before a start or a resume  [design]
LEVEL_KEPT_US = 60_000_000  # a pause up to this keeps the level, a longer one halves it
GENTLE_RAMP_US = 2_000_000  # the first contraction after a pause rises no faster

FIND_ON_US = 2_000_000
FIND_OFF_US = 4_000_000
FIND_RAMP_US = 500_000

PRESENCE_PROMPT_US = 300_000_000  # no key for this long: ask
PRESENCE_GRACE_US = 60_000_000  # no answer for this long: stop

STALL_US = 100_000  # a longer gap between frames counts as this much rise
