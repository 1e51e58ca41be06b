"""The quota page of one period: rows with their explanation, findings, what changed, the year's chart."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from foundation.organisation.models import Organisation, Unit
from foundation.rulebook import clauses
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from planning import scene, trial
from planning.models import AnnualPlan, Drawn, PlannedNumber, Quota
from planning.population import Register
from planning.rules import explaining, feasibility, naming, terms
from planning.rules.feasibility import Finding
from planning.rules.figures import Figure


@dataclass(frozen=True)
class Row:
    """One line and instance as the table shows it; `batches` in the order of `Board.batches`."""

    key: str
    name: str
    tier: str
    place: str
    unit: str
    period: str
    figure: Figure
    batches: tuple[int, ...]
    explain: dict[str, Any]
    confirmed: bool
    locked: bool
    opened: bool = False


@dataclass(frozen=True)
class Board:
    """`blockers`: sentences that keep the quotas from being confirmed"""

    organisation: Organisation
    period: Period
    plan: AnnualPlan | None
    book: Rulebook
    rows: tuple[Row, ...]
    batches: tuple[str, ...]
    findings: tuple[Finding, ...]
    chart: dict[str, Any]
    exclusions: tuple[dict[str, Any], ...] = ()
    blockers: tuple[str, ...] = ()
    on: date | None = None
    snapshot: Quota | None = None
    stale: tuple[str, ...] = field(default_factory=tuple)

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """Rows by body instance when several draw, in the order of the book; otherwise one group without a title."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.unit].append(row)
        return list(found.items()) if len(found) > 1 else [("", list(self.rows))]

    @property
    def totals(self) -> dict[str, Any]:
        figures = [row.figure for row in self.rows]
        return {
            "base": sum(one.base for one in figures), "pool": sum(one.pool for one in figures),
            "required": sum(one.required for one in figures), "drawn": sum(one.drawn for one in figures),
            "remaining": sum(one.remaining for one in figures), "possible": sum(one.possible for one in figures),
            "batches": [sum(row.batches[at] for row in self.rows) for at in range(len(self.batches))],
        }  # fmt: skip

    @property
    def confirmed(self) -> bool:
        return bool(self.rows) and all(row.confirmed for row in self.rows)

    @property
    def note(self) -> str:
        return f"按 {self.on} 名录与人员试算"

    @property
    def chart_title(self) -> str:
        return f"{self.period.year}年各季度已抽与应抽"

    @property
    def locked(self) -> bool:
        """Every quota has been drawn from: nothing is left to confirm."""
        return bool(self.rows) and all(row.locked for row in self.rows)

    @property
    def conflicts(self) -> int:
        return sum(finding.level == "bad" for finding in self.findings)


def board(organisation: Organisation, period: Period, on: date, *, opened: str = "") -> Board:
    """Everything of the page, in a number of queries that does not grow with the register.

    raises: RulebookMissing; RuleBroken when the plan's rulebook has changed
    """
    plan = AnnualPlan.objects.in_force(organisation, period.year).first()
    book = trial.book_of(plan) if plan else trial.governing_book(organisation, period.year, on)
    given = trial.terms_of(plan) if plan else trial.PlanTerms()
    register = trial.read(organisation, book, on, period)
    figures = trial.figures(organisation, register, given, period)
    units = {unit.pk: unit for several in register.units.values() for unit in several}
    drawn = _batches(organisation, period)
    numbers = tuple(sorted({number for number, _ in drawn}))
    rows = tuple(
        _row(book, register, found, units[found.unit], given, drawn, numbers, opened, first=at == 0)
        for at, found in enumerate(figures)
    )
    return Board(
        organisation=organisation, period=period, plan=plan, book=book, rows=rows,
        batches=tuple(f"第 {at} 批" for at, _ in enumerate(numbers, 1)),
        findings=tuple(feasibility.examine(scene.scene_of(organisation, book, register, figures, on, period, plan))),
        chart=year_chart(organisation, book, given, figures, period),
        exclusions=_exclusions(book, register), blockers=_blockers(plan, figures), on=on,
        snapshot=next(iter(register.frozen.values()), None), stale=_stale(organisation, register, given, period, figures),
    )  # fmt: skip


def _batches(organisation: Organisation, period: Period) -> Counter[tuple[str, tuple[str, int, str]]]:
    """How many each draw took per (line, unit, own period), for draws whose rows lie in play this period."""
    rows = (
        Drawn.objects.standing()
        .of_year(organisation, period.year)
        .values_list("draw_number", "line", "unit", "period")
    )
    own = {one.id for kind in ("month", "quarter", "half_year", "year") for one in Period.of_year(period.year, kind)
           if one.first <= period.last and period.first <= one.last}  # fmt: skip
    return Counter((number, (line, unit, kept)) for number, line, unit, kept in rows if kept in own)


def _row(
    book: Rulebook, register: Register, found: Figure, unit: Unit, given: trial.PlanTerms, drawn: Mapping, numbers: Sequence[str],
    opened: str, *, first: bool,
) -> Row:  # fmt: skip
    key = f"{found.line.id}-{found.unit}-{found.period.id}"
    slot = (found.line.id, found.unit, found.period.id)
    clause = clauses.quote(found.line.origin("rates").ref)
    quota = register.frozen.get((found.period.id, found.line.id, found.unit))
    return Row(
        key=key, name=naming.short_name(book, found.line), tier=naming.tier_of(found.line),
        place=clause.place if clause else quota_source(found), unit=unit.name,
        period="" if found.period.kind == "quarter" else terms.short_zh(found.period), figure=found,
        batches=tuple(drawn[number, slot] for number in numbers),
        explain=explain(register, book, found, quota, given.numbers.get(slot)),
        confirmed=quota is not None, locked=quota is not None and found.drawn > 0,
        opened=opened == key or (not opened and first),
    )  # fmt: skip


def quota_source(found: Figure) -> str:
    """The document an own line rests on, where a line of the book shows its clause."""
    return f"本局，{found.line.origin('rates').ref}" if found.line.local else ""


def explain(
    register: Register, book: Rulebook, found: Figure, quota: Quota | None, planned: PlannedNumber | None
) -> dict[str, Any]:
    """The shape of components/number_explain.html."""
    kept = found.explanation
    return {
        "title": f"为什么是 {found.required} 家",
        "parts": _equation(found),
        "text": kept["text"], "phrase": kept["phrase"], "source": kept["source"],
        "source_url": f"{reverse('rulebook')}?book={book.id}#quotas" if kept["text"] else "",
        "origins": [_origin(part, quota) for part in _parts_now(kept["parts"], found)],
        "sentence": kept["sentence"],
        **_since(register, found, planned),
    }  # fmt: skip


def _parts_now(kept: Sequence[Mapping[str, Any]], found: Figure) -> list[Mapping[str, Any]]:
    """The parts as confirmed, but what is out of the pool as of today."""
    standing = [part for part in kept if part["unit"] != explaining.OUT]
    return [*standing[:-1], *explaining.out_of_pool(found), *standing[-1:]]


def _equation(found: Figure) -> list[dict[str, Any]]:
    line, number = found.line, found.number
    if number.rate is None:
        return [{"value": found.required, "unit": "家", "label": "计划填写的数", "result": True}]
    officers = line.basis == "officers"
    arithmetic = found.explanation["arithmetic"]
    first = {"value": arithmetic["officers"] if officers else found.base, "unit": "人" if officers else "家",
             "label": "在编在岗持证" if officers else "本期基数"}  # fmt: skip
    rate = {
        "value": arithmetic["rate"] if officers else found.rate_text,
        "label": f"{terms.PERIOD_ZH[line.period]}{'至少' if line.bound == 'at_least' else ''}",
        "op": "×",
    }
    raw, computed = arithmetic["raw"], arithmetic["computed"]
    note = "整除，没有进位" if str(computed) == raw else f"{raw} 向上取整"
    if found.required != computed:
        note = f"{note}得 {computed}，按计划下限"
    return [first, rate, {"value": found.required, "unit": "家", "label": note, "op": "=", "result": True}]


def _origin(part: Mapping[str, Any], quota: Quota | None) -> dict[str, str]:
    unit = f" {part['unit']}" if part["unit"] else ""
    value = f"{part['label']}：{part['value']}{unit}"
    text = f"{value}，{part['note']}" if part["note"] else value
    place = part["place"] or part["ref"]
    note = f"{part['quote']}（{place}）" if part["quote"] else place
    if part["ref"] == "AMB-03" and quota is not None:
        code = quota.snapshot_hash[:8]
        note = f"快照 {quota.snapshot_on}，校验码 {code[:4]}-{code[4:]}。{note}"
    return {"kind": _KIND[part["origin"]], "text": text, "note": note or "产品默认，文件没有规定"}


_KIND = {"law": "law", "other_law": "law", "interpretation": "AMB", "default": "DEFAULT", "local": "local"}


def _since(register: Register, found: Figure, planned: PlannedNumber | None) -> dict[str, str]:
    """计划印发以来: the plan's base and number beside today's, and what made the difference."""
    if planned is None:
        return {}
    then, now = (planned.base, planned.number), (found.base, found.required)
    moved = movement(register, planned.snapshot, found)
    if then == now and not moved:
        return {"since": f"没有变化：计划时 {then[0]} 家、应抽 {then[1]} 家"}
    why = f"。{'，'.join(moved)}" if moved else ""
    return {
        "since": f"计划 {then[0]} 家、应抽 {then[1]} 家 → 现在 {now[0]} 家、应抽 {now[1]} 家{why}",
        "since_url": f"{reverse('planning:line', args=[found.period.id, found.line.id, found.unit])}",
        "since_label": "看名单",
    }


_GONE = {
    "closed": "关停",
    "cancelled": "注销",
    "moved": "迁出",
    "removed": "移出名录",
    "merged": "并入其他对象",
}


def movement(register: Register, then: Sequence[int], found: Figure) -> list[str]:
    """新列入 6 家，关停 1 家: who came into the base since the plan and where the others went."""
    if not then:
        return []
    before, now = set(then), set(found.members.base)
    gone = {known.id: known.gone for known in register.targets if known.gone}
    left = Counter(_GONE.get(gone.get(target, ""), "不再属于本范围") for target in before - now)
    joined = [f"新列入 {len(now - before)} 家"] if now - before else []
    return [*joined, *(f"{word} {count} 家" for word, count in left.items())]


def _exclusions(book: Rulebook, register: Register) -> tuple[dict[str, Any], ...]:
    chosen = {rule for quota in register.frozen.values() for rule in quota.exclusions}
    return tuple(
        {"id": rule.id, "zh": rule.zh, "ref": rule.origin("when").ref, "chosen": rule.id in chosen}
        for rule in book.exclusions
        if rule.effect == "pool" and rule.use == "optional"
    )


def _blockers(plan: AnnualPlan | None, figures: Sequence[Figure]) -> tuple[str, ...]:
    if plan is None:
        return ("还没有已批准的年度计划。请先编制、批准年度计划；来不及的编一份暂行计划。",)
    return () if figures else ("没有一个内设机构登记为抽取主体，没有配额可确认。",)


def _stale(
    organisation: Organisation,
    register: Register,
    given: trial.PlanTerms,
    period: Period,
    shown: Sequence[Figure],
) -> tuple[str, ...]:
    """Confirmed, not yet drawn, and today's register would give another number."""
    open_keys = {(one.period.id, one.line.id, one.unit) for one in shown if not one.drawn} & set(
        register.frozen
    )
    if not open_keys:
        return ()
    now = {
        (one.period.id, one.line.id, one.unit): one
        for one in trial.figures(organisation, register, given, period, fresh=True)
    }
    return tuple(
        f"{naming.short_name(register.book, one.line)}：确认时基数 {one.base} 家、应抽 {one.required} 家，现算 {then.base} 家、{then.required} 家"
        for one in shown
        if (key := (one.period.id, one.line.id, one.unit)) in open_keys
        and (then := now[key])
        and (then.base, then.required) != (one.base, one.required)
    )


def year_chart(
    organisation: Organisation,
    book: Rulebook,
    given: trial.PlanTerms,
    figures: Sequence[Figure],
    period: Period,
) -> dict[str, Any]:
    """已抽 per quarter stacked by tier, against 应抽 (confirmed, else planned, else today's). Three queries."""
    quarters = Period.of_year(period.year, "quarter")
    lines = [
        line for line in terms.draw_lines(book, {one.body for one in figures}) if line.period == "quarter"
    ]
    groups = _series(book, lines)
    drawn = Counter(Drawn.objects.standing().of_year(organisation, period.year).values_list("period", "line"))
    required = _required(organisation, given, figures, period)
    return {
        "labels": [terms.short_zh(one) for one in quarters],
        "series": [
            {
                "label": label,
                "css": css,
                "values": [sum(drawn[one.id, line] for line in ids) for one in quarters],
            }
            for label, css, ids in groups
        ],
        "totals": [sum(required.get((one.id, line.id), 0) for line in lines) for one in quarters],
    }


_CSS = {"key": "k-key", "special": "k-spec", "general": "k-gen"}


def _series(book: Rulebook, lines: Sequence) -> list[tuple[str, str, list[str]]]:
    """Tiers where the book has them; otherwise all lines as one series."""
    by_tier: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        by_tier[naming.tier_of(line)].append(line.id)
    names = {
        "key": "重点",
        "special": "特殊",
        "general": "一般",
        "": "各事项" if len(by_tier) == 1 else "其他",
    }
    order = [tier for tier in ("key", "special", "general", "") if tier in by_tier]
    return [(names[tier], _CSS.get(tier, "k-1"), by_tier[tier]) for tier in order]


def _required(
    organisation: Organisation, given: trial.PlanTerms, figures: Sequence[Figure], period: Period
) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str, int], int] = {
        (kept, line, unit): row.number for (line, unit, kept), row in given.numbers.items()
    }
    rows = Quota.objects.filter(organisation=organisation, period__startswith=str(period.year))
    found |= {
        (kept, line, unit): number
        for kept, line, unit, number in rows.values_list("period", "line", "unit", "required")
    }
    found |= {(one.period.id, one.line.id, one.unit): one.required for one in figures}
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for (kept, line, _), number in found.items():
        sums[kept, line] += number
    return sums
