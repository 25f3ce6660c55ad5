"""How nmes compares, in one run, with what else drives these stimulators, or with a bare loop."""
