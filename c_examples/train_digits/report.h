/* What a run found out, printed and drawn. */
#ifndef REPORT_H
#define REPORT_H

#include "data.h"
#include "progress.h"

typedef struct Prediction {
    size_t image; /* index into the digits */
    int truth, predicted;
    double probability; /* of the predicted digit */
} Prediction;

typedef struct Report {
    Epoch *epochs;
    int epoch_count;
    Prediction *tests;
    size_t test_count;
    double accuracy, seconds;
} Report;

/* Rows: what was written; columns: what was read. */
void report_print_confusion(const Report *report);

/* The curves and the misread digits as an SVG file. False after saying on stderr what is wrong. */
bool report_draw(const Report *report, const Digits *digits, const char *path);

void report_free(Report *report);

#endif
