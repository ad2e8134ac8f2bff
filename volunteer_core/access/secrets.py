"""Making opaque secrets and keeping only their digest. Pure."""

from __future__ import annotations

import hashlib
import secrets

LONGEST_SECRET = 128


def new_secret() -> str:
    """256 random bits as URL-safe text: nothing in it can be guessed or read."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a secret: its SHA-256. Random secrets of 256 bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
