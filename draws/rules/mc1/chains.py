"""The two secret chains that reseed replacement rounds (§10)."""

from __future__ import annotations

from .errors import Mc1Error
from .hashing import HashSuite


def chain_step(suite: HashSuite, link: str) -> str:
    """`f(x) = h("chain", x)`."""
    return suite.h("chain", link)


def chain_tip(suite: HashSuite, secret: str, length: int) -> str:
    """f applied `length` times; the tip goes into the manifest."""
    for _ in range(length):
        secret = chain_step(suite, secret)
    return secret


def chain_release(suite: HashSuite, secret: str, length: int, r: int) -> str:
    """What the holder releases in round r: `x_r = f^(length - r)(secret)`."""
    if not 1 <= r <= length:
        raise Mc1Error(f"密钥链只有 {length} 节，没有第 {r} 轮")
    return chain_tip(suite, secret, length - r)


def reseed(suite: HashSuite, seed: str, r: int, xa: str, xb: str) -> str:
    """`seed_r`: no time, no wording, no order of causes enters."""
    return suite.h("reseed", seed, r, xa, xb)
