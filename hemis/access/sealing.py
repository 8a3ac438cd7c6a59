"""Secrets that must be read again, sealed at rest: a stolen copy of the database opens no second factor.

The key is ``MFA_KEY`` of the environment, else it is derived from ``SECRET_KEY``.
``MFA_KEY_BEFORE`` may name the key before, while one is exchanged: it still opens
what was sealed by it, and sealing uses the new one.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "sealed1:"
PURPOSE = b"hemis second factor v1"


class Unreadable(Exception):
    """The key that sealed the secret is not among the keys in use."""


def _fernet(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _keys() -> MultiFernet:
    secrets = [settings.MFA_KEY or settings.SECRET_KEY, settings.MFA_KEY_BEFORE]
    return MultiFernet([_fernet(one) for one in secrets if one])


def is_sealed(text: str) -> bool:
    return text.startswith(PREFIX)


def seal(text: str) -> str:
    """``text`` as it may lie in the database; what is sealed already stays."""
    return text if is_sealed(text) else PREFIX + _keys().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """The secret itself.

    Raises:
        Unreadable: the text is in clear, or none of the keys in use has sealed it.
    """
    if not is_sealed(text):
        raise Unreadable
    try:
        return _keys().decrypt(text.removeprefix(PREFIX).encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def seal_data(data: dict) -> dict:
    """The data of an authenticator with its secrets sealed: the TOTP key, the seed or the codes of recovery."""
    sealed = dict(data)
    for name in ("secret", "seed"):
        if isinstance(sealed.get(name), str):
            sealed[name] = seal(sealed[name])
    if isinstance(sealed.get("migrated_codes"), list):
        sealed["migrated_codes"] = [seal(one) for one in sealed["migrated_codes"]]
    return sealed


def unseal_data(data: dict) -> dict:
    """The data of an authenticator in clear: the way back of the migration."""
    plain = dict(data)
    for name in ("secret", "seed"):
        if isinstance(plain.get(name), str) and is_sealed(plain[name]):
            plain[name] = unseal(plain[name])
    if isinstance(plain.get("migrated_codes"), list):
        plain["migrated_codes"] = [unseal(one) if is_sealed(one) else one for one in plain["migrated_codes"]]
    return plain
