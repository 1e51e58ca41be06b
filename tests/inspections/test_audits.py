"""稽查: by period, with findings put right by the audited and accepted by another. source: NM-41.1, NM-42.1, QZ-12.2"""

import io
from datetime import date

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections import actions
from inspections.models import Audit, AuditFinding
from tests.factories import create_organisation, create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db
ON, DUE = date(2026, 11, 25), date(2026, 12, 10)


@pytest.fixture
def case():
    """A branch with one reviewed visit, under a superior."""
    case = make.reviewed(make.create_case())
    case.organisation.parent = create_organisation(name="青禾市生态环境局", short_name="青市环")
    case.organisation.save()
    return case


@pytest.fixture
def auditor(case):
    return create_user(case.organisation.parent, "discipline", name="纪督")


def opened(by, audited, **given) -> Audit:
    return actions.open_audit(**{
        "by": by, "audited": audited, "method": "recheck", "first": date(2026, 10, 1), "last": date(2026, 12, 31),
        "subject": "亮证、记录、公示期限", "on": ON, **given,
    })  # fmt: skip


def found(by, audit, **given) -> AuditFinding:
    return actions.add_finding(**{
        "by": by, "audit": audit, "problem": "记录没有写生产状态", "demand": "补正并培训", "due_on": DUE, **given
    })  # fmt: skip


def test_a_finding_goes_from_problem_to_acceptance_and_the_audit_ends(case, auditor):
    audit = opened(auditor, case.organisation)
    assert audit.number == "青市环稽〔2026〕1号"
    assert opened(auditor, case.organisation).serial == 2
    row = found(auditor, audit, visit=case.visit)
    with pytest.raises(OutOfOrder, match="还有 1 个"):
        actions.conclude_audit(by=auditor, audit=audit, conclusion="到位", on=ON)
    with pytest.raises(OutOfOrder, match="还没有登记整改"):
        actions.judge_finding(by=auditor, finding=row, accept=True, on=ON)
    with pytest.raises(NotAllowed, match="由.*登记"):
        actions.rectify_finding(by=auditor, finding=row, rectification="已补", on=ON)
    actions.rectify_finding(by=case.reviewer, finding=row, rectification="已补", on=ON)
    with pytest.raises(RuleBroken, match="理由"):
        actions.judge_finding(by=auditor, finding=row, accept=False, on=ON)
    row = actions.judge_finding(by=auditor, finding=row, accept=False, reason="没有培训记录", on=ON)
    assert (row.state, row.returned_reason) == ("整改中", "没有培训记录")
    actions.rectify_finding(by=case.reviewer, finding=row, rectification="已补，附培训记录", on=ON)
    row = actions.judge_finding(by=auditor, finding=row, accept=True, on=ON)
    assert row.state == "已认可"
    audit = actions.conclude_audit(by=auditor, audit=audit, conclusion="整改到位", on=ON)
    with pytest.raises(OutOfOrder, match="办结"):
        found(auditor, audit)
    assert list(Entry.objects.of(audit).order_by("seq").values_list("act", flat=True)) == [
        f"inspections.{act}"
        for act in ("open_audit", "add_finding", "rectify_finding", "judge_finding", "rectify_finding", "judge_finding", "conclude_audit")
    ]  # fmt: skip


def test_nobody_accepts_what_he_rectified_himself(case):
    audit = opened(case.reviewer, case.organisation)
    row = found(case.reviewer, audit)
    row = actions.rectify_finding(by=case.reviewer, finding=row, rectification="已补", on=ON)
    with pytest.raises(NotAllowed, match="本人"):
        actions.judge_finding(by=case.reviewer, finding=row, accept=True, on=ON)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditFinding.objects.filter(pk=row.pk).update(accepted_on=ON, accepted_by=case.reviewer)
    head = create_user(case.organisation, "unit_head")
    assert actions.judge_finding(by=head, finding=row, accept=True, on=ON).accepted_by == head


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"first": date(2027, 1, 1), "last": date(2027, 2, 1)}, RuleBroken, "还没有开始"), ({"last": date(2026, 9, 1)}, RuleBroken, "早于"),
        ({"subject": " "}, RuleBroken, "稽查内容"), ({"by": "inspector"}, NotAllowed, "稽查由"), ({"audited": "above"}, NotAllowed, "不是本局"),
        ({"audited": "stranger"}, NotAllowed, "不是本局"),
    ],
)  # fmt: skip
def test_what_cannot_be_audited_is_refused(case, auditor, change, error, words):
    people = {"inspector": case.lead, "above": case.organisation.parent, "stranger": create_organisation()}
    given = {key: people.get(value, value) for key, value in change.items()}
    by, audited = given.pop("by", auditor), given.pop("audited", case.organisation)
    if change.get("audited") == "above":
        by = case.reviewer
    with pytest.raises(error, match=words):
        opened(by, audited, **given)


def test_a_finding_names_a_visit_of_the_audited_only(case, auditor):
    audit = opened(auditor, auditor.organisation)
    with pytest.raises(RuleBroken, match="不是被稽查机构的"):
        found(auditor, audit, visit=case.visit)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_of_both_sides(case, auditor):
    client, below = signed_in(auditor), signed_in(case.reviewer)
    given = {
        "audited": case.organisation.pk, "method": "system", "first": "2026-10-01", "last": "2026-11-20", "subject": "看记录",
    }  # fmt: skip
    assert client.get(reverse("inspections:audit-new")).status_code == 200
    assert client.post(reverse("inspections:audit-new"), {**given, "last": ""}).status_code == 422
    page = client.post(reverse("inspections:audit-new"), given).url
    assert "<dd>1<small>家次" in client.get(page).content.decode()
    finding = {"problem": "缺照片", "visit": "无此编号", "demand": "补", "due_on": "2026-12-10"}
    assert client.post(page, finding).status_code == 422
    assert client.post(page, {**finding, "visit": case.visit.number}).status_code == 302
    audit = Audit.objects.get()
    row = audit.findings.get()
    text = below.get(page).content.decode()
    assert "缺照片" in text
    assert "登记问题" not in text
    args = [audit.pk, row.pk]
    below.post(reverse("inspections:finding-rectify", args=args), {"rectification": "已补"})
    assert "认可整改" in client.get(page).content.decode()
    client.post(reverse("inspections:finding-judge", args=args), {"accept": "yes"})
    client.post(reverse("inspections:audit-conclude", args=[audit.pk]), {"conclusion": "到位"})
    assert audit.number in client.get(reverse("inspections:audits") + "?state=done").content.decode()
    rows = b"".join(below.get(reverse("inspections:audits-export")).streaming_content)
    cells = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(rows)).active[2]]
    assert {"缺照片", "已认可", "到位", case.visit.number} <= set(cells)


def test_a_stranger_sees_none_and_an_inspector_is_refused(case, auditor):
    audit = opened(auditor, case.organisation)
    stranger = signed_in(create_user(create_organisation(), "unit_head"))
    assert audit.number not in stranger.get(reverse("inspections:audits")).content.decode()
    assert stranger.get(reverse("inspections:audit", args=[audit.pk])).status_code == 404
    assert signed_in(case.lead).get(reverse("inspections:audits")).status_code == 403
