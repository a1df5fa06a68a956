"""Read a labelled folder of mail (.eml) or events (.ics) through `syncd classify`, and say how much of it was read right.

A folder has a labels.toml with a table for each file. Mail: kind, direction, me, and where they apply expected_by, purposeful;
kind_accept, expected_by_accept (a date, "A..B", or "none"), purposeful_accept. Events: interview, me, company, interviewers
(tables with name and email); interview_accept, company_accept ("none": unknown is no error), interviewers_optional; for a file
with several events the table is named "FILE#UID".
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus" / "eml"
SENT = ["thank_you", "follow_up", "rejection_reply", "withdrawal"]
RECEIVED = ["rejection", "offer", "invitation", "automatic", "reply"]
KINDS = [*SENT, *RECEIVED, "other"]
DATED = {"reply", "invitation", "automatic", "rejection"}
LEGAL_FORMS = r"\b(gmbh|ag|kg|llc|inc|ltd|plc|sl|sa|sas|sarl|bv|usd)\b"


def many(value):
    """A label as a list, whether it names one thing or several."""
    return value if isinstance(value, list) else [value]


def classified(folder: Path, labels: dict[str, dict]) -> dict[str, dict]:
    """What syncd says of each labelled file or event: one batch for each job seeker, whose addresses are theirs alone."""
    batches = defaultdict(set)
    for name, label in labels.items():
        batches[tuple(many(label["me"]))].add(folder / name.partition("#")[0])

    def run(batch):
        addresses, files = batch
        flags = [flag for address in addresses for flag in ("--me", address)]
        argv = [str(Path(sys.executable).parent / "syncd"), "classify", "--json", *flags, *map(str, sorted(files))]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.strip()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        answers = [answer for batch in pool.map(run, batches.items()) for answer in batch]
    said = {}
    for answer in answers:
        name = Path(answer["file"]).name
        said[f"{name}#{answer['uid']}" if f"{name}#{answer.get('uid')}" in labels else name] = answer
    if missing := sorted(labels.keys() - said.keys()):
        sys.exit(f"{folder}: nothing was said of {', '.join(missing)}")
    return said


def share(right: list[bool]) -> str:
    return f"{sum(right)}/{len(right)} = {sum(right) / len(right):.3f}" if right else "none"


def scores(pairs: list[tuple[str, str]], classes: list[str]) -> None:
    """Precision, recall and F1 for each class, their mean, and the confusion table; a pair is (label, answer)."""
    table = Counter(pairs)
    mean = []
    print(f"{'':16}{'precision':>10}{'recall':>8}{'F1':>8}{'labelled':>10}")
    for name in classes:
        hit = table[name, name]
        given = sum(n for (_, answer), n in table.items() if answer == name)
        labelled = sum(n for (label, _), n in table.items() if label == name)
        if not given + labelled:
            continue
        precision, recall = hit / given if given else 0.0, hit / labelled if labelled else 0.0
        mean.append(2 * hit / (given + labelled))
        print(f"{name:16}{precision:10.3f}{recall:8.3f}{mean[-1]:8.3f}{labelled:10}")
    print(f"macro F1 {sum(mean) / len(mean):.3f}, right {share([label == answer for label, answer in pairs])}")
    print("\nlabelled \\ read  " + " ".join(f"{name[:9]:>9}" for name in classes))
    for label in classes:
        print(f"{label:16} " + " ".join(f"{table[label, answer] or '.':>9}" for answer in classes))


def accepted(got: str | None, label: dict) -> bool:
    """Whether a date is the labelled one, or one of those that a second reader may find."""
    for want in [label.get("expected_by", "none"), *label.get("expected_by_accept", [])]:
        first, _, last = want.partition("..")
        if (got or "none") == want or (last and got and first <= got <= last):
            return True
    return False


def misread(name: str, words: str, label: dict, answer: dict) -> None:
    note = f"  [{label['note']}]" if label.get("note") else ""
    print(f"{name}: {words}{note}")
    for why in answer["why"]:
        print(f"    {why}")


def mail(labels: dict[str, dict], said: dict[str, dict]) -> None:
    fine = {
        name: said[name]["kind"] in [label["kind"], *label.get("kind_accept", [])] for name, label in labels.items()
    }
    scores([(label["kind"], said[name]["kind"]) for name, label in labels.items()], KINDS)
    dates = {n: accepted(said[n]["expected_by"], la) for n, la in labels.items() if la["kind"] in DATED}
    named = [right for name, right in dates.items() if "expected_by" in labels[name]]
    purposes = {
        n: said[n]["purposeful"] in [la["purposeful"], *la.get("purposeful_accept", [])]
        for n, la in labels.items()
        if la["kind"] == "follow_up"
    }
    ways = {n: said[n]["direction"] == la["direction"] for n, la in labels.items()}
    print(f"\nkind, with what a second reader may say: {share(list(fine.values()))}")
    print(f"direction: {share(list(ways.values()))}")
    print(f"expected_by: {share(list(dates.values()))}, where a date is labelled {share(named)}")
    print(f"purposeful: {share(list(purposes.values()))}")
    worst = [
        name
        for name, label in labels.items()
        if not fine[name]
        and said[name]["kind"] in {"received": ("rejection", "offer"), "sent": ("withdrawal",)}[label["direction"]]
    ]
    print(f"\nWorst errors (received read as rejection or offer, sent read as withdrawal): {len(worst)}")
    for name in worst:
        misread(name, f"{labels[name]['kind']}, read as {said[name]['kind']}", labels[name], said[name])
    print("\nMisread")
    for name, label in labels.items():
        answer = said[name]
        wrong = [] if fine[name] else [f"{label['kind']}, read as {answer['kind']}"]
        if not ways[name]:
            wrong.append(f"{label['direction']}, read as {answer['direction']}")
        if not dates.get(name, True):
            wrong.append(f"expected_by {label.get('expected_by', 'none')}, read as {answer['expected_by'] or 'none'}")
        if not purposes.get(name, True):
            wrong.append(f"purposeful {label['purposeful']}, read as {answer['purposeful']}")
        if wrong:
            misread(name, "; ".join(wrong), label, answer)


def same_company(got: str | None, want: str) -> bool:
    if want == "none" or got is None:
        return got is None and want == "none"
    a, b = (re.sub(r"[\W_]+", "", re.sub(LEGAL_FORMS, "", re.sub(r"\.", "", name.casefold()))) for name in (got, want))
    return a == b or (len(min(a, b, key=len)) >= 4 and (a in b or b in a))


def same_people(got: list[dict], label: dict) -> bool:
    """Everyone who takes part and nobody else, by address, or by name where there is none."""

    def met(person, others):
        return any(
            person["email"].casefold() == other["email"].casefold()
            if person.get("email") and other.get("email")
            else (person.get("name") or "").casefold() == (other.get("name") or "").casefold()
            for other in others
        )

    wanted, optional = label.get("interviewers", []), label.get("interviewers_optional", [])
    return all(met(person, got) for person in wanted) and all(met(person, [*wanted, *optional]) for person in got)


def events(labels: dict[str, dict], said: dict[str, dict]) -> None:
    word = {True: "interview", False: "none"}
    fine = {
        name: said[name]["interview"] in [la["interview"], *la.get("interview_accept", [])]
        for name, la in labels.items()
    }
    scores(
        [(word[label["interview"]], word[said[name]["interview"]]) for name, label in labels.items()],
        list(word.values()),
    )
    real = {name: label for name, label in labels.items() if label["interview"]}
    companies = {
        name: any(
            same_company(said[name]["company"], want) for want in [label["company"], *label.get("company_accept", [])]
        )
        for name, label in real.items()
        if "company" in label
    }
    people = {name: same_people(said[name]["interviewers"], label) for name, label in real.items()}
    print(f"\ninterview, with what a second reader may say: {share(list(fine.values()))}")
    print(f"company: {share(list(companies.values()))}")
    print(f"interviewers: {share(list(people.values()))}")
    print("\nMisread")
    for name, label in labels.items():
        answer = said[name]
        wrong = [] if fine[name] else [f"{word[label['interview']]}, read as {word[answer['interview']]}"]
        if not companies.get(name, True):
            wrong.append(f"company {label['company']}, read as {answer['company']}")
        if not people.get(name, True):
            wrong.append(f"interviewers {label.get('interviewers', [])}, read as {answer['interviewers']}")
        if wrong:
            misread(name, "; ".join(wrong), label, answer)


def main() -> None:
    """Classify, compare, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--half", choices=["develop", "holdout", "both"], default="develop")
    ask.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, default=CORPUS, help="with both halves, or one set"
    )
    args = ask.parse_args()
    halves = ["develop", "holdout"] if args.half == "both" else [args.half]
    alone = (args.folder / "labels.toml").exists()
    for folder in [args.folder] if alone else [args.folder / half for half in halves]:
        path = folder / "labels.toml"
        if not path.exists():
            sys.exit(f"{path}: no such file")
        labels = tomllib.loads(path.read_text("utf-8"))
        names = {name.partition("#")[0] for name in labels}
        here = {file.name for suffix in ("*.eml", "*.ics") for file in folder.glob(suffix)}
        if names != here:
            sys.exit(f"{folder}: labels and files differ in {', '.join(sorted(names ^ here))}")
        said = classified(folder, labels)
        print(f"== {folder}: {len(labels)} {'events' if any(n.endswith('.ics') for n in names) else 'messages'}\n")
        (events if any(n.endswith(".ics") for n in names) else mail)(labels, said)
        print()


if __name__ == "__main__":
    main()
