"""A bureau with a rulebook, areas and people; files as somebody would upload them."""

import csv
import io
from datetime import date

import openpyxl

from foundation.organisation.models import Organisation, RulebookAdoption, User
from foundation.rulebook import library
from tests.factories import create_area, create_organisation, create_unit, create_user

TODAY = date(2026, 11, 20)
USCC = "91140521EMG3Q5GT92"
HEADS = ["名称", "片区", "统一社会信用代码", "排污许可管理类别", "许可证编号"]


def uscc(n: int, region: str = "140521", kind: str = "91") -> str:
    """The n-th valid code of a region, check digits included."""
    from registry.rules.uscc import check_character, organisation_check

    serial = f"MA{n:06d}"
    body = f"{kind}{region}{serial}{organisation_check(serial)}"
    return body + check_character(body)


def create_bureau(rulebook: str = "qinshui-2022", **fields) -> Organisation:
    organisation = create_organisation(**fields)
    adopt(organisation, rulebook)
    areas = [
        create_area(organisation, code="A1", name="东湾镇"),
        create_area(organisation, code="A2", name="石桥镇"),
    ]
    create_unit(organisation, code="U1", name="执法一中队", body="county", areas=tuple(areas))
    return organisation


def adopt(organisation: Organisation, rulebook: str) -> None:
    RulebookAdoption.objects.create(
        organisation=organisation,
        rulebook_id=rulebook,
        rulebook_hash=library.get(rulebook).hash,
        effective_from=date(2020, 1, 1),
    )


def create_planner(organisation: Organisation) -> User:
    return create_user(organisation, "planner")


def create_head(organisation: Organisation) -> User:
    return create_user(organisation, "unit_head")


def workbook(heads: list, *rows: list, title: str = "检查对象") -> bytes:
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
