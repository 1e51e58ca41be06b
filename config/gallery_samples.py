"""Invented data for the component gallery; the figures agree with each other but belong to nobody."""

from dataclasses import dataclass
from datetime import date

TODAY = date(2026, 11, 20)
HASH = "937a9ae74d0fd9a9f2233568e4c3afd8e3e7a677c718838c07e9cdea4ce4b451"
SEED = "e3885cef842a63768f3a7299ab3b6dee2698473137be0bce76248715f65aa034"
LONG_NAME = "青禾县石桥镇工业园区东湾片区循环经济再生资源综合利用有限责任公司第三分公司"


@dataclass(frozen=True)
class Row:
    name: str
    tier: str
    town: str
    count: int
    last: str
    result: str
    chosen: bool = False


ROWS = [
    Row("青禾宏达化工有限公司", "key", "东湾镇", 2, "2026-10-22", "涉嫌违法，立案", True),
    Row("青禾鑫隆焦化有限公司", "general", "东湾镇", 2, "2026-08-19", "未发现问题", True),
    Row("青禾鑫源再生资源有限公司", "special", "东湾镇", 0, "", ""),
    Row(LONG_NAME, "general", "石桥镇", 1, "2026-03-11", "已责令改正"),
]
WORDS = (
    ("未发现问题", "已责令改正", "涉嫌违法，立案", "复查合格", "停产", "拒绝检查"),
    ("未开始", "进行中", "待审核", "退回", "已完成"),
    ("未公开，保密期", "待公示", "已公示", "已更正", "已撤回"),
)
DEADLINES = [
    (date(2026, 12, 8), 12),
    (date(2026, 11, 27), 5),
    (date(2026, 11, 24), 2),
    (TODAY, 0),
    (date(2026, 11, 19), -1),
]
QUOTE = "县级对本行政区域内每季度至少按25％进行抽查（原则上应保证每年对辖区所有重点排污单位开展一遍巡查）。"
SOURCE = "《青禾县生态环境领域“双随机、一公开”监管工作细则》第十条，青环发〔2022〕33号"
EXPLAIN = {
    "title": "为什么是 33 家",
    "parts": [
        {"value": 132, "unit": "家", "label": "本季基数"},
        {"value": "25%", "label": "每季度至少", "op": "×"},
        {"value": 33, "unit": "家", "label": "整除，没有进位", "op": "=", "result": True},
    ],
    "text": QUOTE,
    "phrase": "每季度至少按25％进行抽查",
    "source": SOURCE,
    "source_url": "",
    "origins": [
        {
            "kind": "QS-10.2",
            "text": "比例 25%，“至少”，可以多抽不能少抽",
            "note": "第十条第二款，本局 2026-01-05 采用规则书 qinghe-2022",
        },
        {
            "kind": "AMB-03",
            "text": "基数按本季第 1 批抽取前的名录快照，全季共用",
            "note": "快照 2026-10-09 18:00；细则未写日期，见 AMB-03",
        },
        {"kind": "DEFAULT", "text": "不能整除时向上取整", "note": "向下取整就低于“至少”"},
    ],
    "since": "计划 128 家、应抽 32 家，现在 132 家、应抽 33 家",
    "since_url": "#explain",
    "since_label": "看这 8 家",
}
QUARTERS = ["一季度", "二季度", "三季度", "四季度"]
TIER_SERIES = [
    {"label": "重点", "values": [32, 32, 33, 22], "css": "k-key"},
    {"label": "特殊", "values": [13, 13, 14, 10], "css": "k-spec"},
    {"label": "一般", "values": [70, 71, 71, 48], "css": "k-gen"},
]
LINES = [
    {"label": "本局", "values": [12.5, 11.8, 11.4, None]},
    {"label": "全市平均", "values": [15, 14.2, None, 13.1]},
]
LADDER = [
    {"label": "应抽", "value": 119},
    {"label": "已抽", "value": 80, "note": "还有 39 家，第 3 批 11月24日抽"},
    {"label": "已检查", "value": 52, "note": "28 家在查，最早一家 11月25日到期"},
    {"label": "已审核", "value": 41, "note": "11 家待审"},
    {"label": "已公示", "value": 29, "note": "12 家待公示，其中 1 家逾期", "url": "#ladder"},
]
FIGURES = [
    {"label": "错误", "value": 7, "unit": "行", "tone": "bad"},
    {"label": "已检查", "value": 52, "unit": "家", "part": 52, "whole": 119, "url": "#stats"},
    {"label": "完成率", "value": "43.7", "unit": "%"},
    {
        "label": "本季配额",
        "value": None,
        "note": "不受影响。第四季度按 10月9日 快照，本次变更从 2027 年一季度起计入",
    },
]
STEPS = [
    {"label": "上传", "note": "24 列", "state": "done"},
    {"label": "核对", "note": "7 行错误", "state": "now"},
    {"label": "确认", "note": "整批", "state": "todo"},
]
TASKS = [
    {"label": "亮证、告知，到场 09:18", "url": "#tasks", "status": "已完成"},
    {"label": "检查事项", "url": "#tasks", "status": "6 / 9 项", "tone": "info", "icon": "edit"},
    {"label": "照片和材料", "url": "#tasks", "status": "2 张待传", "tone": "warn", "icon": "upload"},
    {"label": "核对、三方签字", "status": "未开始", "hint": "先填完检查事项"},
]
CHECKS = [
    {"text": "检查人员 18 人在岗，证件当日有效", "state": "done"},
    {"text": "配额冲突 1 处", "url": "#tasks", "url_label": "处理", "state": "block"},
    {"text": "会前公告", "note": "最迟 11月23日", "state": "todo"},
]
FACTS = [
    {"label": "法定代表人", "value": "高*", "url": "#facts"},
    {"label": "生产规模", "value": "年产焦炭 96 万吨", "note": "排污许可证，2026-10-21"},
    {"label": "排放污染物", "value": "二氧化硫、氮氧化物、苯并芘"},
    {"label": "曾用名", "value": ""},
]
CHANGES = [
    {
        "name": "青禾鑫隆焦化有限公司",
        "label": "层级",
        "old": "一般",
        "new": "重点",
        "note": "许可管理类别变为重点管理",
    },
    {
        "name": "青禾佳美印染有限公司",
        "label": "名称",
        "old": "青禾县佳美印染厂",
        "new": "青禾佳美印染有限公司",
    },
    {"name": "青禾县东湾镇卫生院", "label": "辐射安全许可", "old": "", "new": "有（2030-06-30 止）"},
]
ENTRIES = [
    {
        "date": "2026-11-17",
        "title": "公示",
        "tone": "main",
        "text": "检查完成后第 14 个工作日，期限 20 个工作日",
    },
    {"date": "2026-10-28", "title": "责令改正，期限 11月6日", "tone": "warn", "url": "#timeline"},
    {"date": "2026-10-13", "title": "被随机抽中"},
]
FILES = [
    {"name": "营业执照.pdf", "note": "1.2 MB，指纹 9f31-aa07", "state": "done"},
    {"name": "贮存间西墙.jpg", "note": "2.8 MB", "state": "busy", "percent": 62, "icon": "camera"},
    {"name": "台账.exe", "message": "不接受这种文件，可传图片、PDF、Word、Excel", "state": "bad"},
]
TABS = [
    {"label": "待我办", "url": "#tabs", "count": 10, "current": True},
    {"label": "我发起", "url": "#tabs", "count": 4},
    {"label": "已办", "url": "#tabs"},
]
NEEDED = [115, 116, 118, 119]
BATCH = [
    {"label": "批量改管辖", "value": "area"},
    {"label": "移出名录", "value": "drop", "danger": True},
]
RAIL_WORDS = (
    "宣读规则",
    "冻结名单",
    "封存承诺",
    "观察员封签",
    "揭示种子",
    "逐家抽出",
    "匹配人员",
    "封存签字",
)
