"""Out and in again: nothing changes, nothing runs as a formula."""

from io import BytesIO

import openpyxl
import pytest

from foundation.intake import files
from personnel import actions, exports
from personnel.doors import INSPECTORS
from personnel.models import Inspector
from tests.factories import create_inspector
from tests.personnel.factories import HEADS, ROWS, TODAY, create_bureau, create_planner, row_with, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def sheet_of(bureau):
    return INSPECTORS.register(bureau, TODAY).sheet


def exported(bureau, fmt: str, *, phones: bool = True) -> bytes:
    return content(exports.export_inspectors(bureau, Inspector.objects.of(bureau), TODAY, fmt, phones=phones))


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
def test_an_export_taken_in_again_changes_nothing(bureau, planner, fmt):
    data = workbook(
        [*HEADS, "性别", "手机", "在编", "在岗", "职务", "从事本岗位起始"],
        [*ROWS[0], "男", "13800000001", "否", "是", "队长", "2010-07-01"], [*ROWS[1], "女", None, "是", "否", None, None],
    )  # fmt: skip
    batch = actions.check_file(organisation=bureau, file_name="a.xlsx", data=data, on=TODAY, by=planner)
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    create_inspector(bureau, name="赵无证", certificate_no="", certificate_valid_until=None, certificate_issued_on=None,
                     duty="regulatory_duty")  # fmt: skip
    again = actions.check_file(
        organisation=bureau, file_name=f"a.{fmt}", data=exported(bureau, fmt), on=TODAY, by=planner
    )
    assert (again.errors, again.changes, again.unchanged, again.unknown) == ([], [], 3, [])


def test_no_cell_runs_as_a_formula(bureau, planner):
    create_inspector(bureau, name="=HYPERLINK(1)", post="+1", specialities=["@水"])
    book = openpyxl.load_workbook(BytesIO(exported(bureau, "xlsx")))
    values = [cell for row in book.active.iter_rows(min_row=2) for cell in row if cell.value]
    assert all(cell.data_type == "s" for cell in values)
    assert {"'=HYPERLINK(1)", "'+1", "'@水"} <= {cell.value for cell in values}
    assert "'=HYPERLINK(1)" in exported(bureau, "csv").decode()


def test_phones_leave_masked_unless_asked_for_by_the_keeper(bureau):
    create_inspector(bureau, phone="13800001234")
    assert "13800001234" in exported(bureau, "csv").decode()
    assert "138****1234" in exported(bureau, "csv", phones=False).decode()


def test_the_template_lists_what_may_be_chosen(bureau):
    book = openpyxl.load_workbook(BytesIO(content(files.template(sheet_of(bureau)))))
    heads = [cell.value for cell in book["检查人员"][1]]
    assert heads[:4] == ["人员编号", "姓名*", "性别", "单位*"]
    assert "执法一中队" in [cell.value for row in book["填写选项"].iter_rows() for cell in row]
    example = [cell.value for cell in book["示例"][2]]
    assert example[heads.index("片区")] == "东湾镇、石桥镇"


def test_the_error_workbook_can_be_corrected_and_handed_in(bureau, planner):
    data = workbook(HEADS, row_with("单位", "执法九中队"), ROWS[1])
    batch = actions.check_file(organisation=bureau, file_name="a.xlsx", data=data, on=TODAY, by=planner)
    book = openpyxl.load_workbook(BytesIO(content(files.errors(batch, sheet_of(bureau)))))
    page = book.active
    heads = [cell.value for cell in page[1]]
    wrong = page.cell(2, heads.index("单位") + 1)
    assert "没有“执法九中队”" in wrong.comment.text
    assert page.cell(2, heads.index("原行号") + 1).value == 2
    wrong.value = "执法一中队"
    stream = BytesIO()
    book.save(stream)
    again = actions.check_file(
        organisation=bureau, file_name="改.xlsx", data=stream.getvalue(), on=TODAY, by=planner
    )
    assert (again.errors, [change["name"] for change in again.changes]) == ([], ["陈一"])


def test_an_export_costs_the_same_for_more_people(bureau, django_assert_max_num_queries):
    def cost() -> int:
        with django_assert_max_num_queries(20) as seen:
            exported(bureau, "csv")
        return len(seen.captured_queries)

    create_inspector(bureau)
    few = cost()
    for _ in range(20):
        create_inspector(bureau)
    assert cost() == few
