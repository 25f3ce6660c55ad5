"""`nmes` without a command: the start screen."""

from argparse import Namespace

from nmes.commands.run import run_with_screen


def run(_: Namespace) -> int:
    """Open the start screen."""
    return run_with_screen(None, Namespace(pulses=None, trace=None, ack_delay=0.0))
