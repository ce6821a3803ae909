// Lane movements as constants, for vectors of 2, 4, 8 and 16 lanes of any type.
#ifndef SWIFTLET_SHUFFLES_H
#define SWIFTLET_SHUFFLES_H

#define SK_GLUE3_(a, b, c) a##_##b##_##c
#define SK_GLUE3(a, b, c) SK_GLUE3_(a, b, c)
#define SK_GLUE2_(a, b) a##_##b
#define SK_GLUE2(a, b) SK_GLUE2_(a, b)
#define SK_SHUFFLE __builtin_shufflevector

// SK_DELAY_V_s(a, b): b moved up by s lanes, with the last s lanes of a below it.
#define SK_DELAY_2_1(a, b) SK_SHUFFLE(a, b, 1, 2)
#define SK_DELAY_2_2(a, b) (a)
#define SK_DELAY_4_1(a, b) SK_SHUFFLE(a, b, 3, 4, 5, 6)
#define SK_DELAY_4_2(a, b) SK_SHUFFLE(a, b, 2, 3, 4, 5)
#define SK_DELAY_4_4(a, b) (a)
#define SK_DELAY_8_1(a, b) SK_SHUFFLE(a, b, 7, 8, 9, 10, 11, 12, 13, 14)
#define SK_DELAY_8_2(a, b) SK_SHUFFLE(a, b, 6, 7, 8, 9, 10, 11, 12, 13)
#define SK_DELAY_8_4(a, b) SK_SHUFFLE(a, b, 4, 5, 6, 7, 8, 9, 10, 11)
#define SK_DELAY_8_8(a, b) (a)
#define SK_DELAY_16_1(a, b) SK_SHUFFLE(a, b, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
#define SK_DELAY_16_2(a, b) SK_SHUFFLE(a, b, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
#define SK_DELAY_16_4(a, b) SK_SHUFFLE(a, b, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27)
#define SK_DELAY_16_8(a, b) SK_SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
#define SK_DELAY_16_16(a, b) (a)

// SK_ENTER_V_s(a, b): b moved up by s lanes, with the first s lanes of a below it.
#define SK_ENTER_2_1(a, b) SK_SHUFFLE(a, b, 0, 2)
#define SK_ENTER_4_1(a, b) SK_SHUFFLE(a, b, 0, 4, 5, 6)
#define SK_ENTER_4_2(a, b) SK_SHUFFLE(a, b, 0, 1, 4, 5)
#define SK_ENTER_8_1(a, b) SK_SHUFFLE(a, b, 0, 8, 9, 10, 11, 12, 13, 14)
#define SK_ENTER_8_2(a, b) SK_SHUFFLE(a, b, 0, 1, 8, 9, 10, 11, 12, 13)
#define SK_ENTER_8_4(a, b) SK_SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define SK_ENTER_16_1(a, b) SK_SHUFFLE(a, b, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
#define SK_ENTER_16_2(a, b) SK_SHUFFLE(a, b, 0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
#define SK_ENTER_16_4(a, b) SK_SHUFFLE(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27)
#define SK_ENTER_16_8(a, b) SK_SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)

// SK_LOW_V_h and SK_HIGH_V_h: the two halves of exchanging the off-diagonal h x h blocks of two rows h apart.
#define SK_LOW_2_1(a, b) SK_SHUFFLE(a, b, 0, 2)
#define SK_HIGH_2_1(a, b) SK_SHUFFLE(a, b, 1, 3)
#define SK_LOW_4_1(a, b) SK_SHUFFLE(a, b, 0, 4, 2, 6)
#define SK_HIGH_4_1(a, b) SK_SHUFFLE(a, b, 1, 5, 3, 7)
#define SK_LOW_4_2(a, b) SK_SHUFFLE(a, b, 0, 1, 4, 5)
#define SK_HIGH_4_2(a, b) SK_SHUFFLE(a, b, 2, 3, 6, 7)
#define SK_LOW_8_1(a, b) SK_SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define SK_HIGH_8_1(a, b) SK_SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define SK_LOW_8_2(a, b) SK_SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define SK_HIGH_8_2(a, b) SK_SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define SK_LOW_8_4(a, b) SK_SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define SK_HIGH_8_4(a, b) SK_SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define SK_LOW_16_1(a, b) SK_SHUFFLE(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#define SK_HIGH_16_1(a, b) SK_SHUFFLE(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)
#define SK_LOW_16_2(a, b) SK_SHUFFLE(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define SK_HIGH_16_2(a, b) SK_SHUFFLE(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define SK_LOW_16_4(a, b) SK_SHUFFLE(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
#define SK_HIGH_16_4(a, b) SK_SHUFFLE(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
#define SK_LOW_16_8(a, b) SK_SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define SK_HIGH_16_8(a, b) SK_SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)

// SK_MIX_LOW_V(a, b) and SK_MIX_HIGH_V: of every four lanes the first two, and the last two, of a and b in turns.
#define SK_MIX_LOW_4(a, b) SK_SHUFFLE(a, b, 0, 4, 1, 5)
#define SK_MIX_HIGH_4(a, b) SK_SHUFFLE(a, b, 2, 6, 3, 7)
#define SK_MIX_LOW_8(a, b) SK_SHUFFLE(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define SK_MIX_HIGH_8(a, b) SK_SHUFFLE(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define SK_MIX_LOW_16(a, b) SK_SHUFFLE(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define SK_MIX_HIGH_16(a, b) SK_SHUFFLE(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)

// SK_JOIN_V_g(p): a vector of V lanes from V / g vectors of g lanes.
#define SK_JOIN_2_2(p) (p)[0]
#define SK_JOIN_4_4(p) (p)[0]
#define SK_JOIN_4_2(p) SK_SHUFFLE((p)[0], (p)[1], 0, 1, 2, 3)
#define SK_JOIN_8_4(p) SK_SHUFFLE((p)[0], (p)[1], 0, 1, 2, 3, 4, 5, 6, 7)
#define SK_JOIN_8_2(p)                                                                                                 \
  SK_SHUFFLE(SK_JOIN_4_2(p), SK_JOIN_4_2((p) + 2), 0, 1, 2, 3, 4, 5, 6, 7)
#define SK_JOIN_16_4(p)                                                                                                \
  SK_SHUFFLE(SK_JOIN_8_4(p), SK_JOIN_8_4((p) + 2), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

// SK_ZIP_LOW_V(a, b) and SK_ZIP_HIGH_V: the lanes of a and b in turns. SK_EVEN_V and SK_ODD_V undo them.
#define SK_ZIP_LOW_4(a, b) SK_SHUFFLE(a, b, 0, 4, 1, 5)
#define SK_ZIP_HIGH_4(a, b) SK_SHUFFLE(a, b, 2, 6, 3, 7)
#define SK_EVEN_4(a, b) SK_SHUFFLE(a, b, 0, 2, 4, 6)
#define SK_ODD_4(a, b) SK_SHUFFLE(a, b, 1, 3, 5, 7)
#define SK_ZIP_LOW_8(a, b) SK_SHUFFLE(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define SK_ZIP_HIGH_8(a, b) SK_SHUFFLE(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define SK_EVEN_8(a, b) SK_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define SK_ODD_8(a, b) SK_SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define SK_ZIP_LOW_16(a, b) SK_SHUFFLE(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define SK_ZIP_HIGH_16(a, b) SK_SHUFFLE(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define SK_EVEN_16(a, b) SK_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define SK_ODD_16(a, b) SK_SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)

#endif
