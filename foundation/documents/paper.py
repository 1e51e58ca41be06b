"""A paper as a list of blocks: written once, printed as PDF and as Word with the same words."""

from dataclasses import dataclass, field

from foundation.documents.rendering import Page

TEMPLATE = "documents/paper_print.html"


@dataclass(frozen=True)
class Heading:
    """一、…"""

    text: str
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Fingerprint:
    """A hash after its label; printed in groups of eight."""

    label: str
    value: str
    kind: str = field(default="fingerprint", init=False)


@dataclass(frozen=True)
class Literal:
    """Text to be typed or compared character by character."""

    text: str
    kind: str = field(default="literal", init=False)


@dataclass(frozen=True)
class Facts:
    """Rows of one or two (label, value) pairs."""

    rows: tuple[tuple[tuple[str, str], ...], ...]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Table:
    """`rows` of as many cells as `head`; a row of one cell spans the table.

    annex: title of an annex on its own landscape pages, e.g. 附件; "" = in the text · widths: relative column widths of
    an annex · merged: (row, column, rows) of cells that span several rows; those below are left empty
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    annex: str = ""
    widths: tuple[int, ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Signs:
    """Lines to sign on by hand."""

    labels: tuple[str, ...]
    kind: str = field(default="signs", init=False)


@dataclass(frozen=True)
class Closing:
    """Who issues a document and when, at the right below the text."""

    lines: tuple[str, ...]
    kind: str = field(default="closing", init=False)


Block = Closing | Heading | Paragraph | Fingerprint | Literal | Facts | Table | Signs


@dataclass(frozen=True)
class Paper:
    """name: file name without ending · mark: watermark, e.g. 演练 · page_url: what the QR code says; "" = no code"""

    name: str
    bureau: str
    number: str
    heading: str
    blocks: tuple[Block, ...]
    page_url: str
    hash_value: str = ""
    mark: str = ""

    def page(self, **more: object) -> Page:
        """For the PDF; `more` goes into the context beside the paper."""
        context = {
            "paper": self, "bureau_name": self.bureau, "mark": self.mark, "page_url": self.page_url, "hash_value": self.hash_value,
        }  # fmt: skip
        return Page(TEMPLATE, self.name, {**context, **more})
