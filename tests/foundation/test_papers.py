"""A paper of blocks: the Word file and the printed page say the same, in the named fonts, with the QR code."""

import io
import zipfile

import docx
from django.template.loader import render_to_string

from foundation.documents import word
from foundation.documents.paper import Facts, Fingerprint, Heading, Literal, Paper, Paragraph, Signs, Table

PAPER = Paper(
    "样", "青禾县生态环境局", "140521-2026Q4-01", "双随机抽取记录单",
    (
        Facts(((("时间", "2026年10月13日"), ("地点", "二楼")), (("依据", "年度计划<甲>"),))), Heading("一、名额"),
        Table(("层", "抽出"), (("重点", "3"), ("按 25% 计算",))), Paragraph("席位说：“<重掷>&一次”。"),
        Fingerprint("名单指纹：", "ab" * 32), Literal("MC1|leaf|x"), Signs(("主持人", "纪检监督")),
    ),
    "https://mc.example/draw/x/verify/", "cd" * 32, "演练",
)  # fmt: skip


def opened():
    return docx.Document(io.BytesIO(word.to_docx(PAPER)))


def test_word_holds_every_word_of_the_paper_in_order():
    document = opened()
    texts = [paragraph.text for paragraph in document.paragraphs]
    for said in (
        "青禾县生态环境局",
        "140521-2026Q4-01（演练）",
        "一、名额",
        "席位说：“<重掷>&一次”。",
        "名单指纹：",
        "MC1|leaf|x",
    ):
        assert said in texts
    assert texts.index("一、名额") < texts.index("席位说：“<重掷>&一次”。") < texts.index("名单指纹：")
    assert " ".join(["abababab"] * 8) in texts
    assert [[cell.text for cell in row.cells] for row in document.tables[1].rows] == [
        ["层", "抽出"], ["重点", "3"], ["按 25% 计算", "按 25% 计算"],
    ]  # fmt: skip
    assert document.tables[0].rows[1].cells[1].text == "年度计划<甲>"


def test_word_is_a_page_of_an_official_document_with_a_qr_code_and_the_mark():
    document = opened()
    section = document.sections[0]
    assert (round(section.top_margin.mm), round(section.left_margin.mm), round(section.page_width.mm)) == (
        37,
        28,
        210,
    )
    assert len(document.inline_shapes) == 1
    assert "演练" in section.header.paragraphs[0].text
    with zipfile.ZipFile(io.BytesIO(word.to_docx(PAPER))) as package:
        xml = package.read("word/document.xml").decode()
        assert not [
            name
            for name in package.namelist()
            if "font" in name.lower() and name.endswith((".ttf", ".odttf"))
        ]
    for font in ("方正小标宋简体", "仿宋_GB2312", "黑体"):
        assert f'w:eastAsia="{font}"' in xml
    assert "tblHeader" in xml


def test_the_printed_page_escapes_and_says_the_same():
    page = PAPER.page()
    printed = render_to_string(page.template, page.context)
    assert "席位说：“&lt;重掷&gt;&amp;一次”。" in printed
    assert '<td colspan="2">按 25% 计算</td>' in printed
    assert '<td colspan="3">年度计划&lt;甲&gt;</td>' in printed
    assert "doc__mark" in printed
    assert "abababab abababab" in printed


def test_word_parts_the_head_by_a_red_line_and_numbers_odd_and_even_pages():
    document = opened()
    number = next(p for p in document.paragraphs if p.text == "140521-2026Q4-01（演练）")
    assert 'w:color="C00000"' in number._p.xml
    assert document.settings.odd_and_even_pages_header_footer
    footers = document.sections[0].footer, document.sections[0].even_page_footer
    assert [footer.paragraphs[0].text.split() for footer in footers] == [["—", "—"]] * 2
    assert "演练" in document.sections[0].even_page_header.paragraphs[0].text


def test_columns_of_a_table_are_as_wide_as_their_words():
    narrow, wide = "缺口", "重点（直属第三大队）"
    table = Table((narrow, "层"), (("0", wide), ("合计按各期名录重算，单元格通栏",)))
    made = docx.Document(io.BytesIO(word.to_docx(Paper("样", "局", "1", "表", (table,), "")))).tables[0]
    first, second = (column.width for column in made.columns)
    assert second > 2 * first


def test_a_long_name_of_a_bureau_stays_on_one_line():
    def size(bureau):
        paper = Paper("样", bureau, "1", "表", (), "")
        head = docx.Document(io.BytesIO(word.to_docx(paper))).paragraphs[0]
        return head.runs[0].font.size.pt

    assert size("青禾县生态环境局") == 36
    long = "内蒙古自治区锡林郭勒盟生态环境综合行政执法支队"
    assert size(long) * len(long) <= 442
