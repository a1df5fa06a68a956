"""Several Gmail requests in one over the wire, each with its own outcome.

By the client library's batches, around their traps: they go to Google whatever the endpoint, and one part that is
missing or malformed ends them with a bare ``KeyError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from googleapiclient.errors import BatchError, HttpError
from googleapiclient.http import BatchHttpRequest

from syncd.backends.google import faults
from syncd.errors import SyncdError

if TYPE_CHECKING:
    from googleapiclient.http import HttpRequest


def send(requests: Sequence[HttpRequest], url: str) -> list[dict[str, Any] | SyncdError]:
    """Send *requests*, all of one API, to its batch *url*: the outcome of each, in their order.

    Raises an error of ``faults`` where the batch as a whole wasn't answered.
    """
    outcomes: dict[str, dict[str, Any] | SyncdError] = {}

    def take(number: str, answer: object, problem: HttpError | None) -> None:
        outcomes[number] = _outcome(requests[int(number)], answer, problem)

    batch = BatchHttpRequest(callback=take, batch_uri=url)
    for number, request in enumerate(requests):
        batch.add(request, request_id=str(number))
    try:
        batch.execute(http=requests[0].http)
    except (BatchError, LookupError, ValueError, TypeError, AttributeError) as problem:
        # What the library does with an answer that isn't the multipart it should be, or that lacks a part.
        raise faults.of_garbage(requests[0].methodId) from problem
    return [outcomes[str(number)] for number in range(len(requests))]


def _outcome(request: HttpRequest, answer: object, problem: HttpError | None) -> dict[str, Any] | SyncdError:
    what = request.methodId
    if problem is not None:
        # A part has no date of its own, by which "retry after such a time" could be understood.
        return faults.of_answer(what, problem.resp.status, {"date": request.http.date} | problem.resp, problem.content)
    return answer if isinstance(answer, dict) else faults.of_garbage(what)
