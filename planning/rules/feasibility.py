"""Can it be done: each check gives a finding with numbers, the clause, and what could be done about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from foundation.rulebook import clauses
from foundation.rulebook.model import Rulebook
from foundation.rulebook.shortfall import REASON_LABELS
from foundation.rulebook.tables import Cap, Coverage
from foundation.rulebook.values import Origin
from foundation.rulebook.yearly import coverage_proposal
from planning.rules import naming
from planning.rules.figures import Figure
from planning.rules.standing import LineMembers


@dataclass(frozen=True)
class Finding:
    """level: bad (cannot be done as planned), warn, ok · title and text: the numbers in words · options: remedies ·
    origin: where the demand comes from, with the quoted sentence · rule: id one could ask an exception for ·
    where: (period, line, unit id) of the list of names behind it"""

    level: str
    code: str
    title: str
    text: str = ""
    options: tuple[str, ...] = ()
    origin: Origin | None = None
    rule: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    where: tuple[str, str, int] | None = None

    @property
    def quote(self) -> str:
        clause = clauses.quote(self.origin.ref) if self.origin and self.origin.ref else None
        return clause.text if clause else ""

    @property
    def place(self) -> str:
        clause = clauses.quote(self.origin.ref) if self.origin and self.origin.ref else None
        return clause.place if clause else ""


@dataclass(frozen=True)
class People:
    """available: certified and not away · expired, expiring: names · workdays: left until the end of the period"""

    available: int
    workdays: int
    expired: tuple[str, ...] = ()
    expiring: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """Everything the checks look at."""

    book: Rulebook
    figures: Sequence[Figure]
    people: People
    on: date
    names: Mapping[int, str] = field(default_factory=dict)
    unpublished: tuple[str, ...] = ()
    idle_bodies: tuple[str, ...] = ()
    landless: tuple[str, ...] = ()


def examine(scene: Scene) -> list[Finding]:
    """All findings, the worst first, otherwise in the order of the checks."""
    found = [
        *caps(scene), *other_shortfalls(scene), *coverage(scene), *capacity(scene), *empty(scene), *bodies(scene),
        *items(scene), *certificates(scene), *expiry(scene),
    ]  # fmt: skip
    return sorted(found, key=lambda finding: ("bad", "warn", "ok").index(finding.level))


def caps(scene: Scene) -> Iterable[Finding]:
    """Lines whose remaining quota the yearly cap does not leave room for. source: AMB-07"""
    if not scene.book.caps:
        return
    short = [figure for figure in scene.figures if "cap_limited" in figure.short.reasons]
    for figure in short:
        capped = figure.members.out_of_pool("C.CAP")
        cap = _cap_of(scene.book, figure.members, capped)
        name = _name(scene, figure)
        yield Finding(
            "bad", "cap",
            f"上限冲突：{name}尚缺 {figure.remaining} 家，可抽 {figure.pool} 家，欠 {figure.short.count} 家",
            f"其中 {len(capped)} 家今年已达 {cap.max} 次上限，留在基数里但不能再抽。",
            ("按上限少抽，欠数如实记为“年度次数上限”", "逐家申请例外，由分管领导批准，理由写入抽取记录"),
            cap.origin("max"), cap.id, where=(figure.period.id, figure.line.id, figure.unit),
        )  # fmt: skip
    if not short:
        counted = sum(len(figure.members.out_of_pool("C.CAP")) for figure in scene.figures)
        cap = scene.book.caps[0]
        yield Finding(
            "ok", "cap", f"次数上限不冲突：每家每年 {cap.max} 次以内可以抽足",
            f"今年已达上限的 {counted} 家不再抽，留在基数里。" if counted else "", origin=cap.origin("max"),
        )  # fmt: skip


def _cap_of(book: Rulebook, members: LineMembers, capped: Sequence[int]) -> Cap:
    rules = {cause.rule for target in capped for cause in members.causes.get(target, ())}
    return next((cap for cap in book.caps if cap.id in rules), book.caps[0])


def other_shortfalls(scene: Scene) -> Iterable[Finding]:
    """More wanted than there are, or taken out by an exclusion. source: AMB-32"""
    for figure in scene.figures:
        reasons = [reason for reason in figure.short.reasons if reason != "cap_limited"]
        if not figure.short.count or not reasons:
            continue
        words = "、".join(REASON_LABELS[reason] for reason in reasons)
        yield Finding(
            "warn", "shortfall", f"抽不足：{_name(scene, figure)}应抽 {figure.required} 家，预计欠 {figure.short.count} 家",
            f"原因：{words}。基数 {figure.base} 家，现在可抽 {figure.pool} 家。",
            ("能抽的全部抽取，欠数如实记录；对象总数不够的不需要批准例外",), Origin("interpretation", "AMB-32"),
        )  # fmt: skip


def coverage(scene: Scene) -> Iterable[Finding]:
    """Targets of a yearly coverage rule not visited yet against what the periods will still draw. source: AMB-05"""
    for rule in scene.book.coverage:
        if rule.subject != "target" or rule.every != "year":
            continue
        figures = [figure for figure in scene.figures if figure.body in rule.bodies and _covers(rule, figure)]
        for figure in figures:
            yield _coverage(scene, rule, figure)


def _covers(rule: Coverage, figure: Figure) -> bool:
    if figure.line.local:
        return False
    wanted = rule.when.names("tier")
    tiers = figure.line.when.names("tier")
    return bool(tiers) and tiers <= wanted if wanted else figure.line.when == rule.when


def _coverage(scene: Scene, rule: Coverage, figure: Figure) -> Finding:
    drawn_now = set(figure.members.out_of_pool("C.DRAWN"))
    unvisited = [target for target in figure.members.unvisited if target not in drawn_now]
    ahead = figure.possible + figure.required * _periods_left(figure)
    gap = coverage_proposal(ahead, len(unvisited))
    origin, name = rule.origin("times"), _name(scene, figure)
    if not gap.uncovered_after_required:
        return Finding(
            "ok",
            "coverage",
            f"覆盖够用：{name}还有 {len(unvisited)} 家今年没查过，年内还要抽 {ahead} 家",
            origin=origin,
        )
    missing = gap.uncovered_after_required
    level = "bad" if rule.strength == "must" and not _periods_left(figure) else "warn"
    return Finding(
        level, "coverage", f"覆盖提醒：{name}还有 {len(unvisited)} 家今年没查过，年内还要抽 {ahead} 家，差 {missing} 家",
        f"{'' if rule.strength == 'must' else '“原则上”，'}{rule.zh}。",
        (f"本期由 {figure.possible} 家加到 {figure.possible + missing} 家", f"不加抽，年底前用专项检查覆盖这 {missing} 家"), origin,
    )  # fmt: skip


def _periods_left(figure: Figure) -> int:
    return figure.line.periods - figure.period.index


def capacity(scene: Scene) -> Iterable[Finding]:
    """Visits times team size against the person-days that are left, one visit per person and working day."""
    visits = sum(figure.possible for figure in scene.figures)
    team, people = scene.book.team.min, scene.people
    needed, room = visits * team, people.available * people.workdays
    share = f"{needed / people.available:.1f}" if people.available else "—"
    facts = (
        ("在岗有证", f"{people.available} 人"), ("每组至少", f"{team} 人"), ("期内剩余", f"{people.workdays} 个工作日"),
        ("平均每人", f"{share} 次"),
    )  # fmt: skip
    origin = scene.book.team.origin("min")
    if people.available < team:
        yield Finding("bad", "capacity", f"人员不够：每组至少 {team} 人，在岗有证只有 {people.available} 人",
                      options=("补充持证人员", "请上级或其他单位支援"), origin=origin, facts=facts)  # fmt: skip
    elif needed > room:
        yield Finding(
            "bad", "capacity", f"人员不够：{visits} 家需要 {needed} 人次，期内最多 {room} 人次",
            "按每人每个工作日 1 次估算。", ("分批提前抽取", "请其他单位支援，或调整可选任务"), origin, facts=facts,
        )  # fmt: skip
    else:
        yield Finding("ok", "capacity", f"人员够用：{visits} 家需要 {needed} 人次，期内最多 {room} 人次",
                      "按每人每个工作日 1 次估算。", origin=origin, facts=facts)  # fmt: skip


def empty(scene: Scene) -> Iterable[Finding]:
    """Lines without a single target: quota 0, not applicable. source: AMB-04"""
    names = [_name(scene, figure) for figure in scene.figures if not figure.base]
    if names:
        yield Finding(
            "warn", "empty", f"没有对象：{len(names)} 条配额的名录里一家也没有，应抽为 0",
            _listed(names), ("核对名录和范围标识是否登记齐全", "确实没有的，按不适用处理"), Origin("interpretation", "AMB-04"),
        )  # fmt: skip


def bodies(scene: Scene) -> Iterable[Finding]:
    if scene.idle_bodies:
        yield Finding("warn", "body", f"没有登记抽取主体：{_listed(scene.idle_bodies)}，其配额没有计算",
                      options=("在机构设置里给内设机构填上抽取主体", "本局没有这一级的，不用处理"))  # fmt: skip
    if scene.landless:
        yield Finding(
            "bad",
            "area",
            f"没有管辖片区：{_listed(scene.landless)}，基数只能是 0",
            options=("在机构设置里登记管辖片区",),
        )


def items(scene: Scene) -> Iterable[Finding]:
    if scene.unpublished:
        yield Finding(
            "bad", "items", f"事项未公布：{len(scene.unpublished)} 项任务没有已公布的抽查事项",
            f"{_listed(scene.unpublished)}。未公布的事项不得抽查。", ("到“抽查事项”批准并公布",),
            scene.book.item_rules.origin("legal_basis_required"),
        )  # fmt: skip


def certificates(scene: Scene) -> Iterable[Finding]:
    people = scene.people
    if people.expired:
        yield Finding("bad", "certificate", f"执法证过期：{len(people.expired)} 人，不能带队也不计入人数", _listed(people.expired),
                      ("换发执法证后更新人员名录",), Origin("other_law", "行政处罚法42"))  # fmt: skip
    if people.expiring:
        yield Finding("warn", "certificate", f"执法证本期内到期：{len(people.expiring)} 人", _listed(people.expiring),
                      ("到期前换证",), Origin("other_law", "行政处罚法42"))  # fmt: skip


def expiry(scene: Scene) -> Iterable[Finding]:
    """An expired rulebook allows finishing tasks, not new plans. source: AMB-59"""
    last = scene.book.about.effective_to
    if last is not None and last < scene.on:
        yield Finding("warn", "expiry", f"规则书印明施行至 {last}，现已期满", "新一年的计划应依据现行文件。",
                      ("登记采用现行规则书后修订计划",), scene.book.about.origin("effective_to"))  # fmt: skip


def _name(scene: Scene, figure: Figure) -> str:
    name = naming.short_name(scene.book, figure.line)
    unit = scene.names.get(figure.unit, "")
    return f"{unit}{name}" if unit and _many(scene, figure) else name


def _many(scene: Scene, figure: Figure) -> bool:
    tier = naming.short_name(scene.book, figure.line)
    return (
        len({other.unit for other in scene.figures if naming.short_name(scene.book, other.line) == tier}) > 1
    )


def _listed(names: Sequence[str], most: int = 6) -> str:
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 项"
