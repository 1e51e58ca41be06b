"""What keeps targets out of the pool or lets them in although a principle says otherwise: with clause, reason, approvals."""

from dataclasses import dataclass

from django.db.models import Q

from draws.models import Draw, PoolChange
from foundation.rulebook.model import Rulebook
from planning.models import Override
from planning.rules.naming import line_name
from planning.trial import book_of


@dataclass(frozen=True)
class Exempted:
    """An approved exception of the year that touches this draw."""

    rule: str
    clause: str
    what: str
    reason: str
    evidence: str
    requested_by: str
    approved_by: str
    endorsed: bool


def overrides_of(draw: Draw) -> list[Exempted]:
    """Approved exceptions for single targets, for a line of this draw, or for everything. Two queries."""
    book = book_of(draw.plan)
    lines = list(draw.strata.values_list("line", flat=True))
    rows = Override.objects.approved(draw.organisation, int(draw.period[:4])).filter(
        Q(line="") | Q(line__in=lines)
    )
    endorsed = set(draw.pool_changes.exclude(override=None).values_list("override_id", flat=True))
    return [
        Exempted(
            rule_name(book, row.rule), clause_of(book, row.rule), _what(book, row), row.reason, row.evidence, row.requested_by.name,
            row.approved_by.name if row.approved_by else "", row.pk in endorsed,
        )
        for row in rows.select_related("target", "requested_by", "approved_by").order_by("pk")
    ]  # fmt: skip


def exclusions_of(draw: Draw) -> list[tuple[str, str, str]]:
    """(name, clause, use) of the rulebook's own exclusions from the pool."""
    use = {"always": "一律排除", "principle": "原则上排除", "optional": "可选"}
    chosen = {name for names in draw.strata.values_list("quota__exclusions", flat=True) for name in names}
    return [
        (rule.zh, rule.origin("when").ref, use[rule.use] + ("，本期选用" if rule.id in chosen else ""))
        for rule in book_of(draw.plan).exclusions
        if rule.effect == "pool"
    ]


def rules_to_set_aside(book: Rulebook) -> list[tuple[str, str]]:
    """Principle caps and exclusions that are not compulsory: (id, words with the clause)."""
    caps = [
        (cap.id, f"每家每年不超过 {cap.max} 次（{cap.origin('max').ref}）")
        for cap in book.caps
        if cap.strength == "principle"
    ]
    rules = [
        (rule.id, f"{rule.zh}（{rule.origin('when').ref}）")
        for rule in book.exclusions
        if rule.use != "always" and rule.effect == "pool"
    ]
    return caps + rules


def rule_name(book: Rulebook, rule: str) -> str:
    cap = next((found for found in book.caps if found.id == rule), None)
    if cap is not None:
        return f"每家每年不超过 {cap.max} 次"
    exclusion = next((found for found in book.exclusions if found.id == rule), None)
    return exclusion.zh if exclusion else "抽取时间"


def clause_of(book: Rulebook, rule: str) -> str:
    cap = next((found for found in book.caps if found.id == rule), None)
    exclusion = next((found for found in book.exclusions if found.id == rule), None)
    found = (
        cap.origin("max") if cap else exclusion.origin("when") if exclusion else book.draw.origin("window")
    )
    return found.ref


def changes_of(draw: Draw) -> list[PoolChange]:
    rows = draw.pool_changes.select_related(
        "target", "requested_by", "approved_by", "endorsed_by", "refused_by", "draw__discipline"
    )
    return list(rows.prefetch_related("files").order_by("pk"))


def _what(book: Rulebook, row: Override) -> str:
    if row.target is not None:
        return row.target.name
    return line_name(book, book.line(row.line)) if row.line else "本年各次抽取"
