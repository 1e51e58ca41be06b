"""What a line of 检查依据 cites, and the same line with one article replaced."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

PREFIX = "中华人民共和国"
_LAW = re.compile(r"《([^《》]+)》")
_NUMBER = "[一二三四五六七八九十百千零〇0-9]+"
_ARTICLE = re.compile(rf"第\s*({_NUMBER})\s*条(?:之{_NUMBER})?")
_GAP = "、，,和及与 　"


@dataclass(frozen=True)
class Citation:
    """`law` as written, without 《》; `article` as 第二十四条, empty when the whole law is cited."""

    law: str
    article: str = ""

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"


def plain(law: str) -> str:
    """A name to compare by: without 《》 and without the country."""
    return law.strip("《》 ").removeprefix(PREFIX)


def article(text: str) -> str:
    """第24条, 第 24 条 and 24 → 第二十四条; other words stay."""
    found = re.fullmatch(r"(?:第)?\s*(\d{1,4})\s*(?:条)?(之.+)?", text.strip())
    return f"第{_chinese(int(found[1]))}条{found[2] or ''}" if found else re.sub(r"\s+", "", text)


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    words, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            words += ("零" if zero and words else "") + digits[digit] + unit
        zero = not digit and bool(words)
    return words.removeprefix("一") if 10 <= number < 20 else words


def cited(text: str) -> tuple[Citation, ...]:
    """In the order of the text; a law without articles is cited whole. source: XY-A1.2, QZ-A2.2"""
    laws = list(_LAW.finditer(text))
    if not laws:
        return ()
    found: list[Citation] = []
    for law, end in zip(laws, [*(law.start() for law in laws[1:]), len(text)], strict=True):
        articles = [article(hit[0]) for hit in _ARTICLE.finditer(text, law.end(), end)]
        found += [Citation(law[1], name) for name in articles or [""]]
    return tuple(dict.fromkeys(found))


def all_cited(texts: Iterable[str]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(one for text in texts for one in cited(text)))


def cites(text: str, law: str, name: str) -> bool:
    return any(plain(one.law) == plain(law) and one.article == name for one in cited(text))


def rewritten(texts: Iterable[str], law: str, name: str, new: Citation) -> list[str]:
    """The lines with one article cited from another law; other articles of the line stay where they are."""
    lines: list[str] = []
    for text in texts:
        lines += _replaced(text, law, name, new) if cites(text, law, name) else [text]
    return list(dict.fromkeys(lines))


def _replaced(text: str, law: str, name: str, new: Citation) -> list[str]:
    laws = list(_LAW.finditer(text))
    ends = [*(found.start() for found in laws[1:]), len(text)]
    index = next(
        n for n, found in enumerate(laws)
        if plain(found[1]) == plain(law) and name in _articles(text, found.end(), ends[n])
    )  # fmt: skip
    start, end = laws[index].start(), ends[index]
    rest = _without(text[start:end], name)
    before, after = text[:start], text[end:]
    parts = (before, rest, str(new), after)
    return [line for line in (part.strip(f"{_GAP}；;") for part in parts) if line.strip("。")]


def _articles(text: str, start: int, end: int) -> list[str]:
    return [article(hit[0]) for hit in _ARTICLE.finditer(text, start, end)] or [""]


def _without(part: str, name: str) -> str:
    """The citation of one law without one article; empty when that was the only one."""
    others = [hit for hit in _ARTICLE.finditer(part) if article(hit[0]) != name]
    if not others:
        return ""
    head = part[: next(_ARTICLE.finditer(part)).start()]
    return head + "、".join(dict.fromkeys(article(hit[0]) for hit in others))
