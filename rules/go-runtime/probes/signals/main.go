// Signals sends SIGUSR1 and SIGUSR2 to itself: one at a time, many at once, and after the channel was stopped.
package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"hostproof.invalid/probes/report"
)

const (
	patience = time.Second
	quiet    = 30 * time.Millisecond
	mostLost = 3
)

var pid = os.Getpid()

// oneByOne sends a signal only after the one before came, or was given up.
func oneByOne(number syscall.Signal, count int) (took []int64, lost int) {
	came := make(chan os.Signal, 1)
	signal.Notify(came, number)
	defer signal.Stop(came)
	for i := 0; i < count && lost < mostLost; i++ {
		started := time.Now()
		if syscall.Kill(pid, number) != nil {
			lost++
			continue
		}
		select {
		case <-came:
			took = append(took, time.Since(started).Nanoseconds())
		case <-time.After(patience):
			lost++
		}
	}
	return took, lost
}

// burst sends many at once; the kernel keeps one of those that are still pending, so fewer arrive.
func burst(number syscall.Signal, count int) (delivered int) {
	came := make(chan os.Signal, 1)
	signal.Notify(came, number)
	defer signal.Stop(came)
	for i := 0; i < count; i++ {
		syscall.Kill(pid, number)
	}
	wait := patience
	for {
		select {
		case <-came:
			delivered++
			wait = quiet
		case <-time.After(wait):
			return delivered
		}
	}
}

// stopped sends one after Stop: it must reach another channel, and not the stopped one.
func stopped(number syscall.Signal) (wrong, right int) {
	was, is := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(was, number)
	signal.Notify(is, number)
	defer signal.Stop(is)
	signal.Stop(was)
	syscall.Kill(pid, number)
	select {
	case <-is:
		right = 1
	case <-time.After(patience):
	}
	select {
	case <-was:
		wrong = 1
	case <-time.After(quiet):
	}
	return wrong, right
}

func main() {
	count := report.Number(1)
	took := []int64{}
	var lost, fewest, wrong, right int
	for i, number := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2} {
		times, missing := oneByOne(number, count)
		took, lost = append(took, times...), lost+missing
		delivered := burst(number, count)
		if i == 0 || delivered < fewest {
			fewest = delivered
		}
		stray, arrived := stopped(number)
		wrong, right = wrong+stray, right+arrived
	}
	report.Print(report.Facts{"sent": 2 * count, "lost": lost, "latency": took, "burst": fewest, "stray": wrong, "arrived": right})
}
