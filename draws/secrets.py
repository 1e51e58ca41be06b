"""The bureau's secrets of one draw: made by the operating system's randomness, encrypted at rest, shown once on paper."""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import salted_hmac

from draws.errors import SecretLost
from draws.models import Draw
from draws.rules.protocol import CODE_LENGTH, CODE_LETTERS

CONTEXT = b"mingchou.draws.secrets.v1"


@dataclass(frozen=True)
class Secrets:
    """64 hex digits each: `master` makes the salts, `op_secret` enters the seed, `chain_a` reseeds the rounds."""

    master: str
    op_secret: str
    chain_a: str

    @classmethod
    def new(cls) -> "Secrets":
        return cls(secrets.token_hex(32), secrets.token_hex(32), secrets.token_hex(32))


def seal(kept: Secrets) -> bytes:
    """The encrypted form that goes into the database."""
    return _cipher().encrypt(json.dumps(asdict(kept)).encode())


def unseal(draw: Draw) -> Secrets:
    """raises: SecretLost when SECRET_KEY is not the one of the freeze"""
    try:
        return Secrets(**json.loads(_cipher().decrypt(bytes(draw.sealed))))
    except InvalidToken:
        raise SecretLost(
            f"{draw.number} 封存的秘密解不开：服务器的 SECRET_KEY 与冻结时不同。"
            "请恢复原来的 SECRET_KEY；或由乙方密钥持有人拆封纸质副本，输入组织方秘密。"
        ) from None


def seat_code() -> str:
    """A one-time code that can be read aloud."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def code_hash(draw: Draw, code: str) -> str:
    """Keyed, because six letters can be guessed from a plain hash."""
    said = code.strip().upper()
    return salted_hmac("mingchou.draws.seat", f"{draw.number}|{said}", algorithm="sha256").hexdigest()


def device_token() -> str:
    return secrets.token_urlsafe(32)


def device_hash(token: str) -> str:
    return salted_hmac("mingchou.draws.device", token, algorithm="sha256").hexdigest()


def _cipher() -> MultiFernet:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=CONTEXT)
    return urlsafe_b64encode(hkdf.derive(key.encode()))
