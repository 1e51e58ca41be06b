"""What is added to one target's dossier: permits, credit ratings, labels with their dates; and the labels' dictionary."""

from datetime import date

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation import actions as organising
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.models import Area, Organisation, RulebookAdoption, User
from registry import policies
from registry.actions.recording import field, note_change
from registry.actions.targets import recompute_target, save_permit
from registry.labelling import book_or_none, check_labels, labels_of
from registry.models import CreditRating, LabelTerm, Permit, Target, TargetTag
from registry.rules import credit
from registry.rules.labels import check_dates, check_group, first_words


@transaction.atomic
def record_permit(
    *, target: Target, number: str, category: str, valid_from: date | None, valid_until: date | None, on: date, by: User
) -> Permit:  # fmt: skip
    """One more permit, or the same one renewed. raises: NotAllowed, CodeWrong, RuleBroken, ValidationError"""
    policies.check_may_edit(by, target.organisation)
    row = _locked(target)
    old = Permit.objects.filter(target=row, number=number).first()
    before = f"{old.get_category_display()}，{old.valid_from or ''} 至 {old.valid_until or ''}" if old else ""
    saved = save_permit(
        row, {"number": number, "valid_from": valid_from, "valid_until": valid_until}, category=category
    )
    assert saved is not None
    _touch(row)
    after = f"{saved.get_category_display()}，{valid_from or ''} 至 {valid_until or ''}"
    note_change(target=row, act="登记许可证", fields=[field(f"许可证 {saved.number}", before, after)], by=by)
    ledger.record(
        actor=by, act="registry.record_permit", subject=row,
        data={"number": saved.number, "category": category, "from": valid_from, "until": valid_until},
    )  # fmt: skip
    return saved


@transaction.atomic
def record_rating(
    *, target: Target, scheme: str, grade: str, rated_on: date, valid_until: date | None = None, source: str, on: date, by: User
) -> CreditRating:  # fmt: skip
    """A credit rating with the scheme it belongs to; it decides about tiers only where the rulebook has its grades.

    raises: NotAllowed, GradeUnknown, RuleBroken, ValidationError
    """
    policies.check_may_edit(by, target.organisation)
    credit.check(scheme, grade, rated_on)
    if rated_on > on:
        raise RuleBroken(f"评定日期 {rated_on} 还没有到，请核对。", code="rated_in_the_future")
    if not source.strip():
        raise RuleBroken("请写明评价结果的出处，例如通报文号。", code="rating_needs_a_source")
    row = _locked(target)
    rating = CreditRating(
        target=row, scheme=scheme, grade=grade, rated_on=rated_on, valid_until=valid_until, source=source.strip(), recorded_by=by
    )  # fmt: skip
    rating.full_clean()
    rating.save()
    before = row.credit_grade
    row.credit_grade = _grade_now(row, on) or before
    _touch(row, "credit_grade")
    recompute_target(row, on)
    words = f"{credit.scheme(scheme).zh}：{grade}（{rated_on}）"
    note_change(
        target=row, act="登记信用评价", reason=source, by=by,
        fields=[field("信用评价", "", words), field("环境信用等级", before, row.credit_grade)],
    )  # fmt: skip
    ledger.record(
        actor=by, act="registry.record_rating", subject=row,
        data={"scheme": scheme, "grade": grade, "rated_on": rated_on, "valid_until": valid_until, "source": source},
    )  # fmt: skip
    return rating


def _grade_now(target: Target, on: date) -> str:
    book = book_or_none(target.organisation, on)
    if book is None:
        return ""
    rows = target.ratings.values_list("scheme", "grade", "rated_on", "valid_until")
    return credit.grade_on(book.register.credit_grades, [credit.Rating(*row) for row in rows], on)


@transaction.atomic
def set_tags(
    *, target: Target, group: str, values: list[str], valid_from: date | None = None, valid_until: date | None = None, by: User,
    on: date,
) -> None:  # fmt: skip
    """Replace the labels of one group; new ones carry the dates. raises: NotAllowed, RuleBroken for an unknown group or word"""
    policies.check_may_edit(by, target.organisation)
    policies.check_stands_alone(target)
    check_dates(valid_from, valid_until)
    held = labels_of(target)
    check_labels(target.organisation, {group: values}, on, held)
    old = held.get(group, [])
    rows = TargetTag.objects.filter(target=target, group=group)
    rows.exclude(value__in=values).delete()
    if valid_from or valid_until:
        rows.filter(value__in=values).update(valid_from=valid_from, valid_until=valid_until)
    TargetTag.objects.bulk_create(
        TargetTag(target=target, group=group, value=value, valid_from=valid_from, valid_until=valid_until)
        for value in values if value not in old
    )  # fmt: skip
    recompute_target(target, on)
    note_change(target=target, act="改标识", fields=[field(group, old, values)], by=by)
    ledger.record(
        actor=by, act="registry.set_tags", subject=target, data={"group": group, "from": old, "to": values}
    )


@transaction.atomic
def save_term(
    *, organisation: Organisation, group: str, value: str, valid_from: date | None, valid_until: date | None, source: str,
    on: date, by: User,
) -> LabelTerm:  # fmt: skip
    """A word of the dictionary, new or with other dates. Labels already given stay. raises: NotAllowed, RuleBroken"""
    policies.check_may_edit(by, organisation)
    book = book_or_none(organisation, on)
    if book:
        check_group(group, book.register.labels, free=book.register.free_labels)
    check_dates(valid_from, valid_until)
    row = LabelTerm.objects.filter(organisation=organisation, group=group, value=value).first()
    row = row or LabelTerm(organisation=organisation, group=group, value=value)
    row.valid_from, row.valid_until, row.source = valid_from, valid_until, source.strip()
    row.full_clean()
    row.save()
    ledger.record(
        actor=by, act="registry.save_term", subject=row, organisation=organisation,
        data={"group": group, "value": value, "from": valid_from, "until": valid_until, "source": source},
    )  # fmt: skip
    return row


@transaction.atomic
def seed_terms(*, organisation: Organisation, on: date, by: User) -> list[LabelTerm]:
    """The dictionary of the adopted rulebook's label groups: the words each starts with and those in use already.

    Valid from the day of the adoption; words already listed keep their dates. source: QS-7.6, NM-12.2, WL-4.4, CAP-11
    raises: NotAllowed; RulebookMissing; RuleBroken when there is nothing to add
    """
    policies.check_may_seed(by, organisation)
    made = _seed(organisation, on, by)
    if not made:
        raise RuleBroken("规则书的标识类别都已有词，没有要补的。", code="dictionary_is_complete")
    return made


@transaction.atomic
def adopt_rulebook(
    *, organisation: Organisation, rulebook_id: str, effective_from: date, on: date, by: User
) -> RulebookAdoption:
    """Adopt a rulebook; one in force already brings the words of its label groups along. raises: NotAllowed, ValidationError"""
    adoption = organising.adopt_rulebook(
        by=by, organisation=organisation, rulebook_id=rulebook_id, effective_from=effective_from
    )
    if effective_from <= on:
        _seed(organisation, on, by)
    return adoption


def _seed(organisation: Organisation, on: date, by: User) -> list[LabelTerm]:
    book = rulebook_of(organisation, on)
    adoption = organisation.adoptions.in_force(on).first()
    first = adoption.effective_from if adoption else None
    areas = list(
        Area.objects.filter(organisation=organisation).order_by("code").values_list("name", flat=True)
    )
    listed = set(LabelTerm.objects.filter(organisation=organisation).values_list("group", "value"))
    used: dict[str, list[str]] = {}
    tags = TargetTag.objects.filter(target__organisation=organisation).order_by("group", "value")
    for group, value in tags.values_list("group", "value").distinct():
        used.setdefault(group, []).append(value)
    clause, made = book.register.origin("labels").ref, []
    for group in book.register.labels:
        words = first_words(group, areas)
        made += [(group, word, f"{clause}；产品默认的词") for word in words]
        made += [
            (group, word, f"{clause}；已在使用")
            for word in used.get(group, ())
            if words and word not in words
        ]
    rows = [
        LabelTerm(organisation=organisation, group=group, value=word, valid_from=first, source=source)
        for group, word, source in made if (group, word) not in listed
    ]  # fmt: skip
    if not rows:
        return []
    LabelTerm.objects.bulk_create(rows)
    ledger.record(
        actor=by, act="registry.seed_terms", subject=organisation,
        data={"rulebook": book.id, "from": first, "terms": [[row.group, row.value] for row in rows]},
    )  # fmt: skip
    return rows


def _locked(target: Target) -> Target:
    row = Target.objects.select_for_update(of=("self",), no_key=True).select_related("entity", "organisation")
    found = row.get(pk=target.pk)
    policies.check_stands_alone(found)
    return found


def _touch(row: Target, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=["version", *fields])
