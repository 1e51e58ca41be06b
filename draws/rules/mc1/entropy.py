"""Slips, opens, retries, the public lottery and the seed (§6)."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .canonical import canon
from .errors import EntropyBroken
from .hashing import HashSuite
from .patterns import MAX_ATTEMPTS

ENTROPY_EVENTS = frozenset({"slip", "lock", "open", "retry"})
ENOUGH_BITS = 60  # §6 "Enough entropy"
# source -> how many pairs of digits in each colour, ascending inside a colour
LOTTERY_COLOURS = {"cn.ssq": (6, 1), "cn.dlt": (5, 2)}


def op_commit(suite: HashSuite, draw_id: str, op_secret: str) -> str:
    return suite.h("op", draw_id, op_secret)


def slip_commit(suite: HashSuite, draw_id: str, attempt: int, seat: str, digits: str, nonce: str) -> str:
    """What a sealed seat hands in before the lock."""
    return suite.h("slip", draw_id, attempt, seat, digits, nonce)


def seed_of(
    suite: HashSuite,
    freeze_hash: str,
    op_secret: str,
    attempt: int,
    digits: Sequence[str],
    pub: str | None,
) -> str:
    """The seed of the main draw; `digits` in manifest order of the seats."""
    mix = {"attempt": attempt, "digits": list(digits), "pub": pub}
    return suite.h("seed", freeze_hash, op_secret, canon(mix))


def check_pub(manifest_pub: Mapping[str, Any] | None, pub: str | None) -> None:
    """The winning numbers are there exactly when the manifest names a lottery, in its source's form."""
    if (manifest_pub is None) != (pub is None):
        raise EntropyBroken("冻结单与揭示的彩票号码不一致：约定了彩票才有号码，没有约定就不能有")
    if manifest_pub is None or pub is None:
        return
    if manifest_pub["source"] == "cn.3d":
        if not re.fullmatch(r"[0-9](?:\.[0-9]){2}", pub):
            raise EntropyBroken(f"3D 开奖号码“{pub}”要写成三个一位数字，用 . 连接")
        return
    colours = LOTTERY_COLOURS[manifest_pub["source"]]
    if not re.fullmatch(rf"[0-9]{{2}}(?:\.[0-9]{{2}}){{{sum(colours) - 1}}}", pub):
        raise EntropyBroken(f"开奖号码“{pub}”要写成 {sum(colours)} 个两位数字，用 . 连接")
    numbers, start = pub.split("."), 0
    for size in colours:
        colour = numbers[start : start + size]
        if any(a >= b for a, b in itertools.pairwise(colour)):
            raise EntropyBroken(f"开奖号码“{pub}”在每种颜色内要从小到大排列")
        start += size


def entropy_bits(seats: Sequence[Mapping[str, str]], digits: Mapping[str, str]) -> float:
    """What the meter shows: spoken dice at full value, or sealed digits at half value when nothing is spoken.

    `digits`: opened digits by seat id, ten-sided dice or decimal digits (log2 10 bits each).
    """
    spoken = [seat["id"] for seat in seats if seat["method"] == "spoken"]
    counted = spoken or [seat["id"] for seat in seats]
    value = sum(len(digits.get(seat, "")) for seat in counted) * math.log2(10)
    return value if spoken else value / 2


@dataclass
class EntropyLog:
    """The entropy events of one draw, in order; `apply` refuses what §6 does not allow (step V08)."""

    seats: Sequence[Mapping[str, str]]
    attempt: int = 1
    locked: bool = False
    locks: int = 0
    slips: dict[str, str] = field(default_factory=dict)
    opens: dict[str, str] = field(default_factory=dict)
    sealed_opens: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    spoken_nonces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.methods = {seat["id"]: seat["method"] for seat in self.seats}

    def _ids(self, method: str) -> list[str]:
        return [seat for seat, its in self.methods.items() if its == method]

    def missing(self) -> list[str]:
        """Seats that have not opened in this attempt, manifest order."""
        return [seat for seat in self.methods if seat not in self.opens]

    def unslipped(self) -> list[str]:
        return [seat for seat in self._ids("sealed") if seat not in self.slips]

    @property
    def complete(self) -> bool:
        return self.locked and not self.missing()

    def digits(self) -> list[str]:
        """Opened digits in manifest order; only of a complete attempt."""
        return [self.opens[seat] for seat in self.methods]

    def apply(self, kind: str, body: Mapping[str, Any]) -> None:
        self.check(kind, body)
        getattr(self, f"_apply_{kind}")(body)

    def check(self, kind: str, body: Mapping[str, Any]) -> None:
        """Raises `EntropyBroken` with the reason; changes nothing."""
        if body["attempt"] != self.attempt:
            raise EntropyBroken(f"现在是第 {self.attempt} 次，事件写的是第 {body['attempt']} 次")
        getattr(self, f"_check_{kind}")(body)

    def check_reveal(self) -> None:
        if not self.locked:
            raise EntropyBroken("各席的数字还没有锁定，不能揭示")
        if self.missing():
            raise EntropyBroken(f"席位 {'、'.join(self.missing())} 还没有公开数字，不能揭示")

    def _seat_method(self, body: Mapping[str, Any]) -> str:
        if body["seat"] not in self.methods:
            raise EntropyBroken(f"冻结单里没有席位 {body['seat']}")
        return self.methods[body["seat"]]

    def _check_slip(self, body: Mapping[str, Any]) -> None:
        if self._seat_method(body) != "sealed":
            raise EntropyBroken(f"席位 {body['seat']} 是当众报数的，不交封存的数字")
        if self.locked:
            raise EntropyBroken("已经锁定，不能再交封存的数字")
        if body["seat"] in self.slips:
            raise EntropyBroken(f"席位 {body['seat']} 已经交过封存的数字")

    def _apply_slip(self, body: Mapping[str, Any]) -> None:
        self.slips[body["seat"]] = body["commit"]

    def _check_lock(self, body: Mapping[str, Any]) -> None:
        if self.locked:
            raise EntropyBroken("这一次已经锁定")
        if self.unslipped():
            raise EntropyBroken(f"席位 {'、'.join(self.unslipped())} 还没有交封存的数字，不能锁定")

    def _apply_lock(self, body: Mapping[str, Any]) -> None:
        self.locked = True
        self.locks = self.attempt

    def _check_open(self, body: Mapping[str, Any]) -> None:
        method = self._seat_method(body)
        if not self.locked:
            raise EntropyBroken("还没有锁定，不能公开数字")
        if body["seat"] in self.opens:
            raise EntropyBroken(f"席位 {body['seat']} 已经公开过数字")
        waiting = [seat for seat in self._ids("sealed") if seat not in self.opens]
        if method == "spoken" and waiting:
            raise EntropyBroken(f"封存的席位 {'、'.join(waiting)} 要先公开，当众掷数在后")

    def _apply_open(self, body: Mapping[str, Any]) -> None:
        seat, digits, nonce = body["seat"], body["digits"], body["nonce"]
        self.opens[seat] = digits
        if self.methods[seat] == "sealed":
            self.sealed_opens.append((self.attempt, seat, self.slips[seat], digits, nonce))
        else:
            self.spoken_nonces.append(nonce)

    def _check_retry(self, body: Mapping[str, Any]) -> None:
        if not self.locked:
            raise EntropyBroken("还没有锁定，不能重来")
        if any(self.methods[seat] == "spoken" for seat in self.opens):
            raise EntropyBroken("已经有当众报出的数字，不能重来")
        missing = self.missing()
        if body["missing"] != missing:
            raise EntropyBroken(f"没有公开的席位是 {'、'.join(missing) or '无'}，重来时要照此写明")
        if not any(self.methods[seat] == "sealed" for seat in missing):
            raise EntropyBroken("封存的席位都已公开，不能重来；骰子落地不算时当场重掷")
        if self.attempt >= MAX_ATTEMPTS:
            raise EntropyBroken(f"最多 {MAX_ATTEMPTS} 次，只能以 SEATS 作废本次抽取")

    def _apply_retry(self, body: Mapping[str, Any]) -> None:
        self.attempt += 1
        self.locked = False
        self.slips, self.opens = {}, {}


def check_opens(suite: HashSuite, draw_id: str, log: EntropyLog) -> None:
    """Each sealed open of every attempt matches its slip; nonces only for sealed seats (step V09)."""
    for attempt, seat, commit, digits, nonce in log.sealed_opens:
        if not nonce:
            raise EntropyBroken(f"封存席位 {seat} 公开时没有随机串")
        if slip_commit(suite, draw_id, attempt, seat, digits, nonce) != commit:
            raise EntropyBroken(f"席位 {seat} 第 {attempt} 次公开的数字与封存时不同")
    if any(log.spoken_nonces):
        raise EntropyBroken("当众报数的席位不能带随机串")
