"""Wiring that has to be done once, when everything is loaded."""

from django.apps import AppConfig
from django.core.validators import ProhibitNullCharactersValidator

NUL = "里面有一个看不见的空字符（NUL），存不进去。请删掉这一段重新输入，不要整段粘贴。"


class Wiring(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Django's own Chinese sentence speaks of empty text, which is something else.
        ProhibitNullCharactersValidator.message = NUL  # type: ignore[assignment]
