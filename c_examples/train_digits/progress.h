/* One line that shows how far the training is; plain lines now and then when stdout is not a terminal. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

typedef struct Epoch {
    double train_loss, train_accuracy; /* over the epoch, with dropout */
    double test_loss, test_accuracy;   /* after the epoch */
} Epoch;

typedef struct Progress {
    int epochs;
    double images_per_epoch;
    double start;
    bool terminal;
} Progress;

double seconds_now(void); /* of a clock that only goes forward */

Progress progress_begin(int epochs, double images_per_epoch);
void progress_show(const Progress *progress, int done, const Epoch *last);

#endif
