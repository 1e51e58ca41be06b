"""What can be wrong with a file as a whole, and with one cell."""

from dataclasses import dataclass

from foundation.errors import RuleBroken


class SheetRefused(RuleBroken):
    """The file cannot be read at all; nothing was taken from it."""

    code = "sheet_refused"


class CellWrong(Exception):
    """One cell cannot be understood. `message` states the fact and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Problem:
    """One fault: row as Excel counts it (0 = the whole row or file), header of the column, what is written there."""

    row: int
    column: str
    value: str
    message: str
    key: str = ""

    @property
    def sentence(self) -> str:
        place = f"第 {self.row} 行“{self.column}”" if self.column else f"第 {self.row} 行"
        return f"{place}：{self.message}"

    def plain(self) -> dict:
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
            "key": self.key,
        }
