"""The whole check: which implementation, which cases, what is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from draws.rules.mc1.verification import verify
from foundation.errors import RuleBroken

from .browser import BrowserVerifier
from .cases import MALFORMED, VectorCase, VectorFolder, VectorsUnusable
from .micro import check_micro
from .outside import PythonVerifier
from .regenerate import regeneration_faults

VERIFIERS = Path(__file__).resolve().parents[2] / "static" / "verify"
IMPLEMENTATIONS = ("server", "python", "browser")
WORDS = {"folder": "向量文件", "server": "服务器规则", "python": "Python 核验程序", "browser": "浏览器核验页"}


class Verifier(Protocol):
    def verify(self, case: VectorCase) -> dict[str, Any]: ...


@dataclass
class Tally:
    """Counts, and a listener told of every single check: implementation, name, what is wrong ("" if nothing)."""

    tell: Callable[[str, str, str], None] = lambda implementation, name, wrong: None
    passed: int = 0
    failed: int = 0

    def note(self, implementation: str, name: str, wrong: str) -> None:
        if wrong:
            self.failed += 1
        else:
            self.passed += 1
        self.tell(implementation, name, wrong)


class ServerVerifier:
    """The server's own rules, in this process."""

    def verify(self, case: VectorCase) -> dict[str, Any]:
        return verify(case.transcript, case.openings, case.anchors, case.prev).as_json()


def check_vectors(
    folder: Path, tally: Tally, only: str | None = None, bases_from: Path | None = None
) -> Tally:
    """Run every vector of the folder on the implementations; raises `VectorsUnusable` if it cannot be run."""
    found = VectorFolder.read(folder, bases_from)
    for name, wrong in found.unusable:
        tally.note("folder", name, wrong)
    cases = [*found.positive.values(), *found.negative]
    for implementation in [only] if only else IMPLEMENTATIONS:
        if cases:
            with _opened(implementation) as verifier:
                for case in cases:
                    _check(tally, implementation, verifier, case)
        if implementation == "server":
            _check_rules(tally, found)
    return tally


@contextmanager
def _opened(implementation: str) -> Iterator[Verifier]:
    if implementation == "server":
        yield ServerVerifier()
    elif implementation == "python":
        with PythonVerifier.open(VERIFIERS / "verify_draw.py") as outside:
            yield outside
    else:
        with BrowserVerifier.open(VERIFIERS / "verifier.html") as browser:
            yield browser


def _check(tally: Tally, implementation: str, verifier: Verifier, case: VectorCase) -> None:
    try:
        wrong = case.judge(verifier.verify(case))
    except RuleBroken as broken:
        wrong = broken.message
    except Exception as crash:
        wrong = f"程序出错 {type(crash).__name__}：{crash}"
    if wrong and implementation == "browser" and case.blind_in_browser:
        wrong = ""
    tally.note(implementation, case.name, wrong)


def _check_rules(tally: Tally, found: VectorFolder) -> None:
    for case in found.positive.values():
        if case.secrets and case.expect and case.expect.get("ok"):
            try:
                wrong = "；".join(regeneration_faults(case))
            except RuleBroken as broken:
                wrong = broken.message
            except MALFORMED as broken:
                wrong = f"向量写法有误（{type(broken).__name__}：{broken}）"
            tally.note("server", f"{case.name} 重做", wrong)
    for vectors in found.micro.values():
        for name, wrong in check_micro(vectors):
            tally.note("server", name, wrong)


__all__ = ["IMPLEMENTATIONS", "WORDS", "Tally", "VectorsUnusable", "check_vectors"]
