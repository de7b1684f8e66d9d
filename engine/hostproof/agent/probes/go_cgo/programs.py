"""The C and Go programs that are built: small, standard library only, each prints what it found."""

BARE = "int main(void) { return 0; }\n"
# What runtime/cgo and the packages net and os/user include.
HEADERS = """\
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
int main(void) {
    char *p = malloc(64);
    if (p == NULL || getpid() < 1)
        return 3;
    memset(p, 1, 64);
    free(p);
    puts("ok");
    return 0;
}
"""
PLUS = """\
#include <cstdio>
#include <string>
#include <vector>
int main() {
    std::vector<std::string> words(3, "ok");
    try { words.at(3); } catch (...) { std::puts(words[0].c_str()); return 0; }
    return 3;
}
"""
# What options of a compiler alter silently, and libraries built without them take for granted.
SIZES = """\
#include <stddef.h>
#include <stdio.h>
enum one { ONE };
struct mixed { char a; double b; char c; };
int main(void) {
    printf("int %d\\n", (int)sizeof(int));
    printf("long %d\\n", (int)sizeof(long));
    printf("pointer %d\\n", (int)sizeof(void *));
    printf("wchar_t %d\\n", (int)sizeof(wchar_t));
    printf("long-double %d\\n", (int)sizeof(long double));
    printf("enum %d\\n", (int)sizeof(enum one));
    printf("struct %d\\n", (int)sizeof(struct mixed));
    printf("char-signed %d\\n", (char)-1 < 0);
    return 0;
}
"""
GO_MOD = "module hostproof.example/cgo\n\ngo 1.17\n"
WORK_H = """\
#include <stddef.h>
void nothing(void);
char *filled(size_t size, int with);
int is_filled(const char *p, size_t size, int with);
void release(char *p);
long in_use(void);
const char *libc_running(void);
int libc_major(void);
int libc_minor(void);
int call_back(int value);
int set_errno(int value);
"""
WORK_C = """\
#include <errno.h>
#include <malloc.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif
#include "work.h"
#include "_cgo_export.h"

void nothing(void) {}

char *filled(size_t size, int with) {
    char *p = malloc(size);
    if (p != NULL)
        memset(p, with, size);
    return p;
}

int is_filled(const char *p, size_t size, int with) {
    size_t i;
    for (i = 0; i < size; i++)
        if (p[i] != (char)with)
            return 0;
    return 1;
}

void release(char *p) { free(p); }

long in_use(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    return (long)mallinfo2().uordblks;
#else
    return -1;
#endif
}

const char *libc_running(void) {
#ifdef __GLIBC__
    return gnu_get_libc_version();
#else
    return "";
#endif
}

int libc_major(void) {
#ifdef __GLIBC__
    return __GLIBC__;
#else
    return 0;
#endif
}

int libc_minor(void) {
#ifdef __GLIBC__
    return __GLIBC_MINOR__;
#else
    return 0;
#endif
}

static void *on_thread(void *value) {
    *(int *)value = goDouble(*(int *)value);
    return NULL;
}

int call_back(int value) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, on_thread, &value) != 0)
        return -1;
    pthread_join(thread, NULL);
    return value;
}

int set_errno(int value) {
    errno = value;
    return -1;
}
"""
MAIN_GO = """\
package main

// #include "work.h"
import "C"

import (
	"encoding/json"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// Counted is the first arena of the C library, which is the main thread's.
func init() { runtime.LockOSThread() }

//export goDouble
func goDouble(value C.int) C.int { return 2 * value }

func trips(count int) (failures int) {
	for i := 0; i < count; i++ {
		size := C.size_t(1 + i*37%65536)
		p := C.filled(size, C.int(i%128))
		if p == nil {
			failures++
			continue
		}
		bytes := (*[1 << 20]byte)(unsafe.Pointer(p))[:int(size):int(size)]
		if bytes[0] != byte(i%128) || bytes[size-1] != byte(i%128) || C.is_filled(p, size, C.int(i%128)) == 0 {
			failures++
		}
		C.release(p)
	}
	return failures
}

func cost(count int) int64 {
	best := int64(1) << 62
	for round := 0; round < 5; round++ {
		started := time.Now()
		for i := 0; i < count; i++ {
			C.nothing()
		}
		if took := time.Since(started).Nanoseconds() / int64(count); took < best {
			best = took
		}
	}
	return best
}

func main() {
	const count = 2000
	trips(count)
	before := int64(C.in_use())
	failures := trips(count)
	said := map[string]interface{}{
		"memory.trips":    count,
		"memory.failures": failures,
		"call_cost":       cost(20000),
		"callback":        int(C.call_back(21)) == 42,
		"libc.name":       "other",
	}
	_, err := C.set_errno(C.int(syscall.ENOTTY))
	said["errno"] = err == syscall.ENOTTY
	if after := int64(C.in_use()); after >= 0 && before >= 0 {
		said["memory.kept"] = after - before
	}
	if C.libc_major() > 0 {
		said["libc.name"] = "glibc"
		said["libc.running"] = C.GoString(C.libc_running())
		said["libc.headers"] = strconv.Itoa(int(C.libc_major())) + "." + strconv.Itoa(int(C.libc_minor()))
	}
	if json.NewEncoder(os.Stdout).Encode(said) != nil {
		os.Exit(3)
	}
}
"""
CGO_FILES = {"go.mod": GO_MOD, "main.go": MAIN_GO, "work.c": WORK_C, "work.h": WORK_H}
