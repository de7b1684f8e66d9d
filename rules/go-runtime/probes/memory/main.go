// Memory takes much memory, gives it back, and looks how much of it the kernel still counts.
package main

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"hostproof.invalid/probes/report"
)

const (
	piece    = 8 << 20
	patience = 2 * time.Second
)

// resident returns the bytes of memory that the kernel counts for this process (proc_pid_statm(5)).
func resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return -1
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		return -1
	}
	return pages * int64(os.Getpagesize())
}

func main() {
	pieces := make([][]byte, report.Number(1)<<20/piece)
	before := resident()
	for i := range pieces {
		pieces[i] = make([]byte, piece)
		for at := 0; at < piece; at += 4096 {
			pieces[i][at] = 1
		}
	}
	peak := resident()
	pieces = nil
	debug.FreeOSMemory()
	after := resident()
	for started := time.Now(); after > before+peak/20 && time.Since(started) < patience; after = resident() {
		time.Sleep(20 * time.Millisecond)
		debug.FreeOSMemory()
	}
	report.Print(report.Facts{"before": before, "peak": peak, "after": after})
}
