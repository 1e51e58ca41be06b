"""What is looked at before a workbook is opened: size, kind, zip bombs, far-off cells, formulas."""

import re
import zipfile
import zlib
from copy import copy
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from foundation.sheets.errors import SheetRefused

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 2000
MAX_CELLS = 6_000_000
_CHUNK = 1 << 20
_OVERLAP = 400
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^>]*(?<!/)>")
# A cell may stand without its place: then it is the next one of its row, whose number may be far off as well.
_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r=[\"']([0-9]{1,7})[\"']")
_BARE = re.compile(rb"<(?:\w+:)?c(?:\s(?![^>]*\br=)[^>]*)?>")
_ROW_OR_BARE = re.compile(rb"<(?:\w+:)?(row)[\s>]|" + _BARE.pattern)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_FORMULA_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^>]*>\s*<(?:\w+:)?f[\s/>]"
)
_TOO_MUCH = "文件解开后大得离奇，不予打开。请把数据复制到一个新的工作簿里再上传。"
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True)
class Scan:
    """Formula cells of one worksheet, zero-based (row, column)."""

    formulas: frozenset[tuple[int, int]] = frozenset()


class Sized(Protocol):
    """An uploaded file: how long it is, is known before it is read."""

    size: int

    def read(self) -> bytes: ...


def taken(file: Sized) -> bytes:
    """The bytes of an uploaded table; one that is empty or too large is not read at all. raises: SheetRefused"""
    check_length(file.size)
    return file.read()


def check_size(data: bytes) -> None:
    """raises: SheetRefused"""
    check_length(len(data))


def check_length(length: int) -> None:
    """raises: SheetRefused"""
    if not length:
        raise SheetRefused("文件是空的，一个字也没有。请重新导出后再上传。", code="file_is_empty")
    if length > MAX_BYTES:
        raise SheetRefused(
            f"文件有 {length / 1024 / 1024:.2f} MB，最大 {MAX_BYTES // 1024 // 1024} MB。请删去多余的工作表和图片，或分成几个文件。",
            code="file_too_large",
        )


def check_zip(data: bytes) -> zipfile.ZipFile:
    """An .xlsx that is a zip of reasonable size when unpacked. raises: SheetRefused"""
    try:
        package = zipfile.ZipFile(BytesIO(data))
        parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise SheetRefused(
            "文件损坏，或者不是真正的 .xlsx。请在表格软件里打开，另存为“Excel 工作簿（.xlsx）”再上传。"
        ) from None
    _check_proportion(parts, sum(part.file_size for part in parts))
    if any(part.flag_bits & 0x1 for part in parts):
        raise SheetRefused("文件设了打开密码。请去掉密码再上传。")
    if len({part.filename.lower() for part in parts}) < len(parts):
        raise SheetRefused("工作簿里有重名的部件，不予打开。请在表格软件里打开，另存一次再上传。")
    _check_proportion(parts, _true_size(package))
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise SheetRefused("这不是 Excel 工作簿。请另存为“Excel 工作簿（.xlsx）”再上传。")
    return package


def _check_proportion(parts: list[zipfile.ZipInfo], unpacked: int) -> None:
    """raises: SheetRefused for what grows beyond measure when it is unpacked"""
    packed = max(1, sum(part.compress_size for part in parts))
    if (
        len(parts) > MAX_PARTS
        or unpacked > MAX_UNPACKED
        or (unpacked > 50 << 20 and unpacked / packed > MAX_RATIO)
    ):
        raise SheetRefused(
            f"文件解开后有 {unpacked // 1024 // 1024} MB，与它的大小极不相称，不予打开。"
            "请把数据复制到一个新的工作簿里再上传。",
            code="zip_bomb",
        )


def _true_size(package: zipfile.ZipFile) -> int:
    """Bytes that really come out: the directory of the package may say less. raises: SheetRefused"""
    total = 0
    for part in package.infolist():
        try:
            with package.open(_to_the_end(part)) as stream:
                while total <= MAX_UNPACKED and (chunk := stream.read(_CHUNK)):
                    total += len(chunk)
        except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, OSError):
            raise SheetRefused(
                "文件损坏，解不开。请在表格软件里打开，另存为“Excel 工作簿（.xlsx）”再上传。"
            ) from None
    return total


def _to_the_end(part: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The part as packed, whatever length and checksum the directory claims for it."""
    whole = copy(part)
    whole.file_size = MAX_UNPACKED + _CHUNK
    whole.CRC = None  # type: ignore[assignment]
    return whole


def scan_sheet(package: zipfile.ZipFile, name: str) -> Scan:
    """Read the worksheet's XML once as bytes: refuse entities and far-off cells, list formula cells.

    Reads to the end of what is packed, so that a size understated in the directory does not help.
    """
    part = _to_the_end(package.getinfo(_part_of(package, name)))
    formulas: set[tuple[int, int]] = set()
    last_row = last_column = unpacked = bare = 0
    tail = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED:
                raise SheetRefused(_TOO_MUCH, code="zip_bomb")
            text = tail + chunk
            if _DOCTYPE.search(text):
                raise SheetRefused("文件里有不该出现的外部引用，不予打开。请复制到新的工作簿里再上传。")
            for letters, digits in set(_CELL.findall(text)):
                last_row, last_column = max(last_row, int(digits)), max(last_column, _index(letters) + 1)
            last_row = max([last_row, *map(int, _ROW.findall(text))])
            if _BARE.search(text):
                for found in _ROW_OR_BARE.finditer(text):
                    bare = 0 if found[1] else bare + 1
                    last_column = max(last_column, bare)
            if _FORMULA.search(text):
                formulas.update((int(d) - 1, _index(c)) for c, d in _FORMULA_CELL.findall(text))
            tail = text[-_OVERLAP:]
    if last_row * last_column > MAX_CELLS:
        raise SheetRefused(
            f"工作表“{name}”最后一个有内容的单元格在第 {last_row} 行第 {last_column} 列，范围太大。"
            "请删去表格外面散落的内容，或分成几个文件。",
            code="sheet_too_large",
        )
    return Scan(frozenset(formulas))


def _part_of(package: zipfile.ZipFile, name: str) -> str:
    """The part that holds the worksheet of this name. raises: SheetRefused"""
    try:
        book = fromstring(package.read("xl/workbook.xml"))
        links = fromstring(package.read("xl/_rels/workbook.xml.rels"))
        wanted = next(
            value
            for node in book.iter()
            if node.tag.endswith("}sheet") and node.get("name") == name
            for key, value in node.attrib.items()
            if key.endswith("}id")
        )
        target = next(node.get("Target") for node in links if node.get("Id") == wanted)
    except (DefusedXmlException, ParseError, KeyError, StopIteration, zipfile.BadZipFile):
        raise SheetRefused("工作簿的内部结构损坏。请在表格软件里打开，另存一次再上传。") from None
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    if part not in package.namelist():
        raise SheetRefused("工作簿的内部结构损坏。请在表格软件里打开，另存一次再上传。")
    return part


def _index(letters: bytes) -> int:
    """Zero-based column of its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def letters(index: int) -> str:
    """Column letters of a zero-based column, as Excel shows them."""
    text, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
