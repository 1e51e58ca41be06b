#!/usr/bin/env python3
"""明抽一号（MC1）抽取核验程序：独立重算一次“双随机”抽取的全过程。

只用 Python 3.8 以上自带的标准库，只有这一个文件，不联网，不写任何文件，与抽取系统没有共用的代码。

用法见 USAGE，或运行 python3 verify_draw.py --help。
在别的 Python 程序里：verify(transcript, openings, anchors, prev) 返回与 --json 相同的字典。
文中的“§”指公开的《MC1 抽取协议》的段落；V01–V21 是 §14 规定的核验步骤，依次进行，遇到第一个不通过即停。
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import namedtuple

USAGE = """用法：
    python3 verify_draw.py 抽取记录.json [--openings 公开名称.json]
            [--anchor 序号:指纹]… [--prev 上一次抽取记录.json] [--json]

    --openings  公开的名称和密码
    --anchor    纸质记录单上签过字的指纹（64 位），写成“事件序号:指纹”，可以给多个
    --prev      同一单位上一次正式抽取的记录
    --json      只输出 JSON
退出码：0 全部通过；1 有一步不通过；2 文件读不出来或命令写错；3 版本不支持。"""

STEPS = {  # 步骤号 → (§14 的句子, 不通过时怎么办)
    "V01": ("文件格式正确", "请向公开单位重新索取原始文件，不要用其他软件打开另存后再核验。"),
    "V02": (
        "事件链首尾相接，没有增删改",
        "记录封存后被改动过，或下载不完整。请重新下载，再用纸质记录单上的指纹对照。",
    ),
    "V03": ("事件先后次序合规", "抽取没有按规定的次序进行，或记录不全。请要求组织方说明，并保留本文件。"),
    "V04": ("检查对象名单与冻结单一致", "名单不是冻结时的那一份。请要求组织方出示冻结时的名单。"),
    "V05": ("检查人员名单与冻结单一致", "人员名单不是冻结时的那一份。请要求组织方出示冻结时的名单。"),
    "V06": ("回避名单与冻结单一致", "回避名单不是冻结时的那一份。请要求组织方出示冻结时的名单。"),
    "V07": ("应抽数量计算正确", "应抽多少家算得不对。请要求组织方按规则说明这一层的数字。"),
    "V08": ("各席先封存、后公开", "可能有人看到别人的数字后才定自己的。请要求监督员说明现场经过。"),
    "V09": ("各席公开的数字与封存一致", "公开的数字不是事先封存的那个。请该席监督员拿出自己留存的数字对照。"),
    "V10": ("组织方秘密与事先封存一致", "组织方换了秘密，本次抽取不可信。请向监督部门反映。"),
    "V11": ("种子计算正确", "种子不是由冻结单、秘密和现场数字算出的，本次抽取不可信。请向监督部门反映。"),
    "V12": ("抽中名单由种子算出", "公布的抽中名单与重算结果不同。请向监督部门反映，并附上本页输出。"),
    "V13": ("检查组由种子算出", "公布的检查组与重算结果不同。请向监督部门反映，并附上本页输出。"),
    "V14": ("缺组证明成立", "“人手不够”的证明不成立。请要求组织方说明为什么这一家没有派出检查组。"),
    "V15": ("替换原因成立且先于密钥", "替换的理由与当时的名单或检查组对不上。请要求组织方出示审批材料。"),
    "V16": ("两方密钥逐轮吻合", "替换用的密钥不是事先封存的那一串。请两方密钥保管人各自核对。"),
    "V17": ("替换结果由新种子算出", "公布的替换结果与重算结果不同。请向监督部门反映，并附上本页输出。"),
    "V18": ("其余事项记录一致", "查看、公开、作废或结束的记录与抽取不符。请要求组织方说明。"),
    "V19": ("公开的名称与盲号吻合", "公开的名称不是封存时的那一家。请要求组织方重新公开原始的名称和密码。"),
    "V20": ("公开的名称与名单行一致、没有重复", "公开的名称与名单上的情况不符或重复。请要求组织方说明。"),
    "V21": ("与纸质记录、上一次抽取衔接", "记录可能被整体重写。请保留纸质记录单，向监督部门反映。"),
}
WORDS = {"pass": "通过", "fail": "不通过", "na": "不适用", "skipped": "未检查"}
ZEROS = "0" * 64


class StepFailed(Exception):
    """一个步骤不通过：what 说哪里不符；expected / actual 是应为和实为（没有就是 None）。"""

    def __init__(self, what, expected=None, actual=None):
        super().__init__(what)
        self.what, self.expected, self.actual = what, expected, actual


class Unreadable(Exception):
    """文件读不出来，或命令写错：退出码 2。"""


def require(condition, what, expected=None, actual=None):
    """条件不成立就报告这一步不通过。"""
    if not condition:
        raise StepFailed(what, expected, actual)


def require_equal(expected, actual, what):
    """两个值必须相等；列表不等时指出第一处不同。"""
    if expected == actual:
        return
    if isinstance(expected, list) and isinstance(actual, list):
        for place, (mine, theirs) in enumerate(zip(expected, actual), 1):
            if mine != theirs:
                raise StepFailed("%s：第 %d 项起不同" % (what, place), mine, theirs)
        raise StepFailed("%s：项数不同" % what, len(expected), len(actual))
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        for key in expected:
            require_equal(expected[key], actual[key], "%s，%s" % (what, key))
    raise StepFailed(what, expected, actual)


def brief(c):
    """盲号的前 8 位，屏幕和纸上都这样称呼（§3）。"""
    return "盲号 %s…" % c[:8]


# ───────────────────────── §2 字节：规范文本、散列、默克尔根 ─────────────────────────

KEY = re.compile(r"[a-z0-9_]+")
SAFE_INTEGER = 9007199254740991


def check_canonical(x):
    """§2：只许对象、数组、文字、整数、true、false、null；其余一律 ValueError。"""
    kind = type(x)
    if kind is str:
        x.encode("utf-8")  # 单个代理码位会在这里报 UnicodeEncodeError（也是 ValueError）
    elif kind is int:
        if abs(x) > SAFE_INTEGER:
            raise ValueError("整数过大")
    elif kind is list:
        for item in x:
            check_canonical(item)
    elif kind is dict:
        for key, value in x.items():
            if type(key) is not str or not KEY.fullmatch(key):
                raise ValueError("键名不合规")
            check_canonical(value)
    elif x is not None and kind is not bool:
        raise ValueError("不允许的类型")


def canon(x):
    """规范 JSON 文本（§2）；不能规范化的值抛出 ValueError。"""
    check_canonical(x)
    return json.dumps(x, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class PureSM3:
    """国密 SM3（GB/T 32905）的纯 Python 写法；只在本机 OpenSSL 没有 SM3 时使用。"""

    START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)

    def __init__(self, data=b""):
        self.state, self.rest, self.length = self.START, b"", 0
        self.update(data)

    def copy(self):
        twin = PureSM3()
        twin.state, twin.rest, twin.length = self.state, self.rest, self.length
        return twin

    def update(self, data):
        self.length += len(data)
        data = self.rest + data
        end = len(data) // 64 * 64
        for at in range(0, end, 64):
            self.state = self._compress(self.state, data[at : at + 64])
        self.rest = data[end:]

    def digest(self):
        padding = b"\x80" + b"\0" * ((55 - len(self.rest)) % 64)
        tail = self.rest + padding + (8 * self.length).to_bytes(8, "big")
        state = self.state
        for at in range(0, len(tail), 64):
            state = self._compress(state, tail[at : at + 64])
        return b"".join(word.to_bytes(4, "big") for word in state)

    def hexdigest(self):
        return self.digest().hex()

    @staticmethod
    def _rotate(x, n):
        n %= 32
        return (x << n | x >> (32 - n)) & 0xFFFFFFFF

    @classmethod
    def _compress(cls, state, block):
        rot = cls._rotate
        w = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rot(w[j - 3], 15)
            w.append(x ^ rot(x, 15) ^ rot(x, 23) ^ rot(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            turn = rot(a, 12)
            ss1 = rot((turn + e + rot(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & 0xFFFFFFFF, 7)
            ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if j < 16 else e & f | ~e & g
            tt1 = (ff + d + (ss1 ^ turn) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
            tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
            a, b, c, d = tt1, a, rot(b, 9), c
            e, f, g, h = tt2 ^ rot(tt2, 9) ^ rot(tt2, 17), e, rot(f, 19), g
        return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))


def _openssl_sm3(data=b""):
    return hashlib.new("sm3", data)


def _sm3():
    """本机自带的 SM3；没有或算得不对就用上面的纯 Python 写法。"""
    try:
        if _openssl_sm3(b"abc").hexdigest().startswith("66c7f0f462eeedd9"):
            return _openssl_sm3
    except ValueError:
        pass
    return PureSM3


class Hash:
    """一次抽取所用的散列（§2）：MC1 用 SHA-256，MC1-SM3 用 SM3。"""

    VERSIONS = ("MC1", "MC1-SM3")

    def __init__(self, version):
        self.new = hashlib.sha256 if version == "MC1" else _sm3()

    def h(self, tag, *fields):
        """h(tag, f1, …)：以竖线连接后的散列，64 位十六进制。"""
        return self.prefix(tag, *fields).hexdigest()

    def prefix(self, tag, *fields):
        """已经吃进开头部分的散列器；批量计算时复制它，不必每次从头算。"""
        return self.new("|".join(("MC1", tag) + tuple(map(str, fields))).encode("utf-8"))

    def merkle(self, texts):
        """RFC 9162 §2.1.1 的默克尔根；逐层两两合并，落单的原样升一层，与递归定义等价。"""
        new = self.new
        level = [new(b"\0" + text.encode("utf-8")).digest() for text in texts]
        if not level:
            return new(b"").hexdigest()
        while len(level) > 1:
            odd = level[-1:] if len(level) % 2 else []
            level = [new(b"\1" + x + y).digest() for x, y in zip(level[::2], level[1::2])] + odd
        return level[0].hex()

    def heads(self, draw_id, events):
        """§5 事件链：第 n 项是第 n 个事件之后的指纹，第 0 项是起点。"""
        heads = [self.h("start", draw_id)]
        for event in events:
            heads.append(self.h("event", heads[-1], canon(event)))
        return heads


# ───────────────────────── V01 文件格式（§3–§5、§14，与 JSON Schema 相同） ─────────────────────────
# 下面每个“形状”是一个函数：值合格就什么也不做，不合格抛出 FormatError。


class FormatError(Exception):
    """一个值不合格式；path 是从外到里的位置。"""

    def __init__(self, problem):
        super().__init__(problem)
        self.problem, self.path = problem, []

    def sentence(self, root):
        place = "".join("[%d]" % p if isinstance(p, int) else "." + p for p in self.path)
        return "%s%s：%s" % (root, place, self.problem)


def text(pattern, name):
    """整段符合正则式的文字（fullmatch：末尾多一个换行也不行）。"""
    match = re.compile(pattern).fullmatch

    def check(x):
        if type(x) is not str or not match(x):
            raise FormatError("应为%s" % name)

    return check


def free_text(least, most):
    """least 到 most 个字（按 Unicode 码位数）的任意文字。"""

    def check(x):
        if type(x) is not str or not least <= len(x) <= most:
            raise FormatError("应为 %d–%d 个字的文字" % (least, most))
        try:
            x.encode("utf-8")
        except UnicodeEncodeError:
            raise FormatError("含有不成对的代理码位") from None

    return check


def integer(least, most):
    """范围内的整数；true、1.0 都不是整数。"""

    def check(x):
        if type(x) is not int or not least <= x <= most:
            raise FormatError("应为 %d–%d 的整数" % (least, most))

    return check


def boolean(x):
    """true 或 false。"""
    if type(x) is not bool:
        raise FormatError("应为 true 或 false")


def one_of(*values):
    """只许这几个词之一。"""

    def check(x):
        if type(x) is not str or x not in values:
            raise FormatError("应为 %s 之一" % "、".join(values))

    return check


def or_null(shape):
    """null，或者符合 shape。"""

    def check(x):
        if x is not None:
            shape(x)

    return check


def array(shape, least=0, most=None, ascending=None, unique=False):
    """列表；ascending 给出排序依据时必须严格递增，unique 时不许重复。"""

    def check(x):
        if type(x) is not list or len(x) < least or (most is not None and len(x) > most):
            raise FormatError("应为 %s 项的列表" % (least if most is None else "%d–%d" % (least, most)))
        for place, item in enumerate(x):
            try:
                shape(item)
            except FormatError as error:
                error.path.insert(0, place)
                raise
        if ascending and not strictly_ascending([ascending(item) for item in x]):
            raise FormatError("应严格递增排列，不许重复")
        if unique and len(set(x)) != len(x):
            raise FormatError("不许有重复")

    return check


def pair(first, second):
    """恰好两项的列表。"""

    def check(x):
        if type(x) is not list or len(x) != 2:
            raise FormatError("应为恰好两项的列表")
        for place, shape in enumerate((first, second)):
            try:
                shape(x[place])
            except FormatError as error:
                error.path.insert(0, place)
                raise

    return check


def record(**shapes):
    """键恰好是这些、值各符合其形状的对象。"""

    def check(x):
        if type(x) is not dict:
            raise FormatError("应为对象")
        odd = sorted(map(ascii, x.keys() ^ shapes.keys()))
        if odd:
            raise FormatError("缺少或多出项目 %s" % "、".join(odd))
        for key, shape in shapes.items():
            try:
                shape(x[key])
            except FormatError as error:
                error.path.insert(0, key)
                raise

    return check


def strictly_ascending(values):
    """严格递增（§2：不许重复）。"""
    return all(x < y for x, y in zip(values, values[1:]))


def itself(x):
    return x


_HEX = r"[0-9a-f]{64}"
_CODE = r"[0-9A-Za-z._-]{1,32}"
_CODES = r"(?:%s(?:\+%s)*)?" % (_CODE, _CODE)
_STATUS = r"(?:E|C\.(?:CAP|SUPERIOR|DRAWN|ONCE|RECENT|CLOSED|OFFPOOL)|X\.(?:CLOSED|MOVED|DUP|NOJUR))"
_MEMBER = r"%s:%s" % (_CODE, _STATUS)
_PLACE = r"[0-9]{6,12}-[0-9]{4}(?:Q[1-4]|H[12]|M(?:0[1-9]|1[0-2])|Y)"

HEX = text(_HEX, "64 位小写十六进制")
CODE = text(_CODE, "1–32 位代码")
CODE_OR_EMPTY = text(r"(?:%s)?" % _CODE, "代码或空")
TIME = text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}", "带时区的时间")
DRAW_ID = text(_PLACE + r"-R?[0-9]{2,4}", "抽取编号")
MILLION = integer(0, 1000000)
TRILLION = integer(0, 1000000000000)
ATTEMPT = integer(1, 3)
HEXES = array(HEX)
ASCENDING_HEXES = array(HEX, least=1, ascending=itself)
SIGNATURES = array(record(role=CODE, ref=HEX), 1, 100)
LOTTERY = or_null(record(source=one_of("cn.ssq", "cn.dlt", "cn.3d"), issue=text(r"[0-9]{4,12}", "期号")))

_target_pattern = text(
    r"%s\|(?:0|[1-9][0-9]{0,2})\|(?:[1-9]|1[0-9]|20)(?:\|(?:%s)?){3}\|%s(?:\+%s)*"
    % (_HEX, _CODE, _MEMBER, _MEMBER),
    "检查对象行",
)
_inspector_pattern = text(
    r"%s\|%s\|(?:%s)?\|%s\|(?:0|[1-9][0-9]{0,2})\|(?:A|L\.(?:LEAVE|CERT|SECOND|DUTY|OTHER))"
    % (_HEX, _CODES, _CODE, _CODES),
    "检查人员行",
)
RECUSAL_ROW = text(r"%s\|%s\|(?:KIN|SHARE|EMPLOY|CREDIT|DISPUTE|OTHER)" % (_HEX, _HEX), "回避行")


def TARGET_ROW(x):
    """§3 检查对象行；所属各层按层号严格递增。"""
    _target_pattern(x)
    members = x[x.rindex("|") + 1 :]
    if "+" in members and not strictly_ascending([m.split(":")[0] for m in members.split("+")]):
        raise FormatError("所属各层应按层号严格递增")


def INSPECTOR_ROW(x):
    """§3 检查人员行；片区、专业各自严格递增。"""
    _inspector_pattern(x)
    _, areas, _, skills, _, _ = x.split("|")
    if not (strictly_ascending(areas.split("+")) and strictly_ascending(skills.split("+"))):
        raise FormatError("片区和专业应严格递增")


STRATUM = record(
    id=CODE, line=CODE, body=CODE, basis=one_of("rate", "officers", "count", "all"),
    num=MILLION, den=integer(1, 1000000), officers=MILLION, floor=MILLION, before=MILLION, extra=MILLION,
    last=boolean, draw=MILLION, order=one_of("uniform", "uninspected_first"), skill=CODE_OR_EMPTY,
)  # fmt: skip
RUNG = record(cap_add=integer(0, 999), reach=one_of("area", "body", "any"), skill=boolean)
MANIFEST_KEYS = record(
    v=one_of(*Hash.VERSIONS),
    kind=one_of("F", "R"),
    draw_id=DRAW_ID,
    prev=record(
        draw_id=text(r"(?:%s-[0-9]{2,4})?" % _PLACE, "正式抽取编号或空"),
        seq=integer(0, 100000),
        head=HEX,
    ),
    rulebook=record(id=CODE, hash=HEX),
    n_t=MILLION, n_i=integer(0, 5000), n_r=integer(0, 100000), t_root=HEX, i_root=HEX, r_root=HEX,
    strata=array(STRATUM, 1, 200),
    overrides=array(record(c=HEX, rule=CODE, approval_hash=HEX), ascending=lambda o: (o["c"], o["rule"])),
    team=record(g=integer(2, 9), ladder=array(RUNG, 1, 9)),
    op_commit=HEX,
    chains=record(len=integer(1, 256), a=HEX, b=HEX, b_holder=CODE),
    seats=array(record(id=CODE, role=CODE, method=one_of("sealed", "spoken")), 1, 20),
    pub=LOTTERY,
)  # fmt: skip


def MANIFEST(x):
    """§4 冻结单：键和值之外，编号唯一、另有一席、种类与流水号相符、前次三项成套。"""
    MANIFEST_KEYS(x)
    for name in ("strata", "seats"):
        if len({item["id"] for item in x[name]}) != len(x[name]):
            raise FormatError("%s 的 id 有重复" % name)
    if all(seat["role"] == "operator" for seat in x["seats"]):
        raise FormatError("除组织方外至少还要有一席")
    if (x["kind"] == "R") != ("-R" in x["draw_id"]):
        raise FormatError("种类（正式 F、演练 R）与编号不符")
    prev = x["prev"]
    if len({prev["draw_id"] == "", prev["seq"] == 0, prev["head"] == ZEROS}) != 1:
        raise FormatError("prev 没有前次时三项都应为空、0 和 64 个零，有前次时三项都要填")
    if prev["draw_id"] and prev["draw_id"].split("-")[0] != x["draw_id"].split("-")[0]:
        raise FormatError("prev 应是同一单位的抽取")
    if prev["draw_id"] == x["draw_id"]:
        raise FormatError("prev 不能是本次抽取自己")


CAUSES = {
    "add": record(k=itself, why=CODE, ev=HEX, rows=array(INSPECTOR_ROW, 1, 5000, ascending=itself)),
    "void": record(k=itself, why=CODE, ev=HEX, t=HEX),
    "absent": record(k=itself, why=CODE, ev=HEX, i=HEX, ts=ASCENDING_HEXES),
    "recuse": record(k=itself, why=CODE, ev=HEX, t=HEX, i=HEX),
    "swap": record(k=itself, why=CODE, ev=HEX, t=HEX, i=HEX),
}


def CAUSE(x):
    """§10 一条替换原因。"""
    if type(x) is not dict or type(x.get("k")) is not str or x["k"] not in CAUSES:
        raise FormatError("应为替换原因，k 是 %s 之一" % "、".join(CAUSES))
    CAUSES[x["k"]](x)


TEAMS = dict(
    level=integer(0, 8),
    teams=array(pair(HEX, array(HEX, most=9))),
    lacking=HEXES,
    certs=array(record(t=HEX, r=array(HEX, 1, unique=True), v=array(HEX, unique=True))),
)
HEX_OR_EMPTY = text(r"(?:%s)?" % _HEX, "64 位小写十六进制或空")
BODIES = {
    "announce": record(
        draw_id=DRAW_ID, kind=one_of("F", "R"), when=TIME, place=free_text(0, 100), pub=LOTTERY,
        verifiers=array(HEX, most=100),
    ),
    "freeze": MANIFEST,
    "spotcheck": record(cs=ASCENDING_HEXES),
    "slip": record(attempt=ATTEMPT, seat=CODE, commit=HEX),
    "lock": record(attempt=ATTEMPT),
    "open": record(
        attempt=ATTEMPT, seat=CODE, digits=text(r"[0-9]{6,64}", "6–64 位数字"),
        nonce=text(r"(?:[0-9a-f]{32,64})?", "32–64 位十六进制或空"),
    ),
    "retry": record(attempt=ATTEMPT, missing=array(CODE, 1, 20)),
    "reveal": record(
        attempt=ATTEMPT, op_secret=HEX, pub=or_null(text(r"[0-9.]{1,64}", "开奖号码")), seed=HEX
    ),
    "result": record(
        strata=array(
            record(id=CODE, base=MILLION, pool=MILLION, need=TRILLION, shortfall=TRILLION, sel=HEXES)
        ),
        **TEAMS
    ),
    "sign": record(by=SIGNATURES),
    "round_causes": record(
        r=integer(1, 256), approver=CODE, started=array(HEX, ascending=itself),
        causes=array(CAUSE, 1, ascending=canon),
    ),
    "round_result": record(
        r=integer(1, 256), xa=HEX, xb=HEX, seed=HEX,
        strata=array(record(id=CODE, vacant=MILLION, sel=HEXES)),
        swaps=array(record(t1=HEX, i1=HEX, t2=HEX_OR_EMPTY, i2=HEX_OR_EMPTY, level=integer(-1, 8))),
        **TEAMS
    ),
    "unmask": record(cs=ASCENDING_HEXES, who=CODE, why=CODE),
    "opening": record(cs=ASCENDING_HEXES, to=one_of("public", "discipline", "party", "superior")),
    "void": record(
        why=one_of("SECRET_LOST", "SEATS", "PUB", "ERROR", "REGISTER", "ORDER", "OTHER"),
        text=free_text(0, 500), by=SIGNATURES,
    ),
    "close": record(rounds=integer(0, 256), visits=MILLION, lacking=MILLION),
}  # fmt: skip
EVENT_KEYS = record(seq=integer(1, 100000), type=one_of(*BODIES), at=TIME, body=itself)


def EVENT(x):
    """§5 一个事件。"""
    EVENT_KEYS(x)
    try:
        BODIES[x["type"]](x["body"])
    except FormatError as error:
        error.path.insert(0, "body")
        raise


TRANSCRIPT = record(
    format=one_of("MC1-transcript"),
    v=one_of(*Hash.VERSIONS),
    draw_id=DRAW_ID,
    events=array(EVENT, 1, 100000),
    targets=array(TARGET_ROW, most=1000000),
    inspectors=array(INSPECTOR_ROW, most=5000),
    recusals=array(RECUSAL_ROW, most=100000),
    head=HEX,
)
OPENINGS = record(
    format=one_of("MC1-openings"),
    draw_id=DRAW_ID,
    openings=array(
        record(
            c=HEX,
            salt=HEX,
            record=record(
                k=one_of("T", "I"),
                uid=text(r"[0-9A-Za-z._-]{1,64}", "1–64 位业务编号"),
                name=free_text(1, 200),
                row=text(r"[0-9A-Za-z._|+:-]{1,8000}", "名单行"),
                ev=HEX_OR_EMPTY,
            ),
        ),
        most=1100000,
    ),
)

# ───────────────────────── §3、§4 名单行和应抽数量 ─────────────────────────

# 检查对象：c 盲号，p 今年已查次数，w 权重，a 片区，b 管辖，n 所需专业，statuses 层号 → 状态
Target = namedtuple("Target", "c p w a b n statuses")
# 检查人员：c 盲号，areas 片区，body 所属，skills 专业，capacity 本次最多几家，status 状态
Inspector = namedtuple("Inspector", "c areas body skills capacity status")


def read_target(row):
    """把检查对象行拆成各项。"""
    c, p, w, a, b, n, members = row.split("|")
    return Target(c, int(p), int(w), a, b, n, dict(m.split(":") for m in members.split("+")))


def read_inspector(row):
    """把检查人员行拆成各项。"""
    c, areas, body, skills, capacity, status = row.split("|")
    return Inspector(c, _codes(areas), body, _codes(skills), int(capacity), status)


def _codes(joined):
    return frozenset(joined.split("+")) if joined else frozenset()


def quota(s, base, pool):
    """§4 应抽数量：返回 (need, limit)；s 是一层的参数，base 是基数，pool 是可抽数。"""
    raw = 0
    if base:
        product = s["num"] * (base if s["basis"] == "rate" else s["officers"])
        raw = {"count": s["num"], "all": base}.get(s["basis"], (product + s["den"] - 1) // s["den"])
    need = max(raw, s["floor"])
    return need, min(max(need - s["before"], 0) + s["extra"], pool)


def shortfall(s, need):
    """§4 缺口：本期最后一批抽完后还差几家。"""
    return max(need - s["before"] - s["draw"], 0) if s["last"] else 0


# ───────────────────────── §7 签和抽选 ─────────────────────────


def rank(hasher, seed, stratum, rows):
    """按签从小到大排列（§7）：rows 是可抽的 Target，返回盲号列表。权重 w 就是 w 张签取最小。"""
    start = hasher.prefix("ticket", seed, stratum["id"], "")
    by_visits = stratum["order"] == "uninspected_first"
    keys = []
    for row in rows:
        tickets = []
        for j in range(row.w):
            ticket = start.copy()
            ticket.update(("%s|%d" % (row.c, j)).encode("ascii"))
            tickets.append(ticket.digest())
        keys.append((row.p if by_visits else 0, min(tickets), row.c))
    keys.sort()
    return [c for _, _, c in keys]


# ───────────────────────── §8 检查组：字典序最先的完整分派 ─────────────────────────


class Assignment:
    """求 §8 的“答案”。检查和人员都用序号；一组人员用一个整数的二进制位表示。

    want[x] 检查 x 要加几人；cand[x] 候选人位集；skilled[x] 其中有所需专业者的位集，不需专业为 None；
    order(x) 候选人按签的次序；places[i] 人员 i 还有几个名额。
    做法：先按次序每家取签最小的有空人员；有一家凑不齐，就沿“增广路”让别家换人腾位置。
    若从未换过人，所得就是答案；否则再从头逐个候选人试：能不能在保留已定各对的前提下把他换进来。
    “需专业”等于“没有专业的至多 want−1 人”，所以每家检查是网络中的两个结点：
    2x（专业一侧，没有专业要求时就是全部）和 2x+1（没有专业的一侧）。
    """

    def __init__(self, want, cand, skilled, order, places):
        count = len(want)
        self.want, self.order = want, order
        self.side = []  # 结点 → 从这里可以进来的人员
        for x in range(count):
            self.side += [cand[x], 0] if skilled[x] is None else [cand[x] & skilled[x], cand[x] & ~skilled[x]]
        self.needy = [mask is not None for mask in skilled]
        self.free = list(places)  # 人员 → 剩余名额
        self.spare = sum(1 << i for i, n in enumerate(places) if n > 0)  # 还有名额的人员
        self.members = [0] * count  # 检查 → 暂定人员
        self.size = [0] * count
        self.unskilled = [0] * count  # 检查 → 暂定人员中没有专业的人数（只在需专业时计）
        self.fixed = [0] * count  # 检查 → 已定人员
        self.held = [set() for _ in places]  # 人员 → 暂定而未定的检查
        self.moved = False
        self.stuck = 0  # 从这些人员出发再也找不到空名额（只在编到人之前搜遍才记，见 _augment）

    def solve(self, give_up):
        """返回 (teams, lacking)：每家的人员序号列表（缺组为 None）和缺组的检查序号。

        give_up 为真时，只要有一家凑不齐就返回 None（这一级不可行，§8）。
        """
        lacking = []
        for x in range(len(self.want)):
            self._take_first(x)
            while self.size[x] < self.want[x]:
                if self._augment(x):
                    continue
                if give_up:
                    return None
                for i in bits(self.members[x]):
                    self._leave(x, i)
                lacking.append(x)
                break
        if self.moved:
            self._refine(sorted(set(range(len(self.want))) - set(lacking)))
        without = set(lacking)
        teams = [None if x in without else self._team(x) for x in range(len(self.want))]
        return teams, lacking

    def _team(self, x):
        return [i for i in self.order(x) if self.members[x] >> i & 1]

    def _node(self, x, i):
        """人员 i 在检查 x 处属于哪个结点。"""
        return 2 * x + (self.needy[x] and not self.side[2 * x] >> i & 1)

    def _join(self, x, i):
        self.members[x] |= 1 << i
        self.size[x] += 1
        self.unskilled[x] += self._node(x, i) & 1
        self.held[i].add(x)
        self.free[i] -= 1
        if self.free[i] == 0:
            self.spare &= ~(1 << i)

    def _leave(self, x, i):
        self.members[x] &= ~(1 << i)
        self.size[x] -= 1
        self.unskilled[x] -= self._node(x, i) & 1
        self.held[i].discard(x)
        self.free[i] += 1
        if self.free[i] == 1:
            self.spare |= 1 << i

    def _room_for_unskilled(self, x):
        return self.unskilled[x] < self.want[x] - 1

    def _take_first(self, x):
        """按签的次序取还有名额的人员，最后一席留给专业人员（如需）。"""
        for i in self.order(x):
            if self.size[x] == self.want[x]:
                return
            if self.spare >> i & 1 and (not self._node(x, i) & 1 or self._room_for_unskilled(x)):
                self._join(x, i)

    def _augment(self, x):
        """给检查 x 添一人，必要时让别家换人；做不到返回 False。"""
        search = Search(self, self.spare, seen=self.stuck)
        search.enter(2 * x, None)
        if not search.run():
            if not self.members[x]:  # 一个人也没有占用，所以撤下 x 不会腾出新的名额
                self.stuck = search.seen
            return False
        search.apply()
        self.moved = True
        return True

    def _refine(self, visits):
        """逐家、逐个候选人：只要还有完整分派容得下，就定下来（§8 “答案”）。"""
        reach = {}  # 人员 → 从他出发曾搜遍的结点；只会缩小，所以搜不到的以后也搜不到
        for x in visits:
            taken = 0
            for i in self.order(x):
                if taken == self.want[x]:
                    break
                if self.members[x] >> i & 1 or self._swap_in(x, i, reach):
                    self.fixed[x] |= 1 << i
                    self.held[i].discard(x)
                    taken += 1

    def _swap_in(self, x, i, reach):
        """把 i 换进检查 x（已定的都不动）；做不到返回 False。"""
        out = self.members[x] & ~self.fixed[x]  # 可以让位的人员
        goal = self._node(x, i)
        if goal & 1 and not self._room_for_unskilled(x):
            out &= self.side[goal]
        if not out or not (self.spare >> i & 1 or self.held[i]):
            return False
        if not self.spare >> i & 1:
            if i in reach and goal not in reach[i]:
                return False
            search = Search(self, out | self.spare, start=i)
            if not search.run():
                for j in bits(search.seen):
                    if j not in reach or len(search.entered) < len(reach[j]):
                        reach[j] = search.entered
                return False
            if out >> search.found & 1:
                out = 1 << search.found
            search.apply()
        self._leave(x, next(bits(out)))
        self._join(x, i)
        return True


class Search:
    """在剩余网络里广度优先找一条换人路：甲离开一家、乙补上，乙再离开另一家……直到 goal 中的一人。"""

    def __init__(self, state, goal, start=None, seen=0):
        self.state, self.goal, self.start = state, goal, start
        self.found = None
        self.entered = set()  # 到过的结点
        self.seen = seen if start is None else 1 << start  # 到过（或不必再到）的人员
        self.parent = {}  # 人员 → (他顶替谁, 在哪家)
        self.queue = [] if start is None else [start]

    def run(self):
        """找到返回 True，found 是路的终点。"""
        held, node = self.state.held, self.state._node
        for i in self.queue:  # 边走边添
            if self.found is not None:
                break
            for x in held[i]:
                self.enter(node(x, i), i)
                if self.found is not None:
                    break
        return self.found is not None

    def enter(self, node, leaver):
        """leaver 让出结点 node 的一席（None 表示本来就空着）：看谁能补上。"""
        if node in self.entered or self.found is not None:
            return
        self.entered.add(node)
        state, x = self.state, node >> 1
        new = state.side[node] & ~state.members[x] & ~self.seen
        if new:
            self.seen |= new
            hit = new & self.goal
            if hit:
                self.found = next(bits(hit))
                self.parent[self.found] = (leaver, x)
                return
            for j in bits(new):
                self.parent[j] = (leaver, x)
                self.queue.append(j)
        if state.needy[x] and (node & 1 or state._room_for_unskilled(x)):
            self.enter(node ^ 1, leaver)

    def apply(self):
        """照找到的路换人。"""
        i = self.found
        while i != self.start and i is not None:
            leaver, x = self.parent[i]
            if leaver is not None:
                self.state._leave(x, leaver)
            self.state._join(x, i)
            i = leaver


def bits(mask):
    """位集里的各个序号，从小到大。"""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Visit:
    """一家抽中单位：credits 算在哪几层（层号集合），team 检查组（第一人主办）。"""

    def __init__(self, credits=(), team=()):
        self.credits, self.team = set(credits), list(team)


class Draw:
    """抽取进行到某一刻的状态：名单、抽中单位和检查组、回避、缺席、作废。"""

    def __init__(self, hasher, manifest, targets, inspectors, barred):
        self.hasher, self.manifest = hasher, manifest
        self.targets, self.inspectors = targets, inspectors
        self.visits = {}
        self.barred = barred  # {(t, i)}：回避，以及替换中回避、对调过的
        self.absent, self.void = set(), set()
        self.chosen = {s["id"]: set() for s in manifest["strata"]}  # 层号 → 曾抽中的
        self.rounds = 0

    def copy(self):
        twin = Draw(self.hasher, self.manifest, self.targets, dict(self.inspectors), set(self.barred))
        twin.visits = {t: Visit(v.credits, v.team) for t, v in self.visits.items()}
        twin.absent, twin.void = set(self.absent), set(self.void)
        twin.chosen = {s: set(cs) for s, cs in self.chosen.items()}
        twin.rounds = self.rounds
        return twin

    def lacking(self):
        """人数不足 g 的抽中单位有几家。"""
        return sum(len(v.team) < self.manifest["team"]["g"] for v in self.visits.values())

    def pool(self, stratum_id):
        """一层中状态为 E 的名单行（§4）。"""
        return [t for t in self.targets.values() if t.statuses.get(stratum_id) == "E"]

    def credit(self, stratum_id, cs):
        """把抽中的记到一层的账上；已是抽中单位的只多记一笔（§7、§10）。"""
        self.chosen[stratum_id].update(cs)
        for c in cs:
            self.visits.setdefault(c, Visit()).credits.add(stratum_id)

    def needed_skill(self, t):
        """§8 所需专业：所记各层按冻结单次序第一个有专业要求的，没有就看名单行。"""
        for s in self.manifest["strata"]:
            if s["skill"] and s["id"] in self.visits[t].credits:
                return s["skill"]
        return self.targets[t].n

    def holds(self, i, skill):
        return skill in self.inspectors[i].skills

    def within_reach(self, i, t, reach):
        """§8 人员 i 是否在这一级的范围（片区、管辖、不限）内。"""
        target, person = self.targets[t], self.inspectors[i]
        if reach == "area":
            return target.a != "" and target.a in person.areas
        return reach == "any" or (target.b != "" and target.b == person.body)

    def available(self, i):
        return self.inspectors[i].status == "A" and i not in self.absent


class TeamStep:
    """§8 一次编组：对所有不足 g 人的抽中单位，按某个种子求检查组。"""

    def __init__(self, draw, seed):
        self.draw, self.hasher = draw, draw.hasher
        g = draw.manifest["team"]["g"]
        keys = sorted((self.hasher.h("visit", seed, t), t) for t, v in draw.visits.items() if len(v.team) < g)
        self.keys = [key for key, _ in keys]
        self.visits = [t for _, t in keys]
        self.want = [g - len(draw.visits[t].team) for t in self.visits]
        self.skill = [draw.needed_skill(t) for t in self.visits]
        self.people = list(draw.inspectors)
        self.index = {i: n for n, i in enumerate(self.people)}
        self.load = [0] * len(self.people)
        for visit in draw.visits.values():
            for i in visit.team:
                self.load[self.index[i]] += 1
        self._masks()
        self._tickets = [{} for _ in self.visits]
        self._bytes = [i.encode("ascii") for i in self.people]

    def _masks(self):
        """把人员按片区、所属、专业、可用编成位集，逐级换算候选人时只做位运算。"""
        self.by_area, self.by_body, self.by_skill, self.able = {}, {}, {}, 0
        for n, i in enumerate(self.people):
            person = self.draw.inspectors[i]
            for area in person.areas:
                self.by_area[area] = self.by_area.get(area, 0) | 1 << n
            for skill in person.skills:
                self.by_skill[skill] = self.by_skill.get(skill, 0) | 1 << n
            self.by_body[person.body] = self.by_body.get(person.body, 0) | 1 << n
            self.able |= self.draw.available(i) << n
        barred = {}
        for t, i in self.draw.barred:
            barred[t] = barred.get(t, 0) | 1 << self.index[i]
        self.open = []  # 检查 → 不在组内、不回避、可用的人员
        for t in self.visits:
            team = sum(1 << self.index[i] for i in self.draw.visits[t].team)
            self.open.append(self.able & ~barred.get(t, 0) & ~team)

    def at(self, rung):
        """§8 某一级上的问题：(cand, skilled, places)。"""
        cand, skilled = [], []
        for x, t in enumerate(self.visits):
            target = self.draw.targets[t]
            mask = self.open[x]
            if rung["reach"] == "area":
                mask &= self.by_area.get(target.a, 0) if target.a else 0
            elif rung["reach"] == "body":
                mask &= self.by_body.get(target.b, 0) if target.b else 0
            cand.append(mask)
            needs = rung["skill"] and self._needs_skill(x, t)
            skilled.append(mask & self.by_skill.get(self.skill[x], 0) if needs else None)
        places = [
            max(0, self.draw.inspectors[i].capacity + rung["cap_add"] - load)
            for i, load in zip(self.people, self.load)
        ]
        return cand, skilled, places

    def _needs_skill(self, x, t):
        """有所需专业，而且组内原有的人都没有。"""
        skill = self.skill[x]
        return skill != "" and not any(self.draw.holds(i, skill) for i in self.draw.visits[t].team)

    def order(self, x, mask):
        """检查 x 的候选人按“签”（pair ticket）从小到大。"""
        tickets = self._tickets[x]
        start = None
        people = list(bits(mask))
        for n in people:
            if n not in tickets:
                start = start or self.hasher.prefix("pair", self.keys[x], "")
                ticket = start.copy()
                ticket.update(self._bytes[n])
                tickets[n] = ticket.digest()
        people.sort(key=tickets.__getitem__)
        return people

    def answer(self):
        """(level, teams, lacking)，写法同 §8 的 result。"""
        ladder = self.draw.manifest["team"]["ladder"]
        for level, rung in enumerate(ladder):
            cand, skilled, places = self.at(rung)
            problem = Assignment(self.want, cand, skilled, self._orders(cand), places)
            solved = problem.solve(give_up=level < len(ladder) - 1)
            if solved:
                break
        teams, lacking = solved
        named = [
            [t, [self.people[n] for n in team]]
            for t, team in zip(self.visits, teams)
            if team is not None
        ]  # fmt: skip
        return level, named, [self.visits[x] for x in lacking]

    def _orders(self, cand):
        """检查 → 候选人按签的次序；用到时才算，算过就记住。"""
        known = {}

        def order(x):
            if x not in known:
                known[x] = self.order(x, cand[x])
            return known[x]

        return order

    def check_certificates(self, lacking, certs):
        """§8 缺组证明：每个缺组一份，逐份验算不等式。"""
        require_equal(lacking, [cert["t"] for cert in certs], "缺组证明应与缺组一一对应")
        if not certs:
            return
        problem = self.at(self.draw.manifest["team"]["ladder"][-1])
        place = {t: x for x, t in enumerate(self.visits)}
        for cert in certs:
            self._check_certificate(cert, problem, place, set(lacking))

    def _check_certificate(self, cert, problem, place, lacking):
        cand, skilled, places = problem
        t, name = cert["t"], "%s 的缺组证明" % brief(cert["t"])
        require(strictly_ascending(cert["r"]) and strictly_ascending(cert["v"]), name + "中 r、v 应严格递增")
        require(t in cert["r"], name + "没有列入这一家自己")
        for other in cert["r"]:
            require(other in place, "%s列入了 %s，它不在本次编组之内" % (name, brief(other)))
            fine = other == t or (other not in lacking and place[other] < place[t])
            require(fine, "%s列入了 %s，它不是排在前面、已编成组的单位" % (name, brief(other)))
        inside, supply = 0, 0
        for i in cert["v"]:
            require(i in self.index, "%s列入了不认识的人员 %s" % (name, brief(i)))
            inside |= 1 << self.index[i]
            supply += places[self.index[i]]
        for x in (place[other] for other in cert["r"]):
            supply += self._outside(x, cand[x] & ~inside, skilled[x])
        demand = sum(self.want[place[other]] for other in cert["r"])
        require(demand > supply, name + "不成立：所需人次应多于能给出的人次", "多于 %d" % supply, demand)

    def _outside(self, x, mask, skilled):
        """§8 的 out_x：v 以外的人能给检查 x 的人次。"""
        if skilled is None:
            return bin(mask).count("1")
        unskilled = bin(mask & ~skilled).count("1")
        return bin(mask & skilled).count("1") + min(unskilled, self.want[x] - 1)


# ───────────────────────── §10 替换轮次 ─────────────────────────


class Round:
    """一轮替换。先 check_causes（V15），再 check_result（V17）；都在状态的副本上进行。"""

    def __init__(self, draw, body):
        self.draw, self.body = draw.copy(), body
        self.started = set(body["started"])
        self.vacant = {}  # 层号 → 空出几家
        self.swaps = []

    def check_causes(self, number):
        """V15：轮次、已开始的检查，以及每条原因的“必须成立”；同时完成第 1 步。"""
        draw, body = self.draw, self.body
        require_equal(number, body["r"], "替换的轮次号应为 1、2、3… 连续")
        longest, g = draw.manifest["chains"]["len"], draw.manifest["team"]["g"]
        require(number <= longest, "替换轮次多于密钥链的长度", longest, number)
        for t in body["started"]:
            visit = self._visit(t, "列为已开始的")
            require(len(visit.team) == g, "列为已开始的 %s 检查组不满员" % brief(t))
        for kind, apply in (
            ("add", self._add), ("void", self._void), ("absent", self._absent), ("recuse", self._recuse),
            ("swap", self._judge_swap),
        ):  # fmt: skip
            for cause in body["causes"]:
                if cause["k"] == kind:
                    apply(cause)
        draw.barred.update(self.swaps)

    def _visit(self, t, what):
        require(t in self.draw.visits, "%s %s 不是抽中单位" % (what, brief(t)))
        return self.draw.visits[t]

    def _not_started(self, t, what):
        visit = self._visit(t, what)
        require(t not in self.started, "%s %s 的检查已经开始，不能替换" % (what, brief(t)))
        return visit

    def _seat(self, t, i, what):
        """人员 i 必须在（未开始的）检查 t 的组内。"""
        visit = self._not_started(t, what)
        require(i in visit.team, "%s：人员 %s 不在 %s 的检查组内" % (what, brief(i), brief(t)))
        return visit

    def _add(self, cause):
        for row in cause["rows"]:
            person = read_inspector(row)
            known = person.c in self.draw.targets or person.c in self.draw.inspectors
            require(not known, "增补的人员 %s 已在名单中" % brief(person.c))
            self.draw.inspectors[person.c] = person

    def _void(self, cause):
        visit = self._not_started(cause["t"], "作废的")
        for stratum_id in visit.credits:
            self.vacant[stratum_id] = self.vacant.get(stratum_id, 0) + 1
        del self.draw.visits[cause["t"]]
        self.draw.void.add(cause["t"])

    def _absent(self, cause):
        for t in cause["ts"]:
            self._seat(t, cause["i"], "缺席的原因").team.remove(cause["i"])
        self.draw.absent.add(cause["i"])

    def _recuse(self, cause):
        self._seat(cause["t"], cause["i"], "回避的原因").team.remove(cause["i"])
        self.draw.barred.add((cause["t"], cause["i"]))

    def _judge_swap(self, cause):
        seat = (cause["t"], cause["i"])
        self._seat(seat[0], seat[1], "对调的原因")
        require(cause["i"] not in self.draw.absent, "要对调的人员 %s 已缺席" % brief(cause["i"]))
        require(seat not in self.swaps, "%s 的同一席被两条对调原因提到" % brief(seat[0]))
        self.swaps.append(seat)

    def check_result(self, result, seed):
        """V17：第 2–4 步重算，与公布的逐项对照；返回新状态。"""
        draw = self.draw
        seed_r = draw.hasher.h("reseed", seed, self.body["r"], result["xa"], result["xb"])
        require_equal(seed_r, result["seed"], "这一轮的种子")
        swaps = [self._swap(seed_r, t, i) for t, i in self.swaps]
        strata = [self._substitute(seed_r, s) for s in draw.manifest["strata"] if s["id"] in self.vacant]
        require_equal(strata, result["strata"], "递补名单")
        require_equal(swaps, result["swaps"], "对调结果")
        step = TeamStep(draw, seed_r)
        compare_teams(step, result)
        step.check_certificates(result["lacking"], result["certs"])
        seat_teams(draw, result["teams"])
        draw.rounds += 1
        return draw

    def _swap(self, seed_r, t1, i1):
        """§10 第 2 步：找对调的人；没有就离组。"""
        draw = self.draw
        team1 = draw.visits[t1].team
        for level, rung in enumerate(draw.manifest["team"]["ladder"]):
            partners = [
                (draw.hasher.h("swap", seed_r, t1, i1, t2, i2), t2, i2)
                for t2, visit in draw.visits.items()
                if t2 != t1 and t2 not in self.started and i1 not in visit.team
                for i2 in visit.team
                if self._may_swap(rung, t1, i1, t2, i2)
            ]
            if partners:
                _, t2, i2 = min(partners)
                team2 = draw.visits[t2].team
                team1[team1.index(i1)], team2[team2.index(i2)] = i2, i1
                return {"t1": t1, "i1": i1, "t2": t2, "i2": i2, "level": level}
        team1.remove(i1)
        return {"t1": t1, "i1": i1, "t2": "", "i2": "", "level": -1}

    def _may_swap(self, rung, t1, i1, t2, i2):
        draw = self.draw
        return (
            draw.available(i2)
            and i2 not in draw.visits[t1].team
            and (t1, i2) not in draw.barred
            and (t2, i1) not in draw.barred
            and (t2, i2) not in self.swaps
            and draw.within_reach(i2, t1, rung["reach"])
            and draw.within_reach(i1, t2, rung["reach"])
            and (not rung["skill"] or (self._skilled_after(t1, i1, i2) and self._skilled_after(t2, i2, i1)))
        )

    def _skilled_after(self, t, leaving, coming):
        """对调之后检查 t 仍有所需专业的人（不需专业也算）。"""
        skill = self.draw.needed_skill(t)
        after = [coming] + [i for i in self.draw.visits[t].team if i != leaving]
        return not skill or any(self.draw.holds(i, skill) for i in after)

    def _substitute(self, seed_r, stratum):
        """§10 第 3 步：一层的递补。"""
        draw, name = self.draw, stratum["id"]
        rows = [row for row in draw.pool(name) if row.c not in draw.chosen[name] and row.c not in draw.void]
        picked = rank(draw.hasher, seed_r, stratum, rows)[: self.vacant[name]]
        draw.credit(name, picked)
        return {"id": name, "vacant": self.vacant[name], "sel": picked}


def compare_teams(step, result):
    """重算的 level、teams、lacking 与公布的对照。"""
    level, teams, lacking = step.answer()
    require_equal(level, result["level"], "编组放宽到第几级")
    require_equal(teams, result["teams"], "检查组")
    require_equal(lacking, result["lacking"], "缺组单位")


def seat_teams(draw, teams):
    """把新编入的人员排在原有人员之后（§10 第 4 步）。"""
    for t, members in teams:
        draw.visits[t].team.extend(members)


# ───────────────────────── §14 核验步骤 V01–V21 ─────────────────────────

NOT_APPLICABLE = "na"
ENTROPY = ("slip", "lock", "open", "retry")
AFTER_SIGN = ("unmask", "opening", "round_causes", "close")
FOLLOWS = {  # §5：事件 → 下一个可以是什么（作废另判）
    None: ("announce",),
    "announce": ("freeze",),
    "freeze": ("spotcheck", "reveal") + ENTROPY,
    "spotcheck": ("spotcheck", "reveal") + ENTROPY,
    "slip": ("reveal",) + ENTROPY,
    "lock": ("reveal",) + ENTROPY,
    "open": ("reveal",) + ENTROPY,
    "retry": ("reveal",) + ENTROPY,
    "reveal": ("result",),
    "result": ("sign",),
    "sign": AFTER_SIGN,
    "unmask": AFTER_SIGN,
    "opening": AFTER_SIGN,
    "round_causes": ("round_result",),
    "round_result": AFTER_SIGN,
    "void": (),
    "close": (),
}


class Verification:
    """一次核验。run() 之后：steps 各步结果，failed 和 problem 第一处不通过，另有种子、指纹、家数。"""

    def __init__(self, transcript, openings=None, anchors=(), prev=None):
        self.transcript, self.openings, self.anchors, self.prev = transcript, openings, anchors, prev
        self.steps = {step: "skipped" for step in STEPS}
        self.failed = self.problem = self.seed = self.head = self.draw = None
        self.unsupported = is_unsupported(transcript)

    def run(self):
        """依次做各步；版本不支持时停在 V01（退出码另为 3：不是被改动，而是本程序不认识）。"""
        if self.unsupported:
            self.failed, self.steps["V01"] = "V01", "fail"
            return self
        try:
            for step in list(STEPS)[:14]:  # V01–V14
                self._do(step, getattr(self, step.lower()))
            self._rounds()  # V15–V17
            for step in list(STEPS)[17:]:  # V18–V21
                self._do(step, getattr(self, step.lower()))
        except StepFailed as problem:
            self.problem = problem
        return self

    def _do(self, step, check, *arguments):
        try:
            outcome = check(*arguments)
        except StepFailed:
            self.failed, self.steps[step] = step, "fail"
            later = list(STEPS)[list(STEPS).index(step) + 1 :]
            self.steps.update(dict.fromkeys(later, "skipped"))
            raise
        self.steps[step] = outcome or "pass"

    def summary(self):
        """§14 --json 的对象。"""
        return {
            "ok": self.failed is None,
            "failed": self.failed,
            "steps": dict(self.steps),
            "seed": self.seed,
            "head": self.head,
            "visits": len(self.draw.visits) if self.draw else 0,
        }

    def bodies(self, *types):
        """这些类型的事件，按次序：[(type, body)]。"""
        return [(e["type"], e["body"]) for e in self.events if e["type"] in types]

    def body(self, name):
        """第一个该类型事件的 body；没有为 None。"""
        return next((body for _, body in self.bodies(name)), None)

    # —— 文件、事件链、次序 ——

    def v01(self):
        """§3–§5 格式：先记录，后公开名称。"""
        files = [("抽取记录", TRANSCRIPT, self.transcript)]
        if self.openings is not None:
            files.append(("公开名称", OPENINGS, self.openings))
        for name, shape, value in files:
            try:
                shape(value)
            except FormatError as error:
                raise StepFailed(error.sentence(name)) from None
        self.events = self.transcript["events"]
        self.draw_id = self.transcript["draw_id"]
        self.hasher = Hash(self.transcript["v"])

    def v02(self):
        """§5 序号从 1 起不缺，链的末端等于 head。"""
        for place, event in enumerate(self.events, 1):
            require_equal(place, event["seq"], "第 %d 个事件的序号" % place)
        self.heads = self.hasher.heads(self.draw_id, self.events)
        require_equal(self.heads[-1], self.transcript["head"], "由事件重算的指纹与文件所写不同")
        self.head = self.heads[-1]

    def v03(self):
        """§5 次序；编号、种类、彩票、版本前后一致。"""
        last, frozen, voided = None, False, False
        for event in self.events:
            kind = event["type"]
            if kind == "void":
                allowed = frozen and not voided and last != "close"
            elif voided:
                allowed = last != "close" and kind in ("unmask", "opening", "close")
            else:
                allowed = kind in FOLLOWS[last]
            require(allowed, "第 %d 个事件 %s 不应出现在 %s 之后" % (event["seq"], kind, last or "开头"))
            frozen, voided, last = frozen or kind == "freeze", voided or kind == "void", kind
        require(frozen, "至少应有公告（announce）和冻结（freeze）")
        announce, self.manifest = self.body("announce"), self.body("freeze")
        require_equal(self.draw_id, announce["draw_id"], "公告中的抽取编号")
        require_equal(self.draw_id, self.manifest["draw_id"], "冻结单中的抽取编号")
        require_equal(self.manifest["kind"], announce["kind"], "公告中的种类（正式、演练）")
        require_equal(self.manifest["pub"], announce["pub"], "公告中的公开彩票")
        require_equal(self.manifest["v"], self.transcript["v"], "文件版本")

    # —— 名单与应抽数量 ——

    def _rows(self, name, count, root):
        """行数、严格递增；返回的函数再查默克尔根（放在最后，先说明更具体的毛病）。"""
        rows = self.transcript[name]
        require_equal(self.manifest[count], len(rows), "名单行数与冻结单不同")
        for place in range(1, len(rows)):
            require(rows[place - 1] < rows[place], "第 %d 行没有按次序排列或与上一行重复" % (place + 1))
        what = "整张名单的指纹与冻结单不同，名单被改动过"
        return lambda: require_equal(self.manifest[root], self.hasher.merkle(rows), what)

    def v04(self):
        """§3 检查对象名单。"""
        check_root = self._rows("targets", "n_t", "t_root")
        self.targets = {}
        for row in map(read_target, self.transcript["targets"]):
            require(row.c not in self.targets, "%s 出现两次" % brief(row.c))
            self.targets[row.c] = row
        check_root()

    def v05(self):
        """§3 检查人员名单。"""
        check_root = self._rows("inspectors", "n_i", "i_root")
        self.inspectors = {}
        for row in map(read_inspector, self.transcript["inspectors"]):
            require(row.c not in self.inspectors, "%s 出现两次" % brief(row.c))
            require(row.c not in self.targets, "%s 同时是检查对象" % brief(row.c))
            self.inspectors[row.c] = row
        check_root()

    def v06(self):
        """§3 回避名单。"""
        check_root = self._rows("recusals", "n_r", "r_root")
        barred = set()
        for row in self.transcript["recusals"]:
            t, i, _ = row.split("|")
            require(t in self.targets, "回避行中的 %s 不是检查对象" % brief(t))
            require(i in self.inspectors, "回避行中的 %s 不是检查人员" % brief(i))
            barred.add((t, i))
        check_root()
        self.draw = Draw(self.hasher, self.manifest, self.targets, self.inspectors, barred)

    def v07(self):
        """§4 各层基数、可抽数、应抽数；破例批准。"""
        strata = {s["id"]: s for s in self.manifest["strata"]}
        self.base, self.pool = dict.fromkeys(strata, 0), {name: [] for name in strata}
        for row in self.targets.values():
            for name, status in row.statuses.items():
                require(name in strata, "%s 列在冻结单没有的层 %s" % (brief(row.c), name))
                self.base[name] += status[0] != "X"
                if status == "E":
                    self.pool[name].append(row)
        for override in self.manifest["overrides"]:
            row = self.targets.get(override["c"])
            require(row, "破例批准的 %s 不在名单中" % brief(override["c"]))
            require("E" in row.statuses.values(), "破例批准的 %s 没有一层可抽" % brief(override["c"]))
        for name, s in strata.items():
            _, limit = quota(s, self.base[name], len(self.pool[name]))
            fits = s["draw"] == limit if s["last"] else s["draw"] <= limit
            require(fits, "层 %s 的抽取数" % name, "%s%d" % ("" if s["last"] else "至多 ", limit), s["draw"])

    # —— 熵与种子 ——

    def v08(self):
        """§6 每次尝试：先封存、锁定，再公开；密封席先、口报席后。"""
        flow = SeatFlow(self.manifest["seats"])
        events = self.bodies("reveal", *ENTROPY)
        if not events:
            return NOT_APPLICABLE
        for kind, body in events:
            getattr(flow, kind)(body)
        return None

    def v09(self):
        """§6 公开的数字与纸条相符。"""
        opens = self.bodies("slip", "open")
        if not any(kind == "open" for kind, _ in opens):
            return NOT_APPLICABLE
        sealed = {seat["id"] for seat in self.manifest["seats"] if seat["method"] == "sealed"}
        slips = {}
        for kind, body in opens:
            key = (body["attempt"], body["seat"])
            if kind == "slip":
                slips[key] = body["commit"]
                continue
            where = "第 %d 次尝试的 %s 席" % key
            if body["seat"] not in sealed:
                require(body["nonce"] == "", where + "是口报席，不应有随机码")
                continue
            require(body["nonce"], where + "没有随机码")
            commit = self.hasher.h("slip", self.draw_id, key[0], key[1], body["digits"], body["nonce"])
            require_equal(slips[key], commit, where + "公开的数字与封存的纸条不符")
        return None

    def v10(self):
        """§4 组织方秘密。"""
        reveal = self.body("reveal")
        if not reveal:
            return NOT_APPLICABLE
        commit = self.hasher.h("op", self.draw_id, reveal["op_secret"])
        return require_equal(self.manifest["op_commit"], commit, "组织方公开的秘密与封存的不符")

    def v11(self):
        """§6 种子。"""
        reveal = self.body("reveal")
        if not reveal:
            return NOT_APPLICABLE
        opens = [body for _, body in self.bodies("open")]
        last = max(body["attempt"] for body in opens)
        require_equal(last, reveal["attempt"], "种子采用的尝试次数应是最后一次")
        check_lottery(self.manifest["pub"], reveal["pub"])
        digits = {body["seat"]: body["digits"] for body in opens if body["attempt"] == last}
        entropy = {
            "attempt": last,
            "digits": [digits[seat["id"]] for seat in self.manifest["seats"]],
            "pub": reveal["pub"],
        }
        freeze_hash = self.hasher.h("freeze", canon(self.manifest))
        seed = self.hasher.h("seed", freeze_hash, reveal["op_secret"], canon(entropy))
        require_equal(seed, reveal["seed"], "种子")
        self.seed = seed
        return None

    # —— 结果 ——

    def v12(self):
        """§7、§9 各层的数字和抽中名单。"""
        result = self.body("result")
        if not result:
            return NOT_APPLICABLE
        theirs = result["strata"]
        require_equal([s["id"] for s in self.manifest["strata"]], [s["id"] for s in theirs], "结果中的各层")
        for s, published in zip(self.manifest["strata"], theirs):
            name, rows = s["id"], self.pool[s["id"]]
            need, _ = quota(s, self.base[name], len(rows))
            selected = rank(self.hasher, self.seed, s, rows)[: s["draw"]]
            self.draw.credit(name, selected)
            numbers = {
                "base": self.base[name],
                "pool": len(rows),
                "need": need,
                "shortfall": shortfall(s, need),
            }
            require_equal(dict(numbers, id=name, sel=selected), published, "层 %s" % name)
        return None

    def v13(self):
        """§8 检查组。"""
        result = self.body("result")
        if not result:
            return NOT_APPLICABLE
        self.first_teams = TeamStep(self.draw, self.seed)
        return compare_teams(self.first_teams, result)

    def v14(self):
        """§8 缺组证明；没有缺组而写了证明也不通过。"""
        result = self.body("result")
        if not result:
            return NOT_APPLICABLE
        self.first_teams.check_certificates(result["lacking"], result["certs"])
        seat_teams(self.draw, result["teams"])
        return None if result["lacking"] else NOT_APPLICABLE

    def _rounds(self):
        """V15–V17，一轮一轮地做（§10、§14）。"""
        events = self.bodies("round_causes", "round_result")
        for step in ("V15", "V16", "V17"):
            self.steps[step] = "na"
        links = (self.manifest["chains"]["a"], self.manifest["chains"]["b"])
        for number, place in enumerate(range(0, len(events), 2), 1):
            causes = events[place][1]
            result = events[place + 1][1] if place + 1 < len(events) else None
            turn = Round(self.draw, causes)
            self._do("V15", self.v15, turn, number, result)
            if result:
                self._do("V16", self.v16, result, links)
                self._do("V17", self.v17, turn, result)
                links = (result["xa"], result["xb"])

    def v15(self, turn, number, result):
        """§10 原因在密钥之前记下，每条成立。"""
        turn.check_causes(number)
        if result:
            require_equal(number, result["r"], "替换结果的轮次号")

    def v16(self, result, links):
        """§10 f(x_r) = x_(r−1)。"""
        for name, key, link in (("本局", result["xa"], links[0]), ("另一", result["xb"], links[1])):
            what = "第 %d 轮%s方密钥接不上前一环" % (result["r"], name)
            require_equal(link, self.hasher.h("chain", key), what)

    def v17(self, turn, result):
        """§10 第 2–4 步。"""
        self.draw = turn.check_result(result, self.seed)

    # —— 其余 ——

    def v18(self):
        """§5、§11 涉及的盲号都在名单内；作废理由；结束时的数字。"""
        known = set(self.targets) | {row[:64] for row in self.transcript["inspectors"]}
        seen = {}  # 事件类型 → 最近一个的 body
        for event in self.events:
            kind, body = event["type"], event["body"]
            if kind == "round_causes":
                known.update(row[:64] for row in added_rows(body))
            for c in body["cs"] if kind in ("spotcheck", "unmask", "opening") else ():
                require(c in known, "第 %d 个事件提到的 %s 不在名单中" % (event["seq"], brief(c)))
            if kind == "void":
                self._check_void(body["why"], seen)
            if kind == "close":
                draw = self.draw
                mine = {"rounds": draw.rounds, "visits": len(draw.visits), "lacking": draw.lacking()}
                require_equal(mine, body, "结束时的数字")
            seen[kind] = body

    def _check_void(self, why, seen):
        """§11 锁定之后、没有结果就作废，只许三种理由。"""
        if "lock" not in seen or "result" in seen:
            return
        require(why in ("SECRET_LOST", "SEATS", "PUB"), "锁定之后必须先算出结果才能以 %s 作废" % why)
        if why == "SEATS":
            require_equal(3, seen["lock"]["attempt"], "以 SEATS 作废须第三次尝试已锁定")
        if why == "PUB":
            require(self.manifest["pub"] is not None, "以 PUB 作废，但冻结单没有采用公开彩票")

    def v19(self):
        """§3 公开的名称、密码重算出盲号。"""
        if self.openings is None:
            return NOT_APPLICABLE
        require_equal(self.draw_id, self.openings["draw_id"], "公开名称文件中的抽取编号")
        last = ""
        for opening in self.openings["openings"]:
            c = opening["c"]
            require(last < c, "%s 没有按盲号递增排列或重复" % brief(c))
            last = c
            mine = self.hasher.h("leaf", opening["salt"], canon(opening["record"]))
            require_equal(c, mine, "“%s”的名称、密码算不出它的盲号" % opening["record"]["name"])
        return None

    def v20(self):
        """§3 公开的情况与名单行一字不差；同一业务编号只出现一次。"""
        if self.openings is None:
            return NOT_APPLICABLE
        people = list(self.transcript["inspectors"])
        for _, body in self.bodies("round_causes"):
            people += added_rows(body)
        lists = {
            "T": {row[:64]: row for row in self.transcript["targets"]},
            "I": {row[:64]: row for row in people},
        }
        seen = set()
        for opening in self.openings["openings"]:
            c, shown = opening["c"], opening["record"]
            require(c in lists[shown["k"]], "“%s”（%s）不在名单中" % (shown["name"], brief(c)))
            what = "“%s”公开的情况与名单行不同" % shown["name"]
            require_equal(lists[shown["k"]][c], c + "|" + shown["row"], what)
            require((shown["k"], shown["uid"]) not in seen, "业务编号 %s 出现两次" % shown["uid"])
            seen.add((shown["k"], shown["uid"]))
        return None

    def v21(self):
        """§4 prev、§14 纸质记录上的指纹。"""
        if not self.anchors and self.prev is None:
            return NOT_APPLICABLE
        for anchor in self.anchors:
            seq, head = anchor["seq"], anchor["head"]
            exists = type(seq) is int and 0 <= seq < len(self.heads)
            require(exists, "纸质记录有第 %s 个事件，文件里只有 %d 个" % (seq, len(self.events)))
            require_equal(head, self.heads[seq], "第 %d 个事件之后的指纹与纸质记录不同" % seq)
        if self.prev is not None:
            self._check_previous(self.manifest["prev"], self.prev)
        return None

    def _check_previous(self, link, prev):
        """上一次抽取：编号、正式、指纹，且停在签字、作废或之后。"""
        try:
            events = prev["events"][: link["seq"]]
            heads = Hash(prev["v"]).heads(prev["draw_id"], events) if not is_unsupported(prev) else None
            kinds = [event["body"]["kind"] for event in events if event["type"] == "freeze"]
            done = any(event["type"] in ("sign", "void") for event in events)
            complete = heads is not None and len(events) == link["seq"]
        except (KeyError, TypeError, ValueError, RecursionError):
            raise StepFailed("上一次抽取的文件残缺，无法核对") from None
        require_equal(link["draw_id"], prev["draw_id"], "冻结单所写的上一次抽取编号")
        require(complete, "上一次抽取的文件没有第 %d 个事件，或版本不支持" % link["seq"])
        require_equal(link["head"], heads[-1], "上一次抽取的指纹与冻结单所写不同")
        require_equal(["F"], kinds, "上一次抽取应是正式抽取")
        require(done, "上一次抽取在所写的位置还没有签字或作废")


class SeatFlow:
    """§6 各席的先后：逐个事件走一遍，方法名就是事件类型。"""

    def __init__(self, seats):
        self.seats = [seat["id"] for seat in seats]
        self.sealed = {seat["id"] for seat in seats if seat["method"] == "sealed"}
        self._begin(1)

    def _begin(self, attempt):
        self.attempt, self.locked, self.slips, self.opened = attempt, False, set(), set()

    def _current(self, body, what):
        require_equal(self.attempt, body["attempt"], "%s 的尝试次数" % what)

    def slip(self, body):
        seat = body["seat"]
        self._current(body, "%s 席纸条" % seat)
        require(seat in self.sealed, "%s 不是密封席，不应交纸条" % seat)
        require(not self.locked, "%s 席的纸条在锁定之后才交" % seat)
        require(seat not in self.slips, "%s 席交了两张纸条" % seat)
        self.slips.add(seat)

    def lock(self, body):
        self._current(body, "锁定")
        require(not self.locked, "重复锁定")
        missing = sorted(self.sealed - self.slips)
        require(not missing, "锁定时还有密封席没有交纸条：%s" % "、".join(missing))
        self.locked = True

    def open(self, body):
        seat = body["seat"]
        self._current(body, "%s 席公开" % seat)
        require(seat in self.seats, "冻结单中没有 %s 席" % seat)
        require(self.locked, "%s 席在锁定之前就公开了数字" % seat)
        require(seat not in self.opened, "%s 席公开了两次" % seat)
        early = seat not in self.sealed and not self.sealed <= self.opened
        require(not early, "口报席 %s 在密封席全部公开之前就报了数" % seat)
        self.opened.add(seat)

    def retry(self, body):
        self._current(body, "重来")
        require(self.locked, "没有锁定就重来")
        require(self.attempt < 3, "最多尝试三次")
        require(self.opened <= self.sealed, "口报席已经公开，不能重来")
        missing = [seat for seat in self.seats if seat not in self.opened]
        require_equal(missing, body["missing"], "重来时未公开的各席")
        require(self.sealed & set(missing), "密封席都已公开，不能重来")
        self._begin(self.attempt + 1)

    def reveal(self, body):
        missing = [seat for seat in self.seats if seat not in self.opened]
        require(not missing, "算种子时还有席位没有公开：%s" % "、".join(missing))


def added_rows(body):
    """一条 round_causes 里增补的人员行。"""
    return [row for cause in body["causes"] if cause["k"] == "add" for row in cause["rows"]]


def check_lottery(manifest_pub, numbers):
    """§6 公开彩票：有无与冻结单一致，号码的写法和次序合乎彩种。"""
    if manifest_pub is None or numbers is None:
        require(manifest_pub is numbers, "公开彩票号码的有无与冻结单不一致", manifest_pub, numbers)
        return
    source = manifest_pub["source"]
    if source == "cn.3d":
        require(re.fullmatch(r"[0-9](?:\.[0-9]){2}", numbers), "福彩 3D 应为三个一位数", actual=numbers)
        return
    require(re.fullmatch(r"[0-9]{2}(?:\.[0-9]{2}){6}", numbers), "彩票号码应为七组两位数", actual=numbers)
    balls, reds = numbers.split("."), 6 if source == "cn.ssq" else 5
    ordered = strictly_ascending(balls[:reds]) and strictly_ascending(balls[reds:])
    require(ordered, "彩票号码应在同色内从小到大", actual=numbers)


def is_unsupported(transcript):
    """写着别的版本号：不是不通过，而是本程序不支持（退出码 3）。"""
    version = transcript.get("v") if type(transcript) is dict else None
    return type(version) is str and version not in Hash.VERSIONS


def verify(transcript, openings=None, anchors=(), prev=None):
    """核验一次抽取，返回 §14 --json 的字典；anchors 是 [{"seq", "head"}]。"""
    return Verification(transcript, openings, anchors, prev).run().summary()


# ───────────────────────── 命令行 ─────────────────────────


def load_json(data):
    """读 JSON 字节（§14）：UTF-8、无 BOM、键不重复；读不出来抛出 Unreadable。"""
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except UnicodeDecodeError:
        raise Unreadable("不是 UTF-8 编码") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable("不是可用的 JSON：%s" % error) from None


def _object(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("同一对象里有重复的键")
    return result


def _integer(digits):
    """“-0”和过长的整数按小数处理：格式检查会指出它们不是合格的整数。"""
    return float(digits) if digits == "-0" or len(digits) > 20 else int(digits)


def _constant(name):
    raise ValueError("JSON 里没有 %s" % name)


def read_file(path):
    """读一个 JSON 文件；内容是 null 时换成空对象，免得当作没有给文件。"""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise Unreadable("打不开文件 %s：%s" % (path, error.strerror)) from None
    try:
        value = load_json(data)
    except Unreadable as error:
        raise Unreadable("%s %s" % (path, error)) from None
    return {} if value is None else value


def read_anchor(written):
    """“序号:指纹”。"""
    match = re.fullmatch(r"(0|[1-9][0-9]{0,8}):([0-9a-f]{64})", written)
    if not match:
        raise Unreadable("--anchor 应写成“事件序号:64 位小写十六进制指纹”，现为 %s" % written)
    return {"seq": int(match.group(1)), "head": match.group(2)}


class Arguments(argparse.ArgumentParser):
    """命令写错时用中文说明用法。"""

    def error(self, message):
        raise Unreadable("命令写错。\n" + USAGE)


def parse_arguments(words):
    """命令行各项；--help 打印用法后退出。"""
    parser = Arguments(add_help=False, allow_abbrev=False)
    parser.add_argument("transcript", nargs="?")
    parser.add_argument("--openings")
    parser.add_argument("--anchor", action="append", default=[])
    parser.add_argument("--prev")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    options = parser.parse_args(words)
    if options.help:
        print(USAGE)
        sys.exit(0)
    if options.transcript is None:
        parser.error("")
    return options


def report(verification):
    """给人看的各行：每步一行，不通过的附说明，最后是结论。"""
    for step, outcome in verification.steps.items():
        sentence, remedy = STEPS[step]
        yield "%s  %s  %s" % (step, WORDS[outcome], sentence)
        if outcome == "fail":
            problem = verification.problem
            yield "     哪里不符：%s" % problem.what
            if problem.expected is not None or problem.actual is not None:
                yield "     应为：%s" % shorten(problem.expected)
                yield "     实为：%s" % shorten(problem.actual)
            yield "     怎么办：%s" % remedy
    yield ""
    yield from verdict(verification)


def verdict(verification):
    """结论块。"""
    summary, transcript = verification.summary(), verification.transcript
    failed = summary["failed"]
    yield "结论：" + conclusion(verification, failed)
    if failed == "V01":
        return
    if failed:
        yield "以下各项没有全部核验，仅供参考："
    yield "抽取编号：%s" % transcript["draw_id"]
    yield "种类：%s" % ("演练（不是正式抽取，结果无效）" if "-R" in transcript["draw_id"] else "正式")
    yield "种子：%s" % (summary["seed"] or "没有（尚未产生，或没有核到这一步）")
    yield "指纹：%s" % (summary["head"] or "没有核到这一步")
    if summary["head"]:
        yield "校验码：%s-%s" % (summary["head"][:4], summary["head"][4:8])
    yield "抽中：%d 家" % summary["visits"]
    if not failed and not verification.anchors:
        yield "提示：没有输入纸质记录单上的指纹（--anchor），本次核验不能发现整份记录被重写。"


def conclusion(verification, failed):
    """一句话的结论；没有结果、已经作废的，不说成“名单一致”。"""
    if failed:
        return "不通过，停在 %s（%s）。其后各步未检查。" % (failed, STEPS[failed][0])
    if verification.body("result"):
        words = "全部通过。按公布的名单和种子重算，抽中单位和检查组与公布的完全一致。"
    else:
        words = "已有的记录全部通过，但其中还没有抽取结果。"
    return words + ("本次抽取已经作废。" if verification.body("void") else "")


def shorten(value):
    """说明里的值；太长只显示开头。"""
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words if len(words) <= 300 else words[:300] + "……"


def main(words=None):
    """返回退出码（§14）。"""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parse_arguments(words)
        anchors = [read_anchor(written) for written in options.anchor]
        transcript = read_file(options.transcript)
        openings = read_file(options.openings) if options.openings is not None else None
        prev = read_file(options.prev) if options.prev is not None else None
    except Unreadable as error:
        print("无法核验：%s" % error, file=sys.stderr)
        return 2
    verification = Verification(transcript, openings, anchors, prev).run()
    summary = verification.summary()
    if options.json:
        print(json.dumps(summary))
    elif not verification.unsupported:
        print("\n".join(report(verification)))
    if verification.unsupported:
        print("无法核验：不支持版本 %s，请换用更新的核验程序。" % ascii(transcript["v"]), file=sys.stderr)
        return 3
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
