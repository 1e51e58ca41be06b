"""The table of allowed events says the same as the sentence of §5."""

from __future__ import annotations

import re
from itertools import product

import pytest

from draws.rules.mc1.errors import OrderBroken
from draws.rules.mc1.order import NAMES, START, TABLE, allowed_next, place_after

LETTERS = {
    "announce": "a", "freeze": "f", "spotcheck": "k", "slip": "s", "lock": "l", "open": "o", "retry": "y",
    "reveal": "e", "result": "t", "sign": "g", "round_causes": "c", "round_result": "r", "unmask": "u",
    "opening": "p", "void": "v", "close": "z",
}  # fmt: skip
WHOLE = re.compile(r"afk*[sloy]*etg(?:u|p|cr)*z?")
AFTER_VOID = re.compile(r"[up]*z?")
# A transcript may stop anywhere; every proper beginning can be completed by one of these.
COMPLETIONS = ["", "r", "g", "tg", "etg", "fetg", "afetg"]


def allowed_by_the_text(letters: str) -> bool:
    before, void, after = letters.partition("v")
    stopped = any(WHOLE.fullmatch(before + rest) for rest in COMPLETIONS)
    if not void:
        return stopped
    return (
        stopped and before.startswith("af") and not before.endswith("z") and bool(AFTER_VOID.fullmatch(after))
    )


def allowed_by_the_table(letters: str) -> bool:
    names = {letter: name for name, letter in LETTERS.items()}
    try:
        place_after([names[letter] for letter in letters])
    except OrderBroken:
        return False
    return True


def test_the_table_knows_every_event_and_every_place():
    kinds = {kind for options in TABLE.values() for kind in options}
    assert kinds == set(LETTERS) == set(NAMES)
    assert {place for options in TABLE.values() for place in options.values()} | {START} == set(TABLE)


@pytest.mark.parametrize("start", ["", "af", "afs", "afetg", "afetgc", "afv"])
def test_all_short_sequences_agree_with_the_text(start):
    checked = 0
    for length in range(4):
        for tail in product(LETTERS.values(), repeat=length):
            letters = start + "".join(tail)
            assert allowed_by_the_table(letters) == allowed_by_the_text(letters), letters
            checked += 1
    assert checked == 1 + 16 + 16**2 + 16**3


def test_a_refusal_says_what_may_come_instead():
    assert allowed_next(["announce"], "freeze") is None
    assert allowed_next(["announce"], "void") == "现在不能“作废”，此时只能：封存名单"
    assert allowed_next(["announce", "freeze", "void", "close"], "unmask") == "本次抽取已经关闭，不能再“解盲”"
