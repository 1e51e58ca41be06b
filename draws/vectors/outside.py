"""The Python verifier as a separate process: positives through its real command line, the rest in one worker."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .cases import VectorCase, VectorsUnusable

WORKER = Path(__file__).with_name("worker.py")


class PythonVerifier:
    """`verify(case)` answers the verifier's report; use `open` to get one."""

    def __init__(self, script: Path, folder: Path, worker: subprocess.Popen[str]) -> None:
        self.script = script
        self.folder = folder
        self.worker = worker

    @classmethod
    @contextmanager
    def open(cls, script: Path) -> Iterator[PythonVerifier]:
        if not script.exists():
            raise VectorsUnusable(f"没有 Python 核验程序 {script.name}，请检查 static/verify/")
        command = [sys.executable, "-I", str(WORKER), str(script)]
        with (
            tempfile.TemporaryDirectory() as folder,
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            ) as worker,
        ):
            yield cls(script, Path(folder), worker)
            assert worker.stdin is not None
            worker.stdin.close()

    def verify(self, case: VectorCase) -> dict[str, Any]:
        words = self._words(case)
        answer = self._command_line(words) if case.positive else self._in_worker(words)
        if answer["exit"] not in (0, 1):
            raise VectorsUnusable(f"退出码 {answer['exit']}：{answer['err'].strip()[-300:]}")
        report = json.loads(answer["out"])
        if answer["exit"] != (0 if report["ok"] else 1):
            raise VectorsUnusable(f"退出码 {answer['exit']} 与 ok={report['ok']} 不符")
        return report

    def _words(self, case: VectorCase) -> list[str]:
        words = [self._file("transcript", case.transcript), "--json"]
        if case.openings is not None:
            words += ["--openings", self._file("openings", case.openings)]
        if case.prev is not None:
            words += ["--prev", self._file("prev", case.prev)]
        for anchor in case.anchors or ():
            words += ["--anchor", f"{anchor['seq']}:{anchor['head']}"]
        return words

    def _file(self, name: str, value: Any) -> str:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        return str(path)

    def _command_line(self, words: list[str]) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-I", str(self.script), *words],
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        return {"exit": done.returncode, "out": done.stdout, "err": done.stderr}

    def _in_worker(self, words: list[str]) -> dict[str, Any]:
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        print(json.dumps(words), file=self.worker.stdin, flush=True)
        line = self.worker.stdout.readline()
        if not line:
            raise VectorsUnusable("Python 核验程序中途退出")
        return json.loads(line)
