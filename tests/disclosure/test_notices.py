"""公告, the maps for search engines, the icon: what is announced stays, what is private is not listed."""

from datetime import date
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from draws.models import Draw
from foundation.ledger import actions as ledger
from foundation.workdays.actions import import_holidays
from foundation.workdays.imports import parse_holidays
from tests.disclosure import factories as make
from tests.factories import create_user

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NOTICE_2027 = "日期,类型,名称\n2027-01-01至2027-01-03,休,元旦\n2027-01-09,班,元旦调休\n".encode()


@pytest.fixture
def office():
    office = make.create_office(name="青禾县生态环境局")
    Draw.objects.update(announced_at=make.at(date(2026, 10, 9)))
    return office


def text(path: str) -> str:
    response = Client().get(path)
    assert response.status_code == 200
    assert not response.cookies
    return response.content.decode()


def addresses(path: str) -> list[str]:
    return [node.text for node in ElementTree.fromstring(text(path)).iter(f"{MAP}loc")]


def test_an_announced_draw_is_a_notice_and_a_rehearsal_is_not(office):
    make.create_draw(office.bureau, serial="02", kind="R", announced_at=make.at(date(2026, 10, 10)))
    page = text("/open/notices/")
    assert f"抽取会公告：{office.draw.number}" in page
    assert "二楼会议室" in page
    assert f"/open/draws/{office.draw.number}/" in page
    assert "-02" not in page


def test_a_stopped_draw_is_announced_too(office):
    from draws.models import DrawEvent

    stamp = "2026-10-13T10:00:00+08:00"
    DrawEvent.objects.create(draw=office.draw, seq=1, type="void", at=stamp, content="{}", head="a" * 64)
    Draw.objects.filter(pk=office.draw.pk).update(state="void")
    assert f"抽取会中止：{office.draw.number}" in text("/open/notices/?kind=draw")


def test_the_holiday_notice_is_announced_with_its_source(office):
    planner = create_user(office.organisation, "planner")
    import_holidays(
        by=planner, parsed=parse_holidays(NOTICE_2027, "2027.csv", 2027), source="国办发明电〔2026〕9号"
    )
    page = text("/open/notices/?kind=holiday")
    assert "2027年放假安排已录入" in page
    assert "国办发明电〔2026〕9号" in page
    assert "抽取会公告" not in page


def test_the_feed_carries_every_notice_once_with_a_lasting_id(office):
    ledger.record(
        actor=None, act="workdays.import_holidays", subject=office.organisation, data={"source": "通知"}
    )
    feed = ElementTree.fromstring(text("/open/notices/feed.atom"))
    ids = [entry.find(f"{ATOM}id").text for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == 2
    assert any(one.endswith(f"#draw-{office.draw.number}") for one in ids)


def test_pages_say_so_when_there_is_nothing_yet():
    assert "还没有公告" in text("/open/notices/")
    assert "还没有公告" in text("/open/notices/?kind=plan")
    assert ElementTree.fromstring(text("/open/notices/feed.atom")).tag == f"{ATOM}feed"


def test_the_map_lists_what_is_public_and_opens(office):
    published = make.publish(office)
    files = addresses("/sitemap.xml")
    assert [one.rsplit("/", 1)[1] for one in files] == ["sitemap-pages.xml", "sitemap-results-1.xml"]
    found = [place for file in files for place in addresses("/" + file.split("/", 3)[3])]
    assert any(place.endswith(f"/open/results/{published.number}/") for place in found)
    assert any(place.endswith(f"/open/draws/{office.draw.number}/") for place in found)
    assert not [place for place in found if "/desk/" in place or "/m/" in place]
    for place in found:
        assert Client().get("/" + place.split("/", 3)[3]).status_code == 200, place


def test_results_are_split_over_files(office, monkeypatch):
    from disclosure.public import sitemap

    make.publish(office)
    make.publish(office, on=date(2026, 11, 18))
    monkeypatch.setattr(sitemap, "PER_FILE", 1)
    assert len(addresses("/sitemap.xml")) == 3
    assert len(addresses(reverse("open:sitemap", args=["results-2"]))) == 1
    for wrong in ("results-3", "results-0", "results-x", "other"):
        assert Client().get(reverse("open:sitemap", args=[wrong])).status_code == 404


def test_robots_are_kept_from_what_is_not_public():
    lines = text("/robots.txt").splitlines()
    assert "Disallow: /desk/" in lines
    assert "Disallow: /e/" in lines
    assert lines[-1] == "Sitemap: http://testserver/sitemap.xml"


def test_the_icon_is_there_for_pages_that_name_none():
    response = Client().get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].endswith("favicon.svg")


def test_the_public_menu_leads_to_lists_notices_and_data():
    page = text("/open/")
    for name, label in (("lists", "一单两库"), ("notices", "公告"), ("data", "开放数据")):
        assert f'<a href="{reverse(f"open:{name}")}">{label}</a>' in page
