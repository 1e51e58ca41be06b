"""What a visit must have before its record is handed in: device and times, survey notes of a sampling, the source of an off-site check.

source: QZ-7.1, QZ-7.2, NM-33.3, QS-16.1
"""

from dataclasses import dataclass

from foundation.errors import RuleBroken
from foundation.rulebook.model import Rulebook
from inspections.rules import modes

SURVEY = "现场勘查笔录"


class RecordIncomplete(RuleBroken):
    code = "record_incomplete"


@dataclass(frozen=True)
class Held:
    """What is on file. device: of the phone or of another mobile system · sampled: None = nobody has said"""

    mode: str
    device: str = ""
    sampled: bool | None = None
    surveys: int = 0
    source: str = ""


def device_is_compulsory(book: Rulebook, mode: str) -> bool:
    """Only what is looked at on site is recorded by a device."""
    return book.inspection.mobile == "must" and modes.meets_the_enterprise(mode)


def sampling_is_asked(book: Rulebook, mode: str) -> bool:
    return SURVEY in book.inspection.records and modes.meets_the_enterprise(mode)


def source_is_asked(mode: str) -> bool:
    """Nobody was there, so the record names what was looked at instead."""
    return not modes.meets_the_enterprise(mode)


def missing(book: Rulebook, held: Held) -> list[str]:
    """Each as a sentence with its remedy."""
    found = []
    if source_is_asked(held.mode) and not held.source.strip():
        found.append("非现场检查还没有写所用的文件或数据来源，请在“生产状态”一步填写文件号或平台、时段")
    if device_is_compulsory(book, held.mode) and not held.device:
        found.append(
            f"《{book.zh}》要求用移动执法设备制作《污染源现场监察记录》，这次检查没有设备编号，请在手机上登记到场，或导入移动执法系统的记录"
        )
    if sampling_is_asked(book, held.mode) and held.sampled is None:
        found.append("还没有填是否采样，请在“生产状态”一步选择")
    if sampling_is_asked(book, held.mode) and held.sampled and not held.surveys:
        found.append("采了样要有《现场勘查笔录》，请在“照片和材料”里上传并注明是现场勘查笔录")
    return found


def check(book: Rulebook, held: Held) -> None:
    """raises: RecordIncomplete naming everything that is missing"""
    if lacks := missing(book, held):
        raise RecordIncomplete("；".join(lacks) + "。")
