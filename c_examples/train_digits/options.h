/* The command line of train_digits. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <tendon.h>

typedef struct Options {
    TensorDevice device;
    int epochs;
    uint64_t seed;
    const char *csv, *svg;
} Options;

/* False when there is nothing to run: *exit_code says whether that is an error. */
bool options_parse(int argc, char **argv, Options *out, int *exit_code);

#endif
