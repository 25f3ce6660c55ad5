"""Screening: what must be asked before a plan runs on a person, and what follows from the answers.

A question about the whole person has one answer. One about a place is answered once for all
channels concerned, or for each of them apart. What is true of one channel of a limb is true of all
channels of that limb. An answer that is missing or not known blocks; of several consequences all
stand, so that the most severe decides. Pure: no clock, no files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from protocols.plan import Plan, PlannedChannel
from safety.pairs import paired
from safety.paths import crossing_channels, group_of, pad_zones, placed_zone
from safety.screening_table import (
    ACKNOWLEDGE,
    ANY,
    BLOCK,
    CROSS_CHANNEL_THORAX,
    DECISIONS,
    LIMB,
    Contraindication,
    ScreeningTable,
)
from safety.table import LimitTable

YES, NO, NOT_KNOWN = ANSWERS = ("yes", "no", "not known")

ZONE_ITEM = "zone_"
"""How the items begin that follow from where pads lie; the rest is the zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered; `channel` is None where it holds for every channel concerned."""

    question: str
    channel: int | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What a named clinician wrote about one item."""

    item: str
    clinician: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraQuestion:
    """A question that a protocol adds; the answer `stop_if` blocks."""

    id: str
    text: str
    stop_if: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What follows from one answer: a contraindication, and the channels that it concerns.

    `decisions` and `limbs` belong to the channels, in their order.
    """

    name: str
    channels: tuple[int, ...]
    decisions: tuple[str, ...]
    limbs: tuple[str, ...]
    cap_percent: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `channels` are those it may be answered for apart; none: the whole person."""

    id: str
    text: str
    matters_if: str
    channels: tuple[int, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that follows from an answer or a place. `is_open` keeps from arming.

    `channels` is empty where it holds for the whole person.
    """

    item: str
    decision: str
    channels: tuple[int, ...]
    is_open: bool
    why: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What the answers leave of a channel's cap, in thousandths, and which items take the rest."""

    channel: int
    permille: int
    items: tuple[str, ...]


def questions_of(
    plan: Plan, limits: LimitTable, table: ScreeningTable, extra: tuple[ExtraQuestion, ...]
) -> tuple[Question, ...]:
    """Return what must be asked before this plan: only what touches its sites, then the extras.

    Items with one text are one question, under the name of the first; it is about the whole person
    if any of them is.
    """
    texts: dict[str, list[str]] = {}
    for name, rule in table.contraindications.items():
        texts.setdefault(rule.question, []).append(name)
    own = [_question(text, tuple(names), plan, limits, table) for text, names in texts.items()]
    added = [_extra_question(question, plan) for question in extra]
    return tuple(question for question in (*own, *added) if question.items)


def _question(
    text: str, names: tuple[str, ...], plan: Plan, limits: LimitTable, table: ScreeningTable
) -> Question:
    items = tuple(_item(name, plan, limits, table) for name in names)
    asked = tuple(item for item in items if item.channels)
    is_personal = any(table.contraindications[name].scope == ANY for name in names)
    numbers = sorted({number for item in asked for number in item.channels})
    return Question(
        id=names[0],
        text=text,
        matters_if=YES,
        channels=() if is_personal else tuple(numbers),
        items=asked,
    )


def _item(name: str, plan: Plan, limits: LimitTable, table: ScreeningTable) -> Item:
    rule = table.contraindications[name]
    concerned = [
        (channel, touched_zones(channel, limits, table))
        for channel in plan.channels
        if is_concerned(rule, touched_zones(channel, limits, table))
    ]
    return Item(
        name=name,
        channels=tuple(channel.number for channel, _ in concerned),
        decisions=tuple(
            BLOCK if zones & set(rule.block_zones) else rule.decision for _, zones in concerned
        ),
        limbs=tuple(_limb(rule, channel, table) for channel, _ in concerned),
        cap_percent=table.cap_percent.get(name, 100),
        source=rule.source,
    )


def touched_zones(
    channel: PlannedChannel, limits: LimitTable, table: ScreeningTable
) -> frozenset[str]:
    """Return the zones of a channel's pads and of its muscle."""
    site_zone = placed_zone(limits.sites[channel.site].zone, channel.side, table)
    return frozenset((site_zone, *pad_zones(channel, table)))


def is_concerned(rule: Contraindication, zones: frozenset[str]) -> bool:
    """Tell whether an item is about a channel that touches these zones."""
    return not rule.zones or bool(zones & set(rule.zones))


def _limb(rule: Contraindication, channel: PlannedChannel, table: ScreeningTable) -> str:
    """Return what shares its answers with a channel: its limb where the item is about limbs."""
    if rule.scope == LIMB:
        return group_of(pad_zones(channel, table)[0], table)
    return f"channel {channel.number}"


def _extra_question(extra: ExtraQuestion, plan: Plan) -> Question:
    name = f"protocol.{extra.id}"
    numbers = tuple(channel.number for channel in plan.channels)
    item = Item(
        name=name,
        channels=numbers,
        decisions=(BLOCK,) * len(numbers),
        limbs=("",) * len(numbers),
        cap_percent=100,
        source="the protocol",
    )
    return Question(id=name, text=extra.text, matters_if=extra.stop_if, channels=(), items=(item,))


# What follows ------------------------------------------------------------------------------------


def findings_of(
    questions: tuple[Question, ...],
    answers: tuple[Answer, ...],
    acknowledgements: tuple[Acknowledgement, ...],
) -> tuple[Finding, ...]:
    """Return all that follows from the answers, a block before an acknowledgement before a warning.

    An answer that nobody asked for, or a second one, blocks too: it was meant for something.
    """
    found = [*_stray_findings(questions, answers)]
    for question in questions:
        for item in question.items:
            found += _item_findings(question, item, answers, acknowledgements)
    return in_order(found)


def in_order(found: list[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity, otherwise as they came."""
    return tuple(sorted(found, key=lambda finding: DECISIONS.index(finding.decision)))


def _stray_findings(
    questions: tuple[Question, ...], answers: tuple[Answer, ...]
) -> Iterator[Finding]:
    places = [
        (question.id, channel) for question in questions for channel in (None, *question.channels)
    ]
    given = [(answer.question, answer.channel) for answer in answers]
    for name, channel in dict.fromkeys(given):
        if (name, channel) not in places:
            why = "this is not asked for these sites"
        elif given.count((name, channel)) > 1 or (channel is not None and (name, None) in given):
            why = "it is answered twice"
        else:
            continue
        numbers = () if channel is None else (channel,)
        yield _blocked(name, numbers, why, "Remove the answer, or the one too many.")
    for answer in answers:
        if answer.answer not in ANSWERS:
            why = f"{answer.answer!r} is no answer"
            yield _blocked(answer.question, (), why, f"Answer {YES}, {NO} or {NOT_KNOWN}.")


def answer_to(question: Question, channel: int, answers: tuple[Answer, ...]) -> str | None:
    """Return what was answered for a channel: its own answer, or that for all; None if neither."""
    by_place = {given.channel: given.answer for given in answers if given.question == question.id}
    return by_place.get(channel, by_place.get(None))


def _item_findings(
    question: Question,
    item: Item,
    answers: tuple[Answer, ...],
    acknowledgements: tuple[Acknowledgement, ...],
) -> Iterator[Finding]:
    told = _told(question, item, answers)
    missing = _numbers(item, [answer is None for answer in told])
    if missing:
        cure = "Ask it and write the answer."
        yield _blocked(item.name, _shown(question, missing), "it is not answered", cure)
    unknown = _numbers(item, [answer == NOT_KNOWN for answer in told])
    if unknown:
        cure = "Examine, or ask who knows, before stimulating."
        yield _blocked(item.name, _shown(question, unknown), "it is not known", cure)
    for decision in DECISIONS:
        is_so = [
            answer == question.matters_if and own == decision
            for answer, own in paired(told, item.decisions)
        ]
        numbers = _numbers(item, is_so)
        if numbers:
            shown = _shown(question, numbers)
            why = f"{question.text} {question.matters_if.capitalize()}."
            yield consequence(item.name, decision, shown, why, acknowledgements)


def _told(question: Question, item: Item, answers: tuple[Answer, ...]) -> list[str | None]:
    """Return the answer for each channel of an item; one that matters holds for the whole limb."""
    own = [answer_to(question, number, answers) for number in item.channels]
    bad = {limb for limb, answer in paired(item.limbs, own) if answer == question.matters_if}
    return [
        question.matters_if if limb in bad else answer for limb, answer in paired(item.limbs, own)
    ]


def _numbers(item: Item, is_so: list[bool]) -> tuple[int, ...]:
    return tuple(number for number, so in paired(item.channels, is_so) if so)


def _shown(question: Question, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return the channels to name: none where it holds for the whole person."""
    everywhere = {number for item in question.items for number in item.channels}
    return () if not question.channels and set(numbers) == everywhere else numbers


def consequence(
    item: str,
    decision: str,
    channels: tuple[int, ...],
    why: str,
    acknowledgements: tuple[Acknowledgement, ...],
) -> Finding:
    """Return what an item means that is true; an acknowledgement settles only what it may."""
    is_acknowledged = any(is_written(note) and note.item == item for note in acknowledgements)
    is_open = decision == BLOCK or (decision == ACKNOWLEDGE and not is_acknowledged)
    return Finding(
        item=item,
        decision=decision,
        channels=channels,
        is_open=is_open,
        why=why,
        cure=_CURES[decision],
    )


_CURES = dict(
    zip(
        DECISIONS,
        (
            "Do not stimulate here.",
            "A clinician writes name and reason for this item, or do not stimulate.",
            "Keep an eye on it.",
        ),
        strict=True,
    )
)


def is_written(note: Acknowledgement) -> bool:
    """Tell whether somebody is named and something is written."""
    return bool(note.clinician.strip()) and bool(note.text.strip())


def _blocked(item: str, channels: tuple[int, ...], why: str, cure: str) -> Finding:
    return Finding(item=item, decision=BLOCK, channels=channels, is_open=True, why=why, cure=cure)


def place_findings(
    plan: Plan,
    limits: LimitTable,
    table: ScreeningTable,
    acknowledgements: tuple[Acknowledgement, ...],
) -> tuple[Finding, ...]:
    """Return what follows from where the pads lie, whatever is answered."""
    numbers: dict[str, list[int]] = {}
    for channel in plan.channels:
        for zone in sorted(touched_zones(channel, limits, table) & table.zone_rules.keys()):
            numbers.setdefault(zone, []).append(channel.number)
    found = [
        consequence(
            f"{ZONE_ITEM}{zone}",
            table.zone_rules[zone].decision,
            tuple(sorted(channels)),
            table.zone_rules[zone].why,
            acknowledgements,
        )
        for zone, channels in numbers.items()
    ]
    crossing = crossing_channels(plan, table)
    if crossing:
        rule = table.path_rules[CROSS_CHANNEL_THORAX]
        name = CROSS_CHANNEL_THORAX
        found.append(consequence(name, rule.decision, crossing, rule.why, acknowledgements))
    return in_order(found)


def narrowings_of(
    questions: tuple[Question, ...], answers: tuple[Answer, ...], plan: Plan
) -> tuple[Narrowing, ...]:
    """Return what the answers leave of each channel's cap; several items narrow one after another.

    The product is the safer choice: it is never above the least of them.
    """
    return tuple(
        _narrowing(channel.number, _true_items(questions, answers, channel.number))
        for channel in plan.channels
    )


def _true_items(
    questions: tuple[Question, ...], answers: tuple[Answer, ...], channel: int
) -> Mapping[str, int]:
    """Return the items that are true of a channel and narrow its cap, with what each leaves."""
    return {
        item.name: item.cap_percent
        for question in questions
        for item in question.items
        for number, answer in paired(item.channels, _told(question, item, answers))
        if number == channel and answer == question.matters_if and item.cap_percent < 100
    }


def _narrowing(channel: int, items: Mapping[str, int]) -> Narrowing:
    permille = 1000
    for percent in items.values():
        permille = permille * percent // 100
    return Narrowing(channel=channel, permille=permille, items=tuple(items))
