"""The portal as strangers see it: found by any name, no cookie, 304 when unchanged, nothing personal."""

import csv
import hashlib
import io
import json
from datetime import date
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from disclosure import actions
from disclosure.models import DisclosureTask, Objection, Publication
from inspections.models import Record
from registry.models import Target
from tests.disclosure import factories as make

pytestmark = pytest.mark.django_db

EMPTY_PAGES = [
    "home",
    "results",
    "draws",
    "plans",
    "lists",
    "stats",
    "data",
    "objection",
    "help",
    "accessibility",
    "feed",
    "notices",
    "notices_feed",
    "verify",
]


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def office():
    return make.create_office(name="青禾县生态环境局")


def company(office, **fields):
    given = {"short_name": "德昌铸造", "former_names": ["青禾县铸造厂"], "initials": "qhdczz"} | fields
    return make.create_company(office, **given)


@pytest.mark.parametrize("name", EMPTY_PAGES)
def test_every_page_answers_on_an_empty_database(client, name):
    response = client.get(reverse(f"open:{name}"))
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_the_empty_home_says_what_to_expect(client):
    page = client.get("/open/").content.decode()
    assert "还没有公开的检查结果" in page
    assert "没有查到记录不等于合格" in page


@pytest.mark.parametrize(
    "words",
    [
        "德昌铸造有限公司",
        "德昌铸造",
        "青禾县铸造厂",
        "qhdczz",
        make.USCC,
        make.USCC.lower(),
        "2026-4-01-001",
        "青禾 德昌",
    ],
)
def test_a_result_is_found_by_any_of_its_names_and_numbers(client, office, words):
    make.publish(office, target=company(office))
    make.publish(office)
    page = client.get(reverse("open:results"), {"q": words})
    assert [card["publication"].subject for card in page.context["cards"]] == ["青禾德昌铸造有限公司"]


def test_a_result_is_found_by_the_number_of_its_draw(client, office):
    made = make.publish(office)
    page = client.get(reverse("open:results"), {"q": office.draw.number})
    assert [card["publication"] for card in page.context["cards"]] == [made]
    assert office.draw.number in page.content.decode()


def test_facets_narrow_the_list_and_bad_dates_do_not_break_it(client, office):
    clean = make.publish(office)
    visit = make.create_visit(office, outcome="ordered_correct", completed_on=date(2026, 10, 28))
    dirty = make.publish(office, visit)
    url = reverse("open:results")

    def found(**query):
        return {card["publication"] for card in client.get(url, query).context["cards"]}

    assert found(result="未发现问题") == {clean}
    assert found(since="2026-11-01") == {clean}
    assert found(until="2026-10-31") == {dirty}
    assert found(item="污染防治设施运行") == {clean, dirty}
    assert found(tier="重点", area="城关镇") == {clean, dirty}
    assert found(updated_since="2026-11-18") == set()
    assert client.get(url, {"since": "不是日期", "page": "x"}).status_code == 200


def test_nothing_found_says_that_this_is_no_verdict_and_suggests_a_name(client, office):
    make.publish(office, target=company(office))
    page = client.get(reverse("open:results"), {"q": "青禾得昌铸造有限公司"}).content.decode()
    assert "不等于合格" in page
    assert "您要找的是不是" in page
    assert "青禾德昌铸造有限公司" in page


def test_a_result_page_has_the_sentence_the_items_the_draw_and_no_person(client, office):
    visit = make.create_visit(
        office, target=company(office), outcome="ordered_correct", completed_on=date(2026, 10, 28)
    )
    make.order_correction(visit, due_on=date(2026, 11, 6), closed_on=date(2026, 11, 9))
    made = make.publish(office, visit)
    page = client.get(reverse("open:result", args=[made.number])).content.decode()
    for words in (
        "2026年10月28日检查", "危险废物贮存与管理", "王*（执法证号 ****3721）", office.draw.number,
        "本结果仅反映检查当日情况", "数据截至 2026-11-17", made.number,
    ):  # fmt: skip
        assert words in page, words
    for secret in ("王建国", "欧阳明", "钱多多", "赵德昌", "13812345678", "公示员甲"):
        assert secret not in page


def test_the_published_text_has_the_printed_fingerprint(client, office):
    made = make.publish(office)
    body = client.get(reverse("open:result_json", args=[made.number])).content
    assert hashlib.sha256(body).hexdigest() == made.sha256
    assert made.sha256[:8] in client.get(reverse("open:result", args=[made.number])).content.decode().replace(
        " ", ""
    )


def corrected(office) -> Publication:
    visit = make.create_visit(office)
    make.publish(office, visit)
    record = visit.records.get()
    Record.objects.create(
        visit=visit, version=2, outcome="ordered_correct", summary="更正", content="{}", sha256="1" * 64,
        written_by=record.written_by, correction_reason="漏记",
    )  # fmt: skip
    task = DisclosureTask.objects.get(visit=visit)
    actions.correct(by=office.publisher, task=task, reason="漏列 1 项问题")
    return make.publish_task(office, task, on=date(2026, 11, 20))


def test_a_corrected_page_shows_when_why_and_what(client, office):
    made = corrected(office)
    page = client.get(reverse("open:result", args=[made.number])).content.decode()
    for words in ("2026年11月20日更正", "漏列 1 项问题", "未发现问题", "发现问题已责令整改", "第 1 版"):
        assert words in page
    old = client.get(reverse("open:result_json", args=[made.number]), {"version": 1})
    assert json.loads(old.content)["outcome"]["code"] == "no_problem"


def test_a_withdrawn_page_stays_and_its_text_goes(client, office):
    visit = make.create_visit(office)
    made = make.publish(office, visit)
    task = DisclosureTask.objects.get(visit=visit)
    actions.withdraw(by=office.publisher, task=task, reason="对象登记错误")
    make.publish_task(office, task)
    page = client.get(reverse("open:result", args=[made.number]))
    assert page.status_code == 200
    assert "对象登记错误" in page.content.decode()
    assert "检查，未发现问题" not in page.content.decode()
    assert client.get(reverse("open:result_json", args=[made.number]), {"version": 1}).status_code == 404
    assert "已撤回" in client.get(reverse("open:results")).content.decode()


def test_a_company_page_is_a_timeline_and_says_so_when_there_is_none(client, office):
    target = company(office)
    made = make.publish(office, target=target)
    page = client.get(reverse("open:company", args=[make.USCC]))
    assert made.number in page.content.decode()
    unknown = client.get(reverse("open:company", args=["91140521EMG3Q5GTC0"]))
    assert unknown.status_code == 404
    assert "未被抽查不等于合格" in unknown.content.decode()


@pytest.mark.parametrize(
    "name", ["home", "results", "draws", "data", "stats", "lists", "help", "feed", "verify"]
)
def test_an_unchanged_page_answers_304(client, office, name):
    make.publish(office)
    url = reverse(f"open:{name}")
    first = client.get(url)
    assert "max-age=" in first["Cache-Control"]
    assert "public" in first["Cache-Control"]
    again = client.get(url, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_changed_page_answers_200_again(client, office):
    made = make.publish(office)
    url = reverse("open:result", args=[made.number])
    first = client.get(url)
    assert client.get(url, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    actions.receive(number=made.number, from_name="某企业", contact="邮箱", text="不符")
    changed = client.get(url, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert "异议处理中" in changed.content.decode()


def test_no_public_page_sets_a_cookie_or_varies_by_one(client, office):
    made = make.publish(office, target=company(office))
    urls = [reverse(f"open:{name}") for name in EMPTY_PAGES]
    urls += [
        reverse("open:result", args=[made.number]), reverse("open:company", args=[make.USCC]),
        reverse("open:draw", args=[office.draw.number]), reverse("open:data_file", args=["all", "csv"]),
        "/api/v1/open/results/", "/api/v1/open/draws/",
    ]  # fmt: skip
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        assert not response.cookies, url
        assert "cookie" not in response.get("Vary", "").lower(), url


@pytest.mark.parametrize("name", ["home", "results", "draws", "stats"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, office, name, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse(f"open:{name}")
    make.publish(office)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    for _ in range(6):
        make.publish(office)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few)


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1化工厂", "-2+3化工厂", "@SUM(A1)化工厂"])
def test_a_name_that_looks_like_a_formula_is_harmless_in_csv_and_xlsx(client, office, name):
    make.publish(office, target=make.create_company(office, name, uscc=""))
    body = client.get(reverse("open:data_file", args=["all", "csv"])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert rows[0]["检查对象名称"] == "'" + name
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)


def test_data_files_are_stable_and_their_fingerprints_are_listed(client, office):
    make.publish(office, target=company(office))
    page = client.get(reverse("open:data")).content.decode()
    for kind in ("csv", "xlsx", "json"):
        response = client.get(reverse("open:data_file", args=["2026Q4", kind]))
        assert hashlib.sha256(response.content).hexdigest() in page, kind
    rows = json.loads(client.get(reverse("open:data_file", args=["all", "json"])).content)
    assert rows[0]["抽查任务编号"] == office.draw.number
    assert client.get(reverse("open:data_file", args=["2019Q1", "csv"])).status_code == 404
    assert client.get(reverse("open:data_file", args=["all", "exe"])).status_code == 404


def test_a_search_can_be_downloaded(client, office):
    make.publish(office, target=company(office))
    make.publish(office)
    body = client.get(reverse("open:results_file", args=["csv"]), {"q": "德昌"}).content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(body)))) == 1


def test_the_feed_is_valid_atom_with_every_version(client, office):
    corrected(office)
    root = ElementTree.fromstring(client.get(reverse("open:feed")).content)
    ns = {"a": "http://www.w3.org/2005/Atom"}
    titles = [entry.findtext("a:title", namespaces=ns) for entry in root.findall("a:entry", ns)]
    assert len(titles) == 2
    assert titles[0].startswith("【更正】")


def test_an_undrawn_company_appears_nowhere_but_in_the_register(client, office):
    make.publish(office)
    make.create_company(office, "青禾未抽中化工厂", uscc="")
    for name in ("home", "results", "draws", "stats", "data", "feed"):
        assert "未抽中化工厂" not in client.get(reverse(f"open:{name}")).content.decode(), name
    assert "未抽中化工厂" not in client.get(reverse("open:draw", args=[office.draw.number])).content.decode()


def test_a_draw_in_preparation_is_not_public_but_a_void_one_is(client, office):
    hidden = make.create_draw(office.bureau, serial="02", state="preparing", freeze_hash="")
    void = make.create_draw(office.bureau, serial="03", state="void")
    page = client.get(reverse("open:draws")).content.decode()
    assert void.number in page
    assert hidden.number not in page
    assert client.get(reverse("open:draw", args=[hidden.number])).status_code == 404
    assert "已中止" in client.get(reverse("open:draw", args=[void.number])).content.decode()


def test_a_draw_whose_list_is_secret_offers_no_files_before_the_end(client):
    office = make.create_office("quzhou-2017")
    page = client.get(reverse("open:draw", args=[office.draw.number])).content.decode()
    assert "规则书规定名单在检查前保密" in page
    assert "transcript.json" not in page
    assert "核验本次抽取" not in page


def test_the_registers_show_no_contact_and_staff_only_by_surname(client, office):
    company(office)
    Target.objects.filter(name="青禾德昌铸造有限公司").update(phone="13812345678")
    for name, shown, hidden in (
        ("items", "危险废物贮存与管理", "x-x"), ("targets", "青禾德昌铸造有限公司", "13812345678"), ("inspectors", "****3721", "王建国"),
    ):  # fmt: skip
        page = client.get(reverse("open:list", args=[name])).content.decode()
        assert shown in page
        assert hidden not in page
    assert client.get(reverse("open:list", args=["secrets"])).status_code == 404


def test_an_objection_gives_a_receipt_that_can_be_looked_up(client, office):
    made = make.publish(office)
    given = {
        "number": made.number,
        "kind": "objection",
        "from_name": "张企业",
        "contact": "138",
        "text": "第 1 项不符",
    }
    response = Client(enforce_csrf_checks=True).post(reverse("open:objection"), given)
    receipt = Objection.objects.get().receipt
    assert response["Location"] == reverse("open:receipt", args=[receipt])
    page = client.get(reverse("open:receipt_lookup"), {"receipt": receipt.lower()}, follow=True)
    assert receipt in page.content.decode()
    assert "张企业" not in page.content.decode()
    assert "no-store" in client.get(reverse("open:receipt", args=[receipt]))["Cache-Control"]
    assert client.get(reverse("open:receipt_lookup"), {"receipt": "20260101-XXXXXX"}).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "2026-9-99-999"}, "没有编号"),
        ({"text": ""}, "内容"),
        ({"kind": "praise"}, "选择"),
        ({"website": "http://spam"}, "没有成功"),
    ],
)
def test_a_bad_objection_form_comes_back_with_the_reason(client, office, wrong, words):
    made = make.publish(office)
    given = {
        "number": made.number,
        "kind": "objection",
        "from_name": "张企业",
        "contact": "138",
        "text": "不符",
    } | wrong
    response = client.post(reverse("open:objection"), given)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Objection.objects.exists()


def test_one_address_cannot_flood_the_form(client, office, monkeypatch):
    from django.core.cache import cache

    from disclosure.public import pages

    monkeypatch.setattr(pages, "PER_HOUR", 2)
    cache.clear()
    made = make.publish(office)
    given = {
        "number": made.number,
        "kind": "objection",
        "from_name": "某企业",
        "contact": "138",
        "text": "不符",
    }
    codes = [client.post(reverse("open:objection"), given).status_code for _ in range(3)]
    cache.clear()
    assert codes == [302, 302, 429]


def test_a_statement_is_shown_only_after_it_was_accepted(client, office):
    made = make.publish(office)
    sent = actions.receive(
        number=made.number, from_name="某企业", contact="邮箱", text="已更换全部标签", kind="statement"
    )
    url = reverse("open:result", args=[made.number])
    assert "已更换全部标签" not in client.get(url).content.decode()
    actions.answer(by=office.publisher, objection=sent, answer="准予刊登", accepted=True)
    page = client.get(url).content.decode()
    assert "已更换全部标签" in page
    assert "内容由企业提供，未经核实" in page


def test_the_verifier_is_served_byte_for_byte_under_its_own_policy(client):
    from disclosure.public.pages import verifier_hashes

    response = client.get(reverse("open:verify"))
    assert hashlib.sha256(response.content).hexdigest() == verifier_hashes()["html"]
    policy = response["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert policy.count("'sha256-") == 2
    assert verifier_hashes()["html"][:8] in client.get(reverse("open:help")).content.decode().replace(" ", "")


def test_a_post_to_a_public_page_is_refused(client):
    assert client.post("/open/").status_code == 405
