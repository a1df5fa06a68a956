"""Google's discovery documents, as the client library carries them: they say what may be asked and answered.

Whatever goes over the wire is held against them, so that neither the fake nor what is tested can invent a field.
"""

from __future__ import annotations

import importlib.resources
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

from tests.fake_google.wire import Answer, Request

_DOCUMENTS = {"calendar": "calendar.v3.json", "gmail": "gmail.v1.json"}
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")


@cache
def document(api: str) -> dict[str, Any]:
    """The discovery document of ``calendar`` or ``gmail``."""
    folder = importlib.resources.files("googleapiclient.discovery_cache.documents")
    found: dict[str, Any] = json.loads((folder / _DOCUMENTS[api]).read_text("utf-8"))
    return found


@dataclass(frozen=True)
class Call:
    """A method of an API, and what the path names (``calendarId`` and its like)."""

    api: str
    method: Mapping[str, Any]
    names: Mapping[str, str]

    @property
    def id(self) -> str:
        """As ``calendar.events.list``."""
        return str(self.method["id"])

    @property
    def scopes(self) -> frozenset[str]:
        """Each of these opens it."""
        return frozenset(self.method.get("scopes", ()))


@cache
def _routes() -> tuple[tuple[str, str, re.Pattern[str], Mapping[str, Any]], ...]:
    def of(api: str, resource: Mapping[str, Any], service_path: str) -> Iterator[Any]:
        for method in resource.get("methods", {}).values():
            path = re.escape("/" + service_path + method.get("flatPath", method["path"]))
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", path)
            yield api, method["httpMethod"], re.compile(pattern), method
        for inner in resource.get("resources", {}).values():
            yield from of(api, inner, service_path)

    found = [route for api in _DOCUMENTS for route in of(api, document(api), document(api)["servicePath"])]
    return tuple(sorted(found, key=lambda route: route[2].pattern.count("(?P<")))  # fixed words before names


def find(request: Request) -> Call | None:
    """The method that *request* is for."""
    for api, verb, pattern, method in _routes():
        match = pattern.fullmatch(request.path) if verb == request.method else None
        if match:
            return Call(api, method, {name: unquote(value) for name, value in match.groupdict().items()})
    return None


def wrong_request(call: Call, request: Request) -> list[str]:
    """What *request* has that the document doesn't."""
    known = document(call.api)["parameters"] | {
        name: parameter
        for name, parameter in call.method.get("parameters", {}).items()
        if parameter["location"] == "query"
    }
    found = []
    for name, values in request.query.items():
        if name not in known:
            found.append(f"unknown parameter {name}")
            continue
        if len(values) > 1 and not known[name].get("repeated"):
            found.append(f"parameter {name} given {len(values)} times")
        for value in values:
            found += [f"parameter {name}: {wrong}" for wrong in _wrong_parameter(known[name], value)]
    for name, parameter in known.items():
        if parameter.get("required") and name not in request.query:
            found.append(f"parameter {name} is missing")
    found += _wrong_body(call, request)
    return [f"request {call.id}: {wrong}" for wrong in found]


def _wrong_body(call: Call, request: Request) -> list[str]:
    if request.headers.get("x-http-method-override"):
        return []
    schema = call.method.get("request")
    if schema is None:
        return ["a body where none is expected"] if request.body else []
    try:
        body = request.json
    except ValueError:
        return ["the body is no JSON"]
    required = [
        name
        for name, field in document(call.api)["schemas"][schema["$ref"]]["properties"].items()
        if call.id in field.get("annotations", {}).get("required", ()) and not (isinstance(body, dict) and name in body)
    ]
    wrong = _wrong(call.api, schema, body, "body", null=True)
    return [f"body: {name} is missing" for name in required] + list(wrong)


def wrong_answer(call: Call, answer: Answer) -> list[str]:
    """What a successful *answer* has that the document doesn't."""
    schema = call.method.get("response")
    if schema is None:
        found = [f"an answer where none is expected: {answer.body!r}"] if answer.data else []
    elif not isinstance(answer.body, dict):
        found = ["the answer is no JSON object"]
    else:
        found = list(_wrong(call.api, schema, answer.body, "answer", null=False))
    return [f"answer {call.id}: {wrong}" for wrong in found]


def _wrong(api: str, schema: Mapping[str, Any], value: Any, where: str, *, null: bool) -> Iterator[str]:
    """Each place of *value* that isn't as *schema* says."""
    if "$ref" in schema:
        schema = document(api)["schemas"][schema["$ref"]]
    if value is None and null:
        return
    kind = schema["type"]
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
    if kind == "any":
        return
    if not isinstance(value, types[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{where} is {type(value).__name__}, not {kind}"
    elif kind == "array":
        for number, item in enumerate(value):
            yield from _wrong(api, schema["items"], item, f"{where}[{number}]", null=null)
    elif kind == "object":
        yield from _wrong_object(api, schema, value, where, null=null)
    else:
        yield from (f"{where} {wrong}" for wrong in _wrong_scalar(schema, value))


def _wrong_object(api: str, schema: Mapping[str, Any], value: Any, where: str, *, null: bool) -> Iterator[str]:
    known = schema.get("properties", {})
    other = schema.get("additionalProperties")
    for name, item in value.items():
        inner = known.get(name, other)
        if inner is None:
            yield f"{where} has an unknown field {name}"
        else:
            yield from _wrong(api, inner, item, f"{where}.{name}", null=null)


def _wrong_scalar(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"is {value!r}, not one of {', '.join(schema['enum'])}"
    form = schema.get("format", "")
    if not _fits(form, value):
        yield f"is {value!r}, not {form}"


def _fits(form: str, value: Any) -> bool:
    try:
        match form:
            case "date-time" | "google-datetime":
                # "A time zone offset is required unless a time zone is explicitly specified in timeZone."
                datetime.fromisoformat(value)
                return _LOCAL_TIME.fullmatch(value) is not None
            case "date":
                date.fromisoformat(value)
                return len(value) == len("2026-01-31")
            case "byte":
                return re.fullmatch(r"[\w-]*=*", value, re.ASCII) is not None
            case "int32" | "uint32" | "int64" | "uint64":
                least, most = _RANGES[form]
                return least <= int(value) <= most
    except ValueError:
        return False
    return True


def _wrong_parameter(schema: Mapping[str, Any], value: str) -> Iterator[str]:
    kind, form = schema["type"], schema.get("format", "")
    if kind == "boolean" and value not in ("true", "false"):
        yield f"{value!r} is no boolean"
    elif form == "date-time" and not _TIME.fullmatch(value):
        yield f"{value!r} is no time with an offset"
    elif kind == "integer" and not re.fullmatch(r"-?\d+", value):
        yield f"{value!r} is no number"
    elif kind == "integer" and not int(schema.get("minimum", value)) <= int(value) <= int(schema.get("maximum", value)):
        yield f"{value} is out of range"
    else:
        yield from _wrong_scalar(schema, value)
