"""Files that should never get in, each with the words that say why; and good ones that do."""

import io
import struct
import zipfile
import zlib
from functools import cache

import openpyxl

from tests.foundation.old_books import old_book

LARGEST = 20 * 1024 * 1024


def workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def png(width: int, height: int) -> bytes:
    """Head and end of a picture; the dots are not there."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")


def jpg(width: int, height: int) -> bytes:
    segments = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    return b"\xff\xd8" + segments + b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, height, width, 3) + b"\xff\xd9"


def pdf(body: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer\n%%EOF\n"


def packed_pdf(body: bytes) -> bytes:
    data = zlib.compress(body)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(data)
    return pdf(head + b"\nstream\n" + data + b"\nendstream")


def office(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<x/>")
        for name, data in parts.items():
            archive.writestr(f"word/{name}", data)
    return out.getvalue()


@cache
def bomb() -> bytes:
    return office(**{"media.bin": b"\0" * (60 << 20)})


@cache
def table_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (60 << 20))
    return out.getvalue()


def far_off() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "名称", "远"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SCRIPT = b"<< /Type /Action /S /JavaScript /JS (app.alert(1)) >>"
HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

# name: (file name, its bytes, what the answer says)
EVIDENCE = {
    "一字节过大": ("a.pdf", lambda: pdf(b"").ljust(LARGEST + 1, b" "), "超过 20 MB"),
    "空": ("a.pdf", bytes, "空"),
    "程序改名": ("a.pdf", lambda: b"MZ\x90\x00" * 20, "内容不是 pdf 文件"),
    "程序": ("a.exe", lambda: b"MZ\x90\x00" * 20, "不能上传，只收"),
    "网页": ("a.html", lambda: HTML, "不能上传，只收"),
    "网页改名": ("a.png", lambda: HTML, "内容不是 png 文件"),
    "矢量图": ("a.svg", lambda: SVG, "不能上传，只收"),
    "巨图": ("a.png", lambda: png(30_000, 30_000), "30000×30000 的图，太大"),
    "巨照": ("a.jpg", lambda: jpg(30_000, 30_000), "30000×30000 的图，太大"),
    "脚本": ("a.pdf", lambda: pdf(SCRIPT), "带有脚本"),
    "改写的脚本": ("a.pdf", lambda: pdf(SCRIPT.replace(b"/JavaScript", b"/J#61vaScript")), "带有脚本"),
    "包起来的脚本": ("a.pdf", lambda: packed_pdf(SCRIPT), "带有脚本"),
    "宏": ("a.docx", lambda: office(**{"vbaProject.bin": b"x"}), "带有宏"),
    "炸弹": ("a.docx", bomb, "极不相称"),
}  # fmt: skip

TABLES = {
    "一字节过大": ("a.xlsx", lambda: b"PK\x03\x04".ljust(LARGEST + 1, b"0"), "最大 20 MB"),
    "空": ("a.xlsx", bytes, "文件是空的"),
    "程序改名": ("a.xlsx", lambda: b"MZ\x90\x00" * 20, "不是真正的 .xlsx"),
    "程序": ("a.exe", lambda: b"MZ\x90\x00" * 20, "不是表格文件"),
    "网页改名": ("a.xls", lambda: HTML, "内容却不是"),
    "矢量图": ("a.svg", lambda: SVG, "不是表格文件"),
    "炸弹": ("a.xlsx", table_bomb, "极不相称"),
    "极远的格": ("a.xlsx", far_off, "范围太大"),
    "旧表极远的格": ("a.xls", lambda: old_book([(0, 0, "名称"), (65535, 255, "远")]), "范围太大"),
    "旧表不可能的范围": ("a.xls", lambda: old_book([(0, 0, "名称")], (0, 0xFFFFFFFF, 0, 0xFFFF)), "打不开"),
    "编码": ("a.csv", lambda: "名称,编号\n甲,1".encode("utf-16"), "编码既不是 UTF-8 也不是 GBK"),
    "文档": ("a.docx", office, "后缀是“.docx”"),
}  # fmt: skip
