"""Pages that keep the register true, with data on them, at both sizes; one act on chosen rows by mouse."""

import pytest
from django.urls import reverse

from registry import actions
from registry.models import Entity, Permit, TargetFlag, TargetTag
from tests.factories import create_target
from tests.registry.factories import TODAY, create_bureau, create_head, create_planner, csv_bytes, uscc
from tests.registry.test_browser import SIZES, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def bureau():
    return create_bureau(name="青禾县生态环境局")


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


@pytest.fixture
def page(live_server, browser, client, planner):
    client.force_login(planner)
    context = browser.new_context(viewport=SIZES["desk"], locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    assert page.faults == []
    context.close()


@pytest.fixture
def register(bureau, planner):
    """A site of two, a duplicate, a flag that runs out, changes waiting and done."""
    entity = Entity.objects.create(
        organisation=bureau, name="鑫隆焦化有限公司", uscc=uscc(1), legal_representative="高某"
    )
    one = create_target(
        bureau,
        entity=entity,
        name="鑫隆焦化有限公司",
        permit_class="key",
        address="东湾镇工业路 18 号",
        phone="13800000000",
    )
    create_target(bureau, entity=entity, name="鑫隆焦化西厂区", permit_class="simplified", address="石桥镇")
    twin = create_target(bureau, name="鑫隆焦化", address="东湾镇工业路 18 号")
    Permit.objects.create(target=one, number=f"{uscc(1)}001P", category="key")
    TargetTag.objects.create(target=one, group="生产规模", value="大型")
    TargetFlag.objects.create(
        target=one, flag="penalised", happened_on="2026-03-02", evidence="处罚决定书〔2026〕3 号"
    )
    actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    actions.record_rating(
        target=one, scheme="letters", grade="B", rated_on=TODAY, source="省厅通报", on=TODAY, by=planner
    )
    actions.edit_target(
        target=one, version=2, values={"phone": "13900000000"}, reason="企业来函", on=TODAY, by=planner
    )
    actions.request_status(
        target=one, status="suspended", since=TODAY, reason="停产报告", on=TODAY, by=planner
    )
    merge = actions.request_merge(target=twin, into=one, reason="同一家", by=planner)
    other = create_target(bureau, name="鑫隆焦化有限责任公司")
    actions.approve_change(change=merge, on=TODAY, by=create_head(bureau))
    actions.save_term(
        organisation=bureau, group="生产规模", value="大型", valid_from=None, valid_until=None, source="", on=TODAY, by=planner
    )  # fmt: skip
    rows = [["乙厂", f"{uscc(2)}001P"], ["鑫隆焦化", f"{uscc(1)}002P"], ["坏行", "12"]]
    compared = actions.compare_permits(
        organisation=bureau,
        file_name="许可.csv",
        data=csv_bytes(["单位名称", "许可证编号"], *rows),
        by=planner,
    )
    return {"one": one, "entity": entity, "compared": compared, "other": other}


def test_every_page_fits_and_is_accessible_at_both_sizes(page, live_server, register):
    addresses = {
        "list": reverse("registry:targets") + "?status=operating", "dossier": reverse("registry:target", args=[register["one"].pk]),
        "entity": reverse("registry:entity", args=[register["entity"].pk]), "entities": reverse("registry:entities"),
        "changes": reverse("registry:changes"), "turnover": reverse("registry:turnover"), "quality": reverse("registry:quality"), "duplicates": reverse("registry:duplicates"),
        "completeness": reverse("registry:completeness"), "comparison": reverse("registry:comparison", args=[register["compared"].pk]),
        "preview": reverse("registry:preview") + "?on=2027-06-01", "terms": reverse("registry:terms"),
        "rating": reverse("registry:rating", args=[register["one"].pk]),
    }  # fmt: skip
    for size, viewport in SIZES.items():
        page.size = size
        page.set_viewport_size(viewport)
        for name, address in addresses.items():
            page.goto(live_server.url + address)
            look(page, f"upkeep-{name}")


def test_chosen_rows_get_a_label_together(page, live_server, register):
    page.size = "desk"
    page.goto(live_server.url + reverse("registry:targets"))
    page.check("[data-batch-all]")
    assert "已选 3 家" in page.inner_text("[data-batch-bar]")
    page.click("text=加标识")
    look(page, "upkeep-batch")
    page.select_option("select[name=group]", label="生产规模")
    page.fill("input[name=values]", "大型")
    page.click("text=办理 3 家")
    assert "3 家已加标识" in page.inner_text("body")
    assert TargetTag.objects.filter(value="大型").count() == 3
