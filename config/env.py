"""Typed readers of the environment; every error says what to set and how."""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class EnvironmentIncomplete(SystemExit):
    """The environment is half set: the server refuses to start and says what is missing."""

    def __init__(self, message: str) -> None:
        sys.stderr.write(f"\n配置不完整，无法启动：{message}\n\n")
        super().__init__(1)


def text(name: str, default: str = "") -> str:
    """Value of NAME, or of the file named by NAME_FILE (for mounted secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise EnvironmentIncomplete(
                f"{name}_FILE 指向的文件 {path} 读不出来（{error.strerror}）"
            ) from None
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    value = text(name)
    if value == "":
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise EnvironmentIncomplete(f"{name} 只能是 1 或 0，现在是“{value}”")


def number(name: str, default: int) -> int:
    value = text(name)
    if value == "":
        return default
    if not value.isascii() or not value.isdigit():
        raise EnvironmentIncomplete(f"{name} 应是一个整数，现在是“{value}”")
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def database(url: str, embedded: Path) -> dict:
    """Django database settings from DATABASE_URL; embedded SQLite when it is empty."""
    if not url:
        return sqlite(embedded)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EnvironmentIncomplete(
            f"DATABASE_URL 的协议“{parts.scheme}”不支持，请用 postgresql://用户:密码@主机:端口/库名"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "mingchou",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**dict(parse_qsl(parts.query)), **pool(number("DATABASE_POOL", 0))},
    }


def pool(size: int) -> dict:
    """Web processes (config/asgi.py) answer every request in a thread of its own, which would keep a connection each."""
    return {"pool": {"min_size": 1, "max_size": size, "timeout": 15}} if size else {}


def sqlite(path: Path) -> dict:
    """SQLite that queues writers instead of failing them (measured: docs/decisions/0005)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
        },
    }


def email(url: str, folder: Path) -> dict:
    """Mail settings from EMAIL_URL; files in var/mail when it is empty."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": folder,
        }
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise EnvironmentIncomplete("EMAIL_URL 应写成 smtp://用户:密码@主机:端口 或 smtps://…")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
