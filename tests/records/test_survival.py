"""Real processes that are killed or run out of disk while they write a journal."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nmes.records.chain import read_journal

SCRIPT = """
import json, resource, select, sys
from pathlib import Path
from nmes.records.journal import JournalWriter

path, opening, most_bytes = Path(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
if most_bytes:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
journal = JournalWriter(path)
seq = journal.append("session_open", opening, 0, "2026-01-01T00:00:00.000Z")
while journal.failure is None:
    journal.sync()
    while journal.synced_seq < seq and journal.failure is None:
        select.select([journal.fileno()], [], [])
        journal.drain()
    print(journal.synced_seq, flush=True)
    for _ in range(7):
        seq = journal.append("note", {"text": "on and on"}, 5, "2026-01-01T00:00:00.000Z")
print(json.dumps([journal.failure, journal.synced_seq, journal.close(10)]))
"""


@pytest.fixture
def write_in_a_process(
    tmp_path: Path, opening: dict[str, Any]
) -> Callable[[int], subprocess.Popen[str]]:
    def begin(most_bytes: int) -> subprocess.Popen[str]:
        arguments = [str(tmp_path / "a.jsonl"), json.dumps(opening), str(most_bytes)]
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments], stdout=subprocess.PIPE, text=True
        )

    return begin


def test_a_killed_process_leaves_every_synced_record(
    write_in_a_process: Callable[[int], subprocess.Popen[str]], tmp_path: Path
) -> None:
    with write_in_a_process(0) as process:
        assert process.stdout is not None
        synced_seq = -1
        while synced_seq < 300:
            synced_seq = int(process.stdout.readline())
        process.kill()
        synced_seq = max([synced_seq, *map(int, process.stdout.read().split())])
    reading = read_journal((tmp_path / "a.jsonl").read_bytes())
    assert reading.problem is None
    assert not reading.is_closed
    assert len(reading.records) > synced_seq


def test_a_disk_that_fills_up_keeps_every_synced_record(
    write_in_a_process: Callable[[int], subprocess.Popen[str]], tmp_path: Path
) -> None:
    with write_in_a_process(8192) as process:
        shown, _ = process.communicate(timeout=30)
    failure, synced_seq, is_all_kept = json.loads(shown.splitlines()[-1])
    content = (tmp_path / "a.jsonl").read_bytes()
    reading = read_journal(content)
    assert "File too large" in failure
    assert not is_all_kept
    assert len(content) == 8192
    assert (reading.problem, reading.is_cut) == (None, True)
    assert len(reading.records) > synced_seq > 0
