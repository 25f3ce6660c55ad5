"""The check printed in docs/records.md, run as a reader would run it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nmes.records.chain import read_journal

PAGE = Path(__file__).parents[2] / "docs" / "records.md"


@pytest.fixture
def content(opening: dict[str, Any], write: Callable[..., bytes]) -> bytes:
    closing = {"outcome": "completed", "contractions_done": 0, "done_us": 0}
    note = {"text": "Zoë:\u2028µA\r\n"}
    return write([("session_open", opening, 0), ("note", note, 1), ("session_close", closing, 2)])


@pytest.fixture
def check(tmp_path: Path) -> Callable[[bytes], subprocess.CompletedProcess[str]]:
    code = PAGE.read_text("utf-8").split("```python\n")[1].split("```")[0]

    def run(journal: bytes) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "a.jsonl"
        path.write_bytes(journal)
        return subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
        )

    return run


def test_the_printed_check_finds_the_same_final_hash(
    content: bytes, check: Callable[[bytes], subprocess.CompletedProcess[str]]
) -> None:
    assert check(content).stdout == f"session_close {read_journal(content).final_hash}\n"


def test_the_printed_check_finds_a_changed_record(
    content: bytes, check: Callable[[bytes], subprocess.CompletedProcess[str]]
) -> None:
    checked = check(content.replace(b"Zo", b"Jo"))
    assert (checked.returncode, checked.stderr) == (1, "line 2 is not as written\n")
