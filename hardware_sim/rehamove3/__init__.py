"""The simulated HASOMED RehaMove3 in ScienceMode 3."""
