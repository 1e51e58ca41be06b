"""The notice and the record as PDF: every field of the form is on the paper."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from foundation.documents import rendering
from inspections import actions, documents, tokens
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db
needs_pdf = pytest.mark.skipif(bool(rendering.unavailable_reason()), reason="本机不能生成 PDF")


def paper(page) -> str:
    reader = PdfReader(BytesIO(rendering.to_pdf(page)))
    return "".join(part.extract_text() for part in reader.pages).replace("\n", "").replace(" ", "")


@needs_pdf
def test_the_notice_has_every_field_of_the_form():
    case = make.create_case()
    make.dispatch(case, assistants=1)
    text = paper(documents.notice(str(case.visit.pk)))
    target = case.visit.target
    for word in (
        "行政检查通知书", "青环检通〔2026〕1号", target.name, "东湾镇工业路6号", "检查依据", "《排污许可管理条例》第十七条", "任务来源",
        "2026年度双随机抽查计划", "青环发〔2026〕3号", case.draw.number, "检查内容", case.items[0].item.name, case.items[1].item.name,
        "检查方式", "实地检查", "2026年11月20日", "武建国", case.people[0].certificate_no, "乔明", case.people[1].certificate_no, "协助人数1人",
        "本年度第1次检查", "上限为2次", "申请其回避", "陈述、申辩", "拒绝、阻挠", "监督电话：0356-12369", "送达签收", "签收人", "送达时间",
    ):  # fmt: skip
        assert word.replace(" ", "") in text, word


def test_the_code_on_the_notice_leads_to_the_page_of_the_enterprise():
    case = make.create_case()
    make.dispatch(case)
    context = documents.notice_context(case.fresh())
    assert context["page_url"] == "http://testserver" + tokens.path_of(case.visit)


def test_a_notice_without_a_cap_says_so():
    case = make.create_case("wulong-2024")
    make.dispatch(case)
    assert "没有规定次数上限" in documents.notice_context(case.fresh())["count_sentence"]


@needs_pdf
def test_the_record_is_printed_from_the_signed_text_with_its_hash():
    case = make.create_case()
    make.started(case)
    evidence = actions.add_evidence(by=case.lead, visit=case.visit, file=make.upload(name="贮存间西墙.png"))
    make.fill(case, problem="ordered_correct")
    record = make.submit(case, signatures=make.signatures(case, refused=True))
    case.visit.target.__class__.objects.filter(pk=case.visit.target_id).update(name="后来改的名字")
    text = paper(documents.record(str(record.pk)))
    for word in (
        "现场检查记录", case.visit.number, case.visit.target.name, "2026-11-20 09:18", "2026-11-20 11:30", "发现问题已责令整改", "无标签",
        "十日内整改", "贮存间西墙.png", evidence.sha256[:8], record.sha256[:8], "拒签：认为不需要签", "村委会 韩见证", "武建国", "正常生产",
    ):  # fmt: skip
        assert word.replace(" ", "") in text, word
    assert "后来改的名字" not in text


@needs_pdf
def test_the_same_paper_has_the_same_bytes():
    case = make.create_case()
    make.dispatch(case)
    assert rendering.to_pdf(documents.notice(str(case.visit.pk))) == rendering.to_pdf(
        documents.notice(str(case.visit.pk))
    )


@pytest.mark.django_db(transaction=True)
def test_a_paper_that_failed_is_asked_for_again(monkeypatch):
    from foundation.documents.models import Document
    from foundation.errors import OutOfOrder

    monkeypatch.setattr(rendering, "unavailable_reason", lambda: "本机缺少排版库")
    case = make.create_case()
    make.dispatch(case)
    assert Document.objects.get().state == "failed"
    monkeypatch.setattr(rendering, "unavailable_reason", lambda: "")
    monkeypatch.setattr(rendering, "to_pdf", lambda page: b"%PDF-1.7")
    assert actions.renew_papers(by=case.operator, visit=case.visit) == 1
    assert Document.objects.order_by("-id").first().state == "ready"
    with pytest.raises(OutOfOrder):
        actions.renew_papers(by=case.operator, visit=case.visit)
