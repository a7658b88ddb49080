#define _POSIX_C_SOURCE 200809L
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Progress progress_begin(int epochs, double images_per_epoch) {
    return (Progress){epochs, images_per_epoch, seconds_now(), isatty(STDOUT_FILENO) == 1};
}

static void bar(int done, int all) {
    enum { WIDTH = 8 };
    int full = (int)((long long)WIDTH * done / all);
    putchar('[');
    for (int i = 0; i < WIDTH; i++) fputs(i < full ? "█" : "░", stdout);
    fputs("] ", stdout);
}

void progress_show(const Progress *progress, int done, const Epoch *last) {
    int every = (progress->epochs + 9) / 10;
    if (!progress->terminal && done % every && done != progress->epochs) return;

    double passed = seconds_now() - progress->start;
    double left = passed / done * (progress->epochs - done);
    if (progress->terminal) putchar('\r');
    else printf("epoch ");
    printf("%3d/%d ", done, progress->epochs);
    if (progress->terminal) bar(done, progress->epochs);
    printf("loss %.3f train %5.1f%% test %5.1f%% ", last->train_loss, 100 * last->train_accuracy,
           100 * last->test_accuracy);
    printf("%4.0fk images/s %.1f s left", done * progress->images_per_epoch / passed / 1000, left);
    if (!progress->terminal || done == progress->epochs) putchar('\n');
    fflush(stdout);
}
