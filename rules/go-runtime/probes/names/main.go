// Names looks up a host's addresses by the resolver it was built with.
package main

import (
	"context"
	"net"
	"os"
	"sort"
	"time"

	"hostproof.invalid/probes/report"
)

const patience = 4 * time.Second

func main() {
	looks, name := report.Number(1), os.Args[2]
	facts := report.Facts{"cgo": cgo, "addresses": []string{}, "error": nil}
	took := []int64{}
	for i := 0; i < looks; i++ {
		limit, cancel := context.WithTimeout(context.Background(), patience)
		started := time.Now()
		found, err := net.DefaultResolver.LookupHost(limit, name)
		cancel()
		if err != nil {
			facts["error"] = err.Error()
			break
		}
		took = append(took, time.Since(started).Nanoseconds())
		sort.Strings(found)
		facts["addresses"] = found
	}
	facts["took"] = took
	report.Print(facts)
}
