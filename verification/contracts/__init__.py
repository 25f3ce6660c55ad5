"""Contracts of the safety layer that a solver proves for all whole numbers.

Each function is one theorem: its `pre:` lines are what is given, its `post:` line what follows.
They stand apart from the product, whose docstrings stay short. `python -m verification.proof`
proves them.
"""
