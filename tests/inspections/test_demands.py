"""What a record must rest on: a device where the book says so, survey notes of a sampling, the source of an off-site check."""

import json
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from foundation.rulebook import library
from inspections import actions
from inspections.rules import demanding
from inspections.rules.demanding import Held, RecordIncomplete
from tests.inspections import factories as make

FULL = Held("onsite", device="手机-1", sampled=False)
CASES = [
    ("quzhou-2017", FULL, []),
    ("quzhou-2017", replace(FULL, device=""), ["移动执法设备"]),
    ("quzhou-2017", replace(FULL, sampled=None), ["是否采样"]),
    ("quzhou-2017", replace(FULL, sampled=True), ["现场勘查笔录"]),
    ("quzhou-2017", replace(FULL, sampled=True, surveys=1), []),
    ("quzhou-2017", Held("onsite"), ["移动执法设备", "是否采样"]),
    ("neimenggu-2024", Held("onsite"), ["移动执法设备"]),
    ("neimenggu-2024", Held("offsite"), ["数据来源"]),
    ("neimenggu-2024", Held("offsite", source="在线平台"), []),
    ("wulong-2024", Held("onsite"), []),
    ("wulong-2024", Held("offsite", source=" "), ["数据来源"]),
    ("qinshui-2022", Held("third_party_assisted"), []),
    ("qinshui-2022", Held("documents"), ["数据来源"]),
    ("xinyang-2023", Held("onsite"), []),
    ("xinyang-2023", Held("drone"), ["数据来源"]),
]


@pytest.mark.parametrize(("book", "held", "words"), CASES)
def test_each_rulebook_asks_for_what_it_asks(book, held, words):
    found = demanding.missing(library.get(book), held)
    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


@pytest.fixture
def sampled(db):
    case = make.create_case("quzhou-2017")
    make.started(case)
    make.fill(case)
    actions.set_production_state(by=case.lead, visit=case.visit, state="normal", sampled=True)
    return case


def test_a_sampling_without_survey_notes_is_not_handed_in(sampled):
    with pytest.raises(RecordIncomplete, match="现场勘查笔录"):
        make.submit(sampled)
    assert not sampled.visit.records.exists()
    plain = actions.add_evidence(by=sampled.lead, visit=sampled.visit, file=make.upload())
    with pytest.raises(RecordIncomplete):
        make.submit(sampled)
    assert (
        actions.add_evidence(by=sampled.lead, visit=sampled.visit, file=make.upload(), survey=True) == plain
    )
    content = json.loads(make.submit(sampled).content)
    assert (content["sampled"], content["device"]) == (True, "手机-0A0B0C0D")


def test_without_a_device_nothing_is_handed_in_where_it_is_compulsory(db):
    case = make.create_case("neimenggu-2024")
    make.dispatch(case)
    make.arrive(case, device="")
    make.fill(case)
    with pytest.raises(RecordIncomplete, match="移动执法设备"):
        make.submit(case)


@pytest.fixture
def phone():
    def signed_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def test_the_phone_asks_whether_samples_were_taken_and_takes_the_notes(sampled, phone):
    client = phone(sampled.lead)
    url = reverse("phone:status", args=[sampled.visit.pk])
    assert "采样了吗" in client.get(url).content.decode()
    assert client.post(url, {"state": "normal"}).status_code == 422
    review = reverse("phone:review", args=[sampled.visit.pk])
    assert "要有《现场勘查笔录》" in client.get(review).content.decode()
    given = {"files": make.upload(), "survey": "1"}
    client.post(reverse("phone:evidence", args=[sampled.visit.pk]), given)
    assert sampled.fresh().survey_files == [sampled.visit.evidence.get().sha256]
    assert "要有《现场勘查笔录》" not in client.get(review).content.decode()
    client.post(url, {"state": "normal", "sampled": "no"})
    assert sampled.fresh().sampled is False


def test_a_phone_gets_a_number_once_and_keeps_it(db, phone):
    case = make.create_case("quzhou-2017")
    make.dispatch(case)
    client = phone(case.lead)
    given = {"steps": make.steps_of(case), "received_by": "田环保"}
    answer = client.post(reverse("phone:arrive", args=[case.visit.pk]), given)
    assert answer.status_code == 302
    device = case.fresh().device
    assert device == "手机-" + client.cookies["mc_device"].value
    other = make.sibling(case)
    actions.dispatch(by=case.operator, visit=other, scheduled_on=make.DAY, now=make.DISPATCHED)
    client.post(reverse("phone:arrive", args=[other.pk]), given)
    other.refresh_from_db()
    assert other.device == device


def test_an_off_site_check_names_what_was_looked_at(db, phone):
    case = make.create_case("neimenggu-2024")
    make.dispatch(case, mode="offsite", mode_reason="在线监控数据齐全")
    make.arrive(case, steps=[])
    client = phone(case.lead)
    url = reverse("phone:status", args=[case.visit.pk])
    assert "采样了吗" not in client.get(url).content.decode()
    assert client.post(url, {"state": "normal"}).status_code == 422
    assert client.post(url, {"state": "normal", "source": "在线监控平台 11 月数据"}).status_code == 302
    make.fill(case)
    content = json.loads(make.submit(case, signatures=make.signatures(case)[:2]).content)
    assert content["off_site_source"] == "在线监控平台 11 月数据"
