"""The simulated HASOMED RehaStim2 in ScienceMode2."""
