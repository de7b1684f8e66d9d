"""Probe `signals`: delivery, queues, masks, stacks and interruption, as signal(7) defines them."""

from ...probing.step import Step
from . import delivery, handlers, inheritance, queues, targets

STEPS = (
    Step(("sent", "lost", "self", "same", "across", "overhead"), delivery.delivery, most=20.0),
    Step(("coalesced",), delivery.coalesced),
    Step(("mask.works",), delivery.mask),
    Step(
        ("realtime.queued", "realtime.error", "realtime.waited", "realtime.read", "realtime.wait_ordered",
         "realtime.read_ordered"),
        queues.realtime,
    ),
    Step(("pending.queued", "pending.kept", "pending.enforced"), queues.pending),
    Step(("signalfd.error",), queues.signal_descriptor),
    Step(("altstack.error", "altstack.minimum", "altstack.caught", "altstack.at_minimum"), handlers.alternate_stack),
    Step(("restart.interrupted", "restart.resumed"), handlers.restart),
    Step(("pidfd.error",), targets.process_descriptor),
    Step(("thread.error", "thread.directed"), targets.thread_signal),
    Step(("urgent.error", "urgent.lost", "urgent.latency"), targets.urgent, most=10.0),
    Step(("profile.error",), handlers.profile_timer),
    Step(("profile.rate",), handlers.profile_rate, most=15.0),
    Step(("inherited.ignored", "inherited.blocked"), inheritance.inherited),
)  # fmt: skip
