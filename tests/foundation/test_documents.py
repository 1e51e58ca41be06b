"""Who may read a paper: the kind decides, not the bureau alone."""

import pytest

from foundation.documents.models import Document
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db


def paper(organisation, kind: str, subject_id: str = "1") -> Document:
    return Document.objects.create(
        organisation=organisation,
        kind=kind,
        subject_id=subject_id,
        title="文书",
        state="failed",
        problem="样例",
    )


@pytest.mark.parametrize(
    "kind, role", [("plan_sheet", "planner"), ("draw_minutes", "operator"), ("disclosure_sheet", "publisher")]
)
def test_whoever_may_see_the_matter_may_read_its_paper(client, kind, role):
    user = create_user(None, role)
    client.force_login(user)
    assert client.get(f"/desk/documents/{paper(user.organisation, kind).pk}/state/").status_code == 200


@pytest.mark.parametrize(
    "kind", ["plan_sheet", "draw_minutes", "disclosure_sheet", "visit_notice", "visit_record", "unheard_of"]
)
def test_an_inspector_cannot_fetch_papers_of_others_by_number(client, kind):
    user = create_user(None, "inspector")
    client.force_login(user)
    document = paper(user.organisation, kind)
    assert client.get(f"/desk/documents/{document.pk}/").status_code == 404
    assert client.get(f"/desk/documents/{document.pk}/state/").status_code == 404


def test_another_bureau_sees_nothing(client):
    document = paper(create_organisation(), "plan_sheet")
    client.force_login(create_user(None, "planner"))
    assert client.get(f"/desk/documents/{document.pk}/state/").status_code == 404
