"""A paper as .docx in the style of GB/T 9704—2012. Fonts are named, not embedded: every office in China has them."""

import io
from typing import Any

import segno

from foundation.documents.paper import (
    Block,
    Closing,
    Facts,
    Fingerprint,
    Heading,
    Literal,
    Paper,
    Paragraph,
    Signs,
    Table,
)

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TITLE, BODY, BLACK, LATIN, MONO = "方正小标宋简体", "仿宋_GB2312", "黑体", "Times New Roman", "Consolas"
RED, GREY = "C00000", "BFBFBF"
_QR_MM = 24
_WIDTH = 442  # points: the 156 mm of a line
_FACTS = (2, 5, 2, 5)
_LINE = 29  # points: 22 lines on a page


def to_docx(paper: Paper) -> bytes:
    """The bytes of the file; the same words in the same order as the PDF."""
    from docx import Document

    document = Document()
    _page(document, paper)
    _head(document, paper)
    for block in paper.blocks:
        _WRITERS[type(block)](document, block)
    if paper.hash_value:
        _text(document, f"校验码 {_short(paper.hash_value)}", size=9, font=MONO)
        _text(document, _groups(paper.hash_value), size=9, font=MONO)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _page(document: Any, paper: Paper) -> None:
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    normal = document.styles["Normal"]
    _name(normal.font, normal.element.get_or_add_rPr(), BODY)
    normal.font.size = Pt(16)
    normal.paragraph_format.space_after = Pt(0)
    document.core_properties.title = f"{paper.number} {paper.heading}"
    document.core_properties.author = paper.bureau
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], right=True)
    _page_number(section.even_page_footer.paragraphs[0], right=False)
    for header in (section.header, section.even_page_header) if paper.mark else ():
        mark = "　".join([paper.mark] * 3)
        _line(header.paragraphs[0], mark, size=36, color=GREY, middle=True)


def _page_number(paragraph: Any, *, right: bool) -> None:
    """— 1 —, as a field that Word counts: odd pages at the right, even ones at the left, one character from the edge."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Pt

    shape = paragraph.paragraph_format
    shape.left_indent, shape.right_indent = (None, Pt(14)) if right else (Pt(14), None)
    _line(paragraph, "— ", size=14, right=right)
    size = f'<w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}"/><w:sz w:val="28"/></w:rPr>'
    paragraph._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r>{size}<w:t>1</w:t></w:r></w:fldSimple>')
    )
    _line(paragraph, " —", size=14, right=right)


def _head(document: Any, paper: Paper) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    if paper.page_url:
        corner = document.add_paragraph()
        corner.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        picture = io.BytesIO()
        segno.make(paper.page_url, error="m", micro=False).save(picture, kind="png", scale=8, border=1)
        picture.seek(0)
        corner.add_run().add_picture(picture, width=Mm(_QR_MM))
        _text(document, "扫码核对", size=9, right=True)
    size = min(36, _WIDTH // max(1, len(paper.bureau)))
    _text(document, paper.bureau, font=TITLE, size=size, color=RED, middle=True)
    number = _text(document, paper.number + (f"（{paper.mark}）" if paper.mark else ""), middle=True)
    number.paragraph_format.space_before = number.paragraph_format.space_after = Pt(12)
    _red_line(number)
    title = _text(document, paper.heading, font=TITLE, size=22, middle=True)
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(_LINE), Pt(_LINE // 2)


def _red_line(paragraph: Any) -> None:
    """The line that parts the head from the text, below the number."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    line = f'<w:bottom w:val="single" w:sz="18" w:space="8" w:color="{RED}"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>"))


def _heading(document: Any, block: Heading) -> None:
    from docx.shared import Pt

    paragraph = document.add_heading(level=1)
    paragraph.paragraph_format.space_before = Pt(0)
    _line(paragraph, block.text, font=BLACK, color="000000")
    paragraph.runs[0].bold = False
    _indent(paragraph)


def _paragraph(document: Any, block: Paragraph) -> None:
    _indent(_text(document, block.text))


def _fingerprint(document: Any, block: Fingerprint) -> None:
    _indent(_text(document, block.label))
    _text(document, _groups(block.value), font=MONO, size=12)


def _literal(document: Any, block: Literal) -> None:
    _text(document, block.text, font=MONO, size=9)


def _facts(document: Any, block: Facts) -> None:
    table = document.add_table(rows=0, cols=4, style="Table Grid")
    for row in block.rows:
        cells = table.add_row().cells
        if len(row) == 1:
            cells[1].merge(cells[3])
        for at, (label, value) in enumerate(row):
            _cell(cells[2 * at], label, font=BLACK)
            _cell(cells[2 * at + 1], value)
    _set_widths(document.sections[-1], table, _FACTS)


def _table(document: Any, block: Table) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    if block.annex:
        _landscape(document)
        _text(document, block.annex, font=TITLE, middle=True)
    size = 9 if block.annex else 12
    table = document.add_table(rows=1, cols=len(block.head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, block.head, strict=True):
        _cell(cell, text, font=BLACK, size=size)
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for row in block.rows:
        cells = table.add_row().cells
        if len(row) == 1:
            _cell(cells[0].merge(cells[-1]), row[0])
            continue
        for cell, text in zip(cells, row, strict=True):
            _cell(cell, text, size=size)
    for at, column, deep in block.merged:
        whole = table.cell(at + 1, column).merge(table.cell(at + deep, column))
        for empty in whole.paragraphs[1:]:
            empty._p.getparent().remove(empty._p)
    _set_widths(document.sections[-1], table, block.widths or _weights(block))


def _weights(block: Table) -> tuple[int, ...]:
    """Columns as wide as their longest word asks, none below three or above twenty characters."""
    full = [row for row in (block.head, *block.rows) if len(row) == len(block.head)]
    return tuple(min(20, max(3, *map(len, column))) for column in zip(*full, strict=True))


def _landscape(document: Any) -> None:
    """A4 on its side, the margins turned with it."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm

    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(28),
        Mm(26),
        Mm(20),
        Mm(20),
    )


def _set_widths(section: Any, table: Any, widths: tuple[int, ...]) -> None:
    room = section.page_width - section.left_margin - section.right_margin
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = room * width // sum(widths)
        for cell in column.cells:
            cell.width = column.width


def _closing(document: Any, block: Closing) -> None:
    from docx.shared import Pt

    document.add_paragraph()
    for line in block.lines:
        paragraph = _text(document, line, right=True)
        paragraph.paragraph_format.right_indent = Pt(64)
        paragraph.paragraph_format.line_spacing = Pt(_LINE)


def _signs(document: Any, block: Signs) -> None:
    table = document.add_table(rows=2, cols=len(block.labels))
    for at, label in enumerate(block.labels):
        _cell(table.cell(0, at), label, size=14)
        _cell(table.cell(1, at), "＿＿＿＿＿＿", size=14)


def _cell(cell: Any, text: str, *, font: str = BODY, size: int = 12) -> None:
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(size // 6)
    _line(paragraph, text, font=font, size=size)


def _text(document: Any, text: str, **look: Any) -> Any:
    paragraph = document.add_paragraph()
    _line(paragraph, text, **look)
    return paragraph


def _line(
    paragraph: Any, text: str, *, font: str = BODY, size: int = 16, color: str = "", middle: bool = False, right: bool = False
) -> None:  # fmt: skip
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    if middle or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if middle else WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    _name(run.font, run._r.get_or_add_rPr(), font)
    if color:
        run.font.color.rgb = RGBColor.from_string(color)


def _name(font: Any, properties: Any, name: str) -> None:
    """Latin letters in Times (or the fixed-width face), Chinese in the named face."""
    from docx.oxml.ns import qn

    font.name = name if name == MONO else LATIN
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _indent(paragraph: Any) -> None:
    from docx.shared import Pt

    paragraph.paragraph_format.first_line_indent = Pt(32)
    paragraph.paragraph_format.line_spacing = Pt(_LINE)


def _groups(value: str) -> str:
    return " ".join(value[at : at + 8] for at in range(0, len(value), 8))


def _short(value: str) -> str:
    return f"{value[:4]}-{value[4:8]}"


_WRITERS: dict[type[Block], Any] = {
    Heading: _heading, Paragraph: _paragraph, Fingerprint: _fingerprint, Literal: _literal, Facts: _facts, Table: _table,
    Signs: _signs, Closing: _closing,
}  # fmt: skip
