// kernels: cross_entropy_*
// Cross entropy and its gradient: both forms, by vectors and by elements, one block for a row and several; weights,
// ignored rows, classes out of range, NaN and infinities.
#include "test.h"

#include <algorithm>
#include <map>

#include "cross_entropy.cuh"

using on_host::shown;

constexpr i64 IGNORED = -100;
constexpr u32 OP = 5;

static i64 below(i64 n) { return (i64)(on_host::generator()() % (u64)n); }

static Divisor divisor(u32 n) {
    Divisor d;
    d.divisor = n;
    d.shift = n == 1 ? 0 : 32 - (u32)__builtin_clz(n - 1);
    d.multiplier = (u32)(((u64)1 << 32) * (((u64)1 << d.shift) - n) / n + 1);
    return d;
}

template <class T>
static f64 epsilon();
template <> f64 epsilon<f64>() { return 0x1p-52; }
template <> f64 epsilon<f32>() { return 0x1p-23; }
template <> f64 epsilon<f16>() { return 0x1p-10; }
template <> f64 epsilon<bf16>() { return 0x1p-7; }

// What is lost on the way, and in rounding to T.
template <class T>
static bool close(f64 got, f64 want, f64 scale) {
    f64 inner = sizeof(T) < 8 ? 0x1p-23 : 0x1p-52;
    return got == want || (got != got && want != want) ||
           fabs(got - want) <= 0.6 * epsilon<T>() * fabs(want) + 16 * inner * scale + 0x1p-24 * (sizeof(T) < 8);
}

#define CLOSE(T, got, want, scale)                                                                      \
    do {                                                                                                \
        f64 g = (f64)(got), w = (f64)(want);                                                            \
        if (!close<T>(g, w, scale))                                                                     \
            on_host::failed(__FILE__, __LINE__, what + ": " + shown(g) + ", expected " + shown(w));     \
    } while (0)

// Some rows, and what must come out, in long double.
template <class T>
struct Case {
    typedef typename Compute<T>::type C;
    i64 rows, classes;
    Buffer<T> x, weight;
    Buffer<i64> wide;
    Buffer<i32> narrow;
    bool weighted, is_i64;
    ErrorRecord record{};

    Case(i64 rows, i64 classes, bool weighted, bool is_i64)
        : rows(rows), classes(classes), x(random_values<T>((size_t)(rows * classes), -6, 6)),
          weight(random_values<T>((size_t)classes, 0.5, 2)), wide((size_t)rows), narrow((size_t)rows),
          weighted(weighted), is_i64(is_i64) {
        for (i64 r = 0; r < rows; r++) set(r, r % 7 == 3 ? IGNORED : below(classes));
    }
    void set(i64 row, i64 target) { wide[(size_t)row] = target, narrow[(size_t)row] = (i32)target; }

    Classes argument(i64 first = 0) {
        const void *data = is_i64 ? (const void *)wide.at() : (const void *)narrow.at();
        return {data, weighted ? weight.at() : nullptr, classes, IGNORED, first, &record, is_i64, OP};
    }
    long double at(i64 r, i64 c) { return convert<f64>(x[(size_t)(r * classes + c)]); }
    bool counts(i64 r) { return wide[(size_t)r] >= 0 && wide[(size_t)r] < classes; }
    long double share(i64 r) {
        if (!counts(r)) return 0;
        return weighted ? (long double)convert<f64>(weight[(size_t)wide[(size_t)r]]) : 1;
    }
    long double most(i64 r) {
        long double m = -INFINITY;
        for (i64 c = 0; c < classes; c++) m = at(r, c) > m || at(r, c) != at(r, c) ? at(r, c) : m;
        return m;
    }
    long double sum(i64 r) {
        long double m = most(r), s = 0;
        for (i64 c = 0; c < classes; c++) s += expl(at(r, c) - m);
        return m + logl(s);
    }
    long double loss(i64 r) { return counts(r) ? share(r) * (sum(r) - at(r, wide[(size_t)r])) : 0; }
};

struct Form {
    const char *word;
    bool vectors;
    u32 threads, shift, splits;
};

constexpr Form FORMS[] = {{"rows", false, 64, 0, 1},  {"rows", true, 256, 3, 1},    {"rows", true, 256, 8, 1},
                          {"rows", true, 256, 8, 3},  {"rows", false, 256, 8, 2},   {"columns", false, 32, 3, 1},
                          {"columns", false, 64, 2, 2}};

// The bytes of a result are the same in every order of blocks and threads.
static void same_in_every_order(const std::string &what, const void *data, size_t n) {
    static std::map<std::string, std::vector<u8>> first;
    std::vector<u8> bytes((const u8 *)data, (const u8 *)data + n);
    auto [at, fresh] = first.emplace(what, bytes);
    if (!fresh && at->second != bytes) on_host::failed(__FILE__, __LINE__, what + ": not the same in this order");
}

template <class T, class C>
static void fold(Case<T> &of, const Form &form, const char *dtype, Norm<C> *norms, T *loss, C *part) {
    typedef Elements<T> S;
    bool columns = form.word[0] == 'c', run_of = form.vectors;
    Folding f = {};
    f.kept.rank = 1;
    f.kept.count = (u32)of.rows;
    f.kept.size[0] = divisor((u32)of.rows);
    f.kept.stride[0][0] = of.classes;
    f.kept.stride[1][0] = 1;
    f.reduced.rank = 1;
    f.reduced.count = (u32)of.classes;
    f.reduced.size[0] = divisor((u32)of.classes);
    f.reduced.stride[0][0] = 1;
    f.length = run_of ? of.classes : -1;
    f.step = 1;
    f.splits = form.splits;
    u32 count = run_of ? (u32)((of.classes + S::VECTOR - 1) / S::VECTOR) : (u32)of.classes;
    f.share = (count + form.splits - 1) / form.splits;
    f.shift = form.shift;
    f.vectors = form.vectors;
    u32 outputs = columns ? (u32)S::COLUMNS << form.shift : form.threads >> form.shift;
    u32 blocks = ((u32)of.rows + outputs - 1) / outputs;
    Buffer<Online<C>> parts((size_t)form.splits * blocks * outputs);
    Buffer<u32> counters(blocks);
    for (u32 &c : counters) c = 0;
    f.parts = parts.at();
    f.counters = counters.at();
    CrossEntropy<T> to = {{}, of.x.at(), norms, loss, part, of.argument()};
    std::string name = std::string("cross_entropy_") + form.word + "_" + dtype;
    run(name.c_str(), {blocks, form.splits}, {form.threads}, 0, (const T *)of.x.at(), f, to);
    for (u32 c : counters) CHECK_EQ(c, 0u);
}

template <class T>
static void losses(const char *dtype) {
    typedef typename Compute<T>::type C;
    for (const Form &form : FORMS) {
        for (auto [rows, classes] : {std::pair<i64, i64>{1, 1}, {5, 3}, {9, 65}, {3, 1100}, {20, 33}}) {
            Case<T> of(rows, classes, rows % 2 == 1, classes % 2 == 1);
            Buffer<Norm<C>> norms((size_t)rows);
            Buffer<C> part((size_t)rows);
            Buffer<T> loss((size_t)rows);
            std::string what = std::string(dtype) + " " + form.word + " " + shown(rows) + " x " + shown(classes);
            fold<T, C>(of, form, dtype, norms.at(), loss.at(), nullptr);
            for (i64 r = 0; r < rows; r++) {
                CLOSE(C, norms[(size_t)r].at[0], of.most(r), 0);
                CLOSE(C, norms[(size_t)r].at[1], of.sum(r) - of.most(r), 1);
                CLOSE(T, convert<f64>(loss[(size_t)r]), of.loss(r), 20);
            }
            fold<T, C>(of, form, dtype, norms.at(), nullptr, part.at());
            for (i64 r = 0; r < rows; r++) CLOSE(C, part[(size_t)r], of.loss(r), 20);
            same_in_every_order(what + " " + shown(form.shift) + shown(form.splits), part.at(), (size_t)rows * sizeof(C));
            CHECK_EQ(of.record.taken, 0u);
        }
    }
}

TEST(losses_of_f32) { losses<f32>("f32"); }
TEST(losses_of_f64) { losses<f64>("f64"); }
TEST(losses_of_f16) { losses<f16>("f16"); }
TEST(losses_of_bf16) { losses<bf16>("bf16"); }

template <class T>
static void totals(const char *dtype) {
    typedef typename Compute<T>::type C;
    for (i64 rows : {0, 1, 255, 1500}) {
        for (u32 blocks : {1u, 5u}) {
            Case<T> of(rows, 10, rows % 2 == 1, blocks == 1);
            Buffer<C> part = random_values<C>((size_t)rows, 0, 1), share(1);
            Buffer<Total<C>> parts(blocks);
            Buffer<u32> counter{0u};
            Buffer<T> loss(1);
            long double sum = 0, weight = 0;
            for (i64 r = 0; r < rows; r++) sum += part[(size_t)r], weight += of.share(r);
            std::string what = std::string(dtype) + " total of " + shown(rows), name = std::string("cross_entropy_total_") + dtype;
            run(name.c_str(), {blocks}, {256}, 0, (const C *)part.at(), rows, of.argument(), parts.at(), counter.at(),
                loss.at(), share.at());
            CLOSE(C, share[0], weight, (f64)weight);
            CLOSE(T, convert<f64>(loss[0]), sum / weight, 1);
            same_in_every_order(what + shown(blocks), loss.at(), sizeof(T));
            run(name.c_str(), {blocks}, {256}, 0, (const C *)part.at(), rows, of.argument(), parts.at(), counter.at(),
                loss.at(), (C *)nullptr);
            CLOSE(T, convert<f64>(loss[0]), sum, (f64)sum);
            CHECK_EQ(counter[0], 0u);
        }
    }
}

TEST(totals_of_f32) { totals<f32>("f32"); }
TEST(totals_of_f64) { totals<f64>("f64"); }
TEST(totals_of_f16) { totals<f16>("f16"); }
TEST(totals_of_bf16) { totals<bf16>("bf16"); }

template <class T>
static void gradients(const char *dtype) {
    typedef typename Compute<T>::type C;
    for (auto [rows, classes] : {std::pair<i64, i64>{1, 1}, {5, 3}, {9, 65}, {3, 1100}, {20, 33}, {4, 256}}) {
        for (u32 shift : {0u, 3u, 8u}) {
            u32 chunks = shift == 8 ? 2 : 1;
            bool vectors = shift != 0, mean = shift == 3, each = shift == 8;
            Case<T> of(rows, classes, rows % 2 == 1, classes % 2 == 1);
            Buffer<Norm<C>> norms((size_t)rows);
            Buffer<C> share(1);
            Buffer<T> g = random_values<T>((size_t)rows, -1, 1);
            T *x, *out;
            size_t bytes = (size_t)(rows * classes) * sizeof(T);
            if (posix_memalign((void **)&x, 16, bytes) || posix_memalign((void **)&out, 16, bytes)) abort();
            memcpy((void *)x, of.x.at(), bytes);
            long double weight = 0;
            for (i64 r = 0; r < rows; r++) {
                norms[(size_t)r] = {{(C)of.most(r), (C)(of.sum(r) - of.most(r))}};
                weight += of.share(r);
            }
            share[0] = (C)weight;
            Arriving<T, C> arriving = {g.at(), each, mean ? share.at() : nullptr};
            std::string name = std::string("cross_entropy_gradient_") + dtype, what = name + " " + shown(classes);
            u32 in_block = 256u >> shift;
            run(name.c_str(), {((u32)rows + in_block - 1) / in_block, chunks}, {256}, 0, out, (const T *)x,
                (const Norm<C> *)norms.at(), arriving, rows, shift, (u32)vectors, of.argument());
            for (i64 r = 0; r < rows; r++)
                for (i64 c = 0; c < classes; c++) {
                    long double k = of.share(r) * convert<f64>(g[each ? (size_t)r : 0]) / (mean ? weight : 1);
                    long double want = (expl(of.at(r, c) - of.sum(r)) - (c == of.wide[(size_t)r])) * k;
                    CLOSE(T, convert<f64>(out[r * classes + c]), of.counts(r) ? want : 0, 4);
                }
            free(x), free(out);
        }
    }
}

TEST(gradients_of_f32) { gradients<f32>("f32"); }
TEST(gradients_of_f64) { gradients<f64>("f64"); }
TEST(gradients_of_f16) { gradients<f16>("f16"); }
TEST(gradients_of_bf16) { gradients<bf16>("bf16"); }

TEST(classes_out_of_range) {
    Case<f32> of(6, 4, true, true);
    of.set(4, 4);
    Buffer<Norm<f32>> norms(6);
    Buffer<f32> loss(6);
    CrossEntropy<f32> to = {{}, of.x.at(), norms.at(), loss.at(), nullptr, of.argument(100)};
    Folding f = {};
    f.kept.rank = 1, f.kept.count = 6, f.kept.size[0] = divisor(6), f.kept.stride[0][0] = 4, f.kept.stride[1][0] = 1;
    f.reduced.rank = 1, f.reduced.count = 4, f.reduced.size[0] = divisor(4), f.reduced.stride[0][0] = 1;
    f.length = -1, f.step = 1, f.splits = 1, f.share = 4;
    run("cross_entropy_rows_f32", {1}, {32}, 0, (const f32 *)of.x.at(), f, to);
    CHECK_EQ(of.record.taken, 2u);
    CHECK_EQ(of.record.op, OP);
    CHECK_EQ(of.record.position, 104);
    CHECK_EQ(of.record.value, 4);
    CHECK_EQ(of.record.limit, 4);
    CHECK_EQ(loss[4], 0.f);
    std::string what = "beside a bad one";
    CLOSE(f32, loss[5], of.loss(5), 20);
    // Neither it nor an ignored one has a gradient, whatever the logits are.
    for (i64 r : {3, 4}) of.x[(size_t)(r * 4)] = NAN;
    Buffer<f32> out(24), g{1.f};
    Arriving<f32, f32> arriving = {g.at(), 0, nullptr};
    run("cross_entropy_gradient_f32", {1}, {256}, 0, out.at(), (const f32 *)of.x.at(), (const Norm<f32> *)norms.at(), arriving,
        (i64)6, 1u, 0u, of.argument());
    for (size_t i = 12; i < 20; i++) CHECK_EQ(out[i], 0.f);
    CHECK(out[20] != 0);
}

// A loss far below the logits keeps its digits.
TEST(small_losses_beside_large_logits) {
    Case<f32> of(1, 3, false, true);
    of.set(0, 0);
    of.x[0] = 1000, of.x[1] = 990, of.x[2] = 985;
    Buffer<Norm<f32>> norms(1);
    Buffer<f32> loss(1), out(3), g{1.f};
    fold<f32, f32>(of, FORMS[0], "f32", norms.at(), loss.at(), nullptr);
    CHECK_CLOSE(loss[0], (double)of.loss(0), 1e-2);
    CHECK(loss[0] > 0);
    Arriving<f32, f32> arriving = {g.at(), 0, nullptr};
    run("cross_entropy_gradient_f32", {1}, {256}, 0, out.at(), (const f32 *)of.x.at(), (const Norm<f32> *)norms.at(), arriving,
        (i64)1, 0u, 0u, of.argument());
    CHECK_CLOSE(out[1], exp(-10.) / (1 + exp(-10.) + exp(-15.)), 1e-5);
}

TEST(what_is_no_number) {
    for (const Form &form : FORMS) {
        const f32 inf = INFINITY, nan = NAN;
        Case<f32> of(5, 40, false, true);
        for (i64 r = 0; r < 5; r++) of.set(r, 1);
        for (i64 c = 0; c < 40; c++) of.x[(size_t)(3 * 40 + c)] = -inf;
        of.x[7] = nan, of.x[40 + 9] = inf, of.x[80 + 5] = -inf;
        // All but one are −∞: whole threads see nothing else.
        for (i64 c = 0; c < 40; c++) of.x[(size_t)(4 * 40 + c)] = c == 39 ? 2 : c == 1 ? 1 : -inf;
        Buffer<Norm<f32>> norms(5);
        Buffer<f32> loss(5);
        fold<f32, f32>(of, form, "f32", norms.at(), loss.at(), nullptr);
        std::string what = form.word;
        CHECK(loss[0] != loss[0] && loss[1] != loss[1] && loss[3] != loss[3]);
        CLOSE(f32, loss[2], of.loss(2), 20);
        CLOSE(f32, loss[4], of.loss(4), 20);
    }
}
