"""HTML page → PDF bytes, with nothing fetched but the product's own static files."""

import mimetypes
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from foundation.errors import RuleBroken

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher


class PdfUnavailable(RuleBroken):
    """The machine lacks the text layout library or a Chinese font."""

    code = "pdf_unavailable"


@dataclass(frozen=True)
class Page:
    """What a document kind returns: a template under templates/ and its context. `name` is the file name without .pdf."""

    template: str
    name: str
    context: dict = field(default_factory=dict)


@lru_cache(maxsize=1)
def unavailable_reason() -> str:
    """Why PDFs cannot be made here, in Chinese with the remedy; empty when they can.

    Looked for once: every page with a PDF button asks, and each failed search costs a tenth of a second.
    """
    try:
        with redirect_stdout(StringIO()):  # weasyprint prints its own advice, in English
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
    fetcher = static_only()
    return weasyprint.HTML(string=html, base_url="static:///", url_fetcher=fetcher).write_pdf()


def static_only() -> "URLFetcher":
    """Fetcher that serves static:///… and data: and stops the rendering at anything else, whatever a user typed."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticOnly(URLFetcher):
        def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = static_path(url)
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": kind})

    return StaticOnly(fail_on_errors=True)


def static_path(url: str) -> str:
    """File behind static:///css/x.css or static:///static/css/x.css; ValueError for everything else."""
    name = url.removeprefix("static:///").removeprefix("static/")
    path = finders.find(name) if url.startswith("static:///") else None
    if not path:
        raise ValueError(f"文书不允许读取 {url}")
    return str(path)
