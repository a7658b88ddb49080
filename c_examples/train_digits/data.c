#include "data.h"

#include <stdio.h>
#include <stdlib.h>

/* Takes a number from 0 to max and the separator behind it off the front of a row. */
static bool take_number(char **at, long max, char separator, long *out) {
    char *end;
    *out = strtol(*at, &end, 10);
    if (end == *at || *out < 0 || *out > max) return false;
    if (separator == '\n' && *end == '\r') end++;
    if (*end != separator && !(separator == '\n' && *end == '\0')) return false;
    *at = *end ? end + 1 : end;
    return true;
}

static bool parse_row(char *row, uint8_t pixels[PIXELS], int64_t *label) {
    long number;
    for (int i = 0; i < PIXELS; i++) {
        if (!take_number(&row, INK, ',', &number)) return false;
        pixels[i] = (uint8_t)number;
    }
    if (!take_number(&row, CLASSES - 1, '\n', &number)) return false;
    *label = number;
    return true;
}

/* Makes room for one more image; capacities are powers of two. */
static bool grow(Digits *digits) {
    size_t n = digits->count;
    if (n & (n - 1)) return true;
    size_t capacity = n ? 2 * n : 1;
    uint8_t *pixels = realloc(digits->pixels, capacity * PIXELS);
    if (pixels) digits->pixels = pixels;
    int64_t *labels = realloc(digits->labels, capacity * sizeof *labels);
    if (labels) digits->labels = labels;
    return pixels && labels;
}

static bool read_rows(FILE *file, const char *path, Digits *out) {
    char row[512];
    while (fgets(row, sizeof row, file)) {
        if (!grow(out)) {
            fprintf(stderr, "%s: out of memory after %zu rows\n", path, out->count);
            return false;
        }
        if (!parse_row(row, out->pixels + out->count * PIXELS, &out->labels[out->count])) {
            fprintf(stderr, "%s:%zu: expected %d pixels from 0 to %d and a digit\n", path, out->count + 1, PIXELS, INK);
            return false;
        }
        out->count++;
    }
    if (ferror(file)) perror(path);
    else if (out->count < CLASSES) fprintf(stderr, "%s: only %zu rows\n", path, out->count);
    else return true;
    return false;
}

bool digits_load(const char *path, Digits *out) {
    *out = (Digits){0};
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return false;
    }
    bool ok = read_rows(file, path, out);
    fclose(file);
    if (!ok) digits_free(out);
    return ok;
}

void digits_free(Digits *digits) {
    free(digits->pixels);
    free(digits->labels);
    *digits = (Digits){0};
}
