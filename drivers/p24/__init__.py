"""The HASOMED P24 (ScienceMode 4) and the RehaMove3 (ScienceMode 3), which speaks almost it."""
