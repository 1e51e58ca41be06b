"""HTML page → PDF bytes, with nothing fetched but the product's own static files."""

from dataclasses import dataclass, field

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from foundation.errors import RuleBroken


class PdfUnavailable(RuleBroken):
    """The machine lacks the text layout library or a Chinese font."""

    code = "pdf_unavailable"


@dataclass(frozen=True)
class Page:
    """What a document kind returns: a template under templates/ and its context. `name` is the file name without .pdf."""

    template: str
    name: str
    context: dict = field(default_factory=dict)


def unavailable_reason() -> str:
    """Why PDFs cannot be made here, in Chinese with the remedy; empty when they can."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return "本机缺少排版库 Pango，PDF 暂不能生成。请安装：libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk，再重新启动。"
    return ""


def to_pdf(page: Page) -> bytes:
    """PDF bytes of a page; the same page gives the same bytes."""
    reason = unavailable_reason()
    if reason:
        raise PdfUnavailable(reason)
    import weasyprint

    html = render_to_string(page.template, page.context)
    return weasyprint.HTML(string=html, base_url="static:///", url_fetcher=fetch_static).write_pdf()


def fetch_static(url: str, *args: object, **kwargs: object) -> dict:
    """Serve static/… and data: only; everything else is refused, whatever a user typed into a field."""
    from weasyprint.urls import default_url_fetcher

    if url.startswith("data:"):
        return default_url_fetcher(url)
    path = finders.find(
        url.removeprefix("static:///").removeprefix("static/").lstrip("/").removeprefix("static/")
    )
    if not url.startswith("static:///") or not path:
        raise ValueError(f"文书不允许读取 {url}")
    with open(path, "rb") as file:
        mime = "text/css" if path.endswith(".css") else "image/svg+xml" if path.endswith(".svg") else None
        return {"string": file.read(), "mime_type": mime}
