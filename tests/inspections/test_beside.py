"""Monitoring on the day of the visit (QZ-8.1) and departments that take part (QZ-8.2)."""

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from foundation.documents.uploads import FileRefused
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections import actions, casefile
from inspections.models import Monitoring, VisitPartner
from tests.factories import create_user
from tests.inspections import factories as make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 " + b"x" * 40


@pytest.fixture
def case():
    return make.create_case("quzhou-2017")


def arrange(case, **fields):
    given = {"by": case.operator, "visit": case.visit, "unit": "县监测站", "what": "总排口 COD", **fields}
    return actions.arrange_monitoring(**given)


def report(name="监测报告.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def record(case, monitoring, **fields):
    given = {
        "by": case.lead, "monitoring": monitoring, "sampler": "周采样", "result": "COD 42 mg/L", "exceeded": False, "files": [report()],
    }  # fmt: skip
    return actions.record_monitoring(**given | fields)


def test_monitoring_shares_target_and_day_of_its_visit(case):
    found = arrange(case)
    assert found.on is None
    make.dispatch(case)
    found.visit.refresh_from_db()
    assert found.on == make.DAY
    make.arrive(case)
    done = record(case, Monitoring.objects.get())
    assert (done.visit.target, done.on, done.state) == (case.visit.target, make.DAY, "done")
    kept = done.files.get()
    assert (kept.sha256, kept.name) == (hashlib.sha256(PDF).hexdigest(), "监测报告.pdf")
    assert kept.sha256 in Entry.objects.get(act="inspections.record_monitoring").content


def test_a_result_needs_somebody_there_a_sampler_a_result_and_its_report(case):
    found = arrange(case)
    with pytest.raises(OutOfOrder, match="还没有到场"):
        record(case, found)
    make.started(case)
    for missing in ({"sampler": " "}, {"result": ""}, {"files": []}):
        with pytest.raises(RuleBroken):
            record(case, Monitoring.objects.get(), **missing)
    with pytest.raises(FileRefused):
        record(case, Monitoring.objects.get(), files=[report(content=b"MZ")])
    assert Monitoring.objects.get().state == "planned"
    record(case, Monitoring.objects.get())
    with pytest.raises(OutOfOrder, match="已出结果"):
        record(case, Monitoring.objects.get())
    with pytest.raises(IntegrityError), transaction.atomic():
        Monitoring.objects.update(result="")


def test_the_same_is_arranged_once_and_a_cancelled_one_keeps_its_reason(case):
    found = arrange(case)
    with pytest.raises(RuleBroken, match="已经安排"):
        arrange(case)
    with pytest.raises(RuleBroken, match="理由"):
        actions.cancel_monitoring(by=case.operator, monitoring=found, reason=" ")
    actions.cancel_monitoring(by=case.operator, monitoring=found, reason="停产，无排水")
    assert arrange(case).pk != found.pk
    with pytest.raises(OutOfOrder):
        actions.cancel_monitoring(by=case.operator, monitoring=found, reason="再来")


def test_only_who_sends_the_visit_or_its_team_and_only_while_it_is_on(case):
    for stranger in (
        create_user(case.organisation, "inspector"),
        case.reviewer,
        create_user(None, "operator"),
    ):
        with pytest.raises(NotAllowed):
            arrange(case, by=stranger)
    arrange(case, by=case.second)
    make.started(case)
    make.fill(case)
    make.submit(case)
    with pytest.raises(OutOfOrder, match="检查结束前"):
        arrange(case, what="废气")
    assert record(case, Monitoring.objects.get()).state == "done", "results of a laboratory come later"


def test_departments_that_take_part_are_named_once_with_their_document(case):
    with pytest.raises(RuleBroken, match="依据"):
        actions.add_partner(by=case.operator, visit=case.visit, name="县水利局", basis=" ")
    found = actions.add_partner(
        by=case.operator, visit=case.visit, name="县水利局", basis="县政府联合方案〔2026〕1号", people="李水"
    )
    with pytest.raises(RuleBroken, match="已经登记"):
        actions.add_partner(by=case.operator, visit=case.visit, name="县水利局", basis="另一件")
    actions.remove_partner(by=case.operator, partner=found)
    assert not VisitPartner.objects.exists()
    assert Entry.objects.filter(act="inspections.remove_partner").count() == 1


def test_record_and_case_file_carry_both(case):
    actions.add_partner(
        by=case.operator, visit=case.visit, name="县水利局", basis="联合方案1号", people="李水"
    )
    arrange(case)
    make.started(case)
    make.fill(case)
    record(case, Monitoring.objects.get())
    make.submit(case)
    content = json.loads(case.visit.records.get().content)
    assert content["partners"] == [{"name": "县水利局", "people": "李水", "basis": "联合方案1号"}]
    assert content["monitoring"][0]["result"] == "COD 42 mg/L"
    with pytest.raises(OutOfOrder, match="签字之前"):
        actions.add_partner(by=case.lead, visit=case.visit, name="县应急局", basis="函")
    parts = {part.name: part for part in casefile.parts_of(case.fresh())}
    with parts["03-同步监测/01-监测报告.pdf"].opened() as stored:
        assert stored.read() == PDF
    assert "03-同步监测.json" in parts


def test_the_page_arranges_records_and_names_who_takes_part(case, client):
    client.force_login(case.operator)
    page = reverse("inspections:visit", args=[case.visit.pk])
    assert "没有安排同步监测" in client.get(page).content.decode()
    client.post(
        reverse("inspections:monitoring-arrange", args=[case.visit.pk]),
        {"unit": "县监测站", "what": "总排口"},
    )
    client.post(
        reverse("inspections:partner-add", args=[case.visit.pk]), {"name": "县水利局", "basis": "方案1号"}
    )
    shown = client.get(page).content.decode()
    assert "待监测" in shown
    assert "县水利局" in shown
    make.started(case)
    found = Monitoring.objects.get()
    url = reverse("inspections:monitoring-record", args=[case.visit.pk, found.pk])
    data = {"sampler": "周采样", "result": "COD 90", "exceeded": "yes"}
    client.post(url, data)
    assert Monitoring.objects.get().state == "planned", "without a report nothing is recorded"
    client.post(url, data | {"file": report()})
    found.refresh_from_db()
    assert (found.state, found.exceeded) == ("done", True)
    shown = client.get(page).content.decode()
    assert "超标" in shown
    file = found.files.get()
    answer = client.get(reverse("inspections:monitoring-file", args=[case.visit.pk, file.pk]))
    assert b"".join(answer.streaming_content) == PDF
    client.force_login(create_user(None, "operator"))
    assert client.get(reverse("inspections:monitoring-file", args=[case.visit.pk, file.pk])).status_code in (
        403,
        404,
    )


def test_the_team_records_from_its_phone_and_comes_back_there(case, client):
    arrange(case)
    make.started(case)
    client.force_login(case.lead)
    home = reverse("phone:visit", args=[case.visit.pk])
    assert "登记结果" in client.get(home).content.decode()
    found = Monitoring.objects.get()
    answer = client.post(
        reverse("inspections:monitoring-record", args=[case.visit.pk, found.pk]),
        {"sampler": "周采样", "result": "COD 40", "exceeded": "no", "file": report()},
    )
    assert answer.url == home
    assert "未超标" in client.get(home).content.decode()
