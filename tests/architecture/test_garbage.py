"""Whatever is asked for or sent, at every address and in every field, the answer is a page in words, never an error page."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import openpyxl
import pytest
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from draws.models import Draw
from foundation.organisation.roles import Role
from personnel.models import Inspector
from tests.architecture import next_door as door
from tests.architecture.forms_found import Form, forms_of
from tests.architecture.test_next_door import paths
from tests.architecture.test_urls import ROUTES
from tests.factories import create_user

# Which numbers and letters a page can stand does not depend on the kind of database, except for the limits of numbers.
pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.xdist_group("garbage")]

# What int() trips over and isdigit() lets pass; more digits than int() takes; a year that is none; what no database keeps.
ASKED = ("²", "9" * 5000, "0000", "0001-01-01", "\x00")
SENT = ("9" * 30, "甲\x00乙", "长" * 20_000, "0001-01-01", "²")
LOGOUT = ("/logout/",)
# Rows filled in by shape only: a change or publication without content, a seat with a name no address can have.
NONSENSE = ("/desk/objects/changes/", "/seats/", "/open/data/")
FORMULA = "=1+1"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """A bureau with a row of everything, every word of which begins like a formula. Built once, rolled back after."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "MARK", FORMULA)
        yield door.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def doors(world):
    """Who opens what: everybody's roles in one person, an inspector with his telephone, a member of the public."""
    bureau = world.theirs
    inspector = Inspector.objects.filter(organisation=bureau).exclude(user=None).first()
    every, phone, public = (Client(raise_request_exception=False) for _ in range(3))
    every.force_login(create_user(bureau, *Role.values, name="全某"))
    phone.force_login(inspector.user)
    number = Draw.objects.filter(organisation=bureau).first().number
    inside = [path for path, _ in paths(bureau) if not path.endswith("/stream")]
    outside = [
        "/" + route for route in ROUTES if route.startswith(("open/", "api/v1/open/")) and "<" not in route
    ]
    outside += [f"/draw/{number}/", f"/draw/{number}/events", f"/draw/{number}/frame", "/login/"]
    return [
        (every, [path for path in inside if not path.startswith("/m/")]),
        (phone, [path for path in inside if path.startswith("/m/")]),
        (public, outside),
    ]


class Page(NamedTuple):
    """An address that answers. asked: names it looks up in what the address asks for"""

    client: Client
    path: str
    asked: list[str]
    kind: str
    body: bytes


@pytest.fixture(scope="module")
def pages(doors) -> list[Page]:
    """Every address opened once, plainly."""
    found: list[Page] = []
    names: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("get", "getlist", "__getitem__"):
            look = getattr(QueryDict, method)

            def noted(self, key, *rest, _look=look):
                names.add(key)
                return _look(self, key, *rest)

            patch.setattr(QueryDict, method, noted)
        for client, addresses in doors:
            for path in addresses:
                if any(part in path for part in NONSENSE):
                    continue
                names.clear()
                with transaction.atomic():
                    answer = client.get(path)
                    body = body_of(answer)
                    transaction.set_rollback(True)
                if answer.status_code == 200:
                    kind = answer.headers.get("Content-Type", "")
                    found.append(Page(client, path, sorted(names), kind, body))
    return found


@pytest.fixture
def errors():
    """What went wrong inside, for the message."""
    found: list[str] = []

    def note(sender, request, **rest):
        import sys

        found.append(f"{request.method} {request.path}: {sys.exc_info()[1]!r}")

    got_request_exception.connect(note)
    yield found
    got_request_exception.disconnect(note)


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def status(client: Client, path: str, sent: dict | None = None) -> int:
    """Of one request, with everything as before afterwards."""
    with transaction.atomic():
        answer = client.get(path) if sent is None else client.post(path, sent)
        body_of(answer)
        transaction.set_rollback(True)
    return answer.status_code


def test_no_address_trips_over_what_it_is_asked_for(pages, errors):
    tried = 0
    for page in pages:
        for value in ASKED if page.asked else ():
            tried += 1
            asked = "&".join(f"{name}={quote(value)}" for name in page.asked)
            status(page.client, f"{page.path}?{asked}")
    assert tried > 400
    assert errors == []


def filled(form: Form, odd: str) -> Iterator[dict[str, list[str]]]:
    """Every field odd; and, so that the later checks are reached as well, every second one and the others as they are."""
    names = [field.name for field in form.fields if field.kind != "file"]
    yield dict.fromkeys(names, [odd])
    plain = form.sent()
    for rest in (0, 1):
        yield {name: [odd] if at % 2 == rest else plain[name] for at, name in enumerate(plain)}


def test_no_form_trips_over_what_is_sent(pages, errors):
    seen: set[tuple] = set()
    for page in pages:
        for form in forms_of(page.path, page.body.decode()) if "html" in page.kind else ():
            if form.key in seen or form.action in LOGOUT or any(part in form.action for part in NONSENSE):
                continue
            seen.add(form.key)
            for at, odd in enumerate(SENT):
                for sent in list(filled(form, odd))[: 3 if at == 0 else 1]:
                    status(page.client, form.action, sent)
    assert len(seen) > 100
    assert errors == []


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"a=%ff%fe&title=%00", b"--x\r\n\r\n", json.dumps({"a": 1}).encode()]
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "x"]
)
def test_no_door_of_the_public_trips_over_a_body_that_is_none(doors, errors, body, kind):
    client, _ = doors[2]
    for path in (
        "/open/objection/",
        "/open/objection/receipt/",
        "/login/",
        "/open/",
        "/open/verify/",
        "/api/v1/open/results/",
    ):
        with transaction.atomic():
            assert client.post(path, body, content_type=kind).status_code < 500, path
            transaction.set_rollback(True)
    assert errors == []


def tables(name: str, data: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    """Every table in what was downloaded, also in packages: its cells as text, formula cells marked."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if "xl/workbook.xml" in package.namelist():
                for page in openpyxl.load_workbook(io.BytesIO(data)):
                    yield name, [[written(cell) for cell in row] for row in page.iter_rows()]
                return
            for member in package.namelist():
                yield from tables(f"{name} {member}", package.read(member))
    elif name.endswith((".csv", "csv/")) or data.startswith(b"\xef\xbb\xbf"):
        yield name, list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def written(cell) -> str:
    return f"<formula>{cell.value}" if cell.data_type == "f" else str(cell.value or "")


def acts(text: str) -> bool:
    """A spreadsheet would take it for a formula; a plain number it would not."""
    return text.startswith("<formula>") or bool(re.match(r"[=+\-@\t\r](?![0-9.,%]*\Z)", text))


def downloads(page: Page) -> Iterator[tuple[str, bytes]]:
    """What a page gives as a file, by itself or asked for as a table."""
    if "html" not in page.kind and "json" not in page.kind:
        yield "", page.body
    elif "html" in page.kind and b"format=" not in page.body and b"fmt=" not in page.body:
        return
    for query in ("?format=xlsx", "?format=csv", "?fmt=csv"):
        with transaction.atomic():
            answer = page.client.get(page.path + query)
            data = body_of(answer)
            transaction.set_rollback(True)
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code == 200 and "html" not in kind and "json" not in kind:
            yield query, data


def test_no_table_that_leaves_the_house_holds_a_formula(pages):
    found, wrong, guarded = set(), [], 0
    for page in pages:
        for query, data in downloads(page):
            for name, rows in tables(page.path, data):
                found.add(page.path)
                cells = [cell for row in rows for cell in row]
                guarded += sum(cell.startswith(f"'{FORMULA}") for cell in cells)
                wrong += [f"{name}{query}: {cell[:60]}" for cell in cells if acts(cell)]
    assert sorted({fault.split(":")[0] for fault in wrong}) == [], wrong[:20]
    assert len(found) > 40
    assert guarded > 40, "the words that begin like formulas are in the tables"
