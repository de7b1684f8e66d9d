// Collector lets the garbage collector work, and measures when it starts, how long all stands still, and what GOGC
// and a memory limit do.
package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"

	"hostproof.invalid/probes/report"
)

const (
	piece    = 32 << 10
	room     = 16 << 20
	garbage  = 256 << 20
	patience = 5 * time.Second
	most     = 400
)

var (
	kept [][]byte
	sink []byte
)

// growth returns, by GOGC, the heap at which the next collection is due, as a share of what is alive.
func growth() map[string]float64 {
	found := map[string]float64{}
	for _, percent := range []int{50, 100, 200} {
		debug.SetGCPercent(percent)
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		found[strconv.Itoa(percent)] = float64(stats.NextGC) / float64(stats.HeapAlloc)
	}
	debug.SetGCPercent(100)
	return found
}

func number(sample metrics.Sample) uint64 {
	if sample.Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample.Value.Uint64()
}

// triggers returns how full the heap was, as a share of its goal, when last looked at before each change of the goal:
// the end of a collection sets a new one.
func triggers(cycles int) []float64 {
	look := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	seen, last := uint64(0), 0.0
	found := []float64{}
	for started := time.Now(); len(found) < cycles && time.Since(started) < patience; {
		sink = make([]byte, piece)
		metrics.Read(look)
		goal := number(look[1])
		if goal != seen && last > 0 {
			found = append(found, last)
		}
		if goal == seen && goal > 0 {
			last = float64(number(look[0])) / float64(goal)
		}
		seen = goal
	}
	return found
}

// pauses returns the times in which all goroutines stood still for the collector: upper ends of a histogram's buckets.
func pauses() []int64 {
	found := []int64{}
	for _, name := range []string{"/sched/pauses/total/gc:seconds", "/gc/pauses:seconds"} {
		look := []metrics.Sample{{Name: name}}
		metrics.Read(look)
		if look[0].Value.Kind() != metrics.KindFloat64Histogram {
			continue
		}
		histogram := look[0].Value.Float64Histogram()
		for i, count := range histogram.Counts {
			end := histogram.Buckets[i+1]
			if math.IsInf(end, 1) {
				end = histogram.Buckets[i]
			}
			for n := uint64(0); n < count && len(found) < most; n++ {
				found = append(found, int64(end*1e9))
			}
		}
		return found
	}
	return found
}

// limited makes garbage below a memory limit, with GOGC off: only the limit can start a collection then. It takes its
// time, as the collector may have to wait for a processor.
func limited() (limit, highest, cycles int64) {
	look := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/gc/cycles/automatic:gc-cycles"},
	}
	used := func() int64 {
		metrics.Read(look)
		return int64(number(look[0]) - number(look[1]))
	}
	debug.FreeOSMemory()
	limit = used() + room
	before := number(look[2])
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(limit)
	for made := 0; made < garbage; made += piece {
		sink = make([]byte, piece)
		if made%(1<<20) == 0 {
			time.Sleep(50 * time.Microsecond)
		}
		if now := used(); now > highest {
			highest = now
		}
	}
	cycles = int64(number(look[2]) - before)
	debug.SetMemoryLimit(math.MaxInt64)
	debug.SetGCPercent(100)
	return limit, highest, cycles
}

func main() {
	live, cycles := report.Number(1)<<20, report.Number(2)
	for i := 0; i < live/piece; i++ {
		kept = append(kept, make([]byte, piece))
	}
	facts := report.Facts{"growth": growth(), "trigger": triggers(cycles), "pauses": pauses()}
	facts["limit"], facts["highest"], facts["limited"] = limited()
	facts["made"] = garbage
	runtime.KeepAlive(kept)
	report.Print(facts)
}
