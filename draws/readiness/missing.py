"""What stands in the way of announcing and of freezing, each with its remedy; empty lists mean: go."""

from datetime import date, datetime

from django.utils import timezone

from draws.models import Draw
from draws.policies import seats_of
from draws.readiness.fingerprint import changed_since, latest_check
from draws.rules.enough import seating_gap
from draws.sources import verifier_hashes
from planning.trial import book_of
from registry.reviews import review_need


def before_announcement(draw: Draw, at: datetime) -> list[str]:
    """The notice of one working day is judged by the action, because a reason may stand in for it."""
    found = [register_gap(draw, timezone.localdate(at)), lottery_gap(draw)]
    if not draw.strata.exists():
        found.append("没有选择名额，请在“期次与名额”里选")
    if not verifier_hashes():
        found.append("找不到核验程序文件，请系统管理员检查安装")
    return [text for text in found if text]


def before_freeze(draw: Draw, on: date) -> list[str]:
    """The preparation's share of what the freeze asks for. Rehearsals need only enough entropy."""
    found = [seating_gap(seats_of(draw))]
    if draw.kind == Draw.Kind.FORMAL:
        found += [register_gap(draw, on), *undecided(draw), confirmation_gap(draw)]
    return [text for text in found if text]


def register_gap(draw: Draw, on: date) -> str:
    """An overdue quarterly review of the register. source: XY-2.5, rulebooks.md §3 `register.review_every`"""
    if draw.kind != Draw.Kind.FORMAL:
        return ""
    book = book_of(draw.plan)
    need = review_need(draw.organisation, book, on)
    if not need.blocks:
        return ""
    who = f"，还缺{'、'.join(name for _, name in need.missing)}" if need.missing else ""
    clause = book.register.origin("review_every").ref
    return f"{need.period} 的名录复核没有登记{who}（{clause}），请计划编制员在“检查对象→名录复核”登记"


def lottery_gap(draw: Draw) -> str:
    if not draw.pub_source:
        return ""
    if draw.pub_expected_at is None:
        return "约定了彩票，没有写预计开奖时间，请在“期次与名额”里补上"
    if draw.pub_expected_at <= draw.scheduled_at:
        return "约定的彩票在抽取会之前开奖，请改约冻结名单之后开奖的一期"
    return ""


def undecided(draw: Draw) -> list[str]:
    rows = draw.pool_changes.filter(refused_at=None).select_related("target").order_by("pk")
    return [
        f"{row.target.name}的{row.get_kind_display()}申请{row.state_words}，请在“排除与放回”里办结"
        for row in rows
        if not row.in_force
    ]


def confirmation_gap(draw: Draw) -> str:
    """The supervisor has confirmed the preparation as it now stands."""
    who = draw.discipline.name if draw.discipline else "分管领导"
    check = latest_check(draw)
    if check is None:
        return f"准备还没有由{who}确认，请其在“纪检确认”里核对后确认"
    changed = changed_since(check, draw)
    return f"{who}确认之后又改过{'、'.join(changed)}，请其重新确认" if changed else ""
