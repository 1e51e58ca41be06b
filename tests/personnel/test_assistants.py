"""The auxiliary register: commissioned, dated, in and out by Excel; never an inspector. source: NM-18, WL-5.7"""

from datetime import date, timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.intake import files, steps
from foundation.ledger.models import Entry
from personnel import actions, queries
from personnel.doors import ASSISTANTS, INSPECTORS
from personnel.models import Assistant, Inspector, PersonnelImport
from tests.factories import create_inspector, create_user
from tests.personnel.factories import HEADS, ROWS, TODAY, create_bureau, create_planner, workbook

pytestmark = pytest.mark.django_db
DAY = timedelta(1)
TITLES = ["编号", "类别", "名称", "业务专长", "片区", "委托文书", "委托起", "委托止"]
LINES = [
    ["91140500MA0000001X", "监测检测机构", "青禾监测公司", "水、噪声", "东湾镇", "青环委〔2026〕3号", "2026-01-01", "2026-12-31"],
    ["FZ-1", "专家", "王某", "危险废物", None, "聘书1号", "2026-03-01", "2027-02-28"],
]  # fmt: skip


@pytest.fixture
def bureau(db):
    return create_bureau("wulong-2024")


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def values(**changes):
    return {
        "uid": "FZ-9", "kind": "expert", "name": "赵某", "document": "聘书9号", "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31), **changes,
    }  # fmt: skip


def check(bureau, by, *rows, heads=TITLES, data=None, name="a.xlsx"):
    data = data or workbook(heads, *rows, title="辅助人员")
    return steps.check_file(door=ASSISTANTS, organisation=bureau, file_name=name, data=data, on=TODAY, by=by)


def taken_in(bureau, by, *rows):
    batch = check(bureau, by, *rows)
    assert batch.errors == []
    return steps.commit(door=ASSISTANTS, batch=batch, skip_errors=False, on=TODAY, by=by)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"document": ""},
        {"valid_until": date(2025, 12, 31)},
        {"kind": "boss"},
        {"basis": "friend"},
        {"uid": "TAKEN"},
    ],
)
def test_the_database_refuses_an_impossible_assistant(bureau, changes):
    Assistant.objects.create(organisation=bureau, **values(uid="TAKEN"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Assistant.objects.create(organisation=bureau, **values(**changes))


def test_a_commission_holds_for_its_days_and_may_end_early(bureau, planner):
    row = actions.create_assistant(organisation=bureau, values=values(), by=planner)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [day for day in days if row.commissioned(day)] == days[1:3]
    assert [day for day in days if row in Assistant.objects.commissioned_on(day)] == days[1:3]
    with pytest.raises(RuleBroken, match="委托期"):
        actions.end_commission(assistant=row, ended_on=date(2027, 1, 1), reason="x", by=planner)
    actions.end_commission(assistant=row, ended_on=date(2026, 6, 1), reason="资质失效", by=planner)
    row.refresh_from_db()
    for day, held in ((date(2026, 5, 31), True), (date(2026, 6, 1), False)):
        assert (row.commissioned(day), row in Assistant.objects.commissioned_on(day)) == (held, held)
    with pytest.raises(OutOfOrder):
        actions.end_commission(assistant=row, ended_on=date(2026, 6, 1), reason="x", by=planner)
    with pytest.raises(NotAllowed):
        actions.create_assistant(
            organisation=bureau, values=values(uid="FZ-8"), by=create_user(bureau, "operator")
        )


def test_an_assistant_is_no_inspector_and_counts_to_nothing(bureau, planner):
    """source: NM-18.3, WL-5.8, AMB-25"""
    create_inspector(bureau)
    before = (queries.officers(bureau, TODAY), queries.roll(bureau, TODAY))
    taken_in(bureau, planner, *LINES)
    assert Assistant.objects.count() == 2
    assert (queries.officers(bureau, TODAY), queries.roll(bureau, TODAY)) == before
    assert Inspector.objects.certified_on(TODAY).count() == 1


def test_an_export_taken_in_again_changes_nothing(client, bureau, planner):
    taken_in(bureau, planner, *LINES)
    client.force_login(planner)
    for fmt in ("xlsx", "csv"):
        data = b"".join(client.get(reverse("personnel:assistants_export", args=[fmt])).streaming_content)
        again = check(bureau, planner, data=data, name=f"a.{fmt}")
        assert (again.errors, again.changes, again.unchanged, again.unknown) == ([], [], 2, [])


def test_errors_name_sheet_row_and_column_and_nothing_is_written(bureau, planner):
    wrong = [*LINES[1][:6], "2027-03-01", "2026-01-01"]
    batch = check(
        bureau,
        planner,
        LINES[0],
        wrong,
        ["FZ-3", "朋友", "无号", None, "远镇", "", "x", None],
        [""] + LINES[1][1:],
    )
    assert batch.sheet == "辅助人员"
    told = {(error["row"], error["column"]) for error in batch.errors}
    assert {
        (3, "委托止"),
        (5, "编号"),
        (4, "类别"),
        (4, "片区"),
        (4, "委托文书"),
        (4, "委托起"),
        (4, "委托止"),
    } <= told
    assert not Assistant.objects.exists()
    book = openpyxl.load_workbook(
        BytesIO(b"".join(files.errors(batch, ASSISTANTS.register(bureau, TODAY).sheet).streaming_content))
    )
    assert "早于委托起" in book.active.cell(2, 12).comment.text


def test_a_batch_is_undone_and_does_not_show_among_the_inspectors(bureau, planner):
    first = taken_in(bureau, planner, LINES[0])
    row = Assistant.objects.get()
    batch = taken_in(bureau, planner, [*LINES[0][:2], "青禾监测有限公司", *LINES[0][3:]], LINES[1])
    row.refresh_from_db()
    assert (row.name, row.version) == ("青禾监测有限公司", 2)
    assert steps.undo(door=ASSISTANTS, batch=batch, on=TODAY, by=planner).restored == 2
    row.refresh_from_db()
    assert (row.name, Assistant.objects.count()) == ("青禾监测公司", 1)
    actions.edit_assistant(assistant=row, version=row.version, values={"note": "x"}, by=planner)
    with pytest.raises(RuleBroken, match="没有一行能撤销"):
        steps.undo(door=ASSISTANTS, batch=first, on=TODAY, by=planner)
    assert not INSPECTORS.batches_of(bureau).exists()
    assert ASSISTANTS.batches_of(bureau).count() == PersonnelImport.objects.count() == 2


def test_the_template_has_lists_and_an_example(bureau):
    book = openpyxl.load_workbook(
        BytesIO(b"".join(files.template(ASSISTANTS.register(bureau, TODAY).sheet).streaming_content))
    )
    assert book["辅助人员"].data_validations.dataValidation
    assert "监测检测机构" in [cell.value for row in book["填写选项"].iter_rows() for cell in row]
    assert [cell.value for cell in book["示例"][2]][0] == "FZ-001"


def test_the_pages_list_edit_and_show_the_second_editor_the_difference(client, bureau, planner):
    client.force_login(planner)
    today = timezone.localdate()
    given = values(valid_from=today - DAY, valid_until=today + DAY) | {
        "basis": "commission",
        "specialities": "水、气",
    }
    assert client.post(reverse("personnel:assistant_create"), given).status_code == 302
    wrong = client.post(
        reverse("personnel:assistant_create"), given | {"uid": "X", "valid_until": today - 9 * DAY}
    )
    assert (wrong.status_code, "早于委托起" in wrong.content.decode()) == (422, True)
    row = Assistant.objects.get()
    path = reverse("personnel:assistant_edit", args=[row.pk])
    actions.edit_assistant(assistant=row, version=1, values={"title": "研究员"}, by=planner)
    second = client.post(path, given | {"title": "教授", "version": 1})
    assert (second.status_code, "研究员" in second.content.decode()) == (409, True)
    assert client.post(path, given | {"title": "教授", "version": 2}).status_code == 302
    lists = reverse("personnel:assistants")
    for query, count in (
        ({}, 1),
        ({"state": "now"}, 1),
        ({"state": "over"}, 0),
        ({"q": "赵"}, 1),
        ({"kind": "institute"}, 0),
    ):
        assert len(client.get(lists, query).context["rows"]) == count
    client.post(reverse("personnel:assistant_end", args=[row.pk]), {"ended_on": today, "reason": "期满"})
    assert "已解除" in client.get(lists).content.decode()
    client.force_login(create_planner(create_bureau()))
    assert client.get(path).status_code == 404
    assert Entry.objects.filter(act="personnel.end_commission").exists()


def test_an_import_of_inspectors_goes_on_as_before(bureau, planner):
    batch = actions.check_file(
        organisation=bureau, file_name="a.xlsx", data=workbook(HEADS, *ROWS), on=TODAY, by=planner
    )
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    assert (batch.kind, Inspector.objects.count()) == ("inspectors", 2)


def test_the_command_takes_the_same_file_as_the_page(bureau, planner, tmp_path):
    file = tmp_path / "辅助人员.xlsx"
    file.write_bytes(workbook(TITLES, *LINES))
    out = StringIO()
    call_command("import_register", "assistants", str(file), "--dry-run", stdout=out)
    assert not Assistant.objects.exists()
    call_command("import_register", "assistants", str(file), stdout=out)
    assert Assistant.objects.of(bureau).count() == 2
    assert "辅助人员 共 2 行：新增 2" in out.getvalue()
    wrong = ["FZ-8", *LINES[0][1:5], None, *LINES[0][6:]]
    file.write_bytes(workbook(TITLES, wrong))
    with pytest.raises(CommandError, match="一行也没有写入"):
        call_command("import_register", "assistants", str(file), stdout=out, stderr=out)
    assert "委托文书" in out.getvalue()
