"""Names of companies and hosts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.infer import names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Donauwerk GmbH & Co. KG", "donauwerk"),
        ("Kestrel Facilities Ltd.", "kestrel facilities"),
        ("Hotel Miravel, S.A.", "hotel miravel"),
        ("St. Brigid's College", "st brigids college"),
        ("Wren & Vale", "wren and vale"),
        ("Pollen & Co", "pollen"),
        ("Café Société SAS", "cafe societe"),
        ("Elm Creek USD", "elm creek"),
        ("AG", "ag"),
        ("  ", ""),
    ],
)
def test_the_key_of_a_company(name: str, key: str) -> None:
    assert names.company_key(name) == key


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Ozark Mercy", "Ozark Mercy Medical Center"),
        ("OZARK MERCY", "ozark-mercy inc"),
        ("Redwoodtrust", "Redwood Trust"),
        ("Baysidefamily", "Bayside Family Services"),
        ("Wick & Sons", "Wick and Sons Ltd"),
        ("Brightlane", "Brightlane PR"),
    ],
)
def test_the_same_company(a: str, b: str) -> None:
    assert names.same_company(a, b)
    assert names.same_company(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Bayside Comfort", "Bayside Family"),
        ("Arc", "Barclave"),
        ("Arc", "Arc Logistics"),
        ("Bank", "Orbit Bank"),
        ("Ridge", "Bridgewater"),
        ("", "Acme"),
        ("", ""),
    ],
)
def test_another_company(a: str, b: str) -> None:
    assert not names.same_company(a, b)
    assert not names.same_company(b, a)


@pytest.mark.parametrize(
    ("of", "domain"),
    [
        ("jane@mail.acme.co.uk", "acme.co.uk"),
        ("ACME.example", "acme.example"),
        ("hr.acme.example.", "acme.example"),
        ("jane@bücher.example", "xn--bcher-kva.example"),
        ("co.uk", ""),
        ("localhost", ""),
        ("192.168.0.1", ""),
        ("a@..b", ""),
        ("", ""),
    ],
)
def test_the_registrable_domain(of: str, domain: str) -> None:
    assert names.registrable(of) == domain


@pytest.mark.parametrize(
    "host",
    [
        "gmail.com",
        "jo@yahoo.co.uk",
        "mail.web.de",
        "boards.greenhouse.io",
        "calendly.com",
        "quillstone.zoom.us",
        "meet.google.com",
    ],
)
def test_hosts_that_are_nobodys(host: str) -> None:
    assert names.is_public_host(host)
    assert names.company_of_domain(host) == ""


@pytest.mark.parametrize(
    "host", ["acme.example", "jane@google.com", "microsoft.com", "greenhousegardens.example", "zoomlion.com"]
)
def test_hosts_of_employers(host: str) -> None:
    assert not names.is_public_host(host)


def test_free_mail_is_one_kind_of_public_host() -> None:
    assert names.is_free_mail("jo@gmx.de")
    assert not names.is_free_mail("greenhouse.io")
    assert names.is_applicant_tracking("no-reply@greenhouse.io")


@pytest.mark.parametrize(
    "address",
    ["jobs@a.example", "HR@a.example", "no-reply@a.example", "uk-recruiting@a.example", "talent.acquisition@a.example",
     "calendar-notification@google.com", "info+7@a.example", "bewerbung@a.example", "seleccion@a.example"],
)  # fmt: skip
def test_a_role_mailbox(address: str) -> None:
    assert names.is_role_mailbox(address)


@pytest.mark.parametrize(
    "address", ["jane@a.example", "steve.jobs@a.example", "hristina@a.example", "t.talenti@a.example", "", "@"]
)
def test_a_persons_mailbox(address: str) -> None:
    assert not names.is_role_mailbox(address)


def test_a_readable_guess_at_whose_domain_it_is() -> None:
    assert names.company_of_domain("ozarkmercy.example") == "Ozarkmercy"
    assert names.company_of_domain("jo@ozark-mercy.example") == "Ozark Mercy"
    assert names.company_of_domain("xn--brenhof-5wa.example") == "Bärenhof"


@pytest.mark.parametrize(
    ("name", "domain", "fits"),
    [
        ("Wren & Vale", "wrenandvale.example", True),
        ("Wren & Vale", "wrenvale.example", True),
        ("Kestrel Facilities", "kestrelfm.example", True),
        ("Elm Creek USD", "elmcreek.example", True),
        ("Bayside Comfort", "baysidefamily.example", False),
        ("Northwind", "swiftstaffing.example", False),
    ],
)
def test_a_name_fits_a_domain(name: str, domain: str, fits: bool) -> None:
    assert names.fits_domain(name, domain) is fits


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_raises_and_sides_do_not_matter(a: str, b: str) -> None:
    assert names.same_company(a, b) == names.same_company(b, a)
    assert names.company_key(names.company_key(a)) == names.company_key(a)
    for ask in (
        names.registrable,
        names.company_of_domain,
        names.is_public_host,
        names.is_role_mailbox,
        names.is_free_mail,
    ):
        assert ask(a) == ask(a)
    assert names.registrable(names.registrable(a)) == names.registrable(a)
