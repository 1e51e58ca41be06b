"""What the freeze takes from the registers, what it keeps secret, and that nothing afterwards changes it."""

import re
from datetime import date, timedelta

import pytest
from django.core.serializers import serialize
from django.db import IntegrityError, connection, transaction

from draws import actions, freezing, queries, secrets
from draws.models import Draw, DrawEvent, RecusalRow, SnapshotInspector, SnapshotTarget
from draws.rules.mc1.rows import parse_inspector, parse_target_facts
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from personnel.models import Absence, Inspector
from planning import actions as planning
from registry.models import Entity, Target
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.factories import create_inspector, create_user
from tests.planning import factories as plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def test_a_frozen_draw_does_not_follow_the_registers(house, tmp_path):
    draw, devices = make.frozen(house)
    names = dict(draw.snapshot_targets.values_list("commitment", "name"))
    Target.objects.filter(organisation=house.organisation).update(name="改名公司", status="closed")
    Inspector.objects.filter(organisation=house.organisation).update(in_post=False)
    plan.create_targets(house.bureau, 3)
    make.give_digits(house, draw, devices)
    make.sign_all(house, draw, devices)
    actions.seal(by=house.operator, draw=draw)
    opened = actions.open_names(
        by=house.operator,
        draw=draw,
        commitments=[visit.commitment for visit in queries.visits_of(draw)],
        to="public",
    )
    assert opened
    assert all(opening["record"]["name"] == names[opening["c"]] != "改名公司" for opening in opened)
    assert verdicts(draw, tmp_path)["V20"] == "pass"


def test_rows_carry_codes_and_statuses_but_no_name_and_no_key_of_the_register(house):
    closed = Target.objects.filter(organisation=house.organisation).first()
    Target.objects.filter(pk=closed.pk).update(status="closed", status_since=date(2026, 10, 12))
    draw, _ = make.frozen(house)
    row = draw.snapshot_targets.get(target=closed)
    facts = parse_target_facts(row.row[65:])
    assert facts.area == closed.area.code
    assert {status for _, status in facts.memberships} <= {"C.CLOSED", "X.CLOSED"}
    assert closed.uid in row.evidence
    transcript = str(queries.transcript_of(draw))
    for name in Target.objects.values_list("name", flat=True):
        assert name not in transcript
    assert closed.uid not in transcript


def test_a_certificate_or_an_absence_decides_who_may_be_drawn_into_a_team(house):
    bureau = house.bureau
    away = create_inspector(house.organisation, unit=bureau.units[0])
    Absence.objects.create(inspector=away, reason="seconded", since=date(2026, 1, 1))
    expired = create_inspector(
        house.organisation, unit=bureau.units[0], certificate_valid_until=date(2026, 10, 12)
    )
    left = create_inspector(house.organisation, unit=bureau.units[0], in_post=False)
    draw, _ = make.frozen(house)
    status = {row.inspector_id: parse_inspector(row.row).status for row in draw.snapshot_inspectors.all()}
    assert status[away.pk] == "L.SECOND"
    assert status[expired.pk] == "L.CERT"
    assert left.pk not in status
    assert {value for key, value in status.items() if key not in (away.pk, expired.pk)} == {"A"}


def test_a_conflict_with_an_entity_bars_all_its_targets_and_a_withdrawn_one_bars_none(house):
    entity = Entity.objects.create(
        organisation=house.organisation, name="青禾集团", uscc="91140521MA0K0001X0"[:18]
    )
    ids = list(Target.objects.filter(organisation=house.organisation).values_list("pk", flat=True)[:3])
    Target.objects.filter(pk__in=ids[:2]).update(entity=entity)
    person, other = Inspector.objects.filter(organisation=house.organisation)[:2]
    declare = {"by": house.discipline, "since": date(2026, 1, 1), "evidence": "本人申报"}
    actions.declare_conflict(inspector=person, entity=entity, relation="KIN", **declare)
    gone = actions.declare_conflict(
        inspector=other, target=Target.objects.get(pk=ids[2]), relation="EMPLOY", **declare
    )
    actions.withdraw_conflict(by=house.discipline, conflict=gone)
    draw, _ = make.frozen(house)
    code = draw.snapshot_inspectors.get(inspector=person).commitment
    barred = set(draw.snapshot_targets.filter(target__in=ids[:2]).values_list("commitment", flat=True))
    assert {row.row[:64] for row in RecusalRow.objects.filter(draw=draw)} == barred
    assert {row.row[65:] for row in RecusalRow.objects.filter(draw=draw)} == {f"{code}|KIN"}


def test_an_inspector_declares_his_own_conflicts_only(house):
    mine = create_user(house.organisation, "inspector")
    person = create_inspector(house.organisation, unit=house.bureau.units[0], user=mine)
    other = Inspector.objects.filter(organisation=house.organisation).exclude(pk=person.pk).first()
    target = Target.objects.filter(organisation=house.organisation).first()
    declare = {
        "by": mine,
        "target": target,
        "relation": "KIN",
        "since": date(2026, 1, 1),
        "evidence": "申报表",
    }
    assert actions.declare_conflict(inspector=person, **declare).organisation == house.organisation
    with pytest.raises(RuleBroken, match="须由"):
        actions.declare_conflict(inspector=other, **declare)


def test_secrets_are_nowhere_in_the_database_in_clear(house):
    draw, _ = make.frozen(house)
    kept = secrets.unseal(draw)
    everything = serialize("json", [*Draw.objects.all(), *DrawEvent.objects.all(), *Entry.objects.all(),
                                    *SnapshotTarget.objects.all(), *SnapshotInspector.objects.all()])  # fmt: skip
    for secret in (kept.master, kept.op_secret, kept.chain_a, house.chain_b):
        assert secret not in everything
        assert bytes.fromhex(secret) not in bytes(Draw.objects.get(pk=draw.pk).sealed)
    assert secrets.unseal(Draw.objects.get(pk=draw.pk)) == kept


def test_every_draw_has_new_secrets_and_new_codes(house):
    first, _ = make.frozen(house, kind="R")
    second, _ = make.frozen(house, kind="R")
    assert secrets.unseal(first).master != secrets.unseal(second).master
    both = set(first.snapshot_targets.values_list("commitment", flat=True)) & set(
        second.snapshot_targets.values_list("commitment", flat=True)
    )
    assert not both
    codes = [dict(draw.snapshot_targets.values_list("target_id", "code")) for draw in (first, second)]
    assert codes[0].keys() == codes[1].keys()
    assert codes[0] != codes[1]


def test_screen_codes_are_one_letter_and_a_number(house):
    draw, _ = make.frozen(house)
    codes = list(draw.snapshot_targets.values_list("code", flat=True))
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[特重般项][0-9]{3,}", code) for code in codes)
    assert {"特", "重", "般"} <= {code[0] for code in codes}


def test_the_database_refuses_to_change_or_delete_an_event(house):
    draw, _ = make.frozen(house)
    event = draw.events.first()
    for change in (
        lambda: DrawEvent.objects.filter(pk=event.pk).update(content="{}"),
        lambda: DrawEvent.objects.filter(pk=event.pk)._raw_delete("default"),
        lambda: connection.cursor().execute(
            "UPDATE draws_drawevent SET head = %s WHERE id = %s", ["0" * 64, event.pk]
        ),
    ):
        with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
            change()
    assert DrawEvent.objects.get(pk=event.pk).content == event.content


def test_an_approved_exception_is_in_the_manifest(house):
    target = Target.objects.filter(organisation=house.organisation).first()
    asked = planning.request_override(
        by=house.bureau.planner, organisation=house.organisation, year=2026, rule=house.bureau.book.caps[0].id,
        target=target, reason="群众反映强烈", evidence="信访件 12 号", no_file_reason="纸质文件在档案室",
    )  # fmt: skip
    planning.approve_override(by=house.head, override=asked)
    draw, _ = make.frozen(house)
    (entry,) = make.body_of(draw, "freeze")["overrides"]
    assert entry["c"] == draw.snapshot_targets.get(target=target).commitment
    assert entry["rule"] == house.bureau.book.caps[0].id


def test_a_dry_run_warns_and_names_the_bottleneck_and_keeps_nothing(house):
    draw = make.prepare(house)
    trial = freezing.trial(draw, make.ON)
    assert trial.feasible
    assert any("检查人员只有" in warning for warning in trial.warnings)
    Inspector.objects.filter(organisation=house.organisation).update(
        certificate_valid_until=date(2026, 1, 1), certificate_issued_on=None
    )
    poor = freezing.trial(draw, make.ON)
    assert not poor.feasible
    assert poor.lacking == poor.visits == trial.visits
    assert "可用 0 人" in poor.gaps[-1]
    assert not SnapshotTarget.objects.filter(draw=draw).exists()
    assert Draw.objects.get(pk=draw.pk).head == ""


def test_a_base_that_differs_from_the_confirmed_quota_is_named_before_the_freeze(house):
    draw, quota = make.prepare(house), house.quotas[0]
    assert not any("确认配额时基数" in warning for warning in freezing.trial(draw, make.ON).warnings)
    type(quota).objects.filter(pk=quota.pk).update(base=quota.base + 1)
    (warning,) = [words for words in freezing.trial(draw, make.ON).warnings if "确认配额时基数" in words]
    assert f"基数 {quota.base + 1} 家，现在 {quota.base} 家" in warning


def test_a_formal_draw_is_announced_a_working_day_before_or_says_why(house):
    draw = make.prepare(house)
    late = make.HELD - timedelta(hours=3)
    with pytest.raises(RuleBroken, match="不足 1 个工作日"):
        actions.announce(by=house.operator, draw=draw, now=late)
    actions.announce(by=house.operator, draw=draw, now=late, short_notice="上级当日交办")
    assert Draw.objects.get(pk=draw.pk).short_notice == "上级当日交办"
    rehearsal = make.prepare(house, kind="R")
    actions.announce(by=house.operator, draw=rehearsal, now=late)


def test_a_formal_draw_is_not_frozen_before_its_day(house):
    draw = make.prepare(house)
    make.ready(house, draw)
    with pytest.raises(OutOfOrder, match="不能提前冻结"):
        actions.freeze(by=house.operator, draw=draw, on=make.ON - timedelta(days=1))


def test_a_spot_check_opens_the_named_codes_to_the_discipline_officer_only(house, tmp_path):
    draw, devices = make.frozen(house)
    codes = list(draw.snapshot_targets.values_list("commitment", flat=True)[:2])
    openings = actions.spotcheck(by=house.discipline, draw=draw, commitments=codes)
    assert {opening["c"] for opening in openings} == set(codes)
    assert make.body_of(draw, "spotcheck")["cs"] == sorted(codes)
    assert queries.openings_of(draw)["openings"] == []
    make.give_digits(house, draw, devices)
    assert verdicts(draw, tmp_path)["V18"] == "pass"
