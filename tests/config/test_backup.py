"""What was saved comes back whole on either database; what was tampered with does not come back at all."""

import json
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from config.backup import manifest, restoring, tables, writing
from draws.models import Draw
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.ledger import append_only
from foundation.ledger.models import Entry, Head
from foundation.workdays.models import Holiday
from inspections.models import Evidence
from tests.factories import create_organisation
from tests.inspections import factories

pytestmark = pytest.mark.django_db


def some_work():
    """A visit with its draw, a sealed secret, a stored file, a few ledger entries."""
    case = factories.create_case()
    Draw.objects.filter(pk=case.draw.pk).update(sealed=b"\x00\xffsealed")
    Evidence.objects.create(
        visit=case.visit, name="排污口.jpg", file=ContentFile("照片".encode(), "a.jpg"), size=6, sha256="a" * 64,
        media_type="image/jpeg", uploaded_by=case.lead,
    )  # fmt: skip
    for n in range(3):
        ledger.record(actor=case.operator, act="test.act", subject=case.draw, data={"第": n})
    return case


def everything() -> dict[str, list]:
    return {model._meta.label: list(tables.lines(model)) for model in tables.held()}


def wipe(media: Path) -> None:
    """The database as after `migrate` on a new machine."""
    connection.check_constraints()
    with append_only.suspended(connection):
        for model in tables.held():
            if model._meta.label not in tables.UNCLAIMED:
                tables.empty(model)
        connection.check_constraints()
    for path in sorted(media.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()


def test_a_backup_comes_back_whole_in_an_empty_database(tmp_path, settings):
    some_work()
    before, head = everything(), Head.objects.values().get()
    stored = {path.name: path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
    writing.write(tmp_path / "b")
    wipe(Path(settings.MEDIA_ROOT))
    assert not Draw.objects.exists()
    restoring.restore(tmp_path / "b")
    after = everything()
    last = json.loads(after["ledger.Entry"].pop())
    assert "system.restore" in last
    assert Entry.objects.get(seq=head["seq"]).hash == head["hash"]
    for label in before.keys() - {"ledger.Head"}:
        assert after[label] == before[label], label
    assert bytes(Draw.objects.get().sealed) == b"\x00\xffsealed"
    kept = {path.name: path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
    assert kept == stored
    assert len(kept) == 1


def test_work_goes_on_after_a_restore(tmp_path, settings):
    """New rows get new numbers, the chain goes on, and the tables under triggers still refuse change."""
    some_work()
    writing.write(tmp_path / "b")
    wipe(Path(settings.MEDIA_ROOT))
    restoring.restore(tmp_path / "b")
    highest = max(create_organisation().pk for _ in range(2))
    assert highest > 1
    count, broken = ledger.verify()
    assert broken is None
    assert count == Head.objects.get().seq
    with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
        Entry.objects.filter(seq=1).update(act="other")


def test_a_database_in_use_is_not_touched_unless_forced(tmp_path):
    case = some_work()
    writing.write(tmp_path / "b")
    extra = create_organisation(name="后来才有的局")
    held = everything()
    with pytest.raises(CommandError, match="--force") as refused:
        call_command("restore", str(tmp_path / "b"))
    assert refused.value.returncode == 1
    assert everything() == held
    restoring.restore(tmp_path / "b", force=True)
    assert not type(extra).objects.filter(pk=extra.pk).exists()
    assert Draw.objects.get().pk == case.draw.pk
    entry = Entry.objects.in_order().last()
    assert json.loads(entry.content)["data"]["displaced"]["seq"] == entry.seq - 1


def damaged(folder: Path, name: str) -> str:
    """One thing wrong with a backup; the words the refusal must contain."""
    table = folder / "tables" / "ledger.entry.jsonl"
    if name == "changed":
        table.write_bytes(table.read_bytes().replace(b"test.act", b"test.cat"))
        return "ledger.entry.jsonl 与清单的指纹不符"
    if name == "lost":
        next((folder / "media").rglob("*.jpg")).unlink()
        return "缺少文件 media/"
    if name == "added":
        (folder / "tables" / "other.jsonl").write_text("[]\n")
        return "多出清单没有的文件"
    if name == "unfinished":
        (folder / manifest.NAME).unlink()
        return "备份没有做完"
    if name == "escape":
        path = folder / manifest.NAME
        path.write_text(path.read_text().replace('"media/', '"../media/'))
        return "备份文件夹之外"
    path = folder / manifest.NAME
    path.write_text(path.read_text().replace('"vendor": "', '"vendor": "x'))
    return "--expect"


@pytest.mark.parametrize("name", ["changed", "lost", "added", "unfinished", "escape", "manifest"])
def test_a_tampered_backup_is_refused_and_nothing_is_written(tmp_path, settings, name):
    some_work()
    folder = tmp_path / "b"
    writing.write(folder)
    digest = manifest.hash_file(folder / manifest.NAME)[0]
    wipe(Path(settings.MEDIA_ROOT))
    words = damaged(folder, name)
    with pytest.raises(CommandError) as refused:
        call_command("restore", str(folder), "--expect", digest if name == "manifest" else "")
    assert words in str(refused.value)
    assert refused.value.returncode == 1
    assert restoring.in_use() == ""


def test_a_history_rewritten_with_matching_hashes_is_refused_by_the_chain(tmp_path, settings):
    """Somebody who edits a row and then the manifest is caught by the ledger itself."""
    some_work()
    folder = tmp_path / "b"
    writing.write(folder)
    wipe(Path(settings.MEDIA_ROOT))
    table = folder / "tables" / "ledger.entry.jsonl"
    old = manifest.hash_file(table)[0]
    table.write_bytes(table.read_bytes().replace(b'\\"\\u7b2c\\":1', b'\\"\\u7b2c\\":9').replace('第\\":1'.encode(), '第\\":9'.encode()))  # fmt: skip
    new = manifest.hash_file(table)[0]
    assert new != old
    path = folder / manifest.NAME
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RuleBroken, match="操作记录链断裂"):
        restoring.restore(folder)
    assert restoring.in_use() == ""
    assert Holiday.objects.exists()


def test_a_backup_of_another_version_is_refused_by_name(tmp_path, settings):
    some_work()
    folder = tmp_path / "b"
    writing.write(folder)
    path = folder / manifest.NAME
    path.write_text(path.read_text().replace('"0002_append_only"', '"0099_later"'))
    with pytest.raises(RuleBroken, match="另一个版本.*0099_later"):
        restoring.restore(folder, force=True)


def test_the_commands_say_what_they_did_and_how_they_ended(tmp_path, settings, capsys):
    some_work()
    folder = tmp_path / "b"
    call_command("backup", str(folder))
    said = capsys.readouterr().out
    assert "1 个文件" in said
    digest = manifest.hash_file(folder / manifest.NAME)[0]
    assert digest in said
    with pytest.raises(CommandError, match="不是空文件夹") as again:
        call_command("backup", str(folder))
    assert again.value.returncode == 1
    with pytest.raises(CommandError, match="不存在") as nowhere:
        call_command("restore", str(tmp_path / "nowhere"))
    assert nowhere.value.returncode == 2
    wipe(Path(settings.MEDIA_ROOT))
    settings.SECRET_KEY = "another" * 10
    call_command("restore", str(folder), "--expect", digest)
    out = capsys.readouterr()
    assert "操作记录链完好" in out.out
    assert "SECRET_KEY 与备份时不同" in out.err


def test_a_stored_file_that_is_gone_is_named(tmp_path, settings, capsys):
    some_work()
    next(Path(settings.MEDIA_ROOT).rglob("*.jpg")).unlink()
    call_command("backup", str(tmp_path / "b"))
    assert "不在 MEDIA_ROOT 里" in capsys.readouterr().err
