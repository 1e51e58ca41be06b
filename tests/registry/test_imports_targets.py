"""Targets from a file: dry run, correction, confirmation, undo."""

from datetime import date

import pytest

from foundation.ledger.models import Entry
from foundation.sheets.errors import SheetRefused
from registry import actions
from registry.models import Entity, ImportBatch, Permit, StatusPeriod, Target, TargetFlag, TierAssignment
from tests.factories import create_target
from tests.registry.factories import HEADS, TODAY, create_bureau, create_planner, csv_bytes, uscc, workbook

pytestmark = pytest.mark.django_db


def upload(organisation, by, data, name="名录.xlsx", **options):
    return actions.check_file(
        organisation=organisation, kind="targets", file_name=name, data=data, on=TODAY, by=by, **options
    )


def commit(batch, by, **options):
    return actions.commit_import(batch=batch, on=TODAY, by=by, **options)


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def good_rows(count=3):
    return [
        [f"青禾第{n}化工有限公司", "东湾镇", uscc(n), "重点管理" if n % 2 else "简化管理", f"{uscc(n)}001P"]
        for n in range(1, count + 1)
    ]


def test_a_dry_run_writes_nothing_but_the_batch(bureau, planner):
    batch = upload(bureau, planner, workbook(HEADS, *good_rows()))
    assert (batch.state, batch.rows, len(batch.changes), batch.errors) == ("checked", 3, 3, [])
    assert not Target.objects.exists()
    assert not Entity.objects.exists()


def test_a_confirmed_batch_writes_targets_permits_states_and_tiers(bureau, planner):
    batch = commit(upload(bureau, planner, workbook(HEADS, *good_rows())), planner)
    assert batch.state == "committed"
    target = Target.objects.get(name="青禾第1化工有限公司")
    assert target.uid == f"{uscc(1)}-01"
    assert target.entity.uscc == uscc(1)
    assert target.initials.startswith("qhd1hgyxgs") or "qhd1hg" in target.initials
    assert Permit.objects.get(target=target).number == f"{uscc(1)}001P"
    assert StatusPeriod.objects.get(target=target).status == "operating"
    tier = TierAssignment.objects.get(target=target)
    assert (tier.tier, tier.body, tier.since) == ("key", "county", TODAY)
    assert "QS-10.6" in tier.clause
    assert Entry.objects.filter(act="registry.commit_import").count() == 1


def test_the_same_file_again_changes_nothing(bureau, planner):
    data = workbook(HEADS, *good_rows())
    commit(upload(bureau, planner, data), planner)
    again = upload(bureau, planner, data)
    assert (again.changes, again.errors, again.unchanged) == ([], [], 3)
    with pytest.raises(Exception, match="没有可以导入的变化"):
        commit(again, planner)


def test_a_changed_cell_shows_old_and_new_and_moves_the_tier(bureau, planner):
    rows = good_rows(2)
    commit(upload(bureau, planner, workbook(HEADS, *rows)), planner)
    rows[1][3] = "重点管理"
    batch = upload(bureau, planner, workbook(HEADS, *rows))
    (change,) = batch.changes
    assert change["fields"] == [
        {"key": "permit_class", "label": "排污许可管理类别", "old": "简化管理", "new": "重点管理", "note": ""}
    ]
    commit(batch, planner)
    target = Target.objects.get(name=rows[1][0])
    assert target.permit_class == "key"
    assert target.version == 2
    assert Permit.objects.get(target=target).category == "key"
    assert TierAssignment.objects.get(target=target, until=None).tier == "key"


def test_an_empty_cell_keeps_what_is_there_and_the_word_clears_it(bureau, planner):
    target = create_target(bureau, name="甲厂", uid="T1", phone="0356-1", address="一路")
    batch = upload(
        bureau,
        planner,
        workbook(["对象编号", "名称", "片区", "联系电话", "地址"], ["T1", "甲厂", None, None, "清空"]),
    )
    commit(batch, planner)
    target.refresh_from_db()
    assert (target.phone, target.address) == ("0356-1", "")


def test_flags_come_with_dates_and_evidence_and_only_grow(bureau, planner):
    heads = ["对象编号", "名称", "片区", "风险标记"]
    mark = "因环境违法问题受到行政处罚|2026-03-02|晋环罚〔2026〕3号"
    commit(upload(bureau, planner, workbook(heads, ["T1", "甲厂", "东湾镇", mark])), planner)
    flag = TargetFlag.objects.get()
    assert (flag.flag, flag.happened_on) == ("penalised", date(2026, 3, 2))
    assert TierAssignment.objects.get().tier == "special"
    again = upload(bureau, planner, workbook(heads, ["T1", "甲厂", "东湾镇", mark]))
    assert again.changes == []
    commit(
        upload(bureau, planner, workbook(heads, ["T1", "甲厂", "东湾镇", "被群众举报查实|2026-04-01|信访"])),
        planner,
    )
    assert TargetFlag.objects.count() == 2


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("统一社会信用代码", "91140521EMG3Q5GT93", "校验码"),
        ("统一社会信用代码", 914403001922038216, "设为“文本”"),
        ("统一社会信用代码", "9.14E+17", "科学计数"),
        ("片区", "西湾镇", "没有“西湾镇”这个叫法"),
        ("排污许可管理类别", "重点监管", "没有“重点监管”"),
        ("许可证编号", "123", "22 位"),
        ("许可证有效期止", "2025.13.01", "没有 13 月"),
        ("许可证有效期止", date(1900, 1, 1), "不合常理"),
        ("许可证有效期止", 45000, "是数字 45000"),
        ("名称", "=A1&\"厂\"", "公式"),
        ("列入重点排污单位名录", "也许", "“是”或“否”"),
        ("危险废物年产生量（吨）", "十吨", "不是数字"),
        ("危险废物年产生量（吨）", -1, "不能是负数"),
        ("风险标记", "受罚|2026-03-02|文号", "没有“受罚”这种标记"),
        ("风险标记", "被群众举报查实", "标记|发生日期|依据"),
        ("风险标记", "被群众举报查实|2027-01-01|x", "还没有到"),
        ("对象编号", "甲-1", "只能用字母"),
        ("状态", "开业", "没有“开业”"),
        ("联系电话", "1" * 41, "最多 40"),
        ("名称", "清空", "必填"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_by_row_column_and_remedy(bureau, planner, column, value, word):
    heads = (
        ["对象编号", "名称", "片区", column]
        if column not in ("对象编号", "名称", "片区")
        else ["对象编号", "名称", "片区"]
    )
    cells = {"对象编号": "T1", "名称": "甲厂", "片区": "东湾镇", column: value}
    batch = upload(bureau, planner, workbook(heads, [cells[head] for head in heads]))
    (error,) = [error for error in batch.errors if error["column"] == column]
    assert error["row"] == 2
    assert word in error["message"]
    assert batch.changes == []
    with pytest.raises(Exception, match="还有 1 行有错误"):
        commit(batch, planner)
    assert not Target.objects.exists()


def test_repeated_codes_inside_the_file_are_named_with_both_rows(bureau, planner):
    heads = ["对象编号", "名称", "片区"]
    batch = upload(bureau, planner, workbook(heads, ["T1", "甲厂", "东湾镇"], ["T1", "乙厂", "东湾镇"]))
    assert "与第 2 行重复" in batch.errors[0]["message"]
    assert batch.errors[0]["row"] == 3
    batch = upload(
        bureau, planner, workbook(HEADS[:3], ["甲厂", "东湾镇", uscc(1)], ["甲厂", "东湾镇", uscc(1)])
    )
    assert "与第 2 行重复" in batch.errors[0]["message"]


def test_a_permit_that_belongs_to_another_target_is_refused(bureau, planner):
    commit(upload(bureau, planner, workbook(HEADS, *good_rows(1))), planner)
    heads = ["对象编号", "名称", "片区", "许可证编号"]
    batch = upload(bureau, planner, workbook(heads, ["T9", "丙厂", "东湾镇", f"{uscc(1)}001P"]))
    assert "已登记在对象" in batch.errors[0]["message"]


def test_two_sites_of_one_credit_code_are_two_targets(bureau, planner):
    rows = [
        ["甲厂一分厂", "东湾镇", uscc(1), "重点管理", f"{uscc(1)}001P"],
        ["甲厂二分厂", "石桥镇", uscc(1), "简化管理", f"{uscc(1)}002V"],
    ]
    commit(upload(bureau, planner, workbook(HEADS, *rows)), planner)
    assert sorted(Target.objects.values_list("uid", flat=True)) == [f"{uscc(1)}-01", f"{uscc(1)}-02"]
    assert Entity.objects.count() == 1
    assert upload(bureau, planner, workbook(HEADS, *rows)).changes == []


def test_a_target_without_a_credit_code_needs_a_number_of_its_own(bureau, planner):
    batch = upload(bureau, planner, workbook(["名称", "片区"], ["东湾水源地", "东湾镇"]))
    assert "SYD-001" in batch.errors[0]["message"]


def test_a_refused_row_is_corrected_on_the_page_without_uploading_again(bureau, planner):
    rows = good_rows(2)
    rows[1][1] = "石桥镇(原)"
    batch = upload(bureau, planner, workbook(HEADS, *rows))
    assert "石桥镇" in batch.errors[0]["message"]
    batch = actions.correct_row(batch=batch, row=3, values={"area": "石桥镇"}, on=TODAY, by=planner)
    assert (batch.errors, batch.rejected, len(batch.changes)) == ([], [], 2)
    commit(batch, planner)
    assert Target.objects.get(name=rows[1][0]).area.name == "石桥镇"


def test_bad_rows_can_wait_while_the_good_ones_go_in(bureau, planner):
    rows = good_rows(3)
    rows[2][2] = "坏"
    batch = commit(upload(bureau, planner, workbook(HEADS, *rows)), planner, skip_errors=True)
    assert Target.objects.count() == 2
    assert batch.state == "committed"


def test_undo_takes_the_new_away_and_gives_the_old_back(bureau, planner):
    rows = good_rows(2)
    commit(upload(bureau, planner, workbook(HEADS, *rows)), planner)
    rows[0][3], rows[0][0] = "登记管理", "改名化工有限公司"
    rows.append(["新厂", "石桥镇", uscc(9), "简化管理", f"{uscc(9)}001P"])
    heads = [*HEADS, "对象编号", "状态", "风险标记"]
    rows = [
        [*row, f"{row[2]}-01", "停产" if i == 0 else None, "被群众举报查实|2026-03-02|x" if i == 1 else None]
        for i, row in enumerate(rows)
    ]
    before = {t.uid: (t.name, t.permit_class, t.status, t.former_names) for t in Target.objects.all()}
    second = commit(upload(bureau, planner, workbook(heads, *rows)), planner)
    assert Target.objects.count() == 3
    undone = actions.undo_import(batch=second, on=TODAY, by=planner)
    assert (undone.restored, undone.kept) == (3, [])
    assert {t.uid: (t.name, t.permit_class, t.status, t.former_names) for t in Target.objects.all()} == before
    assert not TargetFlag.objects.exists()
    assert StatusPeriod.objects.filter(until=None).count() == 2
    assert set(TierAssignment.objects.filter(until=None).values_list("tier", flat=True)) == {"key", "general"}
    assert Entity.objects.count() == 2


def test_undo_leaves_rows_edited_since_and_says_which(bureau, planner):
    batch = commit(upload(bureau, planner, workbook(HEADS, *good_rows(2))), planner)
    target = Target.objects.get(name="青禾第1化工有限公司")
    actions.edit_target(target=target, version=1, values={"phone": "0356-7"}, on=TODAY, by=planner)
    undone = actions.undo_import(batch=batch, on=TODAY, by=planner)
    assert (undone.restored, undone.kept) == (1, ["青禾第1化工有限公司"])
    assert list(Target.objects.values_list("name", flat=True)) == ["青禾第1化工有限公司"]


def test_a_register_that_moved_since_the_check_stops_the_batch(bureau, planner):
    rows = good_rows(1)
    commit(upload(bureau, planner, workbook(HEADS, *rows)), planner)
    rows[0][3] = "登记管理"
    batch = upload(bureau, planner, workbook(HEADS, *rows))
    actions.edit_target(target=Target.objects.get(), version=1, values={"phone": "1"}, on=TODAY, by=planner)
    with pytest.raises(Exception, match="重新上传"):
        commit(batch, planner)
    assert Target.objects.get().permit_class == "key"


def test_a_batch_is_confirmed_once(bureau, planner):
    batch = upload(bureau, planner, workbook(HEADS, *good_rows(1)))
    commit(batch, planner)
    with pytest.raises(Exception, match="不能再改"):
        commit(batch, planner)
    actions.undo_import(batch=batch, on=TODAY, by=planner)
    with pytest.raises(Exception, match="没有可以撤销的"):
        actions.undo_import(batch=batch, on=TODAY, by=planner)


def test_only_an_importer_of_the_bureau_may_upload(bureau):
    from tests.factories import create_user

    data = workbook(HEADS, *good_rows(1))
    for by in (create_user(bureau, "reviewer"), create_planner(create_bureau())):
        with pytest.raises(Exception, match="不能|没有"):
            upload(bureau, by, data)
    assert not ImportBatch.objects.exists()


def test_a_saved_mapping_reads_foreign_headers(bureau, planner):
    data = workbook(["甲方", "哪里", "代码"], ["甲厂", "东湾镇", "T1"])
    with pytest.raises(SheetRefused, match="没有认出任何表头"):
        upload(bureau, planner, data)
    row = actions.save_mapping(
        organisation=bureau,
        kind="targets",
        name="省平台",
        columns={"甲方": "name", "哪里": "area", "代码": "uid"},
        by=planner,
    )
    batch = upload(bureau, planner, data, mapping=row.columns)
    assert len(batch.changes) == 1


def test_a_gbk_file_reads_like_a_utf8_one(bureau, planner):
    for encoding in ("gbk", "utf-8", "utf-8-sig"):
        batch = upload(bureau, planner, csv_bytes(HEADS, *good_rows(2), encoding=encoding), name="名录.csv")
        assert len(batch.changes) == 2
