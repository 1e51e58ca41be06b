"""Conflicts of interest as they are lived: declared on the phone, put right, confirmed yearly, seen by few."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from draws import actions, conflict_queries
from draws.models import ConflictConfirmation, ConflictLook, ConflictOfInterest
from foundation.documents.uploads import FileRefused
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from tests.factories import create_inspector, create_organisation, create_target, create_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 proof"


@pytest.fixture
def bureau(db):
    return create_organisation()


@pytest.fixture
def officer(bureau):
    return create_user(bureau, "discipline")


@pytest.fixture
def me(bureau):
    return create_inspector(bureau, user=create_user(bureau, "inspector"), name="陈本人")


@pytest.fixture
def other(bureau):
    return create_inspector(bureau, user=create_user(bureau, "inspector"), name="李旁人")


def declare(person, by, **fields):
    given = {"relation": "KIN", "since": timezone.localdate(), "evidence": "申报表1号", **fields}
    return actions.declare_conflict(
        by=by,
        inspector=person,
        target=given.pop("target", None) or create_target(person.organisation),
        **given,
    )


def pdf(name="proof.pdf", data=PDF):
    return SimpleUploadedFile(name, data)


# ---------- acts ----------


def test_evidence_is_hashed_and_checked_by_its_bytes(me, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = declare(me, me.user, files=[pdf(), pdf("again.pdf")])
    row = made.files.get()
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    assert row.file.open("rb").read() == PDF
    with pytest.raises(FileRefused, match="内容不是 pdf"):
        declare(me, me.user, files=[pdf(data=b"MZ")])
    assert ConflictOfInterest.objects.count() == 1


def test_an_inspector_cannot_end_what_binds_him(me, officer):
    held, today = declare(me, me.user), timezone.localdate()
    with pytest.raises(NotAllowed):
        actions.withdraw_conflict(by=me.user, conflict=held)
    with pytest.raises(RuleBroken, match="写明撤回的理由"):
        actions.ask_withdrawal(by=me.user, conflict=held, reason=" ")
    actions.ask_withdrawal(by=me.user, conflict=held, reason="已离婚")
    assert list(ConflictOfInterest.objects.in_force(today)) == [held]
    assert conflict_queries.to_decide(officer) == 1
    actions.refuse_withdrawal(by=officer, conflict=held)
    assert conflict_queries.to_decide(officer) == 0
    actions.ask_withdrawal(by=me.user, conflict=held, reason="已离婚，附证明")
    actions.withdraw_conflict(by=officer, conflict=held)
    assert not ConflictOfInterest.objects.in_force(today)
    held.refresh_from_db()
    assert (held.withdrawn_by, held.withdrawal_reason) == (officer, "已离婚，附证明")
    with pytest.raises(OutOfOrder, match="已经撤回"):
        actions.redeclare_conflict(
            by=officer, conflict=held, relation="KIN", since=today, evidence="x", target=held.target
        )


def test_to_declare_anew_leaves_both_in_force_until_the_officer_agrees(me, officer):
    held, today = declare(me, me.user), timezone.localdate()
    made = actions.redeclare_conflict(
        by=me.user, conflict=held, relation="SHARE", since=today, evidence="股权登记", target=held.target
    )
    assert set(ConflictOfInterest.objects.in_force(today)) == {held, made}
    held.refresh_from_db()
    assert (made.replaces, bool(held.withdrawal_asked_at)) == (held, True)
    last = actions.redeclare_conflict(
        by=officer, conflict=made, relation="OTHER", since=today, evidence="核实", target=held.target
    )
    assert set(ConflictOfInterest.objects.in_force(today)) == {held, last}
    with pytest.raises(OutOfOrder, match="已经申报过"):
        declare(me, me.user, relation="OTHER", target=held.target)


def test_an_officer_who_inspects_does_not_decide_on_himself(bureau):
    both = create_user(bureau, "discipline", "inspector")
    held = declare(create_inspector(bureau, user=both), both)
    with pytest.raises(NotAllowed, match="本人"):
        actions.withdraw_conflict(by=both, conflict=held)


def test_the_yearly_word_is_given_once_and_by_the_person_himself(me, other, officer):
    today = timezone.localdate()
    assert conflict_queries.unconfirmed(me.user, today)
    for by in (officer, other.user):
        with pytest.raises(NotAllowed, match="本人"):
            actions.confirm_conflicts(by=by, inspector=me, on=today)
    declare(me, officer)
    assert actions.confirm_conflicts(by=me.user, inspector=me, on=today).declared == 1
    assert not conflict_queries.unconfirmed(me.user, today)
    with pytest.raises(OutOfOrder, match="已经确认过"):
        actions.confirm_conflicts(by=me.user, inspector=me, on=today)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictConfirmation.objects.create(inspector=me, year=today.year, declared=0, confirmed_by=me.user)
    year = conflict_queries.year_of(me.organisation, today.year)
    assert [(row.person, bool(row.done)) for row in year.rows] == [(other, False), (me, True)]


def test_the_database_wants_a_reason_for_a_withdrawal(me):
    held = declare(me, me.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictOfInterest.objects.filter(pk=held.pk).update(withdrawal_asked_at=timezone.now())


# ---------- who sees: every address ----------

OF_ONE = [
    ("draws:conflict-again", "get"), ("draws:conflict-again", "post"), ("draws:conflict-ask", "post"),
    ("draws:conflict-withdraw", "post"), ("draws:conflict-refuse", "post"), ("mine:conflict-again", "get"),
    ("mine:conflict-again", "post"), ("mine:conflict-ask", "post"),
]  # fmt: skip
LISTS = [
    "draws:conflicts",
    "draws:conflicts-export",
    "draws:conflict-new",
    "mine:conflicts",
    "mine:conflict-new",
]
DATA = {"reason": "理由", "uid": "x", "relation": "KIN", "since": "2026-01-01", "evidence": "x"}


@pytest.mark.parametrize(("name", "method"), OF_ONE)
def test_no_address_shows_an_inspector_anothers(client, me, other, name, method):
    theirs = declare(other, other.user)
    client.force_login(me.user)
    response = getattr(client, method)(reverse(name, args=[theirs.pk]), DATA)
    assert response.status_code == 404
    theirs.refresh_from_db()
    assert (theirs.withdrawn_at, theirs.withdrawal_asked_at) == (None, None)
    assert ConflictOfInterest.objects.count() == 1


@pytest.mark.parametrize("name", ["draws:conflict-file", "mine:conflict-file"])
def test_a_file_is_for_its_people_only(client, me, other, officer, settings, tmp_path, name):
    settings.MEDIA_ROOT = tmp_path
    held = declare(me, me.user, files=[pdf()])
    path = reverse(name, args=[held.pk, held.files.get().pk])
    stranger = create_user(create_organisation(), "discipline")
    planner = create_user(me.organisation, "planner", "operator", "unit_head")
    for user, status in ((me.user, 200), (other.user, 404), (stranger, 404), (planner, 403)):
        client.force_login(user)
        expected = 403 if name.startswith("mine") and user == stranger else status
        assert client.get(path).status_code == expected
    theirs = declare(other, other.user)
    client.force_login(other.user)
    assert client.get(reverse(name, args=[theirs.pk, held.files.get().pk])).status_code == 404


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "role", ["planner", "operator", "unit_head", "auditor", "reviewer", "publisher", "sysadmin"]
)
def test_no_other_role_gets_in(client, bureau, me, name, role):
    declare(me, me.user)
    client.force_login(create_user(bureau, role))
    assert client.get(reverse(name)).status_code == 403


def test_an_officer_of_another_bureau_or_above_sees_none(client, bureau, me):
    held = declare(me, me.user)
    above = create_user(create_organisation(), "discipline")
    bureau.parent = above.organisation
    bureau.save()
    client.force_login(above)
    assert held.target.name not in client.get(reverse("draws:conflicts")).content.decode()
    assert client.post(reverse("draws:conflict-withdraw", args=[held.pk])).status_code == 404


def test_the_phone_is_ones_own_even_for_an_officer(client, bureau, me):
    declare(me, me.user)
    both = create_user(bureau, "discipline", "inspector")
    own = create_inspector(bureau, user=both)
    mine = declare(own, both)
    client.force_login(both)
    page = client.get(reverse("mine:conflicts")).content.decode()
    assert mine.target.name in page
    assert "陈本人" not in page
    assert (
        client.get(
            reverse("mine:conflict-again", args=[ConflictOfInterest.objects.get(inspector=me).pk])
        ).status_code
        == 404
    )


# ---------- every look is noted ----------


def test_looks_of_the_officer_are_noted_once_a_day_and_shown_to_the_person(client, me, officer):
    held = declare(me, me.user)
    client.force_login(officer)
    for _ in range(2):
        client.get(reverse("draws:conflicts"))
    client.get(reverse("draws:conflicts-export"))
    assert sorted(ConflictLook.objects.values_list("by", "place", "conflict")) == [
        (officer.pk, "export", held.pk), (officer.pk, "list", held.pk)
    ]  # fmt: skip
    assert Entry.objects.filter(act="draws.see_conflicts").count() == 2
    client.force_login(me.user)
    page = client.get(reverse("draws:conflicts")).content.decode()
    assert "谁看过我的申报" in page
    assert officer.name in page
    assert ConflictLook.objects.count() == 2


# ---------- pages ----------


def test_an_inspector_declares_with_a_file_on_the_phone_and_confirms(client, me, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    firm = create_target(me.organisation, name="青禾独一化工")
    client.force_login(me.user)
    given = {
        "inspector": me.pk,
        "uid": "青禾独一化工",
        "relation": "SHARE",
        "since": "2026-01-01",
        "evidence": "持股 5%",
    }
    wrong = client.post(reverse("mine:conflict-new"), {**given, "until": "2025-01-01"})
    assert (wrong.status_code, "早于起始日期" in wrong.content.decode()) == (422, True)
    assert client.post(reverse("mine:conflict-new"), {**given, "proof": [pdf()]}).status_code == 302
    held = ConflictOfInterest.objects.get()
    assert (held.target, held.files.count()) == (firm, 1)
    assert client.post(reverse("mine:conflict-ask", args=[held.pk]), {"reason": ""}).status_code == 422
    assert (
        client.post(
            reverse("mine:conflict-again", args=[held.pk]), {**given, "relation": "EMPLOY"}
        ).status_code
        == 302
    )
    assert client.post(reverse("mine:conflicts-confirm")).status_code == 302
    page = client.get(reverse("mine:conflicts")).content.decode()
    assert "已确认" in page
    assert "曾任职" in page
    assert client.post(reverse("mine:conflicts-confirm")).status_code == 409


def test_the_officer_follows_the_year(client, me, officer):
    client.force_login(officer)
    page = client.get(reverse("draws:conflicts-year")).content.decode()
    assert "没有确认" in page
    listed = b"".join(
        client.get(reverse("draws:conflicts-year"), {"format": "csv"}).streaming_content
    ).decode()
    assert "陈本人" in listed
    client.force_login(me.user)
    assert client.get(reverse("draws:conflicts-year")).status_code == 403
