"""Who may be drawn as the partner of a swap, and who has agreed: read from the chain and the answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from draws.chain import state_of
from draws.models import Draw, ReplacementRequest, SwapConsent
from draws.rules import grounds
from draws.rules.mc1.rounds import open_round, possible_partners
from foundation.organisation.models import User
from personnel.models import Inspector

SHOWN = 6  # codes named in a sentence; a choice of display


@dataclass(frozen=True)
class Consents:
    """`waiting`, `missing`: who has not answered, who was never asked; commitments as codes of the screen."""

    agreed: int
    waiting: tuple[str, ...]
    missing: tuple[str, ...]
    without_login: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not (self.waiting or self.missing)

    @property
    def sentence(self) -> str:
        """Why the swap cannot be approved yet and what to do; empty when everybody agreed."""
        if self.missing:
            return f"可能换到的人变了：还没有征求 {_some(self.missing)} 的意见。请组织员点“再征求意见”。"
        if not self.waiting:
            return ""
        no_login = (
            f"其中 {_some(self.without_login)} 没有账号，请系统管理员开通，或改申请“回避”。"
            if self.without_login
            else ""
        )
        return f"还要等 {_some(self.waiting)} 在自己的手机上答复。{no_login}"


def _some(codes: tuple[str, ...]) -> str:
    """All of a few; of many the first and how many there are."""
    few = "、".join(codes[:SHOWN])
    return few if len(codes) <= SHOWN else f"{few} 等 {len(codes)} 人"


def people_of(draw: Draw, asked: ReplacementRequest, causes: Iterable[Mapping[str, Any]] = ()) -> set[str]:
    """Commitments of the one who is to leave and of everybody the round may exchange him with.

    causes: of the whole round; without them the swap is looked at alone
    """
    standing = state_of(draw).standing
    assert standing is not None
    own = {"k": "swap", "t": asked.target, "i": asked.inspector, "why": asked.why, "ev": ""}
    opened = open_round(standing, list(causes) or [own], full_started(draw))
    return {asked.inspector} | {i for _, i in possible_partners(opened, asked.target, asked.inspector)[1]}


def full_started(draw: Draw) -> list[str]:
    """Visits that have begun with a complete team: no cause may name them. source: MC1 §10"""
    standing = state_of(draw).standing
    assert standing is not None
    started = draw.snapshot_targets.exclude(started_on=None).values_list("commitment", flat=True)
    return sorted(c for c in started if c in standing.visits and c not in standing.lacking())


def inspectors_by_commitment(draw: Draw, commitments: Iterable[str]) -> dict[str, Inspector]:
    rows = draw.snapshot_inspectors.filter(commitment__in=list(commitments)).select_related("inspector")
    return {row.commitment: row.inspector for row in rows}


def consents_of(draw: Draw, asked: ReplacementRequest, causes: Iterable[Mapping[str, Any]] = ()) -> Consents:
    """How far the agreement of a swap is, against who may be drawn now."""
    wanted = people_of(draw, asked, causes)
    rows = draw.snapshot_inspectors.filter(commitment__in=wanted).order_by("code")
    codes = {row.inspector_id: row.code for row in rows}
    answers = {row.inspector_id: row for row in asked.consents.select_related("inspector")}
    waiting = [
        (codes[pk], answers[pk].inspector.user_id)
        for pk in codes
        if pk in answers and answers[pk].answer == SwapConsent.Answer.WAITING
    ]
    return Consents(
        sum(pk in answers and answers[pk].answer == SwapConsent.Answer.AGREED for pk in codes),
        tuple(code for code, _ in waiting), tuple(code for pk, code in codes.items() if pk not in answers),
        tuple(code for code, user in waiting if user is None),
    )  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What one person is asked, in codes: names stay closed until the visit."""

    consent: SwapConsent
    number: str
    target: str
    leaving: str
    reason: str
    people: int

    @property
    def own(self) -> bool:
        """Whether it is this person who is to leave."""
        return self.consent.part == SwapConsent.Part.ASKER


def questions_for(user: User) -> tuple[list[Question], list[Question]]:
    """(to answer, answered or settled), newest last and newest first."""
    mine = SwapConsent.objects.of(user).select_related("request__draw")
    waiting = set(SwapConsent.objects.waiting_for(user).values_list("pk", flat=True))
    found = [_question(consent) for consent in mine]
    open_ = [one for one in found if one.consent.pk in waiting]
    return open_[::-1], [one for one in found if one.consent.pk not in waiting]


def _question(consent: SwapConsent) -> Question:
    asked = consent.request
    draw = asked.draw
    target = draw.snapshot_targets.filter(commitment=asked.target).values_list("code", flat=True).first()
    leaving = (
        draw.snapshot_inspectors.filter(commitment=asked.inspector).values_list("code", flat=True).first()
    )
    partners = asked.consents.filter(part=SwapConsent.Part.PARTNER).count()
    return Question(
        consent, draw.number, target or "", leaving or "", grounds.WORDS.get(asked.why, asked.why), partners
    )
