"""One calendar's listings over the wire: paging, tokens and their end, and one request for two takers."""

from datetime import UTC, datetime, timedelta

import pytest

from syncd.backends.google.faults import Refused
from syncd.backends.google.feed import EARLIER, Feed
from syncd.errors import Absurd, BadInput, Unreachable
from tests.contract.google_world import session
from tests.fake_google.server import FakeGoogle, Fault
from tests.fake_google.wire import Answer, error

HOME = "robin@home.example"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
READS, WRITES = "events", "reminders"


@pytest.fixture
def google():
    with FakeGoogle(HOME) as fake:
        yield fake


@pytest.fixture
def opened(google, tmp_path):
    with session(google, tmp_path) as one:
        yield one


@pytest.fixture
def feed(opened):
    return Feed(opened, "primary", deleted=False)


def put(google, name, day=5, **fields):
    start = {"dateTime": f"2026-03-{day:02}T10:00:00Z", "timeZone": "UTC"}
    end = {"dateTime": f"2026-03-{day:02}T11:00:00Z", "timeZone": "UTC"}
    google.calendars.put("primary", {"id": name, "summary": name, "start": start, "end": end} | fields)


def ids(listing):
    return sorted(item["id"] for item in listing.items)


def asked(google):
    """The queries of all listings so far, without what says nothing."""
    return [
        {name: values[-1] for name, values in exchange.request.query.items() if name != "alt"}
        for exchange in google.seen("/events", "GET")
    ]


def test_all_then_only_what_changed(google, feed):
    put(google, "aaaaa")
    put(google, "bbbbb")
    first = feed.changes(READS, None, SINCE)
    assert first.complete
    assert ids(first) == ["aaaaa", "bbbbb"]
    put(google, "bbbbb", summary="moved")
    google.calendars.cancel("primary", "aaaaa")
    second = feed.changes(READS, first.token, SINCE)
    assert not second.complete
    assert {item["id"]: item["status"] for item in second.items} == {"aaaaa": "cancelled", "bbbbb": "confirmed"}
    third = feed.changes(READS, second.token, SINCE)
    assert (third.items, third.complete) == ((), False)


def test_what_goes_over_the_wire(google, feed):
    token = feed.changes(READS, None, SINCE).token
    feed.changes(READS, token, SINCE)
    bound = (SINCE - EARLIER).strftime("%Y-%m-%dT%H:%M:%SZ")
    plain = token.removeprefix("standing:")
    assert asked(google) == [{"maxResults": "2500", "timeMin": bound}, {"maxResults": "2500", "syncToken": plain}]


def test_deleted_ones_are_asked_for_always_or_never(google, opened):
    feed = Feed(opened, "primary", deleted=True)
    put(google, "aaaaa")
    google.calendars.cancel("primary", "aaaaa")
    first = feed.changes(WRITES, None, None)
    assert [item["status"] for item in first.items] == ["cancelled"]
    feed.changes(WRITES, first.token, None)
    assert [query.get("showDeleted") for query in asked(google)] == ["true", "true"]
    assert "timeMin" not in asked(google)[0]


def test_single_events_are_not_asked_for_and_series_come_as_they_are(google, feed):
    put(google, "aaaaa", recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"])
    (item,) = feed.changes(READS, None, SINCE).items
    assert item["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=5"]


@pytest.mark.parametrize("sizes", [[1], [0, 0, 3], [2, 0, 1, 0], [5, 0]])
def test_pages_of_any_size(google, feed, sizes):
    google.calendars.page_sizes = sizes
    names = [f"event{number}" for number in range(7)]
    for name in names:
        put(google, name)
    first = feed.changes(READS, None, SINCE)
    assert ids(first) == names
    for name in names[2:]:
        put(google, name, day=9)
    second = feed.changes(READS, first.token, SINCE)
    assert ids(second) == names[2:]
    queries = asked(google)
    assert {query.get("syncToken") for query in queries} == {None, first.token.removeprefix("standing:")}
    for query in queries:
        assert query["maxResults"] == "2500"
        assert ("timeMin" in query) is ("syncToken" not in query)


def test_two_takers_one_request(google, feed):
    put(google, "aaaaa")
    assert feed.changes(WRITES, None, SINCE) == feed.changes(READS, None, SINCE)
    assert len(asked(google)) == 1


def test_each_taker_has_a_listing_once(google, feed):
    token = feed.changes(READS, None, SINCE).token
    put(google, "aaaaa")
    assert ids(feed.changes(READS, token, SINCE)) == ["aaaaa"]
    put(google, "bbbbb")
    assert ids(feed.changes(READS, token, SINCE)) == ["aaaaa", "bbbbb"]
    assert len(asked(google)) == 3


def test_a_cycle_of_two_takers_that_writes(google, feed):
    token = feed.changes(WRITES, None, SINCE).token
    assert feed.changes(READS, None, SINCE).token == token
    put(google, "aaaaa")
    after = feed.changes(WRITES, token, SINCE)
    assert feed.changes(READS, token, SINCE) == after
    assert ids(after) == ["aaaaa"]
    assert len(asked(google)) == 2


def test_a_listing_does_not_outlive_its_round(google, feed):
    token = feed.changes(WRITES, None, SINCE).token
    feed.changes(WRITES, token, SINCE)
    put(google, "aaaaa")
    # READS left out a round; it must not be served what stood before.
    assert feed.changes(READS, None, SINCE).complete
    assert ids(feed.changes(READS, None, SINCE)) == ["aaaaa"]


def test_a_listing_serves_who_wants_no_more_than_it_has(google, feed):
    feed.changes(WRITES, None, SINCE)
    feed.changes(READS, None, SINCE + timedelta(days=1))
    assert len(asked(google)) == 1


@pytest.mark.parametrize("since", [SINCE - timedelta(days=100), None])
def test_a_listing_does_not_serve_who_wants_more(google, feed, since):
    put(google, "aaaaa", start={"date": "2025-10-01"}, end={"date": "2025-10-02"})
    assert ids(feed.changes(WRITES, None, SINCE)) == []
    assert ids(feed.changes(READS, None, since)) == ["aaaaa"]


def test_takers_that_parted_meet_again_and_lose_nothing(google, opened):
    feed = Feed(opened, "primary", deleted=False)
    put(google, "aaaaa")
    ahead = behind = feed.changes(READS, None, SINCE).token
    put(google, "bbbbb")
    ahead = feed.changes(READS, ahead, SINCE).token
    put(google, "ccccc")
    google.log.clear()

    feed = Feed(opened, "primary", deleted=False)
    one, other = feed.changes(WRITES, ahead, SINCE), feed.changes(READS, behind, SINCE)
    assert (ids(one), ids(other)) == (["ccccc"], ["bbbbb", "ccccc"])
    assert one.token == other.token
    assert len(asked(google)) == 2
    put(google, "ddddd")
    assert "ddddd" in ids(feed.changes(WRITES, one.token, SINCE))
    assert "ddddd" in ids(feed.changes(READS, other.token, SINCE))
    assert len(asked(google)) == 3


def test_what_changes_between_the_two_requests_of_parted_takers_reaches_both(google, opened):
    feed = Feed(opened, "primary", deleted=False)
    behind = feed.changes(READS, None, SINCE).token
    put(google, "aaaaa")
    ahead = feed.changes(READS, behind, SINCE).token
    feed = Feed(opened, "primary", deleted=False)
    one = feed.changes(WRITES, ahead, SINCE)
    put(google, "bbbbb")
    other = feed.changes(READS, behind, SINCE)
    assert ids(one) == []
    assert "bbbbb" in ids(other)
    assert one.token == other.token
    assert "bbbbb" in ids(feed.changes(WRITES, one.token, SINCE))


def test_an_expired_token_gives_all_once(google, feed):
    put(google, "aaaaa")
    put(google, "bbbbb")
    token = feed.changes(READS, None, SINCE).token
    google.calendars.cancel("primary", "aaaaa")
    google.calendars.expire_tokens("primary")
    google.log.clear()
    again = feed.changes(READS, token, SINCE)
    assert again.complete
    assert ids(again) == ["bbbbb"]
    assert [exchange.answer.status for exchange in google.seen("/events")] == [410, 200]
    assert feed.changes(WRITES, token, SINCE) == again
    assert len(asked(google)) == 2
    assert not feed.changes(READS, again.token, SINCE).complete


@pytest.mark.parametrize("kind", ["", "standing:"])
@pytest.mark.parametrize("token", ["nonsense", "ÿ\n", "x" * 3000])
def test_a_token_that_is_none_gives_all(google, feed, token, kind):
    token = f"{kind}{token}"
    put(google, "aaaaa")
    found = feed.changes(READS, token, SINCE)
    assert found.complete
    assert ids(found) == ["aaaaa"]


def test_a_full_listing_that_is_refused_as_well_ends_it(google, feed):
    token = feed.changes(READS, None, SINCE).token
    google.log.clear()
    google.fail(
        Fault(error(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")), times=9
    )
    with pytest.raises(Refused):
        feed.changes(READS, token, SINCE)
    assert len(asked(google)) == 2


def test_a_token_that_expires_between_two_pages(google, feed):
    token = feed.changes(READS, None, SINCE).token
    for number in range(4):
        put(google, f"event{number}")
    google.calendars.page_sizes = [2]
    expired = error(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    google.fail(Fault(expired), where=lambda request: bool(request.one("pageToken")))
    found = feed.changes(READS, token, SINCE)
    assert found.complete
    assert ids(found) == [f"event{number}" for number in range(4)]


def test_pages_without_end(google, feed):
    page = {"kind": "calendar#events", "items": [], "nextPageToken": "again"}
    google.fail(Fault(Answer(200, page)), times=20)
    with pytest.raises(Unreachable, match="doesn't end"):
        feed.changes(READS, None, SINCE)
    assert len(asked(google)) < 20


def test_a_calendar_that_never_was(google, opened):
    with pytest.raises(BadInput, match=r"there is no calendar nobody@x\.example .* \[calendar\]"):
        Feed(opened, "nobody@x.example", deleted=False).changes(READS, None, SINCE)


@pytest.mark.parametrize("expired", [False, True])
def test_a_calendar_that_is_gone(google, opened, expired):
    google.calendars.add("shared@x.example", summary="Shared", role="reader")
    feed = Feed(opened, "shared@x.example", deleted=False)
    token = feed.changes(READS, None, SINCE).token
    if expired:
        google.fail(Fault(error(410, "fullSyncRequired", "Sync token is no longer valid")))
    google.calendars.remove("shared@x.example")
    with pytest.raises(Absurd, match=r"the calendar shared@x\.example is gone or no longer shared with you"):
        feed.changes(READS, token, SINCE)


def test_an_event_that_changes_while_the_pages_are_read_counts_as_it_is_last(google, feed):
    pages = [
        {"items": [{"id": "aaaaa", "summary": "old"}, {"id": "bbbbb"}], "nextPageToken": "2"},
        {"items": [{"id": "aaaaa", "summary": "new"}], "nextSyncToken": "t"},
    ]
    for page in pages:
        google.fail(Fault(Answer(200, {"kind": "calendar#events"} | page)))
    listing = feed.changes(READS, None, SINCE)
    assert [(item["id"], item.get("summary")) for item in listing.items] == [("aaaaa", "new"), ("bbbbb", None)]


@pytest.mark.parametrize("items", [None, "none", {"id": "x"}, [None, 5, "x"]])
def test_a_listing_of_nonsense_is_empty(google, feed, items):
    google.fail(Fault(Answer(200, {"items": items, "nextSyncToken": "t"})))
    assert feed.changes(READS, None, SINCE).items == ()


@pytest.mark.parametrize("body", [{}, {"items": []}, {"nextPageToken": "", "nextSyncToken": ""}, {"nextSyncToken": 7}])
@pytest.mark.parametrize("full", [True, False])
def test_an_answer_without_a_token_is_asked_for_again_and_no_empty_calendar(google, feed, body, full):
    put(google, "aaaaa")
    token = None if full else feed.changes(READS, None, SINCE).token
    put(google, "bbbbb")
    google.fail(Fault(Answer(200, body)), times=2)
    assert "bbbbb" in ids(feed.changes(READS, token, SINCE))
    google.fail(Fault(Answer(200, body)), times=99)
    with pytest.raises(Unreachable, match="can't be read"):
        feed.changes(READS, token, SINCE)
    google.faults.clear()


@pytest.mark.parametrize("kinds", [(True, False), (False, True)])
def test_a_token_serves_only_the_kind_of_listing_that_it_came_from(google, opened, kinds):
    """Google answers anything at all where showDeleted differs."""
    before, after = (Feed(opened, "primary", deleted=deleted) for deleted in kinds)
    put(google, "aaaaa")
    token = before.changes(READS, None, SINCE).token
    google.log.clear()
    first = after.changes(READS, token, SINCE)
    assert (first.complete, ids(first)) == (True, ["aaaaa"])
    assert after.changes(WRITES, None, SINCE) == first
    assert "syncToken" not in asked(google)[0]
    assert not after.changes(READS, first.token, SINCE).complete
    assert len(asked(google)) == 2


def test_events_without_ids_are_all_given(google, feed):
    google.fail(Fault(Answer(200, {"items": [{"summary": "a"}, {"summary": "b"}, {"id": 5}], "nextSyncToken": "t"})))
    assert len(feed.changes(READS, None, SINCE).items) == 3
