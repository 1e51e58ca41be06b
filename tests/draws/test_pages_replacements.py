"""Each of the five kinds from the request to the shown result, by the pages alone, with both keys."""

import pytest

from draws import actions, queries
from draws.models import Draw, ReplacementRequest
from draws.rounds import rounds_of
from draws.rules import grounds
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.draws.pages import signed_in, words
from tests.factories import create_inspector

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# 衢州的规则书两种回避都有，又要求名单锁定，五类都走得到。
BOOK = "quzhou-2017"
WHY = {"recuse": "KIN", "swap": "SHARE", "absent": "ILL", "void": "CLOSED", "add": "SHORT"}


def asked_for(house, draw, kind: str) -> dict:
    """What a person fills in."""
    visit = queries.visits_of(draw)[0]
    person = draw.snapshot_inspectors.get(inspector=visit.team[0]).commitment
    given = {"kind": kind, "why": WHY[kind], "reason": "事由写明", "evidence": "材料一份"}
    if kind in ("recuse", "swap"):
        return given | {"target": visit.commitment, "inspector": person}
    if kind == "absent":
        return given | {"inspector": person}
    if kind == "void":
        return given | {"target": visit.commitment}
    return given | {"inspectors": [create_inspector(house.organisation, unit=house.bureau.units[0]).pk]}


@pytest.mark.parametrize("kind", list(WHY))
def test_a_kind_goes_all_the_way_by_the_pages(kind, tmp_path):
    house = make.create_house(BOOK)
    draw, _ = make.signed(house, kind="R")
    home, release = f"/desk/draws/{draw.number}/adjust/", f"/draw/{draw.number}/oversight/release/"
    staff, head, officer = signed_in(house.operator), signed_in(house.head), signed_in(house.discipline)
    page = words(staff.get(f"{home}?kind={kind}"))
    assert grounds.EFFECTS[kind] in page
    assert 'aria-current="step"' in page
    given = asked_for(house, draw, kind)
    code = given.get("target") or given.get("inspector", "")
    assert staff.post(home + "ask/", given | {"reason": ""}).status_code == 422
    assert staff.post(home + "ask/", given).status_code == 302
    asked = ReplacementRequest.objects.get()
    if kind == "swap":
        assert head.post(f"{home}{asked.pk}/decide/", {"approve": "yes"}).status_code == 409
        make.agree(asked)
        assert "人都同意互换" in words(staff.get(home))
    assert head.post(f"{home}{asked.pk}/decide/", {"approve": "yes"}).status_code == 302
    assert "等组织员登记原因" in words(staff.get(home))
    seq = Draw.objects.get(pk=draw.pk).head_seq
    assert staff.post(home + "round/", {"selected": [asked.pk], "head_seq": seq}).status_code == 302
    assert "等乙方密钥" in words(staff.get(home))
    assert officer.post(release, {"xb": make.key_b(house, 1)}).status_code == 302
    (held,) = rounds_of(Draw.objects.get(pk=draw.pk))
    assert held.done
    assert held.keys_fit
    assert grounds.WORDS[WHY[kind]] in held.causes[0]
    page = words(staff.get(home))
    assert "第 1 轮替换" in page
    for text in (*held.causes, *held.outcome):
        assert text in page
    assert "都与上一节相符" in page
    assert verdicts(draw, tmp_path)["V17"] == "pass"
    body = make.body_of(draw, "round_causes")
    assert body["approver"] == house.bureau.book.team.replacement_approver
    assert code in str(body)


def test_the_page_quotes_the_clause_and_refuses_what_the_rulebook_does_not_know():
    house = make.create_house("qinshui-2022")
    draw, _ = make.signed(house)
    staff, home = signed_in(house.operator), f"/desk/draws/{draw.number}/adjust/"
    assert "重新抽取执法检查人员" in words(staff.get(home))
    page = words(staff.get(f"{home}?kind=swap"))
    assert "没有规定互换" in page
    assert 'name="reason"' not in page
    visit = queries.visits_of(draw)[0]
    person = draw.snapshot_inspectors.get(inspector=visit.team[0]).commitment
    given = {"kind": "swap", "target": visit.commitment, "inspector": person, "why": "KIN", "reason": "亲属"}
    assert staff.post(home + "ask/", given).status_code == 409
    wrong = staff.post(home + "ask/", given | {"kind": "void", "why": "KIN"})
    assert wrong.status_code == 422
    assert "这个原因不适用" in words(wrong)


def test_a_visit_that_has_begun_is_not_offered():
    house = make.create_house()
    draw, _ = make.signed(house)
    begun, open_ = queries.visits_of(draw)[:2]
    actions.note_started(draw=draw, commitments=[begun.commitment], on=make.ON)
    page = words(signed_in(house.operator).get(f"/desk/draws/{draw.number}/adjust/?kind=void"))
    assert f'value="{open_.commitment}"' in page
    assert f'value="{begun.commitment}"' not in page


@pytest.mark.parametrize(
    "book", ["qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024"]
)
def test_every_shipped_rulebook_has_a_ground_for_every_kind(book):
    from foundation.rulebook import library

    for kind in grounds.TITLES:
        found = grounds.ground_of(library.get(book), kind)
        assert found.ref or found.kind == grounds.VOID
        assert bool(found.why_not) == (kind == "swap" and "swap" not in library.get(book).team.recusal)
