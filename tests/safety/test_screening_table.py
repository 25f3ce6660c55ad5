from hashlib import sha256
from pathlib import Path

import pytest
from support.table_numbers import SCREENING, numbers, with_number

from protocols.errors import LimitTableError
from protocols.vocabulary import SIDED_ZONES, Zone
from safety.screening_table import load_screening_table, read_screening_table

FILE = Path(SCREENING)
TEXT = FILE.read_text(encoding="utf-8")
TABLE = load_screening_table()


def refusal(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(LimitTableError) as refused:
        read_screening_table(TEXT.replace(old, new, 1).encode())
    return str(refused.value)


def test_the_table_carries_the_hash_of_its_bytes() -> None:
    assert TABLE.sha256 == sha256(FILE.read_bytes()).hexdigest()


def test_the_zones_are_those_that_a_protocol_can_name_once_its_side_is_chosen() -> None:
    assert set(TABLE.zones) == {zone.value for zone in Zone} - {z.value for z in SIDED_ZONES}
    assert len(TABLE.zones) == 25


def test_what_holds_of_a_zone_is_what_was_decided() -> None:
    decided = {zone: rule.decision for zone, rule in TABLE.zone_rules.items()}
    assert decided == {
        "head": "block",
        "eye": "block",
        "face": "block",
        "mouth": "block",
        "neck_anterior": "block",
        "neck_posterior": "block",
        "chest_anterior": "block",
        "genitalia_external": "block",
        "upper_back": "acknowledge",
        "abdomen": "acknowledge",
        "pelvis_external": "acknowledge",
        "perineum": "acknowledge",
        "intracavity_vaginal": "acknowledge",
        "intracavity_anal": "acknowledge",
    }


TRUNK = ("chest_anterior", "upper_back", "abdomen", "lumbar")
PELVIS = ("perineum", "intracavity_vaginal", "intracavity_anal", "pelvis_external")
BELLY = (
    "abdomen",
    "lumbar",
    "pelvis_external",
    "perineum",
    "intracavity_vaginal",
    "intracavity_anal",
)
# decision, scope, zones, zones on which it blocks
CONTRAINDICATIONS = {
    "cardiac_pacemaker": ("block", "any", (), ()),
    "icd": ("block", "any", (), ()),
    "other_active_implant": ("block", "any", (), ()),
    "cannot_give_feedback": ("block", "any", (), ()),
    "malignancy_at_site": ("block", "site", (), ()),
    "malignancy_metastatic": ("block", "any", (), ()),
    "malignancy_elsewhere": ("acknowledge", "any", (), ()),
    "dvt_or_thrombophlebitis": ("block", "limb", (), ()),
    "dvt_history": ("acknowledge", "limb", (), ()),
    "pregnancy": ("block", "site", BELLY, ()),
    "pregnancy_other_site": ("acknowledge", "any", (), ()),
    "epilepsy": ("acknowledge", "any", (), ()),
    "cardiac_disease": ("acknowledge", "any", (), TRUNK),
    "arrhythmia_unstable_cardiac": ("acknowledge", "any", (), TRUNK),
    "uncontrolled_hypertension": ("acknowledge", "any", (), ()),
    "autonomic_dysreflexia_risk": ("acknowledge", "any", (), ()),
    "haemorrhage_or_active_bleeding": ("block", "site", (), ()),
    "bleeding_disorder_untreated": ("block", "any", (), ()),
    "infection_at_site": ("block", "site", (), ()),
    "tuberculosis_or_osteomyelitis": ("block", "site", (), ()),
    "broken_or_inflamed_skin": ("block", "site", (), ()),
    "skin_condition_nearby": ("warn", "site", (), ()),
    "irradiated_tissue_recent": ("block", "site", (), ()),
    "irradiated_tissue_older": ("acknowledge", "site", (), ()),
    "impaired_sensation": ("acknowledge", "site", (), ()),
    "impaired_circulation_severe": ("block", "site", (), ()),
    "impaired_circulation_mild": ("acknowledge", "site", (), ()),
    "recent_surgery_site": ("acknowledge", "site", (), ()),
    "unstable_fracture": ("block", "site", (), ()),
    "osteoporosis": ("acknowledge", "any", (), ()),
    "tendon_or_muscle_repair": ("acknowledge", "site", (), ()),
    "active_epiphysis": ("acknowledge", "site", (), ()),
    "regenerating_nerve": ("acknowledge", "site", (), ()),
    "menstruation_pelvic": ("warn", "site", BELLY, ()),
    "intrauterine_device_metal": ("acknowledge", "site", BELLY, ()),
    "pelvic_infection": ("block", "site", PELVIS, ()),
    "metal_implant_passive": ("warn", "site", (), ()),
    "skin_allergy_to_electrodes": ("acknowledge", "any", (), ()),
    "denervated_muscle": ("block", "site", (), ()),
    "botulinum_toxin_within_3_months": ("acknowledge", "site", (), ()),
    "severe_spasticity": ("acknowledge", "site", (), ()),
    "undiagnosed_pain": ("acknowledge", "site", (), ()),
    "child_under_18": ("acknowledge", "any", (), ()),
    "driving_machinery_bathing_sleeping": ("block", "any", (), ()),
    "other_electrical_equipment_on_patient": ("block", "any", (), ()),
}


def test_every_contraindication_is_what_was_decided() -> None:
    found = {
        name: (rule.decision, rule.scope, rule.zones, rule.block_zones)
        for name, rule in TABLE.contraindications.items()
    }
    assert found == CONTRAINDICATIONS


def test_what_is_left_of_a_cap_is_what_was_decided() -> None:
    assert dict(TABLE.cap_percent) == {"impaired_sensation": 50, "osteoporosis": 75}


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("path", numbers(FILE))
def test_a_number_that_is_off_by_one_is_noticed(path: str, by: int) -> None:
    content = with_number(FILE, path, numbers(FILE)[path] + by)
    try:
        table = read_screening_table(content)
    except LimitTableError:
        return
    assert dict(table.cap_percent) != {"impaired_sensation": 50, "osteoporosis": 75}


@pytest.mark.parametrize("name", TABLE.contraindications)
def test_a_question_is_one_that_a_person_can_answer_yes_or_no(name: str) -> None:
    question = TABLE.contraindications[name].question
    first = question.split()[0]
    assert question.endswith("?")
    assert first in ("Is", "Are", "Does", "Has", "Was", "Will")
    assert "_" not in question


def test_a_path_within_one_channel_can_only_be_blocked() -> None:
    assert [rule.decision for rule in TABLE.path_rules.values()] == [
        "block",
        "block",
        "block",
        "block",
        "acknowledge",
    ]


# What is refused ---------------------------------------------------------------------------------

REFUSED = [
    ("schema = 1", "schema = 2", "schema: 2 found, 1 is read here"),
    ("schema = 1", "schema = 1\nmore = 1", "screening.toml: unknown ['more'], missing []"),
    ("schema = 1", "schema = ", "screening.toml: Invalid value"),
    ('zones = [\n  "head"', "zones = [\n  1", "zones: a list of words is needed here"),
    ('posterior_zones = ["upper_back"]', 'posterior_zones = ["back"]', "no zone 'back'"),
    ('trunk_back = ["upper_back"]', 'trunk_back = ["back"]', "zone_groups.trunk_back: there is no"),
    ("[zone_rules.head]", "[zone_rules.tail]", "zone_rules: there is no zone 'tail'"),
    ("[path_rules.mixed_group]", "[path_rules.group]", "path_rules: unknown ['group']"),
    ("osteoporosis = 75", "osteoporosis = 101", "cap_percent.osteoporosis: 101 % would widen"),
    ("osteoporosis = 75", "osteoporosis = 0", "cap_percent.osteoporosis: 0 is no whole number"),
    ("osteoporosis = 75", "porosis = 75", "cap_percent: there is no contraindication 'porosis'"),
    ('scope = "any"', 'scope = "all"', "cardiac_pacemaker.scope: 'all' is none of any, limb, site"),
    ('scope = "any"\nzones = []', 'scope = "any"\nzones = ["x"]', "zones: there is no zone 'x'"),
    ("block_zones = []", 'block_zones = ["x"]', "block_zones: there is no zone 'x'"),
    ("block_zones = []\n", "", "missing ['block_zones']"),
    ('question = "Does', 'question = ""\nx = "Does', "unknown ['x']"),
    (
        'question = "Does the person have a cardiac pacemaker?"',
        'question = ""',
        "contraindications.cardiac_pacemaker.question: words are needed here",
    ),
    (
        'source = "FDA 1999 contraindication"',
        "source = 1",
        "contraindications.cardiac_pacemaker.source: words are needed here",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), REFUSED)
def test_what_is_not_as_it_must_be_refuses_the_whole_table(old: str, new: str, said: str) -> None:
    assert said in refusal(old, new)


def in_section(name: str, old: str, new: str) -> str:
    """The refusal of a table in which something of one section is another."""
    head, mark, tail = TEXT.partition(f"[{name}]")
    assert mark
    assert old in tail
    with pytest.raises(LimitTableError) as refused:
        read_screening_table((head + mark + tail.replace(old, new, 1)).encode())
    return str(refused.value)


ENTRIES = [
    ("zone_rules.head", 'decision = "block"', 'decision = "no"', "zone_rules.head.decision: 'no'"),
    ("zone_rules.head", "why = ", 'why = ""\nx = ', "zone_rules.head: unknown ['x']"),
    ("zone_rules.head", 'status = "spec"', 'status = "x"', "zone_rules.head.status: 'x' is none"),
    ("zone_rules.head", 'source = "FDA', 'source = ""#', "zone_rules.head.source: words are"),
    ("zone_rules.head", 'why = "', 'why = ""#', "zone_rules.head.why: words are needed"),
    (
        "path_rules.transthoracic",
        'decision = "block"',
        'decision = "no"',
        "path_rules.transthoracic.decision: 'no' is none of block, acknowledge, warn",
    ),
    (
        "path_rules.transthoracic",
        'decision = "block"',
        'decision = "warn"',
        "path_rules.transthoracic: such a path can only be blocked",
    ),
    (
        "path_rules.upper_back_front",
        'decision = "block"',
        'decision = "acknowledge"',
        "path_rules.upper_back_front: such a path can only be blocked",
    ),
    ("path_rules.transcerebral", '"head"', '"skull"', "transcerebral.zones: there is no zone"),
    ("path_rules.transcerebral", "joins = []", "joins = 1", "transcerebral.joins: a list of pairs"),
    ("path_rules.transcerebral", "joins = []", "joins = [1]", "joins: a join is a pair of lists"),
    ("path_rules.transcerebral", "joins = []", "joins = [[[]]]", "a join is a pair of lists"),
    (
        "path_rules.transcerebral",
        "joins = []",
        'joins = [[["a"], []]]',
        "path_rules.transcerebral.joins: there is no zone 'a'",
    ),
    (
        "path_rules.transcerebral",
        "joins = []",
        'joins = [[[], ["b"]]]',
        "path_rules.transcerebral.joins: there is no zone 'b'",
    ),
    ("path_rules.transcerebral", 'why = "', 'why = ""#', "path_rules.transcerebral.why: words"),
    ("path_rules.transcerebral", 'cure = "', 'cure = ""#', "path_rules.transcerebral.cure: words"),
    ("path_rules.transcerebral", 'status = "spec"', 'status = "x"', "transcerebral.status: 'x'"),
    ("path_rules.transcerebral", 'source = "', 'source = ""#', "transcerebral.source: words"),
    (
        "contraindications.icd",
        'decision = "block"',
        'decision = "x"',
        "contraindications.icd.decision: 'x' is none of block, acknowledge, warn",
    ),
    (
        "contraindications.icd",
        'status = "spec"',
        'status = "x"',
        "contraindications.icd.status: 'x' is none of spec, secondary, design, proposal",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), ENTRIES)
def test_an_entry_that_is_not_as_it_must_be_is_named(
    name: str, old: str, new: str, said: str
) -> None:
    assert said in in_section(name, old, new)
