// Settings tells what a Go program started here finds itself set to: processors, collector, memory limit.
package main

import (
	"math"
	"runtime"
	"runtime/debug"

	"hostproof.invalid/probes/report"
)

func main() {
	facts := report.Facts{"cpus": runtime.NumCPU(), "procs": runtime.GOMAXPROCS(0), "gogc": nil, "limit": nil}
	if percent := debug.SetGCPercent(100); percent >= 0 {
		facts["gogc"] = percent
	}
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		facts["limit"] = limit
	}
	report.Print(facts)
}
