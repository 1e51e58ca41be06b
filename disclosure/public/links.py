"""Addresses of the ceremony pages and files of a draw, and of the verifier that reads them."""

from urllib.parse import quote

from django.urls import reverse


def ceremony(number: str) -> str:
    return f"/draw/{quote(number)}/"


def transcript(number: str) -> str:
    return f"{ceremony(number)}transcript.json"


def openings(number: str) -> str:
    return f"{ceremony(number)}openings.json"


def verifier(number: str = "") -> str:
    """The verifier, with the files of a draw already filled in."""
    page = reverse("open:verify")
    return f"{page}#src={transcript(number)}&openings={openings(number)}" if number else page
