"""The plan as a PDF in the columns its rulebook asks for."""

import pytest

from foundation.documents import actions as documents
from foundation.documents.rendering import to_pdf, unavailable_reason
from planning import documents as sheets
from tests.planning import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("book_id", make.BOOKS)
def test_sheet_has_every_field_the_rulebook_asks_for(book_id):
    bureau = make.fill(make.create_bureau(book_id))
    plan = make.approved_plan(bureau)
    page = sheets.plan_sheet(str(plan.pk))
    assert set(bureau.book.plan.fields) <= set(page.context["columns"])
    assert all(all(cell for cell in row) for row in page.context["rows"])
    assert page.context["mark"] == ""


@pytest.mark.skipif(bool(unavailable_reason()), reason="本机没有排版库")
def test_pdf_is_made_and_offered(client):
    bureau = make.fill(make.create_bureau())
    plan = make.approved_plan(bureau)
    assert to_pdf(sheets.plan_sheet(str(plan.pk))).startswith(b"%PDF")
    client.force_login(bureau.planner)
    assert client.post(f"/desk/plans/{plan.pk}/pdf/").status_code == 302
    assert documents.latest("plan_sheet", plan.pk) is not None


def test_draft_is_marked_as_such():
    bureau = make.fill(make.create_bureau())
    from planning import actions

    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    assert sheets.plan_sheet(str(plan.pk)).context["mark"] == "编制中"
