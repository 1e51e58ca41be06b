"""Objections, help, accessibility, the verifier, the feed."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from csp.constants import NONE, SELF
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from disclosure import actions
from disclosure.models import Objection, Publication
from disclosure.public import board, links
from disclosure.public.filters import ObjectionForm, ReceiptForm
from disclosure.public.serving import public_page, show
from foundation.errors import RuleBroken

PER_HOUR = 20
FEED_LENGTH = 50


# -- objections -------------------------------------------------------------------------------------------
# 公众表单没有登录身份可冒用，不设 CSRF 令牌，因此浏览公示不产生任何 cookie。


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _receive(request)
    form = ObjectionForm(initial={"number": request.GET.get("number", "")[:40], "kind": "objection"})
    return show(request, "open/objection.html", {"form": form, "lookup": ReceiptForm()})


def _receive(request: HttpRequest) -> HttpResponse:
    form = ObjectionForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            check_rate(request)
            given = {
                name: form.cleaned_data[name] for name in ("number", "kind", "from_name", "contact", "text")
            }
            made = actions.receive(**given)
            return redirect("open:receipt", made.receipt)
        except RuleBroken as broken:
            form.add_error("number" if broken.code == "unknown_number" else None, broken.message)
            status = 429 if broken.code == "too_many" else 422
    return show(request, "open/objection.html", {"form": form, "lookup": ReceiptForm()}, status=status)


def check_rate(request: HttpRequest) -> None:
    """raises: RuleBroken when one address sends too much within the hour"""
    key = f"objections-from-{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > PER_HOUR:
        raise RuleBroken("这个网络地址一小时内提交得太多，请过一小时再试，或直接致电。", code="too_many")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD"])
def receipt_lookup(request: HttpRequest) -> HttpResponse:
    form = ReceiptForm(request.GET)
    if form.is_valid():
        found = Objection.objects.filter(receipt=form.cleaned_data["receipt"]).first()
        if found:
            return redirect("open:receipt", found.receipt)
        form.add_error("receipt", "没有这个回执号，请核对后再查。")
    context = {"form": ObjectionForm(initial={"kind": "objection"}), "lookup": form}
    return show(request, "open/objection.html", context, status=404)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD"])
def receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """State and answer to whoever holds the receipt; never the name or the contact."""
    found = get_object_or_404(Objection, receipt=receipt.upper())
    return show(request, "open/receipt.html", {"objection": found})


# -- plain pages ------------------------------------------------------------------------------------------


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    context = {"verify_url": links.verifier(), "latest": board.latest_draw(), "hashes": verifier_hashes()}
    return show(request, "open/help.html", context)


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return show(request, "open/accessibility.html")


@public_page
def feed(request: HttpRequest, uscc: str = "") -> HttpResponse:
    """Atom feed of everything published, or of one company; corrections and withdrawals are entries of their own."""
    rows = (
        Publication.objects.newest_first()
        if not uscc
        else Publication.objects.filter(uscc=uscc).newest_first()
    )
    entries = list(rows[:FEED_LENGTH])
    if uscc and not entries:
        raise Http404("没有这家企业的公示")
    site = request.build_absolute_uri("/").rstrip("/")
    context = {"entries": [_entry(row) for row in entries], "site": site, "self": request.build_absolute_uri(request.path),
               "uscc": uscc, "updated": entries[0].published_at if entries else None, "messages": ()}  # fmt: skip
    return render(request, "open/feed.xml", context, content_type="application/atom+xml; charset=utf-8")


def _entry(row: Publication) -> dict:
    paths = {
        "result": f"/open/results/{row.number}/",
        "draw": f"/open/draws/{row.number}/",
        "plan": f"/open/plans/{row.number}/",
    }
    word = "" if row.nature == Publication.Nature.FIRST else f"【{row.get_nature_display()}】"
    return {
        "row": row,
        "path": paths[row.kind],
        "title": f"{word}{row.title}",
        "text": row.record.get("sentence") or row.reason or row.title,
    }


# -- the verifier -----------------------------------------------------------------------------------------


@public_page
def verify(request: HttpRequest) -> HttpResponse:
    """The one-file verifier, byte for byte as published, under a policy that names its own script and style by hash."""
    page = _verifier()
    response = HttpResponse(page, content_type="text/html; charset=utf-8")
    response._csp_replace = policy(page.decode())  # type: ignore[attr-defined]
    return response


def policy(page: str) -> dict[str, list[str]]:
    """Directives that allow exactly the inline scripts and styles of this page, and reading files of this site."""
    return {
        "default-src": [NONE], "script-src": hashes_of(page, "script"), "style-src": hashes_of(page, "style"),
        "img-src": [SELF, "data:", "blob:"], "connect-src": [SELF], "form-action": [NONE], "frame-ancestors": [NONE],
        "base-uri": [NONE], "object-src": [NONE],
    }  # fmt: skip


def hashes_of(page: str, tag: str) -> list[str]:
    bodies = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" for body in bodies
    ] or [NONE]


@lru_cache(maxsize=1)
def _verifier() -> bytes:
    return _static_file("verify/verifier.html")


@lru_cache(maxsize=1)
def verifier_hashes() -> dict[str, str]:
    """sha256 of both verifiers as they are offered for download."""
    return {
        "html": hashlib.sha256(_verifier()).hexdigest(),
        "py": hashlib.sha256(_static_file("verify/verify_draw.py")).hexdigest(),
    }


def _static_file(name: str) -> bytes:
    path = finders.find(name) or Path(settings.STATIC_ROOT) / name
    return Path(str(path)).read_bytes()
