/* The UCI digits in plain C arrays. */
#ifndef DATA_H
#define DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, CLASSES = 10, INK = 16 };

typedef struct Digits {
    size_t count;
    uint8_t *pixels; /* [count, PIXELS], 0 (paper) to INK */
    int64_t *labels; /* [count], 0 to CLASSES - 1 */
} Digits;

/* Reads a CSV file with PIXELS pixels and a label in each row. False after saying on stderr what is wrong. */
bool digits_load(const char *path, Digits *out);
void digits_free(Digits *digits);

#endif
