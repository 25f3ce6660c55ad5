"""The engine process: the one place where clock, port, journal and link meet."""
