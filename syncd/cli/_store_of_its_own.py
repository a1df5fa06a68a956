"""A second account's store: where another account's config keeps the usual one, ``syncd init`` names another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from syncd import config
from syncd.errors import SyncdError
from syncd.model import Account
from syncd.ownership import owners
from syncd.store import look_into, trouble_told


def taken_by(account: Account, path: Path, environ: Mapping[str, str]) -> str:
    """Whose the usual store is, where it isn't *account*'s, which is to have its config at *path*; else empty.

    The usual config keeps it, or is about to; any other did where it has written there.
    """
    usual = config.default_path(environ).absolute()
    if path == usual:
        return ""
    store = config.default_state(environ)
    try:
        other = config.load(usual, environ)
    except SyncdError:
        return _kept(store, account)
    email = other.user.account.email
    return email if other.state == store and not account.owns(email) else _kept(store, account)


def another(account: Account, path: Path, environ: Mapping[str, str]) -> Path:
    """A place beside the usual store that is nobody else's, called after the config at *path*."""
    usual = config.default_state(environ)
    name = re.sub(r"[^\w.-]+", "-", path.stem if path.stem != "config" else account.email.partition("@")[0]) or "second"
    places = (usual.with_name(f"state-{name}{number}.db") for number in ("", *(f"-{n}" for n in range(2, 100))))
    return next(place for place in places if not _kept(place, account))


def _kept(store: Path, account: Account) -> str:
    """An address of whom the facts in *store* are, where they aren't *account*'s; empty where nothing tells."""
    if not store.is_file() or not store.stat().st_size:
        return ""
    try:
        with trouble_told(store):
            opened = look_into(store)
            try:
                found = owners(opened)
            finally:
                opened.close()
    except SyncdError:  # doctor and sync say so
        return ""
    return "" if not found or any(map(account.owns, found)) else found[0]
