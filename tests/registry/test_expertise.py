"""The expertise an item asks for: from the people's dictionary, on the page, in the file, in every version (QS-12.2, CAP-75)."""

import pytest
from django.urls import reverse

from foundation.errors import RuleBroken
from foundation.organisation import expertise
from personnel.models import Inspector, Speciality
from registry import actions, exports, item_history
from registry.models import InspectionItem
from tests.factories import create_inspector
from tests.registry.factories import TODAY, create_bureau, create_head, create_planner, workbook

pytestmark = pytest.mark.django_db
HEADS = ["事项编号", "抽查事项", "检查内容", "检查方式", "所需专长"]


@pytest.fixture
def bureau():
    bureau = create_bureau("qinshui-2022")
    Speciality.objects.create(organisation=bureau, word="危险废物")
    create_inspector(bureau, specialities=["辐射"])
    return bureau


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def drafted(bureau, planner, **values):
    given = {"name": "危废贮存", "contents": ["贮存间"], "modes": ["onsite"], **values}
    return actions.create_item(organisation=bureau, code="x1", values=given, by=planner)


def test_words_are_the_dictionarys_and_those_somebody_has(bureau):
    assert expertise.words(bureau) == ["危险废物", "辐射"]
    Speciality.objects.update(retired_at="2026-01-01T00:00:00+08:00")
    assert expertise.words(bureau) == ["辐射"]
    assert expertise.words(create_bureau()) == []


def test_an_unknown_word_is_refused_and_a_known_one_lives_through_versions(bureau, planner):
    with pytest.raises(RuleBroken, match="“测绘”"):
        drafted(bureau, planner, expertise="测绘")
    item = drafted(bureau, planner, expertise="危险废物")
    with pytest.raises(RuleBroken, match="“测绘”"):
        actions.edit_item(item=item, values={"expertise": "测绘"}, by=planner)
    Speciality.objects.all().delete()
    kept = actions.edit_item(
        item=item, values={"expertise": "危险废物", "remark": "不改专长就不再核对"}, by=planner
    )
    assert kept.expertise == "危险废物"
    item.status, item.effective_from = "published", TODAY
    item.save()
    again = actions.revise_item(item=item, reason="改专长", on=TODAY, by=planner, change="机构改革")
    assert again.expertise == "危险废物"
    actions.edit_item(item=again, values={"expertise": "辐射"}, by=planner)
    (change,) = [one for one in item_history.versions(again)[0].changes if one["label"] == "所需专长"]
    assert (change["old"], change["new"]) == ("危险废物", "辐射")


def test_the_page_offers_the_words_and_says_how_people_are_matched(bureau, planner, client):
    item = drafted(bureau, planner)
    client.force_login(planner)
    page, edit = reverse("registry:item", args=[item.pk]), reverse("registry:edit-item", args=[item.pk])
    assert "按对象的监管类别与人员专长同名匹配" in client.get(page).content.decode()
    form = client.get(edit).content.decode()
    assert '<option value="危险废物">' in form
    assert '<option value="辐射">' in form
    answer = client.post(
        edit, {"name": item.name, "contents": "贮存间", "modes": ["onsite"], "joint": "none", "basis": "《固废法》", "expertise": "危险废物"}
    )  # fmt: skip
    assert answer.status_code == 302
    item.refresh_from_db()
    assert item.expertise == "危险废物"
    assert "检查组里至少一人要有" in client.get(page).content.decode()
    Speciality.objects.all().delete()
    assert "专长字典里已没有这个词" in client.get(page).content.decode()


def test_a_rulebook_that_does_not_match_by_expertise_is_said_so(client):
    bureau = create_bureau("xinyang-2023")
    planner = create_planner(bureau)
    client.force_login(planner)
    item = drafted(bureau, planner)
    assert "不看专长" in client.get(reverse("registry:item", args=[item.pk])).content.decode()


def test_the_file_brings_the_word_and_names_the_row_of_an_unknown_one(bureau, planner):
    rows = [
        ["x1", "甲", "一", "现场检查", "危险废物"],
        ["x2", "乙", "一", "现场检查", "测绘"],
        ["x3", "丙", "一", "现场检查", None],
    ]
    batch = actions.check_file(
        organisation=bureau, kind="items", file_name="清单.xlsx", data=workbook(HEADS, *rows, title="抽查事项"), on=TODAY, by=planner
    )  # fmt: skip
    (fault,) = batch.errors
    assert "测绘" in str(fault)
    actions.commit_import(batch=batch, on=TODAY, by=planner, skip_errors=True)
    assert dict(InspectionItem.objects.values_list("code", "expertise")) == {"x1": "危险废物", "x3": ""}
    table = b"".join(
        exports.export_items(InspectionItem.objects.order_by("code"), TODAY, "csv").streaming_content
    )
    assert "所需专长" in table.decode("utf-8-sig")
    assert "危险废物" in table.decode("utf-8-sig")


def test_heads_of_another_bureau_lend_no_words(bureau, planner):
    create_inspector(create_bureau(), specialities=["测绘"])
    with pytest.raises(RuleBroken):
        drafted(bureau, planner, expertise="测绘")
    assert create_head(bureau)
    assert Inspector.objects.count() == 2
