/* The reference that probes are compared with: the same measurements as theirs, in C.
 *
 * reference HERE THERE COUNT runs on the processor HERE, with a partner on HERE or THERE. Each line of its output is a
 * fact's name without `probe.`, then samples in nanoseconds.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 100000
#define WARM 10
#define SPAN 1000000L
#define TIMERS 60

static long samples[MOST];
static int here, there, count;

static long ticks(void) {
    struct timespec told;
    clock_gettime(CLOCK_MONOTONIC, &told);
    return told.tv_sec * 1000000000L + told.tv_nsec;
}

static void demand(int fine, const char *what) {
    if (!fine) {
        perror(what);
        exit(1);
    }
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    demand(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

static void tell(const char *name, int number) {
    printf("%s", name);
    for (int i = 0; i < number; i++)
        printf(" %ld", samples[i]);
    printf("\n");
}

static pid_t partner(int cpu) {
    fflush(stdout);
    pid_t pid = fork();
    demand(pid >= 0, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin(cpu);
    }
    return pid;
}

static void end(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* --- clocks: the best round, as the mean of its calls ------------------------------------------------------------ */
static void clocks(void) {
    static const struct { const char *name; clockid_t clock; } all[] = {
        {"realtime", CLOCK_REALTIME}, {"monotonic", CLOCK_MONOTONIC}, {"process_cpu", CLOCK_PROCESS_CPUTIME_ID},
        {"thread_cpu", CLOCK_THREAD_CPUTIME_ID}, {"raw", CLOCK_MONOTONIC_RAW},
        {"realtime_coarse", CLOCK_REALTIME_COARSE}, {"monotonic_coarse", CLOCK_MONOTONIC_COARSE},
        {"boottime", CLOCK_BOOTTIME}, {"tai", CLOCK_TAI}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct timespec told;
        double best = 1e18;
        for (int round = 0; round < 20; round++) {
            long started = ticks();
            for (int turn = 0; turn < 500; turn++)
                clock_gettime(all[i].clock, &told);
            double each = (ticks() - started) / 500.0;
            best = each < best ? each : best;
        }
        printf("clock.cost.%s %.1f\n", all[i].name, best);
    }
}

/* --- timers ------------------------------------------------------------------------------------------------------ */
static void sleep_until(void) {
    for (int i = 0; i < TIMERS; i++) {
        long due = ticks() + SPAN;
        struct timespec until = {due / 1000000000L, due % 1000000000L};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        samples[i] = ticks() - due;
    }
}

static void timers(void) {
    struct timespec span = {0, SPAN};
    for (int i = 0; i < TIMERS; i++) {
        long started = ticks();
        clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL);
        samples[i] = ticks() - started - SPAN;
    }
    tell("timers.sleep.relative", TIMERS);
    sleep_until();
    tell("timers.sleep.absolute", TIMERS);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    sleep_until();
    prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);
    tell("timers.sleep.sharp", TIMERS);
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    for (int i = 0; i < TIMERS; i++) {
        long due = ticks() + SPAN;
        unsigned long times;
        struct itimerspec set = {{0, 0}, {due / 1000000000L, due % 1000000000L}};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &set, NULL);
        demand(read(timer, &times, 8) == 8, "read a timerfd");
        samples[i] = ticks() - due;
    }
    tell("timers.timerfd", TIMERS);
    int poller = epoll_create1(0);
    struct epoll_event event;
    for (int i = 0; i < TIMERS; i++) {
        long started = ticks();
        epoll_wait(poller, &event, 1, 1);
        samples[i] = ticks() - started - SPAN;
    }
    tell("timers.epoll", TIMERS);
    close(timer);
    close(poller);
}

/* --- round trips of one byte ------------------------------------------------------------------------------------- */
static void echo(int source, int sink) {
    char byte;
    while (read(source, &byte, 1) == 1 && write(sink, &byte, 1) == 1)
        continue;
    _exit(0);
}

static void trips(const char *name, int source, int sink, int parts) {
    char byte = 'x';
    for (int i = -WARM; i < count; i++) {
        long started = ticks();
        demand(write(sink, &byte, 1) == 1 && read(source, &byte, 1) == 1, name);
        if (i >= 0)
            samples[i] = (ticks() - started) / parts;
    }
    tell(name, count);
}

static void pipes(const char *name, int cpu) {
    int asks[2], answers[2];
    demand(pipe(asks) == 0 && pipe(answers) == 0, "pipe");
    pid_t pid = partner(cpu);
    if (pid == 0)
        echo(asks[0], answers[1]);
    trips(name, answers[0], asks[1], 2);
    end(pid);
    for (int i = 0; i < 2; i++) {
        close(asks[i]);
        close(answers[i]);
    }
}

static void sockets(const char *name, int ends[2], int cpu) {
    pid_t pid = partner(cpu);
    if (pid == 0) {
        close(ends[0]);
        echo(ends[1], ends[1]);
    }
    trips(name, ends[0], ends[0], 1);
    end(pid);
    close(ends[0]);
    close(ends[1]);
}

static struct sockaddr_in home(int end) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof place;
    demand(bind(end, (struct sockaddr *)&place, size) == 0, "bind");
    demand(getsockname(end, (struct sockaddr *)&place, &size) == 0, "getsockname");
    return place;
}

static void tcp_pair(int ends[2]) {
    int door = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in place = home(door);
    listen(door, 16);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    demand(connect(ends[0], (struct sockaddr *)&place, sizeof place) == 0, "connect");
    ends[1] = accept(door, NULL, NULL);
    for (int i = 0; i < 2; i++)
        setsockopt(ends[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    close(door);
}

static void udp_pair(int ends[2]) {
    struct sockaddr_in places[2];
    for (int i = 0; i < 2; i++) {
        ends[i] = socket(AF_INET, SOCK_DGRAM, 0);
        places[i] = home(ends[i]);
    }
    for (int i = 0; i < 2; i++)
        demand(connect(ends[i], (struct sockaddr *)&places[1 - i], sizeof *places) == 0, "connect");
}

static void connections(void) {
    static long accepts[MOST];
    int door = socket(AF_INET, SOCK_STREAM, 0);
    struct linger reset = {1, 0};
    struct sockaddr_in place = home(door);
    listen(door, 128);
    for (int i = 0; i < count; i++) {
        int near = socket(AF_INET, SOCK_STREAM, 0);
        long started = ticks();
        demand(connect(near, (struct sockaddr *)&place, sizeof place) == 0, "connect");
        long between = ticks();
        int far = accept(door, NULL, NULL);
        accepts[i] = ticks() - between;
        samples[i] = between - started;
        setsockopt(near, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(near);
        close(far);
    }
    tell("tcp.connect", count);
    memcpy(samples, accepts, sizeof accepts);
    tell("tcp.accept", count);
    close(door);
}

/* --- signals and futexes ----------------------------------------------------------------------------------------- */
static void signals(const char *name, int cpu) {
    sigset_t both, first, second;
    siginfo_t told;
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigprocmask(SIG_BLOCK, &both, NULL);
    sigemptyset(&first);
    sigaddset(&first, SIGUSR1);
    sigemptyset(&second);
    sigaddset(&second, SIGUSR2);
    pid_t us = getpid(), pid = 0;
    if (cpu >= 0 && (pid = partner(cpu)) == 0)
        for (;;) {
            sigwaitinfo(&first, &told);
            kill(us, SIGUSR2);
        }
    for (int i = 0; i < count; i++) {
        struct timespec patience = {2, 0};
        long started = ticks();
        kill(cpu < 0 ? us : pid, cpu < 0 ? SIGUSR2 : SIGUSR1);
        demand(sigtimedwait(&second, &told, &patience) > 0, name);
        samples[i] = (ticks() - started) / (cpu < 0 ? 1 : 2);
    }
    if (pid)
        end(pid);
    tell(name, count);
}

static void ring(int *bell) {
    __atomic_store_n(bell, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, bell, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void await(int *bell) {
    while (__atomic_load_n(bell, __ATOMIC_SEQ_CST) == 0)
        syscall(SYS_futex, bell, FUTEX_WAIT, 0, NULL, NULL, 0);
    __atomic_store_n(bell, 0, __ATOMIC_SEQ_CST);
}

static void futexes(const char *name, int cpu) {
    int *bells = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    demand(bells != MAP_FAILED, "mmap");
    pid_t pid = partner(cpu);
    if (pid == 0)
        for (;;) {
            await(&bells[0]);
            ring(&bells[1]);
        }
    for (int i = 0; i < count; i++) {
        long started = ticks();
        ring(&bells[0]);
        await(&bells[1]);
        samples[i] = (ticks() - started) / 2;
    }
    end(pid);
    munmap(bells, 4096);
    tell(name, count);
}

/* --- memory ------------------------------------------------------------------------------------------------------ */
static void memory(void) {
    for (int i = 0; i < count; i++) {
        long started = ticks();
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(page, 4096);
        samples[i] = ticks() - started;
    }
    tell("memory.map.time", count);
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    for (int i = 0; i < count; i++) {
        long started = ticks();
        mprotect(page, 4096, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ);
        samples[i] = ticks() - started;
    }
    tell("memory.protect.time", count);
    enum { RUNS = 32, RUN = 1 << 20 };
    char *much = mmap(NULL, RUNS * RUN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(much, RUNS * RUN, MADV_NOHUGEPAGE);
    for (int i = 0; i < RUNS; i++) {
        long started = ticks();
        memset(much + i * RUN, 1, RUN);
        samples[i] = (ticks() - started) * 4096 / RUN;
    }
    tell("memory.fault.time", RUNS);
}

int main(int argc, char **argv) {
    int ends[2];
    if (argc != 4)
        return 2;
    here = atoi(argv[1]);
    there = atoi(argv[2]);
    count = atoi(argv[3]) < MOST ? atoi(argv[3]) : MOST;
    pin(here);
    clocks();
    timers();
    pipes("threads.switch.same", here);
    pipes("threads.switch.across", there);
    futexes("threads.wake.same", here);
    futexes("threads.wake.across", there);
    signals("signals.self", -1);
    signals("signals.same", here);
    signals("signals.across", there);
    connections();
    tcp_pair(ends);
    sockets("tcp.echo.same", ends, here);
    tcp_pair(ends);
    sockets("tcp.echo.across", ends, there);
    udp_pair(ends);
    sockets("udp.echo.same", ends, here);
    udp_pair(ends);
    sockets("udp.echo.across", ends, there);
    demand(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    sockets("unix.echo.same", ends, here);
    demand(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    sockets("unix.echo.across", ends, there);
    memory();
    return 0;
}
