"""How a fetcher ends, by itself or by force: it is told with its last words, and nothing is lost."""

import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.exceptions import FetcherDied
from crawler.items import Archive, Page, Target
from crawler.process import FETCHER, CrawlProcess
from crawler.protocol import Exit, encode_start
from tests.crawler.loopback import Loopback, Reply, make_policy, make_source, never_done

BALLAST = """
from crawler.fetching.memory import resident_bytes
before = resident_bytes()
ballast = bytearray(b"x" * (64 << 20))
print(resident_bytes() - before)
del ballast
print(resident_bytes() - before)
"""


def test_a_killed_fetcher_is_reported_with_what_is_unanswered() -> None:
    with Loopback({"/page": Reply(b"here"), "/slow": never_done}) as web:
        source, policy = make_source("site", web.url("/")), make_policy(web)
        with CrawlProcess(source, policy) as fetcher:
            fetcher.send(Target(web.url("/page")))
            fetcher.send(Target(web.url("/slow")))
            answers = iter(fetcher)
            assert isinstance(next(answers), Page)
            os.kill(fetcher.pid, signal.SIGKILL)
            with pytest.raises(FetcherDied, match=r"source 'tested' was ended by SIGKILL .* 1 targets unanswered"):
                next(answers)
            fetcher.send(Target(web.url("/page")))
            assert fetcher.unanswered == (Target(web.url("/slow")), Target(web.url("/page")))


def test_a_fetcher_that_falls_silent_is_ended() -> None:
    silent = (sys.executable, "-c", "import sys; sys.stdin.read()")
    with CrawlProcess(make_source("site", "http://a.example/"), make_policy(stall_seconds=0.1), silent) as fetcher:
        fetcher.send(Target("http://a.example/"))
        with pytest.raises(FetcherDied, match=r"was killed by the job \(it sent nothing for 0.1 seconds\)"):
            list(fetcher)


def test_a_torn_frame_or_a_foreign_answer_is_no_answer() -> None:
    for code, words in (("RXW1\\0\\0", "in the middle of a frame"), ("hello, this is no frame", "no frame of this")):
        command = (sys.executable, "-c", f"import sys; sys.stdin.readline(); sys.stdout.write('{code}')")
        with CrawlProcess(make_source("site", "http://a.example/"), make_policy(), command) as fetcher:
            fetcher.send(Target("http://a.example/"))
            with pytest.raises(FetcherDied, match=words):
                list(fetcher)


def test_a_fetcher_ends_when_its_job_is_gone() -> None:
    start = encode_start(make_source("site", "http://a.example/"), make_policy())
    done = subprocess.run(FETCHER, input=start, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (Exit.JOB_LOST, b"")
    pipe = subprocess.PIPE
    with subprocess.Popen(FETCHER, stdin=pipe, stdout=pipe, stderr=pipe) as orphan:
        assert orphan.stdin is not None
        assert orphan.stderr is not None
        orphan.stdin.write(start)
        orphan.stderr.close()  # nobody hears its last words either
        orphan.stdin.close()
        assert orphan.wait(60) == Exit.JOB_LOST


def test_a_start_message_that_cannot_be_used_is_refused_in_a_sentence() -> None:
    for line in (b"", b"nonsense\n", b'{"source": {}, "policy": {}}\n'):
        done = subprocess.run(FETCHER, input=line, capture_output=True, text=False, timeout=60, check=False)
        assert done.returncode == Exit.START_INVALID
        assert b"Traceback" not in done.stderr


def test_a_fetcher_that_is_dead_says_so_each_time_it_is_asked() -> None:
    with CrawlProcess(make_source("url_list", "http://a.example/"), make_policy()) as fetcher:
        fetcher.send(Target("http://a.example/"))
        os.kill(fetcher.pid, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(FetcherDied, match="SIGKILL"):
                fetcher.answers(60, 4)


def test_the_memory_limit_reads_what_is_held_now_and_not_the_peak() -> None:
    # In a process of its own: a large one may have room to spare that it holds already.
    told = subprocess.run((sys.executable, "-c", BALLAST), capture_output=True, check=True, text=True).stdout
    with_it, without = map(int, told.split())
    assert with_it > 32 << 20
    assert without < 32 << 20


def hoard(handler: BaseHTTPRequestHandler) -> None:
    """Send all but the end of a long page, then hold the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(8 << 20))
    handler.end_headers()
    try:
        handler.wfile.write(b"x" * (7 << 20))
        handler.connection.recv(1)
    except OSError:
        pass


def test_a_fetcher_that_reaches_its_memory_ceiling_ends_itself_and_loses_nothing(tmp_path: Path) -> None:
    with Loopback({"/hoard": hoard, "/page": Reply(b"here")}) as web:
        heavy = [web.url("/hoard", f"h{number}.localhost") for number in range(40)]
        light = [web.url("/page", f"p{number}.localhost") for number in range(20)]
        policy = make_policy(web, memory_mb=200, concurrency=100, timeout_seconds=120.0)
        archive = Archive(str(tmp_path))
        with CrawlProcess(make_source("url_list", web.url("/page")), policy, archive=archive) as fetcher:
            for url in light:
                fetcher.send(Target(url))
            answered = [answer.url for answer in fetcher]
            for url in heavy:
                fetcher.send(Target(url))
            with pytest.raises(FetcherDied, match=r"MEMORY_FULL.* it held \d+ MB, more than the 200 MB of memory_mb"):
                answered.extend(answer.url for answer in fetcher)
            assert set(answered) == set(light)
            assert sorted(target.url for target in fetcher.unanswered) == sorted(heavy)
    (file,) = tmp_path.iterdir()
    with file.open("rb") as stream:
        kept = [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(stream)]
    assert set(light) <= set(kept)
