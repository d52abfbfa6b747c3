"""What must come of each kind of wrong worker, in each mode.

A verdict is one of

  right       status 0, and every record beside its own answer
  found       status 70, once the worker has done something wrong
  exceptions  status 1, and nobody in doubt
  any         any status that is documented

and beside it what holds for all is checked: see results.py.
"""
import dataclasses

MODES = ["lines", "match", "ready", "text", "envelope", "many"]
# By its place in the input or its order alone can a line be told from another.
BY_ORDER = {"lines", "text", "many"}
# The line that `--ready` waits for, of those that print one before they read anything.
READY = {
    "banner-text": "the model is loaded",
    "banner-lines": "/^model [0-9]+ loaded$/",
    "banner-json": '{"status":"ready","threads":4}',
    "banner-late": "the model is loaded",
    "banner-around": "/LOADED|loaded$/",
    "ahead": '{"id":0,"out":"answer 0"}',
}
MIDDLE = 150

AS_MANY = "as many lines as records, and none out of its time: order is all that could tell"
IN_ANSWER = "any line up to the mark is a part of the answer"
UNKNOWABLE = {
    "order": AS_MANY,
    "heals": AS_MANY,
    "skip-dies": "what a command that dies has not answered looks like what it died of",
    "traceback-dies": "what a command that dies has not answered is made up for by its last words",
}
UNKNOWABLE_IN = {
    ("torn-0", "text"): "a last line without a line feed is an answer",
    ("echo", "match"): "what is printed first holds the record's own value too",
}


@dataclasses.dataclass
class Expected:
    verdict: str
    # No wrong row may be written, even one that is named afterwards.
    strict: bool = False
    # Why wrong rows can be written with nobody noticing.
    unknowable: str = ""
    # The records that become exceptions, where that is known, and no others do.
    exceptions: frozenset | None = None


def expected(name, kind, mode):
    if mode == "ready":
        return Expected("right")
    named = mode in ("match", "envelope")
    verdict = by_name(name, mode) or by_kind(kind, mode)
    reason = UNKNOWABLE_IN.get((name, mode), "")
    if mode in BY_ORDER:
        reason = reason or UNKNOWABLE.get(name) or UNKNOWABLE.get(kind, "")
    strict = kind in ("banner", "early") and name != "banner-reads-loads" and mode != "many"
    lost = name in ("dies-1", "dies-kill", "torn-1", "torn-kill") or (
        name == "endless-line" and mode in ("lines", "text"))
    if name == "skip-middle" and named:
        lost = True
    return Expected(verdict, strict or (named and not reason), reason,
                    frozenset([MIDDLE]) if lost else None)


def by_kind(kind, mode):
    named = mode in ("match", "envelope")
    match kind:
        case "banner" | "early" | "surplus": return "found"
        case "missing": return "exceptions" if named else "found"
        case "order": return "right" if named else "any"
        case "heals": return "found" if named else "any"
        case "death": return "exceptions"
        case "lost": return "any"
        case "fine": return "right"
        case _: return "any"


def by_name(name, mode):
    """Where one is not like others of its kind."""
    named = mode in ("match", "envelope")
    # A line too many is a part of the list, unless it shows before its record was read.
    if mode == "many" and name.startswith(
            ("log", "split", "pretty", "echo", "endless", "banner", "crlf")):
        return "any"
    if name.startswith(("merge", "skip-dies")) and named:
        return "exceptions" if name == "skip-dies" else "found"
    if name.startswith("null") and mode == "match":
        return "found"
    # What is empty may count as a line or not; what has nothing to say may have to be given up; and
    # a command that leaves with status 0 has either died or skipped.
    if name in ("banner-blank", "skip-all", "torn-0", "dies-0", "closes"):
        return "any"
    if name == "endless-line":
        return "exceptions" if mode in ("lines", "text") else "any"
    if name in ("cr", "nul-ended", "endless-line-at-once") and mode not in ("lines", "text"):
        return "any"
    return None
