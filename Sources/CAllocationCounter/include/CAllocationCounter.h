/// Counts the allocations of the calling thread, by standing in front of the allocator's entry points.
#ifndef SWIFTLET_ALLOCATION_COUNTER_H
#define SWIFTLET_ALLOCATION_COUNTER_H

#include <stdbool.h>

/// Whether allocations can be counted in this build: with glibc and without a sanitizer, which has an allocator of its own.
bool ac_available(void);
/// Starts counting from 0 on the calling thread.
void ac_start(void);
/// The count of the calling thread since it started counting.
long ac_count(void);
/// Stops counting on the calling thread and returns the count.
long ac_stop(void);

#endif
