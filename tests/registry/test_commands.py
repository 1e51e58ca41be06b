"""import_register and make_register: exit codes, Chinese messages, the same file for the same seed."""

from datetime import date
from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from personnel.models import Inspector
from registry.models import ImportBatch, InspectionItem, Target
from tests.factories import create_area, create_unit
from tests.registry.factories import HEADS, create_bureau, create_planner, uscc, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    organisation = create_bureau()
    create_planner(organisation)
    return organisation


def run(*words, **options):
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(*words, stdout=out, stderr=err, **options)
    except CommandError as error:
        err.write(str(error))
        code = error.returncode
    return code, out.getvalue(), err.getvalue()


def written(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    return str(path)


def test_a_good_file_is_imported_and_again_changes_nothing(bureau, tmp_path):
    file = written(tmp_path, "名录.xlsx", workbook(HEADS, ["甲厂", "东湾镇", uscc(1), "重点管理", None]))
    code, out, _ = run("import_register", "targets", file)
    assert (code, Target.objects.count()) == (0, 1)
    assert "新增 1，变更 0，不变 0，有错误 0" in out
    assert "都已在名录里" in run("import_register", "targets", file)[1]


def test_a_dry_run_writes_nothing(bureau, tmp_path):
    file = written(tmp_path, "名录.xlsx", workbook(HEADS, ["甲厂", "东湾镇", uscc(1), "重点管理", None]))
    code, out, _ = run("import_register", "targets", file, "--dry-run")
    assert (code, Target.objects.count()) == (0, 0)
    assert "没有写入" in out


def test_errors_are_listed_written_to_a_workbook_and_end_in_1(bureau, tmp_path):
    file = written(
        tmp_path,
        "名录.xlsx",
        workbook(
            HEADS, ["甲厂", "西湾镇", uscc(1), "重点管理", None], ["乙厂", "东湾镇", uscc(2), None, None]
        ),
    )
    out_file = tmp_path / "错误.xlsx"
    code, _, err = run("import_register", "targets", file, "--errors", str(out_file))
    assert code == 1
    assert "第 2 行“片区”：没有“西湾镇”" in err
    assert openpyxl.load_workbook(out_file).active.max_row == 2
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("targets", "没有.xlsx"), 2, "没有文件"),
        (("targets", "{file}", "--organisation", "999999"), 1, "没有代码为 999999 的机构"),
        (("targets", "{file}", "--mapping", "省平台"), 1, "没有叫“省平台”的列对应"),
        (("targets", "{file}", "--user", "nobody"), 1, "没有可以经办导入的账号"),
        (("targets", "{pdf}"), 1, "不是表格文件"),
    ],
)
def test_a_refusal_says_why(bureau, tmp_path, words, code, text):
    file = written(tmp_path, "a.xlsx", workbook(HEADS, ["甲厂", "东湾镇", uscc(1), None, None]))
    pdf = written(tmp_path, "a.pdf", b"%PDF")
    found, _, err = run("import_register", *[word.format(file=file, pdf=pdf) for word in words])
    assert (found, text in err) == (code, True), err
    assert not ImportBatch.objects.filter(state="committed").exists()


def test_the_bureau_must_be_named_when_there_are_several(bureau, tmp_path):
    create_bureau()
    file = written(tmp_path, "a.xlsx", workbook(HEADS, ["甲厂", "东湾镇", uscc(1), None, None]))
    assert "--organisation" in run("import_register", "targets", file)[2]
    assert run("import_register", "targets", file, "--organisation", bureau.code)[0] == 0


def test_items_inspectors_and_holidays_take_the_same_road(bureau, tmp_path):
    items = written(
        tmp_path,
        "事项.xlsx",
        workbook(["事项编号", "抽查事项", "检查内容"], ["x1", "设施运行", "一；二"], title="抽查事项"),
    )
    people = written(
        tmp_path, "人员.csv", "姓名,单位,执法证号,有效期至\n陈一,执法一中队,ZF1,2030-01-01\n".encode("gbk")
    )
    holidays = written(
        tmp_path,
        "放假2027.csv",
        "日期,类型,名称\n2027-01-01至2027-01-03,休,元旦\n2027-01-09,班,元旦\n".encode(),
    )
    assert run("import_register", "items", items)[0] == 0
    assert run("import_register", "inspectors", people)[0] == 0
    assert InspectionItem.objects.get().checkpoints.count() == 2
    assert Inspector.objects.get().name == "陈一"
    code, out, err = run("import_register", "holidays", holidays, "--dry-run")
    assert (code, "2027 年放假安排" in out) == (0, True), err


@pytest.mark.parametrize("rulebook", ["qinshui-2022", "wulong-2024"])
def test_a_made_register_is_the_same_for_the_same_seed_and_imports_without_a_fault(tmp_path, rulebook):
    organisation = create_bureau(rulebook)
    create_planner(organisation)
    files = [tmp_path / f"{n}.xlsx" for n in range(3)]
    for file, seed in zip(files, ("7", "7", "8"), strict=True):
        code, out, _ = run(
            "make_register",
            "--targets",
            "60",
            "--out",
            str(file),
            "--seed",
            seed,
            "--rulebook",
            rulebook,
            "--on",
            "2026-10-05",
        )
        assert code == 0
    cells = [[[cell.value for cell in row] for row in openpyxl.load_workbook(file).active] for file in files]
    assert cells[0] == cells[1] != cells[2]
    assert len(cells[0]) == 61
    from config.synthetic import make_world

    world = make_world(rulebook, on=date(2026, 10, 5), targets=60)
    for code, name in world.areas:
        if not organisation.areas.filter(name=name).exists():
            create_area(organisation, code=f"X{code}", name=name)
    for unit in world.units:
        create_unit(organisation, code=f"X{unit.code}", name=unit.name)
    assert run("import_register", "targets", str(files[0]))[0] == 0
    assert Target.objects.count() == 60
