"""`nmes sessions`: the recorded sessions, the summary of one, and whether its journal is whole."""

import json
from argparse import Namespace
from dataclasses import asdict

from nmes.commands.summary_text import summary_text
from nmes.link.messages import Summary
from nmes.records.store import list_sessions, open_session, verify
from nmes.records.summary import summarise
from nmes.settings import read_settings


def run(options: Namespace) -> int:
    """Print the list, or one session with anything that is wrong with its journal."""
    actions = {None: _list, "show": _show, "verify": _verify}
    return actions[options.action](options)


def _list(options: Namespace) -> int:
    entries = list_sessions(read_settings().sessions)
    if options.json:
        print(json.dumps([asdict(entry) for entry in entries], indent=2))
        return 0
    for entry in entries:
        done = f"{entry.contractions_done}/{entry.contractions_planned}"
        print(
            f"{entry.session_id}  {entry.started_utc:24}  {entry.protocol_id:24} "
            f"{entry.patient:10} {done:>9}  {entry.outcome}"
        )
    if not entries:
        print("No session has been recorded yet. 'nmes demo' makes one.")
    return 0


def _show(options: Namespace) -> int:
    session = open_session(read_settings().sessions, options.session)
    problems = verify(session)
    summary = Summary.model_validate(asdict(summarise(session.reading)))
    if options.json:
        print(json.dumps({**summary.model_dump(), "problems": list(problems)}, indent=2))
    else:
        print(summary_text(summary))
        for problem in problems:
            print(f"! {problem}")
    return 1 if problems else 0


def _verify(options: Namespace) -> int:
    session = open_session(read_settings().sessions, options.session)
    reading = session.reading
    problems = list(verify(session))
    if options.hash is not None and options.hash.strip().lower() != reading.final_hash:
        problems.append("the hash is not the one given: this is not the journal of that summary")
    if options.json:
        said = {
            "session_id": session.session_id,
            "is_whole": not problems,
            "records": len(reading.records),
            "final_hash": reading.final_hash,
            "problems": problems,
        }
        print(json.dumps(said, indent=2))
    else:
        print("\n".join(_verdict(session.session_id, len(reading.records), problems)))
        print(f"hash of the last good line: {reading.final_hash}")
    return 1 if problems else 0


def _verdict(session_id: str, records: int, problems: list[str]) -> list[str]:
    if not problems:
        return [f"{session_id}: whole, {records} lines, each as it was written"]
    first = f"{session_id}: NOT WHOLE; {records} good lines stand before the first bad one"
    return [first, *(f"! {problem}" for problem in problems)]
