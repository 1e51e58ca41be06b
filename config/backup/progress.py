"""Progress on stderr, for a person at a terminal only."""

import sys
from typing import Any

from config.backup.writing import Tell


def to_stderr(stream: Any) -> Tell:
    def tell(text: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            stream.write(f"\r{text} {done}/{total}", ending="" if done < total else "\n")

    return tell
