"""Typed parameters below vm.

Source: Documentation/admin-guide/sysctl/vm.rst, Documentation/mm/overcommit-accounting.rst.
"""

from __future__ import annotations

from hostproof.facts.builtin.sysctl.tunable import CENTISECOND, KIB, SECOND, Tunable
from hostproof.facts.catalog import Owner
from hostproof.facts.types import BYTES, COUNT, DURATION, INT, RATIO, Type


def _vm(name: str, kind: Type, meaning: str, scale: int = 1) -> Tunable:
    return Tunable(f"vm.{name}", kind, Owner.HOST_KERNEL, meaning, scale)


TUNABLES: tuple[Tunable, ...] = (
    _vm("swappiness", INT, "How readily program memory is swapped out rather than file cache dropped, 0 to 200"),
    _vm("overcommit_memory", INT, "Promising memory: 0 by estimate, 1 always, 2 never beyond the commit limit"),
    _vm("overcommit_ratio", RATIO, "Share of RAM in the commit limit"),
    _vm("overcommit_kbytes", BYTES, "RAM in the commit limit; 0 when the ratio counts", KIB),
    _vm("dirty_ratio", RATIO, "Share of available memory at which a writer must write back itself"),
    _vm("dirty_background_ratio", RATIO, "Share of available memory at which write-back starts in the background"),
    _vm("dirty_bytes", BYTES, "Like dirty_ratio; 0 when the ratio counts"),
    _vm("dirty_background_bytes", BYTES, "Like dirty_background_ratio; 0 when the ratio counts"),
    _vm("dirty_expire_centisecs", DURATION, "Age at which dirty data is written back", CENTISECOND),
    _vm("dirty_writeback_centisecs", DURATION, "How often the write-back threads wake up; 0s is never", CENTISECOND),
    _vm("max_map_count", COUNT, "Most memory maps of a process"),
    _vm("min_free_kbytes", BYTES, "Memory the kernel keeps free for itself", KIB),
    _vm("admin_reserve_kbytes", BYTES, "Memory kept for CAP_SYS_ADMIN", KIB),
    _vm("user_reserve_kbytes", BYTES, "Memory kept from one process when overcommit_memory is 2", KIB),
    _vm("vfs_cache_pressure", INT, "How readily inode and dentry caches are dropped; 100 is even-handed"),
    _vm("watermark_scale_factor", INT, "Distance of the reclaim watermarks, in 1/10000 of memory"),
    _vm("compaction_proactiveness", INT, "How eagerly memory is compacted in the background, 0 to 100"),
    _vm("zone_reclaim_mode", INT, "Bits: not 0 frees memory of the own NUMA node before using another's"),
    _vm("nr_hugepages", COUNT, "Huge pages of the default size asked for"),
    _vm("nr_overcommit_hugepages", COUNT, "Huge pages beyond the pool that may be made when needed"),
    _vm("panic_on_oom", INT, "Not 0: running out of memory becomes a panic"),
    _vm("oom_kill_allocating_task", INT, "Not 0: the task that asked is killed, not the worst"),
    _vm("mmap_min_addr", BYTES, "Lowest address a program can map"),
    _vm("page-cluster", INT, "Pages read ahead from swap at once, as a power of 2"),
    _vm("stat_interval", DURATION, "How often memory counters are brought together", SECOND),
    _vm("unprivileged_userfaultfd", INT, "1: anybody may handle page faults of kernel mode with userfaultfd"),
    _vm("memfd_noexec", INT, "memfd_create without flags: 0 executable, 1 not, 2 executable ones refused"),
)
