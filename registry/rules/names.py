"""Finding a name by the first letters of its sounds."""

from itertools import islice

from pypinyin import Style, lazy_pinyin, pinyin

LIMIT = 200


def initials(name: str) -> str:
    """First letters of the name; when the first character has several readings, one string for each, by blanks.

    `单县化工` → "sxhg dxhg cxhg". Letters and digits stay, everything else is left out.
    """
    if not name:
        return ""
    rest = "".join(_letter(part) for part in lazy_pinyin(name, style=Style.FIRST_LETTER))
    heads = [rest[:1]] if rest else []
    for reading in pinyin(name[0], style=Style.FIRST_LETTER, heteronym=True)[0]:
        letter = _letter(reading)[:1]
        if letter and letter not in heads:
            heads.append(letter)
    return " ".join(head + rest[1:] for head in islice(heads, 4))[:LIMIT]


def _letter(text: str) -> str:
    return "".join(char for char in text.lower() if char.isascii() and char.isalnum())


def same_name(one: str, other: str) -> bool:
    """Equal but for brackets, blanks and the words that vary in company names."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    for word in ("有限责任公司", "股份有限公司", "有限公司", "（", "）", "(", ")", " "):
        name = name.replace(word, "")
    return name
