"""The variables that say how to come to the network: a shell has them, and a service only where its unit does. Pure."""

from __future__ import annotations

from collections.abc import Mapping

_PROXY, _DIRECT, _TRUSTED = ("https_proxy", "HTTPS_PROXY"), ("no_proxy", "NO_PROXY"), ("HTTPLIB2_CA_CERTS",)
_MEANINGS = (_PROXY, _DIRECT, _TRUSTED)
VARIABLES = tuple(name for names in _MEANINGS for name in names)
"""What httplib2 heeds, by which Google is asked; of two names of one thing, the first one counts."""


def copied(environ: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which of *environ* a unit takes over, and which it doesn't, since their address has a password in it."""
    given = [name for name in VARIABLES if environ.get(name)]
    secret = tuple(name for name in given if name in _PROXY and "@" in environ[name])
    return tuple(name for name in given if name not in secret), secret


def differing(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    """What isn't the same in both environments, by its usual name."""
    return tuple(names[0] for names in _MEANINGS if _said(here, names) != _said(there, names))


def _said(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")
