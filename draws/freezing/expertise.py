"""Which expertise a line's items ask for, and whether anybody has it. source: QS-12.2, draw-protocol.md §8, decisions/0042"""

from collections.abc import Collection, Iterable, Mapping

from draws.models import Draw
from planning.models import PlanTask


def wanted_by_line(draw: Draw, lines: Collection[str]) -> dict[str, list[str]]:
    """line -> words its items name, each once; lines whose items name none are left out. Two queries."""
    tasks = PlanTask.objects.filter(plan=draw.plan_id, line__in=lines).prefetch_related("items")
    named = {task.line: sorted({item.expertise for item in task.items.all()} - {""}) for task in tasks}
    return {line: words for line, words in named.items() if words}


def of_line(words: Collection[str]) -> str:
    """The one word a stratum carries; "" where its items name several: one team cannot be held to all of them."""
    return next(iter(words)) if len(words) == 1 else ""


def warnings_of(
    names: Mapping[str, str], wanted: Mapping[str, list[str]], held: Iterable[Collection[str]]
) -> list[str]:
    """names: line -> what it is called · held: words of everybody who may be sent"""
    able = {word for words in held for word in words}
    found = []
    for line, words in wanted.items():
        name = names.get(line, line)
        if len(words) > 1:
            found.append(
                f"“{name}”的事项要求{'、'.join(words)}几种专长，一个检查组不能都保证，这一层按监管类别同名匹配。"
                "要分别保证，请分成几项任务。"
            )
        elif words[0] not in able:
            found.append(
                f"“{name}”的事项要求“{words[0]}”专长，可派的人里没有人具备，编组时这一条会放宽。"
                "请为有条件的人登记专长，或改派日期。"
            )
    return found
