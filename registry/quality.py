"""What is doubtful about an entry, as filters: every figure of the page opens to its rows. source: QS-7.3, NM-11.2, NM-11.3"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from foundation.rulebook.model import Rulebook
from registry.models import Permit, Target, TargetTag, TierAssignment

STALE_DAYS = 365
_PERMITTED = (Target.PermitClass.KEY, Target.PermitClass.SIMPLIFIED)
Narrow = Callable[[QuerySet[Target], date], QuerySet[Target]]


@dataclass(frozen=True)
class Issue:
    """`remedy`: what the bureau does about it."""

    id: str
    zh: str
    remedy: str
    narrow: Narrow
    group: str


def _no_code(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    return rows.filter(kind=Target.Kind.ENTERPRISE, entity=None)


def _no_contact(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    return rows.filter(Q(contact="") | Q(phone=""))


def _stale(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    return rows.filter(status=Target.Status.SUSPENDED, status_since__lt=on - timedelta(days=STALE_DAYS))


def _expired(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    """Has permits, none of which is in force."""
    mine = Permit.objects.filter(target=OuterRef("pk"))
    return rows.filter(
        Exists(mine.filter(valid_until__lt=on)),
        ~Exists(mine.filter(Q(valid_until=None) | Q(valid_until__gte=on))),
    )


def _no_permit(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    return rows.filter(~Exists(Permit.objects.filter(target=OuterRef("pk"))), permit_class__in=_PERMITTED)


def _other_class(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    mine = Permit.objects.filter(target=OuterRef("pk")).filter(Q(valid_until=None) | Q(valid_until__gte=on))
    return rows.filter(Exists(mine), ~Exists(mine.filter(category=OuterRef("permit_class"))))


def _no_tier(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    return rows.filter(~Exists(TierAssignment.objects.filter(target=OuterRef("pk"), until=None)))


def _positive_and_key(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    """source: AMB-11, NM-31.2"""
    strong = TierAssignment.objects.filter(target=OuterRef("pk"), until=None, tier__in=["key", "special"])
    return rows.filter(Exists(strong), positive_list=True)


def _over_label(rows: QuerySet[Target], on: date) -> QuerySet[Target]:
    return rows.filter(Exists(TargetTag.objects.filter(target=OuterRef("pk"), valid_until__lt=on)))


def _empty(**fields: object) -> Narrow:
    return lambda rows, on: rows.filter(**fields)


ISSUES: tuple[Issue, ...] = (
    Issue(
        "no_code", "没有统一社会信用代码", "对照营业执照补上；个体和在建项目可先用本局编号", _no_code, "身份"
    ),
    Issue("no_contact", "没有负责人或电话", "向企业核实后补上", _no_contact, "身份"),
    Issue("no_address", "没有地址", "补上生产经营场所地址，检查时才找得到", _empty(address=""), "身份"),
    Issue("no_industry", "没有行业", "按国民经济行业分类补上", _empty(industry=""), "身份"),
    Issue("no_unit", "没有监管单位", "指定由哪个单位监管", _empty(unit=None), "身份"),
    Issue("stale", f"停产超过 {STALE_DAYS} 天", "核实是否已关停、注销或恢复生产", _stale, "状态"),
    Issue("no_tier", "没有认定层级", "在名录页按规则重算层级", _no_tier, "状态"),
    Issue(
        "positive_and_key",
        "在正面清单里，又属重点或特殊",
        "核对正面清单是否应调整",
        _positive_and_key,
        "状态",
    ),
    Issue("expired", "许可证已到期", "核实是否已延续，补登新的有效期", _expired, "许可"),
    Issue("no_permit", "重点、简化管理但没有许可证", "对照许可证平台补登编号", _no_permit, "许可"),
    Issue("other_class", "管理类别与许可证不一致", "以许可证为准改正管理类别", _other_class, "许可"),
    Issue("over_label", "标识已过有效期", "更新或取下标识", _over_label, "标识"),
)
BY_ID = {issue.id: issue for issue in ISSUES}


def narrowed(rows: QuerySet[Target], issue: str, on: date) -> QuerySet[Target]:
    """Present entries with this doubt. Unknown names find nothing."""
    known = BY_ID.get(issue)
    return (
        known.narrow(rows.filter(merged_into=None).exclude(status__in=Target.GONE), on)
        if known
        else rows.none()
    )


# Compulsory fields of a rulebook → what our register calls them; facts kept as dated rows are not fields.
_FIELDS: dict[str, Q] = {
    "entity_type": Q(entity__entity_type=""), "legal_representative": Q(entity__legal_representative=""),
    "registration_authority": Q(entity__registration_authority=""), "established_on": Q(entity__founded_on=None),
    "credit_code": Q(entity=None), "management_level": Q(permit_class="none"), "credit_grade": Q(credit_grade=""),
    "control_level": Q(control_level="none"),
}  # fmt: skip
FIELD_NAMES = {
    "entity_type": "主体类型", "legal_representative": "法定代表人", "registration_authority": "登记机关",
    "established_on": "成立日期", "credit_code": "统一社会信用代码", "management_level": "排污许可管理类别",
    "credit_grade": "环境信用等级", "control_level": "控制级别",
}  # fmt: skip


def compulsory(book: Rulebook | None) -> list[str]:
    """Fields the rulebook asks for that can be empty here. source: CAP-10"""
    return [name for name in book.register.fields if name in _FIELDS] if book else []


def lacking(rows: QuerySet[Target], field: str) -> QuerySet[Target]:
    """Present entries without a compulsory field. Unknown names find nothing."""
    if field not in _FIELDS:
        return rows.none()
    empty = _FIELDS[field]
    if field in ("entity_type", "legal_representative", "registration_authority", "established_on"):
        empty |= Q(entity=None)
    return rows.filter(empty, merged_into=None).exclude(status__in=Target.GONE)
