// Clock measures what time.Now costs beside a real system call, and compares the wall clock with the monotonic one.
package main

import (
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"hostproof.invalid/probes/report"
)

const (
	calls          = 1000
	clockMonotonic = 1 // include/uapi/linux/time.h
	burst          = 31
)

var base = time.Now()

// cost returns the time of one call in each of some batches.
func cost(batches int, call func()) []int64 {
	var found []int64
	for i := 0; i < batches; i++ {
		started := time.Now()
		for n := 0; n < calls; n++ {
			call()
		}
		found = append(found, time.Since(started).Nanoseconds()/calls)
	}
	return found
}

// ask reads the clock by a system call, never through the vDSO.
func ask() {
	var spec syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&spec)), 0)
}

// offset returns how far the wall clock is ahead of the monotonic one: the median of a burst of looks at both.
func offset() int64 {
	var found []int64
	for i := 0; i < burst; i++ {
		now := time.Now()
		found = append(found, now.UnixNano()-now.Sub(base).Nanoseconds())
	}
	sort.Slice(found, func(i, j int) bool { return found[i] < found[j] })
	return found[burst/2]
}

// backwards counts how often a goroutine sees an earlier time than another one, or itself, has seen before.
func backwards(looks int) int64 {
	var latest, found int64
	var wait sync.WaitGroup
	for i := 0; i < runtime.GOMAXPROCS(0)+1; i++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for n := 0; n < looks; n++ {
				before := atomic.LoadInt64(&latest)
				now := time.Since(base).Nanoseconds()
				if now < before {
					atomic.AddInt64(&found, 1)
				}
				atomic.CompareAndSwapInt64(&latest, before, now)
			}
		}()
	}
	wait.Wait()
	return found
}

func main() {
	batches, milliseconds := report.Number(1), report.Number(2)
	facts := report.Facts{
		"now":       cost(batches, func() { time.Now() }),
		"syscall":   cost(batches, ask),
		"backwards": backwards(batches * calls),
	}
	first, started := offset(), time.Now()
	last, excursion := first, int64(0)
	for time.Since(started) < time.Duration(milliseconds)*time.Millisecond {
		time.Sleep(10 * time.Millisecond)
		last = offset()
		away := last - first
		if away < 0 {
			away = -away
		}
		if away > excursion {
			excursion = away
		}
	}
	facts["excursion"] = excursion
	facts["drift"] = float64(last-first) / float64(time.Since(started).Nanoseconds()) * 1e6
	report.Print(facts)
}
