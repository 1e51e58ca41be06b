"""A bureau with areas, a unit and a rulebook; lists of inspectors as somebody would upload them."""

import csv
import io
from datetime import date

import openpyxl

from foundation.organisation.models import Organisation, RulebookAdoption, User
from foundation.rulebook import library
from tests.factories import create_area, create_organisation, create_unit, create_user

TODAY = date(2026, 11, 20)
HEADS = ["姓名", "单位", "执法证号", "发证日期", "有效期至", "片区", "业务专长"]
ROWS = [
    ["陈一", "执法一中队", "14052100001", "2023-06-01", "2028-05-31", "东湾镇、石桥镇", "水、危险废物"],
    ["李二", "执法一中队", "14052100002", "2023-06-01", "2028-05-31", "石桥镇", None],
]


def create_bureau(rulebook: str = "qinshui-2022", **fields) -> Organisation:
    """rulebook: "" for a bureau that has not adopted one yet"""
    organisation = create_organisation(**fields)
    if rulebook:
        adopt(organisation, rulebook)
    areas = [
        create_area(organisation, code="A1", name="东湾镇"),
        create_area(organisation, code="A2", name="石桥镇"),
    ]
    create_unit(organisation, code="U1", name="执法一中队", body="county", areas=tuple(areas))
    return organisation


def adopt(organisation: Organisation, rulebook: str) -> None:
    RulebookAdoption.objects.create(
        organisation=organisation, rulebook_id=rulebook, rulebook_hash=library.get(rulebook).hash,
        effective_from=date(2017, 1, 1),
    )  # fmt: skip


def create_planner(organisation: Organisation) -> User:
    return create_user(organisation, "planner")


def row_with(head: str, value: object) -> list:
    """The first row with one cell changed."""
    row = list(ROWS[0])
    row[HEADS.index(head)] = value
    return row


def workbook(heads: list, *rows: list, title: str = "检查人员") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in (heads, *rows):
        page.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv_bytes(heads: list, *rows: list, encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([heads, *rows])
    return stream.getvalue().encode(encoding)
