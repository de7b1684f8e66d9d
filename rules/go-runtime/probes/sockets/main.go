// Sockets connects to itself by TCP, UDP and Unix sockets, and sends messages to and fro.
package main

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"hostproof.invalid/probes/report"
)

const (
	patience   = time.Second
	mostErrors = 3
	size       = 64
)

type result struct {
	errors       report.Errors
	connect, rtt []int64
}

func (r *result) facts() report.Facts {
	return report.Facts{"errors": r.errors.Counts(), "connect": r.connect, "rtt": r.rtt}
}

// serve sends back whatever comes.
func serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			io.Copy(conn, conn)
			conn.Close()
		}()
	}
}

// stream connects often, then sends messages over one connection.
func stream(network, address string, connects, messages int) *result {
	found := &result{connect: []int64{}, rtt: []int64{}}
	listener, err := net.Listen(network, address)
	if err != nil {
		found.errors.Add("listen", err)
		return found
	}
	defer listener.Close()
	go serve(listener)
	target := listener.Addr().String()
	for i := 0; i < connects && found.errors.Total() < mostErrors; i++ {
		started := time.Now()
		conn, err := net.DialTimeout(network, target, patience)
		if err != nil {
			found.errors.Add("connect", err)
			continue
		}
		found.connect = append(found.connect, time.Since(started).Nanoseconds())
		conn.Close()
	}
	if conn, err := net.DialTimeout(network, target, patience); err != nil {
		found.errors.Add("connect", err)
	} else {
		found.talk(conn, messages)
		conn.Close()
	}
	return found
}

// datagrams sends messages without a connection.
func datagrams(network, address, own string, messages int) *result {
	found := &result{connect: []int64{}, rtt: []int64{}}
	server, err := net.ListenPacket(network, address)
	if err != nil {
		found.errors.Add("bind", err)
		return found
	}
	defer server.Close()
	go func() {
		buffer := make([]byte, 2*size)
		for {
			count, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			server.WriteTo(buffer[:count], from)
		}
	}()
	var conn net.Conn
	if network == "unixgram" {
		conn, err = net.DialUnix(network, &net.UnixAddr{Name: own, Net: network}, server.LocalAddr().(*net.UnixAddr))
	} else {
		conn, err = net.Dial(network, server.LocalAddr().String())
	}
	if err != nil {
		found.errors.Add("connect", err)
		return found
	}
	found.talk(conn, messages)
	conn.Close()
	return found
}

// talk sends messages and waits for each to come back.
func (r *result) talk(conn net.Conn, messages int) {
	out, in := make([]byte, size), make([]byte, size)
	for i := 0; i < messages && r.errors.Total() < mostErrors; i++ {
		out[0], out[1] = byte(i), byte(i>>8)
		conn.SetDeadline(time.Now().Add(patience))
		started := time.Now()
		if _, err := conn.Write(out); err != nil {
			r.errors.Add("send", err)
			continue
		}
		if _, err := io.ReadFull(conn, in); err != nil {
			r.errors.Add("receive", err)
			continue
		}
		r.rtt = append(r.rtt, time.Since(started).Nanoseconds())
		if in[0] != out[0] || in[1] != out[1] {
			r.errors.Add("receive", errors.New("another message than was sent"))
		}
	}
}

// closed returns what comes of connecting to a port that nobody listens at.
func closed() string {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "listen " + report.Short(err)
	}
	target := listener.Addr().String()
	listener.Close()
	conn, err := net.DialTimeout("tcp4", target, patience)
	if err != nil {
		return "connect " + report.Short(err)
	}
	conn.Close()
	return "connected"
}

func main() {
	connects, messages := report.Number(1), report.Number(2)
	folder := os.Args[3]
	at := func(name string) string { return filepath.Join(folder, name) }
	abstract := "@hostproof-" + strconv.Itoa(os.Getpid())
	report.Print(report.Facts{
		"tcp":      stream("tcp4", "127.0.0.1:0", connects, messages).facts(),
		"udp":      datagrams("udp4", "127.0.0.1:0", "", messages).facts(),
		"unix":     stream("unix", at("s"), connects, messages).facts(),
		"packet":   stream("unixpacket", at("p"), connects, messages).facts(),
		"datagram": datagrams("unixgram", at("d"), at("c"), messages).facts(),
		"abstract": stream("unix", abstract, connects, messages).facts(),
		"closed":   closed(),
	})
}
