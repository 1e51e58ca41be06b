"""What the pages show, as plain dicts and rows for the components."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from foundation.organisation.models import Organisation, User
from personnel import policies, queries, rules, timeline
from personnel.models import Absence, Inspector

STATUS_LOOKS = {
    rules.AVAILABLE: ("plain", ""), rules.ON_LEAVE: ("neu", "clock"), rules.SECONDED: ("neu", "clock"),
    rules.ON_DUTY: ("neu", "clock"), rules.NO_CERTIFICATE: ("warn", "bang"), rules.OTHERWISE: ("neu", "minus"),
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Whether a person may be drawn today, as the list shows it."""

    words: str
    tone: str
    icon: str


@dataclass(frozen=True)
class ListRow:
    person: Inspector
    areas: str
    specialities: str
    badge: rules.Badge
    standing: Standing


def standing(status: str) -> Standing:
    return Standing(rules.STATUS_LABELS[status], *STATUS_LOOKS[status])


def list_rows(people: Iterable[Inspector], today: date) -> list[ListRow]:
    """People fetched with unit and areas; one more query."""
    people = list(people)
    statuses = queries.statuses_on(people, today)
    return [
        ListRow(
            person, _few(person), "、".join(person.specialities),
            rules.certificate_badge(queries.certificate_of(person), today), standing(statuses[person.pk]),
        )
        for person in people
    ]  # fmt: skip


def _areas(person: Inspector) -> str:
    return "、".join(area.name for area in sorted(person.areas.all(), key=lambda area: area.code))


def _few(person: Inspector) -> str:
    """The first two areas and how many there are; the whole list is on the person's page."""
    names = sorted((area.code, area.name) for area in person.areas.all())
    first = "、".join(name for _, name in names[:2])
    return f"{first}等 {len(names)} 个" if len(names) > 2 else first


def figures(roll: queries.Roll, url: str) -> list[dict[str, Any]]:
    """url: the list by end of certificate"""
    return [
        {"label": "在册", "value": roll.total, "unit": "人"},
        {"label": "在编在岗持证", "value": roll.officers, "unit": "人", "note": "在编、在岗，今天证件有效"},
        {"label": "今天可参加抽取", "value": roll.available, "unit": "人", "note": "在岗、没有离岗、证件有效"},
        {
            "label": "执法证到期提醒", "value": roll.ending, "unit": "人", "tone": "warn" if roll.ending else "", "url": url if roll.ending else "",
            "note": f"已过期或 {rules.LATER_DAYS} 天内到期",
        },
    ]  # fmt: skip


def bureau_tabs(user: User, now: Organisation) -> list[dict[str, Any]]:
    """One tab per bureau the reader may see; none when there is only his own. One query."""
    seen = list(Organisation.objects.visible_to(user).order_by("code"))
    url = reverse("personnel:inspectors")
    return [
        {"label": one.short_name or one.name, "url": f"{url}?org={one.code}", "current": one == now} for one in seen
    ] if len(seen) > 1 else []  # fmt: skip


@dataclass(frozen=True)
class InspectorPage:
    badge: rules.Badge
    standing: Standing
    facts: list[dict[str, Any]]
    certificate: list[dict[str, Any]]
    absences: list[Absence]
    events: list[timeline.Event]


def inspector_page(person: Inspector, reader: User, today: date) -> InspectorPage:
    """person: fetched with organisation, unit and user"""
    certificate = queries.certificate_of(person)
    return InspectorPage(
        rules.certificate_badge(certificate, today),
        standing(queries.statuses_on([person], today)[person.pk]),
        _facts(person, reader, today),
        _certificate(person),
        list(person.absences.order_by("-since", "-id")),
        timeline.events_of(person, may_import=policies.can_import(reader, person.organisation)),
    )


def _facts(person: Inspector, reader: User, today: date) -> list[dict[str, Any]]:
    phone = person.phone if policies.can_see_phone(reader, person) else rules.masked_phone(person.phone)
    years = rules.years_of_service(person.service_since, today)
    served = (
        {"value": f"满 {years} 年", "note": f"{person.service_since} 起"}
        if years is not None
        else {"value": ""}
    )
    return [
        {"label": "人员编号", "value": person.uid},
        {"label": "性别", "value": person.get_sex_display()},
        {"label": "单位", "value": person.unit.name},
        {"label": "职务", "value": person.post},
        {"label": "手机", "value": phone},
        {"label": "人员类别", "value": person.get_duty_display()},
        {"label": "片区", "value": _areas(person) or "不分片"},
        {"label": "业务专长", "value": "、".join(person.specialities)},
        {"label": "从事本岗位", **served},
        {"label": "在编", "value": "是" if person.established else "否"},
        {"label": "在岗", "value": "是" if person.in_post else "否"},
        {"label": "登录账号", "value": person.user.username if person.user else "未关联"},
    ]


def _certificate(person: Inspector) -> list[dict[str, Any]]:
    return [
        {"label": "执法证号", "value": person.certificate_no},
        {"label": "证件类型", "value": person.certificate_type},
        {"label": "发证日期", "value": str(person.certificate_issued_on or "")},
        {"label": "有效期至", "value": str(person.certificate_valid_until or "")},
    ]


def differences(found: list[tuple[str, str, str, str]]) -> list[dict[str, str]]:
    """Rows of the diff table: what is on file now → what this editor would save."""
    return [{"label": label, "old": theirs, "new": mine} for _, label, theirs, mine in found]
