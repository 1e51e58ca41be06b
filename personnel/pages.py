"""What the pages show, as plain dicts and rows for the components."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from foundation.organisation.models import Organisation, User
from personnel import policies, queries, rules, timeline
from personnel.models import Absence, Inspector, Posting, YearTally

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
    visits: int
    lacking: str


def standing(status: str) -> Standing:
    return Standing(rules.STATUS_LABELS[status], *STATUS_LOOKS[status])


def list_rows(people: Iterable[Inspector], today: date, lacking: Mapping[int, list[str]]) -> list[ListRow]:
    """People fetched with unit and areas; four more queries."""
    people = list(people)
    past, tallies = queries.past_of(people), queries.tallies(people, today.year)
    return [
        ListRow(
            person, _few(person), "、".join(person.specialities),
            rules.certificate_badge(past.covered(person.pk, today), today), standing(past.status(person.pk, today)),
            tallies[person.pk].visits if person.pk in tallies else 0,
            "、".join(lacking.get(person.pk, ())),
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


def figures(roll: queries.Roll, url: str, lacking: int) -> list[dict[str, Any]]:
    """url: start of the list's address · lacking: people in post whose entry is not complete"""
    return [
        {"label": "在册", "value": roll.total, "unit": "人"},
        {"label": "在编在岗持证", "value": roll.officers, "unit": "人", "note": "在编、在岗，今天证件有效"},
        {"label": "今天可参加抽取", "value": roll.available, "unit": "人", "note": "在岗、没有离岗、证件有效"},
        {
            "label": "执法证到期提醒", "value": roll.ending, "unit": "人", "tone": "warn" if roll.ending else "", "url": f"{url}&sort=certificate" if roll.ending else "",
            "note": f"已过期或 {rules.LATER_DAYS} 天内到期",
        },
        {
            "label": "资料不全", "value": lacking, "unit": "人", "tone": "warn" if lacking else "", "url": f"{url}&lacking=yes" if lacking else "",
            "note": "缺规则书要求的字段或标注",
        },
    ]  # fmt: skip


def bureau_tabs(user: User, now: Organisation) -> list[dict[str, Any]]:
    """One tab per bureau the reader may see; none when there is only his own. One query."""
    seen = list(Organisation.objects.visible_to(user).order_by("code"))
    url = reverse("personnel:inspectors")
    return [
        {"label": one.short_name or one.name, "url": f"{url}?org={one.code}", "current": one == now} for one in seen
    ] if len(seen) > 1 else []  # fmt: skip


VIEWS = (
    ("list", "名录", "personnel:inspectors"), ("available", "可派情况", "personnel:available"),
    ("certificates", "证件到期", "personnel:expiry"), ("heads", "在编在岗人数", "personnel:heads"),
    ("assistants", "辅助人员", "personnel:assistants"), ("words", "专长字典", "personnel:words"),
)  # fmt: skip


def view_tabs(user: User, here: str, org: str = "") -> list[dict[str, Any]]:
    """The pages of the register beside the list itself."""
    end = f"?org={org}" if org else ""
    return [
        {"label": label, "url": reverse(name) + end, "current": key == here} for key, label, name in VIEWS
    ]


@dataclass(frozen=True)
class Paper:
    """A line of the certificates. pk 0: it stands on the person and has no row of its own yet"""

    pk: int
    number: str
    kind: str
    issuer: str
    since: date | None
    until: date
    badge: rules.Badge
    entitles: bool
    revoked_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class InspectorPage:
    badge: rules.Badge
    standing: Standing
    facts: list[dict[str, Any]]
    papers: list[Paper]
    postings: list[Posting]
    absences: list[Absence]
    tallies: list[YearTally]
    events: list[timeline.Event]


def inspector_page(person: Inspector, reader: User, today: date) -> InspectorPage:
    """person: fetched with organisation, unit and user"""
    past = queries.past_of([person])
    return InspectorPage(
        rules.certificate_badge(past.covered(person.pk, today), today),
        standing(past.status(person.pk, today)),
        _facts(person, reader, today),
        papers_of(person, today),
        list(person.postings.select_related("unit").order_by("-since", "-id")),
        list(person.absences.order_by("-since", "-id")),
        list(person.tallies.order_by("-year")),
        timeline.events_of(person, may_import=policies.can_import(reader, person.organisation)),
    )


def papers_of(person: Inspector, today: date) -> list[Paper]:
    """Every certificate there ever was, the latest end first."""
    rows = list(person.certificates.order_by("-valid_until", "-id"))
    made = [
        Paper(
            row.pk, row.number, row.kind, row.issuer, row.issued_on, row.valid_until,
            rules.certificate_badge(queries.paper_of(row), today), row.entitles, row.revoked_on, row.note,
        )
        for row in rows
    ]  # fmt: skip
    own = queries.certificate_of(person)
    if own.number and own.valid_until and own not in [queries.paper_of(row) for row in rows]:
        made.insert(0, Paper(
            0, own.number, person.certificate_type, person.certificate_issuer, own.issued_on, own.valid_until,
            rules.certificate_badge(own, today), True,
        ))  # fmt: skip
    return made


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


def differences(found: list[tuple[str, str, str, str]]) -> list[dict[str, str]]:
    """Rows of the diff table: what is on file now → what this editor would save."""
    return [{"label": label, "old": theirs, "new": mine} for _, label, theirs, mine in found]
