"""Whole sessions at random, in virtual time, and a judge of their pulses that shares no code."""
