"""Hashes, canonical JSON, Merkle trees, rows: the bytes of MC1."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draws.rules.mc1.canonical import MAX_INTEGER, canon, read_json
from draws.rules.mc1.errors import FormatBroken, ListBroken, NotCanonical, Unreadable
from draws.rules.mc1.hashing import HashSuite, suite_of
from draws.rules.mc1.merkle import inclusion_proof, merkle_root, proof_holds
from draws.rules.mc1.rows import (
    Commitment,
    commit_record,
    make_record,
    parse_inspector,
    parse_target_facts,
    recusal_row,
    sorted_rows,
)

SUITE = suite_of("MC1")
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z0-9_]{1,6}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_text_reads_back_as_the_same_value(value):
    text = canon(value)
    again = read_json(text.encode())
    assert again == value
    assert canon(again) == text


@given(VALUES)
def test_canonical_text_does_not_depend_on_the_order_of_keys(value):
    shuffled = json.loads(json.dumps(value), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert canon(shuffled) == canon(value)


@pytest.mark.parametrize(
    "value", [1.0, MAX_INTEGER + 1, -MAX_INTEGER - 1, "\ud800", {"A": 1}, {"": 1}, {1: 1}, {"a\n": 1}, b"x"]
)
def test_values_outside_the_subset_are_refused(value):
    with pytest.raises(NotCanonical):
        canon({"x": [value]})


@pytest.mark.parametrize(
    "data", [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b"NaN", b"\xff", b"\xef\xbb\xbf{}", b"[1", b""]
)
def test_files_that_are_not_plain_json_are_unreadable(data):
    with pytest.raises(Unreadable):
        read_json(data)


def test_true_and_one_are_different_texts():
    assert canon([True, 1]) == "[true,1]"


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=1, max_size=40),
    st.data(),
)
def test_every_leaf_has_a_proof_and_no_other_leaf_fits_it(texts, data):
    index = data.draw(st.integers(0, len(texts) - 1))
    root, path = merkle_root(SUITE, texts), inclusion_proof(SUITE, texts, index)
    assert proof_holds(SUITE, texts[index], index, len(texts), path, root)
    assert not proof_holds(SUITE, texts[index] + "x", index, len(texts), path, root)
    assert not proof_holds(SUITE, texts[index], index, len(texts), [*path, root], root)
    for other in range(len(texts)):
        if other != index and texts[other] != texts[index]:
            assert not proof_holds(SUITE, texts[index], other, len(texts), path, root)


@given(st.lists(st.text("ab", max_size=3), max_size=20))
def test_the_root_splits_at_the_largest_power_of_two(texts):
    def root(part):
        if not part:
            return SUITE.digest(b"")
        if len(part) == 1:
            return SUITE.digest(b"\0" + part[0].encode())
        k = 1 << (len(part) - 1).bit_length() - 1
        return SUITE.digest(b"\1" + root(part[:k]) + root(part[k:]))

    assert merkle_root(SUITE, texts) == root(texts).hex()


@pytest.mark.parametrize("version", ["MC1", "MC1-SM3"])
def test_prefix_hashing_gives_the_same_hash(version):
    suite = suite_of(version)
    hasher = suite.prefix("pair", "k").copy()
    hasher.update(b"i")
    assert hasher.hexdigest() == suite.h("pair", "k", "i")


def test_an_unknown_version_is_a_format_error():
    with pytest.raises(FormatBroken, match="MC2"):
        HashSuite("MC2")


def test_rows_read_back_as_they_were_written():
    target = "1|20|A02||HW|general:E+special:C.CAP"
    inspector = "A1+A2|DD1|HW+RAD|9|L.LEAVE"
    assert parse_target_facts(target).text == target
    assert parse_inspector(f"{'0' * 64}|{inspector}").facts == inspector


@pytest.mark.parametrize(
    "text",
    [
        "1|0|||||g:E",
        "01|1||||g:E",
        "1|21||||g:E",
        "1|1||||g:E\n",
        "1|1||||g:C.X",
        "1|1||||b:E+a:E",
        "1|1||||a:E+a:E",
    ],
)
def test_bad_target_rows_are_refused(text):
    with pytest.raises(FormatBroken):
        parse_target_facts(text)


@pytest.mark.parametrize("facts", ["B+A|||1|A", "A+A|||1|A", "|||01|A", "|||1000|A", "|||1|E"])
def test_bad_inspector_rows_are_refused(facts):
    with pytest.raises(FormatBroken):
        parse_inspector(f"{'0' * 64}|{facts}")


def test_the_same_business_number_twice_makes_the_same_commitment_and_is_refused():
    record = make_record("T", "91140521MA0K0001X.01", "某煤层气公司", "0|1||||g:E")
    made = commit_record(SUITE, bytes(range(32)), "140521-2026Q4-01", record)
    with pytest.raises(ListBroken, match="重复"):
        sorted_rows([made, Commitment(made.c, made.salt, record)])


@pytest.mark.parametrize(
    "change", [{"uid": "编号"}, {"name": ""}, {"name": "名" * 201}, {"evidence": "00"}, {"facts": "x"}]
)
def test_records_outside_the_alphabet_are_refused(change):
    good = {"kind": "T", "uid": "u", "name": "名", "facts": "0|1||||g:E", "evidence": ""}
    with pytest.raises(FormatBroken):
        make_record(**(good | change))


def test_recusals_need_a_reason_from_the_list():
    with pytest.raises(FormatBroken, match="KIN"):
        recusal_row("0" * 64, "1" * 64, "FRIEND")
