"""A draw folded from its events: what is committed and opened, which attempt, who visits whom (§5–§11).

The actions of the ceremony ask it what may come next and take the next event's body from it; it trusts the
results written in the events (`verification` is what recomputes them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import order
from .chains import chain_step, reseed
from .entropy import ENTROPY_EVENTS, EntropyLog, check_opens, check_pub, op_commit, seed_of
from .errors import CauseRejected, EntropyBroken, Mc1Error, OrderBroken
from .events import make_event, next_head, start_head
from .hashing import suite_of
from .manifest import freeze_hash
from .replay import replay_result, replay_round
from .rounds import Opened, open_round, play_round
from .schema import check_body
from .standing import Frozen, Standing, draw
from .voids import check_void


class DrawState:
    """The state after the events applied so far. Rows are needed from the freeze on, as frozen texts."""

    def __init__(
        self,
        version: str,
        draw_id: str,
        *,
        targets: Sequence[str] = (),
        inspectors: Sequence[str] = (),
        recusals: Sequence[str] = (),
    ) -> None:
        self.suite = suite_of(version)
        self.draw_id = draw_id
        self.place = order.START
        self.seq = 0
        self.head = start_head(self.suite, draw_id)
        self.entropy: EntropyLog | None = None
        self.op_secret: str | None = None
        self.seed: str | None = None
        self.standing: Standing | None = None
        self.opened: Opened | None = None
        self.round = 0
        self.rounds_done = 0
        self.keys = ("", "")
        self._rows = (targets, inspectors, recusals)
        self._frozen: Frozen | None = None

    @classmethod
    def of(
        cls,
        version: str,
        draw_id: str,
        events: Iterable[Mapping[str, Any]],
        *,
        targets: Sequence[str] = (),
        inspectors: Sequence[str] = (),
        recusals: Sequence[str] = (),
    ) -> DrawState:
        """Fold stored events; raises `Mc1Error` at the first that does not fit."""
        state = cls(version, draw_id, targets=targets, inspectors=inspectors, recusals=recusals)
        for event in events:
            state.apply(event)
        return state

    @property
    def frozen(self) -> Frozen:
        if self._frozen is None:
            raise OrderBroken("名单还没有封存")
        return self._frozen

    @property
    def manifest(self) -> Mapping[str, Any]:
        return self.frozen.manifest

    @property
    def log(self) -> EntropyLog:
        if self.entropy is None:
            raise OrderBroken("名单还没有封存，席位还没有确定")
        return self.entropy

    # -- what may come next ---------------------------------------------------------------------------

    def why_not(self, kind: str, body: Mapping[str, Any] | None = None) -> str | None:
        """None when the event may come next, else a sentence. Without a body only the order is judged."""
        if kind not in order.TABLE[self.place]:
            return order.refusal(self.place, kind)
        if body is None:
            return None
        try:
            self.check(kind, body)
        except Mc1Error as broken:
            return broken.message
        return None

    def check(self, kind: str, body: Mapping[str, Any]) -> None:
        """Order, format and the rules of the step; raises `Mc1Error`, changes nothing."""
        if kind not in order.TABLE[self.place]:
            raise OrderBroken(order.refusal(self.place, kind))
        check_body(kind, body)
        if kind in ENTROPY_EVENTS:
            self.log.check(kind, body)
        elif kind in ("reveal", "round_causes", "round_result", "void"):
            getattr(self, f"_check_{kind}")(body)

    def _check_reveal(self, body: Mapping[str, Any]) -> None:
        self.log.check_reveal()
        check_opens(self.suite, self.draw_id, self.log)
        if dict(body) != self.reveal_body(op_secret=body["op_secret"], pub=body["pub"]):
            raise EntropyBroken("揭示的次数或种子与各席数字不符")

    def _check_round_causes(self, body: Mapping[str, Any]) -> None:
        length = self.manifest["chains"]["len"]
        if body["r"] != self.round + 1:
            raise CauseRejected(f"下一轮替换是第 {self.round + 1} 轮，写的是第 {body['r']} 轮")
        if body["r"] > length:
            raise CauseRejected(f"密钥链只有 {length} 节，已经用完；要再替换只能另行抽取")
        assert self.standing is not None
        open_round(self.standing, body["causes"], body["started"])

    def _check_round_result(self, body: Mapping[str, Any]) -> None:
        if body["r"] != self.round:
            raise CauseRejected(f"正在进行第 {self.round} 轮替换，写的是第 {body['r']} 轮")
        self.check_keys(body["xa"], body["xb"])

    def _check_void(self, body: Mapping[str, Any]) -> None:
        check_void(
            body["why"],
            locks=self.log.locks,
            has_result=self.standing is not None,
            has_lottery=self.manifest["pub"] is not None,
        )

    def check_keys(self, xa: str, xb: str) -> None:
        """Both released keys lead to those of the round before; raises `EntropyBroken` naming the chain."""
        for name, key, before in zip("AB", (xa, xb), self.keys, strict=True):
            if chain_step(self.suite, key) != before:
                raise EntropyBroken(f"密钥链 {name} 的第 {self.round} 节对不上，请核对是否取错了节")

    # -- bodies of the next events --------------------------------------------------------------------

    def next_event(self, kind: str, at: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A checked event with the next number; raises `Mc1Error` when it may not come now."""
        self.check(kind, body)
        return make_event(self.seq + 1, kind, at, body)

    def reveal_body(self, *, op_secret: str, pub: str | None) -> dict[str, Any]:
        """The body of `reveal`: checks the secret against its commitment and computes the seed."""
        self.log.check_reveal()
        if op_commit(self.suite, self.draw_id, op_secret) != self.manifest["op_commit"]:
            raise EntropyBroken("组织方秘密与冻结单里封存的不同")
        check_pub(self.manifest["pub"], pub)
        frozen_as = freeze_hash(self.suite, dict(self.manifest))
        seed = seed_of(self.suite, frozen_as, op_secret, self.log.attempt, self.log.digits(), pub)
        return {"attempt": self.log.attempt, "op_secret": op_secret, "pub": pub, "seed": seed}

    def result_body(self) -> dict[str, Any]:
        """The body of `result` after the reveal (§9)."""
        if self.seed is None:
            raise OrderBroken("种子还没有揭示")
        return draw(self.frozen, self.seed).as_body()

    def round_result_body(self, xa: str, xb: str) -> dict[str, Any]:
        """The body of `round_result` for the causes chained last (§10)."""
        if self.opened is None or self.seed is None:
            raise OrderBroken("没有登记了原因、等待结果的替换")
        self.check_keys(xa, xb)
        seed = reseed(self.suite, self.seed, self.round, xa, xb)
        return play_round(self.opened, seed).as_body(r=self.round, xa=xa, xb=xb, seed=seed)

    def close_body(self) -> dict[str, int]:
        """The body of `close`: numbers at the end, zeros without a result."""
        if self.standing is None:
            return {"rounds": 0, "visits": 0, "lacking": 0}
        visits, lacking = len(self.standing.visits), len(self.standing.lacking())
        return {"rounds": self.rounds_done, "visits": visits, "lacking": lacking}

    # -- folding --------------------------------------------------------------------------------------

    def apply(self, event: Mapping[str, Any]) -> None:
        """Check and take in one stored event."""
        kind, body = event["type"], event["body"]
        if event["seq"] != self.seq + 1:
            raise OrderBroken(f"下一个事件的序号是 {self.seq + 1}，不是 {event['seq']}")
        self.check(kind, body)
        taken = getattr(self, f"_take_{kind}", None)
        if kind in ENTROPY_EVENTS:
            self.log.apply(kind, body)
        elif taken is not None:
            taken(body)
        self.place = order.TABLE[self.place][kind]
        self.head = next_head(self.suite, self.head, event)
        self.seq += 1

    def _take_freeze(self, body: dict[str, Any]) -> None:
        self._frozen = Frozen.read(body, *self._rows)
        self.entropy = EntropyLog(body["seats"])
        self.keys = (body["chains"]["a"], body["chains"]["b"])

    def _take_reveal(self, body: Mapping[str, Any]) -> None:
        self.op_secret, self.seed = body["op_secret"], body["seed"]

    def _take_result(self, body: Mapping[str, Any]) -> None:
        self.standing = replay_result(self.frozen, body)

    def _take_round_causes(self, body: Mapping[str, Any]) -> None:
        assert self.standing is not None
        self.opened = open_round(self.standing, body["causes"], body["started"])
        self.round = body["r"]

    def _take_round_result(self, body: Mapping[str, Any]) -> None:
        assert self.opened is not None
        self.standing, self.opened = replay_round(self.opened, body), None
        self.keys = (body["xa"], body["xb"])
        self.rounds_done += 1
