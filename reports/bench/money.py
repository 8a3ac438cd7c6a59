"""Contracts by the hundred, a bank statement, debts of everybody."""

from __future__ import annotations

import os

from finance.bench import bench_contracts
from finance.payments.bench import bench_payments
from reports.bench.parts import Out, part

CONTRACTS_GOAL, STATEMENT_GOAL, DEBTS_GOAL = 1.3, 4.0, 2.0
PROCESSES = min(2, os.cpu_count() or 1)


@part("contracts", contracts=(500, "formed and printed"), workers=(PROCESSES, "processes that print"))
def forming(out: Out, contracts: int, workers: int) -> None:
    found = bench_contracts(contracts, workers)
    out.head(
        f"Contracts: {found['documents']} (bare: WeasyPrint on the same HTML; goal {CONTRACTS_GOAL} × bare)"
    )
    for name, key in (
        ("prices and numbers", "planning"),
        ("whole job, one process", "forming"),
        ("issuing, one process", "issued"),
        ("bare WeasyPrint", "bare"),
    ):
        out.line(f"{name:<28}{found[key]:>8.1f} s  {found[key] / found['bare']:>6.2f} × bare")
    out.line(
        f"{'PDFs by ' + str(found['workers']) + ' processes':<28}{found['by_workers']:>8.1f} s, by one "
        f"{found['by_one']:.1f} s: {found['scaling']:.2f} × as fast, "
        f"{found['cpu_growth']:.2f} × the processor time"
    )
    out.verdict(found["ratio"] <= CONTRACTS_GOAL)


@part("payments", receipts=(20_000, "of the bank statement"))
def payments(out: Out, receipts: int) -> None:
    found = bench_payments(receipts)
    out.head(
        f"Bank statement of {found['rows']} receipts "
        f"(bare: read the workbook and COPY the {found['kept']} receipts, payments and postings kept of it into "
        f"tables with the same keys, without foreign keys; goal {STATEMENT_GOAL:g} × bare)"
    )
    out.line(
        f"read, matched and booked {found['first']:.2f} s, the same file again {found['again']:.2f} s, "
        f"bare {found['bare']:.2f} s, ratio {found['ratio']:.2f}; {found['waiting']} wait"
    )
    out.line(
        f"to read it and COPY its cells as text, with no keys, takes {found['bare_text']:.2f} s: "
        f"{found['text_ratio']:.2f} × that"
    )
    out.verdict(found["ratio"] <= STATEMENT_GOAL)
    out.head(f"Debts of {found['students']} students on a day (bare: one SQL; goal {DEBTS_GOAL:g} × bare)")
    out.line(
        f"found in {found['debts'] * 1000:.0f} ms, bare {found['bare_debts'] * 1000:.0f} ms, "
        f"ratio {found['debts_ratio']:.2f}"
    )
    out.verdict(found["debts_ratio"] <= DEBTS_GOAL)
