"""Every page opens in every state of a draw, for everybody who may see it; a GET writes nothing."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from draws import actions
from draws.models import Draw
from tests.draws import factories as make
from tests.draws.pages import signed_in

pytestmark = pytest.mark.django_db
DESK = (
    "", "seats/", "console/", "adjust/", "arrange/", "counts/", "pool/", "roster/", "conflicts/", "feasibility/", "announcement/",
    "confirm/", "withdraw/", "names/", "certificates/?q=青禾", "archive.zip",
)  # fmt: skip
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT ... FOR UPDATE")


def opens(client: Client, path: str, wanted: tuple[int, ...] = (200,)) -> str:
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert answer.status_code in wanted, f"{path} → {answer.status_code}: {answer.content.decode()[:800]}"
    wrote = [query["sql"] for query in seen if query["sql"].split()[0].upper() in WRITES]
    assert wrote == [], f"{path} wrote {wrote[:2]}"
    return answer.content.decode(errors="replace")


def check_marked(draw: Draw, path: str, page: str) -> None:
    """A rehearsal says so on every page of its own, a formal draw on none."""
    marked = 'class="screen__mark"' in page or 'class="doc__mark"' in page
    assert marked == (draw.kind == Draw.Kind.REHEARSAL), path


def check_all(house, draw: Draw) -> None:
    draw.refresh_from_db()
    staff = signed_in(house.operator)
    for page in DESK:
        said = opens(staff, f"/desk/draws/{draw.number}/{page}")
        if not page.endswith(".zip"):
            check_marked(draw, page, said)
    for page in ("", "archive/", "fairness/"):
        opens(staff, f"/desk/draws/{page}")
    check_marked(draw, "oversight", opens(signed_in(house.discipline), f"/draw/{draw.number}/oversight/"))
    opens(signed_in(house.discipline), f"/draw/{draw.number}/oversight/?q=青禾")
    nobody = Client()
    public = (200,) if draw.head_seq else (404,)
    opens(nobody, f"/draw/{draw.number}/", public)
    opens(nobody, f"/draw/{draw.number}/?mode=screen", public)
    opens(nobody, f"/draw/{draw.number}/events", public)
    opens(nobody, f"/draw/{draw.number}/verify/", (200, 302) if draw.head_seq else (404,))
    for path in ("", "?mode=screen", "join/", *(("leaflet/",) if draw.head else ())):
        check_marked(draw, path, opens(staff, f"/draw/{draw.number}/{path}"))
    for frame in range(draw.head_seq + 1):
        opens(staff, f"/draw/{draw.number}/?at={frame}")


@pytest.mark.parametrize("book", ["qinshui-2022", "quzhou-2017"])
def test_every_page_opens_in_every_state(book):
    house = make.create_house(book)
    draw = make.prepare(house, kind="R" if book == "quzhou-2017" else "F")
    check_all(house, draw)
    devices = make.ready(house, draw)
    check_all(house, draw)
    actions.freeze(by=house.operator, draw=draw, on=make.ON, now=make.HELD)
    check_all(house, draw)
    sealed = [device for device in devices if device.seat.method == "sealed"]
    sealed[0].seal(draw)
    check_all(house, draw)
    sealed[1].seal(draw)
    check_all(house, draw)
    for device in sealed:
        device.open()
    check_all(house, draw)
    make.throw(house, draw, devices)
    check_all(house, draw)
    make.sign_all(house, draw, devices)
    actions.seal(by=house.operator, draw=draw, now=make.HELD)
    check_all(house, draw)
    actions.close(by=house.operator, draw=draw)
    check_all(house, draw)
