/* A library for LD_PRELOAD that makes up the time: AHEAD seconds are added to what clock WHICH says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *told) {
    static int (*honest)(clockid_t, struct timespec *);
    if (!honest)
        honest = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = honest(clock, told);
    if (result == 0 && clock == WHICH)
        told->tv_sec += AHEAD;
    return result;
}

#if WHICH == 0 /* CLOCK_REALTIME has other names */
time_t time(time_t *told) {
    struct timespec here;
    clock_gettime(CLOCK_REALTIME, &here);
    if (told)
        *told = here.tv_sec;
    return here.tv_sec;
}

int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    struct timespec here;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &here);
    told->tv_sec = here.tv_sec;
    told->tv_usec = here.tv_nsec / 1000;
    return 0;
}
#endif
