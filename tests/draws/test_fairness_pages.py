"""The year's report from real draws: numbers that add up, names only where they may be, both editions."""

import io

import pytest
from openpyxl import load_workbook

from draws import actions, fairness, queries
from draws.fairness import sheets
from tests.draws import factories as make
from tests.draws.pages import signed_in, words
from tests.factories import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def house():
    return make.create_house()


def test_the_report_of_a_year_adds_up_and_withholds_names_until_all_visits_have_begun(house, client):
    draw, _ = make.signed(house)
    visits = queries.visits_of(draw)
    gone, recused = visits[0], visits[1]
    person = draw.snapshot_inspectors.get(inspector=recused.team[0])
    make.replace(
        house, draw,
        [
            make.ask(house, draw, "void", target=gone.commitment, why="CLOSED", reason="已拆除"),
            make.ask(house, draw, "recuse", target=recused.commitment, inspector=person.commitment),
        ],
    )  # fmt: skip
    found = fairness.report([house.organisation], 2026)
    assert found.draws == (draw.number,)
    result = make.body_of(draw, "result")["strata"]
    assert sum(line.drawn for line in found.strata) == sum(len(row["sel"]) for row in result)
    assert sum(row.voided for row in found.voids) == len(gone.strata)
    assert found.reasons == {"CLOSED": 1, "KIN": 1}
    (left,) = [row for row in found.people if row.total]
    assert (found.names[left.person], left.left) == (person.name, {"recuse": 1})
    assert sum(row.assigned - row.total for row in found.people) == 2 * len(queries.visits_of(draw))
    drawn = {visit.target.pk for visit in queries.visits_of(draw)}
    assert not drawn & {row.target for row in found.never}
    assert found.could >= len(found.never) + len(drawn)
    assert found.often[0] == len(found.never)

    staff = signed_in(house.discipline)
    page = words(staff.get("/desk/draws/fairness/"))
    assert "没有开始" in page
    assert person.name in page
    secret = found.never[0].name
    assert secret not in page
    titles = load_workbook(io.BytesIO(b"".join(staff.get("/desk/draws/fairness/report.xlsx")))).sheetnames
    assert "从未抽中" not in titles
    begun = [visit.commitment for visit in queries.visits_of(draw)]
    actions.note_started(draw=draw, commitments=begun, on=make.ON)
    assert secret in words(staff.get("/desk/draws/fairness/"))
    book = load_workbook(io.BytesIO(b"".join(staff.get("/desk/draws/fairness/report.xlsx?year=2026"))))
    assert {"各层检验", "各片区", "从未抽中", "同组", "回避和缺席", "申请人"} <= set(book.sheetnames)
    assert book["从未抽中"].max_row == len(found.never) + 1

    public = words(client.get("/open/draws/fairness/"))
    assert "随机性报告" in public
    for name in (person.name, house.operator.name, secret, gone.target.name):
        assert name not in public
    assert client.get("/open/draws/fairness/report.xlsx").status_code == 200


def test_a_void_draw_is_named_but_not_counted_and_rehearsals_are_not_there(house):
    rehearsal, _ = make.signed(house, kind="R")
    void, _ = make.frozen(house)
    actions.void(by=house.operator, draw=void, why="ERROR", text="投影故障", second=house.discipline)
    found = fairness.report([house.organisation], 2026)
    assert (found.draws, found.void) == ((), (void.number,))
    assert not found.strata
    page = words(signed_in(house.operator).get("/desk/draws/fairness/"))
    assert "还没有抽出结果" in page
    assert rehearsal.number not in page


def test_public_tables_carry_no_column_for_names():
    report = fairness.Report(2026, (), (), (), (0, 0, 0, 0), (), (), (), (), {}, ())
    keys = {sheet.key for sheet, _ in sheets.public_tables(report)}
    assert not keys & {sheets.NEVER.key, sheets.PAIRS.key, sheets.PEOPLE.key, sheets.ASKED.key}


def test_an_inspector_does_not_see_the_report(house):
    assert (
        signed_in(create_user(house.organisation, "inspector")).get("/desk/draws/fairness/").status_code
        == 403
    )
