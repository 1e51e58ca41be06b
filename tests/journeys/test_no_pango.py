"""A machine without the text layout library: everything runs but PDFs, and those say why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.once
# What a missing shared library looks like to a program: the loader says no. Nothing of ours is touched.
HIDE = """
import cffi

_open = cffi.FFI.dlopen

def dlopen(self, name, flags=0):
    if isinstance(name, str) and "pango" in name:
        raise OSError(f"cannot load library '{name}': cannot open shared object file")
    return _open(self, name, flags)

cffi.FFI.dlopen = dlopen
"""
ASK = """
import django, time
django.setup()
import config.asgi, config.urls
from foundation.documents import rendering
print(rendering.unavailable_reason())
try:
    rendering.to_pdf(rendering.Page("documents/none.html", "x"))
except rendering.PdfUnavailable as refused:
    print("拒绝：", refused.message)
before = time.process_time()
for _ in range(20):
    rendering.unavailable_reason()
print("用时", time.process_time() - before)
"""


@pytest.fixture(scope="module")
def without_pango(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hidden")
    (folder / "sitecustomize.py").write_text(HIDE, encoding="utf-8")
    bare = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    environment = {
        **bare, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "VAR_DIR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    command = [sys.executable, "-c", ASK]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_the_server_loads_and_says_what_is_missing(without_pango):
    assert without_pango.returncode == 0, without_pango.stderr
    reason = without_pango.stdout.splitlines()[0]
    assert "WeasyPrint could not import" not in without_pango.stdout
    assert "缺少排版库 Pango" in reason
    assert "libpango-1.0-0" in reason


def test_a_pdf_is_refused_with_the_same_reason_and_not_with_a_crash(without_pango):
    assert "拒绝： 本机缺少排版库 Pango" in without_pango.stdout


def test_asking_again_is_cheap(without_pango):
    spent = float(without_pango.stdout.rsplit("用时", 1)[1])
    assert spent < 0.5, "每个页面都问一次，不能每次都重新找库"
