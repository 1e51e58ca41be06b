"""Files as they really arrive, and long ones in the background: nothing is lost, nothing is written by halves."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation.errors import OutOfOrder
from foundation.intake import jobs, reading, steps
from foundation.sheets import checking, columns
from foundation.sheets.columns import Column, Sheet, guarded
from foundation.sheets.errors import SheetRefused
from registry.doors import TARGETS
from registry.models import ImportBatch, ImportPart, Target
from tests.registry.factories import HEADS, TODAY, create_bureau, create_planner, saved, uscc, workbook

SHEET = Sheet(
    "things", "物品",
    (
        Column("uid", "编号", "code"), Column("name", "名称", required=True),
        Column("grade", "等级", "choice", choices={"a": "甲", "b": "乙"}), Column("day", "日期", "date"),
        Column("note", "备注"),
    ),
    identity="uid",
)  # fmt: skip
TITLES = ["编号", "名称", "等级", "日期", "备注"]


class Things:
    sheet = SHEET

    def resolve(self, rows, met):
        return {row.number: checking.Match(row.values.get("uid", ""), None) for row in rows}


def check(data, name="物品.xlsx", **options):
    return checking.check_file(Things(), name, data, **options)[1]


def things(count=20):
    return [[f"{n}", f"第{n}件", "甲乙"[n % 2], date(2026, 1, 1 + n % 28), "无"] for n in range(count)]


# ---------- one column aside ----------


def test_cells_moved_one_column_to_the_right_are_noticed_before_anything_else():
    rows = [[*row[:2], "多出来的", *row[2:]] for row in things()]
    with pytest.raises(SheetRefused) as refused:
        check(workbook(TITLES, *rows, title="物品"))
    assert refused.value.code == "columns_shifted"
    for word in ("工作表“物品”", "从第 2 行起", "C 列“等级”", "“多出来的”", "100%", "向左移一列"):
        assert word in refused.value.message


def test_cells_moved_to_the_left_are_told_with_the_other_side():
    rows = [[row[0], *row[2:]] for row in things()]
    with pytest.raises(SheetRefused, match="整体左移了一列.*向右移一列"):
        check(workbook(TITLES, *rows, title="物品"))


def test_a_table_with_some_faults_is_not_called_shifted():
    rows = things()
    for row in rows[:9]:
        row[2], row[3] = "丙", "某日"
    checked = check(workbook(TITLES, *rows, title="物品"))
    assert checked.bad_rows == 9


# ---------- headers ----------


def test_headers_may_take_two_rows_below_merged_titles():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["青禾县物品清单"])
    page.append(["填报：办公室"])
    page.append(["编号", "名称", "登记", None, "备注"])
    page.append([None, None, "等级", "日期", None])
    for row in things(2):
        page.append(row)
    for area in ("A1:E1", "A2:E2", "A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        page.merge_cells(area)
    checked = check(saved(book))
    assert (checked.rows, checked.problems, checked.unknown) == (2, (), ())
    assert checked.changes[0].row == 5
    assert checked.changes[0].values["grade"] == "a"


def test_a_header_far_down_and_far_to_the_right_is_found():
    book = openpyxl.Workbook()
    for n, row in enumerate([TITLES, *things(3)]):
        for m, cell in enumerate(row):
            book.active.cell(12 + n, 6 + m, cell)
    assert check(saved(book)).rows == 3


def test_a_header_may_be_left_out_by_name():
    rows = [[*row, "乙"] for row in things(2)]
    with pytest.raises(SheetRefused, match="有两列都是“等级”"):
        check(workbook([*TITLES, "等级"], *rows))
    heads = [*TITLES, "上年等级"]
    assert (
        check(workbook(heads, *rows), mapping={"上年等级": "grade", "等级": ""}).changes[0].values["grade"]
        == "b"
    )


# ---------- text that looks like a formula ----------


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@x", "\t=1", "\r=1", "'=1", "''@x", "'quoted", "普通"]
)
def test_what_is_guarded_comes_back_as_it_was(text):
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert columns.unguarded(guarded(text)) == text


# ---------- long files ----------


def test_a_million_formatted_rows_of_many_columns_cost_next_to_nothing():
    import zipfile

    cells = "".join(f'<c r="{letter}%d" s="0"/>' for letter in "ABCDE")
    empty = "".join(f'<row r="{n}">{cells % ((n,) * 5)}</row>' for n in range(3, 60_000))
    source, out = zipfile.ZipFile(io.BytesIO(workbook(TITLES, things(1)[0]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            data = source.read(name)
            if "sheet1" in name:
                data = data.replace(b"</sheetData>", empty.encode() + b"</sheetData>")
            package.writestr(name, data)
    assert check(out.getvalue()).rows == 1


@pytest.fixture
def planner(db):
    return create_planner(create_bureau())


def rows_of(count):
    return [
        [f"青禾第{n}化工有限公司", "东湾镇", uscc(n), "重点管理", f"{uscc(n)}001P"]
        for n in range(1, count + 1)
    ]


def receive(planner, data):
    return steps.receive(
        door=TARGETS, organisation=planner.organisation, file_name="名录.xlsx", data=data, by=planner
    )


@pytest.mark.django_db
def test_a_long_file_is_checked_written_and_taken_back_by_a_worker(
    planner, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(steps, "LONG_FILE", 10)
    monkeypatch.setattr(steps, "LONG_BATCH", 3)
    monkeypatch.setattr(checking, "PART", 2)
    client = Client()
    client.force_login(planner)
    with django_capture_on_commit_callbacks() as sent:
        client.post(
            reverse("registry:import"),
            {"file": SimpleUploadedFile("名录.xlsx", workbook(HEADS, *rows_of(5)))},
        )
    batch = ImportBatch.objects.get()
    page = client.get(reverse("registry:import-batch", args=[batch.pk])).content.decode()
    assert "正在核对" in page
    assert "<progress" in page
    assert client.post(reverse("registry:import-commit", args=[batch.pk])).status_code == 409
    told = client.get(reverse("registry:import-progress", args=[batch.pk]))
    assert "正在核对" in told.content.decode()
    for send in sent:
        send()
    batch.refresh_from_db()
    assert (batch.state, batch.added, batch.parts.count()) == ("checked", 5, 3)
    assert client.get(reverse("registry:import-progress", args=[batch.pk])).headers["HX-Refresh"] == "true"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("registry:import-commit", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, batch.upload, Target.objects.count()) == ("committed", None, 5)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("registry:import-undo", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, Target.objects.count()) == ("undone", 0)


@pytest.mark.django_db
def test_a_file_that_a_worker_cannot_read_says_why(planner):
    batch = receive(planner, b"nonsense")
    jobs.work("targets", batch.pk, TODAY)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert "不是真正的 .xlsx" in batch.problem
    client = Client()
    client.force_login(planner)
    assert (
        "不是真正的 .xlsx" in client.get(reverse("registry:import-batch", args=[batch.pk])).content.decode()
    )


@pytest.mark.django_db
def test_a_job_is_done_once_and_a_lost_one_is_sent_again(planner, monkeypatch):
    batch = receive(planner, workbook(HEADS, *rows_of(2)))
    sent = []
    monkeypatch.setattr(jobs, "_send", lambda kind, pk: sent.append((kind, pk)))
    assert jobs.redispatch_late() == 0
    ImportBatch.objects.update(created_at="2026-01-01T00:00Z")
    assert (jobs.redispatch_late(), sent) == (1, [("targets", batch.pk)])
    jobs.work("targets", batch.pk, TODAY)
    jobs.work("targets", batch.pk, TODAY)
    assert ImportPart.objects.filter(batch=batch).count() == 1
    assert jobs.redispatch_late() == 0


@pytest.mark.django_db
def test_a_register_that_moved_gives_a_long_batch_back_with_the_reason(planner):
    bureau = planner.organisation
    batch = steps.check_file(
        door=TARGETS,
        organisation=bureau,
        file_name="a.xlsx",
        data=workbook(HEADS, *rows_of(2)),
        on=TODAY,
        by=planner,
    )
    other = steps.check_file(
        door=TARGETS,
        organisation=bureau,
        file_name="b.xlsx",
        data=workbook(HEADS, *rows_of(2)),
        on=TODAY,
        by=planner,
    )
    steps.commit(door=TARGETS, batch=other, on=TODAY, by=planner)
    steps.order_commit(door=TARGETS, batch=batch, by=planner)
    jobs.work("targets", batch.pk, TODAY)
    batch.refresh_from_db()
    assert batch.state == "checked"
    assert "重新上传" in batch.problem


@pytest.mark.django_db
def test_a_file_with_errors_everywhere_is_refused_with_what_is_wrong_most(planner, monkeypatch):
    monkeypatch.setattr(reading, "MAX_REJECTED", 3)
    rows = rows_of(6)
    for row in rows:
        row[1] = "西湾镇"
    with pytest.raises(SheetRefused, match="最多的是：“片区”没有“西湾镇”"):
        steps.check_file(
            door=TARGETS, organisation=planner.organisation, file_name="a.xlsx", data=workbook(HEADS, *rows), on=TODAY,
            by=planner,
        )  # fmt: skip
    assert not ImportBatch.objects.exists()
    assert not ImportPart.objects.exists()


@pytest.mark.django_db
def test_every_change_can_be_taken_away_as_a_list(planner):
    batch = steps.check_file(
        door=TARGETS, organisation=planner.organisation, file_name="a.xlsx", data=workbook(HEADS, *rows_of(2)), on=TODAY,
        by=planner,
    )  # fmt: skip
    client = Client()
    client.force_login(planner)
    page = client.get(reverse("registry:import-changes", args=[batch.pk]))
    text = b"".join(page.streaming_content).decode("utf-8-sig")
    assert "2,新增,青禾第1化工有限公司" in text
    assert "排污许可管理类别,,重点管理" in text


@pytest.mark.django_db
def test_columns_are_named_again_only_while_the_file_is_there(planner):
    batch = steps.check_file(
        door=TARGETS, organisation=planner.organisation, file_name="a.xlsx", data=workbook(HEADS, *rows_of(2)), on=TODAY,
        by=planner,
    )  # fmt: skip
    again = steps.choose_columns(
        door=TARGETS, batch=batch, columns={"许可证编号": ""}, source="本局台账", on=TODAY, by=planner
    )
    assert (again.added, again.unknown, again.source) == (2, ["许可证编号"], "本局台账")
    assert all("permit_number" not in change["values"] for change in again.changes)
    steps.commit(door=TARGETS, batch=batch, on=TODAY, by=planner)
    batch.refresh_from_db()
    with pytest.raises(OutOfOrder, match="不能再对列"):
        steps.choose_columns(door=TARGETS, batch=batch, columns={}, on=TODAY, by=planner)
