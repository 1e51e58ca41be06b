"""Rules on values: the number, its properties, base and pool, findings, deadlines, words."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.rulebook import clauses, library
from foundation.rulebook.periods import Period
from foundation.rulebook.pool import Cause
from foundation.rulebook.selectors import Facts, FlagFact
from foundation.rulebook.tiers import tier_ids
from foundation.rulebook.values import Origin
from planning.rules import (
    deadlines,
    differences,
    explaining,
    feasibility,
    naming,
    outlook,
    reading,
    stated,
    terms,
)
from planning.rules.figures import Figure, Terms, batches, figure, planned_batch
from planning.rules.standing import Jurisdiction, Known, LineMembers, Past, line_members

QS = library.get("qinshui-2022")
NM = library.get("neimenggu-2024")
XY = library.get("xinyang-2023")
QZ = library.get("quzhou-2017")
WL = library.get("wulong-2024")
Q4 = Period.parse("2026Q4")
DAY = date(2026, 10, 9)


def members(line, base, *, pool=None, period=Q4, unit=1) -> LineMembers:
    pool = base if pool is None else pool
    status = {n: "E" if n < pool else "C.DRAWN" for n in range(base)}
    drawn = (Cause("drawn_in_period", "", "本期已在本行抽中", Origin("interpretation", "AMB-53")),)
    causes = dict.fromkeys(range(pool, base), drawn)
    return LineMembers(line.id, unit, period, list(range(base)), status, {}, causes)


def number(book, line_id, base, **fields) -> Figure:
    line = book.line(line_id)
    period = fields.pop("period", Period.of_year(2026, line.period)[0])
    return figure(book, line, line.bodies[0], members(line, base, period=period), Terms(**fields))


@pytest.mark.parametrize(
    "book, line, base, fields, required",
    [
        (QS, "key", 132, {}, 33), (QS, "key", 133, {}, 34), (QS, "special", 46, {}, 14), (QS, "general", 718, {}, 72),
        (QS, "key", 0, {}, 0), (QS, "general", 1, {}, 1), (NM, "special", 27, {}, 7), (NM, "key", 6, {}, 2),
        (XY, "brigades_general", 90, {"officers": 6}, 12), (XY, "brigades_general", 90, {"officers": 6, "floor": 15}, 15),
        (QZ, "county_general", 12, {"officers": 17}, 43), (QZ, "city_general", 90, {"officers": 9}, 12),
        (WL, "wl03", 9, {}, 2), (WL, "wl12", 20, {"manual": 5, "manual_source": "方案"}, 5), (WL, "wl15c", 2, {}, 2),
    ],
)  # fmt: skip
def test_quota_is_the_rate_times_the_base_rounded_up(book, line, base, fields, required):
    assert number(book, line, base, **fields).required == required


def test_each_period_has_its_own_rate():
    line = XY.line("brigades_general")
    found = [
        number(XY, line.id, 100, officers=6, period=period).required
        for period in Period.of_year(2023, "quarter")
    ]
    assert found == [12, 18, 12, 18]


@given(base=st.integers(0, 3000), more=st.integers(0, 50), floor=st.none() | st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_quota_grows_with_the_population_and_never_falls_below_the_floor(base, more, floor):
    small, large = number(QS, "key", base, floor=floor), number(QS, "key", base + more, floor=floor)
    assert small.required <= large.required
    assert small.required >= (floor or 0)
    assert small.required >= Fraction(25, 100) * base
    assert floor or small.required < Fraction(25, 100) * base + 1


@given(sizes=st.lists(st.integers(0, 200), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_instances_round_on_their_own_and_the_total_is_their_sum(sizes):
    total = sum(number(XY, "brigades_key", size).required for size in sizes)
    assert total == sum(ceil(Fraction(size, 4)) for size in sizes)
    assert total >= ceil(Fraction(sum(sizes), 4))


@given(
    rates=st.lists(st.decimals(Decimal("0.25"), Decimal("1"), places=2), min_size=4, max_size=4),
    base=st.integers(1, 500),
)
@settings(max_examples=40, deadline=None)
def test_stricter_plan_never_asks_for_less_than_the_rulebook(rates, base):
    for period, rate in zip(Period.of_year(2026, "quarter"), rates, strict=True):
        own = number(QS, "key", base, rates=tuple(rates), period=period)
        assert own.required >= number(QS, "key", base, period=period).required
        assert own.required == ceil(Fraction(rate) * base)


@given(drawn=st.integers(0, 60), pool=st.integers(0, 132))
@settings(max_examples=60, deadline=None)
def test_what_is_left_what_can_be_drawn_and_what_is_missing_add_up(drawn, pool):
    line = QS.line("key")
    found = figure(QS, line, "county", members(line, 132, pool=pool), Terms(drawn=drawn))
    assert found.possible + found.short.count == found.remaining
    assert found.possible <= pool


def test_every_line_of_every_book_explains_each_part_with_words():
    for book in library.available().values():
        for line in book.quotas:
            found = number(book, line.id, 13, officers=4, manual=3, manual_source="方案", floor=2)
            assert found.explanation["sentence"]
            for part in found.explanation["parts"]:
                assert part["origin"] in {"law", "interpretation", "default", "other_law"}
                assert part["quote"] or part["origin"] in {"default", "other_law"}, (book.id, line.id, part)


def test_stricter_rate_is_shown_beside_the_lawful_one():
    parts = number(QS, "key", 100, rates=(Decimal("0.30"),)).explanation["parts"]
    assert [(part["label"], part["value"], part["ref"]) for part in parts[:2]] == [
        ("最低比例", "25%", "QS-10.7"),
        ("本局计划的比例", "30%", ""),
    ]


def test_batches_are_numbered_and_only_the_last_one_fills_up():
    assert [(one.number, one.count) for one in batches([("B-02", 5), ("B-01", 11)])] == [(1, 11), (2, 5)]
    found = number(QS, "key", 132, drawn=22)
    assert planned_batch(found, 5, last=False) == 5
    assert planned_batch(found, 50, last=False) == 11
    assert planned_batch(found, 5, last=True) == 11


# ---- periods ----


@pytest.mark.parametrize(
    "line, asked, own",
    [("wl01a", "2026Q4", "2026Q4"), ("wl01b", "2026Q4", "2026H2"), ("wl01b", "2026Q1", "2026H1"), ("wl01c", "2026Q2", "2026Y"), ("wl01a", "2026Y", "2026Q4")],
)  # fmt: skip
def test_line_is_counted_in_its_own_period(line, asked, own):
    assert terms.own_period(WL.line(line), Period.parse(asked)).id == own


def test_all_periods_of_the_year_are_in_play_in_a_year():
    assert [one.id for one in terms.in_play(WL.line("wl01a"), Period.parse("2026Y"))] == [
        "2026Q1",
        "2026Q2",
        "2026Q3",
        "2026Q4",
    ]


# ---- base and pool ----

HERE = Jurisdiction(1, None)


def target(
    pk, *, book=QS, body="county", visits=0, gone="", area=1, unit=None, flags=(), **attributes
) -> Known:
    facts = Facts(
        {"status": "closed" if gone == "closed" else "operating", "permit_class": "key", **attributes}, flags
    )
    alive = Facts({**facts.attributes, "status": "operating"}, facts.flags)
    return Known(pk, area, unit, facts, gone, {body: tier_ids(book, body, alive, DAY)}, visits)


def status_of(known, *, book=QS, line="key", body="county", past=None, where=HERE, **fields):
    found = line_members(
        book, book.line(line), [known], where, Q4, DAY, body=body, past=past or Past(), **fields
    )
    return found.status.get(known.id), known.id in found.base


@pytest.mark.parametrize(
    "known, past, status, in_base",
    [
        (target(1), Past(), "E", True),
        (target(1, visits=1), Past(), "E", True),
        (target(1, visits=2), Past(), "C.CAP", True),
        (target(1, visits=2), Past(overrides={1: frozenset({"twice_a_year"})}), "E", True),
        (target(1, visits=2), Past(overrides={None: frozenset({"twice_a_year"})}), "E", True),
        (target(1, visits=2), Past(overrides={7: frozenset({"twice_a_year"})}), "C.CAP", True),
        (target(1), Past(drawn={1}), "C.DRAWN", True),
        (target(1, visits=2), Past(drawn={1}), "C.DRAWN", True),
        (target(1, gone="closed"), Past(), "X.CLOSED", False),
        (target(1, gone="moved"), Past(), "X.MOVED", False),
        (target(1, gone="merged"), Past(), "X.DUP", False),
        (target(1, permit_class="none"), Past(), None, False),
    ],
)
def test_status_of_a_key_target(known, past, status, in_base):
    assert status_of(known, past=past) == (status, in_base)


def test_special_target_is_exempt_from_the_cap():
    known = target(1, visits=5, flags=(FlagFact("penalised", date(2026, 3, 1)),))
    assert status_of(known, line="special") == ("E", True)


def test_superior_clean_target_leaves_the_pool_only_when_chosen():
    known = target(1, superior_clean_this_year=True)
    assert status_of(known) == ("E", True)
    assert status_of(known, exclusions=["superior_clean"]) == ("C.SUPERIOR", True)


def test_target_closed_after_the_snapshot_stays_in_the_base():
    assert status_of(target(1, gone="closed"), snapshot={1}) == ("C.CLOSED", True)


def test_target_that_joined_after_the_snapshot_waits_for_the_next_one():
    assert status_of(target(2), snapshot={1}) == (None, False)


def test_once_in_a_lifetime_line_never_draws_a_target_again():
    line = next(line for line in WL.quotas if line.lifetime_once)
    facts = {"kind": "project", "radiation": False, "approval_level": "ministry", "approved_on": date(2022, 5, 1),
             "construction_started_on": date(2024, 1, 1), "permit_class": "none"}  # fmt: skip
    known = target(1, book=WL, body="district", **facts)
    assert status_of(known, book=WL, line=line.id, body="district") == ("E", True)
    assert status_of(known, book=WL, line=line.id, body="district", past=Past(ever={1})) == ("C.ONCE", True)


def test_own_area_decides_unless_the_target_is_assigned_by_name():
    where = Jurisdiction(1, frozenset({10}), frozenset({2}))
    fields = {"book": XY, "line": "brigades_key", "body": "brigades", "where": where}

    def known(area, unit):
        return target(1, book=XY, body="brigades", area=area, unit=unit, key_polluter_list=True)

    assert status_of(known(10, None), **fields) == ("E", True)
    assert status_of(known(10, 2), **fields) == ("X.NOJUR", False)
    assert status_of(known(11, None), **fields) == (None, False)
    assert status_of(known(11, 1), **fields) == ("E", True)


def test_residual_line_leaves_out_the_lines_it_names():
    line = WL.line("wl15d")
    assert line.except_
    listed = target(1, book=WL, body="district", kind="enterprise", permit_class="key")
    other = target(2, book=WL, body="district", kind="enterprise", permit_class="registration")
    assert status_of(listed, book=WL, line="wl15d", body="district")[1] is False
    assert status_of(other, book=WL, line="wl15d", body="district") == ("E", True)


@given(order=st.permutations(range(12)))
@settings(max_examples=25, deadline=None)
def test_order_of_the_register_changes_nothing(order):
    known = [target(pk, visits=pk % 4) for pk in range(12)]
    straight = line_members(QS, QS.line("key"), known, HERE, Q4, DAY, body="county", past=Past(drawn={3}))
    shuffled = line_members(
        QS, QS.line("key"), [known[pk] for pk in order], HERE, Q4, DAY, body="county", past=Past(drawn={3})
    )
    assert straight == shuffled


def test_lifting_a_factor_alone_is_counted_for_the_reason():
    known = [target(1, visits=2), target(2, visits=2, superior_clean_this_year=True), target(3)]
    found = line_members(
        QS, QS.line("key"), known, HERE, Q4, DAY, body="county", past=Past(), exclusions=["superior_clean"]
    )
    assert found.pool == [3]
    assert found.pool_without() == {"cap_limited": 2, "exclusion_limited": 1}


def test_a_cap_on_targets_already_drawn_this_period_explains_no_shortfall():
    """Cap of one: whoever was drawn in this period has reached it, but lifting it would not bring anybody back."""
    drawn = target(1, book=NM, body="league", visits=1)
    clean = target(2, book=NM, body="league", superior_clean_this_year=True)
    found = line_members(
        NM, NM.line("key"), [drawn, clean], HERE, Q4, DAY, body="league", past=Past(drawn={1}),
        exclusions=["superior_clean"],
    )  # fmt: skip
    assert found.status == {1: "C.DRAWN", 2: "C.SUPERIOR"}
    assert found.pool_without() == {"exclusion_limited": 1}


# ---- shortfalls and findings ----


def scene(book, figures, *, available=10, workdays=50, **fields):
    return feasibility.Scene(
        book=book, figures=figures, people=feasibility.People(available, workdays, **fields), on=DAY
    )


def capped(count):
    known = [target(pk, visits=2) for pk in range(count)]
    found = line_members(QS, QS.line("key"), known, HERE, Q4, DAY, body="county", past=Past())
    return figure(QS, QS.line("key"), "county", found, Terms())


def codes(findings, level):
    return [finding.code for finding in findings if finding.level == level]


def test_cap_conflict_gives_numbers_clause_and_ways_out():
    finding = next(one for one in feasibility.examine(scene(QS, [capped(1)])) if one.code == "cap")
    assert finding.level == "bad"
    assert "欠 1 家" in finding.title
    assert finding.origin.ref == "QS-10.17"
    assert "不超过2次" in finding.quote
    assert len(finding.options) == 2
    assert finding.where == ("2026Q4", "key", 1)


def test_officers_that_outnumber_the_targets_are_a_population_limit_not_a_conflict():
    found = number(QZ, "county_general", 12, officers=17)
    assert (found.short.count, found.short.reasons) == (31, ("population_limited",))
    assert "shortfall" in codes(feasibility.examine(scene(QZ, [found])), "warn")


def test_late_joiners_leave_a_coverage_gap_with_a_proposal():
    known = [target(pk, visits=1) for pk in range(99)] + [target(pk) for pk in range(99, 135)]
    found = line_members(QS, QS.line("key"), known, HERE, Q4, DAY, body="county", past=Past())
    finding = next(
        one
        for one in feasibility.examine(scene(QS, [figure(QS, QS.line("key"), "county", found, Terms())]))
        if one.code == "coverage"
    )
    assert finding.level == "warn"
    assert "36 家今年没查过" in finding.title
    assert "差 2 家" in finding.title
    assert "由 34 家加到 36 家" in finding.options[0]


@pytest.mark.parametrize("available, workdays, level", [(10, 50, "ok"), (1, 50, "bad"), (2, 10, "bad")])
def test_capacity_compares_visits_with_people_and_days(available, workdays, level):
    findings = feasibility.examine(
        scene(QS, [number(QS, "key", 132)], available=available, workdays=workdays)
    )
    assert "capacity" in codes(findings, level)


def test_empty_line_expired_certificate_and_expired_book_are_told():
    findings = feasibility.examine(
        scene(XY, [number(XY, "brigades_special", 0)], expired=("陈一",), expiring=("李二",))
    )
    assert "certificate" in codes(findings, "bad")
    assert {"empty", "expiry", "certificate"} <= set(codes(findings, "warn"))
    assert [finding.level for finding in findings] == sorted(
        (finding.level for finding in findings), key=("bad", "warn", "ok").index
    )


def test_year_outlook_finds_the_cap_of_one_visit_for_six_key_targets():
    figures = [number(NM, "key", 6, period=period) for period in Period.of_year(2026, "quarter")]
    finding = next(one for one in outlook.outlook(scene(NM, figures)) if one.code == "cap")
    assert finding.level == "bad"
    assert "全年应抽 8 家次，最多能抽 6 家次，欠 2" in finding.title


def test_year_outlook_sees_that_four_quarters_cover_every_key_target():
    figures = [number(QS, "key", 133, period=period) for period in Period.of_year(2026, "quarter")]
    findings = outlook.outlook(scene(QS, figures))
    assert "coverage" in codes(findings, "ok")
    assert "coverage" not in codes(findings, "warn")


def test_printed_numbers_are_compared_and_never_change_the_draw():
    years = {"wl15a": 72, "wl15b": 16, "wl15c": 4, "wl15d": 8, "wl03": 7}
    rows = stated.beside(WL, {line: stated.LineYear(0, (total,)) for line, total in years.items()})
    assert [(row.computed, row.ok) for row in rows if row.kind == "家次"] == [(7, False), (100, True)]


# ---- deadlines ----


class EveryWeekday:
    def is_workday(self, day):
        return day.weekday() < 5

    def knows(self, year):
        return year <= 2026


@pytest.mark.parametrize(
    "book, year, due, labels",
    [
        (QS, 2026, date(2026, 3, 31), ["制定计划", "向社会公开"]), (XY, 2026, date(2026, 1, 25), ["制定计划", "报上级备案"]),
        (QZ, 2026, date(2025, 12, 31), ["制定计划", "报上级备案"]), (NM, 2026, None, ["制定计划"]),
        (WL, 2026, date(2026, 1, 31), ["制定计划", "报上级备案", "向社会公开"]),
    ],
)  # fmt: skip
def test_plan_deadlines_follow_the_book(book, year, due, labels):
    found = deadlines.deadlines(book, EveryWeekday(), year=year)
    assert [one.label for one in found] == labels
    assert (found[0].due.date if found[0].due else None) == due


def test_publication_is_counted_from_the_issue_and_provisional_days_are_never_overdue():
    found = deadlines.deadlines(QS, EveryWeekday(), year=2026, issued_on=date(2026, 3, 31))[1]
    assert found.due.date == date(2026, 4, 28)
    assert found.state(date(2026, 4, 29)) == "overdue"
    later = deadlines.deadlines(QS, EveryWeekday(), year=2026, issued_on=date(2026, 12, 28))[1]
    assert later.due.provisional
    assert later.state(date(2027, 12, 1)) == "open"


# ---- differences and words ----


def test_differences_name_what_came_went_and_changed():
    old = {("key", "执法队", "2026Q1"): (128, 32), ("gone", "执法队", "2026Q1"): (5, 1)}
    new = {("key", "执法队", "2026Q1"): (132, 33)}
    found = [(one.line, one.label, one.old, one.new) for one in differences.numbers(old, new)]
    assert found == [
        ("key", "基数", "128", "132"),
        ("key", "应抽", "32", "33"),
        ("gone", "基数", "5", "（无）"),
        ("gone", "应抽", "1", "（无）"),
    ]


def test_lines_have_readable_names_in_every_book():
    for book in library.available().values():
        for line in book.quotas:
            name = naming.line_name(book, line)
            assert name
            assert not any("a" <= letter <= "z" for letter in name), (book.id, line.id, name)


def test_clause_library_holds_every_requirement_and_every_origin_in_use():
    counts = {code: len(list(clauses.all_of(code))) for code in ("QS", "NM", "XY", "QZ", "WL")}
    assert counts == {"QS": 105, "NM": 136, "XY": 67, "QZ": 89, "WL": 101}
    assert sum(counts.values()) == 498
    for book in library.available().values():
        for entry in book.entries():
            for value in entry.values():
                if value.origin.kind in ("law", "interpretation"):
                    assert clauses.quote(value.origin.ref) is not None, value.origin.ref


def test_clause_is_quoted_with_its_sentence_and_place():
    clause = clauses.quote("QS-10.7")
    assert clause.place == "第十条第二款"
    assert clause.mark == "每季度至少按25％进行抽查"
    assert clause.mark in clause.sentence
    assert clauses.quote("QS-10.13").ref == "QS-10.13"
    assert clauses.quote("QS-99.9") is None


def test_rulebook_can_be_read_to_the_end_in_chinese():
    for book in library.available().values():
        chapters = reading.chapters(book)
        assert {"quotas", "plan", "caps"} <= {chapter.name for chapter in chapters} or not book.caps
        texts = [
            text
            for chapter in chapters
            for block in chapter.blocks
            for group in block.groups
            for _, text in group.values
        ]
        assert all(text for text in texts)
        assert not any(text.startswith(("Selector(", "Offset(", "(")) for text in texts)


def test_a_rulebook_shows_no_code_but_an_entrys_own():
    """Fields, bodies, activities and labels are named; the code of an entry stands under 标识 or 编号 only."""
    for name in ("qinshui-2022", "wulong-2024"):
        shown = [
            text
            for chapter in reading.chapters(library.get(name))
            for block in chapter.blocks
            for group in block.groups
            for label, text in group.values
            if label not in ("标识", "编号", "适用对象")
        ]
        assert [text for text in shown if re.search(r"[a-z]+_[a-z_]+", text)] == []


def test_a_rate_of_one_period_quotes_the_row_of_that_period():
    """XY-A2: the attachment has a row per quarter; a book with one rate for all keeps its clause."""
    ratio = library.get("xinyang-2023").line("brigades_general")
    assert [explaining.rate_origin(ratio, at).ref for at in (1, 2, 3, 4)] == [
        f"XY-A2.{at}" for at in (1, 2, 3, 4)
    ]
    assert explaining.rate_origin(library.get("qinshui-2022").line("key"), 3).ref == "QS-10.7"
