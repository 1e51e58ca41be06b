"""Evidence of an exception is a file with its fingerprint: distrusted on arrival, seen by those who may."""

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from openpyxl import load_workbook

from foundation.documents.uploads import FileRefused
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from planning import actions
from planning.models import Override, OverrideFile
from registry.models import Target
from tests.factories import create_user
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 " + b"x" * 40


@pytest.fixture
def bureau(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    bureau = make.fill(make.create_bureau())
    make.approved_plan(bureau)
    return bureau


def paper(name="通报.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def ask(bureau, **fields):
    return actions.request_override(**{
        "by": bureau.planner, "organisation": bureau.organisation, "year": 2026, "rule": "twice_a_year",
        "reason": "信访反复", "evidence": "督查通报第 3 期", "no_file_reason": "原件在督查组", "target": Target.objects.of(bureau.organisation).first(), **fields,
    })  # fmt: skip


def test_file_is_kept_with_the_fingerprint_of_its_bytes_and_on_the_ledger(bureau):
    override = ask(bureau, files=[paper(), paper("另一个名字.pdf")])
    kept = override.files.get()
    assert (kept.sha256, kept.size, kept.name) == (hashlib.sha256(PDF).hexdigest(), len(PDF), "通报.pdf")
    assert kept.file.read() == PDF
    assert kept.sha256 in Entry.objects.get(act="planning.attach_evidence").content


@pytest.mark.parametrize(
    ("name", "content"), [("通报.pdf", b"MZ not a pdf"), ("通报.exe", PDF), ("通报.pdf", b""), ("通报.html", b"<script>")]
)  # fmt: skip
def test_upload_that_is_not_what_it_says_refuses_the_whole_request(bureau, name, content):
    with pytest.raises(FileRefused):
        ask(bureau, files=[paper(name, content)])
    assert not Override.objects.exists()


def test_only_who_asked_adds_evidence_and_only_until_it_is_decided(bureau):
    override = ask(bureau)
    with pytest.raises(NotAllowed):
        actions.attach_evidence(
            by=create_user(bureau.organisation, "planner"), override=override, file=paper()
        )
    actions.attach_evidence(by=bureau.planner, override=override, file=paper())
    actions.approve_override(by=bureau.head, override=override)
    with pytest.raises(OutOfOrder):
        actions.attach_evidence(by=bureau.planner, override=override, file=paper(content=PDF + b"later"))


def test_database_refuses_an_empty_file(bureau):
    with pytest.raises(IntegrityError, match="override_file_is_not_empty"):
        OverrideFile.objects.create(
            override=ask(bureau), name="x", media_type="x", size=0, sha256="0", uploaded_by=bureau.planner
        )


def test_page_lists_takes_and_gives_the_file_to_those_who_may_see_it(bureau, client):
    target = Target.objects.of(bureau.organisation).first()
    client.force_login(bureau.planner)
    page = client.post(
        reverse("planning:overrides"),
        {"year": 2026, "rule": "twice_a_year", "target": target.uid, "reason": "信访反复", "evidence": "通报第 3 期", "file": paper()},
    )  # fmt: skip
    assert page.status_code == 302
    kept = OverrideFile.objects.get()
    listed = client.get(reverse("planning:overrides") + "?year=2026").content.decode()
    assert (kept.name in listed, kept.sha256[:4] in listed) == (True, True)
    given = client.get(reverse("planning:override_file", args=[kept.pk]))
    assert b"".join(given.streaming_content) == PDF
    assert (given["X-Content-Type-Options"], given["Content-Type"]) == ("nosniff", "application/octet-stream")
    workbook = client.get(reverse("planning:overrides_xlsx") + "?year=2026")
    sheet = load_workbook(io.BytesIO(b"".join(workbook.streaming_content))).active
    assert any(kept.sha256 in str(cell.value) for row in sheet.iter_rows() for cell in row)
    client.force_login(create_user(None, "planner"))
    assert client.get(reverse("planning:override_file", args=[kept.pk])).status_code == 404
    client.force_login(create_user(bureau.organisation, "inspector"))
    assert client.get(reverse("planning:override_file", args=[kept.pk])).status_code == 403


def test_file_that_is_gone_from_the_disk_is_told_not_a_broken_page(bureau, client):
    kept = ask(bureau, files=[paper()]).files.get()
    kept.file.storage.delete(kept.file.name)
    client.force_login(bureau.planner)
    page = client.get(reverse("planning:override_file", args=[kept.pk]), follow=True)
    assert "请管理员从备份恢复" in page.content.decode()


def test_wrong_upload_is_told_on_the_page(bureau, client):
    client.force_login(bureau.planner)
    override = ask(bureau)
    page = client.post(
        reverse("planning:override_attach", args=[override.pk]), {"file": paper("x.pdf", b"MZ")}, follow=True
    )
    assert "内容不是 pdf 文件" in page.content.decode()


# ---- a file, or why there is none ----


def test_evidence_is_a_file_or_the_reason_why_there_is_none(bureau):
    with pytest.raises(RuleBroken, match="请附证据文件") as refused:
        ask(bureau, no_file_reason=" ")
    assert (refused.value.code, refused.value.clause) == ("proof_missing", "QS-10.17")
    assert not Override.objects.exists()
    with_file = ask(bureau, files=[paper()])
    assert (with_file.no_file_reason, with_file.files.count()) == ("", 1)
    other = Target.objects.of(bureau.organisation).last()
    without = ask(bureau, target=other, no_file_reason="当场口头举报，没有书面材料")
    assert without.no_file_reason == "当场口头举报，没有书面材料"
    assert "当场口头举报" in Entry.objects.filter(act="planning.request_override").latest("seq").content


def test_the_form_asks_for_one_of_the_two_and_the_list_shows_which(bureau, client):
    target = Target.objects.of(bureau.organisation).first()
    client.force_login(bureau.planner)
    data = {
        "year": 2026,
        "rule": "twice_a_year",
        "target": target.uid,
        "reason": "信访反复",
        "evidence": "通报第 3 期",
    }
    refused = client.post(reverse("planning:overrides"), data)
    assert refused.status_code == 422
    assert "确实没有的，在下面写明为什么没有" in refused.content.decode()
    client.post(reverse("planning:overrides"), data | {"no_file_reason": "通报只有纸质件"})
    page = client.get(reverse("planning:overrides")).content.decode()
    assert "没有附文件：通报只有纸质件" in page
    book = load_workbook(
        io.BytesIO(b"".join(client.get(reverse("planning:overrides_xlsx")).streaming_content))
    )
    assert any("没有：通报只有纸质件" in str(cell.value) for row in book.active for cell in row)
