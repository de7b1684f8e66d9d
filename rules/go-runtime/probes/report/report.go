// Package report prints what a probe program learnt, as one JSON object on one line.
package report

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
)

// Facts are what a program learnt, by name. Times are in nanoseconds, sizes in bytes.
type Facts map[string]any

// Print writes the facts; it is the last thing a program does.
func Print(facts Facts) {
	if json.NewEncoder(os.Stdout).Encode(facts) != nil {
		os.Exit(3)
	}
}

// Number returns an argument of the program, counted from 1; it ends the program where there is none.
func Number(place int) int {
	if place < len(os.Args) {
		if number, err := strconv.Atoi(os.Args[place]); err == nil && number > 0 {
			return number
		}
	}
	os.Stderr.WriteString("argument " + strconv.Itoa(place) + " must be a number above 0\n")
	os.Exit(4)
	return 0
}

// Errors counts errors by what was tried and what came of it: "dial 111" is the errno 111.
type Errors struct {
	lock   sync.Mutex
	counts map[string]int
	total  int
}

// Add counts an error.
func (e *Errors) Add(tried string, err error) {
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.counts == nil {
		e.counts = map[string]int{}
	}
	e.counts[tried+" "+Short(err)]++
	e.total++
}

// Total returns how many there are.
func (e *Errors) Total() int {
	e.lock.Lock()
	defer e.lock.Unlock()
	return e.total
}

// Counts returns all that was counted.
func (e *Errors) Counts() map[string]int {
	e.lock.Lock()
	defer e.lock.Unlock()
	found := map[string]int{}
	for what, count := range e.counts {
		found[what] = count
	}
	return found
}

// Short returns an error's errno as a number, "timeout", or the beginning of its text.
func Short(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return strconv.Itoa(int(number))
	}
	var failed net.Error
	if errors.As(err, &failed) && failed.Timeout() {
		return "timeout"
	}
	text := err.Error()
	if len(text) > 120 {
		text = text[:120]
	}
	return text
}
