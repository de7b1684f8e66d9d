// Command service is a small Go service with a debug endpoint, and with faults that flags bring about.
package main

import (
	"expvar"
	"flag"
	"fmt"
	"log"
	"math"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime/metrics"
	"time"
)

var (
	held    [][]byte
	sink    []byte
	garbage = flag.Int("garbage", 0, "MiB of garbage to make in a second")
	live    = flag.Int("live", 0, "MiB to hold")
	leak    = flag.Int("leak", 0, "goroutines that wait for ever")
	spin    = flag.Int("spin", 0, "goroutines that never stop working")
	nodes   = flag.Int("nodes", 0, "thousands of linked nodes to hold")
	listen  = flag.String("listen", "127.0.0.1:0", "where the debug endpoint listens")
	hang    = flag.Bool("hang", false, "let the debug endpoint never answer")
)

type node struct {
	next *node
	rest [6]*node
}

var chain *node

func wait() { select {} }

func work() {
	for x := uint64(1); ; x++ {
		if x == 0 {
			fmt.Println("never")
		}
	}
}

func litter(perSecond int) {
	for {
		for i := 0; i < perSecond*16/50; i++ {
			sink = make([]byte, 65536)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// edge returns a bucket's edge as JSON can have it.
func edge(f float64) any {
	if math.IsInf(f, 0) {
		return nil
	}
	return f
}

// all returns every metric of the runtime by its name.
func all() any {
	found := map[string]any{}
	var samples []metrics.Sample
	for _, one := range metrics.All() {
		samples = append(samples, metrics.Sample{Name: one.Name})
	}
	metrics.Read(samples)
	for _, one := range samples {
		switch one.Value.Kind() {
		case metrics.KindUint64:
			found[one.Name] = one.Value.Uint64()
		case metrics.KindFloat64:
			found[one.Name] = one.Value.Float64()
		case metrics.KindFloat64Histogram:
			h := one.Value.Float64Histogram()
			var edges []any
			for _, b := range h.Buckets {
				edges = append(edges, edge(b))
			}
			found[one.Name] = map[string]any{"counts": h.Counts, "buckets": edges}
		}
	}
	return found
}

func main() {
	flag.Parse()
	for i := 0; i < *live; i++ {
		piece := make([]byte, 1<<20)
		for at := range piece {
			piece[at] = 1
		}
		held = append(held, piece)
	}
	for i := 0; i < *nodes*1000; i++ {
		chain = &node{next: chain, rest: [6]*node{chain, chain}}
	}
	for i := 0; i < *leak; i++ {
		go wait()
	}
	if *garbage > 0 {
		go litter(*garbage)
	}
	if os.Getenv("METRICS") != "" {
		expvar.Publish("runtime", expvar.Func(all))
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	var handler http.Handler // nil is the one that expvar and pprof registered with
	if *hang {
		handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { wait() })
	}
	fmt.Println(listener.Addr())
	for i := 0; i < *spin; i++ {
		go work()
	}
	log.Fatal(http.Serve(listener, handler))
}
