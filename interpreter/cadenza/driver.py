"""The pipeline: sources to a checked program, a program and a data folder to a journal. Every command calls this."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import attrs

from cadenza import __version__
from cadenza.check.program import Program
from cadenza.data import zones
from cadenza.data.among import among
from cadenza.data.catalogue import catalogue
from cadenza.data.catalogue_events import add_catalogue_events
from cadenza.data.errors import DataError
from cadenza.data.folder import Folder
from cadenza.data.instants import instant
from cadenza.data.rows import Rows
from cadenza.data.sinks import journal_sink, lines_of
from cadenza.data.timelines import Timelines
from cadenza.engine.among import Among
from cadenza.engine.clock import UTC
from cadenza.engine.journal import FORMAT, kept
from cadenza.engine.plan import lower
from cadenza.engine.replay import Span, replay
from cadenza.report.summary import Summary

Progress = Callable[[int, int], None]
"""Told how many customers are done, and of how many."""


@attrs.frozen
class Options:
    """How a program is replayed; `start` and `until` are as typed, None for the ends of the data."""

    journal: Path | None = None
    detail: str = "decisions"
    start: str | None = None
    until: str | None = None
    jobs: int = 1
    seed: int = 0
    bad_rows: str = "stop"
    quarantine: Path | None = None


@attrs.frozen
class Replayed:
    """What came of a replay: its summary, the period it covered, and the rows that were left out, by table."""

    summary: Summary
    span: Span
    bad_rows: dict[str, int]


def replay_folder(program: Program, data: Path, options: Options, progress: Progress) -> Replayed:
    """Replay a data folder through a program, and write the journal where the options say."""
    with Folder(data, program.events) as folder:
        rows = Rows(folder, program, options.bad_rows, options.quarantine)
        timelines = _timelines(rows, options.seed)
        span = _span(timelines, options)
        answers = among(timelines, span)
        header = _header(program, options, span)
        with journal_sink(options.journal, header) as sink:
            total = timelines.count()
            if options.jobs == 1:
                write = sink.write if sink is not None else None
                summary = _part(timelines, span, options.detail, None, None, write, lambda done: progress(done, total))
            else:
                summary = Summary()
                from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only where there are more processes
                from multiprocessing import get_context  # noqa: PLC0415 - as above

                with (
                    tempfile.TemporaryDirectory(prefix="cadenza-") as drafts,
                    ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool,
                ):
                    drafted = [Path(drafts) / str(number) for number in range(options.jobs)]
                    jobs = [
                        pool.submit(_job, program, data, span, options, answers, part, draft)
                        for part, draft in zip(timelines.parts(options.jobs), drafted, strict=False)
                    ]
                    for job, draft in zip(jobs, drafted, strict=False):
                        summary.join(job.result())
                        progress(summary.customers, total)
                        if sink is not None:
                            sink.copy(draft)
            if sink is not None:
                sink.finish(summary.digest)
    return Replayed(summary, span, rows.bad)


def _timelines(rows: Rows, seed: int) -> Timelines:
    """Lower the program for the data at hand, and let it see the products and their events if it asks for any."""
    program = rows.program
    plan, zone = lower(program, seed), zones.zone(program.shop.zone) or UTC
    if plan.layout.products:
        plan.catalogue = catalogue(rows, plan, zone)
    add_catalogue_events(rows, plan.layout.events, zone)
    return Timelines(rows, plan, zone)


def _part(
    timelines: Timelines,
    span: Span,
    detail: str,
    above: str | None,
    upto: str | None,
    write: Callable[[str], object] | None,
    progress: Callable[[int], None],
) -> Summary:
    """Replay a range of customers."""
    summary, plan, words = Summary(), timelines.plan, kept(detail)
    table = timelines.rows.folder.tables.get("customers")
    columns = frozenset(table.columns if table is not None else ())
    for timeline in timelines.between(above, upto):
        journal = replay(plan, timeline, timelines.zone_of(timeline), span, words, columns)
        summary.add(timeline.customer, len(timeline.inputs), timeline.digest, journal)
        if write is not None and journal.lines:
            write(lines_of(journal.lines))
        progress(summary.customers)
    return summary


def _job(
    program: Program,
    data: Path,
    span: Span,
    options: Options,
    answers: Among,
    part: tuple[str | None, str | None],
    draft: Path,
) -> Summary:
    """Replay a range of customers in a process of its own, into a draft; bad rows were judged already."""
    with Folder(data, program.events) as folder, draft.open("w", encoding="utf-8") as stream:
        rows = Rows(folder, program, "skip")
        timelines = _timelines(rows, options.seed)
        timelines.plan.among = answers
        return _part(timelines, span, options.detail, *part, stream.write, lambda done: None)


def _span(timelines: Timelines, options: Options) -> Span:
    whole = timelines.span()
    start = whole.start if options.start is None else instant(options.start, timelines.zone, end=False)
    until = whole.until if options.until is None else instant(options.until, timelines.zone, end=True)
    if start > until:
        first, last = options.start or "the first event", options.until or "the last event"
        raise DataError(f"--until ({last}) is before --from ({first}); correct one of them")
    return Span(start, until)


def _header(program: Program, options: Options, span: Span) -> dict[str, object]:
    return {
        "journal": FORMAT,
        "cadenza": __version__,
        "program": _digest(program),
        "data": "",
        "seed": options.seed,
        "tzdata": zones.VERSION,
        "detail": options.detail,
    }


def _digest(program: Program) -> str:
    """Give the fingerprint of a program: its texts in order, wherever the files lie."""
    digest = hashlib.sha256()
    for text in program.texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()[:16]
