"""Every word the screen shows, in one place for review by a therapist and for translation.

Templates are filled by str.format with named fields. Characters beyond ASCII have a substitute in
tui.wording, one for one.
"""

# On every screen ------------------------------------------------------------------------------

PROGRAM = "NMES"
SIMULATED = "SIMULATED"
OUTPUT_OFF = "OUTPUT OFF"
OUTPUT_ON = "OUTPUT ON"
LIVE_AT_ZERO = "{state}, 0 mA on every channel"
OUTPUT_UNKNOWN = "OUTPUT UNKNOWN"
OUTPUT_OFF_IDLE = "nothing is armed"
OUTPUT_OFF_ZERO = "0 mA on every channel"
STOP_KEYS_LINE = "SPACE / X / F12 / CTRL+C / ESC   STOP ALL - 0 mA"
STOP_KEYS_SHORT = "SPACE = STOP ALL"
UNKNOWN_CURRENT = "??"
STALE = "STALE"
STALE_FOR = "STALE: last answer {seconds} s ago"
NEVER_ANSWERED = "the device has not answered yet"
STOP_SENT = "STOP SENT"
STOP_SENT_HINT = "waiting for the device to confirm"
YOU_PRESSED = "you pressed {key}"
PROGRAM_LEFT = "the program was left"
SIGNALLED = "the program was told to end ({signal})"
TOO_SMALL = "Make the window larger: {width}x{height} is below {min_width}x{min_height}."
TOO_SMALL_NO_ARMING = "Nothing can be armed until it is."
TOO_SMALL_STILL_ON = "Output goes on; steps up wait until it is larger."

PADS_UNSEEN = "PADS NOT WATCHED"
PADS_UNSEEN_BELOW = "PADS NOT WATCHED below {current} mA"
LEVELS_ARE_SETTINGS = "LEVELS ARE SETTINGS: up to {full} mA may flow"

MARKS = {"info": "i", "warning": "!", "error": "!!"}

# Why a key does nothing now -------------------------------------------------------------------

NO_CHANNEL = "There is no channel yet."
NO_SUCH_CHANNEL = "This protocol has no channel {number}."
UP_NOT_NOW = "A level goes up only while levels are found or the program runs."
UP_NOT_STALE = "No step up: the device's answer is missing. Down, 0 and stop work."
UP_NOT_SMALL = "No step up in a window this small. Down, 0 and stop work."
UP_NOT_AFTER_STOP = "No step up: a stop was sent."
FIND_WAS_LAST = "This was the last channel: s starts the program."
FIND_NOT_NOW = "Levels are found after arming, before the program starts."
LEFT_AT_ZERO = "Still at 0 mA: channel {numbers}. Choose it, raise it while it holds."
START_NOT_NOW = "The program starts after arming; p resumes a pause."
PAUSE_NOT_NOW = "Only a running program can be paused. SPACE stops."
FINISH_NOT_NOW = "There is nothing running to end."
CUES_ON = "Cue sounds on."
CUES_OFF = "Cue sounds off. The bell of a fault stays on."
MARKED = "Moment marked in the record."
CONFIRM_FINISH = "End the session now, in good order?  y = yes, any other key = no"
NOT_FINISHED = "The session goes on."

# Start ------------------------------------------------------------------------------------------

START_TITLE = "Choose protocol, device and person"
LABEL_PROTOCOL = "PROTOCOL"
LABEL_DEVICE = "DEVICE"
LABEL_PORT = "PORT"
LABEL_OPERATOR = "OPERATOR"
LABEL_PATIENT = "PATIENT"
PLACE_IN_LIST = "{number} of {count}"
PROTOCOL_NUMBERS = "{minutes} min  {channels} ch"
GOAL = "Goal: {goal}"
DEVICE_SIMULATED = "SIMULATED {title}"
DEVICE_REAL = "{title}"
PORT_ROW = "{name}  {description}"
PORT_NOT_NEEDED = "none needed for a simulator"
PORT_NONE = "none found: plug in, then F5"
OPERATOR_HINT = "your name or initials"
PATIENT_HINT = "code (never a name), or bench"
BENCH = "bench"
BENCH_MEANS = "bench: a test load, nobody is connected"
LAST_SESSION = "last session of {patient}: {when}, {protocol}, {outcome}, {done}/{planned}"
NO_LAST_SESSION = "no session of {patient} is recorded here"
WAITING_FOR_ENGINE = "waiting for the engine ..."
ASKED_PREPARE = "preparing ..."
REFUSED = "Not possible:"
MORE_REASONS = "... more: 'nmes check {protocol}'"
MISSING_PROTOCOL = "Choose a protocol."
MISSING_PORT = "A real device needs a port: choose one, or take the simulated device."
MISSING_OPERATOR = "Enter the operator's name."
MISSING_PATIENT = "Enter the patient's code, or bench."
LOOKING = "Asking at the ports who is there; seconds for each port ..."
FOUND_ONE = "{title} answered at {port}: {identity}"
FOUND_SEVERAL = "{number} stimulators answered. Choose the device, then its port:"
FOUND_NONE = (
    "No stimulator answered; only USB ports that may have one are asked. Is it plugged in, "
    "switched on, on its screen for the computer? 'nmes doctor' tells more."
)
PORT_ANSWERED = "{name}  {identity} answered"
LISTED = "Looked again: {protocols} protocols, ports: {ports}"
NO_PORT = "none"
START_KEYS = "tab next   up/down choose   enter accept   F5 ports   F6 find   ctrl+q quit"
MORE_BELOW = "more below"
MORE_ABOVE = "more above"

# Screening --------------------------------------------------------------------------------------

SCREENING_TITLE = "Before the pads: ask patient {patient}"
SCREENING_COUNT = "{done} of {planned} answered"
ONE_BY_ONE = "One answer at a time: read each question."
REPLY_BOXES = {
    "": "[   ]",
    "yes": "[YES]",
    "no": "[no ]",
    "not known": "[ ? ]",
    "left": "[ L ]",
    "right": "[ R ]",
}
SIDE_OF = "Channel {number}, {name}: {side}"
ASKED_SCREENING = "asking the engine what must be asked ..."
ASKED_FOR_CHANNELS = "channel {numbers}: "
DECISION_MEANS = {
    "block": "if {answer}, not to be stimulated",
    "acknowledge": "if {answer}, a clinician writes name and reason",
    "warn": "if {answer}, a warning",
}
CAP_LEFT = "; cap {percent} %"
DECISION_WORDS = {
    ("block", True): "BLOCKED",
    ("acknowledge", True): "ACKNOWLEDGE",
    ("acknowledge", False): "acknowledged",
    ("warn", False): "WARNING",
    ("warn", True): "WARNING",
    ("block", False): "BLOCKED",
}
FINDING_CHANNELS = "channel {numbers}: "
WRITTEN_BY = "- {name}: {text}"
NO_SCREENING_FINDINGS = "Nothing follows from the answers so far."
SCREENING_OPEN = "{open} still to be answered. Not known blocks, too: examine, or ask who knows."
SCREENING_BLOCKED = "{blocks} x BLOCKED: no session with these answers.  right = see why"
SCREENING_NOTES = "{notes} to be acknowledged by a clinician.  right = see which"
SCREENING_PASSED = "Nothing keeps from a session.  enter = go on to the pads"
SCREENING_KEYS = "y yes  n no  u not known  up/down  right what follows  enter on  b back"
SCREENING_SIDE_KEYS = "l left  r right  up/down  right what follows  b back  ctrl+q quit"
FINDINGS_KEYS = "up/down  enter acknowledge, or on  left questions  b back  ctrl+q quit"
WRITING_KEYS = "enter next, then done   esc leave it"
CLINICIAN_HINT = "name of the clinician who takes responsibility"
ACKNOWLEDGE_HINT = "why it may be done all the same"
ACKNOWLEDGE_HEADING = "Acknowledge: {item}"
ACKNOWLEDGE_NEEDS = "Write both: the clinician's name, and why."

# Placement --------------------------------------------------------------------------------------

PLACEMENT_TITLE = "Placement - channel {number}, {index} of {count}"
CHECK_TITLE = "Check and arm"
SIDE_SHORT = {"left": "L", "right": "R"}
SIDE_IS_OPEN = "SIDE NOT CHOSEN:  l = left   r = right"
SIDE_CHOSEN = "{side}   (l = left, r = right)"
PAD = "Pad {name}"
PAD_AREA = "{area} cm²"
PULSES = "{width} µs per phase, {frequency} Hz, {waveform}"
CAP = "at most {cap} mA ({reason})"
CAP_OF_SETTING = "set to at most {cap} mA ({reason})"
ANY_SETTING = "A LEVEL IS A SETTING: at any above 0 up to {full} mA may flow"
SUGGESTED_START = "expect a first contraction near {current} mA"
LABEL_POSITION = "Position"
LABEL_WATCH = "Look for"
TICK_SKIN = "skin clean and dry, no cuts, no irritation"
TICK_PADS = "pads stick all round, placed as described"
TICK_LEAD = "lead of channel {number} goes to these pads: {name}{side}"
CHECK_HEADING = "Check of the plan"
NO_FINDINGS = "no finding"
UNDETECTABLE_HEADING = "What this device cannot notice - watch for it yourself:"
NOTHING_UNDETECTABLE = "nothing listed"
SEVERITY = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}
CAN_ARM = "Everything is ticked.  a = ARM at 0 mA"
ARM_NEEDS = "Before arming: {needs}"
NEED_TICKS = "tick channel {numbers}"
NEED_SIDES = "choose the side of channel {numbers}"
NEED_NO_ERRORS = "the check found an error"
NEED_WINDOW = "make the window at least {width}x{height}"
PREPARING_KEYS = "ctrl+q quit"
PLACEMENT_KEYS = "space tick  up/down line  enter/right next  {back}  ctrl+q quit"
PLACEMENT_KEYS_SIDE = "l/r side  space tick  enter/right next  {back}  ctrl+q quit"
CHECK_KEYS = "a arm   up/down scroll   {back}   ctrl+q quit"
BACK_A_PAGE = "b/left one page back"
BACK_TO_QUESTIONS = "b to the questions"
BACK_TO_START = "b to the start"
ARMING = "arming at 0 mA ..."

# Session ----------------------------------------------------------------------------------------

STAGE = "stage {index}/{count} {name}"
FINDING_TITLE = "find level {index}/{count}: channel {number}"
WORD_CONNECTING = "CONNECTING"
WORD_ARMED = "ARMED"
WORD_GET_READY = "GET READY"
WORD_CONTRACT = "CONTRACT"
WORD_HOLD = "HOLD"
WORD_RELAX = "RELAX"
WORD_PAUSED = "PAUSED"
WORD_SILENT = "NO ANSWER"
WORD_FINISHED = "FINISHED"
PHASE_WORDS = {
    "off": WORD_RELAX,
    "get_ready": WORD_GET_READY,
    "ramp_up": WORD_CONTRACT,
    "hold": WORD_HOLD,
    "ramp_down": WORD_RELAX,
    "rest": WORD_RELAX,
}
SILENT_HINT = "SPACE stops; then {first}"
SILENT_STOPPED_HINT = "not even to a stop: end it by hand"
CONNECTING_HINT = "setting up {device} at 0 mA"
CONNECTING_NEXT = "a device that starts anew, as a board does, may need 20 s"
ARMED_HINT = "0 mA everywhere. f = find the level of channel {number}"
PAUSED_HINT = "p = go on, ramping up from 0 mA"
PAUSED_NEXT = "within 60 s to the former levels at most, later to half of them"
FINISHED_HINT = "output is off; the record is being closed"
FINDING_NEXT = "ask: 'Say NOW when you feel it', then 'NOW when it moves'"
NEXT_CUE = "next: {cue}"
SECONDS_UNIT = "s"
CONTRACTIONS = "{done}/{planned} contractions"
ELAPSED = "{time} done"
REMAINING = "{time} left"
HEAD_CHANNEL = "CH"
HEAD_NAME = "MUSCLE"
HEAD_NOW = "NOW mA"
HEAD_NOW_SET = "SETTING"
HEAD_SET = "SET"
HEAD_CAP = "CAP"
HEAD_PAST = "confirmed {past} s "
HEAD_PAST_SET = "set {past} s "
HEAD_FUTURE = " plan {future} s"
TILE_SET = "set {level} mA"
TILE_CAP = "cap {cap} {reason}"
TILE_UNIT = "mA"
TILE_SETTING = "SETTING"
UP_TO = "up to {full} mA"
PLAN_HEADING = "PLAN"
EVENTS_HEADING = "EVENTS"
NO_EVENTS = "nothing yet"
PLAN_ROW = "{name}  {cycles} x {seconds} s"
STAGE_DONE = "done"
LOCKED = "LOCKED: the first up key only unlocks"
REPLY = "reply {reply} ms"
REPLY_NONE = "reply -"
MISSED = "missed {count}"
RECORDING = "recording"
NOT_RECORDING = "! NOT RECORDING"
CUES_QUIET = "cues quiet"
REAL_DEVICE = "real device"
KEYS_CONNECTING = "down/0 lower"
KEYS_ARMED = "f find level   s start   1-8 channel   m mark   e end   ? help"
KEYS_FINDING = "{steps}  0 zero  enter next  s start  e end  ? help"
KEYS_SILENT = "SPACE sends stop again   ctrl+q leave"
KEYS_RUNNING = "{steps}  0 zero  1-8 channel  p pause  e end  ? help"
KEYS_STEPS = "up/down {fine} mA  pgup/pgdn {coarse} mA"
KEYS_PAUSED = "p go on   down/0 lower   1-8 channel   m mark   e end   ? help"
HELP_HEADING = "KEYS"
HELP_HEADING_PAGE = "KEYS {page}/{count}"
HELP_MORE = "(? shows more)"
HELP_CLOSES = "(? closes)"
HELP = (
    "up   +     one step up per press",
    "down -     one step down, always works",
    "pgup pgdn  coarse step (shift+up/down)",
    "0          chosen channel to 0 mA now",
    "1 to 8     choose the channel",
    "enter      next channel",
    "f          find level: 2 s on, 4 s off",
    "s          start the program",
    "p          pause, and go on",
    "m          put a mark in the record",
    "c          cue sound on or off",
    "e then y   end the session",
)

# Stopped ----------------------------------------------------------------------------------------

STOPPED = "STOPPED"
EMERGENCY_STOPPED = "EMERGENCY STOP"
FAULT = "!! FAULT"
ALL_ZERO = "ALL CHANNELS 0 mA"
NEVER_CONNECTED = "no device was connected, {time}"
CONFIRMED_AT_ONCE = "the device confirmed at once, {time}"
CONFIRMED_AFTER = "the device confirmed after {reply} ms, {time}"
WAITING_CONFIRM = "waiting for the device to confirm ..."
NOT_CONFIRMED = "NOT CONFIRMED - {first}"
NOT_CONFIRMED_HINT = "No answer. Now: {steps}"
LABEL_CAUSE = "Cause"
LABEL_ADVICE = "Do now"
LABEL_NOW = "Now"
CURRENTS = "mA: {currents}"
CHANNEL_CURRENT = "ch{number} {current} mA"
CHANNEL_SETTING = "ch{number} set {current}, max {full} mA"
SETTINGS = "mA set: {currents}, max {full}"
UNKNOWN_CAUSE = "not told"
WHAT_HAPPENED = "What happened? (for the record; may be left blank)"
HAPPENED = ("patient asked", "pain", "pads came off", "wrong muscle", "other")
NOTED = "noted: {text}"
REARM_EXPLAINED = "To go on: read the cause, r, then y. Levels start at 0 mA, raised by hand."
REARM_READ = "Cause read?  y = arm again at 0 mA     any other key = no"
REARM_CANCELLED = "Not armed."
REARM_SENT = "arming again at 0 mA ..."
REARM_WAITS = "To go on: once the device has confirmed the stop."
REARM_UNCONFIRMED = "Not while the stop is unconfirmed: e ends this session."
UNCONFIRMED_EXPLAINED = "To go on: do that, e to end this session, then begin a new one."
DONE_BY_HAND = "All done?  {steps}"
DONE_BY_HAND_NOTE = "done by hand: {steps}"
STOPPED_KEYS = "r, then y  arm again   e end session   SPACE sends stop again   ctrl+q leave"
STOPPED_KEYS_UNCONFIRMED = "e end session   SPACE sends stop again   ctrl+q leave"
STOPPED_KEYS_BY_HAND = "y all of it is done   any other key cancels"
STOPPED_KEYS_CONFIRM = "y arm again   any other key cancels"
ENDING = "closing the record ..."

# Summary ----------------------------------------------------------------------------------------

SUMMARY_TITLE = "Summary"
SUMMARY_SESSION = "{title} - patient {patient} - operator {operator}"
SUMMARY_STARTED = "started {time}   outcome: {outcome}   device: {device}"
SUMMARY_TIME = "planned {planned}   done {done} ({share})   ran {ran}"
SUMMARY_COUNTS = "contractions of the program {done}/{planned}   pauses {pauses}   stops {stops}"
SUMMARY_HEAD = ("CH", "MUSCLE", "START", "MEAN", "MAX mA", "GIVEN", "PULSES", "CHARGE")
SUMMARY_NOTE = (
    "of the program: each once, when its last channel is done. GIVEN: complete ones of the channel "
    "in which current flowed, repeats after a pause too."
)
SUMMARY_BOUNDS = (
    "LEVELS WERE SETTINGS: up to {full} mA may have flowed at any above 0. PULSES and CHARGE are "
    "the most that this may have come to."
)
SUMMARY_BOUNDS_DOUBT = (
    "LEVELS WERE SETTINGS: up to {full} mA may have flowed at any above 0, AND FOR LONGER than "
    "PULSES and CHARGE say."
)
NO_FAULTS = "no fault"
SUMMARY_RECORD = "record {session}   hash {hash}"
SKIN_REMINDER = "Take the pads off and look at the skin: redness that stays, a burn, a blister?"
SUMMARY_KEYS = "n new session   up/down scroll   ctrl+q quit"

# Engine gone ------------------------------------------------------------------------------------

GONE = "THE ENGINE HAS ENDED"
GONE_HINT_OUTPUT = "Output was possible and its end is NOT CONFIRMED. Now:"
GONE_LAST_STEP = "leave with q. The record is kept up to the last line written."
GONE_HINT_IDLE = (
    "No output was possible when it ended.",
    "Leave with q and start nmes again.",
)
GONE_KEYS = "q or ctrl+q  leave"
