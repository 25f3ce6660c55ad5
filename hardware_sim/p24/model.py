"""In what the P24 and its older relative differ."""

from collections.abc import Mapping
from dataclasses import dataclass

from hardware_sim.p24.commands import Command, Result

GENERAL = frozenset({Command.Get_device_id, Command.Reset, Command.Get_stim_status})
LEVELS = frozenset(command for command in Command if command < Command.Get_version_main)
FULL_VOLTAGE_V = 150
FULL_VOLTAGE_CODE = 6
NO_VOLTAGE_CODE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One device. Voltages are by the code of Ll_init; widths and periods are (least, most).

    `selections` are those of Ml_get_current_data, lengths of its answers by selection. A result
    that is not in `results` the device cannot tell.
    """

    name: str
    channels: int
    commands: frozenset[Command]
    results: frozenset[Result]
    most_current_ua: int
    pulse_widths_us: tuple[int, int]
    periods_us: tuple[int, int]
    voltages_v: Mapping[int, int]
    selections: tuple[int, ...]
    electrode_test_ua: int
    device_id: bytes
    firmware: bytes
    protocol: bytes
    has_connectors: bool = True
    has_measurement: bool = True
    has_fine_periods: bool = True
    has_stop_all: bool = True
    has_soft_start: bool = False
    has_reset_ack: bool = True
    reset_us: int = 0


P24 = Model(
    name="p24",
    channels=8,
    commands=GENERAL | LEVELS | {Command.Get_extended_version},
    results=frozenset(Result),
    most_current_ua=130_000,
    pulse_widths_us=(10, 65_520),
    periods_us=(250, 16_383_000),
    voltages_v={0: 150, 1: 0, 2: 150, 3: 150, 4: 150, 5: 150, 6: 150},
    selections=(2, 3, 4),
    electrode_test_ua=15_000,
    device_id=b"P24SIM0001",
    firmware=bytes((1, 2, 3)),
    protocol=bytes((4, 0, 0)),
)
