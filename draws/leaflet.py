"""What everybody takes home from a ceremony: the head and the fingerprints, on paper, as a picture or as a file."""

from typing import Any, NamedTuple

from draws.documents import verify_url
from draws.models import Draw, Seat
from draws.queries import state_of


class Line(NamedTuple):
    """`value`: 64 hex digits, a receipt or digits; `note`: what to compare it with."""

    label: str
    value: str
    note: str


def lines_of(draw: Draw, seat: Seat | None = None) -> list[Line]:
    """What is fixed so far, newest first; with a seat also its receipt, and its digits once they are public."""
    found = [Line("链首指纹", draw.head, f"到第 {draw.head_seq} 步为止的全部记录")] if draw.head else []
    if draw.freeze_hash:
        state = state_of(draw)
        found.append(Line("名单指纹", draw.freeze_hash, "名单和抽几家，改一个字就不同"))
        if state.seed:
            found.append(Line("种子", state.seed, "由它算出抽中谁、谁去查"))
        found += _own(draw, seat) if seat else []
    return found


def _own(draw: Draw, seat: Seat) -> list[Line]:
    log = state_of(draw).log
    slip, digits = log.slips.get(seat.seat, ""), log.opens.get(seat.seat, "")
    found = [Line(f"{seat.title}的封签回执", slip, "与公开记录里您那一席的封签对照")] if slip else []
    return found + ([Line(f"{seat.title}的数字", digits, "已公开，算进了种子")] if digits else [])


def text_of(draw: Draw, seat: Seat | None, *, title: str) -> str:
    """The same as a plain text file, for people who keep files."""
    head = [f"{draw.organisation.name}", title, f"编号 {draw.number}", ""]
    if draw.kind == Draw.Kind.REHEARSAL:
        head.insert(0, "【演练，不作数】")
    body = [f"{line.label}（{line.note}）\r\n{line.value}\r\n" for line in lines_of(draw, seat)]
    how = [f"{number}. {sentence}" for number, sentence in enumerate(HOW, 1)]
    return "\r\n".join([*head, *body, "怎么核验", *how, "", verify_url(draw), ""])


HOW = (
    "打开下面的网址，按“开始核验”，您自己的浏览器从头算一遍。",
    "核验页显示的链首指纹、名单指纹要和这张纸上的一样；只看开头八位不够放心时，逐组对照。",
    "不一样，或核验不通过：保留这张纸，截图，联系派驻纪检组，或在异议更正里提出。",
    "公众的完整记录要等检查办结后公开，到时再核验，用的还是这些指纹，事后谁也换不了。",
)


def context_of(draw: Draw, seat: Seat | None) -> dict[str, Any]:
    return {
        "draw": draw, "bureau_name": draw.organisation.name, "page_url": verify_url(draw), "lines": lines_of(draw, seat), "how": HOW,
        "mark": "演练" if draw.kind == Draw.Kind.REHEARSAL else "", "seat": seat,
    }  # fmt: skip
