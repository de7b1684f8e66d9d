// Threads keeps as many goroutines busy as may run at once, then gives each of many others a thread of its own.
//
// Where no thread can be made, the runtime ends the program, and says how many there were.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hostproof.invalid/probes/report"
)

const (
	mostBusy = 1024
	patience = 2 * time.Second
)

// threads returns how many threads this process has (proc_pid_status(5)); -1 where that can't be read.
func threads() int {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "Threads:") {
			if count, err := strconv.Atoi(strings.TrimSpace(line[8:])); err == nil {
				return count
			}
		}
	}
	return -1
}

// busy starts goroutines that all run until the last of them does, or patience ends: each needs a thread.
func busy(count int) {
	var running int64
	var wait sync.WaitGroup
	end := time.Now().Add(patience)
	for i := 0; i < count; i++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			atomic.AddInt64(&running, 1)
			for atomic.LoadInt64(&running) < int64(count) && time.Now().Before(end) {
				continue
			}
		}()
	}
	wait.Wait()
}

func main() {
	asked := report.Number(1)
	debug.SetMaxThreads(asked + 2*mostBusy)
	procs := runtime.GOMAXPROCS(0)
	if procs > mostBusy {
		procs = mostBusy
	}
	busy(procs)
	var wait sync.WaitGroup
	stop := make(chan struct{})
	started := time.Now()
	for i := 0; i < asked; i++ {
		wait.Add(1)
		go func() {
			runtime.LockOSThread()
			wait.Done()
			<-stop
		}()
	}
	wait.Wait()
	took := time.Since(started).Nanoseconds()
	report.Print(report.Facts{"made": threads(), "took": took, "procs": procs})
	close(stop)
}
