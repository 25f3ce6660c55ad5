"""The table of screening: zones, paths and contraindications, read strictly from `screening.toml`.

What follows from it is judged elsewhere: paths in `safety.paths`, answers in `safety.screening`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from protocols.errors import LimitTableError
from safety.reading import parsed, section, text, whole_number, words
from safety.table import STATUSES

SCHEMA = 1

BLOCK = "block"
ACKNOWLEDGE = "acknowledge"
WARN = "warn"
DECISIONS = (BLOCK, ACKNOWLEDGE, WARN)
"""The most severe first."""

ANY, LIMB, SITE = SCOPES = ("any", "limb", "site")

TRANSTHORACIC = "transthoracic"
TRANSCEREBRAL = "transcerebral"
MIXED_GROUP = "mixed_group"
UPPER_BACK_FRONT = "upper_back_front"
CROSS_CHANNEL_THORAX = "cross_channel_thorax"
PATH_RULES = (
    TRANSTHORACIC,
    TRANSCEREBRAL,
    MIXED_GROUP,
    UPPER_BACK_FRONT,
    CROSS_CHANNEL_THORAX,
)

Zones = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRule:
    """What holds for every pad on a zone."""

    decision: str
    why: str
    status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRule:
    """Where current may not pass: on a zone of `zones`, or from one list of a join to the other."""

    decision: str
    zones: Zones
    joins: tuple[tuple[Zones, Zones], ...]
    why: str
    cure: str
    status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contraindication:
    """One item that speaks against stimulation if the answer to its question is yes.

    With `zones` it concerns only channels that touch them; where they touch `block_zones` it
    blocks.
    """

    decision: str
    scope: str
    zones: Zones
    block_zones: Zones
    question: str
    status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningTable:
    """All rules of screening. `contraindications` keep the order of the file.

    `cap_percent` is what is left of a cap, by contraindication; all of it for those not in it.
    """

    sha256: str
    zones: Zones
    posterior_zones: Zones
    zone_groups: Mapping[str, Zones]
    zone_rules: Mapping[str, ZoneRule]
    path_rules: Mapping[str, PathRule]
    contraindications: Mapping[str, Contraindication]
    cap_percent: Mapping[str, int]


def load_screening_table() -> ScreeningTable:
    """Return the table that nmes ships with."""
    return read_screening_table(Path(__file__).with_name("screening.toml").read_bytes())


def read_screening_table(content: bytes) -> ScreeningTable:
    """Return the table in `content`; LimitTableError if anything in it is not as it must be."""
    name = "screening.toml"
    root = section(parsed(content, name), name, _ROOT_KEYS)
    if root["schema"] != SCHEMA:
        raise LimitTableError(f"schema: {root['schema']!r} found, {SCHEMA} is read here")
    zones = words(root["zones"], "zones")
    groups = section(root["zone_groups"], "zone_groups", None)
    rules = section(root["zone_rules"], "zone_rules", None)
    paths = section(root["path_rules"], "path_rules", PATH_RULES)
    items = section(root["contraindications"], "contraindications", None)
    known_zones(tuple(rules), "zone_rules", zones)
    path_rules = {
        key: _path_rule(entry, f"path_rules.{key}", zones) for key, entry in paths.items()
    }
    refuse_lenient(path_rules)
    return ScreeningTable(
        sha256=sha256(content).hexdigest(),
        zones=zones,
        posterior_zones=_zones(root["posterior_zones"], "posterior_zones", zones),
        zone_groups=MappingProxyType(
            {key: _zones(entry, f"zone_groups.{key}", zones) for key, entry in groups.items()}
        ),
        zone_rules=MappingProxyType(
            {key: _zone_rule(entry, f"zone_rules.{key}") for key, entry in rules.items()}
        ),
        path_rules=MappingProxyType(path_rules),
        contraindications=MappingProxyType(
            {
                key: _contraindication(entry, f"contraindications.{key}", zones)
                for key, entry in items.items()
            }
        ),
        cap_percent=_cap_percent(root["cap_percent"], tuple(items)),
    )


_ROOT_KEYS = (
    "schema",
    "zones",
    "posterior_zones",
    "zone_groups",
    "zone_rules",
    "path_rules",
    "cap_percent",
    "contraindications",
)


def _zone_rule(entry: object, where: str) -> ZoneRule:
    row = section(entry, where, ZoneRule.__slots__)
    return ZoneRule(
        decision=one_of(row["decision"], f"{where}.decision", DECISIONS),
        why=text(row["why"], f"{where}.why"),
        status=one_of(row["status"], f"{where}.status", STATUSES),
        source=text(row["source"], f"{where}.source"),
    )


def _path_rule(entry: object, where: str, zones: Zones) -> PathRule:
    row = section(entry, where, PathRule.__slots__)
    return PathRule(
        decision=one_of(row["decision"], f"{where}.decision", DECISIONS),
        zones=_zones(row["zones"], f"{where}.zones", zones),
        joins=_joins(row["joins"], f"{where}.joins", zones),
        why=text(row["why"], f"{where}.why"),
        cure=text(row["cure"], f"{where}.cure"),
        status=one_of(row["status"], f"{where}.status", STATUSES),
        source=text(row["source"], f"{where}.source"),
    )


def refuse_lenient(rules: Mapping[str, PathRule]) -> None:
    """Raise LimitTableError if a path inside one channel is not forbidden altogether."""
    for name in PATH_RULES:
        if name != CROSS_CHANNEL_THORAX and rules[name].decision != BLOCK:
            raise LimitTableError(f"path_rules.{name}: such a path can only be blocked")


def _contraindication(entry: object, where: str, zones: Zones) -> Contraindication:
    row = section(entry, where, Contraindication.__slots__)
    return Contraindication(
        decision=one_of(row["decision"], f"{where}.decision", DECISIONS),
        scope=one_of(row["scope"], f"{where}.scope", SCOPES),
        zones=_zones(row["zones"], f"{where}.zones", zones),
        block_zones=_zones(row["block_zones"], f"{where}.block_zones", zones),
        question=text(row["question"], f"{where}.question"),
        status=one_of(row["status"], f"{where}.status", STATUSES),
        source=text(row["source"], f"{where}.source"),
    )


def one_of(entry: object, where: str, allowed: tuple[str, ...]) -> str:
    """Return `entry` if it is one of these words."""
    word = text(entry, where)
    if word not in allowed:
        raise LimitTableError(f"{where}: {word!r} is none of {', '.join(allowed)}")
    return word


def _cap_percent(entry: object, items: tuple[str, ...]) -> Mapping[str, int]:
    rows = section(entry, "cap_percent", None)
    strange = [name for name in rows if name not in items]
    if strange:
        raise LimitTableError(f"cap_percent: there is no contraindication {strange[0]!r}")
    return MappingProxyType({name: _percent(row, name) for name, row in rows.items()})


def _percent(entry: object, name: str) -> int:
    percent = whole_number(entry, f"cap_percent.{name}", 1)
    if percent > 100:
        raise LimitTableError(f"cap_percent.{name}: {percent} % would widen a cap")
    return percent


def _zones(entry: object, where: str, zones: Zones) -> Zones:
    return known_zones(words(entry, where), where, zones)


def known_zones(named: Zones, where: str, zones: Zones) -> Zones:
    """Return the zones named if the table knows them all."""
    strange = [zone for zone in named if zone not in zones]
    if strange:
        raise LimitTableError(f"{where}: there is no zone {strange[0]!r}")
    return named


def _joins(entry: object, where: str, zones: Zones) -> tuple[tuple[Zones, Zones], ...]:
    if not isinstance(entry, list):
        raise LimitTableError(f"{where}: a list of pairs is needed here")
    return tuple(_join(pair, where, zones) for pair in entry)


def _join(entry: object, where: str, zones: Zones) -> tuple[Zones, Zones]:
    if not isinstance(entry, list) or len(entry) != 2:
        raise LimitTableError(f"{where}: a join is a pair of lists")
    return _zones(entry[0], where, zones), _zones(entry[1], where, zones)
