#include "report.h"

#include <stdio.h>
#include <stdlib.h>

void report_print_confusion(const Report *report) {
    int counts[CLASSES][CLASSES] = {{0}};
    for (size_t i = 0; i < report->test_count; i++)
        counts[report->tests[i].truth][report->tests[i].predicted]++;

    printf("written |");
    for (int c = 0; c < CLASSES; c++) printf("%4d", c);
    printf("  <- read as\n--------+");
    for (int c = 0; c < CLASSES; c++) printf("----");
    putchar('\n');
    for (int r = 0; r < CLASSES; r++) {
        int all = 0;
        printf("%7d |", r);
        for (int c = 0; c < CLASSES; c++) {
            if (counts[r][c]) printf("%4d", counts[r][c]);
            else printf("   .");
            all += counts[r][c];
        }
        printf("   %5.1f %% of %d\n", all ? 100.0 * counts[r][r] / all : 0.0, all);
    }
}

void report_free(Report *report) {
    free(report->epochs);
    free(report->tests);
    *report = (Report){0};
}
