"""A rehearsal can be taken for nothing else: its papers, files, pages without a list, and the verifier say 演练. source: MC1 §11"""

import io
import zipfile

import pytest
from django.template.loader import render_to_string
from django.test import Client

from draws import archive, certificates, documents, leaflet
from foundation.documents import word
from tests.draws import factories as make
from tests.draws.pages import signed_in, words

pytestmark = pytest.mark.django_db
MARK = "演练"


@pytest.mark.parametrize("kind", ["R", "F"])
def test_every_paper_and_file_of_a_rehearsal_is_marked_and_none_of_a_formal_draw(kind):
    draw, devices = make.signed(make.create_house(), kind=kind)
    row = draw.snapshot_targets.order_by("pk").first()
    minutes = documents.minutes_paper(draw)
    certificate = documents.certificate_paper(certificates.certificate_of(draw, row.commitment))
    copy = documents.sealed_copy(draw, "ab" * 32)
    said = {
        "minutes pdf": render_to_string(minutes.page().template, minutes.page().context),
        "minutes docx": docx_text(word.to_docx(minutes)),
        "certificate pdf": render_to_string(certificate.page().template, certificate.page().context),
        "certificate docx": docx_text(word.to_docx(certificate)),
        "sealed copy": render_to_string(copy.template, copy.context),
        "leaflet": leaflet.text_of(draw, devices[0].seat, title="校验码留存"),
        "archive": zipfile.ZipFile(io.BytesIO(archive.bundle(draw))).read("README.txt").decode(),
    }
    assert {name: MARK in text for name, text in said.items()} == dict.fromkeys(said, kind == "R")
    assert ("-R" in draw.number) == (kind == "R")


def test_the_page_that_cannot_verify_yet_is_marked_for_the_public():
    house = make.create_house()
    draw, _ = make.frozen(house, kind="R")
    page = words(Client().get(f"/draw/{draw.number}/verify/"))
    assert 'class="screen__mark"' in page
    assert "自己核验这次演练" in page
    sheet = words(signed_in(house.operator).get(f"/desk/draws/{draw.number}/"))
    assert 'class="screen__mark"' in sheet


def docx_text(data: bytes) -> str:
    package = zipfile.ZipFile(io.BytesIO(data))
    return "".join(
        package.read(name).decode(errors="ignore") for name in package.namelist() if name.endswith(".xml")
    )
