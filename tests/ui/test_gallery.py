"""Gallery and layouts through the test client."""

import re
from pathlib import Path

import pytest
from django.test import override_settings

from config import gallery
from tests.ui.test_components import inline_code, strict_templates

pytestmark = pytest.mark.django_db
PAGES = ["", *(f"{name}/" for name in gallery.LAYOUTS)]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("sample", PAGES)
def test_a_sample_page_shows_no_undefined_value_and_no_inline_code(client, sample):
    with override_settings(TEMPLATES=strict_templates()):
        html = client.get(f"/desk/_ui/{sample}").content.decode()
    assert "UNDEFINED:" not in html
    assert inline_code(html) == []
    assert html.count('id="main"') == (sample != "document/")


def test_every_component_is_shown_in_the_gallery_or_a_layout():
    sources = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("dev", "layout", "registration")
        for path in (ROOT / "templates" / folder).glob("*.html")
    )
    hidden = [
        path.stem
        for path in (ROOT / "templates" / "components").glob("*.html")
        if f"components/{path.name}" not in sources and not re.search(r"\{% " + path.stem + r"\b", sources)
    ]
    inside_others = {
        "status_tag",
        "ratio_bar",
        "chart",
        "crumb",
        "sec_head",
        "page_head",
        "fieldset",
        "origin_badge",
    }
    assert set(hidden) <= inside_others


def test_ids_are_unique_on_the_gallery_page(client):
    html = client.get("/desk/_ui/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


def test_the_gallery_is_closed_in_production(client, settings):
    settings.DEBUG = settings.TESTING = False
    assert client.get("/desk/_ui/").status_code == 404


def test_an_unknown_sample_is_not_found(client):
    assert client.get("/desk/_ui/nothing/").status_code == 404


def test_public_pages_set_no_cookie(client):
    response = client.get("/desk/_ui/public/")
    assert not response.cookies


def test_the_large_view_keeps_the_rest_of_the_address(client):
    html = client.get("/desk/_ui/public/?q=青禾").content.decode()
    assert "view=large" in html
    assert "pub--large" not in html
    large = client.get("/desk/_ui/public/?q=青禾&view=large").content.decode()
    assert "pub--large" in large
    assert "标准版" in large


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_says_what_happened_and_offers_a_way_back(code):
    from django.template.loader import get_template

    html = get_template(f"{code}.html").render()
    assert '<a class="btn' in html
    assert "<h1>" in html
    assert "{%" not in html


def test_a_failed_login_lists_what_to_correct(client):
    html = client.post("/login/", {"username": "", "password": ""}).content.decode()
    assert "有 2 处需要改" in html
    assert 'href="#id_username"' in html
    assert "<title>错误：登录" in html


def test_a_printed_document_finds_its_style_without_a_request():
    from django.template.loader import render_to_string

    html = render_to_string(
        "dev/layout_document.html", {"hash_value": "ab" * 32, "page_url": "https://mc.example/"}
    )
    assert 'href="static:///css/document.css"' in html
    assert "abab-abab" in html
