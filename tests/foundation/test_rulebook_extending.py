"""A rulebook that extends another may be stricter or add; anything laxer is refused by name."""

from pathlib import Path

import pytest

from foundation.rulebook import library
from foundation.rulebook.errors import RulebookInvalid
from foundation.rulebook.loader import load

HEAD = """schema = 1

[rulebook]
id = "qinshui-2026"
zh = "沁水县双随机细则补充规定"
region = "沁水县"
issuer = "沁水分局"
effective_from = 2026-01-01
extends = "qinshui-2022"
citations = ["国办发〔2024〕54号"]
src = { "*" = "GB54-1" }
"""


def write(tmp_path: Path, body: str, *, head: str = HEAD, name: str = "qinshui-2026") -> Path:
    path = tmp_path / f"{name}.toml"
    path.write_text(head + body, encoding="utf-8")
    return path


def test_an_empty_extension_inherits_everything(tmp_path):
    book, base = load(write(tmp_path, "")), library.get("qinshui-2022")
    assert book.quotas == base.quotas
    assert book.team == base.team
    assert (book.id, book.base_hash) == ("qinshui-2026", base.hash)
    assert book.hash != base.hash


STRICTER = """
[[quotas]]
id = "key"
rates = ["0.30"]
src = { rates = "GB54-2" }

[[caps]]
id = "twice_a_year"
max = 1
exempt = [{ tier = [] }]
strength = "must"
src = { "*" = "GB54-3" }

[[caps]]
id = "by_the_city"
every = "year"
max = 4
exempt = [{ tier = ["special"] }]
strength = "must"
src = { "*" = "GB54-4" }

[team]
min = 3
certified_activities = ["enforcement", "daily"]
src = { "*" = "GB54-5" }

[disclosure]
within = "10wd"
src = { "*" = "GB54-6" }

[plan]
due = "12-31"
due_year = "previous"
src = { "*" = "GB54-7" }

[[flags]]
id = "penalised"
lookback_months = 24
src = { lookback_months = "GB54-8" }
"""


def test_stricter_values_replace_and_new_entries_are_added(tmp_path):
    book = load(write(tmp_path, STRICTER))
    assert str(book.line("key").rates[0]) == "0.30"
    assert book.line("key").order == "uninspected_first"
    assert [cap.id for cap in book.caps] == ["twice_a_year", "by_the_city"]
    assert book.caps[0].max == 1
    assert book.team.certified_activities == ("enforcement", "daily")
    assert str(book.disclosure.within) == "+10wd"
    assert book.flag("penalised").lookback_months == 24


def test_inherited_and_own_values_keep_their_own_origins(tmp_path):
    line = load(write(tmp_path, STRICTER)).line("key")
    assert str(line.origin("rates")) == "法规 GB54-2"
    assert str(line.origin("rounding")) == "解释 AMB-01"
    assert str(line.origin("bound")) == "法规 QS-10.7"


def test_a_flag_of_the_extension_reaches_the_selectors(tmp_path):
    special = load(write(tmp_path, STRICTER)).tiers_for("county")[0]
    months = {flag.id: flag.lookback_months for flag in special.when.alternatives[1][0].operand}
    assert months["penalised"] == 24


def array(table: str, entry: str, body: str) -> str:
    return f'[[{table}]]\nid = "{entry}"\n{body}\nsrc = {{ "*" = "GB54-9" }}\n'


def single(table: str, body: str) -> str:
    return f'[{table}]\n{body}\nsrc = {{ "*" = "GB54-9" }}\n'


LAXER = [
    (array("quotas", "key", 'rates = ["0.20"]'), ["[[quotas]]", "（key）", "rates", "不能低于 0.25"]),
    (array("quotas", "key", 'rates = ["0.3", "0.3", "0.3", "0.2"]'), ["rates", "不能低于 0.25"]),
    (array("quotas", "key", 'bound = "target"'), ["bound", "只能改为更严的值"]),
    (array("quotas", "key", 'order = "uniform"'), ["order"]),
    (array("quotas", "key", 'period = "year"'), ["period", "此项不能改动"]),
    (array("quotas", "key", 'when = [{ tier = ["special"] }]'), ["when", "此项不能改动"]),
    (array("caps", "twice_a_year", "max = 3"), ["[[caps]]", "max", "不能高于 2"]),
    (
        array("caps", "twice_a_year", 'exempt = [{ tier = ["special"] }, { tier = ["key"] }]'),
        ["exempt", "豁免范围只能缩小"],
    ),
    (array("coverage", "key_once_a_year", 'when = [{ tier = ["general"] }]'), ["when", "逐条保留"]),
    (array("flags", "penalised", "lookback_months = 6"), ["lookback_months", "不能短于 12"]),
    (array("activities", "daily", "random = false"), ["random"]),
    (array("activities", "visit", 'zh = "走访"\nrandom = false'), ["random", "比原规则书宽"]),
    (array("quotas", "more", 'bodies = ["county"]'), ["（more）", "新增的一项缺少必填字段"]),
    (single("team", "min = 1"), ["[team]", "min", "不能低于 2"]),
    (single("team", "certified_activities = []"), ["certified_activities", "只能增加"]),
    (single("disclosure", 'within = "30wd"'), ["within", "期限不能长于 +20wd"]),
    (single("disclosure", 'exempt = ["依法依规不适合公开", "其他"]'), ["exempt", "不能增加“其他”"]),
    (single("disclosure", "undisclosed_is_incomplete = false"), ["不能由 true 改为 false"]),
    (single("plan", 'due = "04-30"'), ["due", "不能晚于 3月31日"]),
    (single("plan", 'strength = "principle"'), ["strength"]),
    (single("draw", 'platform_use = "preferred"\nbatches = "many"\nweights = true\nmask = []'), None),
    (single("assessment", 'disclosure_rate = "0.9"'), ["disclosure_rate", "不能低于 1.00"]),
    (single("item_rules", "change_reasons = []"), ["change_reasons"]),
    (single("inspection", 'modes = ["onsite", "drone"]'), ["modes", "不能增加“drone”"]),
]


@pytest.mark.parametrize(("body", "words"), LAXER)
def test_a_laxer_value_is_refused_with_table_and_field(tmp_path, body, words):
    path = write(tmp_path, "\n" + body)
    if words is None:
        assert load(path).draw.weights is True
        return
    with pytest.raises(RulebookInvalid) as caught:
        load(path)
    text = str(caught.value)
    assert all(word in text for word in ("qinshui-2026.toml", *words)), text


@pytest.mark.parametrize(
    ("window", "ok"),
    [
        ('{ anchor = "period_start", shift = 0, open = "-3wd", close = "-1d" }', True),
        ('{ anchor = "period_start", shift = 0, open = "-6wd", close = "-1d" }', False),
        ('{ anchor = "period_start", shift = 0, open = "-5wd", close = "+1d" }', False),
        ('{ anchor = "period_start", shift = 1, open = "-5wd", close = "-1d" }', False),
        ('{ anchor = "period_start", shift = 0, open = "-5wd" }', False),
    ],
)
def test_a_draw_window_may_only_shrink(tmp_path, window, ok):
    head = HEAD.replace("qinshui-2022", "quzhou-2017")
    path = write(tmp_path, single("draw", f"window = {window}"), head=head)
    if ok:
        assert str(load(path).draw.window.open) == "-3wd"
    else:
        with pytest.raises(RulebookInvalid, match="抽取时间窗"):
            load(path)


def test_a_base_may_lie_beside_the_file_and_extend_again(tmp_path):
    write(tmp_path, single("team", "min = 3"))
    head = HEAD.replace("qinshui-2026", "qinshui-2027").replace(
        'extends = "qinshui-2022"', 'extends = "qinshui-2026"'
    )
    book = load(write(tmp_path, single("team", "min = 4"), head=head, name="qinshui-2027"))
    assert book.team.min == 4
    with pytest.raises(RulebookInvalid, match="不能低于 3"):
        load(write(tmp_path, single("team", "min = 2"), head=head, name="qinshui-2027"))


def test_a_rulebook_cannot_extend_itself(tmp_path):
    head = HEAD.replace('extends = "qinshui-2022"', 'extends = "qinshui-2026"')
    with pytest.raises(RulebookInvalid, match="不能直接或间接细化自己"):
        load(write(tmp_path, "", head=head))


def test_a_new_entry_needs_the_origin_of_its_id_too(tmp_path):
    body = '[[flags]]\nid = "noise"\nzh = "噪声扰民"\nlookback_months = 12\nsrc = { zh = "GB54-1", lookback_months = "AMB-12" }\n'
    with pytest.raises(RulebookInvalid, match="新增的一项没有写明来源：id"):
        load(write(tmp_path, body))


def test_faults_of_the_extension_itself_come_first_and_alone(tmp_path):
    with pytest.raises(RulebookInvalid, match="规则书有 1 处错误"):
        load(write(tmp_path, single("team", "min = true")))
