"""``syncd auth``: the one-time sign-in with Google, and with ``--revoke`` its end."""

from __future__ import annotations

import argparse
import textwrap
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncd.cli import _frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from syncd.settings import Settings
    from syncd.sign_in.account import Account
    from syncd.sign_in.client_file import Client
    from syncd.sign_in.consent import Grant

PATIENCE = 600.0
"""Seconds for all that the person does in the browser."""
_AUDIENCE = "https://console.cloud.google.com/auth/audience"
_LIBRARY = {
    "Gmail API": "https://console.cloud.google.com/apis/library/gmail.googleapis.com",
    "Google Calendar API": "https://console.cloud.google.com/apis/library/calendar-json.googleapis.com",
}

_CLIENT = """\
how to make the OAuth client (docs/google.md goes through it screen by screen):
  1. a project: https://console.cloud.google.com/projectcreate
  2. in it, enable the Google Calendar API and the Gmail API:
     https://console.cloud.google.com/apis/library
  3. the consent screen, audience External; then publish the app, or every
     sign-in ends after seven days: https://console.cloud.google.com/auth/audience
  4. a client of type Desktop app: https://console.cloud.google.com/auth/clients
     Download its JSON at once, as ~/.config/syncd/client_secret.json, and have
     chmod 600 keep it yours.
  5. syncd auth. "Google hasn't verified this app" means you: Advanced, Go to
     syncd. Tick every box."""


def add(commands: _frame.Commands) -> None:
    """Add the command."""
    more = "It needs an OAuth client of your own, which takes ten minutes to make, once, with any Google account."
    parser = _frame.command(commands, "auth", run, "signs in with Google, once", more)
    parser.description = textwrap.fill(parser.description or "", 80)
    parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, _CLIENT
    parser.add_argument("--no-browser", action="store_true", help="show the address, for a browser on another machine")
    parser.add_argument("--port", metavar="N", type=_port, default=0, help="the local port that the browser comes to")
    parser.add_argument("--revoke", action="store_true", help="end the sign-in at Google, and delete it here")


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port, which is a number from 1 to 65535")
    return port


def run(args: argparse.Namespace) -> int:
    """Sign in, or out."""
    from syncd.sign_in.places import paths

    settings = _frame.settings(args)
    places = paths(settings)
    if args.revoke:
        return _revoke(places.token)
    return _sign_in(args, settings, places.client_secret, places.token)


def _sign_in(args: argparse.Namespace, settings: Settings, client_secret: Path, kept_in: Path) -> int:
    """Ask, and keep the answer; an earlier sign-in stays until all went well."""
    from datetime import UTC, datetime
    from shlex import quote

    from syncd.cli._hints import say
    from syncd.errors import BadUsage, SignInNeeded
    from syncd.sign_in import scopes
    from syncd.sign_in.client_file import read_client, seen_by_others
    from syncd.sign_in.token_file import write_token

    needed = scopes.needed(settings)
    if not needed:
        raise BadUsage(f'{settings.path}: no backend is "google", so there is nothing to sign in to')
    client = read_client(client_secret)
    if seen_by_others(client_secret):
        _frame.warn(f"{client_secret}: others on this machine can read it; run: chmod 600 {quote(str(client_secret))}")
    with _keeping(kept_in):
        grant = _ask(args, settings, client, needed)
        lacking = scopes.missing(needed, grant.scopes)
        if len(lacking) == len(needed):
            raise SignInNeeded(
                "the sign-in failed: none of the permissions was granted; run `syncd auth` again, with every box ticked"
            )
    now = datetime.now(UTC)

    from syncd.sign_in.account import whose

    write_token(kept_in, grant.token(client, now))  # before anything that can go wrong
    account = whose(grant, settings.google)
    write_token(kept_in, grant.token(client, now, account.address))
    print(f"Signed in{f' as {account.address}' if account.address else ''}; the sign-in is kept in {kept_in}.\n")
    _told("Granted:", [scopes.purpose(scope) for scope in _shown(needed, lacking, grant)])
    for scope in lacking:
        _frame.warn(f"not granted: {scopes.purpose(scope)}; without it {scopes.cost(scope)}")
    _doubts(settings, account, grant, now)
    if lacking:
        say("next: `syncd auth` again, with every box ticked")
        return SignInNeeded.exit_code
    say("next: `syncd sync --dry-run` shows what a first run would do")
    return 0


@contextmanager
def _keeping(kept_in: Path) -> Iterator[None]:
    """Have what goes wrong say that an earlier sign-in stays, where there is one."""
    from syncd.errors import BadConfig, SignInNeeded, Unreachable
    from syncd.sign_in.token_file import read_token

    try:
        yield
    except (BadConfig, SignInNeeded, Unreachable) as problem:
        try:
            account: str | None = read_token(kept_in).account
        except BadConfig:  # there, and not to be read
            account = ""
        except SignInNeeded:  # there is none
            account = None
        if account is not None:
            problem.args = (f"{problem}; the earlier sign-in{f', as {account},' if account else ''} stays",)
        raise


def _ask(args: argparse.Namespace, settings: Settings, client: Client, needed: frozenset[str]) -> Grant:
    """Send the person to Google's page, wait for the browser to come back, and take what it brings to Google."""
    from contextlib import closing

    from syncd.cli import _browser
    from syncd.clock import SystemClock
    from syncd.sign_in import scopes
    from syncd.sign_in.consent import exchange, question
    from syncd.sign_in.loopback import Loopback
    from syncd.sign_in.pasted import typed, unseen

    with closing(Loopback(args.port)) as loopback:
        asked = question(client, needed, loopback.redirect_uri, settings.user.account.email)
        _told("Google will ask whether syncd may:", [scopes.purpose(scope) for scope in scopes.in_order(needed)])
        by_hand = args.no_browser or not _browser.opened(asked.url)
        pasted = typed() if by_hand else None
        text = _by_hand(asked.url, loopback.port, pasting=pasted is not None) if by_hand else _opened(asked.url)
        with unseen(pasted):
            print(text, flush=True)
            answer = loopback.wait(asked.state, pasted, _frame.warn, SystemClock(), PATIENCE)
    return exchange(asked, answer)


_ADDRESS = """\
{first}:

  {url}

Tick every box. Google may warn that it hasn't verified the app: it is yours (Advanced, then Go to ...).
"""
_TUNNEL = """\
If that browser is on this machine, you are done then. If it is on another, it will show "can't connect" at the end.
{so}before you open the address, run this there (with this machine's name, as you reach it, in place of {host}):

  {tunnel}

"""
_PASTE = """\
2. or copy the whole address from its address bar, paste it here (it stays hidden), and press Enter.

"""
_WAITING = "Waiting for your answer; Ctrl-C gives up."


def _opened(url: str) -> str:
    first = "Your browser should show Google's page now. If it doesn't, open this address in it"
    return _ADDRESS.format(first=first, url=url) + _WAITING


def _by_hand(url: str, port: int, *, pasting: bool) -> str:
    import os

    from syncd.cli import _browser

    tunnel = _browser.tunnel(port, os.environ)
    so, paste = ("So either\n1. ", _PASTE) if pasting else ("So, ", "")
    way = _TUNNEL.format(so=so, host=tunnel.rpartition("@")[2].rstrip("'"), tunnel=tunnel)
    return _ADDRESS.format(first="Open this address in a browser", url=url) + way + paste + _WAITING


def _shown(needed: frozenset[str], lacking: Sequence[str], grant: Grant) -> tuple[str, ...]:
    """What of the needed was granted, under the names that were asked for, and what was granted beside it."""
    from syncd.sign_in import scopes

    return (*scopes.in_order(needed.difference(lacking)), *scopes.in_order(grant.scopes - needed))


def _told(head: str, lines: Sequence[str]) -> None:
    from syncd.cli.render import safe

    print("\n".join([head, *(f"  - {safe(line)}" for line in lines), ""]), flush=True)


def _doubts(settings: Settings, account: Account, grant: Grant, now: datetime) -> None:
    """What works now, and won't, or isn't what is meant."""
    from syncd.cli import render

    yours = settings.user.account
    if account.address and not yours.owns(account.address):
        _frame.warn(
            f"you signed in as {account.address}, which is neither [account] email ({yours.email}) nor one of the "
            f"aliases: if it is yours, add it to aliases in {settings.path}; else run `syncd auth` again and choose "
            "the other account"
        )
    for name in account.switched_off:
        _frame.warn(
            f"the {name} isn't enabled in the project of your OAuth client: enable it at {_LIBRARY[name]} (it takes "
            "some minutes until it works); no new sign-in is needed"
        )
    if grant.ends_in is not None:
        ends = render.day((now + grant.ends_in).astimezone(settings.user.zone).date(), now)
        _frame.warn(
            f'your consent screen is in status "Testing", so this sign-in ends on {ends}: publish it ("Publish app" at '
            f"{_AUDIENCE}), and then run `syncd auth` again, since this sign-in ends all the same"
        )


def _revoke(kept_in: Path) -> int:
    """Tell Google, and delete the file whatever Google says."""
    from syncd.errors import Unreachable
    from syncd.sign_in.revocation import CONNECTIONS, sign_out

    if not kept_in.is_symlink() and not kept_in.exists():
        print(f"You are not signed in: there is no {kept_in}.")
        return 0
    told = sign_out(kept_in)
    if told.trouble:
        raise Unreachable(
            f"{kept_in} is deleted, but Google was not told and may still take the sign-in ({told.trouble}); remove it "
            f"at {CONNECTIONS}"
        )
    print(f"{'Google had forgotten it already' if told.before else 'Revoked at Google'}, and {kept_in} is deleted.")
    return 0
