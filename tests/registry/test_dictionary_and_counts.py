"""The dictionary a rulebook brings along, and the numbers its document prints beside those of the register."""

from datetime import date

import pytest
from django.urls import reverse

from foundation.errors import NotAllowed, RuleBroken
from foundation.rulebook import library
from registry import actions, expected
from registry.models import LabelTerm, Target, TargetTag, TierAssignment
from tests.factories import create_area, create_organisation, create_target, create_user
from tests.registry.factories import TODAY, create_bureau, create_head, create_planner, workbook
from tests.registry.test_views import signed_in

pytestmark = pytest.mark.django_db


def groups(bureau):
    return set(LabelTerm.objects.filter(organisation=bureau).values_list("group", flat=True))


@pytest.mark.parametrize(
    ("book", "count"), [("qinshui-2022", 8), ("neimenggu-2024", 9), ("wulong-2024", 8), ("quzhou-2017", 0)]
)
def test_adopting_a_rulebook_starts_its_dictionary(book, count):
    bureau = create_organisation()
    create_area(bureau, code="A1", name="东湾镇")
    day = library.get(book).about.effective_from
    actions.adopt_rulebook(
        organisation=bureau, rulebook_id=book, effective_from=day, on=TODAY, by=create_head(bureau)
    )
    labels = library.get(book).register.labels
    assert len(labels) == count
    assert groups(bureau) == {label for label in labels if label != "行业产业类型"}
    assert set(LabelTerm.objects.values_list("valid_from", flat=True)) <= {day}
    if count:
        assert LabelTerm.objects.filter(value="东湾镇", group__endswith="区域").exists()


def test_a_rulebook_of_later_on_does_not_close_groups_today():
    bureau = create_organisation()
    actions.adopt_rulebook(
        organisation=bureau,
        rulebook_id="qinshui-2022",
        effective_from=date(2027, 1, 1),
        on=TODAY,
        by=create_head(bureau),
    )
    assert groups(bureau) == set()


def test_a_bureau_that_runs_already_gets_it_by_a_button_with_the_words_in_use():
    bureau = create_bureau()
    planner, target = create_planner(bureau), create_target(bureau)
    TargetTag.objects.create(target=target, group="生产规模", value="超大型")
    actions.save_term(
        organisation=bureau, group="生产规模", value="大型", valid_from=None, valid_until=date(2026, 1, 1), source="", on=TODAY, by=planner
    )  # fmt: skip
    assert signed_in(planner).post(reverse("registry:seed-terms")).status_code == 302
    words = LabelTerm.objects.filter(group="生产规模")
    assert set(words.values_list("value", flat=True)) == {"大型", "中型", "小型", "微型", "超大型"}
    assert words.get(value="大型").valid_until == date(2026, 1, 1)
    with pytest.raises(RuleBroken, match="没有要补的"):
        actions.seed_terms(organisation=bureau, on=TODAY, by=planner)
    with pytest.raises(NotAllowed):
        actions.seed_terms(organisation=bureau, on=TODAY, by=create_user(bureau, "inspector"))


def test_a_file_may_only_give_words_of_the_dictionary_but_keeps_those_held():
    bureau = create_bureau()
    planner, target = create_planner(bureau), create_target(bureau, uid="T1", name="甲厂")
    actions.seed_terms(organisation=bureau, on=TODAY, by=planner)
    TargetTag.objects.create(target=target, group="生产规模", value="超大型")
    heads = ["对象编号", "名称", "片区", "标识：生产规模", "标识：行业产业类型"]
    data = workbook(
        heads,
        ["T1", "甲厂", target.area.name, "超大型、大型", "什么都行"],
        ["T2", "乙厂", "东湾镇", "大形", None],
    )
    batch = actions.check_file(
        organisation=bureau, kind="targets", file_name="x.xlsx", data=data, on=TODAY, by=planner
    )
    assert [(error["row"], error["column"]) for error in batch.errors] == [(3, "标识：生产规模")]
    assert "是不是“大型”" in batch.errors[0]["message"]
    assert [change["uid"] for change in batch.changes] == ["T1"]


def registered(bureau, count, tier, **fields):
    for n in range(count):
        row = create_target(bureau, name=f"{tier}{n}", **fields)
        TierAssignment.objects.create(
            target=row,
            body="brigades",
            tier=tier,
            computed_tier=tier,
            since=TODAY,
            reason="x",
            clause="XY-3.3",
        )


def test_the_numbers_of_xinyang_stand_beside_the_register():
    bureau = create_bureau("xinyang-2023")
    registered(bureau, 3, "general")
    registered(bureau, 17, "special")
    Target.objects.filter(name="general0").update(status="closed")
    general, special = expected.rows(bureau, library.get("xinyang-2023"), TODAY)
    assert (general.printed, general.actual, general.difference, general.ok) == ("536", 2, -534, False)
    assert (special.printed, special.actual, special.words) == ("17", 17, "相同")
    assert general.clause == "XY-3.3"


def test_the_numbers_of_wulong_allow_what_约_means_and_show_on_the_page():
    bureau = create_bureau("wulong-2024")
    for n in range(9):
        create_target(bureau, name=f"源{n}", kind="water_source", categories=["source_urban_or_large"])
    rows = expected.rows(bureau, library.get("wulong-2024"), TODAY)
    assert [row.printed for row in rows] == ["9", "约 26", "57", "1", "10", "18", "39", "39"]
    assert (rows[0].actual, rows[0].ok, rows[0].clause) == (9, True, "WL-A.3")
    client = signed_in(create_planner(bureau))
    page = client.get(reverse("registry:completeness")).content.decode()
    assert "少 57 家，请核对有无漏登、重复或已关停" in page
    lines = b"".join(
        client.get(reverse("registry:export-expected") + "?format=csv").streaming_content
    ).decode()
    assert "约 26,0,少 26 家" in lines


def test_a_book_without_printed_numbers_shows_no_table():
    bureau = create_bureau()
    assert expected.rows(bureau, library.get("qinshui-2022"), TODAY) == []
    assert (
        "与文件载明的数比较"
        not in signed_in(create_planner(bureau)).get(reverse("registry:completeness")).content.decode()
    )
