"""Every rule of the schema, broken once: the file is refused and the author is told where, what and how."""

from dataclasses import FrozenInstanceError
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from foundation.rulebook import library
from foundation.rulebook.errors import RulebookInvalid, UnknownRulebook
from foundation.rulebook.loader import BOOKS, load
from foundation.rulebook.values import Origin

IDS = ["neimenggu-2024", "qinshui-2022", "quzhou-2017", "wulong-2024", "xinyang-2023"]


def change(tmp_path: Path, stem: str, old: str, new: str) -> Path:
    text = (BOOKS / f"{stem}.toml").read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {stem}"
    path = tmp_path / f"{stem}.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def faults(path: Path) -> str:
    with pytest.raises(RulebookInvalid) as caught:
        load(path)
    return "\n".join(problem.text for problem in caught.value.problems)


def test_the_shipped_rulebooks_are_the_five():
    assert list(library.available()) == IDS


@pytest.mark.parametrize("rulebook_id", IDS)
def test_a_shipped_rulebook_carries_the_hash_of_its_file(rulebook_id):
    book = library.get(rulebook_id)
    assert book.id == rulebook_id
    assert book.hash == sha256((BOOKS / f"{rulebook_id}.toml").read_bytes()).hexdigest()


@pytest.mark.parametrize("rulebook_id", IDS)
def test_every_value_of_a_shipped_rulebook_has_an_origin_and_a_label(rulebook_id):
    values = [value for entry in library.get(rulebook_id).entries() for value in entry.values()]
    assert len(values) > 200
    assert all(value.origin.label and value.zh for value in values)


def test_an_unknown_id_names_the_known_ones():
    with pytest.raises(UnknownRulebook, match="没有编号为“nowhere”的规则书。现有：neimenggu-2024、"):
        library.get("nowhere")


def test_a_rulebook_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        library.get("qinshui-2022").line("key").rates = (Decimal("0.5"),)


def test_rates_keep_their_written_digits():
    assert library.get("qinshui-2022").line("special").rates == (Decimal("0.30"),)
    assert str(library.get("qinshui-2022").line("special").rates[0]) == "0.30"


@pytest.mark.parametrize(
    ("field", "origin"),
    [
        ("rates", Origin("law", "QS-10.7")),
        ("rounding", Origin("interpretation", "AMB-01")),
        ("lifetime_once", Origin("default", "")),
    ],
)
def test_each_field_knows_its_own_origin(field, origin):
    assert library.get("qinshui-2022").line("key").origin(field) == origin


def test_a_statute_outside_the_document_is_other_law():
    origin = library.get("qinshui-2022").team.origin("min")
    assert (origin.kind, origin.ref, origin.label) == ("other_law", "行政处罚法42", "其他法律")


BROKEN = [
    # rule, rulebook, old text, new text, words the message must hold
    ("schema version", "qinshui-2022", "schema = 1", "schema = 2", ["schema", "结构版本应为 1，现为 2"]),
    ("schema missing", "qinshui-2022", "schema = 1", "", ["缺少结构版本"]),
    ("unknown table", "qinshui-2022", "[assessment]", "[assessments]", ["[assessments]", "不认识的表"]),
    ("missing table", "qinshui-2022", "[draw]", "[drawing]", ["[draw]", "缺少必需的表（抽取）"]),
    (
        "table instead of array",
        "qinshui-2022",
        "[[bodies]]",
        "[bodies]",
        ["[bodies]", "应写成 [[bodies]]"],
    ),
    ("array instead of table", "qinshui-2022", "[team]", "[[team]]", ["应写成 [team]"]),
    (
        "unknown field",
        "qinshui-2022",
        'order = "uninspected_first"',
        'order = "uninspected_first"\nordre = "x"',
        ["qinshui-2022.toml", "[[quotas]] 第 1 项（key）", "ordre", "不认识的字段"],
    ),
    (
        "missing field",
        "qinshui-2022",
        'bound = "at_least"\n',
        "",
        ["[[quotas]] 第 1 项（key）", "bound", "缺少必填字段（约束）"],
    ),
    ("string for integer", "qinshui-2022", "min = 2", 'min = "2"', ["[team]", "min", "应为整数，现为 “2”"]),
    ("boolean for integer", "qinshui-2022", "min = 2", "min = true", ["应为整数，现为 true"]),
    ("integer for boolean", "qinshui-2022", "weights = true", "weights = 1", ["应为布尔值，现为 1"]),
    (
        "integer for string",
        "qinshui-2022",
        'platform = "全省统一的“双随机、一公开”监管工作平台"',
        "platform = 5",
        ["platform", "应为字符串，现为 5"],
    ),
    (
        "string for date",
        "qinshui-2022",
        "effective_from = 2022-09-14",
        'effective_from = "2022-09-14"',
        ["[rulebook]", "effective_from", "应为日期"],
    ),
    (
        "datetime for date",
        "qinshui-2022",
        "issued = 2022-09-14",
        "issued = 2022-09-14T00:00:00",
        ["issued", "应为日期"],
    ),
    (
        "string for array",
        "qinshui-2022",
        'channels = ["生态环境部门网站"]',
        'channels = "网站"',
        ["channels", "应为数组"],
    ),
    ("float rate", "qinshui-2022", 'rates = ["0.25"]', "rates = [0.25]", ["rates", "带引号的十进制字符串"]),
    ("bad rate", "qinshui-2022", 'rates = ["0.25"]', 'rates = ["25%"]', ["“25%” 不是十进制数"]),
    ("negative rate", "qinshui-2022", 'rates = ["0.25"]', 'rates = ["-0.25"]', ["不是十进制数"]),
    ("rate above one", "qinshui-2022", 'rates = ["0.25"]', 'rates = ["25"]', ["大于 1（100%）"]),
    (
        "rate count",
        "qinshui-2022",
        'rates = ["0.25"]',
        'rates = ["0.25", "0.3"]',
        ["比例有 2 个", "应写 1 个或 4 个"],
    ),
    ("no rates", "qinshui-2022", 'rates = ["0.25"]', "rates = []", ["比例有 0 个"]),
    (
        "manual with rates",
        "neimenggu-2024",
        "rates = []",
        'rates = ["0.1"]',
        ["[[quotas]] 第 4 项（project）", "不应有比例", "rates = []"],
    ),
    (
        "bad enum",
        "qinshui-2022",
        'order = "uniform"',
        'order = "random"',
        ["order", "uniform、uninspected_first"],
    ),
    (
        "bad enum in a list",
        "qinshui-2022",
        "witnesses = []",
        'witnesses = ["mayor"]',
        ["witnesses", "“mayor” 不是允许的值"],
    ),
    (
        "repeated list item",
        "qinshui-2022",
        'modes = ["onsite", "offsite", "documents"',
        'modes = ["onsite", "onsite", "documents"',
        ["modes", "重复"],
    ),
    ("bad slug", "qinshui-2022", 'id = "penalised"', 'id = "受罚"', ["[[flags]]", "格式不对"]),
    (
        "bad offset",
        "qinshui-2022",
        'within = "20wd"',
        'within = "20 workdays"',
        ["[disclosure]", "within", "不是时间间隔"],
    ),
    ("offset unit", "qinshui-2022", 'within = "20wd"', 'within = "20d"', ["within", "单位不能用在这里"]),
    ("offset sign", "qinshui-2022", 'within = "20wd"', 'within = "-20wd"', ["within", "不是正数"]),
    ("bad month-day", "qinshui-2022", 'due = "03-31"', 'due = "02-30"', ["[plan]", "due", "不是有效的月日"]),
    ("leap day", "qinshui-2022", 'due = "03-31"', 'due = "02-29"', ["每年都有的日子"]),
    ("bad report date", "neimenggu-2024", 'by = "+5d"', 'by = "fifth"', ["[[reports]] 第 1 项", "by"]),
    (
        "fixed date per quarter",
        "neimenggu-2024",
        'by = "+5d"',
        'by = "04-05"',
        ["按季报送不能用固定月日"],
    ),
    (
        "no src",
        "qinshui-2022",
        'src = { "*" = "QS-10.14", rounding = "AMB-01", order = "DEFAULT" }',
        "",
        ["缺少来源表"],
    ),
    (
        "partial src",
        "qinshui-2022",
        'src = { "*" = "QS-12.2", min =',
        "src = { min =",
        ["[team]", "src", "没有写明来源：", "match"],
    ),
    (
        "src of an absent field",
        "qinshui-2022",
        'src = { "*" = "QS-3.1" }',
        'src = { "*" = "QS-3.1", flaw = "QS-3.2" }',
        ["src.flaw", "本表没有这个字段"],
    ),
    (
        "bad origin",
        "qinshui-2022",
        '"*" = "QS-12.2"',
        '"*" = "article 12"',
        ["src.*", "来源 “article 12” 格式不对"],
    ),
    ("unknown kind of ref", "qinshui-2022", '"*" = "QS-12.2"', '"*" = "INV-09"', ["来源 “INV-09” 格式不对"]),
    ("empty law", "qinshui-2022", 'min = "LAW:行政处罚法42"', 'min = "LAW:"', ["src.min"]),
    (
        "repeated id",
        "qinshui-2022",
        'id = "general"\nbodies',
        'id = "key"\nbodies',
        ["[[quotas]] 第 3 项（key）", "与第 1 项重复"],
    ),
    ("repeated body", "quzhou-2017", 'id = "zone"', 'id = "county"', ["[[bodies]] 第 3 项", "重复"]),
    (
        "tier twice for a body",
        "quzhou-2017",
        'id = "key"\nzh = "重点排污单位"\nbodies = ["county", "zone"]',
        'id = "key"\nzh = "重点排污单位"\nbodies = ["city", "zone"]',
        ["[[tiers]] 第 4 项（key）", "与第 2 项重复"],
    ),
    (
        "unknown tier id",
        "qinshui-2022",
        'id = "special"\nzh',
        'id = "extra"\nzh',
        ["[[tiers]]", "special、key、general"],
    ),
    (
        "dangling body",
        "quzhou-2017",
        'bodies = ["city"]\nitem',
        'bodies = ["town"]\nitem',
        ["bodies", "没有“town”"],
    ),
    ("dangling item", "quzhou-2017", 'item = "qz1"', 'item = "qz9"', ["item", "[[items]] 中没有“qz9”"]),
    (
        "dangling except",
        "wulong-2024",
        '"wl15b", "wl15c"]\nperiod',
        '"wl15b", "wl99"]\nperiod',
        ["except", "没有“wl99”"],
    ),
    (
        "except itself",
        "wulong-2024",
        'except = ["wl15a", "wl15b", "wl15c"]',
        'except = ["wl15d"]',
        ["不能除外自己"],
    ),
    (
        "circular except",
        "wulong-2024",
        'when = [{ permit_class = ["key"] }]\nperiod',
        'when = [{ permit_class = ["key"] }]\nexcept = ["wl15d"]\nperiod',
        ["除外关系成环"],
    ),
    (
        "dangling stated",
        "wulong-2024",
        'quotas = ["wl06"]',
        'quotas = ["wl66"]',
        ["[[stated]]", "没有“wl66”"],
    ),
    ("dangling expected", "wulong-2024", 'quota = "wl03"', 'quota = "wl33"', ["[register]", "没有“wl33”"]),
    (
        "dangling activity",
        "qinshui-2022",
        'certified_activities = ["enforcement"]',
        'certified_activities = ["raid"]',
        ["[[activities]] 中没有“raid”"],
    ),
    ("dangling report target", "neimenggu-2024", 'to = "region"', 'to = "nation"', ["to", "没有“nation”"]),
    (
        "no bodies",
        "qinshui-2022",
        'bodies = ["county"]\nwhen = [{ tier = ["key"] }]\nperiod',
        'bodies = []\nwhen = [{ tier = ["key"] }]\nperiod',
        ["bodies", "不能为空"],
    ),
    (
        "no modes",
        "quzhou-2017",
        '[inspection]\nmodes = ["onsite"]',
        "[inspection]\nmodes = []",
        ["[inspection]", "首项为默认方式"],
    ),
    (
        "item mode not offered",
        "quzhou-2017",
        'modes = ["onsite"]\njoint',
        'modes = ["drone"]\njoint',
        ["[[items]]", "没有“drone”"],
    ),
    ("selector shape", "qinshui-2022", "when = []", "when = {}", ["when", "应为选择条件"]),
    ("empty alternative", "qinshui-2022", "when = []", "when = [{}]", ["空表"]),
    (
        "unknown attribute",
        "qinshui-2022",
        "{ key_polluter_list = true }",
        "{ colour = true }",
        ["when", "第 1 个条件 colour", "不是已知的对象属性"],
    ),
    (
        "attribute type",
        "qinshui-2022",
        "{ key_polluter_list = true }",
        '{ key_polluter_list = ["yes"] }',
        ["应为布尔值"],
    ),
    (
        "attribute word",
        "qinshui-2022",
        'permit_class = ["key"]',
        'permit_class = ["top"]',
        ["没有“top”", "simplified"],
    ),
    (
        "attribute not in a list",
        "qinshui-2022",
        'permit_class = ["key"]',
        'permit_class = "key"',
        ["应为字符串数组"],
    ),
    (
        "unknown flag",
        "qinshui-2022",
        '"designated_special"] }',
        '"designated"] }',
        ["标志中没有“designated”"],
    ),
    (
        "unknown tier",
        "wulong-2024",
        'tier = ["key", "special"]',
        'tier = ["key", "extra"]',
        ["监管类别中没有“extra”"],
    ),
    ("unknown grade", "qinshui-2022", 'credit_grade = ["C", "D"]', 'credit_grade = ["C", "E"]', ["没有“E”"]),
    (
        "float bound",
        "wulong-2024",
        "hw_tonnes_per_year_min = 50",
        "hw_tonnes_per_year_min = 50.5",
        ["十进制字符串"],
    ),
    (
        "date bound",
        "wulong-2024",
        "approved_on_min = 2022-01-01 }]",
        "approved_on_min = 2022 }]",
        ["应为日期"],
    ),
    (
        "number equals",
        "wulong-2024",
        "hw_tonnes_per_year_min = 50",
        'hw_tonnes_per_year = ["50"]',
        ["不能直接相等比较"],
    ),
    (
        "months of a word",
        "wulong-2024",
        "hw_tonnes_per_year_min = 50",
        "hw_tonnes_per_year_within_months = 5",
        ["只有日期属性"],
    ),
    (
        "negative months",
        "wulong-2024",
        "completed_on_within_months = 12",
        "completed_on_within_months = -1",
        ["非负整数"],
    ),
    (
        "tier by tier",
        "qinshui-2022",
        '{ permit_class = ["key"] },',
        '{ tier = ["key"] },',
        ["不能引用监管类别"],
    ),
    ("negative look-back", "qinshui-2022", "lookback_months = 12", "lookback_months = -1", ["月数不能为负"]),
    ("cap of zero", "qinshui-2022", "max = 2", "max = 0", ["[[caps]]", "上限次数小于 1"]),
    (
        "cap that exempts all",
        "qinshui-2022",
        'exempt = [{ tier = ["special"] }]',
        "exempt = []",
        ["[] 表示全部对象豁免"],
    ),
    ("times of zero", "qinshui-2022", "times = 1", "times = 0", ["[[coverage]]", "次数小于 1"]),
    (
        "lifecycle without window",
        "neimenggu-2024",
        'window = { from = "construction_started_on", until = "operation_started_on", plus = "12m" }\n',
        "",
        ["window", "全周期覆盖缺少期限"],
    ),
    ("window key", "neimenggu-2024", 'plus = "12m" }', 'plus = "12m", minus = "1d" }', ["window", "minus"]),
    ("window incomplete", "neimenggu-2024", ', plus = "12m" }', " }", ["window", "缺少“plus”"]),
    (
        "window attribute",
        "neimenggu-2024",
        'from = "construction_started_on"',
        'from = "radiation"',
        ["window", "from"],
    ),
    ("draw window anchor", "quzhou-2017", 'anchor = "period_start"', 'anchor = "moon"', ["[draw]", "anchor"]),
    ("entry without start", "quzhou-2017", 'enter_from = "visit_end"\n', "", ["enter_from", "同时写明"]),
    ("due without year", "qinshui-2022", 'due_year = "same"\n', "", ["due_year", "缺少 due_year"]),
    (
        "two publication rules",
        "wulong-2024",
        'publish_by = "01-31"',
        'publish_by = "01-31"\npublish_within = "20wd"',
        ["只能写一个"],
    ),
    (
        "repeated code",
        "wulong-2024",
        'id = "case_filed", zh',
        'id = "no_problem", zh',
        ["结果代码“no_problem”重复"],
    ),
    (
        "code key",
        "wulong-2024",
        '{ id = "case_filed", zh',
        '{ code = "case_filed", zh',
        ["[results]", "codes", "code"],
    ),
    (
        "disclosure above one",
        "qinshui-2022",
        'disclosure_rate = "1.00"',
        'disclosure_rate = "100"',
        ["公示率大于 1"],
    ),
    (
        "end before start",
        "xinyang-2023",
        "effective_to = 2023-12-31",
        "effective_to = 2022-12-31",
        ["早于施行日期"],
    ),
    (
        "origin of another type",
        "qinshui-2022",
        '"*" = "QS-10.7", rounding',
        '"*" = 107, rounding',
        ["src.*", "来源 107 格式不对"],
    ),
    ("origin as a list", "qinshui-2022", 'order = "AMB-05"', 'order = ["AMB-05"]', ["src.order", "格式不对"]),
    ("blank name", "qinshui-2022", 'zh = "县生态环境部门"', 'zh = " "', ["[[bodies]]", "zh", "是空的"]),
    (
        "blank in a list",
        "qinshui-2022",
        'channels = ["生态环境部门网站"]',
        'channels = [""]',
        ["channels", "是空的"],
    ),
    (
        "blank in a selector",
        "wulong-2024",
        'category = ["urban_wwtp"]',
        'category = [""]',
        ["[[quotas]]", "when", "空的值"],
    ),
    (
        "a tier that takes everybody before the others",
        "qinshui-2022",
        """when = [
  { key_polluter_list = true },
  { permit_class = ["key"] },
]""",
        "when = []",
        ["[[tiers]] 第 2 项（key）", "when", "其后的“general”永远认定不到"],
    ),
    (
        "unknown base",
        "qinshui-2022",
        'region = "山西',
        'extends = "nowhere"\nregion = "山西',
        ["找不到规则书“nowhere”"],
    ),
]


@pytest.mark.parametrize(("stem", "old", "new", "words"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_broken_rule_is_refused_with_place_and_remedy(tmp_path, stem, old, new, words):
    text = faults(change(tmp_path, stem, old, new))
    assert all(word in text for word in (f"{stem}.toml", *words)), text
    assert text.count("。") >= 2


def test_all_faults_are_reported_together(tmp_path):
    path = change(tmp_path, "qinshui-2022", "min = 2", 'min = "2"')
    text = (
        path.read_text(encoding="utf-8")
        .replace("max = 2", "max = 0")
        .replace('order = "uniform"', 'order = "x"')
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulebookInvalid, match="规则书有 4 处错误：\n1. ") as caught:
        load(path)
    assert len(caught.value.problems) == 4
    assert caught.value.code == "rulebook_invalid"


def test_a_file_that_is_not_toml_names_the_line(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text("schema = \n", encoding="utf-8")
    assert "bad.toml：不是有效的 TOML 文件（" in faults(path)
    assert "line 1" in faults(path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "gbk.toml"
    path.write_bytes("schema = 1 # 中文".encode("gb18030"))
    assert "UTF-8" in faults(path)
