"""ScienceMode 3 and 4 commands: their numbers and names, result codes, levels.

Source: P24 instructions for use 1.1, p. 18-26; numbers that it does not list are those of the
official C library 4.0.0.
"""

from enum import IntEnum


class Command(IntEnum):
    """What a host may ask, under the names of the manual; an answer's number is one higher."""

    Ll_init = 0
    Ll_channel_config = 2
    Ll_stop = 4
    Ml_init = 30
    Ml_update = 32
    Ml_stop = 34
    Ml_get_current_data = 36
    Get_version_main = 50
    Get_device_id = 52
    Get_battery_status = 54
    Set_power = 56
    Reset = 58
    Get_version_stim = 60
    Get_stim_status = 62
    Get_main_status = 64
    Get_extended_version = 68


GENERAL_ERROR = 66
UNKNOWN_CMD = 67
NUMBERS = frozenset(Command)
UNASKED = {GENERAL_ERROR: "General_error", UNKNOWN_CMD: "Unknown_cmd"}


def name_of(command: int) -> str:
    """Return the manual's name of a command or an answer."""
    if command in UNASKED:
        return UNASKED[command]
    if command in NUMBERS:
        return Command(command).name
    return f"{Command(command - 1).name}_ack" if command - 1 in NUMBERS else f"command {command}"


class Result(IntEnum):
    """Result codes of answers; those of EMG, files and updates are left out."""

    OK = 0
    TRANSFER_ERROR = 1
    PARAMETER_ERROR = 2
    PROTOCOL_ERROR = 3
    STIM_TIMEOUT = 4
    NOT_INITIALIZED = 7
    HIGH_VOLTAGE = 8
    ELECTRODE = 10
    UNKNOWN_COMMAND = 11
    PULSE_TIMEOUT = 16
    LIVE_SIGNAL = 18
    BUSY = 21
    LOW_CURRENT = 28


class Level(IntEnum):
    """What the device is ready for, by the numbers of Get_stim_status."""

    IDLE = 0
    LOW = 1
    MID_INIT = 2
    MID_RUN = 3


class ParameterError(ValueError):
    """Data of a command that are too short or out of range."""
