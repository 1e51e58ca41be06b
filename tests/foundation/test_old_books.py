"""Old .xls files and packages that lie about themselves are refused before anything takes room for them."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.sheets import guard, old, reading
from foundation.sheets.errors import SheetRefused
from tests.foundation.old_books import old_book
from tests.foundation.test_sheets import GOOD, repacked

TABLE = [(0, 0, "编号"), (0, 1, "姓名"), (1, 0, "1"), (1, 1, "甲")]


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("said", [None, (0, 2, 0, 2), (0, 65536, 0, 256)])
def test_an_old_workbook_is_read(small, said):
    grid = reading.read("a.xls", old_book(TABLE, said, small=small))
    assert [list(row) for row in grid.rows()] == [["编号", "姓名"], ["1", "甲"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (old_book([*TABLE, (65535, 255, "远")]), "落在表格外面很远的地方"),
        (old_book(TABLE, (0, 0xFFFFFFFF, 0, 0xFFFF)), "打不开"),
        (old_book(TABLE)[:700], "打不开"),
        (old_book(TABLE).replace("Workbook".encode("utf-16-le"), "Workbxxk".encode("utf-16-le")), "打不开"),
    ],
)
def test_what_would_take_all_the_memory_or_is_spoilt_is_refused(data, words):
    """The used range of the second one made the reader ask for ten million gigabytes and took the server down with it."""
    with pytest.raises(SheetRefused, match=words):
        reading.read("a.xls", data)


def test_a_chain_in_a_circle_ends():
    data = bytearray(old_book(TABLE))
    data[512 + 4 * 3 : 512 + 4 * 4] = (2).to_bytes(4, "little")
    with pytest.raises(SheetRefused, match="打不开"):
        reading.read("a.xls", bytes(data))


@given(st.data())
def test_nothing_but_a_refusal_comes_out_of_a_spoilt_head(data):
    book = bytearray(old_book(TABLE))
    for _ in range(data.draw(st.integers(1, 6))):
        book[data.draw(st.integers(8, 1535))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SheetRefused):
        old.check_extent(bytes(book))


def lying(data: bytes, part: str, claimed: int) -> bytes:
    """The package with another length claimed for one part, in the directory and in front of the part."""
    out = bytearray(data)
    true = zipfile.ZipFile(io.BytesIO(data)).getinfo(part).file_size
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start, name_at = 0, 30 if mark == b"PK\x03\x04" else 46
        while (start := out.find(mark, start)) >= 0:
            if out[start + name_at :].startswith(part.encode()):
                assert int.from_bytes(out[start + at : start + at + 4], "little") == true
                out[start + at : start + at + 4] = claimed.to_bytes(4, "little")
            start += 4
    return bytes(out)


def test_a_bomb_that_claims_to_be_small_is_measured_by_what_comes_out():
    """Read to the length it claims, it would look harmless here, and unpack whole in the reader."""
    part = "xl/worksheets/sheet1.xml"
    big = repacked(GOOD, lambda name, content: content + b" " * (60 << 20) if name == part else content)
    small = lying(big, part, 100)
    assert zipfile.ZipFile(io.BytesIO(small)).getinfo(part).file_size == 100
    with pytest.raises(SheetRefused) as refused:
        guard.check_zip(small)
    assert refused.value.code == "zip_bomb"


def test_a_far_off_cell_behind_the_claimed_end_is_seen():
    part = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    wide = repacked(GOOD, lambda name, text: text.replace(b"</sheetData>", far) if name == part else text)
    with pytest.raises(SheetRefused) as refused:
        reading.read("a.xlsx", lying(wide, part, 200))
    assert refused.value.code == "sheet_too_large"


def test_two_parts_that_differ_in_case_only_are_refused():
    """One would be looked at and the other read."""
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/worksheets/Sheet1.xml", "<worksheet/>")
    with pytest.raises(SheetRefused, match="重名的部件"):
        guard.check_zip(out.getvalue())
