// Timers measures how late sleeps and ticks of a millisecond are, and whether any is early.
package main

import (
	"time"

	"hostproof.invalid/probes/report"
)

const period = time.Millisecond

func main() {
	sleeps, ticks := report.Number(1), report.Number(2)
	var late, jitter []int64
	for i := 0; i < sleeps; i++ {
		started := time.Now()
		time.Sleep(period)
		late = append(late, (time.Since(started) - period).Nanoseconds())
	}
	started := time.Now()
	ticker := time.NewTicker(period)
	earliest, last := time.Hour, started
	for i := 1; i <= ticks; i++ {
		<-ticker.C
		now := time.Now()
		if ahead := now.Sub(started) - time.Duration(i)*period; ahead < earliest {
			earliest = ahead
		}
		away := (now.Sub(last) - period).Nanoseconds()
		if away < 0 {
			away = -away
		}
		jitter = append(jitter, away)
		last = now
	}
	ticker.Stop()
	missed := int64(last.Sub(started)/period) - int64(ticks)
	if missed < 0 {
		missed = 0
	}
	report.Print(report.Facts{"sleep": late, "jitter": jitter, "earliest": earliest.Nanoseconds(), "missed": missed})
}
