/* What Go calls in C, and the thread of C that calls Go. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "_cgo_export.h"

void hostproof_nothing(void) {}

int hostproof_sum(const unsigned char *bytes, int count) {
	int sum = 0;
	for (int i = 0; i < count; i++) {
		sum += bytes[i];
	}
	return sum;
}

static void *call_go(void *number) { return (void *)(intptr_t)hostproofTwice((int)(intptr_t)number); }

int hostproof_thread(int number) {
	pthread_t thread;
	void *answer = NULL;
	if (pthread_create(&thread, NULL, call_go, (void *)(intptr_t)number) != 0) {
		return -1;
	}
	pthread_join(thread, &answer);
	return (int)(intptr_t)answer;
}
