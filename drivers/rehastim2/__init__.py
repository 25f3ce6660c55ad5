"""HASOMED RehaStim2, ScienceMode2."""
