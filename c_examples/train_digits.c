/* Trains a small network on the UCI digits: load, borrow, split, train, evaluate, draw.
 *
 *   x [n, 64] -> linear 128 -> GELU -> dropout -> linear 64 -> GELU -> dropout -> linear 10 -> loss
 *
 * This file is all that touches tensors; the files in train_digits/ read the CSV file, show progress and draw.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tendon.h>

#include "train_digits/data.h"
#include "train_digits/options.h"
#include "train_digits/progress.h"
#include "train_digits/report.h"

#define PI 3.14159265358979323846
#define LEARNING_RATE 8e-3
#define DROPOUT 0.3
#define SMOOTHING 0.1
#define WANTED_ACCURACY 0.97

enum { LAYERS = 3, BATCH = 32 };
static const int64_t WIDTHS[LAYERS + 1] = {PIXELS, 128, 64, CLASSES};

/* ---- scopes and modes: begun, used, and ended also when the part in between fails ---- */

/* The first failure is the one to report: ending a scope keeps its message. */
static TensorStatus end_scope(TensorScope *scope, TensorStatus status) {
    TensorStatus ended = tensor_scope_end(scope);
    return status != TENSOR_OK ? status : ended;
}

static TensorStatus end_mode(TensorMode *mode, TensorStatus status) {
    TensorStatus ended = tensor_mode_end(mode);
    return status != TENSOR_OK ? status : ended;
}

/* ---- data ---- */

typedef struct Set {
    Tensor *x; /* [n, PIXELS] f32, 0 to 1, on the device */
    Tensor *y; /* [n] i64, on the device */
    int64_t n;
    const int64_t *images; /* which of the digits these are; on the CPU */
} Set;

/* A tensor over the C array itself: both sides see each other's writes. */
static TensorStatus borrow(const Digits *digits, Tensor **images, Tensor **labels) {
    const int64_t shape[] = {(int64_t)digits->count, PIXELS};
    const size_t pixel_bytes = digits->count * PIXELS, label_bytes = digits->count * sizeof *digits->labels;
    TENSOR_TRY(tensor_from_host_buffer(digits->pixels, pixel_bytes, TENSOR_DTYPE_U8, shape, 2, NULL, images));

    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.read_only = true;
    return tensor_from_host_buffer(digits->labels, label_bytes, TENSOR_DTYPE_I64, shape, 1, &options, labels);
}

static TensorStatus show_zero_copy(const Tensor *images, uint8_t *pixels) {
    const uint8_t *address;
    Tensor *image, *pixel;
    int64_t seen;
    uint8_t before = pixels[0];
    TENSOR_TRY(tensor_data_u8(images, &address));
    TENSOR_TRY(tensor_select(images, 0, 0, &image));
    TENSOR_TRY(tensor_select(image, 0, 0, &pixel));
    printf("Borrowed %lld x %d pixels without a copy: the tensor's memory %s the C array.\n",
           (long long)tensor_size(images, 0), PIXELS, address == pixels ? "is" : "IS NOT");

    pixels[0] = 200;
    TENSOR_TRY(tensor_item_i64(pixel, &seen));
    printf("  C writes pixels[0] = 200          the tensor reads %lld\n", (long long)seen);
    TENSOR_TRY(tensor_fill_(pixel, tensor_scalar_i(99)));
    printf("  tensor_fill_(images[0][0], 99)    C reads %d\n", pixels[0]);
    pixels[0] = before;
    return TENSOR_OK;
}

/* Takes `count` rows from `start` of the shuffled order: x = pixels / 16 in f32, and y, moved to the device. */
static TensorStatus take(const Tensor *images, const Tensor *labels, const Tensor *order, int64_t start, int64_t count,
                         TensorDevice device, Set *out) {
    Tensor *rows, *x, *y;
    TENSOR_TRY(tensor_narrow(order, 0, start, count, &rows));
    TENSOR_TRY(tensor_data_i64(rows, &out->images));
    TENSOR_TRY(tensor_index_select(images, 0, rows, &x));
    TENSOR_TRY(tensor_to_dtype(x, TENSOR_DTYPE_F32, NULL, &x));
    TENSOR_TRY(tensor_mul_scalar_(x, tensor_scalar_f(1.0 / INK)));
    TENSOR_TRY(tensor_index_select(labels, 0, rows, &y));
    TENSOR_TRY(tensor_to_device(x, device, NULL, &out->x));
    TENSOR_TRY(tensor_to_device(y, device, NULL, &out->y));
    out->n = count;
    return TENSOR_OK;
}

/* Every fourth image is held out, by a shuffled order: the two sets have no image in common. */
static TensorStatus split(const Tensor *images, const Tensor *labels, TensorDevice device, Set *train, Set *test) {
    Tensor *order;
    int64_t n = tensor_size(images, 0), held_out = n / 4;
    TENSOR_TRY(tensor_randperm(n, NULL, &order));
    TENSOR_TRY(take(images, labels, order, 0, held_out, device, test));
    return take(images, labels, order, held_out, n - held_out, device, train);
}

/* ---- the network ---- */

typedef struct Net {
    Tensor *parameters[2 * LAYERS]; /* weight [out, in] and bias [out] of each layer */
} Net;

/* Uniform in ±bound, ready for training. Drawn on the CPU: the same numbers on every device. */
static TensorStatus uniform(const int64_t *shape, size_t ndim, double bound, TensorDevice device, Tensor **out) {
    Tensor *u;
    TENSOR_TRY(tensor_rand(shape, ndim, NULL, &u)); /* 0 to 1 */
    TENSOR_TRY(tensor_mul_scalar_(u, tensor_scalar_f(2 * bound)));
    TENSOR_TRY(tensor_sub_scalar_(u, tensor_scalar_f(bound)));
    TENSOR_TRY(tensor_to_device(u, device, NULL, out));
    return tensor_set_requires_grad(*out, true);
}

/* Kaiming-uniform: weights in ±√(6 / inputs), so that activations keep their size; biases in ±1/√inputs. */
static TensorStatus net_init(Net *net, TensorDevice device) {
    for (int i = 0; i < LAYERS; i++) {
        const int64_t shape[] = {WIDTHS[i + 1], WIDTHS[i]};
        double inputs = (double)WIDTHS[i];
        TENSOR_TRY(uniform(shape, 2, sqrt(6 / inputs), device, &net->parameters[2 * i]));
        TENSOR_TRY(uniform(shape, 1, 1 / sqrt(inputs), device, &net->parameters[2 * i + 1]));
    }
    return TENSOR_OK;
}

/* logits = W₃·d(g(W₂·d(g(W₁·x + b₁)) + b₂)) + b₃ with g = GELU and d = dropout */
static TensorStatus forward(const Net *net, const Tensor *x, bool training, Tensor **logits) {
    TensorDropoutOptions dropout = TENSOR_DROPOUT_OPTIONS_INIT;
    dropout.inference = !training;
    Tensor *h;
    TENSOR_TRY(tensor_linear(x, net->parameters[0], net->parameters[1], &h));
    for (int i = 1; i < LAYERS; i++) {
        TENSOR_TRY(tensor_gelu(h, NULL, &h));
        TENSOR_TRY(tensor_dropout(h, DROPOUT, &dropout, &h));
        TENSOR_TRY(tensor_linear(h, net->parameters[2 * i], net->parameters[2 * i + 1], &h));
    }
    *logits = h; /* the h before it lives on until the scope ends, or as long as backward needs it */
    return TENSOR_OK;
}

/* Cross entropy against labels that give a tenth of the certainty to all classes alike. */
static TensorStatus loss_of(const Tensor *logits, const Tensor *y, Tensor **loss) {
    TensorCrossEntropyOptions options = TENSOR_CROSS_ENTROPY_OPTIONS_INIT;
    options.label_smoothing = SMOOTHING;
    return tensor_cross_entropy(logits, y, &options, loss);
}

/* Adds up the loss of a batch and how many of its images are read correctly. */
static TensorStatus count(const Tensor *loss, const Tensor *logits, const Tensor *y, double *loss_sum, double *hits) {
    const int64_t dim = 1;
    Tensor *read_as, *hit, *loss_on_cpu;
    double value;
    TENSOR_TRY(tensor_argmax(logits, &dim, NULL, &read_as));
    TENSOR_TRY(tensor_eq(read_as, y, &hit));
    TENSOR_TRY(tensor_sum(hit, NULL, 0, NULL, &hit));
    TENSOR_TRY(tensor_to_cpu(hit, &hit));
    TENSOR_TRY(tensor_item_f64(hit, &value));
    *hits += value;
    TENSOR_TRY(tensor_to_cpu(loss, &loss_on_cpu));
    TENSOR_TRY(tensor_item_f64(loss_on_cpu, &value));
    *loss_sum += value * (double)tensor_size(y, 0);
    return TENSOR_OK;
}

/* ---- training ---- */

static TensorStatus step(const Net *net, const Set *train, const Tensor *rows, TensorOptimizer *adamw, double *loss_sum,
                         double *hits) {
    Tensor *x, *y, *logits, *loss;
    TENSOR_TRY(tensor_index_select(train->x, 0, rows, &x));
    TENSOR_TRY(tensor_index_select(train->y, 0, rows, &y));
    TENSOR_TRY(forward(net, x, true, &logits));
    TENSOR_TRY(loss_of(logits, y, &loss));
    TENSOR_TRY(tensor_optimizer_zero_grad(adamw));
    TENSOR_TRY(tensor_backward(loss, NULL));
    TENSOR_TRY(tensor_optimizer_step(adamw));
    return count(loss, logits, y, loss_sum, hits);
}

/* One scope per step: what a step makes is gone before the next one begins. */
static TensorStatus scoped_step(const Net *net, const Set *train, const Tensor *order, int64_t start,
                                TensorOptimizer *adamw, double *loss_sum, double *hits) {
    int64_t left = train->n - start;
    TensorScope *scope;
    Tensor *rows;
    TENSOR_TRY(tensor_scope_begin(&scope));
    TensorStatus status = tensor_narrow(order, 0, start, left < BATCH ? left : BATCH, &rows);
    if (status == TENSOR_OK) status = step(net, train, rows, adamw, loss_sum, hits);
    return end_scope(scope, status);
}

/* The images in a new order, batch by batch. */
static TensorStatus train_epoch(const Net *net, const Set *train, TensorDevice device, TensorOptimizer *adamw,
                                Epoch *out) {
    double loss_sum = 0, hits = 0;
    Tensor *order;
    TENSOR_TRY(tensor_randperm(train->n, NULL, &order));
    TENSOR_TRY(tensor_to_device(order, device, NULL, &order));
    for (int64_t start = 0; start < train->n; start += BATCH)
        TENSOR_TRY(scoped_step(net, train, order, start, adamw, &loss_sum, &hits));
    out->train_loss = loss_sum / (double)train->n;
    out->train_accuracy = hits / (double)train->n;
    return TENSOR_OK;
}

static TensorStatus measure(const Net *net, const Set *test, Epoch *out) {
    double loss_sum = 0, hits = 0;
    Tensor *logits, *loss;
    TENSOR_TRY(forward(net, test->x, false, &logits));
    TENSOR_TRY(loss_of(logits, test->y, &loss));
    TENSOR_TRY(count(loss, logits, test->y, &loss_sum, &hits));
    out->test_loss = loss_sum / (double)test->n;
    out->test_accuracy = hits / (double)test->n;
    return TENSOR_OK;
}

/* The curve of the test set is drawn, never used: nothing is chosen by it. */
static TensorStatus measure_without_gradients(const Net *net, const Set *test, Epoch *out) {
    TensorMode *no_grad;
    TENSOR_TRY(tensor_no_grad_begin(&no_grad));
    return end_mode(no_grad, measure(net, test, out));
}

static TensorStatus scoped_epoch(const Net *net, const Set *train, const Set *test, TensorDevice device,
                                 TensorOptimizer *adamw, Epoch *out) {
    TensorScope *scope;
    TENSOR_TRY(tensor_scope_begin(&scope));
    TensorStatus status = train_epoch(net, train, device, adamw, out);
    if (status == TENSOR_OK) status = measure_without_gradients(net, test, out);
    return end_scope(scope, status);
}

/* lr(t) = lr · ½(1 + cos πt) with t from 0 to 1: large steps first, small ones last. */
static TensorStatus train_epochs(const Net *net, const Set *train, const Set *test, TensorDevice device,
                                 TensorOptimizer *adamw, Report *report) {
    Progress progress = progress_begin(report->epoch_count, (double)train->n);
    for (int i = 0; i < report->epoch_count; i++) {
        double t = (double)i / report->epoch_count;
        TENSOR_TRY(tensor_optimizer_set_lr(adamw, LEARNING_RATE * 0.5 * (1 + cos(PI * t))));
        TENSOR_TRY(scoped_epoch(net, train, test, device, adamw, &report->epochs[i]));
        progress_show(&progress, i + 1, &report->epochs[i]);
    }
    return TENSOR_OK;
}

static TensorStatus train_net(const Net *net, const Set *train, const Set *test, TensorDevice device, Report *report) {
    TensorAdamWOptions options = TENSOR_ADAMW_OPTIONS_INIT;
    options.lr = LEARNING_RATE;
    TensorOptimizer *adamw;
    TENSOR_TRY(tensor_adamw_create(net->parameters, 2 * LAYERS, &options, &adamw));
    TensorStatus status = train_epochs(net, train, test, device, adamw, report);
    TensorStatus released = tensor_optimizer_release(adamw);
    return status != TENSOR_OK ? status : released;
}

/* ---- evaluation ---- */

/* device -> softmax -> CPU -> argmax -> C */
static TensorStatus predict(const Net *net, const Set *test, const Digits *digits, Report *report) {
    const int64_t dim = 1;
    Tensor *logits, *p, *read_as;
    const float *probability;  /* [n, CLASSES] */
    const int64_t *predicted; /* [n] */
    TENSOR_TRY(forward(net, test->x, false, &logits));
    TENSOR_TRY(tensor_softmax(logits, 1, NULL, &p));
    TENSOR_TRY(tensor_to_cpu(p, &p));
    TENSOR_TRY(tensor_argmax(p, &dim, NULL, &read_as));
    TENSOR_TRY(tensor_data_f32(p, &probability));
    TENSOR_TRY(tensor_data_i64(read_as, &predicted));

    double hits = 0;
    for (int64_t i = 0; i < test->n; i++) {
        Prediction *out = &report->tests[i];
        out->image = (size_t)test->images[i];
        out->truth = (int)digits->labels[out->image];
        out->predicted = (int)predicted[i];
        out->probability = probability[i * CLASSES + predicted[i]];
        hits += out->truth == out->predicted;
    }
    report->accuracy = hits / (double)test->n;
    return TENSOR_OK;
}

static TensorStatus evaluate(const Net *net, const Set *test, const Digits *digits, Report *report) {
    TensorMode *no_grad;
    TENSOR_TRY(tensor_no_grad_begin(&no_grad));
    return end_mode(no_grad, predict(net, test, digits, report));
}

/* ---- the whole run ---- */

static TensorStatus run(const Options *options, const Digits *digits, Report *report) {
    Tensor *images, *labels;
    Set train, test;
    Net net;
    TENSOR_TRY(tendon_manual_seed(options->seed));
    TENSOR_TRY(borrow(digits, &images, &labels));
    TENSOR_TRY(show_zero_copy(images, digits->pixels));
    TENSOR_TRY(split(images, labels, options->device, &train, &test));
    TENSOR_TRY(net_init(&net, options->device));
    printf("Training on %lld images, testing on %lld others.\n", (long long)train.n, (long long)test.n);

    double start = seconds_now();
    TENSOR_TRY(train_net(&net, &train, &test, options->device, report));
    TENSOR_TRY(evaluate(&net, &test, digits, report));
    report->seconds = seconds_now() - start;
    return TENSOR_OK;
}

static TensorStatus scoped_run(const Options *options, const Digits *digits, Report *report) {
    TensorScope *scope;
    TENSOR_TRY(tensor_scope_begin(&scope));
    return end_scope(scope, run(options, digits, report));
}

static bool report_alloc(Report *report, int epochs, size_t tests) {
    report->epoch_count = epochs;
    report->epochs = calloc((size_t)epochs, sizeof *report->epochs);
    report->test_count = tests;
    report->tests = calloc(tests, sizeof *report->tests);
    if (!report->epochs || !report->tests) fprintf(stderr, "train_digits: out of memory\n");
    return report->epochs && report->tests;
}

static bool run_and_report(const Options *options, const Digits *digits, Report *report) {
    if (!report_alloc(report, options->epochs, digits->count / 4)) return false;
    if (scoped_run(options, digits, report) != TENSOR_OK) {
        fprintf(stderr, "train_digits: %s\n", tendon_last_error_message());
        return false;
    }
    printf("Test accuracy %.2f %%, training and evaluation took %.2f s.\n\n", 100 * report->accuracy, report->seconds);
    report_print_confusion(report);
    if (!report_draw(report, digits, options->svg)) return false;
    printf("\nThe curves and the misread digits are in %s. Tensors still alive: %lld.\n", options->svg,
           (long long)tendon_live_tensor_count());
    if (report->accuracy >= WANTED_ACCURACY) return true;
    fprintf(stderr, "train_digits: the accuracy is below %.2f\n", WANTED_ACCURACY);
    return false;
}

int main(int argc, char **argv) {
    Options options;
    Digits digits;
    Report report = {0};
    int exit_code;
    if (!options_parse(argc, argv, &options, &exit_code)) return exit_code;
    if (!digits_load(options.csv, &digits)) return 1;
    bool ok = run_and_report(&options, &digits, &report);
    if (tendon_live_tensor_count() != 0) {
        fprintf(stderr, "train_digits: %lld tensors are still alive\n", (long long)tendon_live_tensor_count());
        ok = false;
    }
    report_free(&report);
    digits_free(&digits);
    return ok ? 0 : 1;
}
