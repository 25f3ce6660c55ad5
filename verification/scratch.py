"""A copy of the project to run tools in that rewrite sources, or that edits would disturb."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verification.report import ROOT


@contextmanager
def scratch_copy() -> Iterator[Path]:
    """Yield a folder with every file of the project as it is now; it is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="nmes-verification-") as name:
        folder = Path(name)
        for file in _files():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, folder / file)
        yield folder


def _files() -> Iterator[str]:
    """Yield the path of every file that git knows, or would know."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for file in listed.stdout.split("\0"):
        if file and (ROOT / file).is_file():
            yield file
