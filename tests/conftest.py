"""Makes ``tests/support`` importable as ``support``; settings for all tests.

The tests folder itself must not be on the path: its subfolders carry the names of the packages that
they test, and would be found first.
"""

import sys
from pathlib import Path
from types import ModuleType

from hypothesis import settings

support = ModuleType("support")
support.__path__ = [str(Path(__file__).parent / "support")]
sys.modules.setdefault("support", support)

# A busy machine is no finding: examples are not timed.
settings.register_profile("nmes", deadline=None)
settings.load_profile("nmes")
