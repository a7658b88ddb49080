/* Gradients as C sees them: they accumulate, graphs are freed, writes in place are followed or refused. */
#include "test.h"

/* y = Σ x·x */
static Tensor *sum_of_squares(const Tensor *x) {
    Tensor *square = NULL, *sum = NULL;
    OK(tensor_mul(x, x, &square));
    OK(tensor_sum(square, NULL, 0, NULL, &sum));
    test_release(square);
    return sum;
}

static Tensor *grad_of_leaf(const Tensor *x) {
    Tensor *grad = NULL;
    OK(tensor_grad(x, &grad));
    return grad;
}

#define GRAD_HOLDS(x, ...)                  \
    do {                                    \
        Tensor *held_grad = grad_of_leaf(x); \
        CHECK(held_grad != NULL);           \
        HOLDS(held_grad, __VA_ARGS__);      \
        test_release(held_grad);            \
    } while (0)

static Tensor *leaf_of(Tensor *x) {
    OK(tensor_set_requires_grad(x, true));
    return x;
}

static void accumulation(void) {
    Tensor *x = leaf_of(FLOATS(DIMS(3), 1, 2, 3));
    CHECK(grad_of_leaf(x) == NULL);
    Tensor *loss = sum_of_squares(x);
    OK(tensor_backward(loss, NULL));
    GRAD_HOLDS(x, 2, 4, 6);
    test_release(loss);
    loss = sum_of_squares(x);
    OK(tensor_backward(loss, NULL));
    GRAD_HOLDS(x, 4, 8, 12);
    test_release(loss);
    OK(tensor_zero_grad(x));
    GRAD_HOLDS(x, 0, 0, 0);
    OK(tensor_set_grad(x, NULL));
    CHECK(grad_of_leaf(x) == NULL);
    OK(tensor_zero_grad(x));
    CHECK(grad_of_leaf(x) == NULL);

    /* A gradient of one's own, and what does not fit. */
    Tensor *seven = test_full(7, DIMS(3));
    OK(tensor_set_grad(x, seven));
    GRAD_HOLDS(x, 7, 7, 7);
    Tensor *held = grad_of_leaf(x);
    EXPECT_EQ(tensor_is_same(held, seven), 1);
    test_release(held);
    Tensor *other = test_full(7, DIMS(2));
    EXPECT_ERROR(tensor_set_grad(x, other), TENSOR_ERR_SHAPE, "tensor_set_grad: grad is [2] and x is [3]: the shapes must be the same");
    EXPECT_ERROR(tensor_set_grad(x, x), TENSOR_ERR_AUTOGRAD, "tensor_set_grad: grad is x itself or a view of it: a tensor cannot be its own gradient");
    GRAD_HOLDS(x, 7, 7, 7);
    test_release(other);
    test_release(seven);

    /* The loss has a shape: its gradient must be given, in that shape. */
    Tensor *square = NULL;
    TensorBackwardOptions options = TENSOR_BACKWARD_OPTIONS_INIT;
    OK(tensor_set_grad(x, NULL));
    OK(tensor_mul(x, x, &square));
    EXPECT_ERROR(tensor_backward(square, NULL), TENSOR_ERR_AUTOGRAD, "tensor_backward: the tensor is [3]: without a gradient only a tensor of one element can start backward");
    Tensor *weights = FLOATS(DIMS(3), 1, 10, 100);
    Tensor *wrong = FLOATS(DIMS(2), 1, 10);
    options.gradient = wrong;
    EXPECT_ERROR(tensor_backward(square, &options), TENSOR_ERR_SHAPE, "tensor_backward: options.gradient is [2], expected the tensor's shape [3]");
    options.gradient = weights;
    OK(tensor_backward(square, &options));
    GRAD_HOLDS(x, 2, 40, 600);
    /* A tensor that an op made keeps no gradient. */
    CHECK(grad_of_leaf(square) == NULL);
    test_release(wrong);
    test_release(weights);
    test_release(square);
    /* Nothing to differentiate. */
    Tensor *constant = test_full(1, NULL, 0);
    EXPECT_ERROR(tensor_backward(constant, NULL), TENSOR_ERR_AUTOGRAD, "tensor_backward: the tensor does not require grad and no recorded op made it");
    test_release(constant);
    EXPECT_EQ(tensor_is_leaf(x), 1);
    EXPECT_EQ(tensor_requires_grad(x), 1);
    test_release(x);
}

static void freeing(void) {
    Tensor *x = leaf_of(FLOATS(DIMS(2), 1, 2));
    Tensor *loss = sum_of_squares(x);
    TensorBackwardOptions options = TENSOR_BACKWARD_OPTIONS_INIT;
    options.retain_graph = true;
    OK(tensor_backward(loss, &options));
    OK(tensor_backward(loss, NULL));
    GRAD_HOLDS(x, 4, 8);
    EXPECT_ERROR(tensor_backward(loss, NULL), TENSOR_ERR_GRAPH_FREED, "tensor_backward: backward of mul: its saved values were freed by an earlier backward; pass retain_graph to run backward twice");
    GRAD_HOLDS(x, 4, 8);
    test_release(loss);
    test_release(x);
}

static void higher_order(void) {
    /* y = Σ x³: y' = 3x², y'' = 6x, y''' = 6 */
    Tensor *x = leaf_of(FLOATS(DIMS(2), 2, 3));
    Tensor *square = NULL, *cube = NULL, *y = NULL, *first = NULL, *sum = NULL, *second = NULL, *third = NULL;
    TensorGradOptions options = TENSOR_GRAD_OPTIONS_INIT;
    options.create_graph = true;
    OK(tensor_mul(x, x, &square));
    OK(tensor_mul(square, x, &cube));
    OK(tensor_sum(cube, NULL, 0, NULL, &y));
    OK(tensor_grad_of(y, (const Tensor *const[]){x}, 1, &options, &first));
    HOLDS(first, 12, 27);
    EXPECT_EQ(tensor_requires_grad(first), 1);
    OK(tensor_sum(first, NULL, 0, NULL, &sum));
    OK(tensor_grad_of(sum, (const Tensor *const[]){x}, 1, &options, &second));
    HOLDS(second, 12, 18);
    test_release(sum);
    OK(tensor_sum(second, NULL, 0, NULL, &sum));
    OK(tensor_grad_of(sum, (const Tensor *const[]){x}, 1, NULL, &third));
    HOLDS(third, 6, 6);
    EXPECT_EQ(tensor_requires_grad(third), 0);
    CHECK(grad_of_leaf(x) == NULL);
    test_release(third);
    test_release(second);
    test_release(sum);
    test_release(first);
    test_release(y);
    test_release(cube);
    test_release(square);
    test_release(x);

    /* backward with create_graph: the gradient is itself part of a graph, which must not keep itself alive. */
    x = leaf_of(FLOATS(DIMS(2), 2, 3));
    y = sum_of_squares(x);
    TensorBackwardOptions backward = TENSOR_BACKWARD_OPTIONS_INIT;
    backward.create_graph = true;
    OK(tensor_backward(y, &backward));
    first = grad_of_leaf(x);
    HOLDS(first, 4, 6);
    EXPECT_EQ(tensor_requires_grad(first), 1);
    OK(tensor_set_grad(x, NULL));
    test_release(first);
    test_release(y);
    test_release(x);
}

static void of_inputs(void) {
    Tensor *x = leaf_of(FLOATS(DIMS(2), 2, 3));
    Tensor *unused = test_leaf(1, DIMS(2));
    Tensor *constant = test_full(1, DIMS(2));
    Tensor *grads[2] = {x, x};
    Tensor *y = sum_of_squares(x);
    TensorGradOptions options = TENSOR_GRAD_OPTIONS_INIT;
    options.retain_graph = true;
    EXPECT_ERROR(tensor_grad_of(y, (const Tensor *const[]){x, unused}, 2, &options, grads), TENSOR_ERR_AUTOGRAD, "tensor_grad_of: inputs[1] is not part of the graph of the output: set allow_unused to get none for it");
    CHECK(grads[0] == NULL && grads[1] == NULL);
    EXPECT_ERROR(tensor_grad_of(y, (const Tensor *const[]){x, constant}, 2, &options, grads), TENSOR_ERR_AUTOGRAD, "tensor_grad_of: inputs[1] does not require grad");
    options.allow_unused = true;
    OK(tensor_grad_of(y, (const Tensor *const[]){unused, x}, 2, &options, grads));
    CHECK(grads[0] == NULL);
    HOLDS(grads[1], 4, 6);
    test_release(grads[1]);
    /* Of something in the middle. */
    Tensor *middle = NULL, *end = NULL;
    OK(tensor_mul_scalar(x, tensor_scalar_f(2), &middle));
    end = sum_of_squares(middle);
    OK(tensor_grad_of(end, (const Tensor *const[]){middle, x}, 2, NULL, grads));
    HOLDS(grads[0], 8, 12);
    HOLDS(grads[1], 16, 24);
    CHECK(grad_of_leaf(x) == NULL);
    test_release(grads[0]);
    test_release(grads[1]);
    test_release(end);
    test_release(middle);
    test_release(y);
    test_release(constant);
    test_release(unused);
    test_release(x);
}

static void modes(void) {
    Tensor *x = test_leaf(3, DIMS(2));
    Tensor *y = NULL, *z = NULL;
    TensorMode *no_grad = NULL, *grad = NULL, *inference = NULL;
    EXPECT_EQ(tensor_grad_mode_enabled(), 1);
    OK(tensor_no_grad_begin(&no_grad));
    EXPECT_EQ(tensor_grad_mode_enabled(), 0);
    OK(tensor_mul(x, x, &y));
    EXPECT_EQ(tensor_requires_grad(y), 0);
    test_release(y);
    /* A leaf is written: an optimizer's step by hand. */
    OK(tensor_sub_scalar_(x, tensor_scalar_f(1)));
    HOLDS(x, 2, 2);
    EXPECT_EQ(tensor_is_leaf(x), 1);
    OK(tensor_enable_grad_begin(&grad));
    OK(tensor_mul(x, x, &y));
    EXPECT_EQ(tensor_requires_grad(y), 1);
    test_release(y);
    OK(tensor_inference_mode_begin(&inference));
    OK(tensor_mul(x, x, &y));
    EXPECT_EQ(tensor_is_inference(y), 1);
    EXPECT_EQ(tensor_requires_grad(y), 0);
    OK(tensor_mode_end(inference));
    EXPECT_EQ(tensor_grad_mode_enabled(), 1);
    OK(tensor_mode_end(grad));
    EXPECT_EQ(tensor_grad_mode_enabled(), 0);
    OK(tensor_mode_end(no_grad));
    EXPECT_EQ(tensor_grad_mode_enabled(), 1);
    EXPECT_ERROR(tensor_set_requires_grad(y, true), TENSOR_ERR_AUTOGRAD, "tensor_set_requires_grad: a tensor made in inference mode cannot require grad: clone it outside of that mode first");
    EXPECT_ERROR(tensor_mul(x, y, &z), TENSOR_ERR_AUTOGRAD, "tensor_mul: a tensor made in inference mode cannot be saved for backward: clone it outside of that mode first");
    CHECK(z == NULL);
    test_release(y);

    OK(tensor_mul(x, x, &y));
    EXPECT_ERROR(tensor_set_requires_grad(y, false), TENSOR_ERR_AUTOGRAD, "tensor_set_requires_grad: only a leaf can stop requiring grad: detach first");
    OK(tensor_detach(y, &z));
    EXPECT_EQ(tensor_requires_grad(z), 0);
    EXPECT_EQ(tensor_shares_memory(y, z), 1);
    EXPECT_EQ(tensor_is_leaf(z), 1);
    test_release(z);
    test_release(y);
    OK(tensor_set_requires_grad(x, false));
    OK(tensor_mul(x, x, &y));
    EXPECT_EQ(tensor_requires_grad(y), 0);
    test_release(y);
    Tensor *whole = NULL;
    OK(tensor_full(DIMS(2), tensor_scalar_i(1), NULL, &whole));
    EXPECT_ERROR(tensor_set_requires_grad(whole, true), TENSOR_ERR_AUTOGRAD, "tensor_set_requires_grad: only float tensors can require grad, this one is i64");
    test_release(whole);
    test_release(x);
}

/* buffer[:, 0] = y */
static void column_written(void) {
    Tensor *y = leaf_of(FLOATS(DIMS(2), 5, 7));
    Tensor *buffer = test_full(2, DIMS(2, 2));
    Tensor *column = NULL, *loss = NULL;
    OK(tensor_select(buffer, 1, 0, &column));
    OK(tensor_copy_(column, y));
    HOLDS(buffer, 5, 2, 7, 2);
    EXPECT_EQ(tensor_requires_grad(buffer), 1);
    EXPECT_EQ(tensor_requires_grad(column), 1);
    loss = sum_of_squares(buffer);
    OK(tensor_backward(loss, NULL));
    GRAD_HOLDS(y, 10, 14);
    test_release(loss);
    test_release(column);
    test_release(buffer);
    test_release(y);
}

/* buffer[i] = x·(i + 1), then Σ buffer²: the gradient is Σ 2·x·(i + 1)² = 2·x·30. */
static void filled_in_a_loop(void) {
    Tensor *x = leaf_of(FLOATS(DIMS(2), 3, -1));
    Tensor *buffer = NULL, *loss = NULL;
    OK(tensor_zeros(DIMS(4, 2), NULL, &buffer));
    for (int i = 0; i < 4; i++) {
        Tensor *row = NULL, *value = NULL;
        OK(tensor_select(buffer, 0, i, &row));
        OK(tensor_mul_scalar(x, tensor_scalar_f(i + 1), &value));
        OK(tensor_copy_(row, value));
        test_release(value);
        test_release(row);
    }
    loss = sum_of_squares(buffer);
    OK(tensor_backward(loss, NULL));
    GRAD_HOLDS(x, 180, -60);
    test_release(loss);
    test_release(buffer);
    test_release(x);
}

/* q, k and v are thirds of one product; q is scaled in place, k is added to; other views see it. */
static void thirds_written(void) {
    Tensor *x = leaf_of(FLOATS(DIMS(6), 1, 2, 3, 4, 5, 6));
    Tensor *qkv = NULL, *q = NULL, *k = NULL, *v = NULL, *early = NULL, *loss = NULL;
    OK(tensor_mul_scalar(x, tensor_scalar_f(1), &qkv));
    OK(tensor_narrow(qkv, 0, 0, 4, &early));
    OK(tensor_narrow(qkv, 0, 0, 2, &q));
    OK(tensor_narrow(qkv, 0, 2, 2, &k));
    OK(tensor_narrow(qkv, 0, 4, 2, &v));
    OK(tensor_mul_scalar_(q, tensor_scalar_f(3)));
    OK(tensor_add_(k, q));
    HOLDS(early, 3, 6, 6, 10);
    HOLDS(v, 5, 6);
    /* Σ early²: q = 3x₀, k = x₂ + 3x₀ */
    loss = sum_of_squares(early);
    OK(tensor_backward(loss, NULL));
    GRAD_HOLDS(x, 2 * 3 * 3 + 2 * 6 * 3, 2 * 6 * 3 + 2 * 10 * 3, 12, 20, 0, 0);
    test_release(loss);
    test_release(early);
    test_release(v);
    test_release(k);
    test_release(q);
    test_release(qkv);
    test_release(x);
}

static void saved_values(void) {
    Tensor *x = leaf_of(FLOATS(DIMS(2), 1, 2));
    Tensor *y = NULL, *z = NULL, *loss = NULL;
    OK(tensor_mul_scalar(x, tensor_scalar_f(2), &y));
    OK(tensor_mul(y, y, &z));
    OK(tensor_sum(z, NULL, 0, NULL, &loss));
    OK(tensor_add_scalar_(y, tensor_scalar_f(1)));
    EXPECT_EQ(tensor_version(y), 1);
    EXPECT_ERROR(tensor_backward(loss, NULL), TENSOR_ERR_MODIFIED, "tensor_backward: backward of mul: its input 1 of shape [2] was saved for backward at version 0 and has been written in place since: it is at version 1");
    CHECK(grad_of_leaf(x) == NULL);
    test_release(loss);
    test_release(z);
    test_release(y);
    /* An output that backward reads. */
    OK(tensor_exp(x, &y));
    OK(tensor_sum(y, NULL, 0, NULL, &loss));
    OK(tensor_zero_(y));
    EXPECT_ERROR(tensor_backward(loss, NULL), TENSOR_ERR_MODIFIED, "tensor_backward: backward of exp: its output 0 of shape [2] was saved for backward at version 0 and has been written in place since: it is at version 1");
    test_release(loss);
    test_release(y);
    /* By the host, through a detached alias. */
    Tensor *alias = NULL;
    float *data = NULL;
    OK(tensor_mul_scalar(x, tensor_scalar_f(2), &y));
    OK(tensor_mul(y, y, &z));
    OK(tensor_sum(z, NULL, 0, NULL, &loss));
    OK(tensor_detach(y, &alias));
    OK(tensor_data_mut_f32(alias, &data));
    EXPECT_ERROR(tensor_backward(loss, NULL), TENSOR_ERR_MODIFIED, "tensor_backward: backward of mul: its input 1 of shape [2] was saved for backward at version 0 and has been written in place since: it is at version 1");
    test_release(alias);
    test_release(loss);
    test_release(z);
    test_release(y);
    /* What backward does not read may change. */
    OK(tensor_add(x, x, &y));
    OK(tensor_sum(y, NULL, 0, NULL, &loss));
    OK(tensor_mul_scalar_(y, tensor_scalar_f(5)));
    OK(tensor_backward(loss, NULL));
    GRAD_HOLDS(x, 2, 2);
    test_release(loss);
    test_release(y);
    test_release(x);
}

static void refused_writes(void) {
    Tensor *x = test_leaf(1, DIMS(2));
    Tensor *y = NULL, *alias = NULL, *view = NULL;
    EXPECT_ERROR(tensor_zero_(x), TENSOR_ERR_AUTOGRAD, "tensor_zero_: a leaf that requires grad can be written in place only in no-grad mode");
    EXPECT_ERROR(tensor_copy_(x, x), TENSOR_ERR_AUTOGRAD, "tensor_copy_: a leaf that requires grad can be written in place only in no-grad mode");
    OK(tensor_select(x, 0, 1, &view));
    EXPECT_ERROR(tensor_zero_(view), TENSOR_ERR_AUTOGRAD, "tensor_zero_: a view of a leaf that requires grad can be written in place only in no-grad mode");
    test_release(view);
    OK(tensor_mul(x, x, &y));
    OK(tensor_detach(y, &alias));
    EXPECT_ERROR(tensor_copy_(alias, y), TENSOR_ERR_AUTOGRAD, "tensor_copy_: tracked values cannot be written through a detached alias, its origin would miss them: write to the tensor itself, or clone the alias first");
    OK(tensor_zero_(alias));
    test_release(alias);
    TensorMode *no_grad = NULL;
    OK(tensor_no_grad_begin(&no_grad));
    OK(tensor_select(y, 0, 1, &view));
    OK(tensor_mode_end(no_grad));
    Tensor *number = NULL;
    OK(tensor_select(y, 0, 0, &number));
    EXPECT_ERROR(tensor_copy_(view, number), TENSOR_ERR_AUTOGRAD, "tensor_copy_: tracked values cannot be written through a view that was made in no-grad mode: make the view again");
    test_release(number);
    test_release(view);
    test_release(y);
    test_release(x);
}

static void training(void) {
    /* One step of each optimizer against the formula. */
    Tensor *x = leaf_of(FLOATS(DIMS(2), 1, -2));
    TensorOptimizer *sgd = NULL;
    TensorSgdOptions options = TENSOR_SGD_OPTIONS_INIT;
    options.lr = 0.25;
    OK(tensor_sgd_create((Tensor *const[]){x}, 1, &options, &sgd));
    OK(tensor_optimizer_step(sgd));
    HOLDS(x, 1, -2);
    Tensor *loss = sum_of_squares(x);
    OK(tensor_backward(loss, NULL));
    OK(tensor_optimizer_step(sgd));
    HOLDS(x, 0.5, -1);
    OK(tensor_optimizer_zero_grad(sgd));
    CHECK(grad_of_leaf(x) == NULL);
    test_release(loss);
    OK(tensor_optimizer_release(sgd));
    test_release(x);
}

int main(void) {
    accumulation();
    freeing();
    higher_order();
    of_inputs();
    modes();
    column_written();
    filled_in_a_loop();
    thirds_written();
    saved_values();
    refused_writes();
    training();
    return test_end();
}
