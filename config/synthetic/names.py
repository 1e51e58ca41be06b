"""Names of enterprises, places and people that nobody has."""

from random import Random

TOWNS = [
    "城关镇",
    "东湾镇",
    "石桥镇",
    "柳林镇",
    "青河乡",
    "南岭镇",
    "西坪镇",
    "龙泉街道",
    "北关街道",
    "梅园镇",
    "高村乡",
    "沙河镇",
]
FIRST = ["鑫源", "明珠", "恒洁", "永兴", "德昌", "佳美", "瑞丰", "华盛", "金鼎", "天合", "宏远", "中泰", "长青", "旭日", "双龙", "惠民",
         "正大", "嘉禾", "诚信", "安泰", "兴隆", "东升", "新宇", "万通", "百川", "同德", "润泽", "海天", "凯旋", "盛世"]  # fmt: skip
SECOND = ["", "", "达", "利", "和", "顺", "康", "茂", "聚", "信"]
TRADES = ["化工", "水泥粉磨", "陶瓷", "铸造", "印染", "纸业", "再生资源", "电镀", "焦化", "煤层气", "食品", "医药", "家具", "涂料", "机械制造",
          "污水处理", "建材", "塑料制品", "皮革", "玻璃"]  # fmt: skip
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = [
    "伟",
    "芳",
    "敏",
    "静",
    "磊",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "志强",
    "建国",
    "晓东",
    "海燕",
    "文博",
    "立新",
    "春梅",
]


def enterprise(random: Random, place: str, taken: set[str]) -> str:
    """A company name not yet taken."""
    while True:
        name = f"{place}{random.choice(FIRST)}{random.choice(SECOND)}{random.choice(TRADES)}有限公司"
        if name in taken:
            name = name.replace("有限公司", f"{random.randint(1, 99)}厂有限公司")
        if name not in taken:
            taken.add(name)
            return name


def numbered(stem: str, taken: set[str]) -> str:
    """第 n 个同类场所 (a water source, a treatment plant)."""
    n = 1
    while f"{stem}{n}号" in taken:
        n += 1
    taken.add(f"{stem}{n}号")
    return f"{stem}{n}号"


def person(random: Random, taken: set[str]) -> str:
    while True:
        name = random.choice(SURNAMES) + random.choice(GIVEN)
        if name not in taken or len(taken) > 400:
            taken.add(name)
            return name
