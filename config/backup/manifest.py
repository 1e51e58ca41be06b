"""The manifest: what a backup holds, with the size and SHA-256 of every file."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from foundation.errors import RuleBroken

FORMAT = "mingchou-backup-1"
NAME = "manifest.json"
BLOCK = 1 << 20


class BackupDamaged(RuleBroken):
    code = "backup_damaged"


@dataclass(frozen=True)
class Part:
    """One file of the backup; `rows` for tables only."""

    sha256: str
    size: int
    rows: int | None = None


@dataclass(frozen=True)
class Manifest:
    """format · made_at: ISO time · vendor: database it came from · tables: label → columns · files: path → Part ·
    migrations: [app, name] · append_only: tables under triggers · ledger: {seq, hash} of the last entry ·
    key_check: tells whether SECRET_KEY is the same one, and nothing about it · missing: stored files not on disk
    """

    made_at: str
    vendor: str
    tables: dict[str, list[str]]
    files: dict[str, Part]
    migrations: list[list[str]]
    append_only: list[str]
    ledger: dict[str, Any]
    key_check: str
    missing: list[str] = field(default_factory=list)
    format: str = FORMAT

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def key_check() -> str:
    return salted_hmac("mingchou.backup", "secret-key", algorithm="sha256").hexdigest()[:16]


def read(folder: Path, expected: str = "") -> Manifest:
    """raises: BackupDamaged when there is no manifest, when it is not ours, or not the one expected"""
    path = folder / NAME
    if not path.is_file():
        raise BackupDamaged(f"{path} 不存在：这个文件夹不是备份，或备份没有做完。请换一个备份。")
    data = path.read_bytes()
    if expected and hashlib.sha256(data).hexdigest() != expected.lower():
        raise BackupDamaged("清单指纹与 --expect 给的不同：这不是当时那份备份，或清单被改动过。")
    try:
        raw = json.loads(data)
        if raw.get("format") != FORMAT:
            raise BackupDamaged(f"清单格式是“{raw.get('format')}”，本程序只认 {FORMAT}。")
        parts = {name: Part(**part) for name, part in raw.pop("files").items()}
        return Manifest(files=parts, **raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(f"清单 {NAME} 读不懂（{error}）。请换一个备份。") from error


def hash_file(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def check_files(folder: Path, manifest: Manifest) -> None:
    """Every file named is there and unchanged, and no other is. raises: BackupDamaged with the first fault"""
    unsafe = [name for name in manifest.files if _leaves(PurePosixPath(name))]
    if unsafe:
        raise BackupDamaged(f"清单里的路径 {unsafe[0]} 指到备份文件夹之外。请换一个备份。")
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {NAME}
    strangers = sorted(present - manifest.files.keys())
    if strangers:
        raise BackupDamaged(f"备份里多出清单没有的文件 {strangers[0]}。请查明来历，移走后再恢复。")
    for name, part in sorted(manifest.files.items()):
        if name not in present:
            raise BackupDamaged(f"备份缺少文件 {name}。请换一个完整的备份。")
        if hash_file(folder / name) != (part.sha256, part.size):
            raise BackupDamaged(f"备份文件 {name} 与清单的指纹不符，被改动过或已损坏。请换一个备份。")


def _leaves(path: PurePosixPath) -> bool:
    return path.is_absolute() or ".." in path.parts


def media_root() -> Path:
    return Path(settings.MEDIA_ROOT)
