"""The back button and a second tab: the same thing sent again has one effect, and words for the second try."""

import pytest
from django.test import Client

from foundation.errors import RuleBroken
from foundation.ledger.models import Entry
from inspections import actions
from inspections.models import Evidence, Feedback, Handover, Record, Review, SpecialCheck
from inspections.tokens import token_of
from tests.inspections import factories as make
from tests.inspections import test_handovers as handing
from tests.inspections import test_special_checks as special

pytestmark = pytest.mark.django_db
LONG = "字" * 100_000
ODD = "<script>alert(1)</script>'; DROP TABLE x; -- 䶮𬭚🏭\u202e\x07"


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_one_source_calls_for_one_check_and_a_refused_one_may_come_again():
    case = make.create_case()
    first = special.registered(case)
    with pytest.raises(RuleBroken, match=f"已登记为 {first.number}"):
        special.registered(case)
    SpecialCheck.objects.update(state="refused", decided_by=case.reviewer, decided_at=special.NOW)
    special.registered(case)
    assert SpecialCheck.objects.count() == 2


def test_the_same_handover_is_numbered_once():
    case = make.create_case()
    make.reviewed(case, problem="transferred")
    first = handing.sent(case)
    with pytest.raises(RuleBroken, match=f"已登记为 {first.number}"):
        handing.sent(case)
    assert Handover.objects.count() == 1


def test_every_step_of_a_visit_sent_twice_counts_once():
    case = make.create_case()
    make.dispatch(case)
    phone, path = client_of(case.lead), f"/m/t/{case.visit.pk}/"
    steps = {"steps": make.steps_of(case), "received_by": "田环保"}
    actions.arrive(by=case.lead, visit=case.visit, now=make.ARRIVED, **steps)
    assert phone.post(f"{path}arrive/", steps)["Location"] == path
    for _ in range(2):
        phone.post(f"{path}evidence/", {"files": make.upload()})
    assert Evidence.objects.count() == 1
    make.fill(case)
    make.submit(case)
    assert phone.post(f"{path}sign/", {"summary": "再交一次"})["Location"] == path
    said = phone.post(
        f"{path}evidence/", {"files": make.upload(make.png(8, 8))}, follow=True
    ).content.decode()
    assert "notice--bad" in said or "已提交" in said or "不能" in said
    assert (Evidence.objects.count(), Record.objects.count()) == (1, 1)
    desk, door = client_of(case.reviewer), f"/desk/results/{case.visit.pk}/pass/"
    answers = [desk.post(door, {"opinion": "属实"}) for _ in range(2)]
    assert all(answer.status_code < 500 for answer in answers)
    assert Review.objects.count() == 1
    scan = f"/e/{token_of(case.visit)}/feedback/"
    given = {"rating": "good", "showed_certificate": "1", "explained": "1", "statement": "好"}
    answers = [Client().post(scan, given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 422]
    assert Feedback.objects.count() == 1
    acts = list(Entry.objects.values_list("act", flat=True))
    for act in ("arrive", "add_evidence", "submit_record", "review", "receive_feedback"):
        assert acts.count(f"inspections.{act}") == 1, act


@pytest.mark.parametrize("text", [LONG, ODD, "\x00", "=1+1"])
def test_odd_words_on_the_phone_are_kept_escaped_or_named(text):
    case = make.started(make.create_case())
    phone, path = client_of(case.lead), f"/m/t/{case.visit.pk}/"
    points = case.items[0].item.checkpoints.all()
    item = {f"p{point.pk}": "problem" for point in points} | {f"n{point.pk}": text for point in points}
    item |= {"result": "ordered_correct", "note": text, "demand": text, "demand_due_on": "9999-12-31"}
    for door, sent in (
        ("items/1/", item), ("status/", {"state": "closed", "note": text}), ("sign/", {"summary": text, "enterprise_name": text}),
    ):  # fmt: skip
        answer = phone.post(path + door, sent)
        said = answer.content.decode()
        assert answer.status_code in (302, 400, 422), door
        assert "<script>alert" not in said
        if answer.status_code == 422:
            assert "需要改" in said or "请" in said, door
            assert f">N{points[0].pk}：" not in said, "说哪一个要点，不说字段名"
    answer = Client().post(
        f"/e/{token_of(case.visit)}/feedback/",
        {"rating": text, "showed_certificate": "1", "explained": "1", "statement": text, "from_name": text},
    )
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()


HOSTILE = {
    "a.png": b"", "b.png": b"<?php echo 1;", "c.php": make.png(), "d.pdf": b"<html><script>", "e.docx": b"PK\x03\x04" + b"0" * 50,
    "f.xlsx": make.office("word/document.xml"), "../../g.exe": b"MZ", "h": b"x", "\u202egnp.exe": b"MZ",
}  # fmt: skip


def test_no_hostile_file_is_kept_and_each_is_answered_in_words():
    case = make.started(make.create_case())
    phone, path = client_of(case.lead), f"/m/t/{case.visit.pk}/evidence/"
    for name, data in HOSTILE.items():
        answer = phone.post(path, {"files": make.upload(data, name)}, follow=True)
        assert answer.status_code == 200, name
        said = answer.content.decode()
        assert "不能上传" in said or "内容不是" in said or "空文件" in said or "没有选择文件" in said, name
    assert not Evidence.objects.exists()
    phone.post(path, {"files": make.upload(name="../" + "长" * 300 + "\u202e.png")})
    kept = Evidence.objects.get()
    assert len(kept.name) <= 120
    assert not set("/\u202e") & set(kept.name)
