"""`nmes sessions`: the recorded sessions, and the summary of one."""

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
    return _show(options) if options.action == "show" else _list(options)


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
