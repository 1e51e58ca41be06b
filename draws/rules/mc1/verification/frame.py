"""Steps V01–V07: format, chain, order, lists, quotas. Each step returns whether it applied, or raises."""

from __future__ import annotations

from ..errors import FormatBroken, OrderBroken
from ..manifest import check_inspectors, check_recusals, check_strata, check_targets
from ..order import place_after
from ..schema import check_openings, check_transcript
from .case import Case


def v01_format(case: Case) -> bool:
    try:
        check_transcript(case.transcript)
    except FormatBroken as broken:
        raise broken.under("抽取记录") from None
    if case.openings is not None:
        try:
            check_openings(case.openings)
        except FormatBroken as broken:
            raise broken.under("公开文件") from None
    return True


def v02_chain(case: Case) -> bool:
    if case.heads[-1] != case.transcript["head"]:
        raise OrderBroken("按事件逐个计算的链头与文件写的不同，有事件被增删或改动过")
    return True


def v03_order(case: Case) -> bool:
    types = [event["type"] for event in case.events]
    place_after(types)
    if len(types) < 2:
        raise OrderBroken("至少要有公告和封存两个事件")
    announce, manifest = case.events[0]["body"], case.manifest
    if not case.draw_id == announce["draw_id"] == manifest["draw_id"]:
        raise OrderBroken("文件、公告、冻结单的抽取编号不同")
    if announce["kind"] != manifest["kind"]:
        raise OrderBroken("公告与冻结单的种类（正式或演练）不同")
    if announce["pub"] != manifest["pub"]:
        raise OrderBroken("公告与冻结单约定的彩票不同")
    if case.transcript["v"] != manifest["v"]:
        raise OrderBroken("文件与冻结单的版本不同")
    return True


def v04_targets(case: Case) -> bool:
    check_targets(case.suite, case.manifest, case.transcript["targets"])
    return True


def v05_inspectors(case: Case) -> bool:
    rows = case.transcript
    check_inspectors(case.suite, case.manifest, rows["inspectors"], rows["targets"])
    return True


def v06_recusals(case: Case) -> bool:
    rows = case.transcript
    check_recusals(case.suite, case.manifest, rows["recusals"], rows["targets"], rows["inspectors"])
    return True


def v07_quotas(case: Case) -> bool:
    check_strata(case.manifest, case.population)
    return True
