"""Replacement rounds in words and codes: what was asked, which keys, what came out, and that the keys fit."""

from dataclasses import dataclass
from typing import Any

from draws.chain import events_of, state_of
from draws.models import Draw
from draws.naming import strata_names
from draws.rules import grounds
from draws.rules.mc1.chains import chain_step
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.rounds import NO_PARTNER


@dataclass(frozen=True)
class Round:
    """One round; `outcome` is empty while the key of chain B is waited for. `keys_fit`: both lead to those before."""

    r: int
    at: str
    causes: tuple[str, ...]
    outcome: tuple[str, ...]
    xa: str = ""
    xb: str = ""
    seed: str = ""
    keys_fit: bool = False

    @property
    def title(self) -> str:
        return f"第 {self.r} 轮替换"

    @property
    def done(self) -> bool:
        return bool(self.seed)


def codes_of(draw: Draw) -> dict[str, str]:
    """Screen codes by commitment, of targets and inspectors."""
    rows = dict(draw.snapshot_targets.values_list("commitment", "code"))
    return rows | dict(draw.snapshot_inspectors.values_list("commitment", "code"))


def rounds_of(draw: Draw) -> list[Round]:
    """Newest first."""
    if not draw.freeze_hash:
        return []
    codes, names = codes_of(draw), strata_names(draw)
    chains = state_of(draw).manifest["chains"]
    before, found, opened = (chains["a"], chains["b"]), [], None
    for event in events_of(draw):
        body = event["body"]
        if event["type"] == "round_causes":
            opened = event
        elif event["type"] == "round_result" and opened is not None:
            found.append(_round(draw, opened, body, codes, names, before))
            before, opened = (body["xa"], body["xb"]), None
    if opened is not None:
        body = opened["body"]
        found.append(Round(body["r"], _time(opened), _causes(body, codes), ()))
    return found[::-1]


def _round(
    draw: Draw, opened: dict[str, Any], body: dict[str, Any], codes: dict[str, str], names: dict[str, str], before: tuple[str, str]
) -> Round:  # fmt: skip
    suite = suite_of(draw.version)
    fit = (chain_step(suite, body["xa"]), chain_step(suite, body["xb"])) == before
    return Round(
        body["r"], _time(opened), _causes(opened["body"], codes), _outcome(body, codes, names), body["xa"], body["xb"], body["seed"], fit
    )  # fmt: skip


def _time(event: dict[str, Any]) -> str:
    return event["at"][:16].replace("T", " ")


def _causes(body: dict[str, Any], codes: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{_cause(cause, codes)}（{grounds.WORDS.get(cause['why'], cause['why'])}）"
        for cause in body["causes"]
    )


def _cause(cause: dict[str, Any], codes: dict[str, str]) -> str:
    kind = cause["k"]
    if kind == grounds.ADD:
        return "增补 " + "、".join(codes.get(row[:64], row[:8]) for row in cause["rows"])
    if kind == grounds.VOID:
        return f"{codes[cause['t']]} 不能检查"
    if kind == grounds.ABSENT:
        return f"{codes[cause['i']]} 不能到岗，涉及 {'、'.join(codes[t] for t in cause['ts'])}"
    word = "回避" if kind == grounds.RECUSE else "请求对调"
    return f"{codes[cause['i']]} 对 {codes[cause['t']]} {word}"


def _outcome(body: dict[str, Any], codes: dict[str, str], names: dict[str, str]) -> tuple[str, ...]:
    said = [_swap(swap, codes) for swap in body["swaps"]]
    for row in body["strata"]:
        came = "、".join(codes[c] for c in row["sel"]) or "没有可补的单位"
        said.append(f"{names[row['id']]}空缺 {row['vacant']} 家，补抽 {came}")
    said += [
        f"{codes[t]} 新派 {'、'.join(codes[i] for i in members)}" for t, members in body["teams"] if members
    ]
    said += [f"{codes[t]} 缺组，人手不足，要增补检查人员" for t in body["lacking"]]
    return tuple(said) or ("没有需要补的",)


def _swap(swap: dict[str, Any], codes: dict[str, str]) -> str:
    if swap["level"] == NO_PARTNER:
        return f"{codes[swap['i1']]} 在 {codes[swap['t1']]} 没有能对调的人，按回避退出"
    return f"{codes[swap['t1']]} 的 {codes[swap['i1']]} 与 {codes[swap['t2']]} 的 {codes[swap['i2']]} 对调"
