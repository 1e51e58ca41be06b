"""Numbers as an address or a form gives them: anything else is no number, never an error page."""

from foundation.workdays.rules import EARLIEST, LATEST

# No database column holds more digits; a longer row of them means nothing.
_MOST_DIGITS = 18


def whole(text: str | None) -> int | None:
    """A whole number not below zero, written in plain digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def wholes(texts: list[str]) -> list[int]:
    """Those that are numbers."""
    return [number for number in map(whole, texts) if number is not None]


def calendar_year(text: str | None, otherwise: int) -> int:
    """A year a date may lie in, else the other one."""
    asked = whole(text)
    return asked if asked is not None and EARLIEST.year <= asked <= LATEST.year else otherwise
