"""Who may be stimulated: what the station asks, refuses and records."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from support.bench_protocols import ONE, channel, protocol_text, stage, written
from support.station_bench import FOLDER, BenchWorkshop, StationBench, arm, choice, fresh

from hardware_sim.pulses import Pulse
from nmes.link import messages as link
from nmes.records.past import PastUse, Place
from protocols.capabilities import Capabilities

PORT = "/dev/ttyUSB0"
ASKING = ONE.replace(
    "channels:\n",
    "screening:\n  - {id: cast_off, question: Is the cast off?, stop_if: 'no'}\nchannels:\n",
    1,
)
BOTH_ARMS = protocol_text(
    channels=(channel(1), channel(2, side="right")),
    stages=(stage((1, 2)),),
)
PLACE = ("wrist_extensors", "left")


class ClinicWorkshop(BenchWorkshop):
    """A workshop that knows what earlier sessions gave; nothing, unless a test says so."""

    def __init__(self, on_pulse: Callable[[Pulse], None], ack_delay_us: int) -> None:
        super().__init__(on_pulse, ack_delay_us)
        self.used: dict[Place, PastUse] = {}
        self.is_research_only = False

    def past_use(self, patient: str) -> Mapping[Place, PastUse]:
        return self.used

    def capabilities(self, device: str) -> Capabilities:
        return replace(super().capabilities(device), is_research_only=self.is_research_only)


class Clinic(StationBench):
    """A station at a real port, with a person and what earlier sessions gave to them."""

    workshop_type = ClinicWorkshop

    def __init__(self, text: str = ONE, *, is_script: bool = False) -> None:
        super().__init__(text, is_script=is_script)
        self.text = text
        self.day = self.workshop.day()

    @property
    def used(self) -> dict[Place, PastUse]:
        assert isinstance(self.workshop, ClinicWorkshop)
        return self.workshop.used

    @property
    def protocol(self) -> str:
        return str(written(Path(FOLDER.name), self.text))

    def ask(self, given: link.ScreeningGiven | None = None) -> link.ScreeningQuestions:
        asked = link.AskScreening(
            protocol=self.protocol, device="rehastim2", patient="P-1", sides={}, given=given
        )
        self.press(asked)
        return self.of(link.ScreeningQuestions)[-1]

    def given(self, but: Mapping[str, str] | None = None, **other: object) -> link.ScreeningGiven:
        """Everything answered so that it does not matter, but for what is told."""
        answers = tuple(
            {"question": q.id, "channel": None, "answer": (but or {}).get(q.id, harmless(q))}
            for q in self.ask().questions
        )
        fields = {
            "patient": "P-1",
            "day": self.day,
            "asked_by": "TW",
            "answers": answers,
            "acknowledgements": (),
            "maximum_ua": {},
        }
        return link.ScreeningGiven.model_validate(fields | other)

    def prepare(self, given: link.ScreeningGiven | None, **other: object) -> link.Prepare | str:
        """Prepare on a person at a port; return what was prepared, or why it was refused."""
        self.reports.clear()
        real = {"device": "rehastim2", "port": PORT, "is_bench": False, "screening": given}
        self.press(choice(self.protocol, {}, **(real | dict(other))))
        return self.of(link.Prepared)[0] if self.of(link.Prepared) else self.last_refusal


def harmless(question: link.ScreeningQuestion) -> str:
    return "no" if question.matters_if == "yes" else "yes"


def note(item: str) -> dict[str, str]:
    return {"item": item, "clinician": "Dr. Low", "text": "seen, gently"}


# What is asked -----------------------------------------------------------------------------


def test_a_screen_is_told_what_must_be_asked_today() -> None:
    clinic = Clinic(ASKING)
    asked = clinic.ask()
    assert (asked.protocol_id, asked.patient, asked.day) == ("bench", "P-1", clinic.day)
    assert asked.questions[-1].id == "protocol.cast_off"
    assert asked.questions[-1].matters_if == "no"
    by_id = {question.id: question for question in asked.questions}
    assert by_id["cardiac_pacemaker"].decision == "block"
    assert by_id["impaired_sensation"].cap_percent == 50
    assert by_id["impaired_sensation"].channels == (1,)
    assert by_id["pregnancy"].decision == "acknowledge"
    assert "makers' manuals" in by_id["malignancy_metastatic"].source


def test_nothing_is_passed_while_nothing_is_answered() -> None:
    asked = Clinic().ask()
    assert not asked.is_passed
    assert {finding.why for finding in asked.findings} == {"it is not answered"}


def test_answers_are_judged_as_they_come() -> None:
    clinic = Clinic()
    assert clinic.ask(clinic.given()).is_passed
    asked = clinic.ask(clinic.given({"osteoporosis": "yes"}))
    (finding,) = asked.findings
    assert (finding.item, finding.decision, finding.is_open) == (
        "osteoporosis",
        "acknowledge",
        True,
    )
    told = clinic.given({"osteoporosis": "yes"}, acknowledgements=(note("osteoporosis"),))
    assert clinic.ask(told).is_passed


def test_channels_on_both_arms_are_found_before_anything_is_answered() -> None:
    items = [finding.item for finding in Clinic(BOTH_ARMS).ask().findings]
    assert "cross_channel_thorax" in items


def test_questions_about_an_impossible_protocol_are_refused_in_words() -> None:
    clinic = Clinic()
    strange = link.AskScreening(
        protocol="quad_tkb", device="rehastim2", patient="P-1", sides={}, given=None
    )
    clinic.press(strange)
    assert "Did you mean quad_tka?" in clinic.last_refusal


def test_while_a_session_is_open_no_other_is_asked_about() -> None:
    clinic = Clinic()
    clinic.prepare(clinic.given())
    clinic.press(arm(1))
    asked = link.AskScreening(
        protocol=clinic.protocol, device="rehastim2", patient="P-1", sides={}, given=None
    )
    clinic.press(asked)
    assert clinic.last_refusal == "A session is open: end it before asking for another."


# Who is let in -----------------------------------------------------------------------------


def test_a_person_at_a_port_of_whom_nothing_was_asked_is_refused() -> None:
    said = Clinic().prepare(None)
    assert said == (
        f"A person may be at {PORT}: answer the screening questions first ('nmes screening bench' "
        "writes them, 'nmes run --screening FILE' reads them). If nobody is connected, say so: "
        "patient bench, or --bench."
    )


def test_a_person_who_was_asked_is_let_in() -> None:
    clinic = Clinic()
    assert isinstance(clinic.prepare(clinic.given()), link.Prepared)


def test_a_device_for_research_is_refused_to_a_person_and_taken_on_the_bench() -> None:
    clinic = Clinic()
    clinic.workshop.is_research_only = True
    said = clinic.prepare(clinic.given())
    assert isinstance(said, str)
    assert "for research without a patient" in said
    assert isinstance(clinic.prepare(None, is_bench=True), link.Prepared)


def test_nobody_at_a_port_is_let_in_if_that_is_said() -> None:
    assert isinstance(Clinic().prepare(None, is_bench=True), link.Prepared)


def test_another_patient_is_refused_and_both_are_named() -> None:
    clinic = Clinic()
    said = clinic.prepare(clinic.given(), patient="P-2")
    assert said == (
        "The screening is of patient P-1, chosen is P-2: "
        "ask the questions of the person who is here."
    )


def test_another_day_is_refused_and_both_are_named() -> None:
    clinic = Clinic()
    said = clinic.prepare(clinic.given(day="2020-02-29"))
    assert said == (
        f"The screening is of 2020-02-29, today is {clinic.day}: ask the questions again."
    )


@pytest.mark.parametrize(
    ("patient", "is_bench"), [("P-1", True), ("bench", False), ("Bench", False)]
)
def test_a_screening_of_nobody_is_refused(patient: str, is_bench: bool) -> None:
    clinic = Clinic()
    said = clinic.prepare(clinic.given(patient=patient), patient=patient, is_bench=is_bench)
    assert said == ("A screening is about a person, bench is nobody: leave one of the two out.")


def test_what_is_open_is_refused_with_its_cure() -> None:
    clinic = Clinic(ASKING)
    said = clinic.prepare(clinic.given({"icd": "yes", "protocol.cast_off": "not known"}))
    assert "icd: Does the person have an implanted defibrillator? Yes. Do not" in said
    assert "protocol.cast_off: it is not known. Examine, or ask who knows" in said


def test_a_check_that_fails_is_said_before_any_question() -> None:
    clinic = Clinic(ONE.replace("off_time_s: 2", "off_time_s: 1"))
    assert "off-time" in str(clinic.prepare(None))


def test_the_screening_of_yesterday_arms_nothing_today() -> None:
    clinic = Clinic()
    clinic.prepare(clinic.given())
    clinic.workshop.now_us += 86_400_000_000
    clinic.press(arm(1))
    assert "ask the questions again" in clinic.last_refusal
    assert clinic.records("session_open") == []


def test_nobody_needs_no_screening_of_today() -> None:
    bench = fresh()
    bench.workshop.now_us += 86_400_000_000
    bench.press(arm(1))
    assert bench.records("session_open")


def test_a_protocol_file_changed_since_it_was_approved_arms_nothing(tmp_path: Path) -> None:
    clinic = Clinic()
    file = tmp_path / "mine.yaml"
    file.write_text(ONE, encoding="utf-8")
    given = clinic.given()
    real = {"device": "rehastim2", "port": PORT, "is_bench": False, "screening": given}
    clinic.press(choice(str(file), {}, **real))
    file.write_text(ONE.replace("Try the program.", "Try it."), encoding="utf-8")
    clinic.press(arm(1))
    assert "has changed since it was checked" in clinic.last_refusal


# What it narrows ---------------------------------------------------------------------------


def test_the_answers_narrow_the_cap_and_are_named() -> None:
    clinic = Clinic()
    yes = {"impaired_sensation": "yes", "osteoporosis": "yes"}
    notes = (note("impaired_sensation"), note("osteoporosis"))
    prepared = clinic.prepare(clinic.given(yes, acknowledgements=notes))
    assert isinstance(prepared, link.Prepared)
    (only,) = prepared.channels
    assert (only.cap_ua, only.cap_reason) == (7_000, "answers: impaired_sensation, osteoporosis")


def test_the_own_maximum_of_a_person_is_the_cap() -> None:
    clinic = Clinic()
    prepared = clinic.prepare(clinic.given(maximum_ua={1: 9_000}))
    assert isinstance(prepared, link.Prepared)
    assert prepared.channels[0].cap_reason == "patient's own maximum"


def test_what_was_acknowledged_or_warned_of_is_shown_before_arming() -> None:
    clinic = Clinic()
    yes = {"osteoporosis": "yes", "metal_implant_passive": "yes"}
    prepared = clinic.prepare(clinic.given(yes, acknowledgements=(note("osteoporosis"),)))
    assert isinstance(prepared, link.Prepared)
    said = [finding.text for finding in prepared.findings if finding.severity == "warning"]
    assert "osteoporosis (acknowledged): Does the person have osteoporosis? Yes." in said
    assert (
        "channel 1: metal_implant_passive (take care): Is there metal under the pads "
        "(joint replacement, plate, screws)? Yes."
    ) in said


# Earlier sessions --------------------------------------------------------------------------


def test_a_place_that_had_its_time_today_is_refused() -> None:
    clinic = Clinic()
    clinic.used[PLACE] = PastUse(today_us=7_199_000_000, tolerated_ua=None)
    assert clinic.prepare(clinic.given()) == (
        "channel 1: 0.0 min is what is left today of wrist_extensors left; the protocol lasts "
        "0.2 min. Go on tomorrow."
    )


def test_another_place_of_the_same_person_has_its_own_time() -> None:
    clinic = Clinic()
    clinic.used["wrist_extensors", "right"] = PastUse(today_us=7_200_000_000, tolerated_ua=None)
    assert isinstance(clinic.prepare(clinic.given()), link.Prepared)


def test_a_session_ends_when_the_day_of_its_place_does() -> None:
    clinic = Clinic()
    clinic.used[PLACE] = PastUse(today_us=7_170_000_000, tolerated_ua=None)
    clinic.prepare(clinic.given())
    clinic.press(arm(1)).run_until(lambda: clinic.state == "armed")
    clinic.press(link.FindLevel(channel=1))
    clinic.run_until(lambda: clinic.state == "finding")
    for _ in range(2):
        clinic.press(step_up()).run(1_000_000)
    begun_us = clinic.now_us
    clinic.run_until(lambda: clinic.state == "stopped", within_us=40_000_000)
    assert clinic.now_us - begun_us < 31_000_000
    assert any("longest time of one session" in told for told in clinic.told)


def step_up() -> link.StepLevel:
    return link.StepLevel(channel=1, direction="up", is_coarse=False, sequence=0)


def test_a_script_goes_no_higher_than_earlier_sessions_did() -> None:
    clinic = Clinic(is_script=True)
    clinic.used[PLACE] = PastUse(today_us=0, tolerated_ua=6_000)
    prepared = clinic.prepare(clinic.given())
    assert isinstance(prepared, link.Prepared)
    (only,) = prepared.channels
    assert only.cap_ua == 6_000
    assert only.cap_reason == (
        "highest level of earlier sessions; find a higher one by hand on the screen"
    )


def test_a_script_without_an_earlier_level_is_sent_to_the_screen() -> None:
    clinic = Clinic(is_script=True)
    assert clinic.prepare(clinic.given()) == (
        "channel 1 (wrist_extensors left): no level of an earlier session of patient P-1 is "
        "recorded. Find it by hand on the screen first."
    )


def test_a_person_at_the_screen_finds_the_level_anew() -> None:
    clinic = Clinic()
    clinic.used[PLACE] = PastUse(today_us=0, tolerated_ua=6_000)
    prepared = clinic.prepare(clinic.given())
    assert isinstance(prepared, link.Prepared)
    assert prepared.channels[0].cap_ua == 20_000


def test_nothing_of_the_past_bounds_a_simulated_session() -> None:
    clinic = Clinic(is_script=True)
    clinic.used[PLACE] = PastUse(today_us=7_200_000_000, tolerated_ua=1_000)
    prepared = clinic.prepare(clinic.given(), device="sim:rehastim2", port=None)
    assert isinstance(prepared, link.Prepared)
    assert prepared.channels[0].cap_ua == 20_000


# What is recorded --------------------------------------------------------------------------


def opened(clinic: StationBench) -> Mapping[str, object]:
    clinic.press(arm(1)).run(100_000)
    (opening,) = clinic.records("session_open")
    clearance = opening["clearance"]
    assert isinstance(clearance, dict)
    return clearance


def test_the_record_says_who_asked_and_what_was_answered() -> None:
    clinic = Clinic()
    yes = {"osteoporosis": "yes", "metal_implant_passive": "yes"}
    given = clinic.given(yes, acknowledgements=(note("osteoporosis"),), maximum_ua={1: 9_000})
    clinic.prepare(given)
    clearance = opened(clinic)
    assert (clearance["basis"], clearance["day"]) == ("screening", clinic.day)
    assert (clearance["asked_by"], clearance["yes"]) == (
        "TW",
        ["osteoporosis", "metal_implant_passive"],
    )
    assert clearance["warnings"] == ["metal_implant_passive"]
    assert clearance["acknowledgements"] == [note("osteoporosis")]
    assert clearance["narrowed"] == [
        {"channel": 1, "permille": 750, "items": ["osteoporosis"], "maximum_ua": 9_000}
    ]
    assert len(str(clearance["answers_sha256"])) == len(str(clearance["table_sha256"])) == 64


def test_other_answers_have_another_hash_in_the_record() -> None:
    hashes = set()
    for yes in ({}, {"metal_implant_passive": "yes"}):
        clinic = Clinic()
        clinic.prepare(clinic.given(yes))
        hashes.add(opened(clinic)["answers_sha256"])
    assert len(hashes) == 2


@pytest.mark.parametrize(
    ("other", "basis"),
    [({"is_bench": True}, "bench"), ({"device": "sim:rehastim2", "port": None}, "simulated")],
)
def test_the_record_says_on_what_ground_nobody_was_asked(
    other: Mapping[str, object], basis: str
) -> None:
    clinic = Clinic()
    clinic.prepare(None, **other)
    clearance = opened(clinic)
    assert (clearance["basis"], clearance["answers_sha256"]) == (basis, None)
    assert (clearance["yes"], clearance["narrowed"]) == ([], [])
