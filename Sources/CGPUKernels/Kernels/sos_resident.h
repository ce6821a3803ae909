// A cascade of second-order sections that stays on the device: it is launched once, and runs block after block as they are asked for in
// a mailbox (mailbox.h) that the processor sees too. A thread a row; samples go through shared memory in pieces, and a piece passes all
// sections before the next one is read, since x and y may lie in the memory of the host.
//
// coefficients [sections][5]: b0, b1, b2, a1, a2, read anew for each block. state [sections][rows][2], of the plain transposed form. All
// in double: what a block costs is its way to the device and back.
#define PIECE 32

KERNEL(64) NAME(
    volatile const GLOBAL REAL *x, volatile GLOBAL REAL *y, GLOBAL double *state, volatile const GLOBAL double *coefficients,
    volatile GLOBAL u32 *mailbox, i64 stride, int rows, int sections)
{
  SHARED double piece[64 * (PIECE + 1)];
  SHARED u32 order[4];
  const int thread = THREAD, group = GROUP, first = group * 64, row = first + thread;
  const int here = rows - first < 64 ? rows - first : 64;
  if (thread == 0) order[0] = 0;
  BARRIER();
  do {
    BARRIER();
    if (thread == 0) {
      const u32 last = order[0];
      u32 request = last, stop = 0, beats = 0;
      while (request == last && stop == 0) {
        request = LOAD_SYSTEM(&mailbox[MAIL_REQUEST]);
        stop = LOAD_SYSTEM(&mailbox[MAIL_STOP]);
        if (group == 0) STORE_SYSTEM(&mailbox[MAIL_HEART], ++beats);
        BACK_OFF();
      }
      order[0] = request;
      order[1] = stop;
      order[2] = stop == 0 ? LOAD_SYSTEM(&mailbox[MAIL_FRAMES]) : 0;
      order[3] = LOAD_SYSTEM(&mailbox[MAIL_RESET]);
    }
    BARRIER();
    const i64 frames = (i64)order[2];
    int is_finite_here = 1;
    if (order[3] != 0 && row < rows) {
      for (int s = 0; s < sections; ++s) {
        state[((i64)s * rows + row) * 2] = 0;
        state[((i64)s * rows + row) * 2 + 1] = 0;
      }
    }
    for (i64 start = 0; start < frames; start += PIECE) {
      const int count = frames - start < PIECE ? (int)(frames - start) : PIECE;
      BARRIER();
      for (int i = thread; i < here * PIECE; i += 64) {
        const int r = i / PIECE, f = i % PIECE;
        if (f < count) {
          const REAL in = x[(first + r) * stride + start + f];
          piece[r * (PIECE + 1) + f] = ISFINITE(in) ? (double)in : 0.0;
        }
      }
      BARRIER();
      if (row < rows) {
        LOCAL double *mine = piece + thread * (PIECE + 1);
        for (int s = 0; s < sections; ++s) {
          volatile const GLOBAL double *c = coefficients + 5 * s;
          const double b0 = c[0], b1 = c[1], b2 = c[2], a1 = c[3], a2 = c[4];
          GLOBAL double *stored = state + ((i64)s * rows + row) * 2;
          double z1 = stored[0], z2 = stored[1];
          for (int f = 0; f < count; ++f) {
            const double u = mine[f], out = FMA(b0, u, z1);
            z1 = FMA(b1, u, FMA(-a1, out, z2));
            z2 = FMA(b2, u, -a2 * out);
            mine[f] = out;
          }
          stored[0] = z1;
          stored[1] = z2;
        }
        for (int f = 0; f < count; ++f) {
          if (!ISFINITE((REAL)mine[f])) is_finite_here = 0;
        }
      }
      BARRIER();
      for (int i = thread; i < here * PIECE; i += 64) {
        const int r = i / PIECE, f = i % PIECE;
        if (f < count) y[(first + r) * stride + start + f] = (REAL)piece[r * (PIECE + 1) + f];
      }
    }
    if (is_finite_here == 0) STORE_SYSTEM(&mailbox[MAIL_OVERFLOW], order[0]);
    FENCE_SYSTEM();
    BARRIER();
    if (thread == 0 && order[1] == 0) STORE_SYSTEM(&mailbox[MAIL_DONE + 16 * group], order[0]);
    BARRIER();
  } while (order[1] == 0);
}
#undef PIECE
