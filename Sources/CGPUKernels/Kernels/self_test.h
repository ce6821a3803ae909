// What the other kernels rely on: shuffles inside a warp, atomics, and the hand-over from one group to the next.
// results [3]: threads whose shuffle was right, tickets drawn, and the sum that went from group to group.
KERNEL(64) NAME(volatile GLOBAL u32 *control, volatile GLOBAL double *chain, volatile GLOBAL u32 *flags, volatile GLOBAL u32 *results)
{
  SHARED u32 ticket;
  SHUFFLE_SCRATCH(float, THREADS * 2)
  const int thread = THREAD, lane = thread & 31;
  float value[2], before[2];
  value[0] = (float)thread; value[1] = (float)(2 * thread);
  SHUFFLE_UP(before, value, 2, 4);
  const float expected = (float)(lane >= 4 ? thread - 4 : thread);
  if (before[0] == expected && before[1] == 2 * expected) ATOMIC_ADD(&results[0], 1);
  if (thread == 0) ticket = ATOMIC_ADD(&control[0], 1);
  BARRIER();
  const i64 place = (i64)ticket;
  if (thread == 0) {
    double sum = (double)(place + 1);
    if (place > 0) {
      while (LOAD_ACQUIRE(&flags[place - 1]) != 1u) { BACK_OFF(); }
      sum += get_shared_double(chain, place - 1);
    }
    put_shared_double(chain, place, sum);
    FENCE();
    STORE_RELEASE(&flags[place], 1u);
    ATOMIC_ADD(&results[1], 1);
    if (place + 1 == GROUPS) STORE_WORD(&results[2], (u32)sum);
  }
}
