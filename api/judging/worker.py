"""The child process that reads and judges: a page that eats its allowance takes this process with it, no more."""

import resource
import signal
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from api.judging.reading import Job, read
from classifier.predictor import Predictor
from classifier.types import Verdict
from crawler.items import Document

MEMORY_LIMIT = 3 << 30
"""Bytes of address space."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First message of a worker: what it judges by."""

    model_digest: str
    policy_digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a job gave; `error` is a sentence when it failed and the rest is None."""

    document: Document | None
    verdict: Verdict | None
    error: str = ""


def serve(pipe: Connection, model_folder: Path, cpu_seconds: int) -> None:
    """Answer jobs until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    predictor = Predictor.load(model_folder)
    pipe.send(Hello(predictor.model.digest, predictor.pack.digest))
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        # Counts CPU time; its default action ends the process even inside a C library that never looks at signals.
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        answer = _answer(predictor, job)
        signal.setitimer(signal.ITIMER_PROF, 0)
        try:
            pipe.send(answer)
        except ConnectionError:
            # The job died while its page was read, and its terminal is a person's again.
            return


def _answer(predictor: Predictor, job: Job) -> Answer:
    try:
        document = read(job)
        return Answer(document, predictor.judge(document, job.as_of))
    except MemoryError:
        sys.exit("out of memory")
    except Exception as error:  # noqa: BLE001 - the edge of a job: whatever a hostile page does, the next one is judged
        return Answer(None, None, f"Reading failed: {type(error).__name__}: {str(error)[:200]}")
