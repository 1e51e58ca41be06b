"""A draw held elsewhere: refused without reason, approver, evidence; counted once approved; never verifiable. source: QS-3.4, AMB-54"""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from config import workbench
from draws import actions, queries
from draws.models import ConflictOfInterest, OffPlatformDraw
from draws.rules.offplatform import Line, off_number, pool_differences, read_lines
from foundation.documents.uploads import FileRefused
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook.periods import Period
from planning import population
from planning.models import Drawn
from registry import actions as registry
from registry.models import Target
from tests.draws import factories as make
from tests.draws.pages import signed_in, words
from tests.factories import create_organisation, create_target, create_user
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n..."


@pytest.fixture
def house():
    return make.create_house()


def key_quota(house):
    return next(quota for quota in house.quotas if quota.line == "key")


def pool_of(house, quota):
    register = population.read(house.organisation, house.bureau.book, plan.TODAY, year=2026)
    return register.members(house.bureau.book.line(quota.line), quota.unit, Period.parse(quota.period))


def targets_of(house, count=2):
    ids = pool_of(house, key_quota(house)).pool[:count]
    return list(Target.objects.filter(pk__in=ids).order_by("pk"))


def given(house, targets, **changed):
    quota = None if "lines" in changed else key_quota(house)
    return {
        "by": house.operator, "organisation": house.organisation, "period": make.PERIOD, "kind": "paper", "held_at": make.HELD,
        "place": "二楼会议室", "method": "纸签放入票箱，纪检监督员当众抽出", "reason": "停电", "approver": house.head,
        "lines": [(quota, Line(target.uid)) for target in targets], "file": ContentFile(PDF, name="抽取记录.pdf"),
        "now": make.HELD + timedelta(hours=3), **changed,
    }  # fmt: skip


def register(house, targets=None, **changed):
    return actions.register_off_platform(**given(house, targets or targets_of(house), **changed))


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"reason": " "}, RuleBroken, "理由"), ({"approver": None}, NotAllowed, "批准人"), ({"file": None}, RuleBroken, "证据文件"),
        ({"file": ContentFile(b"MZ", name="名单.pdf")}, FileRefused, "不是 pdf"), ({"lines": []}, RuleBroken, "一行一家"),
        ({"kind": "platform"}, RuleBroken, "平台名称"), ({"held_at": make.HELD + timedelta(days=2)}, RuleBroken, "还没有到"),
        ({"period": "2026Q3"}, RuleBroken, "已确认的配额"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_and_nothing_is_stored(house, wrong, error, says):
    with pytest.raises(error, match=says):
        register(house, **wrong)
    assert not OffPlatformDraw.objects.exists()


def test_only_the_host_registers_and_only_another_leader_approves(house):
    host_and_head = create_user(house.organisation, "operator", "unit_head")
    with pytest.raises(NotAllowed, match="登记人本人"):
        register(house, by=host_and_head, approver=host_and_head)
    with pytest.raises(NotAllowed, match="分管领导"):
        register(house, approver=house.second_operator)
    with pytest.raises(NotAllowed):
        register(house, by=house.bureau.planner)
    off = register(house)
    other = create_user(house.organisation, "unit_head")
    for by in (house.operator, house.discipline, other):
        with pytest.raises(NotAllowed):
            actions.decide_off_platform(by=by, off=off, approve=True)
    with pytest.raises(RuleBroken, match="写明理由"):
        actions.decide_off_platform(by=house.head, off=off, approve=False)
    assert (
        actions.decide_off_platform(by=house.head, off=off, approve=False, note="照片看不清").state
        == "refused"
    )
    with pytest.raises(OutOfOrder, match="不能再批"):
        actions.decide_off_platform(by=house.head, off=off, approve=True)
    assert not Drawn.objects.exists()


def test_codes_that_nobody_has_doubles_and_foreign_targets_are_refused(house):
    (one,) = targets_of(house, 1)
    foreign = create_target(create_organisation())
    quota = key_quota(house)
    for lines, says in (
        ([(quota, Line(foreign.uid))], foreign.uid), ([(quota, Line(one.uid))] * 2, "写了两次"), ([(quota, Line(one.uid, ("ZF-0",)))], "ZF-0"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=says):
            register(house, lines=lines)


def test_the_approved_list_counts_once_and_a_void_one_no_more(house):
    quota, targets = key_quota(house), targets_of(house)
    off = register(house, targets)
    assert off.number == off_number(house.organisation.code, make.PERIOD, 1)
    actions.decide_off_platform(by=house.head, off=off, approve=True, now=make.HELD + timedelta(hours=4))
    after = pool_of(house, quota)
    assert {after.status[one.pk] for one in targets} == {"C.DRAWN"}
    assert [after.visits[one.pk] for one in targets] == [1, 1]
    registry.record_prior_inspection(
        target=targets[0],
        level="own",
        on=make.ON,
        problem_found=False,
        source=f"{off.number} 现场检查",
        by=house.bureau.planner,
    )
    assert pool_of(house, quota).visits[targets[0].pk] == 1
    assert queries.statistics(house.organisation, 2026)["off_platform"] == 1
    assert queries.statistics(house.organisation, 2026)["formal"] == 0
    with pytest.raises(RuleBroken, match="写明理由"):
        actions.void_off_platform(by=house.head, off=off, reason="")
    actions.void_off_platform(by=house.head, off=off, reason="名单抄错")
    assert not Drawn.objects.standing().exists()
    assert queries.statistics(house.organisation, 2026)["off_platform"] == 0
    assert list(Entry.objects.filter(act__contains="off_platform").order_by("seq").values_list("act", flat=True)) == [
        "draws.register_off_platform", "draws.decide_off_platform", "draws.void_off_platform",
    ]  # fmt: skip


def test_differences_from_quota_pool_and_recusal_are_listed_and_nothing_is_changed(house):
    quota = key_quota(house)
    one, two = targets_of(house)
    outside = create_target(house.organisation, name="青禾名录外厂", permit_class="none")
    plan.note(house.bureau, "key", [two], period=make.PERIOD, unit=quota.unit)
    person = plan.headcount(house.bureau, quota.unit)[0]
    ConflictOfInterest.objects.create(
        organisation=house.organisation, inspector=person, target=one, relation="KIN", since=plan.TODAY, evidence="申报表",
        declared_by=house.discipline,
    )  # fmt: skip
    off = register(
        house,
        kind="platform", platform="山西省双随机平台", platform_number="SX-2026-77",
        lines=[(quota, Line(one.uid, (person.uid,))), (quota, Line(two.uid)), (quota, Line(outside.uid))],
    )  # fmt: skip
    text = "；".join(off.differences)
    assert f"{two.name}：本期已抽中过" in text
    assert "青禾名录外厂不在" in text
    assert f"{person.name}与它有利害关系" in text
    assert f"{one.name}：检查人员 1 名，不足 2 名" in text
    assert [row.target for row in off.rows.order_by("pk")] == [one, two, outside]


def test_the_rules_read_lines_and_count():
    assert read_lines(" T1 ZF1，ZF2\n\nT2\n") == [Line("T1", ("ZF1", "ZF2")), Line("T2")]
    assert pool_differences({1: "甲"}, {1: "E"}, {1}, 1, "重点") == []
    assert pool_differences({1: "甲"}, {1: "C.CAP"}, {1}, 2, "重点") == [
        "甲：已到年度次数上限",
        "“重点”应抽 2 家，这次登记 1 家",
    ]


def test_the_database_wants_reason_evidence_and_two_people(house):
    off = register(house)
    for wrong in (
        {"reason": ""},
        {"sha256": ""},
        {"approver": house.operator},
        {"state": "approved"},
        {"kind": "platform"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OffPlatformDraw.objects.filter(pk=off.pk).update(**wrong)


def test_it_is_registered_approved_and_reported_by_the_pages(house, monkeypatch):
    quota, (one, two) = key_quota(house), targets_of(house)
    desk, chief = signed_in(house.operator), signed_in(house.head)
    path = f"/desk/draws/off/new/?period={make.PERIOD}"
    assert f"list-{quota.pk}" in words(desk.get(path))
    monkeypatch.setattr("django.utils.timezone.now", lambda: make.HELD + timedelta(hours=3))
    sent = {
        "kind": "paper", "held_at": "2026-10-13T09:30", "place": "二楼会议室", "method": "纸签", "reason": "", "approver": house.head.pk,
        f"list-{quota.pk}": f"{one.uid}\n{two.uid}",
    }  # fmt: skip
    refused = desk.post(path, sent)
    assert refused.status_code == 422
    assert "请写明为什么没有在本系统抽" in words(refused)
    assert "请附证据文件" in words(refused)
    made = desk.post(path, {**sent, "reason": "停电", "file": ContentFile(PDF, name="抽取记录.pdf")})
    off = OffPlatformDraw.objects.get()
    home = f"/desk/draws/off/{off.pk}/"
    assert made["Location"] == home
    assert off.number in [todo.title for todo in workbench.desk_of(house.head, make.ON).todos]
    assert desk.post(f"{home}decide/", {"approve": "yes"}).status_code == 403
    assert chief.post(f"{home}decide/", {"approve": "yes"}).status_code == 302
    page = words(chief.get(home))
    assert "不能核验" in page
    assert one.name in page
    assert b"".join(desk.get(f"{home}evidence/").streaming_content) == PDF
    report = words(desk.get("/desk/draws/off/report.csv"))
    assert all(word in report for word in (off.number, one.uid, two.uid, "停电", house.head.name, off.sha256))
    assert off.number in words(desk.get("/desk/draws/off/?state=approved"))
    assert "没有平台外抽取" in words(desk.get("/desk/draws/off/?state=void"))
    archive = words(desk.get("/desk/draws/archive/"))
    assert "平台外抽取另列" in archive
    assert off.number not in archive
    assert "平台外 1 次，另列" in words(desk.get("/desk/draws/"))
    assert chief.post(f"{home}void/", {"reason": "名单抄错"}).status_code == 302
    stranger = signed_in(create_user(create_organisation(), "operator"))
    assert stranger.get(home).status_code == 404
    assert signed_in(create_user(house.organisation, "publisher")).get("/desk/draws/off/").status_code == 403


@pytest.mark.parametrize(("book", "closed"), [("qinshui-2022", False), ("quzhou-2017", True)])
def test_who_was_drawn_stays_closed_where_the_book_keeps_the_list_secret(book, closed):
    house = make.create_house(book)
    quota = house.quotas[0]
    (one,) = Target.objects.filter(pk__in=pool_of(house, quota).pool[:1])
    off = register(house, [one], lines=[(quota, Line(one.uid))])
    home, reader = f"/desk/draws/off/{off.pk}/", signed_in(house.bureau.planner)
    for path in (home, "/desk/draws/off/report.csv"):
        assert (one.name in words(reader.get(path))) is not closed
        assert (one.uid in words(reader.get(path))) is not closed
        assert one.name in words(signed_in(house.operator).get(path))
    assert reader.get(f"{home}evidence/").status_code == (403 if closed else 200)
