/// What kernels tell of the samples that pass through them, so that nobody has to look for NaN or infinity before or behind.
#ifndef SWIFTLET_CKERNELS_SIGNAL_H
#define SWIFTLET_CKERNELS_SIGNAL_H

/// What a call met, as a set of bits.
typedef enum {
  SK_ALL_FINITE = 0,
  SK_CLEANED_INPUT = 1, ///< Input samples that are NaN or infinite: they counted as 0.
  SK_SUSPECT_OUTPUT = 2 ///< Output samples that may be NaN or infinite, as after an overflow. Without it none is.
} sk_signal;

#endif
