// Web speaks HTTP over TLS with a server of its own: many at once, over connections that are used again.
package main

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync"
	"time"

	"hostproof.invalid/probes/report"
)

const (
	patience = 5 * time.Second
	silence  = 200 * time.Millisecond
	answer   = "hello"
)

type result struct {
	lock               sync.Mutex
	errors             report.Errors
	requests, reused   int
	handshake, latency []int64
	protocol           string
}

func (r *result) handshook(started time.Time) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.handshake = append(r.handshake, time.Since(started).Nanoseconds())
}

// one makes a request and reads its whole answer, without which the connection would not be used again.
func (r *result) one(client *http.Client, address string) {
	var shaking time.Time
	var again bool
	trace := &httptrace.ClientTrace{
		GotConn:           func(info httptrace.GotConnInfo) { again = info.Reused },
		TLSHandshakeStart: func() { shaking = time.Now() },
		TLSHandshakeDone:  func(tls.ConnectionState, error) { r.handshook(shaking) },
	}
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		r.errors.Add("request", err)
		return
	}
	started := time.Now()
	response, err := client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if err != nil {
		r.errors.Add("get", err)
		return
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err == nil && (string(body) != answer || response.StatusCode != http.StatusOK) {
		err = errors.New("another answer than was sent")
	}
	if err != nil {
		r.errors.Add("read", err)
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.requests++
	if again {
		r.reused++
	}
	r.protocol = response.Proto
	r.latency = append(r.latency, time.Since(started).Nanoseconds())
}

// exchange lets some workers make requests at once.
func exchange(workers, requests int, second bool) *result {
	found := &result{handshake: []int64{}, latency: []int64{}}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		found.errors.Add("listen", err)
		return found
	}
	handler := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) }
	quiet := log.New(io.Discard, "", 0) // of connections that were begun and not needed
	server := &httptest.Server{
		Listener: listener, EnableHTTP2: second, Config: &http.Server{Handler: http.HandlerFunc(handler), ErrorLog: quiet},
	}
	server.StartTLS()
	defer server.Close()
	client := server.Client()
	client.Timeout = patience
	transport := client.Transport.(*http.Transport)
	transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = workers, workers
	var wait sync.WaitGroup
	for i := 0; i < workers; i++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for n := 0; n < requests && found.errors.Total() < workers; n++ {
				found.one(client, server.URL)
			}
		}()
	}
	wait.Wait()
	return found
}

// silent connects to a server that never says anything; the time limit of the handshake must end that.
func silent() (string, int64) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "listen " + report.Short(err), 0
	}
	defer listener.Close()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSHandshakeTimeout: silence}}
	started := time.Now()
	response, err := client.Get("https://" + listener.Addr().String())
	took := time.Since(started).Nanoseconds()
	if err != nil {
		return "get " + report.Short(err), took
	}
	response.Body.Close()
	return "answered", took
}

func main() {
	workers, requests := report.Number(1), report.Number(2)
	first := exchange(workers, requests, false)
	second := exchange(2, requests, true)
	end, took := silent()
	report.Print(report.Facts{
		"errors": first.errors.Counts(), "requests": first.requests, "reused": first.reused,
		"handshake": first.handshake, "latency": first.latency,
		"h2errors": second.errors.Counts(), "h2protocol": second.protocol,
		"silent": end, "waited": took,
	})
}
