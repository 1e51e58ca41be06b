"""A made-up register of the size the documents give, as facts; no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.synthetic import World, make_world
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.quotas import quota_number
from foundation.rulebook.selectors import Facts, FlagFact
from foundation.rulebook.tables import Quota
from foundation.rulebook.tiers import tier_ids
from foundation.rulebook.vocabulary import ATTRIBUTES
from foundation.sheets.columns import Column
from planning.rules.simulation import Instance, slots
from planning.rules.standing import Jurisdiction, Known
from planning.simulating import Start
from registry.imports.target_sheet import Lists, target_sheet
from registry.models import Target

DAY = (1, 1)
JUDGED = {*ATTRIBUTES, "categories"}
# What the register stores where the file says nothing.
DEFAULTS = {
    name: Target._meta.get_field(name).get_default()
    for name in ("kind", "status", "permit_class", "key_polluter_list", "control_level", "positive_list", "radiation", "hw_self_disposal")
}  # fmt: skip


@dataclass(frozen=True)
class MadeUp:
    start: Start
    world: World


def made_up(
    rulebook_id: str, year: int, *, targets: int | None = None, inspectors: int | None = None, seed: int = 1
) -> MadeUp:
    """A year of a bureau that does not exist; sizes of the documents unless others are asked for."""
    on = date(year, *DAY)
    world = make_world(rulebook_id, on=on, targets=targets, inspectors=inspectors, seed=seed)
    book = world.rulebook
    areas = {name: at for at, (_, name) in enumerate(world.areas)}
    sheet = target_sheet(Lists({}, {}, {}, {}, {}), book)
    columns = {column.title: column for column in sheet.columns if column.key in JUDGED}
    flags = {flag.zh: flag.id for flag in book.flags}
    bodies = sorted({body for line in book.quotas for body in line.bodies})
    known = tuple(
        _known(book, at, areas[row["片区"]], _facts(row, columns, flags), bodies, on)
        for at, row in enumerate(world.targets, 1)
    )
    heads = [sum(row["单位"] == unit.name for row in world.inspectors) for unit in world.units]

    def required(line: Quota, instance: Instance, period: Period, base: int) -> int:
        found = quota_number(
            line, period.index, base=base, officers=heads[instance.unit], manual=world.mix.manual
        )
        return found.number

    found = slots(book, known, _instances(world), year, required)
    return MadeUp(Start(book, year, known, tuple(found)), world)


def _instances(world: World) -> list[Instance]:
    found = []
    for at, unit in enumerate(world.units):
        rivals = frozenset(n for n, other in enumerate(world.units) if other.body == unit.body and n != at)
        whole = world.rulebook.body(unit.body).area == "whole"
        areas = None if whole else frozenset(unit.towns or range(world.mix.towns))
        found.append(Instance(at, unit.name, unit.body, Jurisdiction(at, areas, rivals)))
    return found


def _known(book: Rulebook, number: int, area: int, facts: Facts, bodies: list[str], on: date) -> Known:
    return Known(number, area, None, facts, tiers={body: tier_ids(book, body, facts, on) for body in bodies})


def _facts(row: Mapping[str, Any], columns: Mapping[str, Column], flags: Mapping[str, str]) -> Facts:
    """The cells as the import would read them, under the names the selectors use."""
    read = {
        columns[title].key: columns[title].parse(cell)
        for title, cell in row.items()
        if title in columns and cell not in (None, "")
    }
    attributes = {**DEFAULTS, **{key: value for key, value in read.items() if key != "categories"}}
    attributes["category"] = tuple(read.get("categories", ()))
    attributes["eia_catalogue"] = bool(read.get("eia_catalogue"))
    marks = (mark.split("|") for mark in str(row.get("风险标记", "")).split("；") if mark)
    return Facts(attributes, tuple(FlagFact(flags[word], date.fromisoformat(day)) for word, day, _ in marks))
