"""Creating and writing files that must outlive a loss of power. Raises OSError."""

import contextlib
import os
from pathlib import Path


def create_file(path: Path) -> int:
    """Return a descriptor of a new file that only its owner may read; its name is on disk."""
    make_folder(path.parent)
    with contextlib.ExitStack() as undo:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        undo.callback(os.close, file)
        sync_folder(path.parent)
        undo.pop_all()
    return file


def make_folder(folder: Path) -> None:
    """Make a folder for its owner only, and those above it; what exists is left as it is."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(file: int, content: bytes) -> None:
    """Write every byte; a nearly full disk takes some of them before it refuses."""
    while content:
        content = content[os.write(file, content) :]


def is_still_at(file: int, path: Path) -> bool:
    """Whether the open file is the one that the path leads to: not deleted, not moved."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
