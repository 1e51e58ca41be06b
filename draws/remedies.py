"""What to do about each thing that keeps the freeze button shut."""

from typing import NamedTuple


class Guard(NamedTuple):
    """`page`: name of the page where it is done, empty when it is done in the room."""

    text: str
    remedy: str
    page: str


# phrase of the reason -> remedy, page
REMEDIES = (
    ("没有签字封存或中止", "先把那一次签字封存，或两人签字中止", "draws:draws"),
    ("不能提前冻结", "等到公告的那一天；要改期，重新公告", "draws:draw"),
    ("至少要有一个席位", "请一位组织方以外的人坐席，在“席位”页登记", "draws:seats"),
    ("没有入席", "请其扫席位码入席；码丢了、用过了，在“席位”页换发", "draws:seats"),
    ("乙方密钥链", "请持有人打开监督页，生成密钥并交存末端", "live:oversight"),
    ("确认在场", "请其用自己的账号登录，在监督页点“我已到场”", "live:oversight"),
)


def guard_of(text: str) -> Guard:
    """The reason with its remedy; a reason of another kind says itself what to do."""
    for phrase, remedy, page in REMEDIES:
        if phrase in text:
            return Guard(text, remedy, page)
    return Guard(text, "", "")
