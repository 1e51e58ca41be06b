"""The upload package: complete, checkable, repeatable, harmless."""

import csv
import hashlib
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from disclosure import documents, package
from disclosure.models import Publication
from foundation.documents import rendering
from tests.disclosure import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make.create_office()


def test_the_package_is_complete_and_its_sums_are_right(office, tmp_path, capsys):
    made = make.publish(office, target=make.create_company(office))
    call_command("export_disclosure", "--period", "2026Q4", "--out", str(tmp_path / "out"))
    out = tmp_path / "out"
    sums = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {
        "results.csv",
        "results.xlsx",
        "results.json",
        "public.json",
        "results.html",
        "manifest.json",
    }
    for name, digest in sums.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["numbers"], manifest["count"]) == ([made.number], 1)
    assert "共 1 条结果" in capsys.readouterr().out
    record = json.loads((out / "public.json").read_text())[0]
    assert record["sha256"] == made.sha256


def test_the_same_publications_give_the_same_package(office):
    make.publish(office)
    assert package.files_of("2026Q4") == package.files_of("2026Q4")


@pytest.mark.parametrize("period", ["2026Q1", "2026-4", "随便"])
def test_a_period_without_results_or_a_bad_one_is_refused_with_the_reason(office, tmp_path, period):
    make.publish(office)
    with pytest.raises(CommandError) as refused:
        call_command("export_disclosure", "--period", period, "--out", str(tmp_path))
    assert "。" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_the_fragment_escapes_names_and_carries_nothing_active(office):
    make.publish(office, target=make.create_company(office, "<script>alert(1)</script>化工厂", uscc=""))
    html = package.files_of("2026Q4")["results.html"].decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "style=" not in html


def test_the_csv_of_the_package_opens_in_a_spreadsheet(office):
    make.publish(office)
    text = package.files_of("2026Q4")["results.csv"]
    assert text.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.reader(text.decode("utf-8-sig").splitlines()))) == 2


def test_the_printed_sheet_names_no_person_and_carries_the_fingerprint(office):
    made = make.publish(office, target=make.create_company(office))
    page = documents.sheet(str(made.pk))
    from django.template.loader import render_to_string

    html = render_to_string(page.template, page.context)
    assert made.number in html
    assert "王建国" not in html
    if not rendering.unavailable_reason():
        assert rendering.to_pdf(page).startswith(b"%PDF")
    assert Publication.objects.count() == 1
