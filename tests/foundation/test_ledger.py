import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from foundation.ledger import actions, append_only, rules
from foundation.ledger.models import Entry, Head
from tests.factories import create_organisation, create_user

pytestmark = pytest.mark.django_db


def record(n: int = 1) -> list[Entry]:
    organisation = create_organisation()
    return [actions.record(actor=None, act="test.act", subject=organisation, data={"n": i}) for i in range(n)]


def test_each_entry_names_the_hash_of_the_one_before():
    first, second = record(2)
    assert first.previous_hash == rules.GENESIS
    assert second.previous_hash == first.hash
    assert second.seq == first.seq + 1 == 2
    assert Head.objects.get().hash == second.hash


def test_the_database_refuses_to_change_an_entry():
    (entry,) = record()
    with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(act="other")
    assert Entry.objects.get(pk=entry.pk).act == "test.act"


def test_the_database_refuses_to_delete_an_entry():
    (entry,) = record()
    with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk)._raw_delete("default")
    assert Entry.objects.count() == 1


def test_verify_names_the_first_entry_that_was_changed():
    record(5)
    with append_only.suspended(connection):
        entry = Entry.objects.get(seq=3)
        Entry.objects.filter(seq=3).update(content=entry.content.replace('"n":2', '"n":9'))
    assert actions.verify() == (5, (3, "第 3 条内容与自身指纹不符，内容被改动过"))
    with pytest.raises(CommandError, match="第 3 条"):
        call_command("ledger", "verify")


def test_verify_notices_a_missing_tail():
    record(3)
    with append_only.suspended(connection):
        Entry.objects.filter(seq=3)._raw_delete("default")
    count, broken = actions.verify()
    assert count == 2
    assert broken is not None
    assert broken[0] == 3


def test_verify_is_content_with_a_whole_chain(capsys):
    record(4)
    call_command("ledger", "verify")
    assert "完好，共 4 条" in capsys.readouterr().out


def test_an_entry_says_who_did_what_to_what():
    user = create_user()
    entry = actions.record(actor=user, act="test.act", subject=user.organisation, data={"days": 20})
    assert f'"username":"{user.username}"' in entry.content
    assert '"data":{"days":20}' in entry.content
    assert rules.entry_hash(entry.seq, entry.previous_hash, entry.content) == entry.hash
