"""Structured logs without personal data.

A line is one JSON object. Of a record only known fields are written; of an
exception its type and place, never its text, which may repeat what a person
typed or what a row holds.
"""

from __future__ import annotations

import datetime
import json
import logging
import traceback
from types import TracebackType

FIELDS = ("request_id", "method", "route", "status", "ms", "user_id", "job", "kind", "state")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        entry.update(_request(record))
        entry.update({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[0]:
            entry["error"] = _error(record.exc_info[1])
            entry["where"] = _frames(record.exc_info[2])
        return json.dumps(entry, ensure_ascii=False, default=str)


class PlainFormatter(logging.Formatter):
    """The same facts for a terminal, with the whole exception: for development only."""

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(
            f"{name}={getattr(record, name)}"
            for name in FIELDS
            if getattr(record, name, None) not in (None, "")
        )
        text = f"{record.levelname.lower()} {record.name}: {record.getMessage()} {facts}".rstrip()
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def _message(record: logging.LogRecord) -> str:
    """The text of the log call; Django's own lines repeat the address, which may name a person."""
    if record.name.startswith("django.") and hasattr(record, "request"):
        return "request failed"
    return record.getMessage()


def _request(record: logging.LogRecord) -> dict[str, object]:
    request = getattr(record, "request", None)
    if request is None or not hasattr(request, "method"):
        return {}
    match = getattr(request, "resolver_match", None)
    return {
        "request_id": getattr(request, "id", ""),
        "method": request.method,
        "route": match.route if match else "",
    }


def _error(error: BaseException | None) -> str:
    """Type of the exception; of one from the database also its state and the constraint."""
    parts = [type(error).__name__]
    cause = getattr(error, "__cause__", None)
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        parts += filter(None, (diagnosis.sqlstate, diagnosis.constraint_name))
    return " ".join(parts)


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
