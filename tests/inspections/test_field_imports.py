"""Inspection data from another mobile enforcement system: checked, confirmed, taken back. source: NM-14.1, WL-4.6, QZ-7.1"""

import csv
import hashlib
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation.errors import NotAllowed
from foundation.intake import steps
from foundation.intake.doors import RegisterMoved
from foundation.ledger.models import Entry
from foundation.sheets.errors import SheetRefused
from inspections import actions, field_package
from inspections.doors import FIELD
from inspections.field_package import HEADS
from inspections.models import FieldImport
from inspections.rules import field_text
from tests.inspections import factories as make
from tests.registry.factories import workbook

PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture
def case(db):
    case = make.create_case("quzhou-2017")
    make.dispatch(case)
    return case


def lines(case, **changes) -> list[list]:
    """Two items; the first with a problem and a file."""
    base = {
        "device": "PDA-12", "started": "2026-11-20 09:18", "ended": "2026-11-20 11:30", "sampled": "否", "files": "", "result": "未发现问题",
        "note": "", "checks": "1=未发现问题；2=不涉及",
    }  # fmt: skip
    found = []
    for at, item in enumerate(case.items):
        row = base | (
            {
                "result": "发现问题已责令整改",
                "checks": "1=发现问题：三桶废油无标签；2=未发现问题",
                "files": "现场.pdf",
            }
            if at == 0
            else {}
        )
        row |= changes if at == 0 else {}
        found.append([
            case.visit.number, item.item.code, row["result"], row["note"], row["checks"], row["device"], row["started"],
            row["ended"], row["sampled"], row["files"],
        ])  # fmt: skip
    return found


def table(rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADS, *rows])
    return out.getvalue().encode()


def packed(name: str, data: bytes, **files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
        for path, body in (files or {"附件/现场.pdf": PDF}).items():
            archive.writestr(path, body)
    return out.getvalue()


def check(case, data: bytes, name: str = "移动执法.zip", by=None) -> FieldImport:
    return steps.check_file(
        door=FIELD,
        organisation=case.organisation,
        file_name=name,
        data=data,
        on=make.DAY,
        by=by or case.operator,
    )


def commit(case, batch):
    return steps.commit(door=FIELD, batch=batch, on=make.DAY, by=case.operator)


def as_json(case) -> bytes:
    names = [row.item.code for row in case.items]
    return json.dumps({"visits": [{
        "visit": case.visit.number, "device": "PDA-12", "started_at": "2026-11-20T09:18:00", "ended_at": "2026-11-20T11:30:00", "sampled": False,
        "items": [
            {"item": names[0], "result": "ordered_correct", "files": ["现场.pdf"],
             "checks": [{"no": 1, "result": "problem", "note": "三桶废油无标签"}, {"no": 2, "result": "clear"}]},
            {"item": names[1], "result": "no_problem", "checks": [{"no": 1, "result": "clear"}, {"no": 2, "result": "na"}]},
        ],
    }]}).encode()  # fmt: skip


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_the_same_data_comes_in_from_each_kind_of_package_and_is_signed_by_the_team(case, kind):
    data = {
        "xlsx": lambda: packed("表.xlsx", workbook(list(HEADS), *lines(case))),
        "csv": lambda: packed("表.csv", table(lines(case))), "json": lambda: packed("数据.json", as_json(case)),
    }[kind]()  # fmt: skip
    batch = check(case, data)
    assert (batch.errors, batch.changed, batch.added) == ([], 2, 0)
    assert not case.visit.evidence.exists()
    commit(case, batch)
    first, second = case.items
    assert (first.result, second.result) == ("ordered_correct", "no_problem")
    assert list(first.checks.order_by("checkpoint__no").values_list("result", "note")) == [
        ("problem", "三桶废油无标签"), ("clear", "")
    ]  # fmt: skip
    assert case.visit.evidence.get().sha256 == hashlib.sha256(PDF).hexdigest()
    assert Entry.objects.of(case.visit).filter(act="inspections.import_field").count() == 1
    assert check(case, data).changed <= 1
    actions.arrive(by=case.lead, visit=case.visit, steps=make.steps_of(case), now=make.SIGNED)
    assert field_text.written(case.fresh().arrived_at) == "2026-11-20 09:18"
    actions.set_production_state(by=case.lead, visit=case.visit, state="normal")
    content = json.loads(make.submit(case, finished_at=None, now=make.REVIEWED).content)
    assert (content["device"], content["sampled"], content["outcome"]) == ("PDA-12", False, "ordered_correct")
    assert content["finished_at"].startswith("2026-11-20T11:30")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"result": "未发现问题"}, "结果不能是"), ({"result": "很好"}, "检查结果"), ({"checks": "9=未发现问题"}, "没有第 9 条"),
        ({"checks": "都好"}, "看不懂"), ({"checks": "1=发现问题"}, "要写清"), ({"started": "2026-11-20"}, "几点几分"),
        ({"started": "昨天上午"}, "看不懂这个时间"), ({"ended": "2026-11-20 08:00"}, "早于开始时间"), ({"ended": "2026-11-25 11:30"}, "还没有到"),
        ({"started": "2026-11-17 09:00"}, "早于派发"), ({"device": ""}, "必填"), ({"device": "PDA-13"}, "一致"),
        ({"files": "别处.pdf"}, "压缩包里没有"),
    ],
)  # fmt: skip
def test_each_fault_names_its_column_and_nothing_is_written(case, change, words):
    batch = check(case, packed("表.csv", table(lines(case, **change))))
    assert words in " ".join(f"{error['column']}{error['message']}" for error in batch.errors)
    assert all(not row.result for row in case.items)


def test_rows_that_mean_no_open_visit_are_refused(case):
    first, second = lines(case, files="")
    other = make.create_case("quzhou-2017")
    rows = [[other.visit.number, *first[1:]], [first[0], "SX999", *first[2:]], second, second]
    told = " ".join(error["message"] for error in check(case, table(rows), "表.csv").errors)
    for words in ("本局没有这个编号", "没有这个事项", "重复"):
        assert words in told
    actions.arrive(
        by=case.lead, visit=case.visit, steps=make.steps_of(case), device="手机-1", now=make.ARRIVED
    )
    make.fill(case)
    make.submit(case)
    assert "不能导入" in check(case, table([first]), "表.csv").errors[0]["message"]


def test_somebody_filled_it_in_between(case):
    batch = check(case, table(lines(case, files="")), "表.csv")
    actions.arrive(
        by=case.lead, visit=case.visit, steps=make.steps_of(case), device="手机-1", now=make.ARRIVED
    )
    make.fill(case)
    with pytest.raises(RegisterMoved, match="有人填过"):
        commit(case, batch)
    assert {row.result for row in case.items} == {"no_problem"}


def test_a_batch_is_taken_back_but_for_what_the_team_changed_since(case):
    batch = commit(case, check(case, packed("表.csv", table(lines(case)))))
    second = case.items[1]
    actions.arrive(by=case.lead, visit=case.visit, steps=make.steps_of(case), now=make.SIGNED)
    actions.save_item(by=case.lead, visit_item=second, answers=make.all_clear(second), note="又看了一遍")
    undone = steps.undo(door=FIELD, batch=batch, on=make.DAY, by=case.operator)
    assert (undone.restored, len(undone.kept)) == (1, 1)
    first, second = case.items
    assert (first.result, first.checks.count(), second.note) == ("", 0, "又看了一遍")
    assert case.fresh().device == "PDA-12"
    assert case.visit.evidence.count() == 1


def test_before_the_arrival_the_device_goes_back_too(case):
    batch = commit(case, check(case, table(lines(case, files="")), "表.csv"))
    steps.undo(door=FIELD, batch=batch, on=make.DAY, by=case.operator)
    visit = case.fresh()
    assert (visit.device, visit.field_started_at, visit.sampled) == ("", None, None)


def test_only_who_sends_the_teams_imports(case):
    with pytest.raises(NotAllowed):
        check(case, table(lines(case)), "表.csv", by=case.reviewer)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"visits": 3}', "看不懂这个 JSON"), (b"[{}]", "看不懂这个 JSON"), (b'{"visits": [{"visit": 1, "items": [3]}]}', "看不懂"),
        (b"[" * 5000, "看不懂"), (packed("说明.txt", b"x"), "有一个表格"), (packed("a.csv", b"x", **{"b.csv": b"y"}), "只能有一个"),
        (packed("a.csv", b"x", **{"1/a.pdf": PDF, "2/a.pdf": PDF + b"2"}), "两个不同的"),
    ],
)  # fmt: skip
def test_a_package_that_is_none_is_refused_in_words(data, words):
    with pytest.raises(SheetRefused, match=words):
        field_package.table("包.json" if data[:2] != b"PK" else "包.zip", data)


def test_a_package_that_fills_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(field_package, "MOST_FILES", 1)
    with pytest.raises(SheetRefused, match="请分成几包"):
        field_package.table("包.zip", packed("a.csv", b"x"))


def test_the_pages_take_a_package_show_it_and_write_it(case, settings):
    case.operator = make.grant(case.operator, "unit_head")
    client = Client()
    client.force_login(case.operator)
    assert "导入移动执法记录" in client.get(reverse("inspections:visits")).content.decode()
    url = reverse("inspections:import-field")
    assert ".json" in client.get(url).content.decode()
    file = SimpleUploadedFile("移动执法.zip", packed("数据.json", as_json(case)))
    answer = client.post(url, {"file": file})
    batch = FieldImport.objects.get()
    assert answer.url == reverse("inspections:import-field-batch", args=[batch.pk])
    assert "PDA-12" in client.get(answer.url).content.decode()
    client.post(reverse("inspections:import-field-commit", args=[batch.pk]), {})
    assert case.items[0].result == "ordered_correct"
    assert client.get(reverse("inspections:import-field-template")).status_code == 200
