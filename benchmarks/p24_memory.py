"""Figure 16: the engine's memory while it streams to a simulated P24."""

from benchmarks.figure import Figure, Run
from benchmarks.memory import memory


def figures(run: Run) -> list[Figure]:
    """Return the engine's memory, and what it grew by."""
    return memory(run, "p24", "P24 engine memory", run.pick(20, 600))
