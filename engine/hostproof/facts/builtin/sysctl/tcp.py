"""Typed parameters of TCP, below net.ipv4 (they hold for IPv6 as well) and net.mptcp.

Sources: Documentation/networking/ip-sysctl.rst, tcp(7). All but `tcp_mem` and `tcp_max_orphans` are per network
namespace.
"""

from __future__ import annotations

from hostproof.facts.builtin.sysctl.tunable import SECOND, Tunable
from hostproof.facts.catalog import Owner
from hostproof.facts.types import BYTES, COUNT, DURATION, INT, STRING, Type, list_of

_HOST, _NET = Owner.HOST_KERNEL, Owner.NAMESPACE


def _tcp(name: str, kind: Type, meaning: str, scale: int = 1, owner: Owner = _NET) -> Tunable:
    return Tunable(f"net.ipv4.tcp_{name}", kind, owner, meaning, scale)


TUNABLES: tuple[Tunable, ...] = (
    _tcp("max_syn_backlog", COUNT, "Half-open connections remembered for each listener"),
    _tcp("syncookies", INT, "SYN cookies: 0 never, 1 when the backlog overflows, 2 always"),
    _tcp("abort_on_overflow", INT, "1: a full accept queue resets connections instead of dropping the last ACK"),
    _tcp("rmem", list_of(BYTES), "Receive buffer: least, default, most"),
    _tcp("wmem", list_of(BYTES), "Send buffer: least, default, most"),
    _tcp("mem", list_of(COUNT), "Memory of all TCP sockets in pages: low, pressure, most", owner=_HOST),
    _tcp("moderate_rcvbuf", INT, "1: the receive buffer grows as needed"),
    _tcp("notsent_lowat", BYTES, "Unsent data above which a socket is not writable"),
    _tcp("congestion_control", STRING, "Congestion control of new connections: cubic, bbr"),
    _tcp("available_congestion_control", list_of(STRING), "Congestion controls that are loaded"),
    _tcp("allowed_congestion_control", list_of(STRING), "Congestion controls programs may choose without privilege"),
    _tcp("window_scaling", INT, "1: windows above 64 KiB"),
    _tcp("timestamps", INT, "Timestamps: 0 off, 1 with random offset, 2 without"),
    _tcp("sack", INT, "1: selective acknowledgements"),
    _tcp("ecn", INT, "Explicit congestion notification: 0 off, 1 asked for and accepted, 2 accepted"),
    _tcp("mtu_probing", INT, "Finding the path's MTU: 0 off, 1 when ICMP seems to be lost, 2 always"),
    _tcp("slow_start_after_idle", INT, "1: an idle connection starts slowly again"),
    _tcp("fastopen", INT, "Bits: 1 client, 2 server, 1024 for every listener"),
    _tcp("tw_reuse", INT, "Outgoing connections over TIME-WAIT ports: 0 no, 1 yes, 2 on loopback"),
    _tcp("max_tw_buckets", COUNT, "Most sockets in TIME-WAIT"),
    _tcp("max_orphans", COUNT, "Most connections no program holds any more", owner=_HOST),
    _tcp("fin_timeout", DURATION, "How long an orphan waits in FIN-WAIT-2", SECOND),
    _tcp("keepalive_time", DURATION, "Idle time before the first keep-alive probe", SECOND),
    _tcp("keepalive_intvl", DURATION, "Time between keep-alive probes", SECOND),
    _tcp("keepalive_probes", COUNT, "Unanswered probes after which a connection is dropped"),
    _tcp("syn_retries", COUNT, "Times a SYN is sent again"),
    _tcp("synack_retries", COUNT, "Times a SYN-ACK is sent again"),
    _tcp("retries1", COUNT, "Resent segments after which the route is doubted"),
    _tcp("retries2", COUNT, "Resent segments after which a connection is dropped"),
    _tcp("orphan_retries", COUNT, "Resent segments after which an orphan is dropped; 0 means 8"),
    _tcp("rfc1337", INT, "1: a RST does not end TIME-WAIT early"),
    _tcp("limit_output_bytes", BYTES, "Data of one connection in the queues below TCP"),
    _tcp("no_metrics_save", INT, "1: nothing is remembered of closed connections"),
    Tunable("net.mptcp.enabled", INT, _NET, "1: Multipath TCP sockets can be made"),
)
