"""Runs the simulator as a process."""

import sys

from hardware_sim.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
