"""`nmes demo`: the demonstration protocol on a simulator of its own."""

from argparse import Namespace

from nmes.commands.run import BENCH, run_with_screen, run_without_screen
from nmes.link.messages import Prepare

DEMO_LEVELS_UA = {1: 12_000, 2: 10_000}


def run(options: Namespace) -> int:
    """Run the demo with the screen, or without."""
    choice = Prepare(
        protocol="demo",
        device="sim:rehastim2",
        port=None,
        operator=BENCH,
        patient=BENCH,
        is_bench=True,
        sides={},
    )
    if options.no_tui:
        return run_without_screen(choice, DEMO_LEVELS_UA, options)
    return run_with_screen(choice, options)
