/* Tensors by name: order, replacement, prefixes, metadata, borrowed texts, errors, threads. */
#include "test.h"

#include <pthread.h>

static int released;

static void count_release(void *data, void *user_data) {
    (void)data, (void)user_data;
    released++;
}

/* A callback that uses the dict that lets go of its tensor. */
static TensorDict *used_in_callback;

static void ask_the_dict(void *data, void *user_data) {
    (void)data, (void)user_data;
    released++;
    EXPECT_EQ(tensor_dict_contains(used_in_callback, "w"), released == 1);
    Tensor *one = NULL;
    OK(tensor_ones(NULL, 0, NULL, &one));
    OK(tensor_dict_set(used_in_callback, "made in a callback", one));
    OK(tensor_release(one));
}

static Tensor *borrowed(float *data, TensorReleaseFn release) {
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.release = release;
    Tensor *x = NULL;
    OK(tensor_from_host_buffer(data, sizeof *data, TENSOR_DTYPE_F32, NULL, 0, &options, &x));
    return x;
}

static const char *name_at(const TensorDict *dict, int64_t index) {
    const char *name = NULL;
    OK(tensor_dict_name(dict, index, &name));
    return name;
}

static void entries(void) {
    TensorDict *dict = NULL;
    OK(tensor_dict_create(&dict));
    EXPECT_EQ(tensor_dict_len(dict), 0);
    float data[3] = {1, 2, 3};
    const char *const names[3] = {"layer.weight", "layer.bias", "head"};
    Tensor *x[3];
    for (int i = 0; i < 3; i++) {
        x[i] = borrowed(&data[i], count_release);
        OK(tensor_dict_set(dict, names[i], x[i]));
    }
    EXPECT_EQ(tensor_dict_len(dict), 3);
    const char *first = name_at(dict, 0);
    EXPECT_EQ(strcmp(first, "layer.weight"), 0);

    /* The tensor itself, not a copy. */
    Tensor *got = NULL;
    OK(tensor_dict_get(dict, "layer.bias", &got));
    EXPECT_EQ(tensor_is_same(got, x[1]), 1);
    OK(tensor_release(got));
    OK(tensor_dict_at(dict, 2, &got));
    EXPECT_EQ(tensor_is_same(got, x[2]), 1);
    OK(tensor_release(got));

    /* In place of the one that was there: the place stays, and so does the borrowed name. */
    OK(tensor_dict_set(dict, "layer.weight", x[2]));
    EXPECT_EQ(tensor_dict_len(dict), 3);
    EXPECT_EQ(name_at(dict, 0) == first, 1);
    EXPECT_EQ(released, 0);
    OK(tensor_release(x[0]));
    EXPECT_EQ(released, 1);

    TensorDict *layer = NULL, *all = NULL;
    OK(tensor_dict_set_metadata(dict, "format", "pt"));
    OK(tensor_dict_select(dict, "layer.", "", &layer));
    EXPECT_EQ(tensor_dict_len(layer), 2);
    EXPECT_EQ(strcmp(name_at(layer, 0), "weight"), 0);
    EXPECT_EQ(strcmp(name_at(layer, 1), "bias"), 0);
    OK(tensor_dict_select(dict, NULL, NULL, &all));
    EXPECT_EQ(tensor_dict_len(all), 3);
    EXPECT_EQ(strcmp(name_at(all, 2), "head"), 0);
    const char *value = NULL, *key = NULL;
    OK(tensor_dict_metadata(layer, "format", &value));
    EXPECT_EQ(strcmp(value, "pt"), 0);
    OK(tensor_dict_metadata_at(layer, 0, &key, &value));
    EXPECT_EQ(strcmp(key, "format") | strcmp(value, "pt"), 0);
    EXPECT_EQ(tensor_dict_metadata_len(layer), 1);

    OK(tensor_dict_remove(dict, "layer.bias"));
    EXPECT_EQ(strcmp(name_at(dict, 1), "head"), 0);
    EXPECT_EQ(tensor_dict_contains(dict, "layer.bias"), 0);
    EXPECT_EQ(tensor_dict_contains(layer, "bias"), 1);

    EXPECT_ERROR(tensor_dict_get(dict, "bias", &got), TENSOR_ERR_NOT_FOUND, "tensor_dict_get: dict has no tensor \"bias\"");
    EXPECT_EQ(got == NULL, 1);
    EXPECT_ERROR(tensor_dict_remove(dict, "bias"), TENSOR_ERR_NOT_FOUND,
                 "tensor_dict_remove: dict has no tensor \"bias\"");
    EXPECT_ERROR(tensor_dict_metadata(dict, "x", &value), TENSOR_ERR_NOT_FOUND,
                 "tensor_dict_metadata: dict has no metadata \"x\"");
    EXPECT_ERROR(tensor_dict_at(dict, 2, &got), TENSOR_ERR_INDEX, "tensor_dict_at: index is 2, dict has 2 tensors");
    EXPECT_ERROR(tensor_dict_name(dict, -1, &value), TENSOR_ERR_INDEX,
                 "tensor_dict_name: index is -1, dict has 2 tensors");
    EXPECT_ERROR(tensor_dict_set(dict, "a\xff", x[1]), TENSOR_ERR_INVALID_ARGUMENT,
                 "tensor_dict_set: name is not UTF-8: byte 1 is wrong");

    OK(tensor_dict_release(layer));
    OK(tensor_dict_release(all));
    OK(tensor_dict_release(dict));
    EXPECT_ERROR(tensor_dict_release(dict), TENSOR_ERR_INVALID_HANDLE,
                 "tensor_dict_release: dict is not a live tensor dict handle (it was released, or never was one)");
    OK(tensor_release(x[1]));
    OK(tensor_release(x[2]));
    EXPECT_EQ(released, 3);
}

static void callbacks(void) {
    released = 0;
    OK(tensor_dict_create(&used_in_callback));
    float data[2] = {1, 2};
    Tensor *x = borrowed(&data[0], ask_the_dict), *y = borrowed(&data[1], ask_the_dict);
    OK(tensor_dict_set(used_in_callback, "w", x));
    OK(tensor_release(x));
    OK(tensor_dict_set(used_in_callback, "w", y));
    EXPECT_EQ(released, 1);
    OK(tensor_release(y));
    OK(tensor_dict_remove(used_in_callback, "w"));
    EXPECT_EQ(released, 2);
    EXPECT_EQ(tensor_dict_len(used_in_callback), 1);
    OK(tensor_dict_release(used_in_callback));
}

static void *reader(void *dict) {
    for (int i = 0; i < 2000; i++) {
        Tensor *x = NULL;
        OK(tensor_dict_get(dict, i % 2 ? "b" : "a", &x));
        OK(tensor_release(x));
        EXPECT_EQ(tensor_dict_len(dict), 2);
    }
    return NULL;
}

static void threads(void) {
    TensorDict *dict = NULL;
    Tensor *x = NULL;
    OK(tensor_dict_create(&dict));
    OK(tensor_ones(NULL, 0, NULL, &x));
    OK(tensor_dict_set(dict, "a", x));
    OK(tensor_dict_set(dict, "b", x));
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) EXPECT_EQ(pthread_create(&threads[i], NULL, reader, dict), 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    OK(tensor_dict_release(dict));
    OK(tensor_release(x));
}

int main(void) {
    entries();
    callbacks();
    threads();
    EXPECT_EQ(tendon_live_handle_count(), 0);
    EXPECT_EQ(tendon_live_tensor_count(), 0);
    return test_end();
}
