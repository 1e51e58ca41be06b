"""Inspectors one at a time: create, edit under a version, leave, deactivate."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.errors import EditedMeanwhile, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Area, Organisation, Unit, User
from foundation.rulebook.model import Rulebook
from personnel import policies, queries, rules
from personnel.actions.dated import Before, follow, mirror, set_term
from personnel.adoption import book_of
from personnel.imports import PLAIN
from personnel.models import Absence, Inspector, label_of

OWN_NEVER = frozenset(
    {
        "unit",
        "post",
        "established",
        "in_post",
        "certificate_no",
        "certificate_issued_on",
        "certificate_valid_until",
    }
)


@transaction.atomic
def create_inspector(
    *, organisation: Organisation, values: Mapping[str, Any], areas: Sequence[Area] = (), on: date, by: User,
    posted_since: date | None = None,
) -> Inspector:  # fmt: skip
    """values: model fields; `uid` defaults to the certificate number · posted_since: None = in post before the register began

    raises: NotAllowed, RuleBroken (also for what the rulebook wants), ValidationError
    """
    policies.check_may_edit(by, organisation)
    row = Inspector(organisation=organisation, **values)
    row.uid = row.uid or row.certificate_no
    if not row.uid:
        raise RuleBroken("没有执法证的人员要填人员编号（工号）。", code="uid_missing")
    book = book_of(organisation, on)
    _check_duty(row, book)
    _check_fields(row, book)
    row.full_clean()
    row.save()
    row.areas.set(areas)
    if posted_since and row.in_post:
        set_term(row, rules.Term(row.unit_id, row.post, row.established), posted_since, None, "建档")
    told = {name: _told(name, value) for name, value in values.items()}
    data = {"uid": row.uid, "values": told, "areas": _names(areas), "posted_since": posted_since}
    ledger.record(actor=by, act="personnel.create_inspector", subject=row, data=data)
    return row


@transaction.atomic
def edit_inspector(
    *, inspector: Inspector, version: int, values: Mapping[str, Any], areas: Sequence[Area] | None = None,
    on: date, by: User, since: date | None = None,
) -> Inspector:  # fmt: skip
    """Save changed fields if nobody saved since `version` was read. areas: None leaves them as they are.

    since: the day from which another unit, post or establishment counts; None = on
    raises: EditedMeanwhile with what the other person changed; NotAllowed, RuleBroken, ValidationError
    """
    policies.check_may_edit(by, inspector.organisation)
    row = (
        Inspector.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "unit")
        .get(pk=inspector.pk)
    )
    if row.version != version:
        raise EditedMeanwhile(differences(row, values, areas), row.version)
    changed = {
        name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
    }
    if OWN_NEVER & set(changed):
        policies.check_may_change(by, row)
    before = Before.of(row)
    for name, (_, value) in changed.items():
        setattr(row, name, value)
    book = book_of(row.organisation, on)
    if "duty" in changed:
        _check_duty(row, book)
    _check_fields(row, book)
    row.version += 1
    row.full_clean()
    row.save()
    follow(row, before, since or on)
    if since:
        mirror(row, timezone.localdate())
    told = {name: {"from": _told(name, old), "to": _told(name, new)} for name, (old, new) in changed.items()}
    if areas is not None:
        told |= _set_areas(row, areas)
    data = {"version": row.version, "changed": told} | ({"since": since} if since else {})
    ledger.record(actor=by, act="personnel.edit_inspector", subject=row, data=data)
    return row


def _set_areas(row: Inspector, areas: Sequence[Area]) -> dict[str, dict[str, list[str]]]:
    old, new = _names(row.areas.order_by("code")), _names(areas)
    row.areas.set(areas)
    return {"areas": {"from": old, "to": new}} if old != new else {}


def _check_duty(row: Inspector, book: Rulebook | None) -> None:
    """raises: RuleBroken for staff the rulebook's register does not take"""
    if book and row.duty not in book.personnel.include:
        only = "、".join(Inspector.Duty(duty).label for duty in book.personnel.include)
        raise RuleBroken(
            f"规则书的检查人员名录库只收{only}。请改人员类别。", code="duty_not_admitted", fields=["duty"]
        )


def _check_fields(row: Inspector, book: Rulebook | None) -> None:
    """raises: RuleBroken for a compulsory field left empty"""
    values = {name: getattr(row, name) for name in PLAIN} | {"unit": row.unit_id}
    missing = rules.missing_fields(values, book.personnel.fields) if book else []
    if missing:
        labels = "、".join(map(label_of, missing))
        raise RuleBroken(f"规则书要求填写{labels}。请补上。", code="fields_missing", fields=missing)


def differences(
    row: Inspector, values: Mapping[str, Any], areas: Sequence[Area] | None = None
) -> list[tuple[str, str, str, str]]:
    """(field, label, on file, yours) where the two differ."""
    pairs = [(name, shown(name, getattr(row, name)), shown(name, value)) for name, value in values.items()]
    if areas is not None:
        pairs.append(("areas", "、".join(_names(row.areas.order_by("code"))), "、".join(_names(areas))))
    return [(name, label_of(name), theirs, mine) for name, theirs, mine in pairs if theirs != mine]


def shown(name: str, value: Any) -> str:
    """A field's value as a person reads it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value))
    labels = {"sex": Inspector.Sex, "duty": Inspector.Duty}.get(name)
    return str(labels(value).label if labels and value else "" if value is None else value)


def _names(areas: Iterable[Area]) -> list[str]:
    return [area.name for area in sorted(areas, key=lambda area: area.code)]


def _told(name: str, value: Any) -> Any:
    """For the ledger, which is kept for ever: a phone number only masked."""
    if name == "phone":
        return rules.masked_phone(value)
    return value.name if isinstance(value, Unit) else value


@transaction.atomic
def register_absence(
    *, inspector: Inspector, reason: str, since: date, until: date | None, note: str = "", by: User
) -> Absence:
    """Leave, training, secondment: out of the roster for these days. raises: AbsenceWrong, NotAllowed"""
    policies.check_may_edit(by, inspector.organisation)
    locked = Inspector.objects.select_for_update(of=("self",), no_key=True).get(pk=inspector.pk)
    if reason not in Absence.Reason.values:
        raise RuleBroken("离岗原因只能是：" + "、".join(Absence.Reason.labels) + "。", code="unknown_reason")
    others = [queries.away_of(row) for row in locked.absences.order_by("since", "id")]
    rules.check_absence(rules.Away(reason, since, until), others)
    row = Absence(inspector=locked, reason=reason, since=since, until=until, note=note.strip())
    row.full_clean()
    row.save()
    ledger.record(
        actor=by, act="personnel.register_absence", subject=locked,
        data={"reason": reason, "since": since, "until": until, "note": note},
    )  # fmt: skip
    return row


@transaction.atomic
def end_absence(*, absence: Absence, until: date, by: User) -> Absence:
    """Back earlier (or at all). raises: AbsenceWrong, NotAllowed"""
    policies.check_may_edit(by, absence.inspector.organisation)
    row = Absence.objects.select_for_update(of=("self",), no_key=True).get(pk=absence.pk)
    if until < row.since:
        raise rules.AbsenceWrong(f"结束日期 {until} 早于开始日期 {row.since}，请核对。")
    if row.until and until > row.until:
        raise rules.AbsenceWrong(f"这一条到 {row.until} 已结束。要延长，请另登记一条。")
    old = row.until
    row.until = until
    row.save(update_fields=["until"])
    ledger.record(
        actor=by, act="personnel.end_absence", subject=absence.inspector, data={"from": old, "to": until}
    )
    return row


@transaction.atomic
def link_user(*, inspector: Inspector, user: User | None, by: User | None) -> Inspector:
    """Tie the person on the register to the account he logs in with (None: untie).

    by: None only when a bureau is first set up. raises: NotAllowed, RuleBroken
    """
    if by is not None:
        policies.check_may_edit(by, inspector.organisation)
    row = (
        Inspector.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=inspector.pk)
    )
    if user is not None:
        _check_link(row, user)
    row.user = user
    row.version += 1
    row.save(update_fields=["user", "version"])
    username = user.username if user else ""
    ledger.record(actor=by, act="personnel.link_user", subject=row, data={"username": username})
    return row


def _check_link(row: Inspector, user: User) -> None:
    if user.organisation_id != row.organisation_id:
        raise RuleBroken(
            f"账号 {user.username} 不属于{row.organisation.name}，不能关联。请选本局的账号。",
            code="user_of_another_bureau",
        )
    other = Inspector.objects.filter(user=user).exclude(pk=row.pk).first()
    if other:
        raise RuleBroken(
            f"账号 {user.username} 已关联{other.name}。请先解除，或换一个账号。", code="user_is_linked"
        )
