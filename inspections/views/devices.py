"""The number of a phone: given by us at its first arrival, kept in the browser, written into the record. source: QZ-7.1"""

import re
import secrets

from django.http import HttpRequest, HttpResponse

COOKIE = "mc_device"
_NUMBER = re.compile(r"手机-[0-9A-F]{8}")
KEPT = 2 * 365 * 24 * 3600  # display choice: how long a browser remembers its number


def number(request: HttpRequest) -> str:
    """The one this browser has, else a new one."""
    known = "手机-" + request.COOKIES.get(COOKIE, "")
    return known if _NUMBER.fullmatch(known) else f"手机-{secrets.token_hex(4).upper()}"


def remembered(request: HttpRequest, response: HttpResponse, device: str) -> HttpResponse:
    if _NUMBER.fullmatch(device):
        response.set_cookie(
            COOKIE, device.removeprefix("手机-"), max_age=KEPT, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    return response
