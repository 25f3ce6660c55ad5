"""`nmes ports`: the serial ports of this computer."""

import json
from argparse import Namespace

from nmes.compose import port_names


def run(options: Namespace) -> int:
    """Print the ports."""
    ports = port_names()
    if options.json:
        print(json.dumps([{"name": p.name, "description": p.description} for p in ports], indent=2))
        return 0
    for port in ports:
        print(f"{port.name}  {port.description}")
    if not ports:
        print("No serial port found. Is the cable in, and the stimulator switched on?")
    return 0
