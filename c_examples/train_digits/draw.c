/* The drawing of a report: two plots of the training on the left, the misread digits on the right. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 1060, HEIGHT = 640, PLOT_LEFT = 78, PLOT_WIDTH = 440, PLOT_HEIGHT = 192 };

static const char STYLE[] =
    "<style>"
    "text{font-family:'Helvetica Neue',Helvetica,Arial,'DejaVu Sans',sans-serif;font-size:12px;fill:#475569}"
    ".h{font-size:22px;font-weight:bold;fill:#0f172a}.p{font-size:14px;font-weight:bold;fill:#0f172a}"
    ".c{text-anchor:middle}.e{text-anchor:end}.b{font-size:14px;font-weight:bold;fill:#0f172a}"
    ".g{stroke:#e2e8f0}.a{stroke:#94a3b8}.l{fill:none;stroke-width:2;stroke-linejoin:round}"
    "</style>\n";
static const char TRAIN_COLOUR[] = "#94a3b8", TEST_COLOUR[] = "#2563eb";

/* ---- the two plots: value against epoch ---- */

typedef struct Plot {
    const char *title;
    double (*train)(const Epoch *), (*test)(const Epoch *);
    const char *tick; /* how printf writes a number at the vertical axis */
    double top;
    double low, high, step; /* of the vertical axis */
} Plot;

static double train_loss(const Epoch *e) { return e->train_loss; }
static double test_loss(const Epoch *e) { return e->test_loss; }
static double train_percent(const Epoch *e) { return 100 * e->train_accuracy; }
static double test_percent(const Epoch *e) { return 100 * e->test_accuracy; }

/* Epochs 1 … n from left to right; one epoch alone stands at the left. */
static double x_of(const Report *report, int epoch) {
    int steps = report->epoch_count > 1 ? report->epoch_count - 1 : 1;
    return PLOT_LEFT + PLOT_WIDTH * (double)(epoch - 1) / steps;
}

static double y_of(const Plot *plot, double value) {
    return plot->top + PLOT_HEIGHT * (plot->high - value) / (plot->high - plot->low);
}

/* The smallest of 1, 2, 5, 10, 20, 50, … that cuts the range into at most `most` parts. */
static int nice_step(double range, int most) {
    static const int mantissas[] = {1, 2, 5};
    int power = 1;
    for (int i = 0;; i++) {
        int step = mantissas[i % 3] * power;
        if (range / step <= most) return step;
        if (i % 3 == 2) power *= 10;
    }
}

/* From 0 to the largest loss, in tenths. */
static void fit_losses(Plot *plot, const Report *report) {
    double largest = 0;
    for (int i = 0; i < report->epoch_count; i++)
        largest = fmax(largest, fmax(report->epochs[i].train_loss, report->epochs[i].test_loss));
    plot->step = nice_step(10 * largest, 6) / 10.0;
    plot->low = 0;
    plot->high = plot->step * ceil(largest / plot->step);
}

/* From the ten per cent below the smallest accuracy to all of them. */
static void fit_percents(Plot *plot, const Report *report) {
    double smallest = 1;
    for (int i = 0; i < report->epoch_count; i++)
        smallest = fmin(smallest, fmin(report->epochs[i].train_accuracy, report->epochs[i].test_accuracy));
    plot->low = fmin(90, 10 * floor(10 * smallest));
    plot->high = 100;
    plot->step = nice_step(plot->high - plot->low, 5);
}

static void draw_vertical_axis(FILE *svg, const Plot *plot) {
    for (int i = 0; plot->high - i * plot->step > plot->low - plot->step / 2; i++) {
        double value = plot->high - i * plot->step, y = y_of(plot, value);
        fprintf(svg, "<line class='g' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>", PLOT_LEFT, PLOT_LEFT + PLOT_WIDTH, y, y);
        fprintf(svg, "<text class='e' x='%d' y='%.1f'>", PLOT_LEFT - 8, y + 4);
        fprintf(svg, plot->tick, value);
        fprintf(svg, "</text>\n");
    }
}

static void draw_horizontal_axis(FILE *svg, const Plot *plot, const Report *report) {
    double bottom = plot->top + PLOT_HEIGHT;
    int step = nice_step(report->epoch_count, 10);
    for (int epoch = 1; epoch <= report->epoch_count; epoch++) {
        if (epoch % step && epoch != 1) continue;
        double x = x_of(report, epoch);
        fprintf(svg, "<line class='a' x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'/>", x, x, bottom, bottom + 5);
        fprintf(svg, "<text class='c' x='%.1f' y='%.1f'>%d</text>\n", x, bottom + 19, epoch);
    }
    fprintf(svg, "<text class='c' x='%d' y='%.1f'>epoch</text>\n", PLOT_LEFT + PLOT_WIDTH / 2, bottom + 36);
    fprintf(svg, "<path class='a' fill='none' d='M%d %.1fV%.1fH%d'/>\n", PLOT_LEFT, plot->top, bottom,
            PLOT_LEFT + PLOT_WIDTH);
}

static void draw_curve(FILE *svg, const Plot *plot, const Report *report, double (*value)(const Epoch *),
                       const char *colour) {
    fprintf(svg, "<polyline class='l' stroke='%s' points='", colour);
    for (int i = 0; i < report->epoch_count; i++)
        fprintf(svg, "%.1f,%.1f ", x_of(report, i + 1), y_of(plot, value(&report->epochs[i])));
    double last = value(&report->epochs[report->epoch_count - 1]);
    fprintf(svg, "'/><circle fill='%s' r='3.5' cx='%.1f' cy='%.1f'/>\n", colour, x_of(report, report->epoch_count),
            y_of(plot, last));
}

static void draw_legend_entry(FILE *svg, double x, double y, const char *colour, const char *text) {
    fprintf(svg, "<line class='l' stroke='%s' x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f'/>", colour, x, x + 22, y, y);
    fprintf(svg, "<text x='%.1f' y='%.1f'>%s</text>\n", x + 28, y + 4, text);
}

static void draw_plot(FILE *svg, const Plot *plot, const Report *report) {
    fprintf(svg, "<text class='p' x='%d' y='%.1f'>%s</text>\n", PLOT_LEFT, plot->top - 14, plot->title);
    draw_legend_entry(svg, PLOT_LEFT + PLOT_WIDTH - 238, plot->top - 18, TRAIN_COLOUR, "training, with dropout");
    draw_legend_entry(svg, PLOT_LEFT + PLOT_WIDTH - 58, plot->top - 18, TEST_COLOUR, "test");
    draw_vertical_axis(svg, plot);
    draw_horizontal_axis(svg, plot, report);
    draw_curve(svg, plot, report, plot->train, TRAIN_COLOUR);
    draw_curve(svg, plot, report, plot->test, TEST_COLOUR);
}

/* ---- the misread digits ---- */

enum { GRID_LEFT = 590, GRID_TOP = 118, GRID_WIDTH = 450, CAPTION = 40 };

/* How many digits stand in a row, how many rows there are, and how large a pixel is drawn. */
typedef struct Grid {
    int columns, rows, pixel;
} Grid;

/* The fewer digits, the larger. */
static Grid grid_for(int count) {
    if (count <= 4) return (Grid){2, 2, 22};
    if (count <= 9) return (Grid){3, 3, 14};
    if (count <= 16) return (Grid){4, 4, 10};
    return (Grid){5, 4, 9};
}

static void draw_digit(FILE *svg, const uint8_t *pixels, double x, double y, int pixel) {
    fprintf(svg, "<g shape-rendering='crispEdges'>");
    for (int i = 0; i < PIXELS; i++) {
        int grey = 255 - 255 * pixels[i] / INK;
        fprintf(svg, "<rect x='%g' y='%g' width='%d' height='%d' fill='#%02x%02x%02x'/>", x + i % SIDE * pixel,
                y + i / SIDE * pixel, pixel, pixel, grey, grey, grey);
    }
    fprintf(svg, "</g>\n<rect class='a' fill='none' x='%g' y='%g' width='%d' height='%d'/>\n", x, y, SIDE * pixel,
            SIDE * pixel);
}

static void draw_prediction(FILE *svg, const Digits *digits, const Prediction *p, const Grid *grid, int place) {
    int side = SIDE * grid->pixel;
    double x = GRID_LEFT + place % grid->columns * (GRID_WIDTH / grid->columns);
    double y = GRID_TOP + place / grid->columns * (side + CAPTION);
    draw_digit(svg, digits->pixels + p->image * PIXELS, x, y, grid->pixel);
    double middle = x + side / 2, below = y + side;
    fprintf(svg, "<text class='b c' x='%g' y='%g'>%d → %d</text>", middle, below + 17, p->truth, p->predicted);
    fprintf(svg, "<text class='c' x='%g' y='%g'>p = %.2f</text>\n", middle, below + 32, p->probability);
}

/* The surest mistakes first. */
static int by_probability(const void *a, const void *b) {
    double p = (*(const Prediction *const *)a)->probability, q = (*(const Prediction *const *)b)->probability;
    return (p < q) - (p > q);
}

static void draw_misread(FILE *svg, const Report *report, const Digits *digits, const Prediction **misread) {
    int count = 0;
    for (size_t i = 0; i < report->test_count; i++)
        if (report->tests[i].truth != report->tests[i].predicted) misread[count++] = &report->tests[i];
    qsort(misread, (size_t)count, sizeof *misread, by_probability);

    Grid grid = grid_for(count);
    int shown = count < grid.rows * grid.columns ? count : grid.rows * grid.columns;
    fprintf(svg, "<text class='p' x='%d' y='%d'>%d misread", GRID_LEFT, GRID_TOP - 14, count);
    if (shown < count) fprintf(svg, ", the surest %d", shown);
    fprintf(svg, ": written → read as</text>\n");
    for (int i = 0; i < shown; i++) draw_prediction(svg, digits, misread[i], &grid, i);
}

/* ---- all of it ---- */

static void draw(FILE *svg, const Report *report, const Digits *digits, const Prediction **misread) {
    fprintf(svg, "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d'>\n", WIDTH, HEIGHT,
            WIDTH, HEIGHT);
    fprintf(svg, "%s<rect width='100%%' height='100%%' fill='white'/>\n", STYLE);
    fprintf(svg, "<text class='h' x='24' y='42'>%.1f %% of %zu held-out digits read correctly</text>\n",
            100 * report->accuracy, report->test_count);
    fprintf(svg, "<text x='24' y='64'>64 → 128 → 64 → 10, GELU, dropout, AdamW; %d epoch%s over %zu images",
            report->epoch_count, report->epoch_count == 1 ? "" : "s", digits->count - report->test_count);
    fprintf(svg, " in %.1f s</text>\n", report->seconds);
    Plot losses = {.title = "Loss (smoothed labels)", .train = train_loss, .test = test_loss, .tick = "%.1f"};
    Plot percents = {.title = "Accuracy", .train = train_percent, .test = test_percent, .tick = "%.0f %%"};
    losses.top = 118;
    percents.top = 400;
    fit_losses(&losses, report);
    fit_percents(&percents, report);
    draw_plot(svg, &losses, report);
    draw_plot(svg, &percents, report);
    draw_misread(svg, report, digits, misread);
    fprintf(svg, "</svg>\n");
}

bool report_draw(const Report *report, const Digits *digits, const char *path) {
    const Prediction **misread = malloc((report->test_count + 1) * sizeof *misread);
    FILE *svg = misread ? fopen(path, "w") : NULL;
    if (svg) draw(svg, report, digits, misread);
    free(misread);
    bool ok = svg && !ferror(svg);
    if (svg && fclose(svg) != 0) ok = false;
    if (!ok) perror(path);
    return ok;
}
