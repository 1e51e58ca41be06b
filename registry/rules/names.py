"""Finding a name by the first letters of its sounds."""

import re
import unicodedata
from functools import lru_cache
from itertools import islice

from pypinyin import Style, lazy_pinyin, pinyin

LIMIT = 200


def initials(name: str) -> str:
    """First letters of the name; when the first character has several readings, one string for each, by blanks.

    `单县化工` → "sxhg dxhg cxhg". Letters and digits stay, everything else is left out.
    """
    if not name:
        return ""
    rest = "".join(_letters(part) for part in _PARTS.findall(name))
    heads = [rest[:1]] if rest else []
    heads += [letter for letter in _readings(name[0]) if letter not in heads]
    return " ".join(head + rest[1:] for head in islice(heads, 4))[:LIMIT]


_PARTS = re.compile(
    r"有限责任公司|股份有限公司|有限公司|[0-9A-Za-z]+|(?:(?!有限责任公司|股份有限公司|有限公司)[^0-9A-Za-z])+"
)


@lru_cache(maxsize=50_000)
def _letters(part: str) -> str:
    """First letters of one part of a name; company names repeat their parts, so that each is looked up once."""
    return "".join(_letter(word) for word in lazy_pinyin(part, style=Style.FIRST_LETTER))


@lru_cache(maxsize=10_000)
def _readings(character: str) -> tuple[str, ...]:
    """First letters of every reading of one character."""
    found = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)[0]
    return tuple(dict.fromkeys(letter for reading in found if (letter := _letter(reading)[:1])))


def _letter(text: str) -> str:
    return "".join(char for char in text.lower() if char.isascii() and char.isalnum())


def same_name(one: str, other: str) -> bool:
    """Equal but for brackets, blanks and the words that vary in company names."""
    return plain(one) == plain(other)


_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "责任公司", "集团公司", "总公司", "公司")
_NOISE = re.compile(r"[\s()\[\]【】《》〈〉“”\"'·•.,，。、_\-—]+")


def plain(name: str) -> str:
    """The name without company form, brackets, blanks and punctuation; full-width letters become half-width."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", name)).lower()
    for form in () if text in _FORMS else _FORMS:
        if form in text:
            return text.replace(form, "")
    return text


def sounds(name: str) -> str:
    """Toneless syllables of a plain name: 宏达 and 鸿达 sound the same."""
    return " ".join(lazy_pinyin(name))
