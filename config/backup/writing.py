"""Writing a backup: one moment of the database, then the files it refers to, then the manifest."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, models, transaction
from django.utils import timezone

from config.backup import manifest, tables
from config.backup.manifest import Manifest, Part
from foundation.errors import RuleBroken
from foundation.ledger import append_only
from foundation.ledger.models import Head

Tell = Callable[[str, int, int], None]


class FolderInUse(RuleBroken):
    code = "backup_folder_in_use"


def write(folder: Path, tell: Tell = lambda text, done, total: None) -> Manifest:
    """Everything into an empty or new folder; the manifest comes last, so a broken-off backup is none.

    tell: what is being done, and how far
    raises: FolderInUse
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(f"{folder} 不是空文件夹。请换一个新的文件夹，备份不会覆盖已有的文件。")
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    files: dict[str, Part] = {}
    models_held = tables.held()
    with snapshot():
        head = Head.objects.filter(pk=1).values("seq", "hash").first() or {"seq": 0, "hash": ""}
        for done, model in enumerate(models_held, 1):
            tell("正在写出数据表", done, len(models_held))
            name = f"tables/{model._meta.label_lower}.jsonl"
            files[name] = _write_table(folder / name, model)
        stored, migrations = sorted(set(_stored_files(models_held))), tables.migrations()
        guarded = append_only.protected_tables(connection)
    missing = _copy_media(folder, stored, files, tell)
    made = Manifest(
        made_at=timezone.localtime().isoformat(timespec="seconds"), vendor=connection.vendor,
        tables={model._meta.label: tables.columns(model) for model in models_held}, files=files, migrations=migrations,
        append_only=guarded, ledger=dict(head), key_check=manifest.key_check(), missing=missing,
    )  # fmt: skip
    (folder / manifest.NAME).write_text(made.text(), encoding="utf-8")
    return made


@contextmanager
def snapshot() -> Iterator[None]:
    """One moment of the database; writers go on meanwhile."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Not `atomic`: on SQLite that takes the writers' lock, and a backup only reads.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _write_table(path: Path, model: tables.Model) -> Part:
    digest, size, rows = hashlib.sha256(), 0, 0
    with path.open("wb") as file:
        for line in tables.lines(model):
            file.write(line)
            digest.update(line)
            size, rows = size + len(line), rows + 1
    return Part(digest.hexdigest(), size, rows)


def _stored_files(models_held: list[tables.Model]) -> Iterator[str]:
    for model in models_held:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                names = model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                yield from (name for name in names.order_by("pk") if name)


def _copy_media(folder: Path, stored: list[str], files: dict[str, Part], tell: Tell) -> list[str]:
    """Copies what the tables refer to; names of those that are not on disk."""
    missing = []
    for done, name in enumerate(stored, 1):
        tell("正在复制文件", done, len(stored))
        source, target = manifest.media_root() / name, folder / "media" / name
        if not source.is_file():
            missing.append(name)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        files[f"media/{name}"] = Part(*manifest.hash_file(target))
    return missing
