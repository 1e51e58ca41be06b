"""Items with their lines, points, versions and lists; legal bases and moving from one article to another: with a database and pages."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from foundation.documents.rendering import to_pdf, unavailable_reason
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook import library
from registry import actions, documents, item_history, item_table, legal
from registry.item_groups import content_groups
from registry.models import BasisRemap, InspectionItem, LegalBasis
from tests.factories import create_user
from tests.registry.factories import TODAY, create_bureau, create_head, create_planner
from tests.registry.test_views import signed_in

pytestmark = pytest.mark.django_db
CODE = "中华人民共和国生态环境法典"
OLD = "《中华人民共和国环境保护法》（主席令9号）第十条、第二十四条"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("items", "item_parts", "item_tables", "bases"):
        monkeypatch.setattr(f"registry.views.{module}.today", lambda: TODAY)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)


def founded(rulebook: str):
    """A bureau with the rulebook's own list published, its author, and who approves."""
    bureau = create_bureau(rulebook)
    planner, head = create_planner(bureau), create_head(bureau)
    actions.ship_items(organisation=bureau, rulebook=library.get(rulebook), by=planner, approved_by=head)
    return bureau, planner, head


def drafted(bureau, planner, code="x1", **values):
    given = {
        "name": "甲", "contents": ["一", "二"], "basis": [OLD], "modes": ["onsite"], "category": "一般检查事项", "targets": "乙",
        "offices": ["执法队"], "owner": "执法股",
    }  # fmt: skip
    return actions.create_item(organisation=bureau, code=code, by=planner, values=given | values)


def test_the_wulong_list_stands_in_the_database_and_prints_as_27_rows_of_8_columns():
    bureau, *_ = founded("wulong-2024")
    made = item_table.table_of(bureau, TODAY)
    assert (len(made.rows), len(made.fields)) == (27, 8)
    first = dict(zip(made.fields, made.rows[0], strict=True))
    assert (first["发起部门"], first["检查对象"], first["抽查比例"]) == (
        "水科",
        "城市污水处理厂",
        "每季度抽查100%",
    )
    assert made.rows[4][4] == "城市、千吨万人集中式饮用水水源地（9个）"
    line = InspectionItem.objects.get(code="wl15").scopes.get(quota="wl15c")
    assert (line.period, str(line.rate), line.count) == ("half_year", "1.0000", "约100（四行合计）")
    sheet = openpyxl.load_workbook(io.BytesIO(item_table.workbook(made).read())).active
    assert [cell.value for cell in sheet[1]] == list(made.fields)
    assert sheet.max_row == 28


@pytest.mark.once
@pytest.mark.parametrize(("book", "rows"), [("qinshui-2022", 10), ("neimenggu-2024", 14), ("xinyang-2023", 4), ("quzhou-2017", 6)])  # fmt: skip
def test_each_rulebook_prints_its_own_columns(book, rows):
    bureau, *_ = founded(book)
    made = item_table.table_of(bureau, TODAY)
    assert made.fields == library.get(book).item_rules.fields
    assert len(made.rows) == rows
    names = [head for head in made.fields if "事项" in head or head == "抽查项目"]
    assert all(row[made.fields.index(names[0])] for row in made.rows)


@pytest.mark.once
def test_the_list_becomes_a_pdf():
    if unavailable_reason():
        pytest.skip(unavailable_reason())
    bureau, planner, _ = founded("xinyang-2023")
    page = documents.item_list(f"{bureau.pk}-department")
    assert to_pdf(page).startswith(b"%PDF")
    assert documents.may_read(planner, "")


def test_an_item_is_not_approved_before_the_fields_of_the_rulebook_are_there():
    bureau = create_bureau()
    planner, head = create_planner(bureau), create_head(bureau)
    bare = drafted(bureau, planner, basis=[], owner="")
    with pytest.raises(RuleBroken, match="还没有填：检查依据、内设机构"):
        actions.approve_item(item=bare, on=TODAY, by=head)
    actions.edit_item(item=bare, values={"basis": ["《甲条例》"], "owner": "一股"}, by=planner)
    assert actions.approve_item(item=bare, on=TODAY, by=head).status == "approved"


def test_standards_of_check_points_outlive_an_edit_of_the_contents_and_a_new_version():
    bureau = create_bureau()
    planner, head = create_planner(bureau), create_head(bureau)
    item = drafted(bureau, planner)
    rows = [
        {"title": "一", "points": "看台账", "standard": "GB 8978", "method": "查阅"},
        {"title": "另加", "points": ""},
    ]
    actions.edit_parts(item=item, points=rows, scopes=[{"target": "乙", "ratio": "10%"}], by=planner)
    actions.edit_item(item=item, values={"contents": ["一", "三"]}, by=planner)
    assert list(item.checkpoints.order_by("no").values_list("title", "standard")) == [
        ("一", "GB 8978"), ("另加", ""), ("三", ""),
    ]  # fmt: skip
    actions.approve_item(item=item, on=TODAY, by=head)
    with pytest.raises(OutOfOrder, match="先建立新版本"):
        actions.edit_parts(item=item, points=rows, by=planner)
    item.refresh_from_db()
    item = actions.publish_item(item=item, on=TODAY, by=head)
    second = actions.revise_item(item=item, change="机构改革", reason="并科", on=TODAY, by=planner)
    assert second.checkpoints.count() == 3
    assert second.scopes.get().ratio == "10%"
    with pytest.raises(RuleBroken, match="从规则书所列中选"):
        actions.revise_item(item=item, change="随便", reason="并科", on=TODAY, by=planner)


def test_history_tells_what_changed_why_and_by_whom():
    bureau, planner, head = founded("qinshui-2022")
    item = InspectionItem.objects.get(code="qinshui01")
    second = actions.revise_item(item=item, change="职能整合", reason="第 3 号会议纪要", on=TODAY, by=planner)
    values = {"category": "重点检查事项", "owner": "执法股", "targets": "重点单位"}
    actions.edit_item(item=second, values=values, by=planner)
    actions.approve_item(item=second, on=TODAY, by=head)
    second.refresh_from_db()
    actions.publish_item(item=second, on=TODAY, by=head)
    new, old = item_history.versions(item)
    assert (new.why, old.item.repealed_on) == ("职能整合：第 3 号会议纪要", TODAY)
    assert {row["label"] for row in new.changes} == {"事项类别", "检查对象", "内设机构"}
    assert any("批准" in act and head.name in act for act in new.acts)
    client = signed_in(planner)
    page = client.get(reverse("registry:item-history", args=[item.pk])).content.decode()
    assert "职能整合：第 3 号会议纪要" in page
    assert client.get(reverse("registry:export-item-history", args=[item.pk])).status_code == 200


def test_joint_items_are_a_list_of_their_own():
    bureau, planner, head = founded("qinshui-2022")
    page = signed_in(planner).post(
        reverse("registry:create-item"),
        {
            "code": "j1",
            "name": "联合",
            "contents": "一",
            "basis": "《甲》",
            "modes": "onsite",
            "joint": "external",
        },
    )
    assert page.status_code == 422
    assert "写明配合部门" in page.content.decode()
    joint = drafted(bureau, planner, "j1", joint="external", partners=["市场监督管理局"])
    actions.approve_item(item=joint, on=TODAY, by=head)
    joint.refresh_from_db()
    actions.publish_item(item=joint, on=TODAY, by=head)
    assert len(item_table.table_of(bureau, TODAY, "joint").rows) == 1
    assert len(item_table.table_of(bureau, TODAY).rows) == 10
    public = signed_in(planner).get("/open/lists/items/").content.decode()
    assert "部门联合抽查事项清单" in public
    file = signed_in(planner).get(f"/open/lists/items/{bureau.pk}-joint.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(file.content)).active.max_row == 2
    assert signed_in(planner).get(f"/open/lists/items/{bureau.pk}-none.xlsx").status_code == 404


def test_every_content_category_is_counted_and_an_empty_one_is_seen():
    bureau, planner, _ = founded("wulong-2024")
    rows = content_groups(bureau, library.get("wulong-2024"))
    assert len(rows) == 13
    assert sum(row.published for row in rows) >= 20
    actions.repeal_item(
        item=InspectionItem.objects.get(code="wl06"), reason="停办", on=TODAY, by=create_head(bureau)
    )
    rows = content_groups(bureau, library.get("wulong-2024"))
    assert [row.content for row in rows if not row.items] == ["碳排放情况"]
    assert "没有事项" in signed_in(planner).get(reverse("registry:item-groups")).content.decode()


def test_lines_and_points_are_edited_on_their_pages():
    bureau = create_bureau()
    planner = create_planner(bureau)
    item, client = drafted(bureau, planner), signed_in(planner)
    url = reverse("registry:item-scopes", args=[item.pk])
    rows = {
        "row-TOTAL_FORMS": "2",
        "row-INITIAL_FORMS": "0",
        "row-0-target": "重点单位",
        "row-0-ratio": "25%",
        "row-0-rate": "0.25",
    }
    assert client.post(url, rows | {"row-1-ratio": "5%"}).status_code == 422
    assert client.post(url, rows | {"row-0-rate": "0"}).status_code == 422
    assert client.post(url, rows).status_code == 302
    assert item.scopes.get().target == "重点单位"
    points = {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "0", "row-0-title": ""}
    assert client.post(reverse("registry:item-points", args=[item.pk]), points).status_code == 409
    points["row-0-title"] = "污泥去向"
    assert client.post(reverse("registry:item-points", args=[item.pk]), points).status_code == 302
    assert item.checkpoints.get().title == "污泥去向"
    assert signed_in(create_head(bureau)).get(url).status_code == 403


def proposed(bureau, planner):
    return actions.propose_remap(
        organisation=bureau, old_law="中华人民共和国环境保护法", old_article="第二十四条", new_law=CODE, new_article="51",
        source="公开工具所列，未经官方文本核对", by=planner,
    )  # fmt: skip


def test_an_article_is_moved_by_two_people_and_published_in_one_go():
    bureau, planner, head = founded("xinyang-2023")
    draft = drafted(bureau, planner)
    remap = proposed(bureau, planner)
    assert (remap.new_article, remap.state) == ("第五十一条", "proposed")
    assert InspectionItem.objects.get(code="xy1").basis[0] == OLD
    with pytest.raises(NotAllowed):
        actions.confirm_remap(remap=remap, source="官方文本", on=TODAY, by=planner)
    with pytest.raises(RuleBroken, match="官方文本"):
        actions.confirm_remap(remap=remap, source=" ", on=TODAY, by=head)
    remap = actions.confirm_remap(remap=remap, source="全国人大公报", on=TODAY, by=head)
    second = InspectionItem.objects.get(code="xy1", version=2)
    assert second.basis[:2] == ["《中华人民共和国环境保护法》（主席令9号）第十条", f"《{CODE}》第五十一条"]
    assert (second.status, second.change_reason, second.scopes.count()) == (
        "draft",
        "法律法规规章立改废释",
        4,
    )
    draft.refresh_from_db()
    assert draft.version == 1
    assert f"《{CODE}》第五十一条" in draft.basis
    assert actions.publish_remapped(remap=remap, on=TODAY, by=head) == 1
    assert InspectionItem.objects.published(TODAY).get(code="xy1").version == 2
    assert set(Entry.objects.of(remap).values_list("act", flat=True)) == {
        "registry.propose_remap",
        "registry.confirm_remap",
    }


def test_a_remap_is_taken_back_as_far_as_nothing_was_published():
    bureau, planner, head = founded("xinyang-2023")
    draft = drafted(bureau, planner)
    remap = actions.confirm_remap(remap=proposed(bureau, planner), source="公报", on=TODAY, by=head)
    assert actions.undo_remap(remap=remap, reason="条号有误", by=head) == []
    draft.refresh_from_db()
    assert draft.basis == [OLD]
    assert not InspectionItem.objects.filter(code="xy1", version=2).exists()
    again = actions.confirm_remap(remap=proposed(bureau, planner), source="公报", on=TODAY, by=head)
    actions.publish_remapped(remap=again, on=TODAY, by=head)
    assert actions.undo_remap(remap=again, reason="又有误", by=head) == [
        InspectionItem.objects.get(code="xy1", version=2).name
    ]
    with pytest.raises(OutOfOrder):
        actions.undo_remap(remap=again, reason="再来", by=head)


def test_what_the_bureau_records_of_a_law_dates_its_warnings():
    bureau = create_bureau()
    planner = create_planner(bureau)
    item = drafted(bureau, planner, basis=["《排污许可管理条例》第二十五条"])
    assert legal.warnings_of(item, TODAY, legal.recorded([bureau.pk])) == ()
    values = {
        "law": "《排污许可管理条例》",
        "article": "25",
        "effective_from": date(2021, 3, 1),
        "repealed_on": date(2026, 10, 1),
    }
    actions.record_basis(organisation=bureau, values=values, by=planner)
    assert "已于 2026-10-01 废止" in legal.warnings_of(item, TODAY, legal.recorded([bureau.pk]))[0]
    (row,) = legal.basis_rows(bureau, TODAY)
    assert (row.repealed_on, row.recorded.article) == (date(2026, 10, 1), "第二十五条")
    assert LegalBasis.objects.of(bureau).repealed(TODAY).count() == 1


def test_the_pages_of_bases_lead_from_warning_to_confirmation(django_assert_max_num_queries):
    bureau, planner, head = founded("xinyang-2023")
    writer, checker = signed_in(planner), signed_in(head)
    with django_assert_max_num_queries(14):
        page = writer.get(reverse("registry:bases")).content.decode()
    assert "2 条依据已经废止" in page.replace("<b>", "")
    url = reverse("registry:propose-remap")
    form = writer.get(f"{url}?law=中华人民共和国环境保护法&article=第二十四条").content.decode()
    assert "第五十一条" in form
    assert "未经官方文本核对" in form
    given = {
        "old_law": "中华人民共和国环境保护法",
        "old_article": "第二十四条",
        "new_law": CODE,
        "new_article": "第五十一条",
    }
    assert writer.post(url, given).status_code == 302
    assert writer.post(url, given).status_code == 409
    remap = BasisRemap.objects.get()
    assert checker.post(reverse("registry:confirm-remap", args=[remap.pk]), {"reason": ""}).status_code == 409
    assert (
        writer.post(reverse("registry:confirm-remap", args=[remap.pk]), {"reason": "公报"}).status_code == 403
    )
    assert (
        checker.post(reverse("registry:confirm-remap", args=[remap.pk]), {"reason": "公报"}).status_code
        == 302
    )
    assert "等待公布" in checker.get(reverse("registry:remap", args=[remap.pk])).content.decode()
    assert writer.get(reverse("registry:export-bases")).status_code == 200
    assert signed_in(create_user(bureau, "inspector")).get(reverse("registry:bases")).status_code == 403
    assert (
        signed_in(create_planner(create_bureau())).get(reverse("registry:remap", args=[remap.pk])).status_code
        == 404
    )


@pytest.mark.parametrize("name", ["department", "joint"])
def test_the_printed_list_has_a_page_and_files(name):
    bureau, planner, _ = founded("wulong-2024")
    client = signed_in(planner)
    assert client.get(reverse("registry:item-table", args=[name])).status_code == 200
    assert client.get(reverse("registry:item-table-xlsx", args=[name])).status_code == 200
    assert client.post(reverse("registry:item-table-pdf", args=[name])).status_code == 302
    assert client.get(reverse("registry:item-table", args=["other"])).status_code == 404
