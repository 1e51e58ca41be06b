"""Restoring a backup: all of it or nothing, then the ledger and the triggers are checked again."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path

from django.core.cache import cache
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction

from config.backup import manifest, tables
from config.backup.manifest import BackupDamaged, Manifest
from config.backup.writing import Tell
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.ledger import append_only
from foundation.ledger.models import Head
from foundation.organisation.models import Organisation


class NotRestored(RuleBroken):
    code = "not_restored"


def restore(
    folder: Path, *, force: bool = False, expected: str = "", tell: Tell = lambda text, done, total: None
) -> Manifest:
    """The database and the stored files become what they were; one ledger entry says that this happened.

    force: replace what is there · expected: SHA-256 of the manifest as it was noted when the backup was made
    raises: BackupDamaged, NotRestored; nothing has been written then
    """
    held = manifest.read(folder, expected)
    tell("正在核对文件指纹", 1, 1)
    manifest.check_files(folder, held)
    _check_shape(held)
    used = in_use()
    if used and not force:
        raise NotRestored(
            f"数据库里已有数据（{used}），没有恢复。请换一个空库；确要用备份替换全部现有数据，加 --force。"
        )
    try:
        with transaction.atomic():
            _replace(folder, held, used, tell)
    except (DatabaseError, ValueError, TypeError) as error:
        raise NotRestored(f"数据库没有接受备份内容（{error}），一行也没有写入。") from error
    cache.clear()
    return held


def in_use() -> str:
    """Chinese name of a table that holds rows of the bureau's own; empty for a fresh database."""
    own = (model for model in tables.held() if model._meta.label not in tables.UNCLAIMED)
    return next((str(model._meta.verbose_name) for model in own if model._base_manager.exists()), "")


def _check_shape(held: Manifest) -> None:
    """raises: NotRestored when the program is another version than the one that wrote the backup"""
    here = {model._meta.label: tables.columns(model) for model in tables.held()}
    if held.migrations != tables.migrations() or held.tables != here:
        gone = [name for app, name in held.migrations if [app, name] not in tables.migrations()]
        more = f"，备份多出迁移 {gone[0]}" if gone else ""
        raise NotRestored(
            f"备份来自另一个版本的程序{more}。请用写备份时的版本恢复，再升级；或先执行 manage.py migrate。"
        )


def _replace(folder: Path, held: Manifest, used: str, tell: Tell) -> None:
    models_held = tables.held()
    connection.check_constraints()  # PostgreSQL drops no trigger while checks are pending.
    displaced = Head.objects.filter(pk=1).values("seq", "hash").first()
    with append_only.suspended(connection) if used else nullcontext():
        for model in models_held:
            if used or model._meta.label in tables.UNCLAIMED:
                tables.empty(model)
        connection.check_constraints()
    for done, model in enumerate(models_held, 1):
        tell("正在写入数据表", done, len(models_held))
        _load(folder, held, model)
    connection.check_constraints()
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), models_held):
            cursor.execute(sql)
    _check_ledger(held)
    _check_triggers(held)
    _restore_media(folder, held, bool(used), tell)
    _record(held, displaced if used else None)


def _load(folder: Path, held: Manifest, model: tables.Model) -> None:
    name = f"tables/{model._meta.label_lower}.jsonl"
    if name not in held.files:
        raise BackupDamaged(f"备份缺少数据表 {name}。请换一个完整的备份。")
    rows, total = [], 0
    with (folder / name).open("rb") as file:
        for line in file:
            rows.append(json.loads(line))
            total += 1
            if len(rows) == tables.CHUNK:
                tables.insert(model, rows)
                rows = []
    if rows:
        tables.insert(model, rows)
    if total != held.files[name].rows:
        raise BackupDamaged(f"{name} 有 {total} 行，清单记的是 {held.files[name].rows} 行。请换一个备份。")


def _check_ledger(held: Manifest) -> None:
    count, broken = ledger.verify()
    if broken:
        raise NotRestored(f"备份里的操作记录链断裂：{broken[1]}。没有恢复；请换更早的备份，并查明原因。")
    if count != held.ledger["seq"]:
        raise NotRestored(f"操作记录有 {count} 条，清单记的末条是第 {held.ledger['seq']} 条。没有恢复。")


def _check_triggers(held: Manifest) -> None:
    bare = sorted(set(held.append_only) - set(append_only.protected_tables(connection)))
    if bare:
        raise NotRestored(f"表 {bare[0]} 没有防改触发器。没有恢复；请先执行 manage.py migrate。")


def _restore_media(folder: Path, held: Manifest, replace: bool, tell: Tell) -> None:
    """Copies stored files back; a file of the same name with other content is only replaced on request."""
    names = sorted(name.removeprefix("media/") for name in held.files if name.startswith("media/"))
    for name in names:
        target = manifest.media_root() / name
        if (
            target.exists()
            and not replace
            and manifest.hash_file(target)[0] != held.files[f"media/{name}"].sha256
        ):
            raise NotRestored(
                f"文件 {target} 已经存在而内容不同，没有恢复。请换一个空的 MEDIA_ROOT，或加 --force。"
            )
    for done, name in enumerate(names, 1):
        tell("正在复制文件", done, len(names))
        target = manifest.media_root() / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "media" / name, target)


def _record(held: Manifest, displaced: dict | None) -> None:
    """The restored chain goes on with an entry that says so; an empty backup has no bureau to say it of."""
    bureau = Organisation.objects.filter(parent=None).order_by("pk").first()
    if bureau is not None:
        data = {"made_at": held.made_at, "ledger": held.ledger, "vendor": held.vendor, "displaced": displaced}
        ledger.record(actor=None, act="system.restore", subject=bureau, data=data)
