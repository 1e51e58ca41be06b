"""Every URL asks for a login, but for a literal list of public doors."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

# 公开的门。增加一条要在评审里说明为什么。
PUBLIC = {
    "", "login/", "logout/", "healthz", "readyz", "api/schema/", "sitemap.xml", "robots.txt", "favicon.ico",
}  # fmt: skip
PUBLIC_PREFIXES = ("desk/_ui/", "open/", "draw/", "e/", "api/v1/open/")

SAMPLES = {
    "int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-4000-8000-000000000000", "path": "x",
}  # fmt: skip


def routes(resolver: URLResolver, prefix: str = ""):
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def concrete(route: str) -> str:
    import re

    def fill(match: "re.Match[str]") -> str:
        kind = match.group(1) or "str"
        return SAMPLES.get(kind.rstrip(":"), "x")

    path = re.sub(r"<(?:(\w+):)?\w+>", fill, route)
    path = re.sub(r"\(\?P<\w+>[^)]*\)", "x", path)
    return path.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "").replace("/?", "/")


ROUTES = sorted(set(routes(get_resolver())))


def is_public(route: str) -> bool:
    return route in PUBLIC or route.startswith(PUBLIC_PREFIXES)


@pytest.mark.parametrize("route", [r for r in ROUTES if not is_public(r)])
def test_a_stranger_is_sent_to_the_login_page(route):
    for method in ("get", "post"):
        response = getattr(Client(), method)("/" + concrete(route))
        if route.startswith("api/"):
            assert response.status_code in (302, 401, 403), f"{method} {route} → {response.status_code}"
        else:
            assert response.status_code == 302, f"{method} {route} → {response.status_code}"
            assert response["Location"].startswith("/login/")


def test_the_walk_sees_the_whole_site():
    assert {"desk/", "login/"} <= set(ROUTES)
    assert len(ROUTES) > 10


@pytest.mark.parametrize("door", ["login/", "healthz", "open/"])
def test_the_public_doors_are_open(door):
    assert Client().get("/" + door).status_code == 200
