"""Every measured line: what it does to relays and wipers, for how long, and what is answered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.simulated_openemsstim import MS, UPTIME_MS, BoardBench, in_frame

GOLDEN = Path(__file__).parents[2] / "golden" / "openemsstim_vectors.json"
Vector = dict[str, Any]
VECTORS: list[Vector] = json.loads(GOLDEN.read_text())["vectors"]
WITHIN_MS = 3.0
LATE_WITHIN_MS = 15.0
"""Of the one line of 131 bytes."""
WATCHED_MS = 6_000
SETTLED_MS = 300
ECHO = ("\tUSB: ", "\tEMS_CMD: ", "\tCommand NON HEX:")
STILL_RUNNING = "T5000"


def cases() -> Iterator[Any]:
    """Each vector for each dialect and form that it is told of."""
    for number, vector in enumerate(VECTORS):
        how = vector["how"]
        forms = [(dialect, "bytes") for dialect in how.removeprefix("bytes on ")]
        if not how.startswith("bytes on "):
            forms = [(d, "line") for d in how if d in "PH"]
            forms += [(d, "frame") for d in "PH" if "W" in how]
        for dialect, form in forms:
            name = f"{vector['row']}-{number}-{dialect}-{form}"
            yield pytest.param(vector, dialect, form, id=name)


EACH = pytest.mark.parametrize(("vector", "dialect", "form"), tuple(cases()))


def wire(text: str, form: str) -> bytes:
    if form == "frame":
        return in_frame(text)
    return text.encode("latin-1") + (b"\n" if form == "line" else b"")


class Told:
    """A board that was told a vector, `began_us` ago."""

    def __init__(self, vector: Vector, dialect: str, form: str) -> None:
        self.vector = vector
        before = vector.get("before", []) + vector.get("options", [])
        uptime_ms = vector.get("uptime_ms", UPTIME_MS)
        self.bench = BoardBench(uptime_ms=uptime_ms, dialect=dialect)
        for text in before:
            self.bench.write(in_frame(text) if dialect == "H" else wire(text, "line"))
            self.bench.run_for((150 if STILL_RUNNING in text else 1_000) * MS)
        self.state, self.first = self.bench.state, len(self.bench.heard)
        self.began_us = self.bench.now_us
        for at_ms, text in vector["sent"]:
            self.bench.run_until(self.began_us + at_ms * MS)
            self.bench.write(wire(text, form))
        self.bench.run_for(SETTLED_MS * MS)
        self.settled = self.bench.state

    def watched(self) -> "Told":
        watched_ms = self.vector.get("watched_ms", WATCHED_MS)
        self.bench.run_until(self.began_us + watched_ms * MS)
        return self

    @property
    def answers(self) -> list[str]:
        return self.bench.said[self.first :]


def is_about(
    found: list[tuple[int, float | None]], wanted: list[list[int | None]], within_ms: float
) -> bool:
    return len(found) == len(wanted) and all(
        wiper == wanted_wiper
        and (ms is None) == (wanted_ms is None)
        and (ms is None or wanted_ms is None or abs(ms - wanted_ms) <= within_ms)
        for (wiper, ms), (wanted_wiper, wanted_ms) in zip(found, wanted, strict=True)
    )


def test_the_table_is_here_from_its_first_to_its_last_row() -> None:
    assert {vector["row"] for vector in VECTORS} == set(range(1, 60))


@EACH
def test_a_line_does_to_relays_and_wipers_what_was_measured(
    vector: Vector, dialect: str, form: str
) -> None:
    told = Told(vector, dialect, form)
    bench, effect = told.bench, vector["effect"]
    if effect == "nothing":
        assert told.settled == told.state
    elif effect == "stop_all":
        assert told.settled == ((255, 255), (False, False))
    elif effect == "crash":
        assert bench.device.is_crashed
        assert told.watched().bench.state == told.state
    elif "wipers" in effect:
        assert told.settled == (tuple(effect["wipers"]), (False, False))
    else:
        told.watched()
        within_ms = vector.get("within_ms", WITHIN_MS)
        for channel in (0, 1):
            found = bench.phases(channel, told.began_us)
            assert is_about(found, effect.get(str(channel), []), within_ms), found


@EACH
def test_a_line_is_answered_as_was_measured(vector: Vector, dialect: str, form: str) -> None:
    told = Told(vector, dialect, form)
    answers, answer = told.answers, vector["answer"]
    if vector["effect"] == "crash":
        told.watched()
        told.bench.send("Connection End")
        assert told.answers == answers
    elif answer is not None:
        assert answers[-1] == answer
    else:
        assert not any(
            line.startswith(("Unknown", "\tERROR", "\tBT", "\tEMS:")) for line in answers
        )
    if "echo" in vector:
        assert vector["echo"] in [line.decode() for _, line in told.bench.heard]


def test_of_two_lines_in_one_write_the_second_is_obeyed_when_the_first_is_echoed() -> None:
    (vector,) = [vector for vector in VECTORS if "apart_ms" in vector]
    told = Told(vector, "P", "bytes")
    closed_us = [told.bench.closed_us(channel, told.began_us) for channel in (0, 1)]
    assert (closed_us[1] - closed_us[0]) / MS == pytest.approx(vector["apart_ms"], abs=WITHIN_MS)


def test_a_line_of_131_bytes_is_obeyed_late() -> None:
    (vector,) = [vector for vector in VECTORS if "late_ms" in vector]
    told = Told(vector, "P", "line")
    late_ms = (told.bench.closed_us(0, told.began_us) - told.began_us) / MS
    assert late_ms == pytest.approx(vector["late_ms"], abs=LATE_WITHIN_MS)
