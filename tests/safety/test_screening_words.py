"""What the screening table and its questions say, whole, read anew each time."""

import pytest
from support.safety_bench import TABLE, channel, plan, shape, stage
from support.table_numbers import SCREENING

from protocols.errors import LimitTableError
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
    assert load_screening_table() == read_screening_table(SCREENING.read_bytes())


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


def test_caps_are_a_table() -> None:
    head, tail = TEXT.split("[cap_percent]\n", 1)
    _, rest = tail.split("\n[", 1)
    assert refusal(f"cap_percent = 3\n{head}\n[{rest}") == "cap_percent: a table is needed here"


@pytest.mark.parametrize("percent", [1, 100])
def test_the_least_and_the_whole_of_a_cap_can_be_left(percent: int) -> None:
    table = read_screening_table(with_cap(f"[cap_percent]\nosteoporosis = {percent}").encode())
    assert table.cap_percent == {"osteoporosis": percent}


def test_more_than_a_cap_cannot_be_left() -> None:
    assert refusal(with_cap("[cap_percent]\nosteoporosis = 101")) == (
        "cap_percent.osteoporosis: 101 % would widen a cap"
    )


def test_an_item_that_is_no_table_is_named() -> None:
    begin = TEXT.index("[contraindications.")
    name = TEXT[begin + len("[contraindications.") : TEXT.index("]", begin)]
    end = TEXT.index("\n[", begin + 1)
    text = f"{TEXT[:begin]}[contraindications]\n{name} = 3\n{TEXT[end:]}"
    assert refusal(text) == f"contraindications.{name}: a table is needed here"


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
