"""A problem handed over: numbered, received once, the case number after it; in pages, on paper, in the case file."""

import io
import zipfile
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from foundation.documents.models import Document
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections import actions, documents
from inspections.models import FollowUp, Handover
from tests.factories import create_organisation, create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 25, 9, tzinfo=make.BEIJING)


@pytest.fixture
def case():
    case = make.create_case()
    make.reviewed(case, problem="transferred")
    return case


def sent(case, **given) -> Handover:
    return actions.hand_over(**{
        "by": case.reviewer, "followup": case.visit.followups.get(), "kind": "clue", "to_whom": "县水利局",
        "basis": "取水许可由水行政主管部门管理", "materials": "现场检查记录 1 份", "sent_on": DAY, "now": NOW, **given,
    })  # fmt: skip


def received(handover, case, **given) -> Handover:
    return actions.note_receipt(**{
        "by": case.reviewer, "handover": handover, "received_on": DAY, "received_by": "水利局 王收文", "now": NOW, **given,
    })  # fmt: skip


def test_it_is_numbered_and_waits_for_its_receipt_then_for_the_case(case):
    made = sent(case)
    assert made.number == "青环检移〔2026〕1号"
    assert case.visit.followups.get().handed_to == "县水利局"
    assert Document.objects.filter(kind="handover", subject_id=str(made.pk)).exists()
    assert sent(case, kind="judicial", to_whom="县公安局").number == "青环检移〔2026〕2号"
    received(made, case)
    received(made, case, case_number="水立〔2026〕7号")
    made.refresh_from_db()
    assert (made.received_by, made.case_number) == ("水利局 王收文", "水立〔2026〕7号")
    received(made, case)
    assert made.case_number == "水立〔2026〕7号"
    assert (
        list(Entry.objects.of(case.visit).values_list("act", flat=True)[:3])
        == ["inspections.note_receipt"] * 3
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "zzz"}, "文书种类"),
        ({"to_whom": " "}, "受移送机关"),
        ({"basis": ""}, "依据"),
        ({"sent_on": date(2026, 11, 19)}, "早于问题登记日期"),
        ({"sent_on": date(9999, 12, 31)}, "还没有到"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named(case, given, words):
    with pytest.raises(RuleBroken, match=words):
        sent(case, **given)
    assert not Handover.objects.exists()


def test_a_receipt_stays_as_it_was_given(case):
    made = sent(case)
    with pytest.raises(RuleBroken, match="签收人"):
        received(made, case, received_by="  ")
    with pytest.raises(RuleBroken, match="早于移送日期"):
        received(made, case, received_on=date(2026, 11, 23))
    received(made, case)
    with pytest.raises(RuleBroken, match="不能改；只能补填案号"):
        received(made, case, received_by="别人")


def test_only_the_team_or_a_reviewer_and_only_while_it_is_open(case):
    stranger, _ = make.member_user(case.bureau, "别组")
    with pytest.raises(NotAllowed):
        sent(case, by=stranger)
    made = sent(case, by=case.lead)
    with pytest.raises(NotAllowed):
        received(made, case, by=create_user(create_organisation(), "reviewer"))
    FollowUp.objects.filter(pk=made.followup_id).update(state="done", closed_on=DAY, closed_by=case.lead)
    with pytest.raises(OutOfOrder):
        sent(case)
    received(made, case, case_number="水立〔2026〕8号")


def test_the_database_wants_a_receipt_before_a_case(case):
    made = sent(case)
    for bad in (
        {"case_number": "x"},
        {"received_on": DAY},
        {"received_on": date(2026, 1, 1), "received_by": "某"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Handover.objects.filter(pk=made.pk).update(**bad)


def enter(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_written_received_listed_and_exported_in_pages(case, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client, followup = enter(case.reviewer), case.visit.followups.get()
    assert "没有移送文书" in client.get("/desk/rectify/handovers/").content.decode()
    page = f"/desk/rectify/{followup.pk}/handover/"
    assert "编号并生成" in client.get(page).content.decode()
    bad = client.post(page, {"kind": "clue", "to_whom": "县水利局", "basis": "", "sent_on": "2026-11-24"})
    assert bad.status_code == 422
    given = {
        "kind": "clue",
        "to_whom": "=cmd|' /C calc'!A0",
        "basis": "<script>x</script>𬭚",
        "sent_on": "2026-11-24",
    }
    assert client.post(page, given).status_code == 302
    made = Handover.objects.get()
    own = f"/desk/rectify/handovers/{made.pk}/"
    shown = client.get(own).content.decode()
    assert "&lt;script&gt;x&lt;/script&gt;𬭚" in shown
    assert "<script>x" not in shown
    assert "1 份还没有签收" in client.get("/desk/rectify/handovers/").content.decode()
    early = client.post(own, {"received_on": "2026-11-01", "received_by": "王"})
    assert early.status_code == 422
    assert "早于移送日期" in early.content.decode()
    client.post(own, {"received_on": "2026-11-25", "received_by": "王", "case_number": "水立〔2026〕7号"})
    assert "水立〔2026〕7号" in client.get(f"/desk/rectify/{followup.pk}/").content.decode()
    sheet = load_workbook(
        io.BytesIO(b"".join(client.get("/desk/rectify/handovers/export/").streaming_content))
    ).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "水立〔2026〕7号" for cell in cells)
    docx = client.get(f"{own}docx/").content
    body = zipfile.ZipFile(io.BytesIO(docx)).read("word/document.xml").decode()
    assert made.number in body
    assert "回执" in body


def test_another_bureau_finds_nothing_and_the_paper_is_for_who_sees_the_visit(case):
    made = sent(case)
    stranger = create_user(create_organisation(), "reviewer")
    for path in (
        f"/desk/rectify/handovers/{made.pk}/",
        f"/desk/rectify/handovers/{made.pk}/docx/",
        f"/desk/rectify/{made.followup_id}/handover/",
    ):
        assert enter(stranger).get(path).status_code == 404
    assert documents.may_read_handover(case.lead, str(made.pk))
    assert documents.may_read_handover(case.reviewer, str(made.pk))
    assert not documents.may_read_handover(stranger, str(made.pk))


def test_it_lies_in_the_case_file(case):
    made = received(sent(case), case, case_number="水立〔2026〕7号")
    actions.close_followup(by=case.reviewer, followup=made.followup, on=NOW.date(), note="已立案", now=NOW)
    Document.objects.update(state=Document.State.FAILED, problem="测试")
    case_file = actions.file_case(by=case.reviewer, visit=case.fresh(), now=NOW)
    with zipfile.ZipFile(io.BytesIO(case_file.file.open("rb").read())) as package:
        text = package.read("04-整改与后续.json").decode()
    assert made.number in text
    assert "水立〔2026〕7号" in text
