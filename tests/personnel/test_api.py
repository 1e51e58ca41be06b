"""/api/v1/inspectors/: the scope of the pages, no phone numbers, no writing."""

import pytest
from django.urls import reverse

from foundation.organisation.models import Area
from personnel import actions
from tests.factories import create_inspector, create_user
from tests.personnel.factories import create_bureau, create_planner

pytestmark = pytest.mark.django_db
LIST = "/api/v1/inspectors/"


@pytest.fixture
def bureau(db):
    return create_bureau()


def test_the_address_is_the_published_one():
    assert reverse("api-inspectors-list") == LIST


def test_readers_see_their_bureau_without_phones(client, bureau):
    area = Area.objects.get(organisation=bureau, code="A1")
    create_inspector(bureau, name="甲", phone="13800001234", areas=(area,), specialities=["水"])
    create_inspector(create_bureau(), name="别局的人")
    client.force_login(create_user(bureau, "operator"))
    body = client.get(LIST)
    (row,) = body.json()["results"]
    assert (row["name"], row["status"], row["certificate_state"]) == ("甲", "A", "fine")
    assert row["areas"] == [{"code": "A1", "name": "东湾镇"}]
    assert "13800001234" not in body.content.decode()
    assert "phone" not in row


def test_an_inspector_reads_himself_only(client, bureau):
    user, mine, other = create_user(bureau, "inspector"), create_inspector(bureau), create_inspector(bureau)
    actions.link_user(inspector=mine, user=user, by=None)
    client.force_login(user)
    assert [row["id"] for row in client.get(LIST).json()["results"]] == [mine.pk]
    assert client.get(f"{LIST}{other.pk}/").status_code == 404


def test_others_are_refused(client, bureau):
    assert client.get(LIST).status_code in (401, 403)
    client.force_login(create_user(bureau, "publisher"))
    assert client.get(LIST).status_code == 403


def test_nothing_can_be_written(client, bureau):
    row = create_inspector(bureau)
    client.force_login(create_planner(bureau))
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"{LIST}{row.pk}/", {"name": "改"}).status_code == 405


def test_a_longer_list_costs_the_same(client, bureau, django_assert_max_num_queries):
    client.force_login(create_planner(bureau))

    def cost() -> int:
        with django_assert_max_num_queries(15) as seen:
            client.get(LIST)
        return len(seen.captured_queries)

    create_inspector(bureau)
    few = cost()
    for _ in range(12):
        create_inspector(bureau)
    assert cost() == few
