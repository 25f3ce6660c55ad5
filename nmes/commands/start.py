"""`nmes` without a command: the start screen."""

from argparse import Namespace

from nmes.commands.run import run_with_screen
from nmes.compose import capabilities_of


def run(options: Namespace) -> int:
    """Open the start screen."""
    for device in options.declared:
        capabilities_of(device)  # what is wrong with it is said before anything is started
    return run_with_screen(
        None, Namespace(pulses=None, trace=None, ack_delay=0.0, declared=options.declared)
    )
