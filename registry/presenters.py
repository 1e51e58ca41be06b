"""Rows of the registers as pages print them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F

from foundation.organisation.models import User
from foundation.rulebook.model import Rulebook
from foundation.rulebook.selectors import Facts, FlagFact, active_flag
from foundation.rulebook.values import add_months
from registry import history, policies
from registry.facts import facts_of_rows
from registry.models import Entity, Target, TierAssignment
from registry.rules import categories, credit, tiers

STRONGEST = ("special", "key", "general", tiers.UNLISTED)


@dataclass
class TargetRow:
    """One line of the list."""

    target: Target
    tiers: list[str] = field(default_factory=list)
    overridden: bool = False
    visits: int = 0


def target_rows(targets: Iterable[Target], on: date, body: str = "") -> list[TargetRow]:
    """Two queries for the page, whatever its length."""
    rows = {target.pk: TargetRow(target) for target in targets}
    assignments = TierAssignment.objects.filter(target__in=rows, until=None).order_by("overlay", "id")
    if body:
        assignments = assignments.filter(body=body)
    for assignment in assignments:
        row = rows[assignment.target_id]
        if assignment.tier not in row.tiers:
            row.tiers.append(assignment.tier)
        row.overridden = row.overridden or bool(assignment.override_reason)
    for pk, count in history.visits_this_year(rows, on.year, on).items():
        rows[pk].visits = count
    return list(rows.values())


def tier_counts(targets: Any, body: str) -> list[dict[str, Any]]:
    """How many of the targets (ids, or a query for them) are in each tier of the body. One query.

    A target has a tier of a body once at a time, as the database sees to."""
    rows = TierAssignment.objects.filter(target__in=targets, body=body, until=None).order_by()
    found = dict(rows.values("tier").annotate(n=Count("id")).values_list("tier", "n"))
    return [
        {"label": tiers.LABELS[tier], "value": found[tier], "tier": tier}
        for tier in STRONGEST
        if tier in found
    ]


_TOTALS_LAST = 600  # seconds


def tier_figures(user: User, paginator: Any, found: Any, body: str) -> list[dict[str, Any]]:
    """Tier counts beside the list: of few rows as they are; of a long register the totals, at most ten minutes old;
    of a long narrowed list none (the list says to narrow further)."""
    if not paginator.more:
        return tier_counts(paginator.ids, body)
    if found.form.changed_data:
        return []
    key = f"registry-tiers-{user.organisation_id}-{body}"
    figures = cache.get(key)
    if figures is None:
        figures = tier_counts(Target.objects.visible_to(user).values("pk"), body)
        cache.set(key, figures, _TOTALS_LAST)
    return figures


def dossier(target: Target, book: Rulebook | None, user: User, on: date) -> dict[str, Any]:
    """Everything on the page of one target (一企一档)."""
    assignments = list(
        target.tiers.filter(until=None).select_related("override_by").order_by("body", "overlay", "id")
    )
    inspections = list(target.inspections.filter(on__year=on.year).order_by("on", "id"))
    flag_names = {flag.id: flag.zh for flag in book.flags} if book else {}
    return {
        "target": target,
        "why": [_why(row, book) for row in assignments],
        "notices": _notices(target, book, on),
        "cap": _cap(target, book, inspections, assignments),
        "facts": basic_facts(target),
        "tags": _tags(target, on),
        "sites": _sites(target),
        "merges": list(target.absorbed.filter(undone_at=None).select_related("target").order_by("-at")),
        "ratings": [_rating(row, on) for row in target.ratings.order_by("-rated_on", "-id")],
        "changes": list(target.changes.select_related("by", "approved_by").order_by("-at", "-id")[:CHANGES_SHOWN]),
        "pending": [
            {"change": row, "may_decide": policies.can_decide(row, user), "may_withdraw": row.requested_by_id == user.pk}
            for row in target.pending.waiting().select_related("requested_by", "organisation").order_by("requested_at")
        ],
        "permits": [permit_line(permit, on) for permit in target.permits.order_by(F("valid_until").desc(nulls_last=True), "-id")],
        "flags": [_flag(row, book, on) for row in target.flags.order_by("revoked_on", "-happened_on")],
        "periods": list(target.status_periods.order_by("-since", "-id")),
        "inspections": inspections,
        "timeline": history.timeline(target, flag_names),
        "may_edit": policies.can_edit(user, target.organisation) and target.merged_into_id is None,
        "may_request": policies.can_request(user, target.organisation) and target.merged_into_id is None,
    }  # fmt: skip


def _why(row: TierAssignment, book: Rulebook | None) -> dict[str, Any]:
    bodies = {body.id: body.zh for body in book.bodies} if book and len(book.bodies) > 1 else {}
    return {
        "row": row, "body": bodies.get(row.body, ""), "computed": tiers.LABELS.get(row.computed_tier, row.computed_tier),
        "differs": row.tier != row.computed_tier, "label": tiers.LABELS.get(row.tier, row.tier),
    }  # fmt: skip


def _notices(target: Target, book: Rulebook | None, on: date) -> tuple[str, ...]:
    if book is None:
        return ()
    facts = facts_of_rows([target], on)[target.pk]
    return tiers.notices(book, facts, tiers.tierings(book, facts, on))


def _cap(
    target: Target, book: Rulebook | None, inspections: list, assignments: list[TierAssignment]
) -> dict[str, Any]:
    """Counted visits this year against the yearly cap of the rulebook (the strictest). source: QS-10.17, AMB-08"""
    done = sum(row.counted and row.level == "own" for row in inspections)
    caps = sorted(book.caps, key=lambda cap: cap.max) if book else []
    if not caps:
        return {"done": done, "max": None}
    cap = caps[0]
    mine = {row.tier for row in assignments}
    exempt = bool(cap.exempt.alternatives) and bool(cap.exempt.names("tier") & mine)
    return {
        "done": done, "max": cap.max, "exempt": exempt, "reached": done >= cap.max and not exempt,
        "clause": tiers.clause_of(cap.origin("max")), "principle": cap.strength == "principle",
    }  # fmt: skip


def entity_facts(entity: Entity) -> list[dict[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("统一社会信用代码", entity.uscc), ("法定代表人", entity.legal_representative), ("主体类型", entity.entity_type),
        ("登记机关", entity.registration_authority), ("成立日期", entity.founded_on),
        ("曾用名", "、".join(entity.former_names) or "无"),
    ]  # fmt: skip
    return [
        {"label": label, "value": str(value) if isinstance(value, date) else value} for label, value in rows
    ]


def basic_facts(target: Target) -> list[dict[str, Any]]:
    entity = target.entity
    rows: list[tuple[str, Any]] = [
        ("对象类型", target.get_kind_display()), ("监管单位", target.unit), ("片区", target.area), ("行业", target.industry),
        ("环保负责人", target.contact), ("联系电话", target.phone), ("排污许可管理", target.get_permit_class_display()),
        ("控制级别", target.get_control_level_display()), ("重点排污单位名录", "列入" if target.key_polluter_list else "不在"),
        ("环境信用等级", target.credit_grade), ("正面清单", target.positive_list_kind or "列入" if target.positive_list else "不在"),
        ("监管类别", "、".join(categories.label(word) for word in target.categories)),
    ]  # fmt: skip
    if entity:
        rows += [
            ("法定代表人", entity.legal_representative), ("主体类型", entity.entity_type),
            ("登记机关", entity.registration_authority), ("成立日期", entity.founded_on),
        ]  # fmt: skip
    if target.kind == Target.Kind.PROJECT or target.approved_on:
        rows += [
            ("环评审批层级", target.get_approval_level_display()), ("环评批复日期", target.approved_on),
            ("开工日期", target.construction_started_on), ("投产日期", target.operation_started_on),
            ("竣工验收日期", target.completed_on), ("核与辐射", "是" if target.radiation else "否"),
        ]  # fmt: skip
    if target.hw_tonnes_per_year is not None or target.hw_self_disposal:
        rows.append(
            (
                "危险废物年产生量",
                f"{target.hw_tonnes_per_year:f} 吨" if target.hw_tonnes_per_year is not None else "",
            )
        )
        rows.append(("自行处置危险废物", "是" if target.hw_self_disposal else "否"))
    rows.append(("曾用名", "、".join(target.former_names) or "无"))
    return [
        {"label": label, "value": str(value) if isinstance(value, date) else value} for label, value in rows
    ]


CHANGES_SHOWN = 200


def _tags(target: Target, on: date) -> list[dict[str, str]]:
    found: dict[str, list[str]] = {}
    for tag in target.tags.order_by("id"):
        ended = "，已过期" if tag.valid_until and tag.valid_until < on else ""
        dates = (
            f"（{tag.valid_from or ''} 至 {tag.valid_until or ''}{ended}）"
            if tag.valid_from or tag.valid_until
            else ""
        )
        found.setdefault(tag.group, []).append(tag.value + dates)
    return [{"label": group, "value": "、".join(words)} for group, words in found.items()]


def _sites(target: Target) -> list[Target]:
    """Other sites of the same entity."""
    if target.entity is None:
        return []
    return list(target.entity.targets.exclude(pk=target.pk).filter(merged_into=None).order_by("uid")[:20])


def _rating(row: Any, on: date) -> dict[str, Any]:
    scheme = credit.scheme(row.scheme)
    over = row.valid_until is not None and row.valid_until < on
    return {"rating": row, "scheme": scheme.zh, "over": over, "basis": scheme.basis}


def permit_line(permit: Any, on: date) -> dict[str, Any]:
    end = permit.valid_until
    words, tone = ("长期或未填期限", "") if end is None else (f"至 {end}", "")
    if end and end < on:
        words, tone = f"{end} 已到期", "bad"
    elif end and (end - on).days <= 90:
        words, tone = f"{end} 到期，剩 {(end - on).days} 天", "warn"
    start = f"{permit.valid_from} 起，" if permit.valid_from else ""
    return {"permit": permit, "words": f"{start}{words}", "tone": tone}


def _flag(row: Any, book: Rulebook | None, on: date) -> dict[str, Any]:
    kind = next((flag for flag in book.flags if flag.id == row.flag), None) if book else None
    fact = FlagFact(row.flag, row.happened_on, row.revoked_on)
    active = bool(kind and active_flag(kind, Facts({}, (fact,)), on))
    state = "已撤销" if row.revoked_on else "有效" if active else "已过期"
    until = add_months(row.happened_on, kind.lookback_months) if kind and kind.lookback_months else None
    return {
        "flag": row,
        "name": kind.zh if kind else row.flag,
        "state": state,
        "active": active,
        "until": until,
    }
