"""Where the figures of a verification go: one JSON file each in docs/evidence/."""

import json
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
EVIDENCE = ROOT / "docs" / "evidence"


def tool_version(package: str) -> str:
    """Return the name and version of a tool, and of the Python it ran in."""
    return f"{package} {version(package)}, Python {platform.python_version()}"


def tree() -> str:
    """Return the hash of the safety layer as git names it, its changes noted."""
    named = _git("rev-parse", "HEAD:safety")
    return f"{named} and changes" if _git("status", "--porcelain", "safety") else named


def write_report(name: str, figures: Mapping[str, object]) -> None:
    """Write what a verification found, and on which state of the safety layer."""
    EVIDENCE.mkdir(exist_ok=True)
    said = {"safety": tree(), **figures}
    text = json.dumps(said, indent=2, ensure_ascii=False)
    (EVIDENCE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _git(*words: str) -> str:
    run = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.strip()
