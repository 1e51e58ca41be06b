"""Acts have Chinese words on the screen; every act written literally in the code has one."""

import re
from pathlib import Path

import pytest
from django.test import Client

from foundation.ledger import actions, words
from tests.factories import create_organisation, create_user

ROOT = Path(__file__).parents[2]
APPS = ("foundation", "registry", "personnel", "planning", "draws", "inspections", "disclosure", "config")
ACT = re.compile(r'(?:act=|@?act\(|Act\([^,()]+, )"([a-z]+\.[a-z_]+)"')


@pytest.mark.parametrize("app", APPS)
def test_every_act_has_a_word(app):
    found = {
        act for path in (ROOT / app).rglob("*.py") for act in ACT.findall(path.read_text(encoding="utf-8"))
    }
    assert found - set(words.WORDS) == set()


def test_the_words_are_chinese():
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", word) for word in words.WORDS.values())


@pytest.mark.django_db
def test_the_page_shows_and_finds_the_word():
    office = create_organisation()
    auditor = create_user(office, "auditor", name="郑清")
    actions.record(actor=auditor, act="inspections.file_case", subject=office)
    actions.record(actor=auditor, act="draws.unheard_of", subject=office)
    client = Client()
    client.force_login(auditor)
    page = client.get("/desk/audit/").content.decode()
    assert "归档" in page
    assert "draws.unheard_of" in page
    for asked in ("归档", "inspections.file"):
        found = client.get("/desk/audit/", {"act": asked}).content.decode()
        assert "归档" in found
        assert "draws.unheard_of" not in found
    lines = b"".join(client.get("/desk/audit/export.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("序号,时间,操作人,操作,操作代码,")
    assert any(",归档,inspections.file_case," in line for line in lines)
