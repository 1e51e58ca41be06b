"""Everything there is of one draw as a zip: what a court, a superior or the next person in office would ask for."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from draws import documents as papers
from draws import exports, names
from draws.actions.closing import signature_digest
from draws.chain import events_of
from draws.models import Draw, Presence, Seat
from draws.verifier import verifier
from foundation.documents import actions as documents
from foundation.documents import word
from foundation.documents.models import Document
from foundation.sheets import writing
from foundation.sheets.columns import Column, Sheet

SHEET = Sheet(
    "draws", "抽取会档案",
    (
        Column("number", "编号", "code"), Column("kind", "性质"), Column("period", "期"), Column("scheduled_at", "时间"),
        Column("place", "地点"), Column("organisation", "机关"), Column("operator", "主持人"), Column("discipline", "纪检监督员"),
        Column("rulebook", "规则书"), Column("state", "状态"), Column("targets", "名单，家", "number"),
        Column("drawn", "抽出，家", "number"), Column("rounds", "替换，轮", "number"), Column("objections", "异议，件", "number"),
        Column("why", "中止原因"), Column("retries", "重抽自", "code"), Column("previous", "上一次", "code"),
        Column("freeze_hash", "名单指纹", "code"), Column("head", "链首指纹", "code"),
    ),
)  # fmt: skip
_EPOCH = (2000, 1, 1, 0, 0, 0)
README = """抽取会 {number} 档案{drill}

transcript.json   完整记录：事件链和名单行（没有名称）
openings.json     已向公众公开的名称和密码
minutes.docx/pdf  抽取记录单
signatures.json   谁签了什么；ref 是事件链 sign 里的摘要
objections.json   异议和未签说明，原话
replacements.json 替换申请、批准和执行
refused.json      被系统拒绝的操作
names.csv         谁在什么时候看过哪些编号
legend.json       片区、单位、专业代码的含义
verify_draw.py、verifier.html  两个互不相干的核验程序
hashes.txt        以上各文件的 SHA-256

核对文件：sha256sum -c hashes.txt
核验抽取：python3 verify_draw.py transcript.json --openings openings.json
或双击打开 verifier.html，把两个 json 拖进去。
"""


def bundle(draw: Draw) -> bytes:
    """The zip; the same chain and the same papers give the same names and hashes of the data files."""
    files = _files(draw)
    hashes = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {**files, "hashes.txt": hashes.encode()}.items():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type, part.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            package.writestr(part, data)
    return made.getvalue()


def _files(draw: Draw) -> dict[str, bytes]:
    files = {
        "README.txt": README.format(number=draw.number, drill=_drill(draw)).encode(),
        "minutes.docx": word.to_docx(papers.minutes_paper(draw)), "signatures.json": _json(_signatures(draw)),
        "objections.json": _json(papers.objections_of(draw)), "replacements.json": _json(_replacements(draw)),
        "refused.json": _json(_refused(draw)), "legend.json": _json(draw.legend),
        "names.csv": "".join(writing.write_csv(names.SHEET, names.sighting_rows(draw))).encode(),
        "verify_draw.py": _static("verify/verify_draw.py"), "verifier.html": verifier().content,
    }  # fmt: skip
    if draw.freeze_hash:
        files["transcript.json"] = exports.transcript_json(draw, "observer")
        files["openings.json"] = exports.openings_json(draw)
    else:
        files["events.json"] = _json(events_of(draw))
    document = documents.latest("draw_minutes", draw.pk)
    if document is not None and document.state == Document.State.READY:
        files["minutes.pdf"] = document.file.read()
    return dict(sorted(files.items()))


def _drill(draw: Draw) -> str:
    return "（演练，不作数）" if draw.kind == Draw.Kind.REHEARSAL else ""


def _signatures(draw: Draw) -> list[dict[str, str]]:
    people: list[Presence | Seat] = [
        *draw.presences.select_related("user").order_by("pk"),
        *draw.seats.order_by("position"),
    ]
    return [
        {
            "role": one.role, "name": one.holder if isinstance(one, Seat) else one.user.name, "opinion": one.opinion,
            "statement": one.statement, "signature": one.signature, "at": _at(one.signed_at),
            "ref": signature_digest(draw, one) if one.signed_at else "",
        }
        for one in people
    ]  # fmt: skip


def _replacements(draw: Draw) -> list[dict[str, Any]]:
    rows = draw.replacements.select_related("requested_by", "decided_by").prefetch_related("inspectors")
    return [
        {
            "id": row.pk, "kind": row.kind, "target": row.target, "inspector": row.inspector, "why": row.why, "reason": row.reason,
            "evidence": row.evidence, "requested_by": row.requested_by.name, "requested_at": _at(row.requested_at),
            "state": row.state, "decided_by": row.decided_by.name if row.decided_by else "", "decided_at": _at(row.decided_at),
            "note": row.decision_note, "round": row.round,
        }
        for row in rows.order_by("pk")
    ]  # fmt: skip


def _refused(draw: Draw) -> list[dict[str, str]]:
    return [
        {"at": _at(row.at), "who": row.actor_name, "act": row.act, "reason": row.reason}
        for row in draw.refusals.order_by("pk")
    ]


def _at(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _static(name: str) -> bytes:
    return Path(str(finders.find(name) or Path(settings.STATIC_ROOT) / name)).read_bytes()


# -- the list ---------------------------------------------------------------------------------------------


def rows(draws: Any) -> list[dict[str, Any]]:
    """One row per draw, for the list and its file; reads each chain once."""
    return [
        _row(draw)
        for draw in draws.select_related("organisation", "operator", "discipline", "retries", "previous")
    ]


def _row(draw: Draw) -> dict[str, Any]:
    events = {event["type"]: event["body"] for event in events_of(draw)}
    result, void = events.get("result"), events.get("void")
    objections = draw.seats.filter(opinion="object").count() + draw.presences.filter(opinion="object").count()
    return {
        "number": draw.number, "kind": draw.get_kind_display(), "period": draw.period, "scheduled_at": _at(draw.scheduled_at)[:16].replace("T", " "),
        "place": draw.place, "organisation": draw.organisation.name, "operator": draw.operator.name,
        "discipline": draw.discipline.name if draw.discipline else "", "rulebook": draw.rulebook_id, "state": draw.get_state_display(),
        "targets": events["freeze"]["n_t"] if "freeze" in events else "",
        "drawn": len({c for stratum in result["strata"] for c in stratum["sel"]}) if result else "",
        "rounds": events["round_result"]["r"] if "round_result" in events else 0, "objections": objections,
        "why": void["text"] if void else "", "retries": draw.retries.number if draw.retries else "",
        "previous": draw.previous.number if draw.previous else "", "freeze_hash": draw.freeze_hash, "head": draw.head, "draw": draw,
    }  # fmt: skip
