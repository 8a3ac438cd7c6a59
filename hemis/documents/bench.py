"""How fast documents are issued, against bare WeasyPrint on the same HTML."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from typing import Any

import weasyprint
from django.db import transaction

from hemis.documents.actions import issue
from hemis.documents.engine import HERE, PDF_VARIANT, OwnFilesOnly
from hemis.documents.kinds import KINDS
from hemis.documents.models import Document, new_token
from hemis.documents.rendering import STYLE, frozen, html_of, pdf_of
from hemis.stopwatch import seconds

CHUNK = 10


class _Rollback(Exception):
    """Undoes what was issued for the measurement."""


def bench_documents(kind: str, payloads: Sequence[dict[str, Any]], workers: int = 2) -> dict[str, Any]:
    """Issue one document for each payload and compare; nothing is kept.

    All figures but ratios are seconds. ``issued`` is number, QR code, PDF and row in
    one process; ``bare`` is WeasyPrint on the same HTML as its manual says. The two
    take turns, so that a busy machine slows both. ``by_workers`` renders the payloads in
    ``workers`` processes; ``scaling`` is one process / workers, ideally their number;
    ``cpu_growth`` is how much more processor time the same work took there, ideally 1.
    """
    _issue_all(kind, payloads[:1])
    _bare(_html(kind, payloads[0]))
    issued = bare = 0.0
    for start in range(0, len(payloads), CHUNK):
        part = payloads[start : start + CHUNK]
        pages = [_html(kind, payload) for payload in part]
        issued += seconds(lambda part=part: _issue_all(kind, part))
        bare += seconds(lambda pages=pages: _bare(*pages))
    cpu = time.process_time()
    one = seconds(lambda: _render(kind, payloads))
    cpu = time.process_time() - cpu
    together, cpu_together = _in_processes(kind, payloads, workers)
    return {
        "documents": len(payloads),
        "issued": issued,
        "bare": bare,
        "ratio": issued / bare,
        "by_one": one,
        "workers": workers,
        "by_workers": together,
        "scaling": one / together,
        "cpu_growth": cpu_together / cpu,
    }


def bare_seconds(documents: Sequence[Document]) -> float:
    """What bare WeasyPrint takes for the HTML of these issued documents."""
    pages = [html_of(one.kind, one.template_version, one.payload, one.token) for one in documents]
    return seconds(lambda: _bare(*pages))


def _issue_all(kind: str, payloads: Sequence[dict[str, Any]]) -> None:
    try:
        with transaction.atomic():
            for payload in payloads:
                issue(kind=kind, payload=payload)
            raise _Rollback
    except _Rollback:
        pass


def _html(kind: str, payload: dict[str, Any]) -> str:
    facts = {
        "_site": "https://example.uz",
        "_number": "1",
        "_issued": "2026-09-01T09:00:00+05:00",
        "_style": STYLE,
    }
    return html_of(kind, KINDS[kind].template_version, frozen(payload) | facts, new_token())


def _render(kind: str, payloads: Sequence[dict[str, Any]]) -> None:
    for payload in payloads:
        pdf_of(_html(kind, payload), "bench")


def _bare(*pages: str) -> None:
    for page in pages:
        html = weasyprint.HTML(string=page, base_url=str(HERE) + "/", url_fetcher=OwnFilesOnly())
        html.write_pdf(stylesheets=[HERE / "style" / f"v{STYLE}.css"], pdf_variant=PDF_VARIANT)


def _worker(kind: str, payloads: Sequence[dict[str, Any]], ready, begin, spent) -> None:
    _render(kind, payloads[:1])
    ready.release()
    begin.wait()
    started = time.process_time()
    _render(kind, payloads)
    spent.put(time.process_time() - started)


def _in_processes(kind: str, payloads: Sequence[dict[str, Any]], workers: int) -> tuple[float, float]:
    """Seconds and processor seconds of ``workers`` warm processes; rendering touches no database."""
    context = multiprocessing.get_context("fork")
    ready, begin, spent = context.Semaphore(0), context.Event(), context.SimpleQueue()
    parts = [part for n in range(workers) if (part := payloads[n::workers])]
    processes = [context.Process(target=_worker, args=(kind, part, ready, begin, spent)) for part in parts]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()
    started = time.perf_counter()
    begin.set()
    cpu = sum(spent.get() for _ in processes)
    taken = time.perf_counter() - started
    for process in processes:
        process.join()
    return taken, cpu
