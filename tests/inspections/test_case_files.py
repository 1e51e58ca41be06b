"""One case, one file: complete, checkable with a standard tool, closed only when nothing is open. source: QS-22.1"""

import hashlib
import io
import shutil
import subprocess
import zipfile
from datetime import datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from openpyxl import load_workbook

from foundation.documents.models import Document
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections import actions
from inspections.models import CaseFile, Evidence
from inspections.rules import casefile as rules
from tests.factories import create_organisation, create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 12, 1, 9, tzinfo=make.BEIJING)


def no_papers_waiting() -> None:
    """The worker's part; the PDFs themselves are tested in test_documents."""
    Document.objects.filter(state=Document.State.WAITING).update(state=Document.State.FAILED, problem="测试")


@pytest.fixture
def case():
    """A reviewed visit with a problem that was put right, one picture, signatures, a word of the enterprise."""
    case = make.create_case()
    make.started(case)
    actions.add_evidence(
        by=case.lead, visit=case.visit, file=make.upload(name="../西墙𬭚.png"), visit_item=case.items[0]
    )
    make.fill(case, problem="ordered_correct")
    make.submit(case)
    actions.review(by=case.reviewer, visit=case.fresh(), passed=True, now=make.REVIEWED)
    actions.receive_feedback(visit=case.visit, rating="good", showed_certificate=True, explained=True)
    no_papers_waiting()
    return case


def close(case) -> None:
    followup = case.visit.followups.get()
    actions.close_followup(by=case.reviewer, followup=followup, on=LATER.date(), note="已贴标签", now=LATER)


def filed(case, **given) -> CaseFile:
    return actions.file_case(**{"by": case.reviewer, "visit": case.fresh(), "now": LATER, **given})


def opened(case_file: CaseFile) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(case_file.file.open("rb").read()))


def test_the_package_holds_everything_and_every_sum_is_right(case, tmp_path):
    close(case)
    made = filed(case)
    assert (made.number, made.version) == ("青环检卷〔2026〕1号", 1)
    content = made.file.open("rb").read()
    assert hashlib.sha256(content).hexdigest() == made.sha256
    assert len(content) == made.size
    package = opened(made)
    names = package.namelist()
    record = case.visit.records.get()
    assert package.read("02-检查记录-第1版.json").decode() == record.content
    assert package.read("03-证据/001-西墙𬭚.png") == Evidence.objects.get().file.open("rb").read()
    for start in (
        "00-任务",
        "02-检查记录-第1版-签字3",
        "02-检查记录-第1版-审核",
        "04-整改与后续",
        "05-企业评价",
        "06-操作记录",
    ):
        assert any(name.startswith(start) for name in names), start
    assert names[-2:] == ["目录.txt", "SHA256SUMS"]
    assert [line["name"] for line in made.catalogue] == names[:-2]
    for line in made.catalogue:
        assert hashlib.sha256(package.read(line["name"])).hexdigest() == line["sha256"]
        assert line["title"] in package.read("目录.txt").decode()
    if shutil.which("sha256sum"):
        package.extractall(tmp_path)
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert Entry.objects.of(case.visit).first().act == "inspections.file_case"


def test_nothing_is_filed_while_something_is_open(case):
    with pytest.raises(OutOfOrder, match="1 条整改或后续没有办结"):
        filed(case)
    close(case)
    with pytest.raises(NotAllowed, match="结果审核人"):
        filed(case, by=case.lead)
    Document.objects.filter(kind="visit_record").update(state=Document.State.WAITING)
    with pytest.raises(OutOfOrder, match="还在生成"):
        filed(case)
    assert not CaseFile.objects.exists()


def test_a_visit_that_has_not_ended_is_not_filed():
    case = make.create_case()
    make.submitted(case)
    with pytest.raises(OutOfOrder, match="审核通过以后"):
        filed(case)


def test_the_same_twice_is_refused_and_something_new_is_a_version_beside_the_old(case):
    close(case)
    first = filed(case)
    with pytest.raises(OutOfOrder, match="没有新的材料"):
        filed(case)
    later = actions.open_followup(by=case.reviewer, visit=case.fresh(), kind="case", problem="又有举报")
    actions.close_followup(by=case.reviewer, followup=later, on=LATER.date(), note="不予立案", now=LATER)
    second = filed(case)
    assert (second.number, second.version) == (first.number, 2)
    assert hashlib.sha256(first.file.open("rb").read()).hexdigest() == first.sha256
    other = make.create_case(bureau=case.bureau)
    make.reviewed(other)
    no_papers_waiting()
    assert filed(other).number == "青环检卷〔2026〕2号"


def test_evidence_that_changed_on_disk_stops_the_filing(case):
    close(case)
    row = Evidence.objects.get()
    with row.file.storage.open(row.file.name, "wb") as file:
        file.write(b"forged")
    with pytest.raises(RuleBroken, match="西墙𬭚.png”与入库时的指纹不一致"):
        filed(case)
    row.file.storage.delete(row.file.name)
    with pytest.raises(RuleBroken, match="读不到"):
        filed(case)
    assert not CaseFile.objects.exists()


def test_the_database_refuses_to_change_a_case_file(case):
    close(case)
    made = filed(case)
    for change in (lambda: CaseFile.objects.filter(pk=made.pk).update(sha256="0" * 64), made.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def enter(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_filing_listing_exporting_and_downloading_in_pages(case):
    close(case)
    client = enter(case.reviewer)
    assert "还没有卷宗" in client.get("/desk/tasks/cases/").content.decode()
    page = f"/desk/tasks/{case.visit.pk}/"
    assert "归档这次检查" in client.get(page).content.decode()
    assert client.post(f"{page}file/").status_code == 302
    made = CaseFile.objects.get()
    shown = client.get(page).content.decode()
    assert made.number in shown
    assert made.number in client.get("/desk/tasks/cases/").content.decode()
    got = client.get(f"/desk/tasks/cases/{made.pk}.zip")
    assert hashlib.sha256(b"".join(got.streaming_content)).hexdigest() == made.sha256
    rows = list(
        load_workbook(
            io.BytesIO(b"".join(client.get("/desk/tasks/cases/export/").streaming_content))
        ).active.values
    )
    assert any(made.number in row and made.sha256 in row for row in rows)


def test_a_package_or_a_picture_gone_from_the_disk_says_so(case):
    close(case)
    made, row = filed(case), Evidence.objects.get()
    for file in (made.file, row.file):
        file.storage.delete(file.name)
    client = enter(case.reviewer)
    for path in (f"/desk/tasks/cases/{made.pk}.zip", f"/desk/tasks/{case.visit.pk}/evidence/{row.pk}/"):
        response = client.get(path)
        assert response.status_code == 409
        assert "请管理员从备份恢复" in response.content.decode()


def test_who_may_not_see_the_visit_does_not_get_its_file(case):
    close(case)
    made = filed(case)
    stranger = create_user(create_organisation(), "reviewer")
    assert enter(stranger).get(f"/desk/tasks/cases/{made.pk}.zip").status_code == 404
    assert made.number not in enter(stranger).get("/desk/tasks/cases/").content.decode()
    assert enter(case.lead).get(f"/desk/tasks/cases/{made.pk}.zip").status_code == 403
    assert enter(case.operator).post(f"/desk/tasks/{case.visit.pk}/file/").status_code == 403


def test_the_catalogue_counts_and_the_sums_are_in_the_form_of_the_tool():
    lines = [rules.Line("a.txt", "甲", 3, "f" * 64), rules.Line("b/c.png", "乙", 0, "0" * 64)]
    assert rules.sums(lines) == f"{'f' * 64}  a.txt\n{'0' * 64}  b/c.png\n"
    assert "卷内 2 件" in rules.catalogue_text("某卷", lines)
    assert rules.case_number("青环", 2026, 3) == "青环检卷〔2026〕3号"
