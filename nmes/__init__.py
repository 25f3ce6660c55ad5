"""The program: session machine, engine process, records and command line."""

__version__ = "0.1.0"
