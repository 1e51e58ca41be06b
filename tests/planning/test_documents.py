"""The plan as a PDF in the columns its rulebook asks for."""

from io import BytesIO

import docx
import pytest
from openpyxl import load_workbook

from foundation.documents import actions as documents
from foundation.documents.rendering import to_pdf, unavailable_reason
from foundation.rulebook import library
from planning import actions, exports, layouts, plan_page
from planning import documents as sheets
from planning.models import AnnualPlan
from tests.planning import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("book_id", make.BOOKS)
def test_sheet_prints_in_every_layout_with_the_fields_the_rulebook_asks_for(book_id):
    bureau = make.fill(make.create_bureau(book_id))
    plan = make.approved_plan(bureau)
    usual = sheets.plan_sheet(str(plan.pk))
    assert usual.context["mark"] == ""
    tables = {layout: sheets.plan_sheet(f"{plan.pk}-{layout}").context["table"] for layout in layouts.LAYOUTS}
    assert set(bureau.book.plan.fields) <= {column.title for column in tables["fields"].columns}
    assert usual.context["table"] == tables[layouts.default(bureau.book)]
    for table in tables.values():
        assert all(all(row) and len(row) == len(table.columns) for row in table.plain)


@pytest.mark.parametrize(
    ("book_id", "layout"), [("qinshui-2022", "fields"), ("xinyang-2023", "period"), ("wulong-2024", "item")]
)
def test_book_prints_as_its_document_does(book_id, layout):
    assert layouts.default(library.get(book_id)) == layout


def test_a_row_per_period_reads_like_the_plan_of_xinyang():
    bureau = make.fill(make.create_bureau("xinyang-2023"))
    table = layouts.table(plan_page.sheet(make.approved_plan(bureau)), "period")
    assert [column.title for column in table.columns][2:6] == [
        "抽查任务名称", "抽查类型（定向或不定向）", "抽查事项类别（一般检查事项或重点检查事项）", "部门联合抽查（是或否）",
    ]  # fmt: skip
    rows = table.plain
    assert [row[9] for row in rows] == ["1月—3月", "4月—6月", "7月—9月", "10月—12月"]
    assert [("按1：2的比例" in row[8], "按1：3的比例" in row[8]) for row in rows] == [
        (True, False), (False, True), (True, False), (False, True),
    ]  # fmt: skip
    assert "支队各科室5%" in rows[0][8]
    assert "支队直属各大队25%" in rows[0][8]
    assert {row[3] for row in rows} == {"不定向"}


def test_a_row_per_item_reads_like_the_list_of_wulong():
    bureau = make.fill(make.create_bureau("wulong-2024"))
    found = plan_page.sheet(make.approved_plan(bureau))
    table = layouts.table(found, "item")
    assert [column.title for column in table.columns] == [
        "序号", "发起部门", "抽查事项名称", "检查内容", "检查对象", "抽查频次", "抽查比例", "抽取对象数量（家）",
    ]  # fmt: skip
    first = table.rows[0]
    assert [cell.span for cell in first if cell] == [3, 3, 3, 3, 1, 1, 1, 1]
    assert (first[1].text, first[5].text, first[6].text) == ("水科", "4次/年", "每季度抽查100%")
    assert table.plain[1][5:7] == ["2次/年", "每半年抽查50%"]
    assert sum(int(row[7]) for row in table.plain) == found.total
    assert len({row[0] for row in table.plain}) == 20


@pytest.mark.parametrize("book_id", ["xinyang-2023", "wulong-2024"])
def test_workbook_has_the_table_the_numbers_the_months_and_the_comparison(book_id):
    bureau = make.fill(make.create_bureau(book_id))
    found = plan_page.sheet(make.approved_plan(bureau))
    book = load_workbook(exports.plan_workbook(found))
    assert book.sheetnames == ["计划表", "各期数量", "分月安排", "与文件载明数比较"]
    page = book["计划表"]
    assert page.page_setup.orientation == "landscape"
    months = list(book["分月安排"].iter_rows(min_row=3, values_only=True))
    assert all(sum(row[2:14]) == row[14] for row in months)
    assert months[-1][14] == found.total
    assert book["与文件载明数比较"].max_row == 2 + len(plan_page.comparisons(found))


@pytest.mark.skipif(bool(unavailable_reason()), reason="本机没有排版库")
def test_pdf_is_made_and_offered(client):
    bureau = make.fill(make.create_bureau())
    plan = make.approved_plan(bureau)
    assert to_pdf(sheets.plan_sheet(str(plan.pk))).startswith(b"%PDF")
    client.force_login(bureau.planner)
    assert client.post(f"/desk/plans/{plan.pk}/pdf/").status_code == 302
    assert documents.latest("plan_sheet", plan.pk) is not None


def test_draft_is_marked_as_such():
    bureau = make.fill(make.create_bureau())
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    assert sheets.plan_sheet(str(plan.pk)).context["mark"] == "编制中"


@pytest.mark.once
def test_word_plan_is_an_official_document_with_its_table_on_landscape_pages(client):
    bureau = make.fill(make.create_bureau("wulong-2024"))
    plan = make.approved_plan(bureau)
    client.force_login(bureau.planner)
    answer = client.get(f"/desk/plans/{plan.pk}/docx/")
    made = docx.Document(BytesIO(b"".join(answer.streaming_content)))
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert texts[:3] == [bureau.organisation.name, "青环发〔2026〕3号", plan.name]
    assert texts.index("2030年1月1日") < texts.index("附件　随机抽查事项清单")
    first, annex = made.sections
    assert (round(first.page_width.mm), round(annex.page_width.mm)) == (210, 297)
    table = made.tables[0]
    assert table.cell(1, 2).text == table.cell(3, 2).text == "水污染防治设施运行情况"
    assert sum(int(row.cells[7].text) for row in table.rows[1:]) == plan_page.sheet(plan).total
    assert not made.inline_shapes


def test_word_plan_of_a_joint_draft_is_marked_and_names_who_agreed():
    bureau = make.fill(make.create_bureau("neimenggu-2024"))
    plan = actions.create_plan(
        by=bureau.planner,
        organisation=bureau.organisation,
        year=2026,
        on=make.TODAY,
        kind="joint_departments",
    )
    actions.edit_details(
        by=bureau.planner, plan=plan, name=plan.name, lead=bureau.units[0], weighed="矿区集中"
    )
    one = actions.add_participant(by=bureau.planner, plan=plan, name="水利局")
    actions.record_agreement(
        by=bureau.planner, participant=one, agreed_on=make.TODAY, agreement="会签单 5 号"
    )
    paper = sheets.plan_paper(AnnualPlan.objects.get(pk=plan.pk))
    words = "".join(block.text for block in paper.blocks if hasattr(block, "text"))
    assert paper.mark == "编制中"
    assert "二、统筹考虑" in words
    assert "三、联合方式" in words
    assert "水利局（会签单 5 号）" in words
