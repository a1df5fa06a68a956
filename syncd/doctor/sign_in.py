"""The sign-in with Google: whether it is there, private, for whom, until when, and what it allows. Asks nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote

from syncd.doctor.finding import Finding, of_error, ok, problem, warning
from syncd.errors import BadConfig, SignInNeeded
from syncd.settings import Settings
from syncd.sign_in import scopes
from syncd.sign_in.client_file import read_client, seen_by_others
from syncd.sign_in.places import paths
from syncd.sign_in.token_file import Token, read_token

SOON = timedelta(days=2)
_AUTH = "syncd auth"
_PUBLISH = "syncd auth; `syncd auth --help` tells how a sign-in is made to last (publish the app)"


def examine(settings: Settings, now: datetime) -> tuple[Token | None, list[Finding]]:
    """The sign-in that *settings* name, None where none can be used, and what is to be said of it and of its client."""
    places = paths(settings)
    try:
        token = read_token(places.token)
    except SignInNeeded as missing:
        return None, [of_error("sign-in", missing, _AUTH), *client(places.client_secret, needed=True)]
    except BadConfig as bad:
        step = str(bad).rpartition("run: ")[2] if "run: " in str(bad) else f"see whose it is: ls -l {places.token}"
        return None, [of_error("sign-in", bad, step)]
    return token, [*judge(token, settings, now), *client(places.client_secret, needed=False)]


def client(path: Path, *, needed: bool) -> list[Finding]:
    """The file of the OAuth client, which only ``syncd auth`` needs."""
    try:
        read_client(path)
    except BadConfig as bad:
        return [of_error("OAuth client", bad)] if needed else []
    if seen_by_others(path):
        return [
            warning(
                "OAuth client", f"{path} can be read by other users of this machine", f"chmod 600 {quote(str(path))}"
            )
        ]
    return []


def judge(token: Token, settings: Settings, now: datetime) -> list[Finding]:
    """What is to be said of *token* at *now*. Pure."""
    return [*_whose(token, settings), *_ends(token, now), *_granted(token, settings)]


def _whose(token: Token, settings: Settings) -> list[Finding]:
    yours = settings.user.account
    if token.account and not yours.owns(token.account):
        text = f"it is for {token.account}, which [account] doesn't name (it has {yours.email})"
        return [warning("sign-in", text, "add it to [account] aliases if it is yours; else: syncd auth")]
    return [ok("sign-in", f"there, and yours alone{f', for {token.account}' if token.account else ''}")]


def _ends(token: Token, now: datetime) -> list[Finding]:
    ends = token.refresh_token_expires
    if ends is None:
        return []
    day = f"{ends.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
    if ends <= now:
        return [problem("sign-in", f"it ended on {day}", _PUBLISH, SignInNeeded)]
    text = f"it lasts until {day}, since your OAuth client is in testing"
    return [warning("sign-in", text, _PUBLISH) if ends - now <= SOON else ok("sign-in", text)]


def _granted(token: Token, settings: Settings) -> list[Finding]:
    needed = scopes.needed(settings)
    if token.scopes is None:
        return [warning("permissions", "the sign-in doesn't say what was granted", _AUTH)]
    lacking = scopes.missing(needed, token.scopes)
    found = [
        ok("permissions", f"granted: {scopes.purpose(one)}") for one in scopes.in_order(needed.difference(lacking))
    ]
    for one in lacking:
        stops, _, then = scopes.cost(one).partition("; ")
        found.append(
            problem("permissions", f"not granted: {scopes.purpose(one)}; without it {stops}", then, SignInNeeded)
        )
    return found
