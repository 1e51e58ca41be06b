"""The words behind a number: arithmetic, the clause quoted, where each part comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foundation.rulebook import clauses
from foundation.rulebook.model import Rulebook
from foundation.rulebook.tables import Quota
from foundation.rulebook.values import Origin, decimal_text
from planning.rules.naming import STATUS_ZH
from planning.rules.terms import PERIOD_ZH, rate_text

if TYPE_CHECKING:
    from planning.rules.figures import Figure, Terms

_BOUND = {"at_least": "至少，可以多抽，不能少抽", "target": "计划数，少抽是欠查，多抽须写理由"}
OUT = "家不可抽"
_ORDER = {"uninspected_first": "先抽今年没查过的", "uniform": "在可抽名单里等概率抽取"}


def explain(book: Rulebook, line: Quota, found: Figure, terms: Terms) -> dict[str, Any]:
    """JSON kept with the quota: sentence, parts with their origin and quotation, arithmetic, main clause."""
    number = found.number
    origin = rate_origin(line, found.period.index)
    main = clauses.quote(origin.ref)
    return {
        "sentence": number.sentence,
        "clause": origin.ref,
        "place": main.place if main else "",
        "text": main.sentence if main else "",
        "phrase": main.mark if main else "",
        "source": origin.ref if line.local else source_of(book, main.place if main else ""),
        "parts": [part for part in _parts(book, line, found, terms) if part],
        "arithmetic": {
            "base": found.base,
            "officers": terms.officers if line.basis == "officers" else None,
            "rate": None if number.rate is None else decimal_text(number.rate),
            "raw": decimal_text(number.raw),
            "computed": number.computed,
            "floor": number.floor,
            "required": number.number,
        },
    }


def rate_origin(line: Quota, index: int) -> Origin:
    """Where the rate of a period comes from; where the text has a row for every period, that row. source: XY-A2.1"""
    origin = line.origin("rates")
    row = clauses.quote(f"{origin.ref}.{index}") if len(line.rates) > 1 and not line.local else None
    return Origin(origin.kind, row.ref) if row else origin


def source_of(book: Rulebook, place: str) -> str:
    """《细则》第十条第二款，沁环发〔2022〕33号."""
    title = f"《{book.zh.strip('《》')}》{place}"
    return f"{title}，{book.about.doc_no}" if book.about.doc_no else title


def part(label: str, value: object, unit: str, origin: Origin, note: str = "") -> dict[str, Any]:
    """One line of 每一部分从哪里来."""
    clause = clauses.quote(origin.ref) if origin.ref else None
    return {
        "label": label,
        "value": str(value),
        "unit": unit,
        "origin": origin.kind,
        "ref": origin.ref,
        "place": clause.place if clause else "",
        "quote": clause.sentence if clause else "",
        "phrase": clause.mark if clause else "",
        "note": note,
    }


def _parts(book: Rulebook, line: Quota, found: Figure, terms: Terms) -> list[dict[str, Any] | None]:
    return [
        *_rate(line, found, terms),
        _multiplicand(line, found, terms),
        _rounding(line, found),
        _floor(book, found),
        *out_of_pool(found),
        part("抽取顺序", _ORDER[line.order], "", line.origin("order")),
    ]


def _rate(line: Quota, found: Figure, terms: Terms) -> list[dict[str, Any] | None]:
    index = found.period.index
    if line.basis == "manual":
        return [
            part(
                "数量", terms.manual, "家", line.origin("basis"), f"本局计划填写，来源：{terms.manual_source}"
            )
        ]
    lawful = part(
        "比例",
        rate_text(line, line.rate(index)),
        "",
        rate_origin(line, index),
        f"{PERIOD_ZH[line.period]}，{_BOUND[line.bound]}",
    )
    if found.line.rates == line.rates:
        return [lawful]
    own = part(
        "本局计划的比例",
        found.rate_text,
        "",
        Origin("default", ""),
        "高于规则书的最低要求，由本局在年度计划中确定",
    )
    return [{**lawful, "label": "最低比例"}, own]


def _multiplicand(line: Quota, found: Figure, terms: Terms) -> dict[str, Any] | None:
    if line.basis == "officers":
        return part("在编在岗持证人数", terms.officers, "人", Origin("interpretation", "AMB-31"))
    if line.basis == "manual":
        return None
    return part("基数", found.base, "家", Origin("interpretation", "AMB-03"))


def _rounding(line: Quota, found: Figure) -> dict[str, Any] | None:
    if line.basis == "manual" or not found.base:
        return part("基数", 0, "家", Origin("interpretation", "AMB-04")) if not found.base else None
    exact = found.number.raw == found.number.computed
    return part("取整", "整除，没有进位" if exact else "向上取整", "", line.origin("rounding"))


def _floor(book: Rulebook, found: Figure) -> dict[str, Any] | None:
    if found.number.floor is None:
        return None
    note = (
        "本期配额不低于已批准计划的数"
        if found.number.floor <= found.number.computed
        else "计划数较高，按计划数"
    )
    return part("年度计划数", found.number.floor, "家", book.plan.origin("freeze"), note)


def out_of_pool(found: Figure) -> list[dict[str, Any]]:
    """One part for each reason that keeps members of the base out of the pool."""
    members, rows = found.members, []
    for code in sorted({status for status in members.status.values() if status.startswith("C.")}):
        ids = members.out_of_pool(code)
        cause = _first_cause(members.causes[ids[0]], code)
        rows.append(
            part(STATUS_ZH[code], len(ids), OUT, cause.origin, cause.sentence if len(ids) == 1 else "")
        )
    return rows


def _first_cause(why: tuple, code: str):
    wanted = {
        "C.CAP": "cap_limited",
        "C.DRAWN": "drawn_in_period",
        "C.ONCE": "drawn_before",
        "C.CLOSED": "closed",
    }
    return next((cause for cause in why if cause.code == wanted.get(code, "exclusion_limited")), why[0])
