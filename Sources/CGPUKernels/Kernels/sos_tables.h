// The tables of a cascade of second-order sections, shared by its kernels.
//
// Compile-time: REAL (samples and arithmetic), SECTIONS (a group's sections), PER_THREAD (P), THREADS, LOOK_BACK (tiles at most).
// A group has the joint state of N = 2 SECTIONS numbers. A tile is L = THREADS x P frames of one row.
// tables, per group (REAL):   coefficients [SECTIONS][6] {theta, b0, b1, b2, a1, a2 of the shifted form} | input weights [P][N] |
//                             A^(P 2^j) for j = 0...5 [6][N][N]
// carries, per group (double): theta [SECTIONS] | (A^(32 P))^i [WARPS][N][N] | (A^L)^i [LOOK_BACK + 1][N][N]
// scan_shape: [0] tiles to look back, [1] whether every window publishes a prefix at its end, [2] groups of sections in all.
// rows_table, for rows of different lengths (`ragged`, longest first): offsets in x, offsets in y, lengths [3][rows], then the
//                             tickets before each tile [tiles + 1].
// state [2][groups][rows][N]: z1, z2 of the plain transposed form, so that new coefficients can take it over.
#define N (2 * SECTIONS)
#define WARPS (THREADS / 32)
#define TILE (THREADS * PER_THREAD)
#define PADDED(i) ((i) + (i) / PER_THREAD)
#define TABLE_SIZE (6 * SECTIONS + PER_THREAD * N + 6 * N * N)
#define CARRY_SIZE (SECTIONS + (WARPS + LOOK_BACK + 1) * N * N)
#define SCAN_STEP(j) { SHUFFLE_UP(before, v, N, (1 << (j))); if (lane >= (1 << (j))) multiply_add(v, powers + (j)*N*N, before); }

// v += M u, where M is lower triangular in blocks of 2 x 2.
DEVICE void multiply_add(REAL *v, const LOCAL REAL *M, const REAL *u) {
  UNROLL for (int r = 0; r < N; ++r) {
    REAL sum = v[r];
    UNROLL for (int q = 0; q < N; ++q) if (q <= (r | 1)) sum = FMA(M[r * N + q], u[q], sum);
    v[r] = sum;
  }
}

