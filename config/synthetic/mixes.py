"""What each rulebook's world holds, so that every quota line has members. Sizes printed in the documents are kept."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Group:
    """`count` targets alike. `name` = stem of a place; empty = an enterprise. `cells`: column title → text."""

    count: int
    cells: dict[str, Any] = field(default_factory=dict)
    kind: str = "排污单位"
    name: str = ""
    town: int | None = None
    """Index of the only area they lie in; None: spread over all."""


@dataclass(frozen=True)
class UnitMix:
    """A drawing body's instance with its towns (indices) and officers."""

    code: str
    name: str
    body: str
    kind: str
    officers: int
    towns: tuple[int, ...] = ()


@dataclass(frozen=True)
class Mix:
    region: str
    place: str
    bureau: str
    towns: int
    units: tuple[UnitMix, ...]
    groups: tuple[Group, ...]
    manual: int = 1
    """Number entered for lines with basis manual."""


KEY = {"列入重点排污单位名录": "是", "排污许可管理类别": "重点管理", "控制级别": "省控"}


def flagged(title: str) -> dict[str, str]:
    return {"风险标记": title}


def permits(word: str, **cells: Any) -> dict[str, Any]:
    return {"排污许可管理类别": word, **cells}


MIXES: dict[str, Mix] = {
    "qinshui-2022": Mix(
        "140521", "青禾", "青禾县生态环境局", 8,
        (UnitMix("ZD", "综合行政执法队", "county", "执法队", 18),),
        (
            Group(132, {**KEY, "环境信用等级": "B"}),
            Group(17, permits("简化管理", 环境信用等级="C")),
            Group(10, {**permits("简化管理"), **flagged("penalised")}),
            Group(150, permits("简化管理", 环境信用等级="B")),
            Group(221, permits("登记管理", 环境信用等级="A")),
            Group(40, permits("未纳入")),
        ),
    ),
    "neimenggu-2024": Mix(
        "152500", "赤勒", "赤勒盟生态环境局", 10,
        (UnitMix("ZD", "综合行政执法支队", "league", "执法队", 24),),
        (
            Group(30, {**permits("重点管理"), **flagged("violation")}),
            Group(10, {**permits("简化管理"), **flagged("public_complaint")}),
            Group(60, permits("重点管理")),
            Group(5, {**permits("简化管理"), **flagged("designated_key")}),
            Group(303, permits("简化管理")),
            Group(560, permits("登记管理")),
            Group(40, {"环评审批层级": "部批", "环评批复日期": "2023-05-10", "开工日期": "2023-08-01", "环评分类": "报告书"}, "建设项目", "风电场项目"),
        ),
    ),
    "xinyang-2023": Mix(
        "411500", "申城", "申城市生态环境综合行政执法支队", 10,
        (
            UnitMix("KS", "支队各科室", "divisions", "科室", 12),
            UnitMix("DD1", "直属一大队", "brigades", "执法队", 6, (0, 1, 2)),
            UnitMix("DD2", "直属二大队", "brigades", "执法队", 7, (3, 4, 5)),
            UnitMix("DD3", "直属三大队", "brigades", "执法队", 5, (6, 7, 8)),
        ),
        (
            Group(123, KEY), Group(64, KEY, town=9),
            Group(17, {**permits("简化管理"), **flagged("special_listed")}),
            Group(236, permits("简化管理")), Group(300, permits("登记管理")),
        ),
    ),
    "quzhou-2017": Mix(
        "330800", "信安", "信安市生态环境局", 9,
        (
            UnitMix("SJ", "市环境监察支队", "city", "执法队", 22),
            UnitMix("XA", "常溪县环境监察大队", "county", "分局", 17, (0, 1, 2)),
            UnitMix("XB", "开平县环境监察大队", "county", "分局", 14, (3, 4, 5)),
            UnitMix("ZQ", "绿色产业集聚区分局", "zone", "分局", 9, (6, 7)),
        ),
        (
            Group(86, {**permits("重点管理"), "控制级别": "省控"}),
            Group(24, {**permits("重点管理"), "控制级别": "市控", **flagged("platform_alarm")}),
            Group(120, {**permits("简化管理"), "控制级别": "市控"}),
            Group(300, {**permits("登记管理"), "控制级别": "县控"}),
        ),
    ),
    "wulong-2024": Mix(
        "500156", "芙江", "芙江区生态环境局", 9,
        (UnitMix("ZD", "生态环境保护综合行政执法支队", "district", "执法队", 20),),
        (
            Group(1, {"监管类别": "城市污水处理厂"}, "设施场所", "城市污水处理厂"),
            Group(2, {"监管类别": "工业聚集区污水处理厂"}, "设施场所", "工业园区污水处理厂"),
            Group(22, {"监管类别": "乡镇污水处理厂"}, "设施场所", "乡镇污水处理厂"),
            Group(9, {"监管类别": "城市和千吨万人饮用水水源地"}, "饮用水水源地", "集中式饮用水水源地"),
            Group(39, {"监管类别": "非千吨万人乡镇饮用水水源地"}, "饮用水水源地", "乡镇饮用水水源地"),
            Group(6, permits("重点管理", 监管类别="涉水重点工业企业、土壤污染重点监管单位")),
            Group(1, permits("重点管理", 监管类别="碳市场排放单位、涉气重点企业和油库加油站")),
            Group(5, {**permits("重点管理", 监管类别="涉气重点企业和油库加油站"), "危险废物年产生量（吨）": "86.5"}),
            Group(6, {**permits("重点管理", 监管类别="涉气重点企业和油库加油站"), "环境信用等级": "良好"}),
            Group(5, permits("简化管理", 监管类别="新污染物涉及企业、涉水重点工业企业")),
            Group(6, permits("简化管理", 监管类别="涉气重点企业和油库加油站")),
            Group(28, permits("简化管理")),
            Group(2, permits("登记管理", 环境信用等级="警示")),
            Group(20, permits("登记管理")),
            Group(8, {"监管类别": "涉气重点企业和油库加油站"}, "设施场所", "加油站"),
            Group(10, {"监管类别": "土壤污染责任人或土地使用权人"}, "土地使用权人", "地块"),
            Group(2, {"监管类别": "危险废物经营单位"}, "设施场所", "危险废物处置场"),
            Group(15, {"监管类别": "农村生活污水处理厂"}, "设施场所", "农村生活污水处理站"),
            Group(4, {"监管类别": "环评报告编制单位"}, "第三方机构", "环评编制单位"),
            Group(10, {"监管类别": "自然保护地"}, "自然保护地", "自然保护地"),
            Group(6, {"监管类别": "辐射安全重点检查对象"}, "设施场所", "辐照装置单位"),
            Group(26, {"监管类别": "辐射安全一般检查对象"}, "设施场所", "射线装置单位"),
            Group(5, {"核与辐射": "是", "环评审批层级": "区县批", "环评批复日期": "2023-03-15"}, "建设项目", "辐射类项目"),
            Group(2, {"环评审批层级": "部批", "环评批复日期": "2022-06-01", "开工日期": "2023-02-01"}, "建设项目", "水电项目"),
            Group(5, {"环评审批层级": "省（市）批", "环评批复日期": "2022-09-01", "开工日期": "2023-03-01"}, "建设项目", "公路项目"),
            Group(33, {"环评审批层级": "区县批", "环评批复日期": "2023-04-01", "开工日期": "2023-09-01"}, "建设项目", "产业园项目"),
        ),
        manual=2,
    ),
}  # fmt: skip
