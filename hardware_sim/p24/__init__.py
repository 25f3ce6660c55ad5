"""The simulated HASOMED P24 in ScienceMode 4."""
