"""Every protocol that nmes ships with, against every limit: a changed cap must be noticed here."""

import pytest
from support.safety_bench import limits_on_nobody

from drivers.rehastim2.capabilities import REHASTIM2
from protocols.loading import library, load_protocol
from protocols.timeline import make_plan
from safety.checks import check_plan
from safety.table import load_table

TABLE = load_table()
ENTRIES = library()


def test_there_is_a_library():
    assert ENTRIES


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_library_protocol_is_usable_and_keeps_all_of_its_current(entry):
    plan = make_plan(load_protocol(entry.path), REHASTIM2)
    report = check_plan(plan, TABLE, REHASTIM2)
    assert report.findings == ()
    session = limits_on_nobody(TABLE, REHASTIM2, plan)
    for planned in plan.channels:
        assert session.channel(planned.number).limits.current_ua.value == planned.max_current_ua
