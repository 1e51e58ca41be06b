"""One scene with everything its template needs; the same for the big screen, a desk and a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from draws.live import keeps_secret, public_event
from draws.models import Draw, ReplacementRequest, Seat
from draws.rules import grounds
from draws.rules.ladder import sentence_of as rung_sentence
from draws.rules.lotteries import LOTTERIES
from draws.rules.mc1.entropy import ENOUGH_BITS, entropy_bits
from draws.rules.mc1.voids import WORDS as VOID_WORDS
from draws.rules.protocol import SMALL_ROSTER
from draws.scenes.frames import Frame, frames_of, rail
from draws.scenes.log import LogLine, log_of
from draws.scenes.picks import picks_of
from draws.scenes.strata import in_show_order, lines_of

NUMERALS = "零一二三四五六七八九十"
CAUSES = dict(ReplacementRequest.Kind.choices)


@dataclass
class Stage:
    """`seq`, `scene` name the frame; `head` is the chain's head after `seq`; `data` is for the scene's template."""

    draw: Draw
    frame: Frame
    steps: list[dict[str, str]]
    heading: str
    say: str
    head: str
    log: list[LogLine]
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def scene(self) -> str:
        return self.frame.scene

    @property
    def template(self) -> str:
        return f"draws/scenes/{self.frame.scene}.html"

    @property
    def tall(self) -> bool:
        """Scenes with the code and the log in a right column; the others have them at the foot."""
        return self.frame.scene in ("draw", "team", "welcome", "sign", "sealed", "round", "void")


def stage_of(draw: Draw, events: Sequence[Mapping[str, Any]], frame: Frame, audience: str) -> Stage:
    """events: all events of the chain, each with its `head`; audience: public or observer"""
    past = [event for event in events if event["seq"] <= frame.seq]
    seats = list(draw.seats.order_by("position"))
    titles = {seat.seat: seat.title for seat in seats}
    scene = _Scene(draw, past, seats, titles, audience)
    heading, say, data = getattr(scene, f"_{frame.scene}")()
    return Stage(
        draw, frame, rail(frame, frames_of(events)), heading, say, past[-1]["head"] if past else "",
        list(reversed(log_of(past, titles))), data,
    )  # fmt: skip


class _Scene:
    """The facts of one frame; each method returns heading, sentence, data."""

    def __init__(
        self,
        draw: Draw,
        past: list[Mapping[str, Any]],
        seats: list[Seat],
        titles: dict[str, str],
        audience: str,
    ) -> None:
        self.draw, self.past, self.seats, self.titles, self.audience = draw, past, seats, titles, audience

    def _all(self, kind: str) -> list[Mapping[str, Any]]:
        return [event for event in self.past if event["type"] == kind]

    def _last(self, kind: str) -> Mapping[str, Any]:
        return self._all(kind)[-1]

    def _attempt(self) -> tuple[int, list[Mapping[str, Any]]]:
        """The number of the attempt that runs or succeeded, and its entropy events."""
        number = len(self._all("retry")) + 1
        kinds = ("slip", "lock", "open")
        return number, [e for e in self.past if e["type"] in kinds and e["body"]["attempt"] == number]

    # -- before the freeze ----------------------------------------------------------------------------

    def _welcome(self) -> tuple[str, str, dict[str, Any]]:
        lines = in_show_order(lines_of(self.draw))
        total = sum(line.draw for line in lines)
        return "入场签到，宣读规则与名额", f"本次从 {len(lines)} 层抽取 {total} 家", {
            "lines": lines, "total": total, "seats": self.seats, "present": self.draw.presences.order_by("pk"),
            "lottery": lottery_of(self.draw),
        }  # fmt: skip

    # -- the freeze -----------------------------------------------------------------------------------

    def _manifest(self) -> dict[str, Any]:
        return self._last("freeze")["body"]

    def _lines(self) -> list[Any]:
        counts = self._frozen()["strata"]
        lines = lines_of(self.draw, self._manifest(), {row["id"]: row["statuses"] for row in counts})
        return in_show_order(lines)

    def _frozen(self) -> dict[str, Any]:
        event = self.draw.events.get(type="freeze")
        return public_event(self.draw, event, self.audience)["screen"]

    def _freeze(self) -> tuple[str, str, dict[str, Any]]:
        body = self._manifest()
        say = "请各位拍照留存下面的指纹：此后名单改动一个字，指纹就对不上"
        return "名单已冻结", say, {
            "count": body["n_t"], "people": body["n_i"], "recusals": body["n_r"], "lines": self._lines(),
            "freeze_hash": self.draw.freeze_hash, "at": self._last("freeze")["at"], "few": body["n_i"] < SMALL_ROSTER,
            "spotchecks": sum(len(event["body"]["cs"]) for event in self._all("spotcheck")),
        }  # fmt: skip

    def _commit(self) -> tuple[str, str, dict[str, Any]]:
        body = self._manifest()
        say = "组织方的随机数已在各席出数之前封存，谁也不能临时换数"
        ladder = [rung_sentence(rung) for rung in body["team"]["ladder"]]
        return "封存承诺", say, {
            "op_commit": body["op_commit"], "freeze_hash": self.draw.freeze_hash, "chains": body["chains"], "ladder": ladder,
            "size": body["team"]["g"], "prev": body["prev"], "lottery": lottery_of(self.draw), "at": self._last("freeze")["at"],
            "sealed": [seat for seat in self.seats if seat.method == Seat.Method.SEALED],
            "spoken": [seat for seat in self.seats if seat.method == Seat.Method.SPOKEN],
        }  # fmt: skip

    # -- digits ---------------------------------------------------------------------------------------

    def _slips(self) -> tuple[str, str, dict[str, Any]]:
        attempt, events = self._attempt()
        slips = {e["body"]["seat"]: e["body"]["commit"] for e in events if e["type"] == "slip"}
        wanted = sum(seat.method == Seat.Method.SEALED for seat in self.seats)
        again = f"第 {attempt} 次，" if attempt > 1 else ""
        say = f"{again}各席在自己的手机上定数、封签，收到 {len(slips)} / {wanted}"
        cards = [{"seat": seat, "commit": slips.get(seat.seat, "")} for seat in self.seats]
        return (
            "观察员封签",
            say,
            {**self._fixed(), "cards": cards, "done": len(slips), "wanted": wanted, "attempt": attempt},
        )

    def _fixed(self) -> dict[str, Any]:
        """What was decided before anybody brought a digit."""
        return {
            "freeze_hash": self.draw.freeze_hash, "op_commit": self._manifest()["op_commit"], "at": self._last("freeze")["at"],
            "lottery": lottery_of(self.draw),
        }  # fmt: skip

    def _opens(self) -> tuple[str, str, dict[str, Any]]:
        attempt, events = self._attempt()
        slips = {e["body"]["seat"]: e["body"]["commit"] for e in events if e["type"] == "slip"}
        opens = {e["body"]["seat"]: e["body"]["digits"] for e in events if e["type"] == "open"}
        cards = [
            {"seat": seat, "commit": slips.get(seat.seat, ""), "digits": grouped(opens.get(seat.seat, ""))}
            for seat in self.seats
        ]
        bits = entropy_bits(self._manifest()["seats"], opens)
        waiting = [seat.title for seat in self.seats if seat.seat not in opens]
        say = (
            f"已公开 {len(opens)} / {len(self.seats)}，等待{'、'.join(waiting)}"
            if waiting
            else "各席数字都已公开"
        )
        return "同时开签", say, { **self._fixed(),
            "cards": cards, "bits": round(min(bits, 9 * ENOUGH_BITS)), "enough": ENOUGH_BITS, "attempt": attempt,
            "spoken": any(seat.method == Seat.Method.SPOKEN for seat in self.seats),
        }  # fmt: skip

    def _seed(self) -> tuple[str, str, dict[str, Any]]:
        lines, body = self._recipe(), self._last("reveal")["body"]
        count = NUMERALS[len(lines)] if len(lines) <= 10 else str(len(lines))
        say = f"{count}样东西按顺序合在一起，少一样、改一个数字，种子都会不同"
        return "种子已揭示", say, {"recipe": lines, "seed": body["seed"], "attempt": body["attempt"]}

    def _recipe(self) -> list[dict[str, Any]]:
        """What goes into the seed, in order. source: draw-protocol.md §6"""
        body, manifest = self._last("reveal")["body"], self._manifest()
        _, events = self._attempt()
        slips = {e["body"]["seat"]: e["body"]["commit"] for e in events if e["type"] == "slip"}
        opens = {e["body"]["seat"]: e["body"]["digits"] for e in events if e["type"] == "open"}
        lines = [
            {"what": "名单指纹", "who": f"{self._last('freeze')['at'][11:16]} 冻结", "hash": self.draw.freeze_hash, "ok": "与冻结时一致"},
            {"what": "组织方秘密", "code": manifest["op_commit"], "hash": body["op_secret"], "ok": "与封存一致"},
        ]  # fmt: skip
        for seat in manifest["seats"]:
            digits = opens[seat["id"]]
            line = {
                "what": self.titles.get(seat["id"], seat["id"]),
                "seat": seat["id"],
                "digits": grouped(digits),
            }
            if seat["method"] == "sealed":
                lines.append({**line, "slip": slips[seat["id"]], "ok": "与封签一致"})
            else:
                lines.append({**line, "who": f"{len(digits)} 位，唱读复诵", "ok": "复诵一致"})
        if body["pub"]:
            lines.append(
                {
                    "what": LOTTERIES[manifest["pub"]["source"]],
                    "who": f"第 {manifest['pub']['issue']} 期",
                    "digits": body["pub"],
                    "ok": "与开奖公告一致",
                }
            )
        return lines

    # -- the result -----------------------------------------------------------------------------------

    def _hidden(self) -> bool:
        return self.audience == "public" and keeps_secret(self.draw)

    def _result(self) -> dict[str, Any]:
        body = self._last("result")["body"]
        strata, hidden = in_show_order(picks_of(self.draw)), self._hidden()
        visits = len({pick.commitment for stratum in strata for pick in stratum.picks})
        if hidden:
            strata = [replace(stratum, picks=[], below=[]) for stratum in strata]
        return {
            "strata": strata, "visits": visits,
            "drawn": sum(stratum.drawn for stratum in strata), "size": self._manifest()["team"]["g"],
            "lacking": body["lacking"], "rung": rung_sentence(self._manifest()["team"]["ladder"][body["level"]]),
            "level": body["level"], "hidden": hidden,
            "gap": sum(stratum.shortfall for stratum in strata),
        }  # fmt: skip

    def _draw(self) -> tuple[str, str, dict[str, Any]]:
        data = self._result()
        return "逐家抽出", "种子给每个盲号算一张签，签小的抽中", data

    def _team(self) -> tuple[str, str, dict[str, Any]]:
        data = self._result()
        if data["lacking"]:
            say = f"{data['visits']} 家已抽出，{len(data['lacking'])} 家缺组，待增补人员"
        else:
            say = f"{data['visits']} 家已抽出，每家 {data['size']} 人，由同一个种子配定"
        return "匹配检查人员", say, data

    # -- signatures, end, rounds ----------------------------------------------------------------------

    def _signers(self) -> list[dict[str, Any]]:
        people = [
            {"title": person.get_role_display(), "opinion": person.opinion, "statement": person.statement, "at": person.signed_at}
            for person in self.draw.presences.order_by("pk")
        ]  # fmt: skip
        return people + [
            {"title": seat.title, "opinion": seat.opinion, "statement": seat.statement, "at": seat.signed_at}
            for seat in self.seats
            if seat.joined_at
        ]

    def _sign(self) -> tuple[str, str, dict[str, Any]]:
        signers = self._signers()
        done = sum(signer["at"] is not None for signer in signers)
        say = f"请各位核对校验码后签字，已签 {done} / {len(signers)}"
        return "封存签字", say, {**self._result(), "signers": signers, "signed": done}

    def _sealed(self) -> tuple[str, str, dict[str, Any]]:
        objections = [signer for signer in self._signers() if signer["opinion"] == "object"]
        say = "任何人都可以在自己的手机或电脑上重算一遍"
        return "记录已封存", say, {**self._result(), "signers": self._signers(), "objections": objections}

    def _round(self) -> tuple[str, str, dict[str, Any]]:
        wanted = {e["seq"] for e in self.past if e["type"] in ("round_causes", "round_result")}
        rows = self.draw.events.filter(seq__in=wanted).order_by("seq")
        shown = [public_event(self.draw, event, self.audience) for event in rows]
        causes = [event for event in shown if event["type"] == "round_causes"][-1]
        results = [
            e for e in shown if e["type"] == "round_result" and e["screen"]["r"] == causes["screen"]["r"]
        ]
        result = results[0] if results else None
        r = causes["screen"]["r"]
        say = "原因已登记，等待乙方密钥" if result is None else "两方密钥逐轮吻合，结果由新种子算出"
        lines = {line.id: line for line in in_show_order(lines_of(self.draw))}
        changed = {row["id"]: row for row in (result["screen"]["strata"] if result else ())}
        return f"第 {r} 轮替换", say, {
            "r": r, "hidden": self._hidden(), "result": result,
            "count": causes["screen"]["count"],
            "causes": [
                {**cause, "word": CAUSES[cause["kind"]], "reason": grounds.WORDS.get(cause["why"], cause["why"])}
                for cause in causes["screen"].get("causes", ())
            ],
            "strata": [
                {**changed[name], "line": line} for name, line in lines.items() if name in changed
            ],
        }  # fmt: skip

    def _void(self) -> tuple[str, str, dict[str, Any]]:
        event = self._last("void")
        say = "这次抽取不作数，编号不再使用；全部记录照样公开，可以核验"
        successor = Draw.objects.filter(retries=self.draw).exclude(announced_at=None).first()
        return "抽取已中止", say, {
            "why": VOID_WORDS[event["body"]["why"]], "text": event["body"]["text"], "at": event["at"], "successor": successor,
            "by": event["body"]["by"],
        }  # fmt: skip


def lottery_of(draw: Draw) -> dict[str, Any] | None:
    """The public lottery that was agreed upon: its name, issue, and when it is drawn; None for none."""
    if not draw.pub_source:
        return None
    name = LOTTERIES[draw.pub_source]
    return {"name": name, "issue": draw.pub_issue, "at": draw.pub_expected_at}


def grouped(digits: str) -> str:
    """482106 → 482 106; long throws in fives."""
    size = 3 if len(digits) <= 9 else 5
    return " ".join(digits[at : at + size] for at in range(0, len(digits), size))
