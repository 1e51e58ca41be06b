"""Valid but fictional codes: credit codes with both check characters, permit and certificate numbers."""

from random import Random

from registry.rules.uscc import check_character, organisation_check

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(random: Random, region: str, taken: set[str]) -> str:
    """A credit code of the region; MA… so that it collides with no code issued before 2015."""
    while True:
        body = "MA" + "".join(random.choice(_ALPHABET) for _ in range(6))
        code = f"91{region}{body}{organisation_check(body)}"
        code += check_character(code)
        if code not in taken:
            taken.add(code)
            return code


def certificate(region: str, number: int) -> str:
    return f"{region}{number:05d}"
