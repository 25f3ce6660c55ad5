"""What the program tells the shell, in one place; the README lists it."""

DONE = 0
BAD_INPUT = NOT_COMPLETED = 1
WRONG_USAGE = 2
DEVICE_TROUBLE = 3
INTERRUPTED = 130
