"""The printed layout as PDF."""

import io

import pytest

from config import gallery_samples
from foundation.documents import rendering

PAGE = rendering.Page(
    "dev/layout_document.html",
    "样例",
    {"hash_value": gallery_samples.HASH, "page_url": "https://mc.example/draw/2026-4-03/", "mark": "演练"},
)

pytestmark = pytest.mark.skipif(bool(rendering.unavailable_reason()), reason="本机没有 Pango")


def rendered(html: str):
    import weasyprint

    return weasyprint.HTML(string=html, base_url="static:///", url_fetcher=rendering.static_only())


def test_a_document_is_a_pdf_and_the_same_twice():
    first = rendering.to_pdf(PAGE)
    assert first.startswith(b"%PDF")
    assert first == rendering.to_pdf(PAGE)


def test_a_page_is_a4_with_the_style_of_an_official_document():
    from django.template.loader import render_to_string

    document = rendered(render_to_string(PAGE.template, PAGE.context)).render()
    page = document.pages[0]
    assert (round(page.width), round(page.height)) == (794, 1123)
    assert len(document.pages) <= 2


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "http://127.0.0.1:1/x.png", "static:///../settings.py"]
)
def test_nothing_but_our_own_files_is_read(url):
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        rendered(f'<p><img src="{url}">').write_pdf(io.BytesIO())
