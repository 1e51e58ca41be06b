"""Pages of the registers: who gets in, what they show, what they cost."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from foundation.rulebook import library
from registry import actions
from registry.models import (
    ImportBatch,
    InspectionItem,
    PendingChange,
    StatusPeriod,
    Target,
    TargetFlag,
    TierAssignment,
)
from tests.factories import create_organisation, create_target, create_user
from tests.registry.factories import HEADS, TODAY, create_bureau, create_head, create_planner, uscc, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    views = ("targets", "items", "item_parts", "changes", "dossier", "quality", "finding")
    for module in ("foundation.intake.views", *(f"registry.views.{name}" for name in views)):
        monkeypatch.setattr(f"{module}.today", lambda: TODAY)


@pytest.fixture
def bureau():
    return create_bureau()


@pytest.fixture
def planner(bureau):
    return create_planner(bureau)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_targets(bureau, planner, count=3):
    rows = [
        [f"青禾第{n}化工有限公司", "东湾镇", uscc(n), "重点管理", f"{uscc(n)}001P"]
        for n in range(1, count + 1)
    ]
    batch = actions.check_file(
        organisation=bureau,
        kind="targets",
        file_name="a.xlsx",
        data=workbook(HEADS, *rows),
        on=TODAY,
        by=planner,
    )
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    return list(Target.objects.order_by("id"))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("planner", 200),
        ("unit_head", 200),
        ("auditor", 200),
        ("discipline", 200),
        ("inspector", 403),
        ("sysadmin", 403),
    ],
)
def test_the_list_is_for_those_who_may_see_the_register(bureau, planner, role, status):
    make_targets(bureau, planner, 1)
    assert signed_in(create_user(bureau, role)).get(reverse("registry:targets")).status_code == status


def test_a_target_of_another_bureau_is_not_found(bureau, planner):
    (target,) = make_targets(bureau, planner, 1)
    stranger = signed_in(create_planner(create_bureau()))
    for name in ("target", "edit", "status", "flag", "inspection", "tier"):
        assert stranger.get(reverse(f"registry:{name}", args=[target.pk])).status_code == 404


def test_a_superior_reads_but_does_not_write(bureau, planner):
    (target,) = make_targets(bureau, planner, 1)
    city = create_organisation()
    bureau.parent = city
    bureau.save()
    superior = signed_in(create_user(city, "planner"))
    assert superior.get(reverse("registry:target", args=[target.pk])).status_code == 200
    assert superior.get(reverse("registry:edit", args=[target.pk])).status_code == 403


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_costs_the_same_for_any_length(bureau, planner, count, django_assert_max_num_queries):
    make_targets(bureau, planner, count)
    client = signed_in(planner)
    with django_assert_max_num_queries(18):
        page = client.get(reverse("registry:targets"))
    assert f"{count}<small>家" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=qhd2", 1), ("q=第3", 1), (f"q={uscc(1)[:17]}", 1), ("tier=key", 3), ("tier=special", 0), ("status=closed", 0), ("permit_class=key", 3), ("q=没有", 0)],
)  # fmt: skip
def test_the_list_narrows(bureau, planner, query, found):
    make_targets(bureau, planner)
    response = signed_in(planner).get(f"{reverse('registry:targets')}?{query}")
    assert response.context["page"].paginator.count == found


def test_the_list_sorts(bureau, planner):
    make_targets(bureau, planner)
    names = [
        row.target.name
        for row in signed_in(planner).get(f"{reverse('registry:targets')}?sort=-name").context["rows"]
    ]
    assert names == sorted(names, reverse=True)


def test_the_page_shows_tier_reason_clause_and_the_years_count(bureau, planner):
    (target,) = make_targets(bureau, planner, 1)
    for day in (4, 8):
        actions.record_prior_inspection(
            target=target,
            level="own",
            on=date(2026, day, 2),
            problem_found=False,
            source=f"台账{day}",
            by=None,
        )
    text = signed_in(planner).get(reverse("registry:target", args=[target.pk])).content.decode()
    assert "排污许可管理类别为“重点管理”" in text
    assert "QS-10.6" in text
    assert "今年已查 2 次，达到年度上限" in text
    assert "导入批次 a.xlsx" in text


def test_a_new_target_is_written_by_the_form(bureau, planner):
    data = {"name": "东湾水源地", "kind": "water_source", "area": bureau.areas.first().pk, "uid": "SYD-001",
            "permit_class": "none", "control_level": "none"}  # fmt: skip
    response = signed_in(planner).post(reverse("registry:create"), data)
    target = Target.objects.get()
    assert response.url == reverse("registry:target", args=[target.pk])
    assert TierAssignment.objects.get().tier == "general"
    assert StatusPeriod.objects.get().since == TODAY


def test_the_form_says_what_is_wrong(bureau, planner):
    data = {
        "name": "甲",
        "kind": "enterprise",
        "area": "",
        "uscc": "123",
        "permit_class": "none",
        "control_level": "none",
    }
    response = signed_in(planner).post(reverse("registry:create"), data)
    assert response.status_code == 422
    assert "应为 18 位，现有 3 位" in response.content.decode()
    assert not Target.objects.exists()


def edit_data(client, target, **changes):
    form = client.get(reverse("registry:edit", args=[target.pk])).context["form"]
    data = {name: form[name].value() for name in form.fields} | {"reason": "企业来函更正"}
    return {name: "" if value is None else value for name, value in data.items()} | changes


def test_an_edit_without_changes_changes_nothing_but_the_version(bureau, planner):
    (target,) = make_targets(bureau, planner, 1)
    client = signed_in(planner)
    data = {k: "、".join(v) if isinstance(v, list) else v for k, v in edit_data(client, target).items()}
    data = {k: v for k, v in data.items() if v is not False}
    assert client.post(reverse("registry:edit", args=[target.pk]), data).status_code == 302
    after = Target.objects.get()
    assert (after.version, after.name, after.uid, after.entity_id) == (
        2,
        target.name,
        target.uid,
        target.entity_id,
    )
    assert TierAssignment.objects.count() == 1


def test_the_second_editor_is_shown_the_difference_and_decides(bureau, planner):
    (target,) = make_targets(bureau, planner, 1)
    client = signed_in(planner)
    data = {
        k: "、".join(v) if isinstance(v, list) else v
        for k, v in edit_data(client, target, phone="222").items()
    }
    data = {k: v for k, v in data.items() if v is not False}
    actions.edit_target(target=target, version=1, values={"phone": "111"}, on=TODAY, by=planner)
    response = client.post(reverse("registry:edit", args=[target.pk]), data)
    assert response.status_code == 409
    text = response.content.decode()
    assert "别人已先保存" in text
    assert "111" in text
    assert Target.objects.get().phone == "111"
    again = {**data, "version": response.context["form"].data["version"]}
    assert client.post(reverse("registry:edit", args=[target.pk]), again).status_code == 302
    assert Target.objects.get().phone == "222"


def test_status_flag_and_inspection_are_recorded_on_pages_of_their_own(bureau, planner):
    (target,) = make_targets(bureau, planner, 1)
    client = signed_in(planner)
    client.post(
        reverse("registry:status", args=[target.pk]),
        {"status": "suspended", "since": "2026-11-20", "reason": "停产报告"},
    )
    target.refresh_from_db()
    assert target.status == "operating"
    waiting = reverse("registry:approve-change", args=[PendingChange.objects.get().pk])
    assert client.post(waiting).status_code == 403
    assert signed_in(create_head(bureau)).post(waiting).status_code == 302
    client.post(
        reverse("registry:flag", args=[target.pk]),
        {"flag": "penalised", "happened_on": "2026-03-02", "evidence": "文号"},
    )
    client.post(
        reverse("registry:inspection", args=[target.pk]),
        {"level": "superior", "on": "2026-05-01", "source": "市局台账"},
    )
    target.refresh_from_db()
    assert target.status == "suspended"
    assert TierAssignment.objects.get(target=target, until=None).tier == "special"
    flag = TargetFlag.objects.get()
    url = reverse("registry:revoke-flag", args=[target.pk, flag.pk])
    assert client.post(url, {"reason": ""}).status_code == 409
    assert client.post(url, {"reason": "复核撤销"}).status_code == 302
    assert TierAssignment.objects.get(target=target, until=None).tier == "key"
    assert (
        client.post(
            reverse("registry:flag", args=[target.pk]),
            {"flag": "penalised", "happened_on": "2026-03-02", "evidence": "x"},
        ).status_code
        == 409
    )


def test_another_tier_is_asked_for_by_one_and_approved_by_the_head_and_it_shows(bureau, planner):
    (target,) = make_targets(bureau, planner, 1)
    url = reverse("registry:tier", args=[target.pk])
    data = {"body": "county", "tier": "special", "reason": "专题会议纪要〔2026〕7号"}
    asking, head = signed_in(planner), signed_in(create_head(bureau))
    assert asking.post(url, data).status_code == 302
    assert TierAssignment.objects.get(target=target, until=None).tier == "key"
    approve = reverse("registry:approve-change", args=[PendingChange.objects.get().pk])
    assert asking.post(approve).status_code == 403
    assert head.post(approve).status_code == 302
    text = head.get(reverse("registry:target", args=[target.pk])).content.decode()
    assert "人工改定" in text
    assert "按规则应为“重点”" in text
    row = TierAssignment.objects.get(target=target, until=None)
    end = reverse("registry:end-tier", args=[target.pk, row.pk])
    assert asking.post(end, {"reason": "期满"}).status_code == 302
    assert (
        head.post(
            reverse("registry:approve-change", args=[PendingChange.objects.waiting().get().pk])
        ).status_code
        == 302
    )
    assert TierAssignment.objects.get(target=target, until=None).tier == "key"


def test_the_list_recomputes_tiers_and_says_how_many(bureau, planner):
    make_targets(bureau, planner, 2)
    Target.objects.update(permit_class="none")
    response = signed_in(planner).post(reverse("registry:recompute"), follow=True)
    assert "2 个层级有变化" in response.content.decode()
    assert signed_in(create_user(bureau, "reviewer")).post(reverse("registry:recompute")).status_code == 403


def post_file(client, data, name="名录.xlsx", kind="import"):
    return client.post(reverse(f"registry:{kind}"), {"file": SimpleUploadedFile(name, data)})


def test_the_import_walk_in_three_steps(bureau, planner):
    client = signed_in(planner)
    rows = [
        ["甲化工有限公司", "东湾镇", uscc(1), "重点管理", f"{uscc(1)}001P"],
        ["乙化工有限公司", "西湾镇", uscc(2), "简化管理", f"{uscc(2)}001P"],
    ]
    response = post_file(client, workbook(HEADS, *rows))
    batch = ImportBatch.objects.get()
    page = reverse("registry:import-batch", args=[batch.pk])
    assert response.url == page
    text = client.get(page).content.decode()
    assert "先改这 1 行" in text
    assert "没有“西湾镇”这个叫法" in text
    assert client.post(reverse("registry:import-commit", args=[batch.pk])).status_code == 409
    fix = client.post(
        reverse("registry:import-correct", args=[batch.pk]), {"fix-3-area": "石桥镇"}, follow=True
    )
    assert "改好 1 行" in fix.content.decode()
    assert client.post(reverse("registry:import-commit", args=[batch.pk])).status_code == 302
    assert Target.objects.count() == 2
    undo = client.post(reverse("registry:import-undo", args=[batch.pk]), follow=True)
    assert "已撤销 2 行" in undo.content.decode()
    assert not Target.objects.exists()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", "名称".encode("utf-16")])
def test_an_unreadable_file_is_refused_on_the_page(bureau, planner, data):
    response = post_file(signed_in(planner), data, name="名录.csv" if data[:1] == b"\xff" else "名录.xlsx")
    assert response.status_code == 422
    assert "请" in response.content.decode().split("data-errsum", 1)[1]
    assert not ImportBatch.objects.exists()


def test_the_importers_pages_are_closed_to_others(bureau, planner):
    post_file(signed_in(planner), workbook(HEADS, ["甲", "东湾镇", uscc(1), "重点管理", None]))
    batch = ImportBatch.objects.get()
    reader = signed_in(create_user(bureau, "unit_head"))
    assert reader.get(reverse("registry:import")).status_code == 403
    assert reader.post(reverse("registry:import-commit", args=[batch.pk])).status_code == 403
    stranger = signed_in(create_planner(create_bureau()))
    assert stranger.get(reverse("registry:import-batch", args=[batch.pk])).status_code == 404
    assert stranger.post(reverse("registry:import-commit", args=[batch.pk])).status_code == 404


def test_the_error_workbook_and_the_template_open(bureau, planner):
    from io import BytesIO

    import openpyxl

    client = signed_in(planner)
    post_file(client, workbook(HEADS, ["甲", "西湾镇", uscc(1), "重点管理", None]))
    data = b"".join(
        client.get(reverse("registry:import-errors", args=[ImportBatch.objects.get().pk])).streaming_content
    )
    page = openpyxl.load_workbook(BytesIO(data)).active
    assert any(cell.comment and "西湾镇" in cell.comment.text for cell in page[2])
    template = b"".join(client.get(reverse("registry:import-template")).streaming_content)
    book = openpyxl.load_workbook(BytesIO(template))
    assert book.sheetnames == ["检查对象", "填写选项", "填写说明", "示例"]
    assert book["检查对象"].data_validations.dataValidation


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
def test_an_exported_file_changes_nothing_when_it_comes_back(bureau, planner, fmt):
    target = make_targets(bureau, planner, 3)[0]
    actions.record_flag(
        target=target,
        flag="penalised",
        happened_on=date(2026, 3, 2),
        evidence="文号；甲",
        on=TODAY,
        by=planner,
    )
    values = {"name": "=cmd|' /C calc'!A0", "phone": "+86-356-1", "address": "-1 号", "short_name": "@x", "hw_tonnes_per_year": 12,
              "former_names": ["旧名"], "categories": ["甲类"]}  # fmt: skip
    actions.edit_target(
        target=target, version=1, values=values, tags={"生产规模": ["大", "连续"]}, on=TODAY, by=planner
    )
    client = signed_in(planner)
    data = b"".join(client.get(f"{reverse('registry:export')}?format={fmt}").streaming_content)
    post_file(client, data, name=f"导出.{fmt}")
    batch = ImportBatch.objects.order_by("-id").first()
    assert (batch.errors, batch.changes, batch.unchanged) == ([], [], 3)


def test_exported_text_cannot_become_a_formula(bureau, planner):
    from io import BytesIO

    import openpyxl

    create_target(bureau, name='=HYPERLINK("http://x")', uid="T1", phone="+1", address="@a", short_name="-b")
    client = signed_in(planner)
    data = b"".join(client.get(reverse("registry:export")).streaming_content)
    for cell in openpyxl.load_workbook(BytesIO(data)).active[2]:
        assert cell.data_type != "f"
        assert not str(cell.value or "").startswith(("=", "+", "-", "@"))
    text = b"".join(client.get(f"{reverse('registry:export')}?format=csv").streaming_content).decode(
        "utf-8-sig"
    )
    assert "'=HYPERLINK" in text


def test_an_export_of_many_rows_does_not_query_per_row(bureau, planner, django_assert_max_num_queries):
    make_targets(bureau, planner, 40)
    client = signed_in(planner)
    with django_assert_max_num_queries(18):
        b"".join(client.get(f"{reverse('registry:export')}?format=csv").streaming_content)


@pytest.fixture
def item(bureau, planner):
    return actions.create_item(
        organisation=bureau, code="qs01", by=planner,
        values={
            "name": "设施运行", "contents": ["是否运行", "台账"], "basis": ["《环境保护法》第二十四条"], "modes": ["onsite"],
            "category": "一般检查事项", "targets": "排污单位", "offices": ["执法队"], "owner": "执法股",
        },
    )  # fmt: skip


def test_an_item_walks_from_draft_to_publication_by_two_people(bureau, planner, item):
    head, writer = signed_in(create_head(bureau)), signed_in(planner)
    url = {
        name: reverse(f"registry:{name}-item", args=[item.pk])
        for name in ("approve", "publish", "revise", "repeal", "return")
    }
    assert writer.post(url["approve"]).status_code == 403
    assert head.post(url["publish"]).status_code == 409
    assert head.post(url["approve"]).status_code == 302
    assert head.post(url["return"], {"reason": "补依据"}).status_code == 302
    assert head.post(url["approve"]).status_code == 302
    assert head.post(url["publish"]).status_code == 302
    assert InspectionItem.objects.published(TODAY).get() == item
    assert "已于 2026-08-15 废止" in writer.get(reverse("registry:item", args=[item.pk])).content.decode()
    assert writer.post(url["revise"], {"reason": "法典施行"}).status_code == 422
    assert (
        writer.post(url["revise"], {"reason": "法典施行", "change": "法律法规规章立改废释"}).status_code
        == 302
    )
    second = InspectionItem.objects.get(version=2)
    assert second.checkpoints.count() == 2
    actions.approve_item(item=second, on=TODAY, by=create_head(bureau))
    actions.publish_item(item=second, on=TODAY, by=create_head(bureau))
    item.refresh_from_db()
    assert item.status == "repealed"


def test_a_settled_item_is_not_edited(bureau, planner, item):
    actions.approve_item(item=item, on=TODAY, by=create_head(bureau))
    data = {"name": "改", "contents": "一", "basis": "二", "modes": ["onsite"], "joint": "none"}
    response = signed_in(planner).post(reverse("registry:edit-item", args=[item.pk]), data)
    assert response.status_code == 409
    assert "先建立新版本" in response.content.decode()


def test_an_item_needs_its_basis_where_the_rulebook_says_so(bureau, planner):
    data = {"code": "qs02", "name": "甲", "contents": "一", "modes": ["onsite"], "joint": "none"}
    assert signed_in(planner).post(reverse("registry:create-item"), data).status_code == 422
    assert (
        signed_in(planner)
        .post(reverse("registry:create-item"), data | {"basis": "《排污许可管理条例》第二十五条"})
        .status_code
        == 302
    )


def test_the_list_of_items_costs_the_same_for_any_length(bureau, planner, django_assert_max_num_queries):
    actions.ship_items(
        organisation=bureau, rulebook=library.get("wulong-2024"), by=planner, approved_by=create_head(bureau)
    )
    client = signed_in(planner)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("registry:items"))
    assert page.context["page"].paginator.count == 20


def test_an_exported_list_of_items_changes_nothing_and_an_edited_row_becomes_a_draft(bureau, planner):
    actions.ship_items(
        organisation=bureau, rulebook=library.get("wulong-2024"), by=planner, approved_by=create_head(bureau)
    )
    client = signed_in(planner)
    data = b"".join(client.get(reverse("registry:export-items")).streaming_content)
    post_file(client, data, kind="import-items")
    batch = ImportBatch.objects.get()
    assert (batch.errors, batch.changes, batch.unchanged) == ([], [], 20)
    post_file(
        client,
        workbook(["事项编号", "抽查事项"], ["wl01", "水设施运行"], ["new1", "新事项"]),
        kind="import-items",
    )
    batch = ImportBatch.objects.order_by("-id").first()
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    draft = InspectionItem.objects.get(code="wl01", version=2)
    assert (draft.status, draft.name, draft.checkpoints.count()) == ("draft", "水设施运行", 3)
    assert InspectionItem.objects.published(TODAY).filter(code="wl01", version=1).exists()
    undone = actions.undo_import(batch=batch, on=TODAY, by=planner)
    assert undone.restored == 2
    assert not InspectionItem.objects.filter(code="wl01", version=2).exists()
    assert not InspectionItem.objects.filter(code="new1").exists()


def test_a_list_narrowed_to_an_area_says_so_and_a_stranger_area_narrows_nothing(bureau, planner):
    make_targets(bureau, planner, 3)
    area = Target.objects.first().area
    client = signed_in(planner)
    page = client.get(reverse("registry:targets"), {"area": area.pk, "sort": "-area"}).content.decode()
    assert f"片区：{area.name}" in page
    assert f'<option value="{area.pk}" selected>{area.name}</option>' in page
    foreign = create_target(create_bureau()).area
    shown = client.get(reverse("registry:targets"), {"area": foreign.pk}).content.decode()
    assert f">{foreign.pk}</option>" not in shown


def test_the_api_reads_within_the_users_scope(bureau, planner, django_assert_max_num_queries):
    make_targets(bureau, planner, 20)
    client = signed_in(planner)
    with django_assert_max_num_queries(8):
        body = client.get("/api/v1/targets/?tier=key").json()
    assert body["count"] == 20
    assert body["results"][0]["tiers"][0]["tier"] == "key"
    assert client.get("/api/v1/items/").json()["count"] == 0
    stranger = signed_in(create_planner(create_bureau()))
    assert stranger.get("/api/v1/targets/").json()["count"] == 0
    assert stranger.get(f"/api/v1/targets/{body['results'][0]['id']}/").status_code == 404
    assert signed_in(create_user(bureau, "inspector")).get("/api/v1/targets/").status_code == 403
    assert client.post("/api/v1/targets/", {}).status_code in (403, 405)
