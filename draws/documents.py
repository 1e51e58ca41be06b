"""Printed papers of a draw: 抽取记录单, and the sealed copy of the organiser's secret."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from draws import certificates
from draws.actions.closing import signature_digest
from draws.certificates import Certificate
from draws.chain import events_of, state_of
from draws.models import Draw, Presence, RefusedAct, Seat, SnapshotTarget
from draws.queries import strata_names, visits_of
from draws.rules.ladder import sentence_of
from draws.rules.mc1.voids import WORDS as VOID_WORDS
from draws.scenes.strata import weights_of
from foundation.documents.paper import (
    Block,
    Facts,
    Fingerprint,
    Heading,
    Literal,
    Paper,
    Paragraph,
    Signs,
    Table,
)
from foundation.documents.rendering import Page
from foundation.ledger.models import Head
from foundation.organisation.models import User
from foundation.organisation.policies import can
from foundation.rulebook import library

Events = dict[str, list[dict[str, Any]]]
NONE, REHEARSAL = "—", "演练"
HEADS = {"freeze": "冻结", "result": "抽出", "sign": "签字", "void": "中止", "close": "办结"}
OPINIONS = {"agree": "无异议", "object": "有异议", "noted": "未签"}


def minutes(subject_id: str) -> Page:
    """抽取记录单 of one draw (subject_id: its primary key), as it stands now."""
    draw = Draw.objects.select_related(
        "organisation", "operator", "discipline", "plan", "previous", "retries"
    ).get(pk=subject_id)
    return minutes_paper(draw).page(draw=draw, checkpoint=Head.objects.filter(pk=1).first())


def minutes_paper(draw: Draw) -> Paper:
    """The minutes block by block; the PDF and the Word file are made of it, so they say the same."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for event in events_of(draw):
        by_type.setdefault(event["type"], []).append(event)
    blocks = [
        _about(draw), Heading("一、名额"), _quotas(draw, by_type), Heading("二、抽取经过"), *_course(draw, by_type),
        Heading("三、抽中对象与检查组（名称在检查前保密）"), *_teams(draw, by_type), Heading("四、席位与签字"),
        *_signatures(draw), Heading("五、记录指纹"), *_heads(draw), Signs(("主持人", "纪检监督", "见证席位")),
    ]  # fmt: skip
    return Paper(
        f"{draw.number}抽取记录单", draw.organisation.name, draw.number, "双随机抽取记录单", tuple(blocks), verify_url(draw),
        draw.head, REHEARSAL if draw.kind == Draw.Kind.REHEARSAL else "",
    )  # fmt: skip


def certificate(subject_id: str) -> Page:
    """抽取证明 of one target (subject_id: its commitment), for whoever asked for it."""
    row = SnapshotTarget.objects.select_related("draw__organisation").get(commitment=subject_id)
    return certificate_paper(certificates.certificate_of(row.draw, row.commitment)).page()


def certificate_paper(found: Certificate) -> Paper:
    """Was it in the pot, with which status, why drawn or not, and how anybody checks that."""
    draw, row = found.draw, found.row
    blocks = [
        Facts((
            (("单位", row.name),), (("编号", row.uid),), (("时间", _cn_moment(draw)), ("地点", draw.place)),
        )),
        Heading("一、在不在名单里"), *_in_the_pot(found), Heading("二、为什么抽中或没有抽中"), *_why(found), Heading("三、怎么自己核对"),
        *_by_hand(found),
    ]  # fmt: skip
    return Paper(
        f"{draw.number}抽取证明{row.commitment[:8]}", draw.organisation.name, draw.number, "随机抽取证明", tuple(blocks),
        certificates.address_of(draw, row.commitment), "", REHEARSAL if draw.kind == Draw.Kind.REHEARSAL else "",
    )  # fmt: skip


def _in_the_pot(found: Certificate) -> list[Block]:
    said = f"在。冻结的名单共 {found.size} 家，按盲号排列，本单位是第 {found.index + 1} 行。"
    return [
        Paragraph(said),
        Fingerprint("本单位的盲号：", found.row.commitment),
        Fingerprint("名单指纹：", found.draw.freeze_hash),
    ]


def _why(found: Certificate) -> list[Block]:
    if not found.places:
        return [Paragraph("这次抽取没有抽出结果，没有单位被抽中。")]
    rows = tuple((one["name"], one["status"], one["outcome"]) for one in found.answers)
    blocks: list[Block] = [Table(("抽取层", "冻结时的状态", "结果"), rows)]
    blocks += [Paragraph(f"{one['name']}：{one['sentence']}") for one in found.answers]
    if found.voided:
        blocks.append(Paragraph("抽中以后经批准作废，本次不再检查。"))
    if found.draw.state == Draw.State.VOID:
        blocks.append(Paragraph("这次抽取后来中止，抽中的名单不作数。"))
    return blocks


def _by_hand(found: Certificate) -> list[Block]:
    """Lines to paste into a terminal; the same as draw-protocol.md §2."""
    blocks: list[Block] = [
        Paragraph("扫右上角的码打开网页，下载本单位的公开文件，和完整记录一起放进核验页，看第 19、20 步是不是通过。"),
        Paragraph(f"也可以逐行算：把下面一行文字一个不差地交给 {found.command}，结果应是箭头后面的。"),
        Paragraph("盲号由密码和登记内容算出："), Literal(found.leaf_text), Literal(f"→ {found.row.commitment}"),
    ]  # fmt: skip
    for one in found.answers:
        place = one["place"]
        if not place.ticket:
            continue
        several = (
            f"（本单位有 {place.weight} 张签，末位换成 0 到 {place.weight - 1} 各算一次，取最小的）"
            if place.weight > 1
            else ""
        )
        blocks += [
            Paragraph(f"{one['name']}的签由种子和盲号算出{several}："), Literal(one["ticket"]), Literal(f"→ {place.ticket}"),
            Paragraph("本层最后一位抽中的签："), Literal(place.cut or "本层没有名额"),
        ]  # fmt: skip
    blocks += [Paragraph("名单行，与盲号一起进入名单指纹："), Literal(found.row.row)]
    if found.path:
        return [*blocks, Paragraph("从名单行到名单根的路径，自下而上："), *map(Literal, found.path)]
    return [
        *blocks,
        Paragraph(f"到名单根的路径要等完整记录公开以后才提供：路径里有别家的指纹。{found.why_no_path}"),
    ]


def sealed_copy(draw: Draw, secret: str) -> Page:
    """The paper for the envelope of the chain-B holder; rendered for the one who prints it, never stored."""
    groups = [secret[at : at + 8] for at in range(0, len(secret), 8)]
    context = {
        "draw": draw,
        "bureau_name": draw.organisation.name,
        "groups": groups,
        "page_url": verify_url(draw),
        "mark": REHEARSAL if draw.kind == Draw.Kind.REHEARSAL else "",
    }
    return Page("draws/sealed_copy_print.html", f"{draw.number}秘密副本", context)


def verify_url(draw: Draw) -> str:
    """Where anybody recomputes this draw; absolute, because it is printed."""
    return f"{settings.PUBLIC_URL}/draw/{draw.number}/verify/"


def _about(draw: Draw) -> Facts:
    rulebook = library.get(draw.rulebook_id)
    rows: list[tuple[tuple[str, str], ...]] = [
        (("时间", _cn_moment(draw)), ("地点", draw.place)),
        (("性质", draw.get_kind_display()), ("期", draw.period)),
        (
            ("主持人", draw.operator.name),
            ("纪检监督", draw.discipline.name if draw.discipline else "规则书不要求"),
        ),
        (("依据", f"{draw.plan.name}；{rulebook.zh}（指纹 {_short(draw.rulebook_hash)}）"),),
    ]
    if draw.short_notice:
        rows.append((("公告", f"提前不足一个工作日，理由：{draw.short_notice}"),))
    for label, other in (("上一次", draw.previous), ("重抽自", draw.retries)):
        if other:
            rows.append(((label, other.number),))
    return Facts(tuple(rows))


def _cn_moment(draw: Draw) -> str:
    at = timezone.localtime(draw.scheduled_at)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def _quotas(draw: Draw, by_type: Events) -> Table:
    """One row per stratum: base, pool, need, earlier batches, drawn, shortfall; below it the quota's sentence."""
    results = {row["id"]: row for event in by_type.get("result", []) for row in event["body"]["strata"]}
    manifest = {row["id"]: row for event in by_type.get("freeze", []) for row in event["body"]["strata"]}
    names, rows = strata_names(draw), []
    strata = list(draw.strata.select_related("quota", "unit").order_by("pk"))
    weights = weights_of(draw, [stratum.line for stratum in strata])
    for stratum in strata:
        found = results.get(stratum.stratum)
        numbers = (found["base"], found["pool"], found["need"]) if found else (NONE, NONE, NONE)
        before = manifest.get(stratum.stratum, {}).get("before", 0)
        ends = (len(found["sel"]), found["shortfall"]) if found else (NONE, NONE)
        rows.append(tuple(map(str, (names[stratum.stratum], stratum.unit.name, *numbers, before, *ends))))
        sentence = stratum.quota.explanation.get("sentence", "")
        extra = f"；自愿加抽 {stratum.extra} 家：{stratum.extra_reason}" if stratum.extra else ""
        if stratum.line in weights:
            extra += f"；加权：{'；'.join(weights[stratum.line])}；其余 1 张签"
        if sentence or extra:
            rows.append((sentence + extra,))
    return Table(("层", "主体", "基数", "可抽", "应抽", "前批", "抽出", "缺口"), tuple(rows))


def _course(draw: Draw, by_type: Events) -> list[Block]:
    blocks: list[Block] = []
    if draw.freeze_hash:
        state = state_of(draw)
        counts = [state.manifest[key] for key in ("n_t", "n_i", "n_r")]
        said = "名单已冻结：检查对象 {} 家，检查人员 {} 人，回避 {} 对。名单指纹：".format(*counts)
        blocks.append(Fingerprint(said, draw.freeze_hash))
        if state.seed:
            blocks.append(Fingerprint("种子：", state.seed))
    blocks += [Paragraph(text) for text in (*_retries(draw, by_type), *_voids(by_type))]
    if not by_type.get("retry") and not by_type.get("void"):
        blocks.append(Paragraph("过程没有重来，没有中止。"))
    refused = RefusedAct.objects.filter(draw=draw).count()
    blocks.append(Paragraph(f"被系统拒绝的操作 {refused} 次，均已记录。"))
    if _one_office(draw):
        blocks.append(Paragraph("主持人与乙方密钥持有人在同一内设机构，替换的防护只如两人的独立性。"))
    return blocks


def _retries(draw: Draw, by_type: Events) -> list[str]:
    titles = dict(Seat.objects.filter(draw=draw).values_list("seat", "title"))
    return [
        f"第 {body['attempt']} 次未完成：{'、'.join(titles.get(seat, seat) for seat in body['missing'])} 没有公开数字，各席重新封签。"
        for body in (event["body"] for event in by_type.get("retry", []))
    ]


def _voids(by_type: Events) -> list[str]:
    return [
        f"中止：{VOID_WORDS[event['body']['why']]}。{event['body']['text']}（{event['at']}）"
        for event in by_type.get("void", [])
    ]


def _teams(draw: Draw, by_type: Events) -> list[Block]:
    """Codes only: names stay closed until the visit."""
    names, visits = strata_names(draw), visits_of(draw)
    if not visits:
        return [Paragraph("没有抽取结果。")]
    codes = dict(draw.snapshot_inspectors.values_list("inspector_id", "code"))
    rows = []
    for visit in visits:
        members = "、".join(codes[person.pk] for person in visit.team)
        lacking = "（缺组，待增补）" if visit.lacking else ""
        rows.append((visit.code, "、".join(names[stratum] for stratum in visit.strata), members + lacking))
    rounds = len(by_type.get("round_result", []))
    said = f"匹配范围：{_rung(draw, by_type)}。列首者为主办。" + (f"已含 {rounds} 轮替换。" if rounds else "")
    return [Paragraph(said), Table(("编号", "所属层", "检查组"), tuple(rows))]


def _rung(draw: Draw, by_type: Events) -> str:
    return sentence_of(state_of(draw).manifest["team"]["ladder"][by_type["result"][-1]["body"]["level"]])


def _signatures(draw: Draw) -> list[Block]:
    rows = [
        (person.get_role_display(), person.user.name, "账号确认", *_signed(draw, person))
        for person in draw.presences.select_related("user").order_by("pk")
    ]
    rows += [
        (seat.title, seat.holder, seat.get_method_display(), *_signed(draw, seat))
        for seat in draw.seats.order_by("position")
    ]
    said = [Paragraph(f"{one['who']}（{one['kind']}）：“{one['words']}”") for one in objections_of(draw)]
    head = ("席位", "姓名", "方式", "意见", "签名摘要")
    return [Table(head, tuple(rows)), *(said or [Paragraph("各席没有异议。")])]


def _signed(draw: Draw, signer: Seat | Presence) -> tuple[str, str]:
    ref = _short(signature_digest(draw, signer)) if signer.signed_at else ""
    return OPINIONS.get(signer.opinion, "未签"), ref


def objections_of(draw: Draw) -> list[dict[str, str]]:
    """Verbatim: [{who, kind, words}]."""
    seats = draw.seats.filter(opinion__in=["object", "noted"]).order_by("position")
    found = [{"who": seat.title, "kind": OPINIONS[seat.opinion], "words": seat.statement} for seat in seats]
    people = draw.presences.filter(opinion="object").order_by("pk")
    return found + [{"who": p.get_role_display(), "kind": "有异议", "words": p.statement} for p in people]


def _heads(draw: Draw) -> list[Block]:
    """Heads that belong on paper: after the freeze, the result, the signatures, and now. source: MC1 §5"""
    shown = draw.events.filter(type__in=list(HEADS)).order_by("seq")
    blocks: list[Block] = [
        Fingerprint(f"{HEADS[event.type]}（第 {event.seq} 条，校验码 {_short(event.head)}）", event.head)
        for event in shown
    ]
    checkpoint = Head.objects.filter(pk=1).first()
    if checkpoint:
        blocks.append(Fingerprint(f"全局操作记录（第 {checkpoint.seq} 条）", checkpoint.hash))
    said = "请各席拍照留存本页。任何人可扫码重算本次抽取；网页显示的指纹与本页不一致的，即为记录被改动。"
    return [*blocks, Paragraph(said)]


def _short(value: str) -> str:
    """First eight digits as people compare them."""
    return f"{value[:4]}-{value[4:8]}"


def _one_office(draw: Draw) -> bool:
    """§10: where both chain holders sit in one office, the paper says so."""
    holder = draw.chain_b_by
    return bool(holder and draw.operator.unit_id and holder.unit_id == draw.operator.unit_id)


def may_read_certificate(user: User, subject_id: str) -> bool:
    """Nobody by its number: the page of the certificate gives the file to whoever holds its address."""
    return False


def may_read_minutes(user: User, subject_id: str) -> bool:
    """Staff who see draws; the minutes name nobody who was drawn."""
    return can(user, "draws.view")
