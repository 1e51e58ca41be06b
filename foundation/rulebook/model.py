"""A rulebook as one frozen value, and the order of its tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .entries import Entry
from .tables import (
    About,
    Activity,
    Assessment,
    Body,
    Cap,
    Coverage,
    Disclosure,
    Draw,
    Exclusion,
    Flag,
    Inspection,
    Item,
    ItemRules,
    Personnel,
    Plan,
    Quota,
    Register,
    Report,
    Results,
    Stated,
    System,
    Team,
    Tier,
)


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """One version of one jurisdiction's rules.

    `hash`: sha256 hex of the file as shipped. `base_hash`: the same of the rulebook it extends, or None.
    """

    hash: str
    base_hash: str | None = None
    about: About
    bodies: tuple[Body, ...]
    register: Register
    flags: tuple[Flag, ...]
    tiers: tuple[Tier, ...]
    personnel: Personnel
    activities: tuple[Activity, ...]
    item_rules: ItemRules
    items: tuple[Item, ...] = ()
    quotas: tuple[Quota, ...]
    stated: tuple[Stated, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    caps: tuple[Cap, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    draw: Draw
    team: Team
    inspection: Inspection
    results: Results
    disclosure: Disclosure
    plan: Plan
    reports: tuple[Report, ...] = ()
    systems: tuple[System, ...] = ()
    assessment: Assessment
    _by_id: dict[tuple[str, str], Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {
            (name, entry.id): entry
            for name in ("bodies", "flags", "activities", "items", "quotas", "coverage", "caps", "reports")
            for entry in getattr(self, name)
        }
        object.__setattr__(self, "_by_id", by_id)

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def id(self) -> str:
        return self.about.id

    @property
    def zh(self) -> str:
        return self.about.zh

    def line(self, quota_id: str) -> Quota:
        return self._by_id["quotas", quota_id]  # type: ignore[return-value]

    def body(self, body_id: str) -> Body:
        return self._by_id["bodies", body_id]  # type: ignore[return-value]

    def flag(self, flag_id: str) -> Flag:
        return self._by_id["flags", flag_id]  # type: ignore[return-value]

    def item(self, item_id: str) -> Item:
        return self._by_id["items", item_id]  # type: ignore[return-value]

    def report(self, report_id: str) -> Report:
        return self._by_id["reports", report_id]  # type: ignore[return-value]

    def activity(self, activity_id: str) -> Activity:
        return self._by_id["activities", activity_id]  # type: ignore[return-value]

    def lines_of(self, body_id: str, *, role: str | None = None) -> tuple[Quota, ...]:
        """Quota lines of a body in file order, optionally only `draw` or `check` ones."""
        return tuple(line for line in self.quotas if body_id in line.bodies and role in (None, line.role))

    def tiers_for(self, body_id: str) -> tuple[Tier, ...]:
        return tuple(tier for tier in self.tiers if tier.holds_for(body_id))

    def entries(self) -> Iterator[Entry]:
        """Every table in the order of the schema, for the viewer."""
        for table in TABLES:
            found = getattr(self, table.attribute)
            yield from found if table.many else (found,)


@dataclass(frozen=True)
class Table:
    """`required`: for arrays, at least one entry. `identity`: keys that tell two entries apart."""

    cls: type[Entry]
    many: bool
    required: bool
    identity: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.cls.table

    @property
    def attribute(self) -> str:
        return "about" if self.name == "rulebook" else self.name


TABLES: tuple[Table, ...] = (
    Table(About, many=False, required=True),
    Table(Body, many=True, required=True, identity=("id",)),
    Table(Register, many=False, required=True),
    Table(Flag, many=True, required=False, identity=("id",)),
    Table(Tier, many=True, required=True, identity=("id", "bodies")),
    Table(Personnel, many=False, required=True),
    Table(Activity, many=True, required=True, identity=("id",)),
    Table(ItemRules, many=False, required=True),
    Table(Item, many=True, required=False, identity=("id",)),
    Table(Quota, many=True, required=True, identity=("id",)),
    Table(Stated, many=True, required=False, identity=("quotas",)),
    Table(Coverage, many=True, required=False, identity=("id",)),
    Table(Cap, many=True, required=False, identity=("id",)),
    Table(Exclusion, many=True, required=False, identity=("id",)),
    Table(Draw, many=False, required=True),
    Table(Team, many=False, required=True),
    Table(Inspection, many=False, required=True),
    Table(Results, many=False, required=True),
    Table(Disclosure, many=False, required=True),
    Table(Plan, many=False, required=True),
    Table(Report, many=True, required=False, identity=("id",)),
    Table(System, many=True, required=False, identity=("id",)),
    Table(Assessment, many=False, required=True),
)
TABLES_BY_NAME = {table.name: table for table in TABLES}
