"""公告: draws announced and stopped, plans published, holiday arrangements entered. Each rests on a row that stays."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from disclosure.models import Publication
from disclosure.public import board
from disclosure.public.serving import public_page, show
from draws.models import Draw, DrawEvent
from draws.rules.lotteries import LOTTERIES
from foundation.ledger.models import Entry

PER_PAGE = 20
FEED_LENGTH = 50
MOST = 1000
KINDS = {"draw": "抽取会", "plan": "年度计划", "holiday": "放假安排"}


@dataclass(frozen=True)
class Notice:
    """`key`: stays the same for ever, the anchor on the page and the id in the feed. `url`: what it is about."""

    key: str
    kind: str
    at: datetime
    title: str
    text: str
    url: str = ""

    @property
    def label(self) -> str:
        return KINDS[self.kind]


def notices(kind: str = "") -> list[Notice]:
    """Newest first; of one kind if it is one we have. At most `MOST` of each."""
    sources = {"draw": _draws, "plan": _plans, "holiday": _holidays}
    chosen = [sources[kind]] if kind in sources else list(sources.values())
    return sorted(
        (notice for source in chosen for notice in source()), key=lambda one: (one.at, one.key), reverse=True
    )


def _draws() -> Iterator[Notice]:
    rows = Draw.objects.formal().filter(state__in=board.KNOWN, announced_at__isnull=False)
    found = list(rows.select_related("retries").order_by("-announced_at", "-pk")[:MOST])
    void = [draw.pk for draw in found if draw.state == Draw.State.VOID]
    stopped = dict(DrawEvent.objects.filter(draw__in=void, type="void").values_list("draw", "recorded_at"))
    for draw in found:
        url = reverse("open:draw", args=[draw.number])
        when = timezone.localtime(draw.scheduled_at)
        again = f"，重抽自 {draw.retries.number}" if draw.retries else ""
        short = f"公告不足一个工作日的原因：{draw.short_notice}。" if draw.short_notice else ""
        yield Notice(
            f"draw-{draw.number}", "draw", draw.announced_at or draw.scheduled_at, f"抽取会公告：{draw.number}",
            f"{when:%Y-%m-%d %H:%M} 在{draw.place}抽取{again}，过程可在网上同步观看。{_lottery(draw)}{short}", url,
        )  # fmt: skip
        if draw.pk in stopped:
            text = "本次抽取已中止，理由和双方签字在抽取会页面；重抽另编新号。"
            yield Notice(
                f"void-{draw.number}", "draw", stopped[draw.pk], f"抽取会中止：{draw.number}", text, url
            )


def _lottery(draw: Draw) -> str:
    """What the announcement says of the public lottery that goes into the seed. source: MC1 §12"""
    if not draw.pub_source:
        return ""
    at = (
        f"，预计 {timezone.localtime(draw.pub_expected_at):%Y-%m-%d %H:%M} 开奖"
        if draw.pub_expected_at
        else ""
    )
    return f"约定{LOTTERIES[draw.pub_source]}第 {draw.pub_issue} 期{at}，开奖号码一并算入种子。"


def _plans() -> Iterator[Notice]:
    for row in Publication.objects.filter(kind="plan").order_by("-published_at", "-pk")[:MOST]:
        word = "公布" if row.nature == Publication.Nature.FIRST else row.get_nature_display()
        text = f"理由：{row.reason}" if row.reason else f"编号 {row.number}，第 {row.version} 版。"
        url = reverse("open:plan", args=[row.number])
        yield Notice(
            f"plan-{row.number}-{row.version}",
            "plan",
            row.published_at,
            f"年度计划{word}：{row.title}",
            text,
            url,
        )


def _holidays() -> Iterator[Notice]:
    for entry in Entry.objects.filter(act="workdays.import_holidays").order_by("-seq")[:MOST]:
        source = json.loads(entry.content)["data"].get("source", "")
        text = f"依据{source}录入，公示和答复期限的工作日按它计算；原来暂定的期限已重算。"
        yield Notice(f"holiday-{entry.seq}", "holiday", entry.at, f"{entry.subject_name}已录入", text)


@public_page
def page(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    tabs = [
        {"label": label, "kind": key, "current": key == kind} for key, label in [("", "全部"), *KINDS.items()]
    ]
    shown = Paginator(notices(kind), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "open/notices.html", {"page_obj": shown, "tabs": tabs})


@public_page
def feed(request: HttpRequest) -> HttpResponse:
    rows = notices()[:FEED_LENGTH]
    context = {
        "notices": rows, "site": request.build_absolute_uri("/").rstrip("/"), "messages": (),
        "self": request.build_absolute_uri(request.path), "updated": rows[0].at if rows else None,
    }  # fmt: skip
    return render(request, "open/notices.xml", context, content_type="application/atom+xml; charset=utf-8")
