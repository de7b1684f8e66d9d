"""Standard signals: how long one takes to a process that waits for it, whether any is lost, and what a mask does."""

import mmap
import os
import signal

from ...lines import AskError
from ...probing.measure import call_cost, ticks
from ...probing.pairs import Partner, both_placements
from ...probing.step import Context

FIRST, SECOND_ONE = signal.SIGUSR1, signal.SIGUSR2
PATIENCE = 2.0  # seconds after which a signal is taken for lost
MOST_LOST = 3  # then no more are sent
BURST = 10


class Exchange:
    """SIGUSR1 to a partner and SIGUSR2 back, one at a time; counts what was sent and what got lost."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.sent = 0
        self.lost = {FIRST.name: 0, SECOND_ONE.name: 0}
        self.board = mmap.mmap(-1, mmap.PAGESIZE)  # its first byte: how many SIGUSR1 the partner got, modulo 256
        signal.pthread_sigmask(signal.SIG_BLOCK, (FIRST, SECOND_ONE))

    def series(self, _: int, there: int) -> "list[int]":
        """Return half of each round trip in nanoseconds."""
        us = os.getpid()
        with Partner(lambda: self.echo(us), there) as partner:
            return list(filter(None, (self.round(partner) for _ in range(self.count))))

    def echo(self, us: int) -> None:
        """Answer each signal, for ever."""
        got = self.board[0]
        while True:
            signal.sigwait((FIRST,))
            got = (got + 1) % 256
            self.board[0] = got
            os.kill(us, SECOND_ONE)

    def round(self, partner: int) -> int:
        """Return half of one round trip, 0 where a signal got lost."""
        if sum(self.lost.values()) >= MOST_LOST:
            return 0
        got = self.board[0]
        self.sent += 1
        started = ticks()
        os.kill(partner, FIRST)
        answer = signal.sigtimedwait((SECOND_ONE,), PATIENCE)
        past = ticks() - started
        if answer is None:
            self.lost[(FIRST if self.board[0] == got else SECOND_ONE).name] += 1
            return 0
        return past // 2


def delivery(context: Context) -> "dict[str, object]":
    """Send SIGUSR1 and SIGUSR2 to ourselves, and to a partner and back."""
    exchange = Exchange(context.pick(100, 500, 2000))
    found = both_placements(exchange.series)
    for name in ("same", "across"):
        if found[name] == []:
            found[name] = AskError("failed", "every signal got lost", "see probe.signals.lost")
    found["self"] = to_ourselves(exchange)
    found.update(sent=exchange.sent, lost=exchange.lost, overhead=call_cost())
    return found


def to_ourselves(exchange: Exchange) -> "list[int]":
    """Return how long each signal to ourselves took, kill(2) and the wait for it together."""
    us, times = os.getpid(), []
    for turn in range(exchange.count):
        number = (FIRST, SECOND_ONE)[turn % 2]
        exchange.sent += 1
        started = ticks()
        os.kill(us, number)
        if signal.sigtimedwait((number,), PATIENCE) is None:
            exchange.lost[number.name] += 1
            if sum(exchange.lost.values()) >= MOST_LOST:
                break
        else:
            times.append(ticks() - started)
    return times


def coalesced(context: Context) -> "dict[str, object]":
    """Send one standard signal several times while it is blocked; count how often it comes."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (FIRST,))
    for _ in range(BURST):
        os.kill(os.getpid(), FIRST)
    count = 0
    while signal.sigtimedwait((FIRST,), 0) is not None:
        count += 1
    return {"coalesced": count}


def mask(context: Context) -> "dict[str, object]":
    """Block a signal, send it, unblock it: it must be pending in between, and be handled once afterwards."""
    handled: "list[int]" = []
    signal.signal(FIRST, lambda number, _: handled.append(number))
    signal.pthread_sigmask(signal.SIG_BLOCK, (FIRST,))
    os.kill(os.getpid(), FIRST)
    held = not handled and FIRST in signal.sigpending()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (FIRST,))
    return {"mask.works": held and handled == [FIRST] and FIRST not in signal.sigpending()}
