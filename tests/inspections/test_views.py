"""Pages of the desk and the phone: who gets in, what is hidden, how many queries."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from inspections import actions, tokens
from inspections.models import FollowUp, Visit
from tests.factories import create_organisation, create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db
TODAY = make.DAY


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """The pages ask Django what day it is; the visits of these tests live in November 2026."""
    from django.utils import timezone

    monkeypatch.setattr(
        timezone,
        "localdate",
        lambda value=None, tz=None: TODAY if value is None else timezone.localtime(value, tz).date(),
    )
    monkeypatch.setattr(timezone, "now", lambda: make.SIGNED)


@pytest.fixture
def case():
    return make.create_case()


def enter(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response) -> str:
    return response.content.decode()


DESK = [
    "/desk/tasks/",
    "/desk/tasks/{v}/",
    "/desk/tasks/export/",
    "/desk/results/",
    "/desk/results/{v}/",
    "/desk/rectify/",
    "/desk/rectify/export/",
]
PHONE = ["/m/", "/m/t/{v}/", "/m/t/{v}/items/", "/m/t/{v}/evidence/", "/m/t/{v}/done/"]


@pytest.mark.parametrize("path", [*DESK, *PHONE])
def test_a_stranger_is_sent_to_the_login_page(case, path):
    response = Client().get(path.format(v=case.visit.pk))
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("path", DESK[:5])
def test_an_inspector_has_no_business_at_the_desk(case, path):
    make.submitted(case)
    assert enter(case.lead).get(path.format(v=case.visit.pk)).status_code == 403


@pytest.mark.parametrize("path", DESK)
def test_the_reviewer_reads_every_page_of_the_desk(case, path):
    make.submitted(case, problem="ordered_correct")
    assert enter(case.reviewer).get(path.format(v=case.visit.pk)).status_code == 200


@pytest.mark.parametrize("path", ["/desk/tasks/{v}/", "/desk/results/{v}/"])
def test_another_bureau_finds_nothing(case, path):
    make.submitted(case)
    other = create_user(create_organisation(), "reviewer")
    assert enter(other).get(path.format(v=case.visit.pk)).status_code == 404


def test_the_reviewer_may_not_read_the_phone_and_another_team_finds_nothing(case):
    make.started(case)
    stranger, _ = make.member_user(case.bureau, "别组")
    for path in PHONE[1:]:
        assert enter(case.reviewer).get(path.format(v=case.visit.pk)).status_code == 403
        assert enter(stranger).get(path.format(v=case.visit.pk)).status_code == 404
    assert case.visit.target.name not in text(enter(stranger).get("/m/"))


def test_a_former_member_finds_nothing(case):
    make.started(case)
    case.visit.team.filter(inspector__user=case.second).update(left_at=make.ARRIVED)
    assert enter(case.second).get(f"/m/t/{case.visit.pk}/").status_code == 404


# -- names ---------------------------------------------------------------------------------------------------


def test_an_inspector_reads_the_name_only_after_the_notice_is_out(case):
    client = enter(case.lead)
    page = text(client.get("/m/"))
    assert case.visit.target.name not in page
    assert case.visit.code in page
    assert client.get(f"/m/t/{case.visit.pk}/").status_code == 404
    make.dispatch(case)
    assert case.visit.target.name in text(client.get("/m/"))


def test_a_list_that_is_secret_until_the_visit_shows_codes_to_who_only_looks():
    case = make.create_case("quzhou-2017", address="机密路 1 号")
    Visit.objects.update(secret=True)
    make.dispatch(case)
    looker, manager = enter(create_user(case.organisation, "planner")), enter(case.operator)
    for path in ("/desk/tasks/", f"/desk/tasks/{case.visit.pk}/"):
        page = text(looker.get(path))
        assert case.visit.target.name not in page
        assert "机密路" not in page
        assert case.visit.target.name in text(manager.get(path))
    assert looker.get(f"/api/v1/visits/{case.visit.pk}/").json()["target"] == "名称保密"
    assert case.visit.target.name not in text(
        looker.get(f"/desk/tasks/?words={case.visit.target.name[:4]}")
    ).replace("value=", "")
    book = load_workbook(BytesIO(b"".join(looker.get("/desk/tasks/export/").streaming_content)))
    assert case.visit.target.name not in [cell.value for row in book.active for cell in row]
    make.arrive(case)
    assert case.visit.target.name in text(looker.get("/desk/tasks/"))


# -- lists ---------------------------------------------------------------------------------------------------


def test_lists_cost_the_same_however_long_they_are(case, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make.submitted(case, problem="ordered_correct")

    def cost(client, path):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    pages = [(enter(case.reviewer), "/desk/tasks/"), (enter(case.reviewer), "/desk/results/"), (enter(case.reviewer), "/desk/rectify/"),
             (enter(case.lead), "/m/"), (enter(case.reviewer), "/desk/tasks/export/"), (enter(case.reviewer), "/api/v1/visits/")]  # fmt: skip
    before = [cost(*page) for page in pages]
    for _ in range(4):
        twin = make.Case(
            case.bureau, case.draw, make.sibling(case), case.lead, case.second, case.operator, case.reviewer
        )
        make.submitted(twin, problem="ordered_correct")
    assert [cost(*page) for page in pages] == before
    assert max(before) <= 20


@pytest.mark.parametrize(
    "query,found",
    [
        ("state=started", 1),
        ("state=assigned", 0),
        ("due=late", 0),
        ("due=open", 1),
        ("member=武", 1),
        ("member=李", 0),
        ("words=化工", 1),
        ("words=不存在", 0),
        ("period=2026q4", 1),
    ],
)
def test_the_list_is_filtered(case, query, found):
    make.started(case)
    assert text(enter(case.reviewer).get(f"/desk/tasks/?{query}")).count(case.visit.number) == found


def test_an_export_runs_no_formula():
    case = make.create_case(name='=HYPERLINK("http://x","y")')
    make.submitted(case, problem="ordered_correct", summary="正常")
    FollowUp.objects.update(demand="+1+1")
    client = enter(case.reviewer)
    for path in ("/desk/tasks/export/", "/desk/rectify/export/"):
        book = load_workbook(BytesIO(b"".join(client.get(path).streaming_content)))
        cells = [cell for row in book.active for cell in row if cell.value]
        assert all(cell.data_type != "f" for cell in cells)
        assert any(str(cell.value).startswith("'=") for cell in cells)


# -- acts at the desk ----------------------------------------------------------------------------------------


def test_a_notice_is_sent_from_the_page(case):
    client = enter(case.operator)
    path = f"/desk/tasks/{case.visit.pk}/dispatch/"
    assert client.post(path, {"scheduled_on": "", "mode": "onsite"}).status_code == 422
    assert (
        client.post(path, {"scheduled_on": "2026-11-20", "mode": "onsite", "assistants": 1}).status_code
        == 302
    )
    assert (case.fresh().notice_number, case.visit.assistants, case.visit.notice_site) == (
        "青环检通〔2026〕1号",
        1,
        "http://testserver",
    )
    assert client.get(path).status_code == 405
    assert (
        enter(case.reviewer)
        .post(
            f"/desk/tasks/{make.sibling(case).pk}/dispatch/",
            {"scheduled_on": "2026-11-20", "mode": "onsite", "assistants": 0},
        )
        .status_code
        == 403
    )


def test_a_refused_step_is_told_on_the_page(case):
    client = enter(case.operator)
    response = client.post(
        f"/desk/tasks/{case.visit.pk}/dispatch/",
        {"scheduled_on": "2026-11-20", "mode": "offsite", "assistants": 0},
        follow=True,
    )
    assert "要写理由" in text(response)


def test_a_record_is_passed_and_returned_from_the_page(case):
    make.submitted(case)
    client = enter(case.reviewer)
    path = f"/desk/results/{case.visit.pk}/"
    response = client.post(path + "return/", {"opinion": ""}, follow=True)
    assert "退回要写明理由" in text(response)
    assert case.fresh().state == "submitted"
    client.post(path + "return/", {"opinion": "照片不清"})
    assert case.fresh().state == "returned"
    make.submit(case, correction_reason="补拍", finished_at=None, now=make.REVIEWED)
    client.post(path + "pass/", {"opinion": "属实"})
    assert case.fresh().state == "reviewed"
    assert "不能" not in text(client.get("/desk/results/"))
    head = enter(case.bureau.head)
    head.post(f"/desk/tasks/{case.visit.pk}/reopen/", {"reason": "名称有误"})
    assert case.fresh().state == "returned"


def test_a_reviewer_of_the_team_sees_why_not_and_gets_403(case):
    make.submitted(case)
    lead = make.grant(case.lead, "reviewer")
    client = enter(lead)
    assert "须由另一人审核" in text(client.get(f"/desk/results/{case.visit.pk}/"))
    assert client.post(f"/desk/results/{case.visit.pk}/pass/").status_code == 403


def test_a_follow_up_is_closed_from_the_page_by_the_team_too(case):
    make.submitted(case, problem="ordered_correct")
    followup = case.visit.followups.get()
    client = enter(case.lead)
    assert case.visit.target.name in text(client.get("/desk/rectify/?bucket=later"))
    stranger, _ = make.member_user(case.bureau, "别组")
    assert enter(stranger).get(f"/desk/rectify/{followup.pk}/").status_code == 404
    client.post(
        f"/desk/rectify/{followup.pk}/", {"demand": "加贴标签", "due_on": "2026-12-10", "handed_to": ""}
    )
    assert (
        client.post(f"/desk/rectify/{followup.pk}/close/", {"on": "2026-11-20", "note": ""}).status_code
        == 422
    )
    client.post(f"/desk/rectify/{followup.pk}/close/", {"on": "2026-11-20", "note": "已整改到位"})
    followup.refresh_from_db()
    assert (followup.demand, followup.state, followup.closed_by) == ("加贴标签", "done", case.lead)


def test_a_visit_is_waived_from_the_page_of_the_leader():
    from registry.models import PriorInspection

    case = make.create_case("quzhou-2017")
    prior = PriorInspection.objects.create(
        target=case.visit.target, level="own", on=TODAY - timedelta(days=9), source="专项 3 号", counted=False
    )
    client = enter(case.bureau.head)
    assert "专项 3 号" in text(client.get(f"/desk/tasks/{case.visit.pk}/"))
    client.post(
        f"/desk/tasks/{case.visit.pk}/waive/", {"activity": "campaign", "prior": prior.pk, "reason": "刚查过"}
    )
    assert case.fresh().state == "waived"
    assert "专项 3 号" in text(client.get(f"/desk/tasks/{case.visit.pk}/"))


# -- evidence ------------------------------------------------------------------------------------------------


def test_evidence_is_shown_or_saved_but_never_run(case):
    make.started(case)
    picture = actions.add_evidence(by=case.lead, visit=case.visit, file=make.upload())
    paper = actions.add_evidence(
        by=case.lead, visit=case.visit, file=make.upload(make.GOOD["d.pdf"], "d.pdf")
    )
    for client, path in (
        (enter(case.lead), "/m/t/{v}/evidence/{e}/"),
        (enter(case.reviewer), "/desk/tasks/{v}/evidence/{e}/"),
    ):
        shown = client.get(path.format(v=case.visit.pk, e=picture.pk))
        saved = client.get(path.format(v=case.visit.pk, e=paper.pk))
        assert (shown["Content-Type"], shown["Content-Disposition"].split(";")[0]) == ("image/png", "inline")
        assert (saved["Content-Type"], saved["Content-Disposition"].split(";")[0]) == (
            "application/octet-stream",
            "attachment",
        )
        assert {shown["X-Content-Type-Options"], saved["X-Content-Type-Options"]} == {"nosniff"}
        assert "sandbox" in saved["Content-Security-Policy"]
        assert b"".join(shown.streaming_content) == make.png()
        assert client.get(path.format(v=case.visit.pk, e=99999)).status_code == 404
    stranger, _ = make.member_user(case.bureau, "别组")
    assert enter(stranger).get(f"/m/t/{case.visit.pk}/evidence/{picture.pk}/").status_code == 404
    other = make.sibling(case)
    assert enter(case.reviewer).get(f"/desk/tasks/{other.pk}/evidence/{picture.pk}/").status_code == 404


# -- the phone without scripts -------------------------------------------------------------------------------


def test_the_whole_visit_is_walked_on_the_phone_without_scripts(case):
    make.dispatch(case)
    client = enter(case.lead)
    base = f"/m/t/{case.visit.pk}/"
    assert client.get(base + "arrive/").status_code == 200
    assert client.post(base + "arrive/", {"received_by": "田环保"}).status_code == 422
    response = client.post(base + "arrive/", {"steps": make.NORMAL_STEPS, "received_by": "田环保"})
    assert response["Location"] == base + "status/?saved=arrive"
    assert client.post(base + "status/", {}).status_code == 422
    assert client.post(base + "status/", {"state": "normal"})["Location"] == base + "items/?saved=status"
    first, second = case.items
    points = [point.pk for point in first.item.checkpoints.order_by("no")]
    undecided = {f"p{points[0]}": "problem", f"p{points[1]}": "clear"}
    assert "请选处理方式" in text(client.post(base + "items/1/", undecided))
    wrong = client.post(base + "items/1/", undecided | {"result": "ordered_correct"})
    assert wrong.status_code == 422
    assert "要写清位置" in text(wrong)
    photo = SimpleUploadedFile("标签.png", make.png(), "image/png")
    data = {f"p{points[0]}": "problem", f"n{points[0]}": "无标签", f"p{points[1]}": "clear", "result": "ordered_correct", "demand": "贴标签",
            "demand_due_on": "2026-12-01", "photos": photo}  # fmt: skip
    assert client.post(base + "items/1/", data)["Location"] == base + "items/2/?saved=item-1"
    assert client.get(base + "items/1/").context["form"]["result"].value() == "ordered_correct"
    assert "第 2 项" in text(client.get(base))
    assert "没有填完" in text(client.get(base + "review/"))
    answers = {f"p{pk}": "na" for pk in second.item.checkpoints.values_list("pk", flat=True)}
    client.post(base + "items/2/", answers)
    assert client.get(base + "items/9/").status_code == 302
    client.post(base + "evidence/", {"files": [SimpleUploadedFile("台账.pdf", b"%PDF-1.4 x")]})
    assert "只收" in text(
        client.post(base + "evidence/", {"files": [SimpleUploadedFile("a.exe", b"MZ")]}, follow=True)
    )
    client.post(base + "finish/")
    page = text(client.get(base + "sign/"))
    assert "无标签" in page
    lead, other = case.people
    signed = {
        "summary": "1 项有问题",
        f"sign-{lead.pk}_typed": lead.name,
        "enterprise_name": "田环保",
        "enterprise": make.ink(),
    }
    assert client.post(base + "sign/", signed).status_code == 422
    response = client.post(base + "sign/", signed | {f"sign-{other.pk}": make.ink()})
    assert response["Location"] == base + "done/"
    assert "发现问题已责令整改" in text(client.get(base + "done/"))
    record = case.visit.records.get()
    assert [(s.role, bool(s.image)) for s in record.signatures.order_by("id")] == [
        ("inspector", False),
        ("inspector", True),
        ("enterprise", True),
    ]
    assert case.visit.evidence.count() == 2
    assert client.post(base + "items/1/", answers).status_code == 302
    assert client.get(base).status_code == 200
    assert client.get("/m/").status_code == 200


def test_a_refusal_is_signed_on_the_phone_with_its_witness(case):
    make.started(case)
    make.fill(case)
    lead, other = case.people
    data = {
        "summary": "查了",
        f"sign-{lead.pk}_typed": lead.name,
        f"sign-{other.pk}_typed": other.name,
        "refused": "on",
        "refusal_note": "不签",
    }
    client, path = enter(case.second), f"/m/t/{case.visit.pk}/sign/"
    assert "见证人" in text(client.post(path, data))
    assert client.post(path, data | {"witness_name": "韩见证"}).status_code == 302
    assert case.visit.records.get().written_by == case.second


def test_a_gone_site_leads_straight_to_the_signatures(case):
    make.started(case)
    client, base = enter(case.lead), f"/m/t/{case.visit.pk}/"
    response = client.post(base + "status/", {"state": "closed", "note": "厂房已拆"})
    assert response["Location"] == base + "review/?saved=status"
    assert "不用逐项填写" in text(client.get(base + "review/"))
    assert client.get(base + "sign/").context["form"]["outcome"].value() == "deregistered"


# -- enterprise ----------------------------------------------------------------------------------------------


def test_an_enterprise_reads_who_comes_and_nothing_else(case):
    make.dispatch(case)
    response = Client().get(tokens.path_of(case.visit))
    page = text(response)
    assert response.status_code == 200
    for word in (
        case.organisation.name,
        case.visit.number,
        "武建国",
        case.people[0].certificate_no,
        case.items[0].item.name,
        "2026年11月20日",
        "0356-12369",
    ):
        assert word in page
    for word in (case.visit.target.name, case.visit.target.address, case.draw.number + "</", "沈主持"):
        assert word not in page
    assert "sessionid" not in response.cookies


def test_a_wrong_or_early_token_is_a_plain_404(case):
    early = tokens.path_of(case.visit)
    assert Client().get(early).status_code == 404
    make.dispatch(case)
    good = tokens.path_of(case.visit)
    for wrong in (
        good[:-2] + "x/",
        f"/e/{case.visit.pk}/",
        "/e/1.2.3/",
        f"/e/{make.sibling(case).pk}.{good.split('.')[1]}",
    ):
        assert Client().get(wrong).status_code == 404
    assert Client().get(good).status_code == 200


def test_a_cancelled_visit_says_so(case):
    make.dispatch(case)
    Visit.objects.update(state="void", void_reason="替换")
    page = text(Client().get(tokens.path_of(case.visit)))
    assert "已取消" in page
    assert "武建国" not in page


# -- interface -----------------------------------------------------------------------------------------------


def test_the_interface_is_read_only_scoped_and_masked(case):
    make.submitted(case)
    mine, all_of_them = enter(case.lead), enter(case.reviewer)
    stranger, _ = make.member_user(case.bureau, "别组")
    answer = all_of_them.get("/api/v1/visits/").json()["results"][0]
    assert (answer["number"], answer["outcome"], answer["team"], answer["items"]) == (
        case.visit.number,
        "no_problem",
        ["武建国", "乔明"],
        2,
    )
    assert mine.get("/api/v1/visits/").json()["count"] == 1
    assert enter(stranger).get("/api/v1/visits/").json()["count"] == 0
    assert enter(create_user(case.organisation, "sysadmin")).get("/api/v1/visits/").status_code == 403
    assert all_of_them.post("/api/v1/visits/", {}).status_code in (403, 405)
    assert Client().get("/api/v1/visits/").status_code in (302, 401, 403)


@pytest.mark.parametrize("sent", ["", "abc", "²", "-1", "9" * 30])
def test_creating_from_a_draw_that_is_none_finds_nothing(case, sent):
    response = enter(case.operator).post("/desk/tasks/create/", {"draw": sent})
    assert response.status_code in (400, 404)
