/// What the live path needs from C: copies and a clock that the callback may use, threads, and the trampolines through which a device
/// calls the callback and a worker its block.
#ifndef SWIFTLET_REALTIME_H
#define SWIFTLET_REALTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/// Lets Swift functions that may neither lock nor allocate call a C function that does neither.
#define RT_SAFE __attribute__((swift_attr("@_noLocks")))

/// Under the realtime sanitizer, whatever such a function calls is watched.
#if defined(RTSAN_BUILD)
#define RT_NONBLOCKING __attribute__((nonblocking))
#else
#define RT_NONBLOCKING
#endif

/// What a device hands to its callback: planar samples, one address a channel.
typedef struct {
  /// NULL where the device brings no input this time.
  const float *_Nonnull const *_Nullable input;
  /// NULL where the device takes no output.
  float *_Nonnull const *_Nullable output;
  int32_t input_channels;
  int32_t output_channels;
  int32_t frames;
  /// Device flags, see `RT_DEVICE_…`.
  uint32_t flags;
  /// When the cycle began, in nanoseconds of the device's clock.
  int64_t time;
} rt_cycle;

enum {
  /// Input was lost before this cycle.
  RT_DEVICE_INPUT_OVERFLOW = 1,
  /// Output had a gap before this cycle.
  RT_DEVICE_OUTPUT_UNDERFLOW = 2,
};

typedef void (*rt_cycle_function)(void *_Nonnull context, const rt_cycle *_Nonnull cycle);
typedef void (*rt_block_function)(void *_Nonnull context);

/// Calls the callback of a device.
RT_SAFE void rt_run_cycle(rt_cycle_function _Nonnull function, void *_Nonnull context,
                          const rt_cycle *_Nonnull cycle) RT_NONBLOCKING;
/// Calls the block of a worker.
RT_SAFE void rt_run_block(rt_block_function _Nonnull function, void *_Nonnull context) RT_NONBLOCKING;

/// Copies samples between places that do not overlap.
RT_SAFE static inline void rt_copy(float *_Nonnull target, const float *_Nonnull source, size_t frames) {
  memcpy(target, source, frames * sizeof(float));
}

/// Fills with zeros.
RT_SAFE static inline void rt_clear(float *_Nonnull target, size_t frames) {
  memset(target, 0, frames * sizeof(float));
}

/// Nanoseconds of the monotonic clock, which Linux and macOS read without entering the kernel.
RT_SAFE static inline int64_t rt_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// A thread and what it was granted.
typedef struct {
  /// The system's handle.
  uintptr_t handle;
  /// Whether it has realtime priority.
  bool is_realtime;
  /// Why it has not, as an error number; 0 when it was not asked for.
  int refusal;
} rt_thread;

/// Starts a thread.
///
/// - name: at most 15 bytes.
/// - priority: of SCHED_FIFO, 1 to 99; 0 for a normal thread. Where it is refused the thread runs with normal priority.
/// - returns 0, or the error number when there is no thread.
int rt_thread_start(rt_thread *_Nonnull thread, const char *_Nonnull name, int priority,
                    void (*_Nonnull body)(void *_Nonnull), void *_Nonnull context);
/// Waits for the end of a thread.
void rt_thread_join(rt_thread thread);
/// Lets a thread end by itself, whenever that is.
void rt_thread_detach(rt_thread thread);
/// Lets another thread of the same priority run.
void rt_thread_yield(void);

/// Keeps all present pages of the process in memory, so that no block waits for a page.
/// Returns 0, or the error number where it is not permitted, and ENOTSUP under a sanitizer, whose shadow memory would not fit.
int rt_lock_memory(void);

#endif
