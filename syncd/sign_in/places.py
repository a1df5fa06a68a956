"""Where the two files of the sign-in lie: as the config says, or beside the config and the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from syncd.settings import Settings


@dataclass(frozen=True, slots=True)
class Places:
    """The OAuth client's file, which the person puts there, and the sign-in, which syncd does."""

    client_secret: Path
    token: Path


def paths(settings: Settings) -> Places:
    """Where *settings* put them.

    Unset, ``client_secret.json`` lies beside the config and ``token.json`` beside the store; a store that isn't called
    ``state.db`` puts its own name in front, since two accounts may share a folder, and must not share a sign-in.
    """
    state = settings.state
    beside = settings.path.parent if settings.path is not None else state.parent
    token = "token.json" if state.name == "state.db" else f"{state.name}.token.json"
    return Places(
        client_secret=settings.google.client_secret or beside / "client_secret.json",
        token=settings.google.token or state.with_name(token),
    )
