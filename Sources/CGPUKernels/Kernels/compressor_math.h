// Logarithm and power of two in double, by the same polynomials as the CPU's, so that both sides agree to the last digits.
#ifdef __OPENCL_VERSION__
typedef ulong u64;
  #define BITS_OF(x) as_ulong(x)
  #define OF_BITS(x) as_double(x)
  #define BITS_OF_FLOAT(x) as_uint(x)
#else
typedef unsigned long long u64;
  #define BITS_OF(x) ((u64)__double_as_longlong(x))
  #define OF_BITS(x) __longlong_as_double((i64)(x))
  #define BITS_OF_FLOAT(x) __float_as_uint(x)
#endif

// Of positive numbers: the exponent, and an odd polynomial in (m - 1) / (m + 1) for the rest. 2^-1000 and less are silence.
DEVICE double octaves(double value) {
  const u64 bits = BITS_OF(value > 0x1p-1000 ? value : 0x1p-1000);
  // Counted from sqrt(1/2), so that the rest lies between sqrt(1/2) and sqrt(2).
  const i64 exponent = (i64)(bits - 0x3fe6a09e667f3bcduL) >> 52;
  const double m = OF_BITS(bits - ((u64)exponent << 52));
  const double s = (m - 1) / (m + 1), q = s * s;
  double p = 0.43425591030717708928;
  p = FMA(p, q, 0.57658454312708266677);
  p = FMA(p, q, 0.96180075918212338597);
  p = FMA(p, q, 2.8853900727522957195);
  return FMA(p, s, (double)exponent);
}

// 2^t: the whole part goes into the exponent, the rest of at most 1/2 through a polynomial.
DEVICE double power_of_two(double exponent) {
  const double low = exponent > -1000 ? exponent : -1000, t = low < 1000 ? low : 1000;
  // Adding 1.5 * 2^52 leaves the nearest whole number in the last bits.
  const double moved = t + 6755399441055744.0, f = t - (moved - 6755399441055744.0);
  double p = 0.000015196156286378139985;
  p = FMA(p, f, 0.00015466756287555565579);
  p = FMA(p, f, 0.0013333935056272881724);
  p = FMA(p, f, 0.0096180381321776749099);
  p = FMA(p, f, 0.055504103659915399005);
  p = FMA(p, f, 0.24022651066560043949);
  p = FMA(p, f, 0.69314718070453156682);
  p = FMA(p, f, 1.0);
  return OF_BITS(BITS_OF(p) + (BITS_OF(moved) << 52));
}

// A parameter at a frame of the launch: where it stood, then up to five changes, each of which fades from what the value does to its own:
// {value, how many frames it is old at frame 0, its frames}, these negative for a straight line and 0 behind the last change.
#define PARAMETER_WORDS 16
DEVICE double parameter_at(const GLOBAL double *words, double frame) {
  double value = words[0];
  for (int k = 1; k < PARAMETER_WORDS && words[k + 2] != 0; k += 3) {
    const int straight = words[k + 2] < 0;
    const double length = straight ? -words[k + 2] : words[k + 2], age = words[k + 1] + frame;
    if (age >= length) {
      value = words[k];
    } else if (age > 0) {
      const double t = age / length;
      value = FMA(straight ? t : t * t * t * FMA(t, FMA(6.0, t, -15.0), 10.0), words[k] - value, value);
    }
  }
  return value;
}
