"""The public interface: read-only, paged, described."""

from datetime import date

import pytest
from django.test import Client

from tests.disclosure import factories as make

pytestmark = pytest.mark.django_db
RESULTS = "/api/v1/open/results/"


def test_results_come_in_pages_with_the_published_record():
    office = make.create_office()
    made = [make.publish(office) for _ in range(3)]
    first = Client().get(RESULTS, {"limit": 2}).json()
    assert (first["count"], len(first["results"])) == (3, 2)
    newest = first["results"][0]
    assert (newest["number"], newest["sha256"]) == (made[-1].number, made[-1].sha256)
    assert newest["record"]["sentence"] == "2026年11月5日检查，未发现问题。"


def test_no_request_gets_more_than_two_hundred_rows():
    assert Client().get(RESULTS, {"limit": 100000}).status_code == 200
    from disclosure.api import OpenPages

    assert OpenPages.max_limit == 200


def test_results_are_filtered_by_name_code_period_and_day():
    office = make.create_office()
    make.publish(office, target=make.create_company(office))
    make.publish(office, on=date(2026, 11, 20))

    def count(**query):
        return Client().get(RESULTS, query).json()["count"]

    assert count(q="德昌") == count(uscc=make.USCC.lower()) == count(updated_since="2026-11-18") == 1
    assert (count(period="2026Q4"), count(period="2026Q3")) == (2, 0)
    assert Client().get(RESULTS, {"updated_since": "昨天"}).status_code == 400


def test_nothing_can_be_written():
    for method in ("post", "put", "patch", "delete"):
        assert getattr(Client(), method)(RESULTS).status_code == 405


def test_draws_in_preparation_are_not_listed():
    office = make.create_office()
    make.create_draw(office.bureau, serial="02", state="preparing", freeze_hash="")
    listed = Client().get("/api/v1/open/draws/").json()["results"]
    assert [row["number"] for row in listed] == [office.draw.number]


def test_the_interface_is_described():
    schema = Client().get("/api/schema/", {"format": "json"}).json()
    assert {RESULTS, "/api/v1/open/draws/"} <= set(schema["paths"])
