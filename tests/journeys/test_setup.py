"""scripts/setup.sh on machines that lack things: what can be done without is said, what cannot stops it by name.

The machine is played by the commands the script asks: which libraries, which user, which Python.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.once
PANGO = "libpango-1.0.so.0\nlibpangoft2-1.0.so.0\nlibharfbuzz-subset.so.0\n"
REAL = ("bash", "cat", "cut", "dirname", "grep", "head", "mktemp", "rm", "sha256sum", "tail")


@pytest.fixture
def machine(tmp_path):
    """A clone with its dependencies in place, and a PATH that holds only what the test puts there."""
    clone, tools = tmp_path / "clone", tmp_path / "bin"
    (clone / "scripts").mkdir(parents=True)
    (clone / ".venv" / "bin").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", clone / "scripts")
    shutil.copytree(ROOT / "requirements", clone / "requirements")
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    digest = hashlib.sha256((clone / "requirements" / "test.txt").read_bytes()).hexdigest()
    (clone / ".venv" / ".installed").write_text(digest)
    for name in REAL:
        (tools / name).symlink_to(shutil.which(name))
    put(tools, "ldconfig", f"printf '{PANGO}'")
    put(tools, "find", "true")
    put(tools, "fc-list", "echo 'Noto Sans CJK SC'")
    put(tools, "id", "echo 1000")
    put(tools, "python3.11", f'exec {sys.executable} "$@"')
    return clone, tools


def put(tools: Path, name: str, script: str) -> None:
    path = tools / name
    path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
    path.chmod(0o755)


def setup(machine, mode: str) -> subprocess.CompletedProcess:
    clone, tools = machine
    return subprocess.run(
        [str(tools / "bash"), str(clone / "scripts" / "setup.sh"), mode],
        env={"PATH": str(tools), "HOME": str(clone), "LANG": os.environ.get("LANG", "C.UTF-8")},
        capture_output=True, text=True,
    )  # fmt: skip


def test_a_complete_machine_needs_nothing(machine):
    outcome = setup(machine, "run")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "缺少" not in outcome.stdout
    assert "就绪" in outcome.stdout


def test_without_pango_or_fonts_and_without_rights_the_server_still_runs(machine):
    put(machine[1], "ldconfig", "true")
    put(machine[1], "fc-list", "true")
    outcome = setup(machine, "run")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0" in outcome.stdout
    assert "fonts-noto-cjk" in outcome.stdout
    assert "先不装也能运行" in outcome.stdout


def test_the_tests_do_not_run_without_what_they_test(machine):
    put(machine[1], "chromium", "true")
    outcome = setup(machine, "test")
    assert outcome.returncode == 1
    assert "redis-server" in outcome.stdout
    assert "chromium" not in outcome.stdout.split("apt-get", 1)[1]


def test_no_python_is_named_and_stops_it(machine):
    (machine[1] / "python3.11").unlink()
    outcome = setup(machine, "run")
    assert outcome.returncode == 1
    assert "python3" in outcome.stdout


def test_an_old_python_is_not_taken(machine):
    (machine[1] / "python3.11").unlink()
    put(machine[1], "python3", 'case "$1" in -V) echo "Python 3.9.2" ;; *) exit 1 ;; esac')
    outcome = setup(machine, "run")
    assert outcome.returncode == 1


def test_where_it_may_it_installs_exactly_what_is_missing(machine):
    clone, tools = machine
    put(tools, "ldconfig", "printf 'libpango-1.0.so.0\\nlibpangoft2-1.0.so.0\\n'")
    put(tools, "sudo", '[ "$1" = -n ] && shift; exec "$@"')
    put(tools, "true", "exit 0")
    put(tools, "env", 'shift; exec "$@"')
    put(tools, "apt-get", f'echo "$@" >>{clone}/apt.log')
    outcome = setup(machine, "run")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert (
        (clone / "apt.log")
        .read_text()
        .splitlines()[-1]
        .endswith("--no-install-recommends libharfbuzz-subset0")
    )


def test_dependencies_that_cannot_be_fetched_say_what_to_do(machine):
    clone, _ = machine
    (clone / ".venv" / ".installed").write_text("older")
    (clone / ".venv" / "bin" / "python").unlink()
    put(clone / ".venv" / "bin", "python", '[ "$3" = --version ] && exit 0; exit 1')
    outcome = setup(machine, "run")
    assert outcome.returncode == 1
    assert "Python 依赖没有装成" in outcome.stdout
    assert (clone / ".venv" / ".installed").read_text() == "older"
