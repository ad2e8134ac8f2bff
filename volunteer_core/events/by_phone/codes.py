"""The code that is sent to a phone, and the secret of whoever asked for it. Pure."""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata

from volunteer_core.access.secrets import LONGEST_SECRET, digest
from volunteer_core.errors import Malformed

_CODE = re.compile(r"\d{6}", re.ASCII)


def new_code() -> str:
    """Six random digits, which people can read out and type."""
    return f"{secrets.randbelow(10**6):06}"


def typed_code(value: str) -> str:
    """A code as it was typed, with spaces or full-width digits; refuses what is none."""
    kept = re.sub(r"\s", "", unicodedata.normalize("NFKC", value[:40]))
    if not _CODE.fullmatch(kept):
        raise Malformed("code", "应为 6 位数字。")
    return kept


def code_hash(code: str, *, secret: str) -> str:
    """What is kept of a code. All six digits are soon tried out, so the secret is its key: 256 random bits
    that nobody but who asked has."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), code.encode(), "sha256").hex()


def secret_hash(secret: str) -> str:
    """What is kept of a secret."""
    return digest(secret[:LONGEST_SECRET]).hex()


def same(kept: str, given: str) -> bool:
    """Whether two hashes are the same, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(kept, given)
