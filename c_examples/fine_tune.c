/* Trains a classifier of digits and saves it; maps the file and classifies; loads it again and trains on.

     fine_tune [FOLDER]     where the files go; default: the folder of the program */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tendon.h>

enum { PIXELS = 64, CLASSES = 10, TRAIN = 1200 };

/* Rows of 64 pixels and a class. */
typedef struct {
    Tensor *x, *y;
} Set;

static TensorStatus end_scope(TensorScope *scope, TensorStatus status) {
    TensorStatus ended = tensor_scope_end(scope);
    return status != TENSOR_OK ? status : ended;
}

static TensorStatus rows(const Tensor *table, int64_t start, int64_t count, Set *out) {
    Tensor *part, *classes;
    TENSOR_TRY(tensor_narrow(table, 0, start, count, &part));
    TENSOR_TRY(tensor_narrow(part, 1, 0, PIXELS, &out->x));
    TENSOR_TRY(tensor_select(part, 1, PIXELS, &classes));
    return tensor_to_dtype(classes, TENSOR_DTYPE_I64, NULL, &out->y);
}

/* ---- the model: a dict of its weights ---- */

/* logits = x·Wᵀ + b */
static TensorStatus forward(const TensorDict *model, const Tensor *x, Tensor **logits) {
    Tensor *weight, *bias;
    TENSOR_TRY(tensor_dict_get(model, "weight", &weight));
    TENSOR_TRY(tensor_dict_get(model, "bias", &bias));
    return tensor_linear(x, weight, bias, logits);
}

static TensorStatus accuracy(const TensorDict *model, const Set *set, double *out) {
    const int64_t dim = 1;
    Tensor *logits, *hits, *share;
    TENSOR_TRY(forward(model, set->x, &logits));
    TENSOR_TRY(tensor_argmax(logits, &dim, NULL, &hits));
    TENSOR_TRY(tensor_eq(hits, set->y, &hits));
    TENSOR_TRY(tensor_to_dtype(hits, TENSOR_DTYPE_F32, NULL, &hits));
    TENSOR_TRY(tensor_mean(hits, NULL, 0, NULL, &share));
    return tensor_item_f64(share, out);
}

static TensorStatus step(const TensorDict *model, const Set *train, TensorOptimizer *adamw) {
    Tensor *logits, *loss;
    TENSOR_TRY(forward(model, train->x, &logits));
    TENSOR_TRY(tensor_cross_entropy(logits, train->y, NULL, &loss));
    TENSOR_TRY(tensor_optimizer_zero_grad(adamw));
    TENSOR_TRY(tensor_backward(loss, NULL));
    return tensor_optimizer_step(adamw);
}

static TensorStatus steps(const TensorDict *model, const Set *train, TensorOptimizer *adamw, int n) {
    for (int i = 0; i < n; i++) {
        TensorScope *scope;
        TENSOR_TRY(tensor_scope_begin(&scope));
        TENSOR_TRY(end_scope(scope, step(model, train, adamw)));
    }
    return TENSOR_OK;
}

static TensorStatus train_model(const TensorDict *model, const Set *train, int n) {
    TensorAdamWOptions options = TENSOR_ADAMW_OPTIONS_INIT;
    TensorOptimizer *adamw;
    Tensor *parameters[2];
    options.lr = 0.02;
    for (int64_t i = 0; i < tensor_dict_len(model); i++) {
        TENSOR_TRY(tensor_dict_at(model, i, &parameters[i]));
        TENSOR_TRY(tensor_set_requires_grad(parameters[i], true));
    }
    TENSOR_TRY(tensor_adamw_create(parameters, 2, &options, &adamw));
    TensorStatus status = steps(model, train, adamw, n);
    tensor_optimizer_release(adamw);
    return status;
}

/* ---- three programs that a file connects ---- */

static TensorStatus train_and_save(TensorDict *model, const Set *train, const Set *test, const char *path) {
    const int64_t shape[] = {CLASSES, PIXELS};
    Tensor *weight, *bias;
    double share;
    TENSOR_TRY(tensor_zeros(shape, 2, NULL, &weight));
    TENSOR_TRY(tensor_zeros(shape, 1, NULL, &bias));
    TENSOR_TRY(tensor_dict_set(model, "weight", weight));
    TENSOR_TRY(tensor_dict_set(model, "bias", bias));
    TENSOR_TRY(train_model(model, train, 10));
    TENSOR_TRY(accuracy(model, test, &share));
    printf("after 10 steps: %.0f %% of the test set\n", 100 * share);
    TENSOR_TRY(tensor_dict_set_metadata(model, "steps", "10"));
    return tensor_dict_save_safetensors(model, path, NULL);
}

/* The elements stay in the file until they are used. Mapped memory is read-only. */
static TensorStatus classify(TensorDict *model, const Set *test) {
    TensorLoadStats stats = TENSOR_LOAD_STATS_INIT;
    double share;
    const char *trained;
    Tensor *bias;
    TENSOR_TRY(tensor_dict_load_stats(model, &stats));
    TENSOR_TRY(tensor_dict_metadata(model, "steps", &trained));
    TENSOR_TRY(accuracy(model, test, &share));
    printf("mapped: %d tensors, %d bytes, %d copied; trained %s steps: %.0f %%\n", (int)stats.mapped_tensors,
           (int)stats.mapped_bytes, (int)stats.copied_tensors, trained, 100 * share);
    TENSOR_TRY(tensor_dict_get(model, "bias", &bias));
    if (tensor_fill_(bias, tensor_scalar_f(0)) == TENSOR_ERR_READ_ONLY) printf("  a write to it is refused\n");
    return TENSOR_OK;
}

/* Saving over the file is safe: it is written beside it and takes its name when it is complete. */
static TensorStatus train_on(TensorDict *model, const Set *train, const Set *test, const char *path, const char *npz) {
    double share;
    TENSOR_TRY(train_model(model, train, 90));
    TENSOR_TRY(accuracy(model, test, &share));
    printf("after 90 more: %.0f %%\n", 100 * share);
    TENSOR_TRY(tensor_dict_set_metadata(model, "steps", "100"));
    TENSOR_TRY(tensor_dict_save_safetensors(model, path, NULL));
    return tensor_dict_save_npz(model, npz, NULL); /* numpy.load("digits.npz")["weight"] */
}

static TensorStatus run(const char *path, const char *npz) {
    TensorCsvOptions f32 = TENSOR_CSV_OPTIONS_INIT;
    TensorLoadOptions read = TENSOR_LOAD_OPTIONS_INIT;
    Tensor *table;
    TensorDict *model;
    Set train, test;
    f32.dtype = TENSOR_DTYPE_F32;
    TENSOR_TRY(tensor_load_csv("data/digits.csv", &f32, &table));
    TENSOR_TRY(rows(table, 0, TRAIN, &train));
    TENSOR_TRY(rows(table, TRAIN, tensor_size(table, 0) - TRAIN, &test));

    TENSOR_TRY(tensor_dict_create(&model));
    TensorStatus status = train_and_save(model, &train, &test, path);
    tensor_dict_release(model); /* scopes release tensors only */
    TENSOR_TRY(status);

    TENSOR_TRY(tensor_dict_load_safetensors(path, NULL, &model));
    status = classify(model, &test);
    tensor_dict_release(model);
    TENSOR_TRY(status);

    read.mmap = TENSOR_MMAP_OFF; /* to be written: memory of its own */
    TENSOR_TRY(tensor_dict_load_safetensors(path, &read, &model));
    status = train_on(model, &train, &test, path, npz);
    tensor_dict_release(model);
    return status;
}

int main(int argc, char **argv) {
    char folder[512], path[600], npz[600];
    snprintf(folder, sizeof folder, "%s", argc > 1 ? argv[1] : argv[0]);
    char *slash = strrchr(folder, '/');
    if (argc == 1) strcpy(slash ? slash : folder, slash ? "" : ".");
    snprintf(path, sizeof path, "%s/digits.safetensors", folder);
    snprintf(npz, sizeof npz, "%s/digits.npz", folder);

    TensorScope *scope;
    TensorStatus status = tensor_scope_begin(&scope);
    if (status == TENSOR_OK) status = run(path, npz);
    if (status != TENSOR_OK) fprintf(stderr, "%s\n", tendon_last_error_message());
    tensor_scope_end(scope);
    return status != TENSOR_OK;
}
