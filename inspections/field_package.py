"""What another mobile enforcement system hands over: a table, JSON, or a zip of either with the files. source: NM-14.1, QZ-7.1

Whatever comes becomes one table; a file named in it carries its fingerprint behind a #, so that what was checked is what is
taken in later.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from foundation.documents import uploads
from foundation.errors import RuleBroken
from foundation.sheets import reading
from foundation.sheets.columns import written
from foundation.sheets.errors import SheetRefused

TABLES = (".xlsx", ".xls", ".csv", ".json")
MOST_FILES, LARGEST = (
    400,
    200 * 1024 * 1024,
)  # display choices: guards against a package that fills the memory
HEADS = (
    "检查任务编号", "事项编号", "检查结果", "情况", "检查要点", "设备编号", "开始时间", "结束时间", "是否采样", "附件",
)  # fmt: skip
_JSON_HELP = "JSON 要是 {“visits”：[{visit、device、started_at、ended_at、sampled、files、items：[{item、result、note、checks、files}]}]}"
_PARTS = re.compile(r"[、,，;；\n]")


def table(name: str, data: bytes) -> tuple[str, bytes]:
    """The table of whatever was uploaded. raises: SheetRefused"""
    if _is_package(data):
        with _opened(data) as package:
            inner = _table_in(package)
            return "导入包.csv", _with_files(
                _rows(inner.filename, package.read(inner)), fingerprints(package)
            )
    if PurePosixPath(name).suffix.lower() == ".json" or data[:1] in (b"{", b"["):
        return "导入.csv", _csv(_from_json(data))
    return name, data


def files(data: bytes) -> dict[str, bytes]:
    """The evidence in a package by fingerprint; empty for a table alone."""
    if not _is_package(data):
        return {}
    with _opened(data) as package:
        return {hashlib.sha256(body := package.read(part)).hexdigest(): body for part in _evidence(package)}


def _is_package(data: bytes) -> bool:
    """A zip that is not itself a workbook."""
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return "[Content_Types].xml" not in package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _opened(data: bytes) -> zipfile.ZipFile:
    package = zipfile.ZipFile(io.BytesIO(data))
    parts = package.infolist()
    if len(parts) > MOST_FILES or sum(part.file_size for part in parts) > LARGEST:
        raise SheetRefused(
            f"压缩包里有 {len(parts)} 个文件或展开后太大，最多 {MOST_FILES} 个、{LARGEST // 1024 // 1024} MB。请分成几包。",
            code="package_too_large",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise SheetRefused("压缩包有密码，打不开。请不加密重新打包。", code="package_is_locked")
    return package


def _table_in(package: zipfile.ZipFile) -> zipfile.ZipInfo:
    found = [
        part for part in package.infolist() if not part.is_dir() and "/" not in part.filename.strip("/")
        and PurePosixPath(part.filename).suffix.lower() in TABLES
    ]  # fmt: skip
    if len(found) != 1:
        raise SheetRefused(
            f"压缩包第一层要有一个、也只能有一个表格或 JSON，现在有 {len(found)} 个。附件请放进文件夹。", code="package_has_no_table"
        )  # fmt: skip
    return found[0]


def _evidence(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    inner = _table_in(package).filename
    return [part for part in package.infolist() if not part.is_dir() and part.filename != inner]


def fingerprints(package: zipfile.ZipFile) -> dict[str, str]:
    """Name of a file in the package → its SHA-256; files that are not evidence are left out."""
    found: dict[str, str] = {}
    for part in _evidence(package):
        name, body = uploads.plain_name(part.filename), package.read(part)
        try:
            uploads.identify(name, io.BytesIO(body), len(body))
        except RuleBroken:
            continue
        digest = hashlib.sha256(body).hexdigest()
        if found.setdefault(name, digest) != digest:
            raise SheetRefused(
                f"压缩包里有两个不同的“{name}”。请改名后重新打包。", code="package_names_clash"
            )
    return found


def _rows(name: str, data: bytes) -> list[list[str]]:
    if PurePosixPath(name).suffix.lower() == ".json":
        return _from_json(data)
    return [[written(cell) for cell in row] for row in reading.read(name, data).rows()]


def _with_files(rows: Iterable[list[str]], known: dict[str, str]) -> bytes:
    return _csv([_named(cell, known) for cell in row] for row in rows)


def _named(cell: str, known: dict[str, str]) -> str:
    """A cell that names files of the package, each with its fingerprint; any other cell as it is."""
    names = [part.strip() for part in _PARTS.split(cell)]
    if not any(name in known for name in names):
        return cell
    return "、".join(f"{name}#{known[name]}" if name in known else name for name in names if name)


def _csv(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _from_json(data: bytes) -> list[list[str]]:
    try:
        found = json.loads(data.decode("utf-8-sig"))
        visits = found["visits"] if isinstance(found, dict) else found
        rows = [line for visit in visits for line in _lines(visit)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SheetRefused(f"看不懂这个 JSON。{_JSON_HELP}。", code="json_not_understood") from None
    return [list(HEADS), *rows]


def _lines(visit: dict[str, Any]) -> list[list[str]]:
    own = [_text(visit.get(key)) for key in ("device", "started_at", "ended_at")]
    said = visit.get("sampled")
    sampled = ("是" if said else "否") if isinstance(said, bool) else ""
    lines = []
    for at, item in enumerate(visit["items"]):
        named = [*item.get("files", []), *(visit.get("files", []) if at == 0 else [])]
        checks = "；".join(
            f"{int(row['no'])}={row['result']}" + (f"：{row['note']}" if row.get("note") else "") for row in item.get("checks", [])
        )  # fmt: skip
        lines.append([
            _text(visit["visit"]), _text(item["item"]), _text(item.get("result")), _text(item.get("note")), checks,
            *own, sampled, "、".join(map(str, named)),
        ])  # fmt: skip
    return lines


def _text(value: Any) -> str:
    return (
        ""
        if value is None
        else str(value).replace("T", " ", 1)
        if re.match(r"\d{4}-\d\d-\d\dT", str(value))
        else str(value)
    )
