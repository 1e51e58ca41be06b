"""The shipped lists, the headings of five rulebooks, what an item lacks, citations: plain values, no database."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from foundation.rulebook import library
from registry.rules import citations, item_lists, laws
from registry.rules.citations import Citation
from tests.registry.factories import TODAY

pytestmark = pytest.mark.once
PRINTED = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "wulong_list.tsv").read_text(encoding="utf-8").splitlines()
]
BOOKS = {"qinshui-2022": 7, "neimenggu-2024": 6, "xinyang-2023": 11, "quzhou-2017": 6, "wulong-2024": 8}


def of_document(text: str) -> str:
    """Without the remarks of the transcription."""
    return "" if text == "—" else text.replace(" (all of no. 15)", "（四行合计）").split(" (")[0]


def test_the_printed_list_has_20_items_and_27_lines():
    assert len(PRINTED) == 27
    assert len({row[1] for row in PRINTED}) == 20
    assert len(item_lists.shipped("wulong-2024").lines) == 27


@pytest.mark.parametrize("number", range(27))
def test_each_wulong_line_is_shipped_as_printed_and_with_the_figures_of_the_rulebook(number):
    clause, no, offices, name, contents, target, size, frequency, period, ratio, rate, count = PRINTED[number]
    book, line = library.get("wulong-2024"), item_lists.shipped("wulong-2024").lines[number]
    item = next(one for one in book.items if one.id == line.item)
    assert (line.clause, item.no, "、".join(item.offices), item.zh) == (clause, no, offices, name)
    assert [text.split(".", 1)[-1] if contents[0].isdigit() else text for text in split(contents)] == list(
        item.contents
    )
    assert (line.target, line.size, line.frequency, line.ratio, line.count) == (
        target, of_document(size), of_document(frequency), ratio, of_document(count),
    )  # fmt: skip
    shipped_period, shipped_rate = item_lists.figures(book, line.quota)
    assert shipped_period == period
    assert shipped_rate == (None if rate == "manual" else Decimal(rate))
    assert ("委托第三方" in ratio) == item.third_party


def split(contents: str) -> list[str]:
    """1.甲；2.乙 → 1.甲, 2.乙; text without numbers is one."""
    return re.split(r"；(?=\d\.)", contents)


@pytest.mark.parametrize("book", BOOKS)
def test_every_heading_of_a_rulebook_has_its_place_in_an_item(book):
    fields = item_lists.fields_of(library.get(book))
    assert len(fields) == BOOKS[book]
    assert set(fields) <= set(item_lists.HEADINGS)
    assert item_lists.by_scope(fields) == (book in ("xinyang-2023", "quzhou-2017", "wulong-2024"))


@pytest.mark.parametrize("book", ["xinyang-2023", "quzhou-2017", "wulong-2024"])
def test_shipped_lines_name_items_quotas_and_contents_of_their_rulebook(book):
    rules, shipped = library.get(book), item_lists.shipped(book)
    quotas = {quota.id: quota for quota in rules.quotas}
    assert {line.item for line in shipped.lines} == {item.id for item in rules.items}
    assert all(quotas[line.quota].item == line.item for line in shipped.lines)
    assert {content for item in rules.items for content in shipped.groups_of(item.id)} <= set(
        rules.item_rules.contents
    )


def test_every_quota_that_is_drawn_for_an_item_has_its_line():
    book = library.get("wulong-2024")
    assert [quota.id for quota in book.quotas] == [
        line.quota for line in item_lists.shipped("wulong-2024").lines
    ]


def test_an_item_lacks_what_the_rulebook_names_and_nothing_else():
    empty = dict.fromkeys(
        ("category", "targets", "modes", "offices", "basis", "owner", "contents", "name"), ""
    )
    assert item_lists.missing(library.get("qinshui-2022"), empty | {"name": "甲"}, []) == [
        "事项类别", "检查对象", "检查方式", "检查主体", "检查依据", "内设机构",
    ]  # fmt: skip
    wulong = library.get("wulong-2024")
    given = empty | {"name": "甲", "offices": ["水科"], "contents": ["一"], "targets": "乙"}
    assert item_lists.missing(wulong, given, []) == ["对象范围的抽查频次", "对象范围的抽查比例"]
    assert item_lists.missing(wulong, given, [{"ratio": "10%", "frequency": "1次/年", "count": ""}]) == []
    assert item_lists.missing(None, empty, []) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("《中华人民共和国环境保护法》（主席令9号）第十条、第二十四条",
         (Citation("中华人民共和国环境保护法", "第十条"), Citation("中华人民共和国环境保护法", "第二十四条"))),
        ("《土壤法》第59条", (Citation("土壤法", "第五十九条"),)),
        ("《甲法》；《乙条例》第 3 条之一", (Citation("甲法"), Citation("乙条例", "第三条之一"))),
        ("国办发﹝2015﹞58号", ()),
        ("《中华人民共和国环境保护法》第十一条（原文如此）", (Citation("中华人民共和国环境保护法", "第十一条"),)),
    ],
)  # fmt: skip
def test_a_line_of_basis_is_read_as_laws_and_articles(text, found):
    assert citations.cited(text) == found


@pytest.mark.parametrize(("given", "written"), [("24", "第二十四条"), ("第110条", "第一百一十条"), ("第 5 条", "第五条"), ("1043", "第一千零四十三条"), ("19", "第十九条"), ("第二十四条", "第二十四条")])  # fmt: skip
def test_an_article_number_is_written_in_chinese(given, written):
    assert citations.article(given) == written


def test_one_article_is_replaced_and_the_others_of_the_line_stay():
    new = Citation("中华人民共和国生态环境法典", "第五十一条")
    texts = ["《中华人民共和国环境保护法》（主席令9号）第十条、第二十四条", "国办发﹝2015﹞58号"]
    assert citations.rewritten(texts, "环境保护法", "第二十四条", new) == [
        "《中华人民共和国环境保护法》（主席令9号）第十条", "《中华人民共和国生态环境法典》第五十一条", "国办发﹝2015﹞58号",
    ]  # fmt: skip
    assert citations.rewritten(["《环境保护法》第二十四条（原文如此）"], "环境保护法", "第二十四条", new) == [
        str(new)
    ]
    assert citations.rewritten(["《甲》第一条；《环境保护法》第二十四条；《乙》"], "环境保护法", "第二十四条", new) == ["《甲》第一条", str(new), "《乙》"]  # fmt: skip
    assert citations.rewritten(["《海洋环境保护法》第二十四条"], "环境保护法", "第二十四条", new) == [
        "《海洋环境保护法》第二十四条"
    ]


def test_a_recorded_repeal_is_told_once_and_only_from_its_day():
    known = [
        laws.DatedBasis("排污许可管理条例", "第二十五条", date(2026, 11, 1)),
        laws.DatedBasis("环境保护法", "", date(2020, 1, 1)),
    ]
    texts = ["《排污许可管理条例》第二十五条", "《排污许可管理条例》第三条", "《环境保护法》第二十四条"]
    found = laws.repealed_basis(texts, TODAY, known)
    assert [sentence for sentence in found if "排污许可" in sentence] == [
        "引用的《排污许可管理条例》第二十五条已于 2026-11-01 废止，请改写依据"
    ]
    assert len([sentence for sentence in found if "环境保护法" in sentence]) == 1
    assert not any(
        "排污许可" in sentence for sentence in laws.repealed_basis(texts, date(2026, 10, 31), known)
    )


def test_only_a_reported_article_is_offered_and_it_says_that_it_is_unchecked():
    hint = laws.successor_of(Citation("中华人民共和国环境保护法", "第二十四条"))
    assert (hint.new_article, "未经官方文本核对" in hint.source) == ("第五十一条", True)
    other = laws.successor_of(Citation("水污染防治法", "第三十条"))
    assert (other.new_law, other.new_article) == ("中华人民共和国生态环境法典", "")
    assert laws.successor_of(Citation("排污许可管理条例", "第二十五条")) is None
