"""Probe `signals`: delivery, queues, masks, stacks and interruption, as signal(7) defines them."""

from ...probing.step import Step
from .delivery import coalesced, delivery, mask
from .handlers import alternate_stack, profile_rate, profile_timer, restart
from .inheritance import inherited
from .queues import pending, realtime, signal_descriptor
from .targets import process_descriptor, thread_signal, urgent

STEPS = (
    Step(("sent", "lost", "self", "same", "across", "overhead"), delivery, most=20.0),
    Step(("coalesced",), coalesced),
    Step(("mask.works",), mask),
    Step(
        ("realtime.queued", "realtime.error", "realtime.waited", "realtime.read", "realtime.wait_ordered",
         "realtime.read_ordered"),
        realtime,
    ),
    Step(("pending.queued", "pending.kept", "pending.enforced"), pending),
    Step(("signalfd.error",), signal_descriptor),
    Step(("altstack.error", "altstack.minimum", "altstack.caught", "altstack.at_minimum"), alternate_stack),
    Step(("restart.interrupted", "restart.resumed"), restart),
    Step(("pidfd.error",), process_descriptor),
    Step(("thread.error", "thread.directed"), thread_signal),
    Step(("urgent.error", "urgent.lost", "urgent.latency"), urgent, most=10.0),
    Step(("profile.error",), profile_timer),
    Step(("profile.rate",), profile_rate, most=15.0),
    Step(("inherited.ignored", "inherited.blocked"), inherited),
)  # fmt: skip
