// What all stateful kernels share. `control` is three words that belong to one stage:
//   [0] ticket   the next piece of work; tickets are drawn in order, so that whoever waits, waits for a group that has started
//   [1] done     groups that have finished
//   [2] epoch    launches so far: its parity says which half of a state pair is the old one, and it tags the flags
// The last group to finish starts the next epoch, when no other reads it any more: nothing has to be reset between launches, and a
// recorded launch can be replayed with the same arguments.
// `counters`: [0] samples of the plan's input that were not finite, [1] results that were not finite.
#define CHECK_INPUT 1
#define COUNT_INPUT 2

#define FINISH_EPOCH(control, groups) \
  do { \
    FENCE(); \
    BARRIER(); \
    if (thread == 0) { \
      if (ATOMIC_ADD(&(control)[1], 1) + 1u == (u32)(groups)) { \
        STORE_WORD(&(control)[0], 0u); \
        STORE_WORD(&(control)[1], 0u); \
        STORE_RELEASE(&(control)[2], (epoch) + 1u); \
      } \
    } \
  } while (0)

DEVICE REAL clean_input(REAL value, int check, volatile GLOBAL u32 *counters) {
  if ((check & CHECK_INPUT) && !ISFINITE(value)) {
    if (check & COUNT_INPUT) ATOMIC_ADD(&counters[0], 1);
    return (REAL)0;
  }
  return value;
}
