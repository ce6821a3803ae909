#include "CRealtime.h"

// Swift has no attribute for the realtime sanitizer. It watches what happens between the entry to a nonblocking function and its return,
// so that these two, which everything on the audio side runs under, switch it on for Swift too.

#if defined(RTSAN_BUILD)
#pragma clang diagnostic ignored "-Wfunction-effects"
#endif

void rt_run_cycle(rt_cycle_function function, void *context, const rt_cycle *cycle) RT_NONBLOCKING {
  function(context, cycle);
}

void rt_run_block(rt_block_function function, void *context) RT_NONBLOCKING { function(context); }
