"""Pages that keep the register true: who gets in, what they show, what they cost, what they export."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from registry import actions, paging
from registry.models import (
    Entity,
    LabelTerm,
    Merge,
    PendingChange,
    Permit,
    PermitComparison,
    SavedFilter,
    Target,
    TargetFlag,
    TargetTag,
)
from tests.factories import create_target, create_user
from tests.registry.factories import TODAY, create_bureau, create_head, create_planner, uscc, workbook

pytestmark = pytest.mark.django_db
LISTS = ("entities", "changes", "quality", "duplicates", "completeness", "preview", "terms", "reviews")


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("targets", "changes", "dossier", "quality", "finding", "reviews"):
        monkeypatch.setattr(f"registry.views.{module}.today", lambda: TODAY)


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


def text_of(response) -> str:
    return response.content.decode()


def cells(response) -> list[list]:
    data = b"".join(response.streaming_content)
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("name", LISTS)
def test_each_page_opens_empty_and_only_for_those_who_may_see_the_register(bureau, planner, name):
    url = reverse(f"registry:{name}")
    assert signed_in(planner).get(url).status_code == 200
    assert signed_in(create_user(bureau, "auditor")).get(url).status_code == 200
    assert signed_in(create_user(bureau, "inspector")).get(url).status_code == 403


def test_the_queue_shows_the_difference_and_the_head_decides_there(bureau, planner):
    target = create_target(bureau, name="甲厂")
    for status in ("suspended", "closed"):
        change = actions.request_status(
            target=target, status=status, since=TODAY, reason="报告", on=TODAY, by=planner
        )
        head = signed_in(create_head(bureau))
        page = text_of(head.get(reverse("registry:changes")))
        assert "甲厂" in page
        assert 'class="new"' in page
        url = reverse("registry:return-change", args=[change.pk])
        assert head.post(url, {"reason": ""}).status_code == 409
        assert signed_in(planner).post(url, {"reason": "x"}).status_code == 403
        assert head.post(url, {"reason": "补材料", "back": "target"}).url == reverse(
            "registry:target", args=[target.pk]
        )
    assert "补材料" in text_of(head.get(reverse("registry:changes") + "?state=returned"))
    rows = cells(head.get(reverse("registry:export-changes") + "?state=returned"))
    assert len(rows) == 3


def test_a_request_is_withdrawn_by_the_one_who_asked(bureau, planner):
    change = actions.request_status(
        target=create_target(bureau), status="closed", since=TODAY, reason="x", on=TODAY, by=planner
    )
    url = reverse("registry:withdraw-change", args=[change.pk])
    assert signed_in(create_head(bureau)).post(url).status_code == 403
    assert signed_in(planner).post(url).status_code == 302
    assert signed_in(planner).post(url).status_code == 409


def test_a_change_of_another_bureau_is_not_found(bureau, planner):
    change = actions.request_status(
        target=create_target(bureau), status="closed", since=TODAY, reason="x", on=TODAY, by=planner
    )
    stranger = signed_in(create_head(create_bureau()))
    for name in ("approve-change", "return-change", "withdraw-change"):
        assert (
            stranger.post(reverse(f"registry:{name}", args=[change.pk]), {"reason": "x"}).status_code == 404
        )


def test_an_entity_shows_its_sites_and_all_their_permits(bureau, planner):
    entity = Entity.objects.create(
        organisation=bureau, name="鑫隆焦化有限公司", uscc=uscc(1), legal_representative="高某"
    )
    sites = [create_target(bureau, entity=entity, name=f"鑫隆{n}厂") for n in "东西"]
    for n, site in enumerate(sites):
        Permit.objects.create(target=site, number=f"{uscc(1)}00{n}P", category="key")
    client = signed_in(planner)
    page = text_of(client.get(reverse("registry:entity", args=[entity.pk])))
    assert all(word in page for word in ("鑫隆东厂", "鑫隆西厂", f"{uscc(1)}000P", f"{uscc(1)}001P", "高某"))
    assert "鑫隆西厂" in text_of(client.get(reverse("registry:target", args=[sites[0].pk])))
    assert "鑫隆焦化有限公司" in text_of(client.get(reverse("registry:entities") + "?q=鑫隆&sites=many"))
    assert cells(client.get(reverse("registry:export-entities")))[1][4] in (2, "2")
    stranger = signed_in(create_planner(create_bureau()))
    assert stranger.get(reverse("registry:entity", args=[entity.pk])).status_code == 404


def test_permits_ratings_and_labels_have_pages_of_their_own(bureau, planner):
    target = create_target(bureau)
    client = signed_in(planner)
    at = {name: reverse(f"registry:{name}", args=[target.pk]) for name in ("permit", "rating", "labels")}
    assert client.post(at["permit"], {"number": "123", "category": "key"}).status_code == 422
    assert client.post(at["permit"], {"number": f"{uscc(1)}001P", "category": "key"}).status_code == 302
    rating = {"scheme": "letters", "grade": "D", "rated_on": "2026-05-01", "source": "通报"}
    assert client.post(at["rating"], {**rating, "grade": "红"}).status_code == 409
    assert client.post(at["rating"], rating).status_code == 302
    assert (
        client.post(
            at["labels"], {"group": "生产规模", "values": "大型、重点", "valid_until": "2026-01-01"}
        ).status_code
        == 302
    )
    page = text_of(client.get(reverse("registry:target", args=[target.pk])))
    assert all(
        word in page
        for word in (f"{uscc(1)}001P", "环境信用 A–D 级", "大型（ 至 2026-01-01，已过期）", "登记信用评价")
    )


def test_the_figures_of_data_quality_open_to_their_rows(bureau, planner):
    create_target(bureau, name="没有电话的厂")
    create_target(bureau, name="关停的厂", status="closed")
    client = signed_in(planner)
    figures = client.get(reverse("registry:quality")).context["figures"]
    for figure in figures:
        rows = client.get(f"{reverse('registry:targets')}?{figure['query']}")
        assert rows.context["page"].paginator.count == figure["count"]
    assert "没有电话的厂" in text_of(client.get(reverse("registry:targets") + "?issue=no_contact"))
    assert len(cells(client.get(reverse("registry:export-quality")))) == len(figures) + 1


def test_a_duplicate_is_merged_from_the_page_by_two_people_and_undone(bureau, planner):
    one, two = create_target(bureau, name="鑫隆焦化有限公司"), create_target(bureau, name="鑫隆焦化")
    asking, head = signed_in(planner), signed_in(create_head(bureau))
    url = reverse("registry:duplicates")
    assert "名称相同" in text_of(asking.get(url))
    assert len(cells(asking.get(reverse("registry:export-duplicates")))) == 2
    pair = {"target": two.pk, "into": one.pk}
    assert asking.post(reverse("registry:merge"), {**pair, "reason": ""}).status_code == 409
    assert asking.post(reverse("registry:merge"), {**pair, "reason": "同一家"}).status_code == 302
    assert "合并待审批" in text_of(asking.get(url))
    head.post(reverse("registry:approve-change", args=[PendingChange.objects.get().pk]))
    page = text_of(asking.get(reverse("registry:target", args=[two.pk])))
    assert "已并入别的对象" in page
    assert asking.get(reverse("registry:edit", args=[two.pk])).status_code == 403
    assert asking.get(reverse("registry:targets")).context["page"].paginator.count == 1
    asking.post(reverse("registry:unmerge", args=[Merge.objects.get().pk]), {"reason": "两家"})
    head.post(reverse("registry:approve-change", args=[PendingChange.objects.waiting().get().pk]))
    assert asking.get(reverse("registry:targets")).context["page"].paginator.count == 2
    assert asking.post(reverse("registry:apart"), {**pair, "reason": "两家"}).status_code == 302
    assert "没有发现疑似重复" in text_of(asking.get(url))


@pytest.mark.parametrize("sent", [{}, {"target": "x", "into": "9" * 30}, {"target": "-1"}])
def test_a_merge_of_nothing_is_not_found(bureau, planner, sent):
    for name in ("merge", "apart"):
        assert signed_in(planner).post(reverse(f"registry:{name}"), sent).status_code == 404


def test_a_permit_list_is_uploaded_shown_and_exported(bureau, planner):
    Permit.objects.create(
        target=create_target(bureau, name="旧证厂"), number=f"{uscc(9)}001P", category="key"
    )
    data = workbook(["单位名称", "许可证编号"], ["乙厂", f"{uscc(2)}001P"], ["坏行", "12"], title="名单")
    client = signed_in(planner)
    url = reverse("registry:completeness")
    assert client.post(url).status_code == 422
    assert client.post(url, {"file": SimpleUploadedFile("a.xlsx", b"junk")}).status_code == 422
    assert client.post(url, {"file": SimpleUploadedFile("许可.xlsx", data)}).status_code == 302
    at = [PermitComparison.objects.get().pk]
    page = text_of(client.get(reverse("registry:comparison", args=at)))
    assert all(word in page for word in ("乙厂", "旧证厂", "坏行"))
    assert len(cells(client.get(reverse("registry:export-comparison", args=at)))) == 4
    assert (
        signed_in(create_head(bureau)).post(url, {"file": SimpleUploadedFile("a.xlsx", data)}).status_code
        == 403
    )


def test_the_preview_shows_and_exports_what_would_change(bureau, planner):
    target = create_target(bureau, name="甲厂", permit_class="key")
    TargetFlag.objects.create(target=target, flag="penalised", happened_on="2026-02-01", evidence="x")
    actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    client, url = signed_in(planner), reverse("registry:preview")
    assert "层级没有变化" in text_of(client.get(url))
    assert "甲厂" in text_of(client.get(url + "?on=2027-04-01"))
    rows = cells(client.get(reverse("registry:export-preview") + "?on=2027-04-01"))
    assert rows[1][1:2] + rows[1][4:6] == ["甲厂", "特殊", "重点"]


def test_the_dictionary_is_kept_and_counts_its_words(bureau, planner):
    TargetTag.objects.create(target=create_target(bureau), group="生产规模", value="大型")
    client, url = signed_in(planner), reverse("registry:terms")
    sent = {
        "group": "生产规模",
        "value": "大型",
        "valid_from": "2026-02-01",
        "valid_until": "2026-01-01",
        "source": "",
    }
    assert client.post(url, sent).status_code == 409
    assert client.post(url, {**sent, "valid_from": ""}).status_code == 302
    assert LabelTerm.objects.get().value == "大型"
    assert "?tag=" in text_of(client.get(url))
    assert signed_in(create_head(bureau)).post(url, {**sent, "valid_from": ""}).status_code == 403
    assert len(cells(client.get(reverse("registry:export-terms")))) == 2


# ---------- finding ----------


def test_a_filter_is_saved_for_oneself_and_opens_as_an_address(bureau, planner):
    client = signed_in(planner)
    save = reverse("registry:save-filter")
    client.post(save, {"name": "空", "query": "page=3"})
    assert not SavedFilter.objects.exists()
    back = client.post(save, {"name": "停产", "query": "q=&status=suspended&page=2"})
    assert back.url == f"{reverse('registry:targets')}?status=suspended"
    row = SavedFilter.objects.get()
    assert "?status=suspended" in text_of(client.get(reverse("registry:targets")))
    other = signed_in(create_planner(bureau))
    assert "停产</a>" not in text_of(other.get(reverse("registry:targets")))
    drop = reverse("registry:drop-filter", args=[row.pk])
    assert other.post(drop).status_code == 404
    assert client.post(drop).status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("action", "data", "count"),
    [
        ("label", {"group": "生产规模", "values": "大型"}, lambda: TargetTag.objects.count()),
        (
            "flag",
            {"flag": "penalised", "happened_on": "2026-05-01", "evidence": "通报"},
            lambda: TargetFlag.objects.count(),
        ),
        (
            "status",
            {"status": "suspended", "since": "2026-11-01", "reason": "通报"},
            lambda: PendingChange.objects.count(),
        ),
    ],
)
def test_an_act_on_several_targets_does_each_and_tells_which_failed(bureau, planner, action, data, count):
    rows = [create_target(bureau), create_target(bureau)]
    stuck = create_target(bureau, status="suspended", name="已停产的厂")
    TargetFlag.objects.create(target=stuck, flag="penalised", happened_on="2026-05-01", evidence="x")
    before = count()
    chosen = {"action": action, "selected": [row.pk for row in (*rows, stuck)]}
    client, url = signed_in(planner), reverse("registry:batch")
    assert client.post(url, chosen).status_code == 200
    assert client.post(url, {**chosen, "go": "1"}).status_code == 422
    page = text_of(client.post(url, {**chosen, **data, "go": "1"}, follow=True))
    assert count() - before == (3 if action == "label" else 2)
    assert ("已停产的厂：" in page) == (action != "label")
    assert signed_in(create_head(bureau)).post(url, chosen).status_code == 403


def test_chosen_targets_are_exported_and_strangers_left_out(bureau, planner):
    mine, other = create_target(bureau, name="甲厂"), create_target(create_bureau(), name="别局的厂")
    client, url = signed_in(planner), reverse("registry:batch")
    rows = cells(client.post(url, {"action": "export", "selected": [mine.pk, other.pk]}))
    names = [cell for row in rows for cell in row]
    assert "甲厂" in names
    assert "别局的厂" not in names
    page = text_of(client.post(url, {"action": "label", "selected": ["x", str(other.pk)]}, follow=True))
    assert "没有选中检查对象" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag=大型", ["甲"]), ("flag=penalised", ["乙"]), ("visited=1", ["甲"]), ("visited=0", ["丙", "乙"]), ("industry=焦化", ["丙"]),
        ("credit_grade=D", ["丙"]), ("control_level=provincial", ["乙"]), ("flag=unheard", ["丙", "乙", "甲"]),
    ],
)  # fmt: skip
def test_the_list_narrows_by_what_is_kept_beside(bureau, planner, query, found):
    from registry.models import PriorInspection

    one = create_target(bureau, name="甲")
    two = create_target(bureau, name="乙", control_level="provincial")
    create_target(bureau, name="丙", industry="炼焦化学", credit_grade="D")
    TargetTag.objects.create(target=one, group="生产规模", value="大型")
    TargetFlag.objects.create(target=two, flag="penalised", happened_on=TODAY, evidence="x")
    PriorInspection.objects.create(target=one, level="own", on="2026-03-01", source="台账")
    if query == "industry=焦化":
        query = "industry=炼焦"
    page = signed_in(planner).get(f"{reverse('registry:targets')}?{query}").context["page"]
    assert sorted(row.name for row in page) == sorted(found)


def test_counting_stops_at_the_cap_and_says_so(bureau, planner, monkeypatch):
    monkeypatch.setattr(paging, "CAP", 2)
    for _ in range(4):
        create_target(bureau)
    actions.recompute_tiers(organisation=bureau, on=TODAY, by=planner)
    client = signed_in(planner)
    page = client.get(reverse("registry:targets"))
    assert "共 2 家以上，请再加条件" in text_of(page)
    assert [row["value"] for row in page.context["counts"]] == [4]
    narrowed = client.get(reverse("registry:targets") + "?status=operating")
    assert narrowed.context["counts"] == []
    assert Target.objects.count() == 4
