"""名录变动: the account between two days adds up, and every change is in the list with who, when and why."""

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry import actions, turnover
from registry.models import ImportBatch, ImportedRow, StatusPeriod, Target, TargetChange, TierAssignment
from registry.rules.flow_picture import THINNEST, Flow, picture
from registry.turnover import Span
from tests.factories import create_area, create_target, create_user
from tests.registry.factories import create_bureau, create_head, create_planner

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
SPAN = Span(FIRST, LAST, "county")
STATES = turnover.STATES


def at(day: date, hour: int = 9):
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def on_file(bureau, name, tier="general", since=date(2026, 1, 5), **fields) -> Target:
    target = create_target(bureau, name=name, created_at=at(since), status_since=since, **fields)
    StatusPeriod.objects.create(target=target, status="operating", since=since, reason="建档")
    tiered(target, tier, since)
    return target


def tiered(target, tier, since, reason="条件") -> TierAssignment:
    TierAssignment.objects.filter(target=target, until=None).update(until=since - timedelta(days=1))
    return TierAssignment.objects.create(
        target=target,
        body="county",
        tier=tier,
        computed_tier=tier,
        since=since,
        reason=reason,
        clause="QS-6.1",
    )


def gone(target, since) -> None:
    StatusPeriod.objects.filter(target=target, until=None).update(until=since - timedelta(days=1))
    StatusPeriod.objects.create(target=target, status="closed", since=since, reason="关停文件")


@pytest.fixture
def bureau(db):
    return create_bureau()


@pytest.fixture
def register(bureau):
    """One that stayed, one new, one gone, one from general to key and one that came and went in between."""
    rows = {
        "stayed": on_file(bureau, "不动的厂"), "new": on_file(bureau, "新厂", "key", FIRST),
        "gone": on_file(bureau, "关掉的厂", "key"), "risen": on_file(bureau, "升级的厂"),
        "between": on_file(bureau, "来了又走的厂", since=date(2026, 8, 1)), "later": on_file(bureau, "十月的厂", since=date(2026, 10, 1)),
    }  # fmt: skip
    gone(rows["gone"], LAST)
    gone(rows["between"], date(2026, 8, 20))
    tiered(rows["risen"], "key", date(2026, 8, 3), "列入重点名录")
    return rows


def test_the_account_adds_up_and_both_days_belong_to_the_span(register):
    found = turnover.flows(Target.objects.all(), SPAN)
    assert {(f.old, f.new): f.count for f in found} == {
        ("out", "key"): 1,
        ("key", "out"): 1,
        ("general", "key"): 1,
    }
    lines = {
        row.state: row
        for row in turnover.account(found, turnover.standing(Target.objects.all(), LAST, "county"))
    }
    key = lines["key"]
    assert (key.before, key.entered, key.moved_in, key.left, key.moved_out, key.after) == (1, 1, 1, 1, 0, 2)
    assert (lines["all"].before, lines["all"].after) == (3, 3)
    before = turnover.standing(Target.objects.all(), SPAN.before, "county")
    assert {state: lines[state].before for state in before} == before


def test_a_merged_entry_leaves_on_the_day_it_was_merged(bureau, register):
    planner, head, day = create_planner(bureau), create_head(bureau), timezone.localdate()
    stayed = register["stayed"]
    actions.merge_targets(
        target=stayed, into=register["risen"], reason="同一家", on=day, by=head, requested_by=planner
    )
    span = Span(day, day, "county")
    assert Flow("general", "out", 1) in turnover.flows(Target.objects.all(), span)
    left = turnover.filled(turnover.events(Target.objects.all(), span, "left"))
    assert [event.target for event in left] == [stayed]


def change(target, act, fields, day, **more) -> TargetChange:
    told = [{"label": label, "old": old, "new": new} for label, old, new in fields]
    return TargetChange.objects.create(target=target, act=act, fields=told, at=at(day, 23), **more)


def test_every_kind_of_change_is_found_by_its_name(bureau, register):
    planner, head = create_planner(bureau), create_head(bureau)
    stayed, new = register["stayed"], register["new"]
    change(new, "建档", [("名称", "", "新厂")], FIRST, by=planner)
    change(
        register["gone"],
        "变更状态",
        [("状态", "运行", "关停")],
        LAST,
        by=planner,
        approved_by=head,
        reason="关停文件",
    )
    change(stayed, "变更状态", [("状态", "运行", "停产")], LAST, by=planner, approved_by=head)
    change(stayed, "修改资料", [("片区", "东湾镇", "石桥镇"), ("行业", "", "关停")], LAST, by=planner)
    change(stayed, "改标识", [("流域", "", "沁河")], LAST, by=planner)
    change(stayed, "修改资料", [("流域", "沁河", "丹河")], LAST, by=planner)
    change(stayed, "修改资料", [("片区", "石桥镇", "东湾镇")], date(2026, 10, 1), by=planner)
    batch = ImportBatch.objects.create(
        organisation=bureau, kind="targets", file_name="七月.xlsx", sha256="0" * 64, state="committed", created_by=planner,
        committed_at=at(FIRST),
    )  # fmt: skip
    row = {"batch": batch, "row": 1, "version": 1}
    ImportedRow.objects.create(target=register["between"], added=True, **row)
    ImportedRow.objects.create(
        target=stayed, added=False, fields=[{"label": "片区", "old": "石桥镇", "new": "东湾镇"}], **row
    )
    told = {
        kind: [event.target.name for event in turnover.filled(turnover.events(Target.objects.all(), SPAN, kind, ["流域"]))]
        for kind in ("", *turnover.KINDS)
    }  # fmt: skip
    assert len(told[""]) == 9
    assert sorted(told["entered"]) == ["新厂", "来了又走的厂"]
    assert told["left"] == ["关掉的厂"]
    assert sorted(told["status"]) == ["不动的厂", "关掉的厂"]
    assert told["area"] == ["不动的厂", "不动的厂"]
    assert told["labels"] == ["不动的厂", "不动的厂"]
    assert told["tier"] == ["升级的厂"]


def test_a_row_says_who_when_and_why(bureau, register):
    planner, head = create_planner(bureau), create_head(bureau)
    change(
        register["gone"],
        "变更状态",
        [("状态", "运行", "关停")],
        LAST,
        by=planner,
        approved_by=head,
        reason="关停文件",
    )
    tiered(register["stayed"], "general", date(2026, 9, 1), "同一层级，另一个理由")
    status, tier = turnover.filled(turnover.events(Target.objects.all(), SPAN))
    assert (status.day, status.by, status.approved_by, status.reason) == (
        LAST,
        planner.name,
        head.name,
        "关停文件",
    )
    assert status.told == "状态：运行→关停"
    assert (tier.target, tier.told, tier.reason) == (
        register["risen"],
        "层级：一般→重点",
        "列入重点名录（QS-6.1）",
    )


def page(client, name="turnover", **query):
    return client.get(reverse(f"registry:{name}"), {"first": FIRST, "last": LAST, "body": "county", **query})


@pytest.fixture
def client_of(bureau):
    def signed_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def test_the_page_shows_the_account_the_picture_and_the_list(bureau, register, client_of):
    change(register["new"], "建档", [("名称", "", "新厂")], FIRST, by=create_planner(bureau))
    text = page(client_of(create_user(bureau, "auditor"))).content.decode()
    for words in ("一般 → 重点：1 家", "重点 → 退出：1 家", "新厂", "层级按规则重定", "期初在册"):
        assert words in text
    assert page(client_of(create_user(bureau, "inspector"))).status_code == 403


def test_another_bureau_sees_nothing_and_the_superior_sees_its_branch(bureau, register, client_of):
    stranger = create_planner(create_bureau())
    assert "升级的厂" not in page(client_of(stranger)).content.decode()
    above = create_bureau()
    bureau.parent = above
    bureau.save()
    assert "升级的厂" in page(client_of(create_planner(above))).content.decode()


def test_wrong_days_are_refused_in_words(bureau, client_of):
    client = client_of(create_planner(bureau))
    for query in (
        {"first": "2026-10-01"},
        {"first": "0001-01-01"},
        {"last": "9999-12-31"},
        {"first": "昨天"},
    ):
        for name in ("turnover", "print-turnover", "export-turnover"):
            answer = page(client, name, **query)
            assert answer.status_code == (422 if name == "turnover" else 200), query


def test_the_workbook_has_the_account_and_every_change(bureau, register, client_of):
    client = client_of(create_planner(bureau))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(page(client, "export-turnover").streaming_content)))
    account, events = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets)
    assert account[-1] == ["合计", "3", "1", "1", "1", "1", "3"]
    assert [row[1] for row in events[1:]] == ["升级的厂"]
    lines = (
        b"".join(page(client, "export-turnover", format="csv").streaming_content)
        .decode("utf-8-sig")
        .splitlines()
    )
    assert len(lines) == 2
    assert "升级的厂" in page(client, "print-turnover").content.decode()


def test_a_page_costs_the_same_however_many_changed(bureau, register, client_of):
    client = client_of(create_planner(bureau))

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert page(client).status_code == 200
        return len(seen)

    page(client)
    few = queries()
    area = create_area(bureau)
    for number in range(40):
        change(create_target(bureau, area=area), "建档", [("名称", "", f"厂{number}")], FIRST)
    assert queries() <= few + 1


counts = st.dictionaries(
    st.tuples(st.sampled_from(STATES), st.sampled_from(STATES)), st.integers(1, 10**6), max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(counts)
def test_ribbons_do_not_overlap_and_stay_on_the_paper(rows):
    flows = [Flow(old, new, count) for (old, new), count in rows.items() if old != new]
    drawn = picture(flows, STATES, turnover.NAMES, turnover.NAMES)
    assert (drawn is None) == (not flows)
    if drawn:
        assert len(drawn.ribbons) == len(flows)
        for x in {node.x for node in drawn.nodes}:
            column = sorted((n.y, n.y + n.height) for n in drawn.nodes if n.x == x)
            assert all(high <= low for (_, high), (low, _) in zip(column, column[1:], strict=False))
            assert column[-1][1] <= drawn.height
        assert all(node.height >= THINNEST - 0.1 for node in drawn.nodes)
