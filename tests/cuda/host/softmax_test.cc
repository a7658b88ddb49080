// kernels: softmax_*
// Softmax, its logarithm and their gradients: every form, by vectors and by elements, ragged sizes, NaN and infinities.
#include "test.h"

#include <map>

#include "softmax.cuh"

using on_host::Dim3;
using on_host::shown;

static u64 random_number(u64 below) { return on_host::generator()() % below; }
static f64 uniform(f64 low, f64 high) { return std::uniform_real_distribution<f64>(low, high)(on_host::generator()); }

static Divisor divisor(u32 n) {
    Divisor d;
    d.divisor = n;
    d.shift = n == 1 ? 0 : 32 - (u32)__builtin_clz(n - 1);
    d.multiplier = (u32)(((u64)1 << 32) * (((u64)1 << d.shift) - n) / n + 1);
    return d;
}

// A tensor of [outer, length, inner], or with a stride of its own in memory.
struct Layout {
    i64 outer, length, inner;
    i64 stride[3];
    i64 offset;  // elements from an address of 256 bytes
    i64 extent() const {
        if (outer * length * inner == 0) return offset;
        return offset + (outer - 1) * stride[0] + (length - 1) * stride[1] + (inner - 1) * stride[2] + 1;
    }
    i64 at(i64 o, i64 i, i64 j) const { return offset + o * stride[0] + i * stride[1] + j * stride[2]; }
};

static Layout dense(i64 outer, i64 length, i64 inner, i64 offset = 0) {
    return {outer, length, inner, {length * inner, inner, 1}, offset};
}

// Exactly what the layout reaches.
template <class T>
struct Memory {
    Memory(const Layout &l) : layout(l), n((size_t)l.extent()) {
        if (posix_memalign((void **)&x, 256, n * sizeof(T))) abort();
        memset((void *)x, 0xCD, n * sizeof(T));
    }
    Memory(const Memory &) = delete;
    ~Memory() { free(x); }
    T *first() const { return x + layout.offset; }
    T &operator()(i64 o, i64 i, i64 j) { return x[layout.at(o, i, j)]; }
    Layout layout;
    size_t n;
    T *x;
};

enum Form { SHORT, ROWS, LONG, COLUMNS, SHARED };

// Of shared rows: vectors as of the elements' pass; `splits` blocks of 2^shift threads for what belongs to a row.
struct Launch {
    Form form;
    bool vectors, staged;
    u32 threads, shift;
    u32 splits = 1;
};

template <int K>
static Softmax<K> params(const Layout (&layouts)[K], const Launch &l, bool log) {
    Softmax<K> s = {};
    s.kept.rank = 2;
    s.kept.count = (u32)(layouts[0].outer * layouts[0].inner);
    s.kept.size[0] = divisor((u32)std::max<i64>(layouts[0].inner, 1));
    s.kept.size[1] = divisor((u32)std::max<i64>(layouts[0].outer, 1));
    for (int k = 0; k < K; k++) {
        s.kept.stride[k][0] = layouts[k].stride[2];
        s.kept.stride[k][1] = layouts[k].stride[0];
        s.step[k] = layouts[k].stride[1];
    }
    s.length = layouts[0].length;
    s.shift = l.shift;
    s.vectors = l.vectors;
    s.log = log;
    s.staged = l.staged;
    return s;
}

static Dim3 grid_of(const Layout &x, const Launch &l) {
    u32 rows = (u32)(x.outer * x.inner), each = l.form == LONG ? 1 : l.form == COLUMNS ? 1u << l.shift : l.threads >> l.shift;
    return {(rows + each - 1) / each};
}

static const char *word(Form form) {
    const char *words[] = {"short", "rows", "long", "columns", "shared"};
    return words[form];
}

// ---- rows that blocks share ----

// How what belongs to each row of a dense tensor is folded: rows by their length, or columns; by elements, or in
// columns by vectors.
struct Gathering {
    Gathering(const Layout &l, const Launch &launch, u32 vector, u32 columns, size_t acc) {
        bool rows = l.inner == 1;
        bool vectors = rows ? launch.vectors : l.inner % columns == 0 && launch.vectors;
        u32 each = !rows && vectors ? columns : 1, outs = (u32)(l.outer * l.inner) / each;
        f.kept.rank = 2, f.kept.count = outs;
        f.kept.size[0] = divisor((u32)l.inner / each), f.kept.size[1] = divisor((u32)l.outer);
        f.kept.stride[0][0] = f.kept.stride[1][0] = each;
        f.kept.stride[0][1] = l.stride[0], f.kept.stride[1][1] = l.inner;
        f.reduced.rank = 1, f.reduced.count = (u32)l.length;
        f.reduced.size[0] = divisor((u32)l.length), f.reduced.stride[0][0] = l.stride[1];
        f.length = rows ? l.length : -1, f.step = 1;
        u32 units = rows && vectors ? ((u32)l.length + vector - 1) / vector : (u32)l.length;
        f.splits = launch.splits, f.share = (units + f.splits - 1) / f.splits;
        f.shift = rows ? 31 - (u32)__builtin_clz(launch.threads) : launch.shift, f.vectors = vectors;
        u32 of_block = rows ? 1 : (vectors ? 1 : columns) << f.shift, blocks = (outs + of_block - 1) / of_block;
        parts.assign((size_t)blocks * f.splits * (rows ? 1 : columns << f.shift) * acc, 0xCD);
        counters.assign(blocks, 0);
        f.parts = parts.data(), f.counters = counters.data();
        grid = {blocks, f.splits, 1};
        name = rows ? "_rows_" : "_columns_";
    }
    Gathering(const Gathering &) = delete;
    Folding f = {};
    std::vector<u8> parts;
    std::vector<u32> counters;
    Dim3 grid;
    const char *name;
};

// The blocks of the elements' pass are few, so that each goes over several vectors.
static Spread spread_of(const Layout &l, const Launch &launch, bool log, Dim3 &grid) {
    grid = {launch.splits, (u32)l.outer, 1};
    return {l.length * l.inner, l.inner, log, launch.vectors};
}

template <class T>
static void run_shared(const char *dtype, const Layout &l, const Launch &launch, bool log, const T *x, T *out) {
    typedef typename Compute<T>::type C;
    Gathering gathering(l, launch, Ragged<T>::V, Elements<T>::COLUMNS, sizeof(Online<C>));
    Buffer<Norm<C>> norms((size_t)(l.outer * l.inner));
    run((std::string("softmax_norms") + gathering.name + dtype).c_str(), gathering.grid, {launch.threads}, 0, x,
        gathering.f, norms.at(), (u32)log);
    Dim3 grid;
    Spread spread = spread_of(l, launch, log, grid);
    run((std::string("softmax_spread_") + dtype).c_str(), grid, {64}, 0, x, out, (const Norm<C> *)norms.at(), spread);
}

template <class T>
static void run_shared_backward(const char *dtype, const Layout &l, const Launch &launch, bool log, const T *g,
                                const T *y, T *out) {
    typedef typename Compute<T>::type C;
    Gathering gathering(l, launch, Ragged<T>::V, Terms<T>::COLUMNS, sizeof(C));
    Buffer<C> totals((size_t)(l.outer * l.inner));
    run((std::string("softmax_totals") + gathering.name + dtype).c_str(), gathering.grid, {launch.threads}, 0, g, y,
        gathering.f, totals.at(), (u32)log);
    Dim3 grid;
    Spread spread = spread_of(l, launch, log, grid);
    run((std::string("softmax_backward_spread_") + dtype).c_str(), grid, {64}, 0, g, y, out, (const C *)totals.at(),
        spread);
}

// ---- what comes out ----

// The bytes of a result are the same in every order of blocks and threads.
static void same_in_every_order(const std::string &what, const void *data, size_t n) {
    static std::map<std::string, std::vector<u8>> first;
    std::vector<u8> bytes((const u8 *)data, (const u8 *)data + n);
    auto [at, fresh] = first.emplace(what, bytes);
    if (!fresh && at->second != bytes) on_host::failed(__FILE__, __LINE__, what + ": not the same in this order");
}

template <class T>
static f64 epsilon();
template <> f64 epsilon<f64>() { return 0x1p-52; }
template <> f64 epsilon<f32>() { return 0x1p-23; }
template <> f64 epsilon<f16>() { return 0x1p-10; }
template <> f64 epsilon<bf16>() { return 0x1p-7; }

// What is lost on the way, and in rounding to T; what is subnormal in T may be lost whole.
template <class T>
static bool close(f64 got, f64 want, f64 scale) {
    f64 inner = sizeof(T) < 8 ? 0x1p-23 : 0x1p-52, least = sizeof(T) == 2 && epsilon<T>() == 0x1p-10 ? 0x1p-24 : 1e-37;
    return got == want || (got != got && want != want) ||
           fabs(got - want) <= 0.6 * epsilon<T>() * fabs(want) + 8 * inner * scale + least;
}

template <class T>
static void fill(Memory<T> &x, int kind, i64 o, i64 j) {
    for (i64 i = 0; i < x.layout.length; i++) x(o, i, j) = convert<T>(uniform(-6, 6));
    if (!x.layout.length) return;
    i64 at = (i64)random_number((u64)x.layout.length);
    if (kind == 1) x(o, at, j) = convert<T>(NAN);
    if (kind == 2) x(o, at, j) = convert<T>(INFINITY);
    if (kind == 3) x(o, at, j) = convert<T>(-INFINITY);
    if (kind == 4)
        for (i64 i = 0; i < x.layout.length; i++) x(o, i, j) = convert<T>(-INFINITY);
    if (kind == 5) x(o, at, j) = convert<T>(3e4);
    if (kind == 6)
        for (i64 i = 0; i < x.layout.length; i++)
            if (i != at) x(o, i, j) = convert<T>(-INFINITY);
}

template <class T>
static void forward(const char *dtype, const Layout &from, const Launch &l, bool log, int number) {
    Layout to = dense(from.outer, from.length, from.inner, l.vectors ? from.offset : 0);
    Memory<T> x(from), y(to);
    for (size_t e = 0; e < x.n; e++) x.x[e] = convert<T>(99.f);
    for (i64 o = 0; o < from.outer; o++)
        for (i64 j = 0; j < from.inner; j++) fill(x, random_number(3) ? 0 : (int)random_number(7), o, j);
    size_t shared = l.staged ? ((size_t)from.length * sizeof(T) + 15) / 16 * 16 : 0;
    std::string name = std::string("softmax_") + word(l.form) + "_" + dtype;
    if (l.form == SHARED) run_shared<T>(dtype, from, l, log, x.first(), y.first());
    else
        run(name.c_str(), grid_of(from, l), {l.threads}, shared, (const T *)x.first(), y.first(),
            params<2>({from, to}, l, log));
    for (i64 o = 0; o < from.outer; o++)
        for (i64 j = 0; j < from.inner; j++) {
            long double m = -INFINITY, sum = 0;
            for (i64 i = 0; i < from.length; i++) {
                long double v = convert<f64>(x(o, i, j));
                m = v > m || v != v ? v : m;
            }
            for (i64 i = 0; i < from.length; i++) sum += expl(convert<f64>(x(o, i, j)) - m);
            for (i64 i = 0; i < from.length; i++) {
                long double d = convert<f64>(x(o, i, j)) - m;
                f64 want = (f64)(log ? d - logl(sum) : expl(d) / sum), got = convert<f64>(y(o, i, j));
                if (close<T>(got, want, fabs(want) + (log ? 1 : 0))) continue;
                on_host::failed(__FILE__, __LINE__, name + (log ? " log" : "") + " of " + std::to_string(from.length) +
                                " element " + std::to_string(i) + ": " + shown(got) + ", not " + shown(want));
                return;
            }
        }
    same_in_every_order(name + " number " + std::to_string(number), y.first(), (y.n - (size_t)to.offset) * sizeof(T));
}

template <class T>
static void backward(const char *dtype, const Layout &of_g, const Launch &l, bool log, int number) {
    Layout of_y = dense(of_g.outer, of_g.length, of_g.inner, l.vectors ? of_g.offset : 0);
    Memory<T> g(of_g), y(of_y), out(of_y);
    for (size_t e = 0; e < g.n; e++) g.x[e] = convert<T>(uniform(-1, 1));
    for (i64 o = 0; o < of_y.outer; o++)
        for (i64 j = 0; j < of_y.inner; j++) {
            f64 sum = 0;
            std::vector<f64> e((size_t)of_y.length);
            for (f64 &v : e) v = uniform(0.01, 1), sum += v;
            for (i64 i = 0; i < of_y.length; i++) y(o, i, j) = convert<T>(log ? ::log(e[(size_t)i] / sum) : e[(size_t)i] / sum);
            if (of_y.length && !random_number(8)) y(o, (i64)random_number((u64)of_y.length), j) = convert<T>(NAN);
        }
    size_t shared = l.staged ? ((size_t)of_g.length * sizeof(T) * 2 + 15) / 16 * 16 : 0;
    std::string name = std::string("softmax_backward_") + word(l.form) + "_" + dtype;
    if (l.form == SHARED) run_shared_backward<T>(dtype, of_g, l, log, g.first(), y.first(), out.first());
    else
        run(name.c_str(), grid_of(of_g, l), {l.threads}, shared, (const T *)g.first(), (const T *)y.first(),
            out.first(), params<3>({of_g, of_y, of_y}, l, log));
    for (i64 o = 0; o < of_g.outer; o++)
        for (i64 j = 0; j < of_g.inner; j++) {
            long double total = 0, size = 0;
            for (i64 i = 0; i < of_g.length; i++) {
                long double term = convert<f64>(g(o, i, j)) * (log ? 1.l : (long double)convert<f64>(y(o, i, j)));
                total += term, size += fabsl(term);
            }
            for (i64 i = 0; i < of_g.length; i++) {
                f64 a = convert<f64>(g(o, i, j)), b = convert<f64>(y(o, i, j)), got = convert<f64>(out(o, i, j));
                f64 want = (f64)(log ? a - expl(b) * total : b * (a - total));
                f64 scale = log ? fabs(a) + exp(b) * (f64)size * 4 : fabs(b) * (fabs(a) + (f64)size);
                if (close<T>(got, want, scale)) continue;
                on_host::failed(__FILE__, __LINE__, name + (log ? " log" : "") + " of " + std::to_string(of_g.length) +
                                " element " + std::to_string(i) + ": " + shown(got) + ", not " + shown(want));
                return;
            }
        }
    same_in_every_order(name + " number " + std::to_string(number), out.first(), (out.n - (size_t)of_y.offset) * sizeof(T));
}

// Numbers that `threads` hold of a row, and how many threads may be needed for the ends of a ragged one.
template <class T>
static void all(const char *dtype) {
    const i64 few = Numbers<T>::FEW, many = Numbers<T>::MANY, vector = Ragged<T>::V;
    int turn = 0;
    auto both = [&](const Layout &x, const Launch &l) {
        bool log = turn++ & 1;
        forward<T>(dtype, x, l, log, turn);
        backward<T>(dtype, x, l, !log, turn);
    };
    // Rows in registers: everything that 2^shift threads hold, by elements and, where they are enough, by vectors.
    for (auto [form, numbers] : {std::pair<Form, i64>{SHORT, few}, {ROWS, many}})
        for (u32 shift : {0u, 3u, 4u, 5u, 7u}) {
            i64 most = numbers << shift;
            if (form == SHORT && shift > 5) continue;
            u32 threads = std::max(64u, 1u << shift);
            for (i64 length : {(i64)1, most / 2 + 1, most - 2 * vector + 1, most - vector, most}) {
                if (length < 1 || length > most) continue;
                both(dense(length > 300 ? 3 : 9, length, 1), {form, false, false, threads, shift});
                bool fits = (length + 2 * vector - 2) / vector <= (numbers / vector) << shift && (1 << shift) >= 2 * vector - 2;
                bool aligned = length % vector == 0 && length <= most;
                if (fits || aligned)
                    both(dense(length > 300 ? 3 : 9, length, 1, aligned && !fits ? 0 : (i64)random_number(9)), {form, true, false, threads, shift});
            }
        }
    // Several warps for each row, up to a whole block.
    for (i64 length : {3000, 6000, 12000, (int)(many << 9)}) {
        u32 shift = length <= many << 8 ? 8 : 9;
        if (length > many << shift) continue;
        for (bool vectors : {false, true}) both(dense(2, length, 1), {ROWS, vectors, false, 1u << shift, shift});
        if (length + 2 * vector <= many << shift) both(dense(2, length + 1, 1, 3), {ROWS, true, false, 512, shift});
    }
    // Elements that do not lie together, and rows with room between them.
    both({7, 50, 1, {200, 3, 1}, 2}, {ROWS, false, false, 64, 4});
    both({7, 5 * vector, 1, {8 * vector, 1, 1}, 0}, {SHORT, true, false, 64, 4});
    // One gradient for all, as that of a sum.
    backward<T>(dtype, {5, 40, 1, {0, 0, 0}, 0}, {ROWS, false, false, 32, 5}, true, ++turn);
    backward<T>(dtype, {5, 1400, 1, {0, 0, 0}, 0}, {LONG, false, false, 128, 0}, false, ++turn);
    // Long rows, a block each.
    for (i64 length : {(i64)1, (i64)2 * vector, (i64)700, (i64)2049})
        for (int k = 0; k < 4; k++)
            both(dense(2, length, 1, k & 1 ? (i64)random_number(9) : 0), {LONG, (k & 1) != 0, (k & 2) != 0, 64, 0});
    both({3, 300, 1, {1000, 2, 1}, 1}, {LONG, false, true, 32, 0});
    // Columns: read once, read twice, one row of threads, ragged.
    for (i64 length : {1, 3, 16, 70, 400})
        for (u32 shift : {0u, 2u, 5u, 6u}) both(dense(3, length, 11), {COLUMNS, false, false, 64, shift});
    both({2, 90, 40, {9000, 41, 1}, 3}, {COLUMNS, false, false, 256, 5});
    // Rows, and columns, that several blocks share: whole vectors and ragged, one block and more of them.
    for (u32 splits : {1u, 3u, 7u})
        for (bool vectors : {true, false}) {
            for (i64 length : {(i64)1, 2 * vector, (i64)3001})
                both(dense(3, length, 1), {SHARED, vectors, false, 64, 6, splits});
            for (i64 inner : {2, 3, 8, 35}) both(dense(2, 333, inner), {SHARED, vectors, false, 64, 2, splits});
        }
    both(dense(1, 40000, 1), {SHARED, true, false, 256, 8, 5});
    both(dense(1, 10007, 3), {SHARED, true, false, 256, 1, 5});
}

TEST(softmax_f32) { all<f32>("f32"); }
TEST(softmax_f64) { all<f64>("f64"); }
TEST(softmax_f16) { all<f16>("f16"); }
TEST(softmax_bf16) { all<bf16>("bf16"); }
