"""Browsers of a test: signed in, seated, or neither."""

from django.test import Client

from draws.models import Draw
from draws.views.common import cookie_name
from foundation.organisation.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seated(draw: Draw, code: str) -> Client:
    """A phone that took its seat through the page."""
    client = Client()
    answer = client.post(f"/draw/{draw.number}/join/", {"code": code})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert cookie_name(draw) in client.cookies
    return client


def words(response) -> str:
    return response.content.decode()
