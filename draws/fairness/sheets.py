"""The report as tables: for the workbook of the desk, and the numbers alone for everybody."""

from collections.abc import Iterator
from typing import Any

from draws.fairness.lines import Report
from draws.rules import grounds
from foundation.sheets.columns import Column, Sheet

Table = tuple[Sheet, list[dict[str, Any]]]

STRATA = Sheet(
    "fairness-strata", "各层检验",
    (
        Column("name", "抽取层"), Column("draws", "抽取次数", "number"), Column("pool", "可抽家次", "number"),
        Column("drawn", "抽出家次", "number"), Column("df", "自由度", "number"), Column("statistic", "χ²"), Column("p", "p 值"),
        Column("verdict", "结论"),
    ),
)  # fmt: skip
AREAS = Sheet(
    "fairness-areas", "各片区",
    (
        Column("name", "抽取层"), Column("area", "片区"), Column("size", "参加抽签家次", "number"),
        Column("expected", "预期抽出"), Column("observed", "实际抽出", "number"),
    ),
)  # fmt: skip
OFTEN = Sheet("fairness-often", "抽中次数", (Column("times", "全年抽中"), Column("count", "家数", "number")))
VOIDS = Sheet(
    "fairness-voids", "作废",
    (
        Column("name", "抽取层"), Column("period", "期"), Column("drawn", "抽出家次", "number"), Column("voided", "作废家次", "number"),
        Column("rate", "作废率"),
    ),
)  # fmt: skip
REASONS = Sheet(
    "fairness-reasons", "替换原因", (Column("why", "原因类别"), Column("count", "件数", "number"))
)
NEVER = Sheet(
    "fairness-never", "从未抽中",
    (
        Column("uid", "对象编号", "code"), Column("name", "名称"), Column("area", "片区"), Column("times", "可抽次数", "number"),
        Column("missed", "一直抽不中的可能性"),
    ),
)  # fmt: skip
PAIRS = Sheet(
    "fairness-pairs", "同组",
    (
        Column("one", "检查人员"), Column("other", "检查人员二"), Column("times", "同组次数", "number"),
        Column("share", "占较少一方出勤"),
    ),
)  # fmt: skip
PEOPLE = Sheet(
    "fairness-people", "回避和缺席",
    (
        Column("name", "检查人员"), Column("assigned", "抽到的检查", "number"), Column("recuse", "回避", "number"),
        Column("swap", "互换", "number"), Column("absent", "不能到岗", "number"), Column("rate", "离组率"), Column("note", "说明"),
    ),
)  # fmt: skip
ASKED = Sheet(
    "fairness-asked", "申请人",
    (
        Column("name", "申请人"), Column("asked", "申请", "number"), Column("done", "已执行", "number"),
        Column("refused", "不同意", "number"), Column("voids", "其中作废对象", "number"),
    ),
)  # fmt: skip
TIMES = ("从未抽中", "1 次", "2 次", "3 次起")


def public_tables(report: Report) -> list[Table]:
    """Numbers without a name of a target or a person."""
    return [
        (STRATA, list(_strata(report))), (AREAS, list(_areas(report))), (OFTEN, _often(report)), (VOIDS, _voids(report)),
        (REASONS, [{"why": grounds.WORDS.get(why, why), "count": count} for why, count in report.reasons.items()]),
    ]  # fmt: skip


def tables(report: Report) -> list[Table]:
    """Everything, for those who see draws."""
    name = report.names
    pairs = [
        {"one": name[row.one], "other": name[row.other], "times": row.times, "share": percent(row.share)}
        for row in report.pairs
    ]
    never = [
        {
            "uid": row.uid,
            "name": row.name,
            "area": row.area,
            "times": row.times,
            "missed": percent(row.missed),
        }
        for row in report.never
    ]
    people = [
        {
            "name": name[row.person], "assigned": row.assigned, **row.left, "rate": percent(row.rate),
            "note": "次数少，比例说明不了什么" if row.few else "",
        }
        for row in report.people
    ]  # fmt: skip
    asked = [
        {"name": row.name, "asked": row.asked, "done": row.done, "refused": row.refused, "voids": row.voids}
        for row in report.asked
    ]
    return [*public_tables(report), (NEVER, never), (PAIRS, pairs), (PEOPLE, people), (ASKED, asked)]


def percent(value: float) -> str:
    return f"{value * 100:.1f}%"


def _strata(report: Report) -> Iterator[dict[str, Any]]:
    for line in report.strata:
        tested = not line.test.untested
        yield {
            "name": line.name, "draws": line.draws, "pool": line.pool, "drawn": line.drawn, "verdict": line.verdict,
            "df": line.test.df if tested else "", "statistic": f"{line.test.statistic:.3f}" if tested else "",
            "p": f"{line.test.p:.4f}" if tested else "",
        }  # fmt: skip


def _areas(report: Report) -> Iterator[dict[str, Any]]:
    for line in report.strata:
        for cell in line.cells:
            yield {"name": line.name, **cell}


def _often(report: Report) -> list[dict[str, Any]]:
    return [{"times": word, "count": count} for word, count in zip(TIMES, report.often, strict=True)]


def _voids(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "period": row.period,
            "drawn": row.drawn,
            "voided": row.voided,
            "rate": percent(row.rate),
        }
        for row in report.voids
    ]


def numbers(report: Report) -> dict[str, Any]:
    """Context of the part of the page that holds no names: templates/draws/_fairness.html."""
    return {
        "report": report, "often_labels": TIMES, "often_values": report.often,
        "voids": [{"row": row, "rate": percent(row.rate)} for row in report.voids],
        "reasons": [(grounds.WORDS.get(why, why), count) for why, count in report.reasons.items()],
    }  # fmt: skip
