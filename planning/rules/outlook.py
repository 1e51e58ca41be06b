"""A whole year of a plan, tried out on counts: what the caps, the coverage rules and the people allow. source: AMB-05, AMB-07"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from foundation.rulebook.model import Rulebook
from foundation.rulebook.shortfall import REASON_LABELS
from foundation.rulebook.simulation import PeriodInput, YearResult, simulate_year
from planning.rules import naming
from planning.rules.feasibility import Finding, Scene, bodies, certificates, empty, expiry, items
from planning.rules.figures import Figure

Row = tuple[str, int]


def outlook(scene: Scene) -> list[Finding]:
    """Findings for a plan; `scene.figures` are those of every period of the year."""
    years = {row: evenest(scene.book, found) for row, found in by_row(scene.figures).items()}
    found = [
        *_short(scene, years), *_coverage(scene, years), *_item_coverage(scene), *_people(scene), *empty(_one_each(scene)),
        *bodies(scene), *items(scene), *certificates(scene), *expiry(scene),
    ]  # fmt: skip
    return sorted(found, key=lambda finding: ("bad", "warn", "ok").index(finding.level))


def by_row(figures: Iterable[Figure]) -> dict[Row, list[Figure]]:
    found: dict[Row, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[figure.line.id, figure.unit].append(figure)
    return found


def _one_each(scene: Scene) -> Scene:
    return replace(scene, figures=[found[0] for found in by_row(scene.figures).values()])


def evenest(book: Rulebook, figures: Sequence[Figure]) -> YearResult:
    """The evenest outcome of the year if nothing in the register changes."""
    inputs = [
        PeriodInput(
            base=one.base,
            officers=one.explanation["arithmetic"]["officers"],
            manual=one.required if one.number.rate is None else None,
        )
        for one in sorted(figures, key=lambda figure: figure.period)
    ]
    return simulate_year(book, figures[0].line, inputs)


def _short(scene: Scene, years: Mapping[Row, YearResult]) -> Iterable[Finding]:
    """Lines the year cannot fill: by cap, by too few targets."""
    rows = by_row(scene.figures)
    capped = False
    for row, year in years.items():
        missing = sum(year.shortfall)
        reasons = sorted({reason for period in year.periods for reason in period.reasons})
        if not missing or not reasons:
            continue
        figure, by_cap = rows[row][0], "cap_limited" in reasons
        capped = capped or by_cap
        cap = scene.book.caps[0] if by_cap else None
        words = "、".join(REASON_LABELS[reason] for reason in reasons)
        yield Finding(
            "bad" if by_cap else "warn", "cap" if by_cap else "shortfall",
            f"{'上限冲突' if by_cap else '抽不足'}：{_name(scene, figure)}全年应抽 {sum(year.drawn) + missing} 家次，最多能抽 {sum(year.drawn)} 家次，欠 {missing}",
            f"基数 {figure.base} 家{f'，每家每年不超过 {cap.max} 次' if cap else ''}。原因：{words}。",
            ("按实抽取，欠数如实记录", "逐家申请例外，由分管领导批准") if by_cap else ("全部抽取，欠数如实记录",),
            cap.origin("max") if cap else None,
        )  # fmt: skip
    if scene.book.caps and not capped:
        cap = scene.book.caps[0]
        yield Finding(
            "ok", "cap", f"次数上限不冲突：全年每家 {cap.max} 次以内可以抽足", origin=cap.origin("max")
        )


def _coverage(scene: Scene, years: Mapping[Row, YearResult]) -> Iterable[Finding]:
    """Yearly coverage of targets: how many stay unvisited even in the evenest year."""
    rows = by_row(scene.figures)
    for rule in scene.book.coverage:
        if rule.subject != "target" or rule.every != "year":
            continue
        for row, year in years.items():
            figure = rows[row][0]
            tiers = figure.line.when.names("tier")
            if (
                figure.line.local
                or figure.body not in rule.bodies
                or not tiers
                or not tiers <= rule.when.names("tier")
            ):
                continue
            gap = max(figure.base - year.distinct, 0)
            certain = figure.line.order == "uninspected_first"
            title = f"{_name(scene, figure)} {figure.base} 家，全年抽 {sum(year.drawn)} 家次"
            yield Finding(
                "warn" if gap else "ok", "coverage",
                f"覆盖{'不足' if gap else '够用'}：{title}{f'，至少 {gap} 家查不到' if gap else ''}",
                f"{rule.zh}。{'' if certain else '这条配额等概率抽取，可能有重复，实际覆盖会少一些。'}",
                ("提高本行比例", "另排专项检查") if gap else (), rule.origin("times"),
            )  # fmt: skip


def _item_coverage(scene: Scene) -> Iterable[Finding]:
    """Items of the list that no line of the plan draws. source: WL-2.4"""
    for rule in scene.book.coverage:
        if rule.subject != "item":
            continue
        planned = {figure.line.item for figure in scene.figures if figure.required}
        missing = [item.zh for item in scene.book.items if item.id not in planned]
        if missing:
            yield Finding("warn", "coverage", f"事项覆盖不足：{len(missing)} 项今年没有应抽数", "、".join(missing[:6]), ("核对名录里有没有对应的对象",),
                          rule.origin("times"))  # fmt: skip
        else:
            yield Finding(
                "ok",
                "coverage",
                f"事项全覆盖：{len(scene.book.items)} 项都有应抽数",
                origin=rule.origin("times"),
            )


def _people(scene: Scene) -> Iterable[Finding]:
    visits, people, team = sum(figure.required for figure in scene.figures), scene.people, scene.book.team.min
    needed, room = visits * team, people.available * people.workdays
    facts = (
        ("在岗有证", f"{people.available} 人"),
        ("每组至少", f"{team} 人"),
        ("全年", f"{visits} 家次"),
        ("需要", f"{needed} 人次"),
    )
    bad = people.available < team or needed > room
    yield Finding(
        "bad" if bad else "ok", "capacity", f"人员{'不够' if bad else '够用'}：全年 {visits} 家次需要 {needed} 人次，余下工作日最多 {room} 人次",
        "按每人每个工作日 1 次估算。", ("补充持证人员", "请其他单位支援") if bad else (), scene.book.team.origin("min"), facts=facts,
    )  # fmt: skip


def _name(scene: Scene, figure: Figure) -> str:
    name = naming.short_name(scene.book, figure.line)
    several = len({one.unit for one in scene.figures}) > 1
    return f"{scene.names.get(figure.unit, '')}{name}" if several else name
