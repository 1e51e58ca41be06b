"""Notes of interpretation: the bureau's own with the rule, the region's read-only, taken back with a reason. source: QS-23.1, NM-45.1"""

import io

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook import library
from planning import actions
from planning.models import RuleNote
from planning.rules import reading
from tests.factories import create_organisation, create_user
from tests.planning.factories import BOOKS
from tests.registry.factories import adopt

BOOK = "qinshui-2022"


@pytest.fixture
def bureau(db):
    region = create_organisation(name="青禾省生态环境厅")
    found = create_organisation(
        name="青禾县生态环境局", parent=create_organisation(name="青禾市局", parent=region)
    )
    adopt(found, BOOK)
    return found


@pytest.fixture
def head(bureau):
    return create_user(bureau, "unit_head")


def a_rule(n: int = 5) -> str:
    return list(reading.rules_of(library.get(BOOK)))[n]


def add(by, **given):
    return actions.add_rule_note(**{
        "by": by, "organisation": by.organisation, "rulebook_id": BOOK, "rule": a_rule(), "text": "按自然季度执行", **given,
    })  # fmt: skip


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("book", BOOKS)
def test_every_rule_of_every_book_has_a_name_of_its_own(book):
    blocks = [block for chapter in reading.chapters(library.get(book)) for block in chapter.blocks]
    assert len(reading.rules_of(library.get(book))) == len({block.rule for block in blocks}) == len(blocks)


def test_a_note_stands_with_its_rule_until_it_is_taken_back(bureau, head):
    note = add(head, document="青环函〔2026〕9号")
    page = signed_in(create_user(bureau, "auditor")).get(reverse("rulebook")).content.decode()
    assert "青禾县生态环境局的解释" in page
    assert "青环函〔2026〕9号" in page
    assert "附解释" not in page
    client = signed_in(head)
    url = reverse("rule-note-withdraw", args=[note.pk])
    client.post(url, {"reason": " "})
    assert RuleNote.objects.get().withdrawn_at is None
    client.post(url, {"reason": "上级另有解释"})
    assert "青禾县生态环境局的解释" not in client.get(reverse("rulebook")).content.decode()
    with pytest.raises(OutOfOrder):
        actions.withdraw_rule_note(by=head, note=note, reason="x")
    assert list(Entry.objects.of(note).values_list("act", flat=True)) == [
        "planning.withdraw_rule_note", "planning.add_rule_note"
    ]  # fmt: skip
    rows = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.get(reverse("rule-notes-export")).streaming_content))
    ).active
    assert [cell.value for cell in rows[2]][2::6] == ["按自然季度执行", "上级另有解释"]


def test_what_the_region_says_is_read_below_and_changed_only_there(bureau, head):
    region = bureau.parent.parent
    above = create_user(region, "unit_head")
    note = add(above, text="自治区的解释")
    stranger = create_organisation()
    adopt(stranger, BOOK)
    page = signed_in(head).get(reverse("rulebook")).content.decode()
    assert "青禾省生态环境厅的解释" in page
    assert "上级解释，只能看" in page
    assert (
        signed_in(head).post(reverse("rule-note-withdraw", args=[note.pk]), {"reason": "x"}).status_code
        == 404
    )
    with pytest.raises(NotAllowed):
        actions.withdraw_rule_note(by=head, note=note, reason="x")
    other = signed_in(create_user(stranger, "unit_head")).get(reverse("rulebook")).content.decode()
    assert "自治区的解释" not in other
    add(head, text="县里的解释")
    assert "县里的解释" not in signed_in(above).get(reverse("rulebook") + f"?book={BOOK}").content.decode()


def test_the_public_reads_it_too(bureau):
    add(create_user(bureau.parent.parent, "unit_head"), text="公开的解释")
    assert "公开的解释" in Client().get(reverse("open-rulebook") + f"?book={BOOK}").content.decode()


def test_who_adopts_the_book_interprets_it_on_its_page(bureau, head):
    url = reverse("rule-note-new") + f"?book={BOOK}&rule={a_rule()}"
    assert signed_in(create_user(bureau, "planner")).get(url).status_code == 403
    client = signed_in(head)
    assert client.get(reverse("rule-note-new") + f"?book={BOOK}&rule=nothing").status_code == 404
    assert client.post(url, {"text": ""}).status_code == 422
    assert client.post(url, {"text": "按自然季度执行"}).status_code == 302
    assert RuleNote.objects.get().rule == a_rule()


@pytest.mark.parametrize("wrong", [{"rule": "quota/none"}, {"rulebook_id": "none"}, {"text": " "}])
def test_a_note_without_a_rule_or_words_is_refused(head, wrong):
    with pytest.raises(RuleBroken):
        add(head, **wrong)
    note = add(head)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleNote.objects.filter(pk=note.pk).update(text="")
