"""A HASOMED RehaMove3: the P24's older relative, with the same frames and other limits.

Source: "ScienceMode RehaMove3 Description and Protocol", 3.2.4.
"""

from dataclasses import replace
from typing import ClassVar

from hardware_sim.dialect import Dialect
from hardware_sim.p24.commands import Command, Result
from hardware_sim.p24.device import P24Device
from hardware_sim.p24.dialect import dialect_of
from hardware_sim.p24.model import GENERAL, LEVELS, P24, Model

REHAMOVE3 = replace(
    P24,
    name="rehamove3",
    channels=4,
    commands=GENERAL | LEVELS | {Command.Get_version_main, Command.Get_battery_status},
    results=frozenset(Result) - {Result.LOW_CURRENT},
    most_current_ua=150_000,
    pulse_widths_us=(20, 16_000),
    periods_us=(2_000, 1_000_000),
    voltages_v={0: 150, 1: 0, 2: 30, 3: 60, 4: 90, 5: 120, 6: 150},
    selections=(2,),
    electrode_test_ua=0,
    device_id=b"RM3SIM0001",
    firmware=bytes((2, 1, 16)),
    protocol=bytes((3, 2, 4)),
    has_connectors=False,
    has_measurement=False,
    has_fine_periods=False,
    has_stop_all=False,
    has_soft_start=True,
    has_reset_ack=False,
    reset_us=10_000_000,
)


class RehaMove3Device(P24Device):
    """The simulated device."""

    model: ClassVar[Model] = REHAMOVE3
    dialect: ClassVar[Dialect] = dialect_of(REHAMOVE3)
