"""Makes ``benchmarks`` importable, which is run from the repository and never installed."""

import sys
from pathlib import Path

REPOSITORY = str(Path(__file__).parents[2])
if REPOSITORY not in sys.path:
    sys.path.append(REPOSITORY)
