"""Who must sign a record: two certificate holders of the team, the lead first; the enterprise, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from foundation.errors import RuleBroken

PREFIX = "data:image/png;base64,"
LARGEST = 400_000


class SignatureWrong(RuleBroken):
    code = "signature_wrong"


@dataclass(frozen=True)
class Member:
    """A present member of the team. `position` 0 leads."""

    inspector: int
    name: str
    position: int
    auxiliary: bool
    certificate_no: str
    issued_on: date | None
    valid_until: date | None

    def certified_on(self, on: date) -> bool:
        """Holds a certificate that is valid on the day."""
        return bool(
            self.certificate_no
            and self.valid_until
            and on <= self.valid_until
            and (self.issued_on is None or self.issued_on <= on)
        )


@dataclass(frozen=True)
class Signed:
    """One signature as given. role: inspector, enterprise or witness; `image` PNG data URL, or the typed name alone."""

    role: str
    name: str
    inspector: int | None = None
    image: str = ""
    refused: bool = False
    note: str = ""


def able_to_sign(team: Sequence[Member], on: date) -> list[Member]:
    """Members who count on the day, lead first; auxiliaries never do."""
    able = [member for member in team if not member.auxiliary and member.certified_on(on)]
    return sorted(able, key=lambda member: member.position)


def check_team(team: Sequence[Member], on: date, minimum: int) -> None:
    """raises: SignatureWrong when fewer than `minimum` members hold a certificate valid on the day"""
    able = able_to_sign(team, on)
    if len(able) >= minimum:
        return
    lapsed = [member.name for member in team if not member.auxiliary and not member.certified_on(on)]
    reason = f"{'、'.join(lapsed)}在 {on} 没有有效的执法证" if lapsed else "检查组人数不足"
    raise SignatureWrong(
        f"{on} 能执法的只有 {len(able)} 人，至少要 {minimum} 人：{reason}。请先申请替换检查人员。",
        code="team_too_small",
    )


def check(
    signatures: Sequence[Signed], team: Sequence[Member], on: date, *, minimum: int, enterprise: bool
) -> None:
    """All signatures of one record.

    minimum: members who sign · enterprise: the inspected party was met, so it signs or its refusal is noted
    raises: SignatureWrong
    """
    for signature in signatures:
        _check_shape(signature)
    _check_inspectors([s for s in signatures if s.role == "inspector"], team, on, minimum)
    parties = [s for s in signatures if s.role == "enterprise"]
    witnesses = [s for s in signatures if s.role == "witness"]
    if len(parties) > 1:
        raise SignatureWrong("被检查单位只能有一个签字。请去掉多余的。")
    if enterprise and not parties:
        raise SignatureWrong(
            "缺被检查单位的签字。请对方签字；拒签的，注明原因并请见证人签字。", code="enterprise_missing"
        )
    if parties and parties[0].refused:
        _check_refusal(parties[0], witnesses, {member.name for member in team})


def _check_inspectors(signed: Sequence[Signed], team: Sequence[Member], on: date, minimum: int) -> None:
    members = {member.inspector: member for member in team}
    ids = [signature.inspector for signature in signed]
    if len(set(ids)) != len(ids):
        raise SignatureWrong("同一名检查人员签了两次。要由不同的人签字。")
    for signature in signed:
        member = members.get(signature.inspector or 0)
        if member is None:
            raise SignatureWrong(f"{signature.name}不在现在的检查组里，不能签字。")
        if member.auxiliary:
            raise SignatureWrong(f"{member.name}是辅助人员，不能以检查人员身份签字。")
        if not member.certified_on(on):
            raise SignatureWrong(f"{member.name}在 {on} 没有有效的执法证，不能签字。")
        if signature.name.strip() != member.name:
            raise SignatureWrong(
                f"签字的姓名“{signature.name}”与检查组登记的{member.name}不一致。请本人签字。"
            )
    if len(signed) < minimum:
        raise SignatureWrong(
            f"检查人员签字有 {len(signed)} 个，至少要 {minimum} 个不同的持证人员签字。", code="too_few_signed"
        )
    order = [members[inspector].position for inspector in ids if inspector is not None]
    lead = min((member.position for member in able_to_sign(team, on)), default=0)
    if order[0] != lead:
        raise SignatureWrong("主办人员要先签字。请按主办、协办的次序签。", code="lead_signs_first")


def _check_refusal(party: Signed, witnesses: Sequence[Signed], team: set[str]) -> None:
    if not party.note.strip():
        raise SignatureWrong("被检查单位拒签或不在场的，要注明原因。", code="refusal_unexplained")
    if not witnesses:
        raise SignatureWrong("被检查单位拒签或不在场的，要有见证人签字。", code="witness_missing")
    if any(witness.name.strip() in team for witness in witnesses):
        raise SignatureWrong("见证人不能是检查组的人。请另请一位见证人。", code="witness_in_team")


def _check_shape(signature: Signed) -> None:
    if signature.role not in ("inspector", "enterprise", "witness"):
        raise SignatureWrong(f"没有“{signature.role}”这种签字身份。")
    if not signature.name.strip() and not (signature.role == "enterprise" and signature.refused):
        raise SignatureWrong("签字要有姓名。请手写并填姓名，或输入姓名代替手写。")
    if len(signature.name.strip()) > 60 or len(signature.note.strip()) > 200:
        raise SignatureWrong("签字的姓名最多 60 个字，说明最多 200 个字。请缩短。", code="too_long")
    if signature.image and (not signature.image.startswith(PREFIX) or len(signature.image) > LARGEST):
        raise SignatureWrong("签名图片的格式不对或太大。请清除后重新签。", code="image_wrong")
    if signature.refused and signature.role != "enterprise":
        raise SignatureWrong("只有被检查单位可以记为拒签。")
