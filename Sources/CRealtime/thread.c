#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CRealtime.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif

// Enough for a deep graph, small enough to be locked.
enum { stack_bytes = 1 << 20 };

typedef struct {
  void (*body)(void *);
  void *context;
  char name[16];
} start;

static void *run(void *argument) {
  start copy = *(start *)argument;
  free(argument);
#if defined(__APPLE__)
  pthread_setname_np(copy.name);
#endif
  copy.body(copy.context);
  return NULL;
}

static int create(pthread_t *handle, int priority, start *argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  if (priority > 0) {
    struct sched_param parameters = {.sched_priority = priority};
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
    pthread_attr_setschedparam(&attributes, &parameters);
  }
  int error = pthread_create(handle, &attributes, run, argument);
  pthread_attr_destroy(&attributes);
  return error;
}

int rt_thread_start(rt_thread *thread, const char *name, int priority, void (*body)(void *), void *context) {
  start *argument = malloc(sizeof *argument);
  if (!argument) return ENOMEM;
  argument->body = body;
  argument->context = context;
  strncpy(argument->name, name, sizeof argument->name - 1);
  argument->name[sizeof argument->name - 1] = 0;

  pthread_t handle;
  int refusal = 0;
  int error = EPERM;
  if (priority > 0) {
    error = create(&handle, priority, argument);
    refusal = error;
  }
  if (error) error = create(&handle, 0, argument);
  if (error) {
    free(argument);
    return error;
  }
#if defined(__linux__)
  pthread_setname_np(handle, name);
#endif
  thread->handle = (uintptr_t)handle;
  thread->is_realtime = priority > 0 && refusal == 0;
  thread->refusal = refusal;
  return 0;
}

void rt_thread_join(rt_thread thread) { pthread_join((pthread_t)thread.handle, NULL); }
void rt_thread_detach(rt_thread thread) { pthread_detach((pthread_t)thread.handle); }
void rt_thread_yield(void) { sched_yield(); }

int rt_lock_memory(void) {
#if defined(HAS_SHADOW_MEMORY)
  return ENOTSUP;
#else
  return mlockall(MCL_CURRENT) == 0 ? 0 : errno;
#endif
}
