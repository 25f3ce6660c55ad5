"""What the screening table and its questions say, whole, read anew each time."""

import tomllib
from dataclasses import replace
from hashlib import sha256

import pytest
from support.safety_bench import SCREENING_TABLE, TABLE, channel, pad, plan, shape, stage
from support.table_numbers import SCREENING, written

from protocols.errors import LimitTableError
from safety.paths import group_of
from safety.screening import (
    Answer,
    ExtraQuestion,
    Item,
    Narrowing,
    Question,
    narrowings_of,
    questions_of,
)
from safety.screening_table import load_screening_table, read_screening_table

TEXT = SCREENING.read_text(encoding="utf-8")


def refusal(text: str) -> str:
    with pytest.raises(LimitTableError) as refused:
        read_screening_table(text.encode())
    return str(refused.value)


def test_the_shipped_table_is_read_from_its_file() -> None:
    assert load_screening_table() == SCREENING_TABLE
    assert read_screening_table(SCREENING.read_bytes()) == SCREENING_TABLE
    assert load_screening_table().sha256 == sha256(SCREENING.read_bytes()).hexdigest()


def test_a_question_of_a_protocol_blocks_every_channel_and_narrows_none() -> None:
    both = plan(channels=(channel(1), channel(2)), stages=(stage(shapes=(shape(1), shape(2))),))
    extra = ExtraQuestion(id="cast", text="Is the cast removed?", stop_if="no")
    assert questions_of(both, TABLE, load_screening_table(), (extra,))[-1] == Question(
        id="protocol.cast",
        text="Is the cast removed?",
        matters_if="no",
        channels=(),
        items=(
            Item(
                name="protocol.cast",
                channels=(1, 2),
                decisions=("block", "block"),
                limbs=("", ""),
                cap_percent=100,
                source="the protocol",
            ),
        ),
    )


def with_cap(entry: str) -> str:
    head, tail = TEXT.split("[cap_percent]\n", 1)
    _, rest = tail.split("\n[", 1)
    return f"{head}{entry}\n[{rest}"


@pytest.mark.parametrize("percent", [1, 100])
def test_the_least_and_the_whole_of_a_cap_can_be_left(percent: int) -> None:
    table = read_screening_table(with_cap(f"[cap_percent]\nosteoporosis = {percent}").encode())
    assert table.cap_percent == {"osteoporosis": percent}


def test_more_than_a_cap_cannot_be_left() -> None:
    assert refusal(with_cap("[cap_percent]\nosteoporosis = 101")) == (
        "cap_percent.osteoporosis: 101 % would widen a cap"
    )


def test_zones_that_are_no_list_are_named() -> None:
    head, tail = TEXT.split("posterior_zones = ", 1)
    rest = tail[tail.index("\n") :]
    assert refusal(f"{head}posterior_zones = 3{rest}") == (
        "posterior_zones: a list of words is needed here"
    )


def question_of(name: str, cap_percent: int) -> Question:
    """A question about the whole person whose "yes" leaves so much of the cap of channel 1."""
    item = Item(
        name=name,
        channels=(1,),
        decisions=("acknowledge",),
        limbs=("",),
        cap_percent=cap_percent,
        source="here",
    )
    return Question(id=name, text=f"{name}?", matters_if="yes", channels=(), items=(item,))


@pytest.mark.parametrize(
    ("percents", "permille", "items"),
    [
        ((), 1000, ()),
        ((100,), 1000, ()),
        ((99,), 990, ("item 0",)),
        ((50, 75), 375, ("item 0", "item 1")),
        ((33, 75), 247, ("item 0", "item 1")),
    ],
)
def test_what_is_left_of_a_cap_is_rounded_down(
    percents: tuple[int, ...], permille: int, items: tuple[str, ...]
) -> None:
    questions = tuple(question_of(f"item {n}", percent) for n, percent in enumerate(percents))
    told = tuple(Answer(question=q.id, channel=None, answer="yes") for q in questions)
    assert narrowings_of(questions, told, plan()) == (
        Narrowing(channel=1, permille=permille, items=items),
    )


def changed(value: object, *way: str) -> bytes:
    """The table with one place changed."""
    root = tomllib.loads(TEXT)
    place = root
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    return written(root)


@pytest.mark.parametrize(
    "name", ["zone_groups", "zone_rules", "path_rules", "contraindications", "cap_percent"]
)
def test_a_section_that_is_a_number_is_named(name: str) -> None:
    assert refusal(changed(3, name).decode()) == f"{name}: a table is needed here"


PLACES = [
    (("posterior_zones",), ["leg"], "posterior_zones: there is no zone 'leg'"),
    (("zone_groups", "pelvis"), ["leg"], "zone_groups.pelvis: there is no zone 'leg'"),
    (("zone_rules", "head", "decision"), 3, "zone_rules.head.decision: words are needed here"),
    (
        ("zone_rules", "head", "decision"),
        "perhaps",
        "zone_rules.head.decision: 'perhaps' is none of block, acknowledge, warn",
    ),
    (
        ("contraindications", "icd", "zones"),
        3,
        "contraindications.icd.zones: a list of words is needed here",
    ),
    (
        ("contraindications", "icd", "extra"),
        "here",
        "contraindications.icd: unknown ['extra'], missing []",
    ),
    (("contraindications", "icd"), 3, "contraindications.icd: a table is needed here"),
    (
        ("path_rules", "cross_channel_thorax", "extra"),
        "here",
        "path_rules.cross_channel_thorax: unknown ['extra'], missing []",
    ),
    (
        ("path_rules", "cross_channel_thorax"),
        3,
        "path_rules.cross_channel_thorax: a table is needed here",
    ),
    (("schema",), 0, "schema: 0 found, 1 is read here"),
]


@pytest.mark.parametrize(("way", "value", "sentence"), PLACES)
def test_what_is_wrong_in_the_screening_table_is_named_by_its_place(
    way: tuple[str, ...], value: object, sentence: str
) -> None:
    assert refusal(changed(value, *way).decode()) == sentence


def test_an_item_of_the_table_says_where_it_comes_from_and_what_it_leaves() -> None:
    questions = questions_of(plan(), TABLE, SCREENING_TABLE, ())
    items = {item.name: item for question in questions for item in question.items}
    rules = SCREENING_TABLE.contraindications
    assert {name: item.source for name, item in items.items()} == {
        name: rules[name].source for name in items
    }
    narrowing = {name: item.cap_percent for name, item in items.items() if item.cap_percent != 100}
    assert narrowing == {"impaired_sensation": 50, "osteoporosis": 75}


def test_the_limb_of_a_channel_is_that_of_its_first_pad() -> None:
    pads = (pad(zone="upper_limb_left"), pad(zone="lower_limb_left"))
    of = plan(channels=(replace(channel(), pads=pads),))
    items = [i for q in questions_of(of, TABLE, SCREENING_TABLE, ()) for i in q.items]
    limbs = {
        item.limbs for item in items if SCREENING_TABLE.contraindications[item.name].scope == "limb"
    }
    assert limbs == {(group_of("upper_limb_left", SCREENING_TABLE),)}
    assert limbs != {(group_of("lower_limb_left", SCREENING_TABLE),)}
