"""A half-set environment refuses to start and says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.once


def check(**environment: str) -> subprocess.CompletedProcess:
    bare = {
        k: v
        for k, v in os.environ.items()
        if k not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS"}
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**bare, **environment},
        capture_output=True,
        text=True,
    )


def test_nothing_set_is_the_embedded_default(tmp_path):
    assert check(VAR_DIR=str(tmp_path)).returncode == 0


@pytest.mark.parametrize("environment, named", [
    ({"DATABASE_URL": "postgresql://u:p@127.0.0.1/x"}, "SECRET_KEY"),
    ({"DATABASE_URL": "postgresql://u:p@127.0.0.1/x", "SECRET_KEY": "k" * 60}, "ALLOWED_HOSTS"),
    ({"DATABASE_URL": "mysql://u:p@127.0.0.1/x"}, "postgresql://"),
    ({"EMAIL_URL": "mail.example"}, "EMAIL_URL"),
    ({"HTTPS": "maybe"}, "HTTPS"),
    ({"SECRET_KEY_FILE": "/nowhere/secret"}, "SECRET_KEY_FILE"),
])  # fmt: skip
def test_half_a_configuration_is_refused_by_name(environment, named, tmp_path):
    outcome = check(VAR_DIR=str(tmp_path), **environment)
    assert outcome.returncode == 1
    assert "无法启动" in outcome.stderr
    assert named in outcome.stderr
