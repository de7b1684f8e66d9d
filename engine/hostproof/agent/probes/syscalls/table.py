"""The system calls that are tried: since when Linux has each, the arguments, and how a kernel that has it answers.

The arguments are wrong on purpose (no such descriptor, flag, clock), so that the kernel refuses them before it does
anything, and where it can be had before it looks at privileges. What answers as listed was reached.

Sources: the "History" sections of man-pages section 2; arch/x86/entry/syscalls/syscall_64.tbl and scripts/syscall.tbl
for the numbers; kernel/sys_ni.c for what may be left out by configuration.
"""

BUFFER, OWN = "buffer", "own"  # arguments: the address of 4,096 zeroed bytes, our own process id
BAD = 0x7FFFFFFF  # flags that no call knows, all of them


class Call:
    """One call: numbers on x86_64 and on the others (0: none), the release and the configuration it came with.

    `answers` are the errnos that say it is there, OK that it succeeded. `rights` are the capabilities of which one is
    needed before that answer, `limits` the errnos that resource limits give. `again` are other arguments, to which a
    kernel that has the call answers otherwise than to `arguments`; a filter that doesn't look at them answers the same.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a row of the table
        self,
        name: str,
        numbers: "tuple[int, int]",
        since: str,
        config: str,
        arguments: "tuple[object, ...]",
        answers: str,
        rights: str = "",
        again: "tuple[object, ...]" = (),
    ) -> None:
        self.name = name
        self.numbers = numbers
        self.since = since
        self.config = config
        self.arguments = arguments
        self.answers = answers.split()
        self.rights = rights.split()
        self.again = again


def same(number: int) -> "tuple[int, int]":
    """Return the numbers of a call that came with Linux 5.1 or later: one everywhere."""
    return (number, number)


SERVER = (  # what the runtimes and libraries of servers stand on
    Call("futex", (202, 98), "2.6.0", "", (BUFFER, 129, 1, 0, 0, 0), "OK", again=(1, 129, 1, 0, 0, 0)),
    Call("clone", (56, 220), "2.6.0", "", (0x10000, 0, 0, 0, 0), "EINVAL"),
    Call("clone3", same(435), "5.3", "", (0, 0), "EINVAL", again=(0, 0x10000)),
    Call("mmap", (9, 222), "2.6.0", "", (0, 0, 0, 0x22, -1, 0), "EINVAL", again=(0, 4096, 0, 1, -1, 0)),
    Call("munmap", (11, 215), "2.6.0", "", (1, 4096), "EINVAL"),
    Call("mprotect", (10, 226), "2.6.0", "", (1, 4096, 0), "EINVAL"),
    Call("madvise", (28, 233), "2.6.0", "ADVISE_SYSCALLS", (1, 4096, 0), "EINVAL"),
    Call("mincore", (27, 232), "2.6.0", "", (1, 4096, BUFFER), "EINVAL"),
    Call("sched_getaffinity", (204, 123), "2.6.0", "", (0, 4096, BUFFER), "OK", again=(0, 1, BUFFER)),
    Call("sched_yield", (24, 124), "2.6.0", "", (), "OK"),
    Call("nanosleep", (35, 101), "2.6.0", "", (BUFFER, 0), "OK", again=(0, 0)),
    Call("clock_gettime", (228, 113), "2.6.0", "", (1, BUFFER), "OK", again=(99, BUFFER)),
    Call("clock_nanosleep", (230, 115), "2.6.0", "", (99, 0, BUFFER, 0), "EINVAL", again=(1, 0, 0, 0)),
    Call("gettid", (186, 178), "2.6.0", "", (), "OK"),
    Call("tgkill", (234, 131), "2.6.0", "", (-1, -1, 0), "EINVAL", again=(2**22, 2**22, 0)),
    Call("kill", (62, 129), "2.6.0", "", (OWN, 99), "EINVAL", again=(OWN, 0)),
    Call("rt_sigaction", (13, 134), "2.6.0", "", (0, 0, 0, 8), "EINVAL"),
    Call("rt_sigprocmask", (14, 135), "2.6.0", "", (99, BUFFER, 0, 8), "EINVAL"),
    Call("rt_sigqueueinfo", (129, 138), "2.6.0", "", (OWN, 0, 0), "EFAULT"),
    Call("sigaltstack", (131, 132), "2.6.0", "", (0, BUFFER), "OK", again=(1, 0)),
    Call("setitimer", (38, 103), "2.6.0", "POSIX_TIMERS", (99, BUFFER, 0), "EINVAL"),
    Call("timer_create", (222, 107), "2.6.0", "POSIX_TIMERS", (99, 0, BUFFER), "EINVAL"),
    Call("timer_settime", (223, 110), "2.6.0", "POSIX_TIMERS", (BAD, 0, BUFFER, 0), "EINVAL"),
    Call("timer_delete", (226, 111), "2.6.0", "POSIX_TIMERS", (BAD,), "EINVAL"),
    Call("epoll_create1", (291, 20), "2.6.27", "EPOLL", (BAD,), "EINVAL"),
    Call("epoll_ctl", (233, 21), "2.6.0", "EPOLL", (-1, 1, -1, BUFFER), "EBADF", again=(-1, 1, -1, 0)),
    Call("epoll_pwait", (281, 22), "2.6.19", "EPOLL", (-1, BUFFER, 1, 0, 0, 8), "EBADF"),
    Call("epoll_pwait2", same(441), "5.11", "EPOLL", (-1, BUFFER, 0, 0, 0, 8), "EINVAL EBADF"),
    Call("eventfd2", (290, 19), "2.6.27", "", (0, BAD), "EINVAL"),
    Call("timerfd_create", (283, 85), "2.6.25", "TIMERFD", (99, 0), "EINVAL"),
    Call("timerfd_settime", (286, 86), "2.6.25", "TIMERFD", (-1, 0, BUFFER, 0), "EBADF", again=(-1, BAD, BUFFER, 0)),
    Call("signalfd4", (289, 74), "2.6.27", "SIGNALFD", (-1, 0, 0, 0), "EINVAL"),
    Call("pipe2", (293, 59), "2.6.27", "", (0, BAD), "EINVAL", again=(0, 0)),
    Call("dup3", (292, 24), "2.6.27", "", (0, 0, 0), "EINVAL"),
    Call("fcntl", (72, 25), "2.6.0", "", (-1, 1, 0), "EBADF", again=(0, 9999, 0)),
    Call("openat", (257, 56), "2.6.16", "", (-1, BUFFER, 0, 0), "ENOENT", again=(-1, 0, 0, 0)),
    Call("getdents64", (217, 61), "2.6.0", "", (-1, BUFFER, 4096), "EBADF"),
    Call("newfstatat", (262, 79), "2.6.16", "", (-1, BUFFER, 0, BAD), "EINVAL"),
    Call("unlinkat", (263, 35), "2.6.16", "", (-1, 0, BAD), "EINVAL"),
    Call("fsync", (74, 82), "2.6.0", "", (-1,), "EBADF"),
    Call("prlimit64", (302, 261), "2.6.36", "", (0, 99, 0, 0), "EINVAL"),
    Call("prctl", (157, 167), "2.6.0", "", (999999, 0, 0, 0, 0), "EINVAL"),
    Call("waitid", (247, 95), "2.6.9", "", (99, 0, 0, 4, 0), "EINVAL"),
    Call("getrandom", (318, 278), "3.17", "", (BUFFER, 8, BAD), "EINVAL", again=(BUFFER, 0, 0)),
    Call("socket", (41, 198), "2.6.0", "NET", (9999, 1, 0), "EAFNOSUPPORT", again=(1, 99, 0)),
    Call("accept4", (288, 242), "2.6.28", "NET", (-1, 0, 0, 0), "EBADF"),
    Call("recvmmsg", (299, 243), "2.6.33", "NET", (-1, 0, 0, 0, 0), "EBADF"),
    Call("sendmmsg", (307, 269), "3.0", "NET", (-1, 0, 0, 0), "EBADF"),
    Call("sendfile", (40, 71), "2.6.0", "", (-1, -1, 0, 0), "EBADF"),
    Call("splice", (275, 76), "2.6.17", "", (-1, 0, -1, 0, 1, 0), "EBADF", again=(-1, 0, -1, 0, 0, 0)),
    Call("tee", (276, 77), "2.6.17", "", (-1, -1, 1, 0), "EBADF EINVAL", again=(-1, -1, 0, 0)),
    Call("vmsplice", (278, 75), "2.6.17", "", (-1, 0, 0, 0), "EBADF", again=(-1, 0, 0, BAD)),
    Call("membarrier", (324, 283), "4.3", "MEMBARRIER", (0, 0, 0), "OK", again=(0, BAD, 0)),
    Call("rseq", (334, 293), "4.18", "RSEQ", (0, 0, BAD, 0), "EINVAL"),
    Call("statx", (332, 291), "4.11", "", (-1, 0, BAD, 0, 0), "EINVAL EFAULT"),
    Call("mlock2", (325, 284), "4.4", "", (0, 0, BAD), "EINVAL", again=(0, 0, 0)),
    Call("memfd_create", (319, 279), "3.17", "MEMFD_CREATE", (0, BAD), "EINVAL", again=(0, 0)),
    Call("copy_file_range", (326, 285), "4.5", "", (-1, 0, -1, 0, 0, 0), "EBADF"),
    Call("preadv2", (327, 286), "4.6", "", (-1, 0, 0, 0, 0, 0), "EBADF"),
    Call("pwritev2", (328, 287), "4.6", "", (-1, 0, 0, 0, 0, 0), "EBADF"),
    Call("fallocate", (285, 47), "2.6.23", "", (-1, 0, 0, 1), "EBADF"),
    Call("fadvise64", (221, 223), "2.6.0", "ADVISE_SYSCALLS", (-1, 0, 0, 0), "EBADF"),
    Call("sync_file_range", (277, 84), "2.6.17", "", (-1, 0, 0, 0), "EBADF"),
    Call("syncfs", (306, 267), "2.6.39", "", (-1,), "EBADF"),
    Call("renameat2", (316, 276), "3.15", "", (-1, 0, -1, 0, BAD), "EINVAL", again=(-1, 0, -1, 0, 0)),
    Call("inotify_init1", (294, 26), "2.6.27", "INOTIFY_USER", (BAD,), "EINVAL"),
    Call("inotify_add_watch", (254, 27), "2.6.13", "INOTIFY_USER", (-1, 0, 0), "EINVAL", again=(-1, 0, 2)),
    Call("pidfd_send_signal", same(424), "5.1", "", (-1, 0, 0, 0), "EBADF", again=(-1, 0, 0, BAD)),
    Call("pidfd_open", same(434), "5.3", "", (OWN, BAD), "EINVAL", again=(2**22, 0)),
    Call("pidfd_getfd", same(438), "5.6", "", (-1, -1, 0), "EBADF", again=(-1, -1, BAD)),
    Call("close_range", same(436), "5.9", "", (1, 0, BAD), "EINVAL"),
    Call("openat2", same(437), "5.6", "", (-100, 0, 0, 0), "EINVAL", again=(-100, 0, 0, 8192)),
    Call("faccessat2", same(439), "5.8", "", (-100, 0, 0, BAD), "EINVAL", again=(-100, 0, 0, 0)),
    Call("fchmodat2", same(452), "6.6", "", (-100, 0, 0, BAD), "EINVAL", again=(-100, 0, 0, 0)),
    Call("io_setup", (206, 0), "2.6.0", "AIO", (0, 0), "EFAULT"),
)

MODERN = (  # newer, for special uses, or for those with more rights
    Call("io_uring_setup", same(425), "5.1", "IO_URING", (0, 0), "EFAULT EINVAL", again=(0, BUFFER)),
    Call("io_uring_enter", same(426), "5.1", "IO_URING", (-1, 0, 0, 0, 0, 0), "EBADF", again=(-1, 0, 0, BAD, 0, 0)),
    Call("io_uring_register", same(427), "5.1", "IO_URING", (-1, 99, 0, 0), "EBADF EINVAL"),
    Call("futex_waitv", same(449), "5.16", "", (0, 0, 0, 0, 0), "EINVAL"),
    Call("futex_wake", same(454), "6.7", "", (0, 0, 0, BAD), "EINVAL"),
    Call("futex_wait", same(455), "6.7", "", (0, 0, 0, BAD, 0, 0), "EINVAL"),
    Call("futex_requeue", same(456), "6.7", "", (0, BAD, 0, 0), "EINVAL"),
    Call("landlock_create_ruleset", same(444), "5.13", "SECURITY_LANDLOCK", (0, 0, 1), "OK", again=(0, 0, 0)),
    Call("landlock_add_rule", same(445), "5.13", "SECURITY_LANDLOCK", (-1, 0, 0, 0), "EBADF EINVAL"),
    Call("landlock_restrict_self", same(446), "5.13", "SECURITY_LANDLOCK", (-1, 0), "EBADF", again=(-1, BAD)),
    Call("memfd_secret", same(447), "5.14", "SECRETMEM", (BAD,), "EINVAL"),
    Call("mseal", same(462), "6.10", "", (0, 0, BAD), "EINVAL", again=(0, 0, 0)),
    Call("map_shadow_stack", same(453), "6.6", "X86_USER_SHADOW_STACK", (0, 0, BAD), "EINVAL EOPNOTSUPP"),
    Call("pkey_alloc", (330, 289), "4.9", "ARCH_HAS_PKEYS", (-1, 0), "EINVAL ENOSPC"),
    Call("pkey_mprotect", (329, 288), "4.9", "ARCH_HAS_PKEYS", (1, 0, 0, -1), "EINVAL"),
    Call("pkey_free", (331, 290), "4.9", "ARCH_HAS_PKEYS", (-1,), "EINVAL"),
    Call("process_madvise", same(440), "5.10", "ADVISE_SYSCALLS", (-1, 0, 0, 0, 0), "EBADF", again=(-1, 0, 0, 0, BAD)),
    Call("process_mrelease", same(448), "5.15", "", (-1, 0), "EBADF", again=(-1, BAD)),
    Call("process_vm_readv", (310, 270), "3.2", "CROSS_MEMORY_ATTACH", (OWN, 0, 0, 0, 0, BAD), "EINVAL"),
    Call("process_vm_writev", (311, 271), "3.2", "CROSS_MEMORY_ATTACH", (OWN, 0, 0, 0, 0, BAD), "EINVAL"),
    Call("kcmp", (312, 272), "3.5", "KCMP", (OWN, OWN, 99, 0, 0), "EINVAL", again=(2**22, 2**22, 0, 0, 0)),
    Call("ptrace", (101, 117), "2.6.0", "", (0x4200, 2**22, 0, 0), "ESRCH"),
    Call("userfaultfd", (323, 282), "4.3", "USERFAULTFD", (BAD,), "EINVAL"),
    Call("perf_event_open", (298, 241), "2.6.31", "PERF_EVENTS", (0, 0, -1, -1, BAD), "EINVAL", "perfmon sys_admin"),
    Call("bpf", (321, 280), "3.18", "BPF_SYSCALL", (9999, BUFFER, 8), "EINVAL", "bpf sys_admin"),
    Call("seccomp", (317, 277), "3.17", "SECCOMP", (2, 0, 0), "EFAULT", again=(99, 0, 0)),
    Call("execveat", (322, 281), "3.19", "", (-1, 0, 0, 0, BAD), "EINVAL EFAULT", again=(-1, BUFFER, 0, 0, 0)),
    Call("unshare", (272, 97), "2.6.16", "", (0x1,), "EINVAL", again=(0,)),
    Call("setns", (308, 268), "3.0", "", (-1, 0), "EBADF"),
    Call("keyctl", (250, 219), "2.6.10", "KEYS", (9999, 0, 0, 0, 0), "EOPNOTSUPP"),
    Call("add_key", (248, 217), "2.6.10", "KEYS", (0, 0, 0, 0, 0), "EFAULT EINVAL"),
    Call("request_key", (249, 218), "2.6.10", "KEYS", (0, 0, 0, 0), "EFAULT"),
    Call("name_to_handle_at", (303, 264), "2.6.39", "FHANDLE", (-1, 0, 0, 0, BAD), "EINVAL"),
    Call("open_by_handle_at", (304, 265), "2.6.39", "FHANDLE", (-1, 0, 0), "EFAULT EBADF", "dac_read_search"),
    Call("fanotify_init", (300, 262), "2.6.37", "FANOTIFY", (BAD, 0), "EINVAL", "sys_admin"),
    Call("fanotify_mark", (301, 263), "2.6.37", "FANOTIFY", (-1, BAD, 0, 0, 0), "EINVAL", again=(-1, 1, 1, 0, 0)),
    Call("open_tree", same(428), "5.2", "", (-100, 0, BAD), "EINVAL", "sys_admin"),
    Call("move_mount", same(429), "5.2", "", (-1, 0, -1, 0, BAD), "EINVAL", "sys_admin"),
    Call("fsopen", same(430), "5.2", "", (0, BAD), "EINVAL", "sys_admin"),
    Call("fsconfig", same(431), "5.2", "", (-1, 99, 0, 0, 0), "EINVAL"),
    Call("fsmount", same(432), "5.2", "", (-1, BAD, 0), "EINVAL", "sys_admin"),
    Call("fspick", same(433), "5.2", "", (-1, 0, BAD), "EINVAL", "sys_admin"),
    Call("mount_setattr", same(442), "5.12", "", (-1, 0, BAD, 0, 0), "EINVAL", "sys_admin"),
    Call("open_tree_attr", same(467), "6.15", "", (-100, 0, BAD, 0, 0), "EINVAL", "sys_admin"),
    Call("statmount", same(457), "6.8", "", (0, 0, 0, BAD), "EINVAL"),
    Call("listmount", same(458), "6.8", "", (0, 0, 0, BAD), "EINVAL"),
    Call("pivot_root", (155, 41), "2.6.0", "", (0, 0), "EFAULT", "sys_admin"),
    Call("umount2", (166, 39), "2.6.0", "", (0, BAD), "EINVAL"),
    Call("quotactl_fd", same(443), "5.14", "QUOTACTL", (-1, 0, 0, 0), "EBADF"),
    Call("lsm_get_self_attr", same(459), "6.8", "SECURITY", (0, 0, 0, BAD), "EINVAL EOPNOTSUPP"),
    Call("lsm_list_modules", same(461), "6.8", "SECURITY", (0, 0, BAD), "EINVAL", again=(0, 0, 0)),
    Call("cachestat", same(451), "6.5", "CACHESTAT_SYSCALL", (-1, 0, 0, 0), "EBADF EFAULT"),
    Call("getxattrat", same(464), "6.13", "", (-1, 0, BAD, 0, 0, 0), "EINVAL"),
    Call("file_getattr", same(468), "6.17", "", (-1, 0, 0, 0, BAD), "EINVAL"),
    Call("sched_setattr", (314, 274), "3.14", "", (0, 0, 0), "EINVAL"),
    Call("sched_getattr", (315, 275), "3.14", "", (0, 0, 0, 0), "EINVAL"),
    Call("set_mempolicy_home_node", same(450), "5.17", "NUMA", (0, 0, -1, -1), "EINVAL"),
    Call("mbind", (237, 235), "2.6.7", "NUMA", (1, 0, 0, 0, 0, 0), "EINVAL"),
    Call("get_mempolicy", (239, 236), "2.6.7", "NUMA", (0, 0, 0, 0, 0), "OK"),
    Call("move_pages", (279, 239), "2.6.18", "MIGRATION", (0, 0, 0, 0, 0, -1), "EINVAL"),
    Call("mq_open", (240, 180), "2.6.6", "POSIX_MQUEUE", (0, 0, 0, 0), "EFAULT"),
    Call("msgget", (68, 186), "2.6.0", "SYSVIPC", (0x68707073, 0), "ENOENT OK"),
    Call("shmget", (29, 194), "2.6.0", "SYSVIPC", (0x68707073, 0, 0), "ENOENT OK EINVAL"),
    Call("personality", (135, 92), "2.6.0", "", (0xFFFFFFFF,), "OK"),
    Call("clock_settime", (227, 112), "2.6.0", "", (99, BUFFER), "EINVAL"),
    Call("clock_adjtime", (305, 266), "2.6.39", "", (0, BUFFER), "OK", again=(99, BUFFER)),
    Call("finit_module", (313, 273), "3.8", "MODULES", (-1, 0, BAD), "EINVAL EBADF EFAULT", "sys_module"),
    Call("syslog", (103, 116), "2.6.0", "PRINTK", (10, 0, 0), "OK", "syslog sys_admin", again=(99, 0, 0)),
)

CALLS = SERVER + MODERN

# Of little use without each other; all of one family came with one release of Linux, or are older than 2.6.
FAMILIES = {
    "epoll": ("epoll_create1", "epoll_ctl", "epoll_pwait"),
    "futex2": ("futex_wake", "futex_wait", "futex_requeue"),
    "inotify": ("inotify_init1", "inotify_add_watch"),
    "io_uring": ("io_uring_setup", "io_uring_enter", "io_uring_register"),
    "landlock": ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),
    "mount": ("fsopen", "fsconfig", "fsmount", "fspick", "move_mount", "open_tree"),
    "pidfd": ("pidfd_open", "pidfd_send_signal"),
    "pkey": ("pkey_alloc", "pkey_mprotect", "pkey_free"),
    "process_vm": ("process_vm_readv", "process_vm_writev"),
    "timer": ("timer_create", "timer_settime", "timer_delete"),
    "timerfd": ("timerfd_create", "timerfd_settime"),
}
