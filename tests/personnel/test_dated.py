"""Certificates over time, periods in post: every day is answered by what held on that day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from personnel import actions, queries, rules
from personnel.models import Absence, Certificate, Inspector, Posting
from tests.factories import create_inspector, create_unit
from tests.personnel.factories import HEADS, ROWS, TODAY, create_bureau, create_planner, row_with, workbook

DAY = timedelta(1)
C = rules.Certificate


# ---------- rules ----------


@pytest.mark.parametrize(
    ("day", "number", "until"),
    [
        (date(2026, 6, 1), "A", date(2028, 12, 31)),
        (date(2026, 12, 31), "A", date(2028, 12, 31)),
        (date(2027, 1, 1), "B", date(2028, 12, 31)),
        (date(2029, 1, 1), "C", date(2030, 12, 31)),
        (date(2031, 1, 1), "C", date(2030, 12, 31)),
        (date(2019, 1, 1), "A", date(2026, 12, 31)),
    ],
)
def test_the_certificate_of_a_day_and_how_far_renewals_carry(day, number, until):
    papers = [
        C("B", date(2027, 1, 1), date(2028, 12, 31)), C("A", date(2020, 1, 1), date(2026, 12, 31)),
        C("C", date(2029, 1, 2), date(2030, 12, 31)), C("", None, None),
    ]  # fmt: skip
    found = rules.covered(papers, day)
    assert (found.number, found.valid_until) == (number, until)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (C("1", date(2020, 1, 1), None), C("1", date(2020, 1, 1), None), True),
        (C("1", date(2020, 1, 1), None), C("2", date(2020, 1, 1), None), True),
        (C("1", None, None), C("1", date(2025, 1, 1), None), True),
        (C("1", date(2020, 1, 1), None), C("1", date(2025, 1, 1), None), False),
        (C("1", date(2020, 1, 1), None), C("2", date(2025, 1, 1), None), False),
        (C("1", None, None), C("2", None, None), False),
    ],
)
def test_a_correction_is_told_from_a_renewal(old, new, same):
    assert rules.same_paper(old, new) is same


terms = st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True).map(sorted)


@given(terms, st.integers(0, 90))
def test_a_turn_leaves_no_day_with_two_posts(cuts, at):
    start = date(2026, 1, 1)
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    held = [rules.Term(1, "", True, start + a * DAY, start + b * DAY) for a, b in spans]
    since = start + at * DAY
    try:
        turn = rules.turn(held, since, rules.Term(2, "", True))
    except rules.TermsWrong:
        assert any(term.since > since for term in held)
        return
    after = list(held)
    for index, kept in turn.kept:
        after[index] = kept
    after = [term for term in [*after, turn.new] if term]
    for n in range(100):
        day = start + n * DAY
        found = [term for term in after if term.covers(day)]
        assert len(found) <= 1
        assert bool(found) or (day < since and not any(term.covers(day) for term in held))
        assert not found or (found[0].unit == 2) is (day >= since)


# ---------- the database ----------

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


@pytest.mark.parametrize(
    "row",
    [
        lambda who: Certificate(inspector=who, number="", valid_until=TODAY),
        lambda who: Certificate(inspector=who, number="1", issued_on=TODAY, valid_until=TODAY - DAY),
        lambda who: Posting(inspector=who, unit=who.unit, since=TODAY, until=TODAY - DAY),
    ],
)
def test_the_database_refuses_impossible_periods(bureau, row):
    with pytest.raises(IntegrityError), transaction.atomic():
        row(create_inspector(bureau)).save()


# ---------- head-count on a day ----------


def test_the_head_count_of_a_day_is_that_days_and_not_todays(bureau, planner):
    """source: CAP-30, CAP-34, XY-3.4, QZ-4.7"""
    unit, other = bureau.units.get(), create_unit(bureau, code="U2", name="执法二中队")
    moved, gone, loaned = (create_inspector(bureau, unit=unit) for _ in range(3))
    create_inspector(bureau, unit=unit)
    actions.edit_inspector(
        inspector=moved, version=1, values={"unit": other}, since=date(2026, 7, 1), on=TODAY, by=planner
    )
    actions.deactivate(inspector=gone, reason="退休", on=date(2026, 9, 1), by=planner)
    actions.edit_inspector(
        inspector=loaned,
        version=1,
        values={"established": False},
        since=date(2027, 1, 1),
        on=TODAY,
        by=planner,
    )

    def count(*day: int) -> tuple[int, int]:
        on = date(*day)
        rows = Inspector.objects.of(bureau).officers_on(on)
        assert {row.pk for row in rows} == {
            row.pk for row in Inspector.objects.of(bureau) if queries.past_of([row]).officer(row.pk, on)
        }
        return queries.officers(bureau, on, [unit.pk]), queries.officers(bureau, on, [other.pk])

    assert count(2026, 6, 30) == (4, 0)
    assert count(2026, 7, 1) == (3, 1)
    assert count(2026, 8, 31) == (3, 1)
    assert count(2026, 9, 1) == (2, 1)
    assert count(2027, 1, 1) == (1, 1)
    assert count(2019, 12, 31) == (0, 0)  # nobody's certificate had begun


def test_a_change_that_lies_ahead_shows_when_its_day_comes(bureau, planner):
    row, tomorrow = create_inspector(bureau), timezone.localdate() + DAY
    actions.deactivate(inspector=row, reason="调离", on=tomorrow, by=planner)
    row.refresh_from_db()
    assert row.in_post
    assert actions.bring_up_to_date(organisation=bureau, on=tomorrow - DAY) == []
    assert actions.bring_up_to_date(organisation=bureau, on=tomorrow) == [row]
    row.refresh_from_db()
    assert (row.in_post, row.version) == (False, 3)
    assert actions.bring_up_to_date(organisation=bureau, on=tomorrow) == []
    actions.reactivate(inspector=row, reason="调回", on=tomorrow + 3 * DAY, by=planner)
    days = {n: queries.past_of([row]).term(row.pk, tomorrow + n * DAY) is not None for n in (-1, 0, 2, 3)}
    assert days == {-1: True, 0: False, 2: False, 3: True}
    with pytest.raises(rules.TermsWrong, match="以后已登记"):
        actions.reactivate(inspector=row, reason="再来", on=tomorrow, by=planner)


def test_the_past_is_added_and_put_right_without_overlap(bureau, planner):
    row, unit = create_inspector(bureau), create_unit(bureau, code="U2", name="执法二中队")
    given = {"unit": unit, "post": "队员", "established": False, "reason": "任免〔2020〕3号", "by": planner}
    first = actions.register_posting(inspector=row, since=date(2018, 1, 1), until=date(2020, 12, 31), **given)
    now = row.postings.exclude(pk=first.pk).get()
    assert (now.since, now.until, now.unit) == (date(2021, 1, 1), None, row.unit)
    with pytest.raises(rules.TermsWrong, match="重叠"):
        actions.register_posting(inspector=row, since=date(2020, 12, 31), until=date(2021, 1, 1), **given)
    with pytest.raises(RuleBroken, match="写明原因"):
        actions.correct_posting(
            posting=first, since=None, until=date(2020, 6, 30), **(given | {"reason": " "})
        )
    actions.correct_posting(posting=first, since=None, until=date(2020, 6, 30), **given)
    assert queries.past_of([row]).term(row.pk, date(2020, 8, 1)) is None
    row.refresh_from_db()
    assert (row.in_post, row.unit_id) == (True, now.unit_id)


# ---------- certificates ----------


def test_a_renewal_keeps_the_old_one_and_silences_the_alarm(bureau, planner):
    today = timezone.localdate()
    row = create_inspector(bureau, certificate_valid_until=today + 10 * DAY)
    old = row.certificate_no
    assert list(queries.in_certificate(Inspector.objects.all(), "soon", today)) == [row]
    actions.register_certificate(
        inspector=row, number="NEW1", issued_on=today + 11 * DAY, valid_until=today + 2000 * DAY, kind="行政执法证",
        issuer="县政府", by=planner,
    )  # fmt: skip
    row.refresh_from_db()
    assert row.certificate_no == old
    assert sorted(row.certificates.values_list("number", flat=True)) == sorted(["NEW1", old])
    assert not queries.in_certificate(Inspector.objects.all(), "soon", today)
    for day in (today, today + 10 * DAY, today + 11 * DAY, today + 1000 * DAY):
        assert row in Inspector.objects.certified_on(day)
        assert queries.statuses_on([row], day) == {row.pk: rules.AVAILABLE}
    actions.bring_up_to_date(organisation=bureau, on=today + 11 * DAY)
    row.refresh_from_db()
    assert (row.certificate_no, row.certificate_issuer) == ("NEW1", "县政府")


def test_a_revoked_certificate_counts_no_more_and_another_paper_never(bureau, planner):
    row, today = create_inspector(bureau), timezone.localdate()
    paper = actions.keep_history(inspector=row, by=planner)
    actions.register_certificate(
        inspector=row, number="上岗1", valid_until=date(2039, 1, 1), entitles=False, by=planner
    )
    actions.revoke_certificate(certificate=paper, revoked_on=today, reason="遗失", by=planner)
    assert row in Inspector.objects.certified_on(today - DAY)
    assert row not in Inspector.objects.certified_on(today)
    assert queries.statuses_on([row], today - DAY) == {row.pk: rules.AVAILABLE}
    assert queries.statuses_on([Inspector.objects.get()], today) == {row.pk: rules.NO_CERTIFICATE}
    with pytest.raises(OutOfOrder, match="已于"):
        actions.revoke_certificate(certificate=paper, revoked_on=today, reason="遗失", by=planner)
    assert Inspector.objects.get().certificate_no == paper.number


def test_a_certificate_belongs_to_one_person_and_corrections_say_why(bureau, planner):
    one, other = create_inspector(bureau), create_inspector(bureau)
    with pytest.raises(RuleBroken, match="已登记在"):
        actions.register_certificate(
            inspector=one, number=other.certificate_no, valid_until=date(2031, 1, 1), by=planner
        )
    paper = actions.register_certificate(
        inspector=one, number="N1", issued_on=date(2026, 1, 1), valid_until=date(2031, 1, 1), by=planner
    )
    with pytest.raises(RuleBroken, match="已登记在"):
        actions.register_certificate(inspector=other, number="N1", valid_until=date(2031, 1, 1), by=planner)
    with pytest.raises(RuleBroken, match="为什么更正"):
        actions.correct_certificate(certificate=paper, values={"number": "N2"}, reason="", by=planner)
    actions.correct_certificate(certificate=paper, values={"number": "N2"}, reason="录错一位", by=planner)
    assert Inspector.objects.get(pk=one.pk).certificate_no == "N2"
    with pytest.raises(RuleBroken, match="早于|不能早于"):
        actions.correct_certificate(
            certificate=paper, values={"valid_until": date(2020, 1, 1)}, reason="x", by=planner
        )


def test_nobody_changes_his_own_post_or_certificate(bureau, planner):
    row = create_inspector(bureau, user=planner)
    for act in (
        lambda: actions.deactivate(inspector=row, reason="x", by=planner),
        lambda: actions.register_certificate(inspector=row, number="N", valid_until=TODAY, by=planner),
        lambda: actions.edit_inspector(
            inspector=row, version=1, values={"established": False}, on=TODAY, by=planner
        ),
    ):
        with pytest.raises(NotAllowed, match="不能自己改"):
            act()
    actions.edit_inspector(inspector=row, version=1, values={"phone": "1"}, on=TODAY, by=planner)


# ---------- Excel ----------


def upload(bureau, by, *rows, heads=HEADS):
    batch = actions.check_file(
        organisation=bureau, file_name="a.xlsx", data=workbook(heads, *rows), on=TODAY, by=by
    )
    assert batch.errors == []
    actions.commit_import(batch=batch, on=TODAY, by=by)
    return batch


def test_an_import_renews_moves_and_its_undo_puts_the_history_back(bureau, planner):
    create_unit(bureau, code="U2", name="执法二中队")
    heads = [*HEADS, "人员编号", "到岗日期"]
    upload(bureau, planner, [*ROWS[0], "P1", "2022-03-01"], heads=heads)
    row = Inspector.objects.get()
    assert list(row.postings.values_list("since", "until")) == [(date(2022, 3, 1), None)]
    again = actions.check_file(
        organisation=bureau,
        file_name="b.xlsx",
        data=workbook(heads, [*ROWS[0], "P1", "2022-03-01"]),
        on=TODAY,
        by=planner,
    )
    assert again.changes == []
    renewed = row_with("执法证号", "14052100099")
    renewed[HEADS.index("发证日期")], renewed[HEADS.index("有效期至")] = "2026-01-01", "2031-01-01"
    renewed[HEADS.index("单位")] = "执法二中队"
    batch = upload(bureau, planner, [*renewed, "P1"], heads=[*HEADS, "人员编号"])
    row.refresh_from_db()
    assert (row.certificate_no, row.unit.code) == ("14052100099", "U2")
    assert row.certificates.count() == 2
    assert [(p.unit.code, p.since, p.until) for p in row.postings.order_by("since")] == [
        ("U1", date(2022, 3, 1), TODAY - DAY), ("U2", TODAY, None),
    ]  # fmt: skip
    assert actions.undo_import(batch=batch, on=TODAY, by=planner).restored == 1
    row.refresh_from_db()
    assert (row.certificate_no, row.unit.code, row.certificates.count()) == ("14052100001", "U1", 0)
    assert list(row.postings.values_list("since", "until")) == [(date(2022, 3, 1), None)]


# ---------- pages ----------


def test_certificates_and_posts_are_kept_on_the_persons_page(client, bureau, planner):
    row, today = create_inspector(bureau), timezone.localdate()
    client.force_login(planner)
    page = reverse("personnel:inspector", args=[row.pk])

    def post(name, *args, **data):
        return client.post(reverse(f"personnel:{name}", args=[row.pk, *args]), data)

    assert (
        post(
            "certificate_new", number="N9", valid_until="2035-01-01", issued_on="2026-01-01", entitles="on"
        ).status_code
        == 302
    )
    paper = row.certificates.get(number="N9")
    assert (
        post("certificate", paper.pk, number="N9", valid_until="2036-01-01", entitles="on").status_code == 422
    )
    assert post(
        "certificate", paper.pk, number="N9", valid_until="2036-01-01", issued_on="2026-01-01", entitles="on", reason="录错"
    ).status_code == 302  # fmt: skip
    assert post("certificate_revoke", paper.pk, revoked_on=today, reason="遗失").status_code == 302
    assert post("posting", 0).status_code == 302
    term = row.postings.get()
    unit = row.unit_id
    assert (
        post(
            "posting", term.pk, unit=unit, since="2020-01-01", until="", reason="任免文件", established="on"
        ).status_code
        == 302
    )
    assert post("posting_new", unit=unit, since="2021-01-01", reason="重叠").status_code == 409
    assert post("leave", turn="leave", on=today, reason="退休").status_code == 302
    shown = client.get(page).content.decode()
    assert all(word in shown for word in ("已注销", "更正证件 N9", "任职时段", "离开执法岗位", "2020-01-01"))
    client.force_login(create_planner(create_bureau()))
    assert post("certificate_new", number="N9", valid_until="2035-01-01").status_code == 404
    assert Entry.objects.filter(act="personnel.revoke_certificate").exists()


def test_absences_that_touch_a_period(bureau):
    row = create_inspector(bureau)
    Absence.objects.create(inspector=row, reason="leave", since=TODAY, until=TODAY + 3 * DAY)
    found = [bool(Absence.objects.touching(TODAY + n * DAY, TODAY + n * DAY)) for n in (-1, 0, 3, 4)]
    assert found == [False, True, True, False]
