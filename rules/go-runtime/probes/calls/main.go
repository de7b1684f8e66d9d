// Calls goes from Go to C and back: calls, memory of C, a callback from a thread that C has made.
package main

/*
#cgo LDFLAGS: -lpthread
#include <stdlib.h>
void hostproof_nothing(void);
int hostproof_sum(const unsigned char *bytes, int count);
int hostproof_thread(int number);
*/
import "C"

import (
	"time"
	"unsafe"

	"hostproof.invalid/probes/report"
)

const batch = 1000

//export hostproofTwice
func hostproofTwice(number C.int) C.int { return 2 * number }

// wrong takes memory of C, lets Go write to it and C read it, and gives it back; it counts what went wrong.
func wrong(rounds int) (failed int) {
	for i := 0; i < rounds; i++ {
		count := 16 + i%4096
		place := C.malloc(C.size_t(count))
		if place == nil {
			failed++
			continue
		}
		bytes := (*[1 << 20]byte)(place)[:count:count]
		want := 0
		for at := range bytes {
			bytes[at] = byte(at + i)
			want += int(bytes[at])
		}
		if int(C.hostproof_sum((*C.uchar)(unsafe.Pointer(place)), C.int(count))) != want {
			failed++
		}
		C.free(place)
	}
	return failed
}

// callbacks counts the threads of C that called Go and got the right answer.
func callbacks(threads int) (right int) {
	for i := 1; i <= threads; i++ {
		if int(C.hostproof_thread(C.int(i))) == 2*i {
			right++
		}
	}
	return right
}

func main() {
	batches, rounds, threads := report.Number(1), report.Number(2), report.Number(3)
	times := []int64{}
	for i := 0; i < batches; i++ {
		started := time.Now()
		for n := 0; n < batch; n++ {
			C.hostproof_nothing()
		}
		times = append(times, time.Since(started).Nanoseconds()/batch)
	}
	report.Print(report.Facts{"call": times, "wrong": wrong(rounds), "threads": threads, "callbacks": callbacks(threads)})
}
