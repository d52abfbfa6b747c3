"""Answers that tell a client to come again later."""

import asyncio
import collections
import email.utils
import time
import zlib

from .exchange import path

# How often a body was sent to a path.
tries = collections.Counter()


def count_try(exchange):
    tries[exchange.path, exchange.body] += 1
    return tries[exchange.path, exchange.body]


def retry_after(value):
    """The header lines for an option: `date:N` is the date N seconds from now, and `1994:N` the same
    by a clock of the server's own, which it gives as `Date`."""
    if value is None:
        return []
    own = []
    if value.startswith(("date:", "1994:")):
        now = time.time()
        if value.startswith("1994:"):
            now = 784_111_777
            own = [f"Date: {email.utils.formatdate(now, usegmt=True)}"]
        value = email.utils.formatdate(now + int(value[5:]), usegmt=True)
    return [*own, f"Retry-After: {value}"]


@path("fails")
async def fails(exchange):
    """/fails            with status 503 for the first try of each body; options are times=N,
                    status=NNN and retry-after=VALUE, where date:N is N seconds from now, and
                    1994:N by a clock that the server has and gives as Date"""
    if count_try(exchange) > exchange.number("times", 1):
        return await exchange.send()
    await exchange.send(
        b'"later"', *retry_after(exchange.option("retry-after")),
        status=exchange.number("status", 503))


@path("flaky")
async def flaky(exchange):
    """/flaky?percent=N  with status 503 for that part of the tries, the same ones each time"""
    seed = b"%d %s" % (count_try(exchange), exchange.body)
    unlucky = zlib.crc32(seed) % 100 < exchange.number("percent")
    await exchange.send(status=503 if unlucky else 200)


class Bucket:
    """Tokens that come at a rate, and are kept up to a number."""

    def __init__(self, rate, most):
        self.rate, self.most = rate, most
        self.tokens, self.time = most, time.monotonic()

    def take(self):
        now = time.monotonic()
        self.tokens = min(self.most, self.tokens + (now - self.time) * self.rate)
        self.time = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


buckets = {}


@path("limit")
async def limit(exchange):
    """/limit?rate=N     with status 429 above N requests a second, but for bursts of &burst=N
                    (default a tenth of the rate); with &retry-after=VALUE as for /fails"""
    rate = exchange.number("rate")
    if exchange.target not in buckets:
        buckets[exchange.target] = Bucket(rate, exchange.number("burst", max(1, rate // 10)))
    if buckets[exchange.target].take():
        return await exchange.send()
    await exchange.send(
        b'"slower"', *retry_after(exchange.option("retry-after")), status=429)


class Gathering:
    """Requests that wait for one another."""

    def __init__(self):
        self.waiting, self.complete = 0, asyncio.Event()


gatherings = collections.defaultdict(Gathering)


@path("together")
async def together(exchange):
    """/together?count=N with status 200 once so many are there at the same time"""
    gathering = gatherings[exchange.target]
    gathering.waiting += 1
    if gathering.waiting == exchange.number("count"):
        del gatherings[exchange.target]
        gathering.complete.set()
    await gathering.complete.wait()
    await exchange.send()
