// kernels: reduce reduce_* argreduce_*
// Reductions over any dims, in both forms, by vectors and by elements, in one block per output and in several.
#include "test.h"

#include <map>
#include <typeinfo>

#include "reduce.cuh"

using on_host::shown;

static u64 random_number(u64 below) { return on_host::generator()() % below; }

static Divisor divisor(u32 n) {
    Divisor d;
    d.divisor = n;
    d.shift = n == 1 ? 0 : 32 - (u32)__builtin_clz(n - 1);
    d.multiplier = (u32)(((u64)1 << 32) * (((u64)1 << d.shift) - n) / n + 1);
    return d;
}

struct Dim {
    i64 size, x, out;
};

// Dims are given with the innermost last.
template <int K>
static Nest<K> nest_of(const std::vector<Dim> &dims, i64 vector) {
    Nest<K> nest = {};
    nest.rank = (i32)dims.size();
    nest.count = 1;
    for (int d = 0; d < nest.rank; d++) {
        const Dim &dim = dims[dims.size() - 1 - (size_t)d];
        i64 each = d == 0 ? vector : 1;
        nest.size[d] = divisor((u32)std::max<i64>(dim.size / each, 1));
        nest.count *= (u32)(dim.size / each);
        nest.stride[0][d] = dim.x * each;
        if (K > 1) nest.stride[K - 1][d] = dim.out * each;
    }
    return nest;
}

// What is folded: kept and reduced dims, where x begins.
struct Problem {
    std::vector<Dim> kept, reduced;
    i64 outs() const { return count(kept); }
    i64 length() const { return count(reduced); }
    static i64 count(const std::vector<Dim> &dims) {
        i64 n = 1;
        for (const Dim &d : dims) n *= d.size;
        return n;
    }
    // Element n of `dims` in C order: its places in x and in the output.
    static std::pair<i64, i64> place(const std::vector<Dim> &dims, i64 n) {
        i64 x = 0, out = 0;
        for (size_t d = dims.size(); d-- > 0;) {
            x += n % dims[d].size * dims[d].x;
            out += n % dims[d].size * dims[d].out;
            n /= dims[d].size;
        }
        return {x, out};
    }
};

enum Form { ROWS, COLUMNS };

// How it is launched.
struct Shape {
    Form form;
    bool vectors, run;  // run: rows are given by their length
    u32 threads, shift, splits;
};

struct Space {
    std::vector<u8> parts;
    std::vector<u32> counters;
};

// One launch of all; `vector`: the elements of a vector in rows or columns, `columns`: outputs of a thread.
static Folding folding(const Problem &p, const Shape &s, i64 vector, u32 columns, size_t acc, Space &space, on_host::Dim3 &grid) {
    Folding f = {};
    i64 v = s.vectors ? vector : 1;
    f.kept = nest_of<2>(p.kept, s.form == COLUMNS ? v : 1);
    f.reduced = nest_of<1>(p.reduced, s.form == ROWS && !s.run ? v : 1);
    f.length = s.run ? p.length() : -1;
    u32 units = s.run ? (u32)((p.length() + v - 1) / v) : f.reduced.count;
    f.step = s.form == COLUMNS && !p.kept.empty() ? p.kept.back().out : 1;
    f.splits = s.splits;
    f.share = (units + s.splits - 1) / s.splits;
    f.shift = s.shift;
    f.vectors = s.vectors;
    u32 width = 1u << s.shift;
    u32 blocks;
    if (s.form == ROWS) blocks = (f.kept.count + (s.threads >> s.shift) - 1) / (s.threads >> s.shift);
    else blocks = s.vectors ? (f.kept.count + width - 1) / width : (f.kept.count + columns * width - 1) / (columns * width);
    u64 parts = s.form == ROWS ? (u64)f.kept.count * s.splits : (u64)blocks * columns * width * s.splits;
    space.parts.assign(parts * acc, 0xCD);
    space.counters.assign(blocks, 0);
    f.parts = space.parts.data();
    f.counters = space.counters.data();
    grid = {blocks, s.splits, 1};
    return f;
}

// The bytes of a result are the same in every order of blocks and threads.
static void same_in_every_order(const std::string &what, const void *data, size_t n) {
    static std::map<std::string, std::vector<u8>> first;
    std::vector<u8> bytes((const u8 *)data, (const u8 *)data + n);
    auto [at, fresh] = first.emplace(what, bytes);
    if (!fresh && at->second != bytes) on_host::failed(__FILE__, __LINE__, what + ": not the same in this order");
}

// ---- problems ----

// Kept and reduced dims of a contiguous tensor (innermost dim last); the output has the kept dims in C order.
static Problem of_tensor(std::vector<i64> shape, std::vector<bool> gone, i64 stretch = 1) {
    Problem p;
    i64 x = stretch, out = 1;
    for (size_t d = shape.size(); d-- > 0;) {
        if (gone[d]) p.reduced.insert(p.reduced.begin(), {shape[d], x, 0});
        else p.kept.insert(p.kept.begin(), {shape[d], x, out}), out *= shape[d];
        x *= shape[d];
    }
    return p;
}

static i64 extent(const Problem &p) {
    i64 last = 0;
    for (const auto *dims : {&p.kept, &p.reduced})
        for (const Dim &d : *dims) last += (d.size - 1) * d.x;
    return last + 1;
}

struct Trial {
    Problem problem;
    std::vector<Shape> shapes;
    i64 offset;  // of x in its memory, in elements
    bool aligned;
};

// Problems with the launches that fit them; `vector` is that of rows, `wide` that of columns.
static std::vector<Trial> trials(i64 vector, i64 wide) {
    std::vector<Trial> all;
    auto rows = [&](bool vectors, bool run) {
        std::vector<Shape> s;
        for (u32 shift : {0u, 2u, 5u}) s.push_back({ROWS, vectors, run, 64, shift, 1});
        s.push_back({ROWS, vectors, run, 256, 6, 1});
        s.push_back({ROWS, vectors, run, 128, 7, 1});
        for (u32 splits : {2u, 5u}) s.push_back({ROWS, vectors, run, 64, 6, splits});
        s.push_back({ROWS, vectors, run, 32, 5, 40});
        return s;
    };
    auto columns = [&](bool vectors) {
        std::vector<Shape> s;
        for (u32 shift : {0u, 3u, 6u}) s.push_back({COLUMNS, vectors, false, 64, shift, 1});
        s.push_back({COLUMNS, vectors, false, 256, 5, 3});
        s.push_back({COLUMNS, vectors, false, 128, 2, 7});
        return s;
    };
    auto both = [](std::vector<Shape> a, const std::vector<Shape> &b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    };
    // Rows of a matrix, whole vectors: as runs, as nests, by elements.
    for (i64 length : {vector, 3 * vector, 40 * vector, 301 * vector})
        all.push_back({of_tensor({7, length}, {false, true}), both(rows(true, true), both(rows(true, false), rows(false, false))), 0, true});
    // Ragged rows, and rows that begin anywhere.
    for (i64 length : {1, 2, 3, 5, 31, 33, 257, 2003})
        for (i64 offset : {0, 1, 3})
            if (offset == 1 || length < 300)
                all.push_back({of_tensor({5, length}, {false, true}), rows(true, true), offset, false});
    // All of it.
    for (i64 length : {1, 63, 5000}) all.push_back({of_tensor({length}, {true}), rows(true, true), 1, false});
    // Kept between reduced ones, and the other way round; steps of more than one.
    for (i64 stretch : {1, 3}) {
        all.push_back({of_tensor({6, 5, 4 * vector}, {true, false, true}, stretch), both(rows(false, false), columns(false)), 1, false});
        all.push_back({of_tensor({3, 9, 4, 5, 3}, {false, true, false, true, false}, stretch), both(rows(false, false), columns(false)), 0, false});
    }
    all.push_back({of_tensor({6, 5, 4 * vector}, {true, false, true}), rows(true, false), 0, true});
    // Columns: whole vectors, and not.
    for (i64 height : {1, 2, 7, 40, 333})
        for (i64 width : {wide, 3 * wide, 35 * wide})
            all.push_back({of_tensor({height, width}, {true, false}), both(columns(true), columns(false)), 0, true});
    all.push_back({of_tensor({4, 50, 12 * wide}, {false, true, false}), both(columns(true), columns(false)), 0, true});
    for (i64 width : {1, 2, 3, 10, 131}) all.push_back({of_tensor({45, width}, {true, false}), columns(false), 1, false});
    // Kept dims whose memory runs the other way than the output.
    {
        Problem p = of_tensor({40, 6, 8 * wide}, {true, false, false});
        std::swap(p.kept[0].out, p.kept[1].out);
        p.kept[0].out = 1, p.kept[1].out = p.kept[0].size;
        all.push_back({p, both(columns(true), both(columns(false), rows(false, false))), 0, true});
    }
    // Stretched: the same elements again and again.
    all.push_back({{{{3, 0, 4}, {4, 1, 1}}, {{5, 0, 0}, {6, 4, 0}}}, both(rows(false, false), columns(false)), 0, false});
    // Nothing to fold, one element, no dims.
    all.push_back({{{{6, 1, 1}}, {{0, 6, 0}}}, both(rows(true, true), both(rows(false, false), columns(false))), 0, false});
    all.push_back({{{}, {}}, both(rows(false, false), columns(false)), 0, false});
    return all;
}

// Exactly the elements that are reached, `offset` elements behind an address that is aligned as allocators of devices do.
template <class T>
struct Memory {
    Memory(const Trial &t) : n((size_t)(t.offset + std::max<i64>(extent(t.problem), 0))) {
        if (posix_memalign((void **)&x, 256, n * sizeof(T))) abort();
    }
    Memory(const Memory &) = delete;
    ~Memory() { free(x); }
    size_t n;
    T *x;
};

template <class T>
static std::vector<T> row(const Trial &t, const T *x, i64 o) {
    std::vector<T> all;
    const T *first = x + t.offset + Problem::place(t.problem.kept, o).first;
    for (i64 r = 0; r < t.problem.length(); r++) all.push_back(first[Problem::place(t.problem.reduced, r).first]);
    return all;
}

// Every trial with every launch that fits it, or one in `thin` of them; `variant` says which.
// `launch(name, grid, threads, x, folding, out)`, `check(elements, got)`.
template <class T, class Out, class Make, class Launch, class Check>
static void walk(const char *name, int variant, size_t thin, i64 vector, i64 wide, u32 columns, size_t acc, Make make,
                 Launch launch, Check check, bool empty = true) {
    auto all = trials(vector, wide);
    // Another part for each kernel, variant and type.
    size_t turn = std::hash<std::string>()(std::string(name) + typeid(T).name() + std::to_string(variant));
    for (size_t i = 0; i < all.size(); i++) {
        const Trial &t = all[i];
        if (!empty && t.problem.length() == 0) continue;
        std::vector<Shape> shapes;
        for (const Shape &s : t.shapes)
            if (turn++ % thin == 0) shapes.push_back(s);
        if (shapes.empty()) continue;
        Memory<T> x(t);
        for (size_t e = 0; e < x.n; e++) x.x[e] = make();
        std::vector<std::vector<T>> elements;
        for (i64 o = 0; o < t.problem.outs(); o++) elements.push_back(row(t, x.x, o));
        for (size_t k = 0; k < shapes.size(); k++) {
            const Shape &s = shapes[k];
            Space space;
            on_host::Dim3 grid;
            Folding f = folding(t.problem, s, s.form == ROWS ? vector : wide, columns, acc, space, grid);
            Buffer<Out> out((size_t)t.problem.outs());
            std::string kernel = name, form = s.form == ROWS ? "rows" : "columns";
            kernel.replace(kernel.find('*'), 1, form);
            std::string what = kernel + " trial " + std::to_string(i) + " launch " + std::to_string(k) + " of " +
                               typeid(T).name() + std::to_string(variant);
            launch(kernel.c_str(), grid, on_host::Dim3{s.threads}, (const T *)x.x + t.offset, f, out.at());
            for (u32 c : space.counters) CHECK_EQ(c, 0u);
            for (i64 o = 0; o < t.problem.outs(); o++) {
                auto at = (size_t)Problem::place(t.problem.kept, o).second;
                if (check(elements[(size_t)o], out[at])) continue;
                on_host::failed(__FILE__, __LINE__, what + " output " + std::to_string(o) + ": " +
                                shown(convert<f64>(out[at])) + " from " + std::to_string(elements[(size_t)o].size()));
                break;
            }
            same_in_every_order(what, out.at(), out.size() * sizeof(Out));
        }
    }
}

// ---- floats ----

template <class T>
static f64 epsilon();
template <> f64 epsilon<f64>() { return 0x1p-52; }
template <> f64 epsilon<f32>() { return 0x1p-23; }
template <> f64 epsilon<f16>() { return 0x1p-10; }
template <> f64 epsilon<bf16>() { return 0x1p-7; }

// Now and then a NaN or an infinity.
template <class T>
static T special(f64 x) {
    u64 dice = random_number(5000);
    if (dice == 0) return convert<T>(NAN);
    if (dice == 1) return convert<T>(INFINITY);
    if (dice == 2) return convert<T>(-INFINITY);
    return convert<T>(x);
}
static f64 uniform(f64 low, f64 high) { return std::uniform_real_distribution<f64>(low, high)(on_host::generator()); }

template <class T>
static i32 number_of();
template <> i32 number_of<f64>() { return F64; }
template <> i32 number_of<f32>() { return F32; }
template <> i32 number_of<f16>() { return F16; }
template <> i32 number_of<bf16>() { return BF16; }

template <class T>
static void floats(const char *dtype, size_t thin) {
    typedef typename Compute<T>::type C;
    const i64 vector = Elements<T>::VECTOR, wide = Elements<T>::COLUMNS;
    auto name = [&](const char *op) { return std::string(op) + "_*_" + dtype; };
    auto close = [](f64 got, f64 want, f64 scale, f64 steps = 4) {
        return got == want || (got != got && want != want) ||
               fabs(got - want) <= 1.01 * epsilon<T>() * fabs(want) + steps * (sizeof(T) < 8 ? 0x1p-23 : 0x1p-52) * scale;
    };
    for (bool mean : {false, true})
        walk<T, T>(
            name("sum").c_str(), mean, thin, vector, wide, Elements<T>::COLUMNS, sizeof(C), [] { return special<T>(uniform(-1, 1.2)); },
            [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, T *out) {
                u32 n = f.length >= 0 ? (u32)f.length : f.reduced.count;
                if (f.length < 0 && f.vectors && strstr(kernel, "rows")) n *= Elements<T>::VECTOR;
                run(kernel, grid, threads, 0, x, f, Target{out, (f64)n, number_of<T>(), mean});
            },
            [&](const std::vector<T> &all, T got) {
                long double sum = 0, size = 0;
                for (T e : all) sum += convert<f64>(e), size += fabs(convert<f64>(e));
                long double by = mean ? (long double)all.size() : 1;
                return close(convert<f64>(got), (f64)(sum / by), (f64)(size / by));
            });
    // As it was gathered, not rounded to T.
    walk<T, C>(
        name("sum").c_str(), 2, 2 * thin, vector, wide, Elements<T>::COLUMNS, sizeof(C),
        [] { return special<T>(uniform(-1, 1.2)); },
        [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, C *out) {
            run(kernel, grid, threads, 0, x, f, Target{out, 0, number_of<C>(), 0});
        },
        [&](const std::vector<T> &all, C got) {
            long double sum = 0, size = 0;
            for (T e : all) sum += convert<f64>(e), size += fabs(convert<f64>(e));
            f64 want = (f64)sum, allowed = (sizeof(C) < 8 ? 0x1p-21 : 0x1p-50) * (f64)size;
            return got == want || (got != got && want != want) || fabs(got - want) <= allowed;
        });
    for (bool least : {false, true})
        walk<T, T>(
            name("max_min").c_str(), least, thin, vector, wide, Elements<T>::COLUMNS, sizeof(C), [] { return special<T>(uniform(-9, 9)); },
            [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, T *out) {
                run(kernel, grid, threads, 0, x, f, Target{out, 0, 0, 0}, least ? C(-1) : C(1));
            },
            [&](const std::vector<T> &all, T got) {
                f64 best = least ? INFINITY : -INFINITY;
                for (T e : all) {
                    f64 v = convert<f64>(e);
                    if (v != v || (least ? v < best : v > best)) best = v;
                    if (v != v) break;
                }
                f64 g = convert<f64>(got);
                return g == best || (g != g && best != best);
            });
    for (f64 shift : {0., 30.})
        walk<T, T>(
            name("var").c_str(), shift > 0, thin, vector, wide, Elements<T>::COLUMNS, 3 * sizeof(C),
            [&] { return random_number(20000) ? convert<T>(uniform(-1, 1) + shift) : special<T>(shift); },
            [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, T *out) {
                u32 n = f.length >= 0 ? (u32)f.length : f.reduced.count;
                if (f.length < 0 && f.vectors && strstr(kernel, "rows")) n *= Elements<T>::VECTOR;
                run(kernel, grid, threads, 0, x, f, Target{out, std::max<f64>((f64)n - 1, 0), 0, 1});
            },
            [&](const std::vector<T> &all, T got) {
                long double mean = 0, m2 = 0, n = (long double)all.size();
                for (T e : all) mean += convert<f64>(e);
                mean /= n;
                for (T e : all) m2 += (convert<f64>(e) - mean) * (convert<f64>(e) - mean);
                f64 want = (f64)(m2 / std::max(n - 1, 0.l));
                return close(convert<f64>(got), want, fabs(want) + shift / 4, 16);
            });
    for (bool least : {false, true})
        for (bool ties : {false, true})
            walk<T, i64>(
                name("argmax_argmin").c_str(), 2 * least + ties, thin, vector, wide, Elements<T>::COLUMNS, 16,
                // With ties, also rows of the worst there is.
                [&] { return ties ? convert<T>(random_number(3) ? (least ? INFINITY : -INFINITY) : (f64)random_number(3)) : special<T>(uniform(-9, 9)); },
                [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, i64 *out) {
                    run(kernel, grid, threads, 0, x, f, out, least ? C(-1) : C(1));
                },
                [&](const std::vector<T> &all, i64 got) {
                    size_t best = 0;
                    for (size_t i = 1; i < all.size(); i++) {
                        f64 a = convert<f64>(all[best]), b = convert<f64>(all[i]);
                        if ((least ? b < a : b > a) || (b != b && a == a)) best = i;
                    }
                    return got == (i64)best;
                },
                false);
}

TEST(floats_f32) { floats<f32>("f32", 9); }
TEST(floats_f64) { floats<f64>("f64", 26); }
TEST(floats_f16) { floats<f16>("f16", 26); }
TEST(floats_bf16) { floats<bf16>("bf16", 26); }

TEST(var_of_many_far_from_zero) {
    // One pass over Σx² would leave nothing of these in f32.
    Buffer<f32> x(200000), out(1);
    f64 mean = 0, m2 = 0;
    for (f32 &e : x) e = (f32)(4096 + uniform(-1, 1)), mean += e / 200000.;
    for (f32 e : x) m2 += (e - mean) * (e - mean);
    Problem p = of_tensor({200000}, {true});
    Space space;
    on_host::Dim3 grid;
    Folding f = folding(p, {ROWS, true, true, 256, 8, 10}, 4, 4, 12, space, grid);
    run("var_rows_f32", grid, {256}, 0, (const f32 *)x.at(), f, Target{out.at(), 199999, 0, 1});
    CHECK_CLOSE(out[0], m2 / 199999, 1e-5);
}

// ---- integers and bools ----

static IntegerType type_of(i32 dtype) {
    switch (dtype) {
        case BOOL: return {1, 0, 1, 0};
        case U8: return {1, 0, ~0u, 0};
        case U16: return {2, 0, ~0u, 0};
        case U32: return {4, 0, ~0u, 0};
        case I8: return {1, 0x80, ~0u, 0};
        case I16: return {2, 0x8000, ~0u, 0};
        case I32: return {4, 0x80000000, ~0u, 0};
        default: return {8, 0, ~0u, 0};
    }
}

template <class T>
static T any_integer() {
    u64 bits = on_host::generator()();
    // Often small, so that there are ties.
    if (random_number(3) == 0) bits = random_number(3);
    T x;
    memcpy((void *)&x, &bits, sizeof(T));
    return x;
}
template <>
boolean any_integer<boolean>() {
    return boolean{(u8)(random_number(2) ? random_number(256) : 0)};
}

template <class T>
static void integers(i32 dtype) {
    auto as_i64 = [](T x) { return convert<i64>(x); };
    IntegerType type = type_of(dtype);
    walk<T, i64>(
        "sum_*_integers", 0, 50, 4, 4, 4, 8, any_integer<T>,
        [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, i64 *out) {
            run(kernel, grid, threads, 0, (const void *)x, type, f, Target{out, 0, I64, 0});
        },
        [&](const std::vector<T> &all, i64 got) {
            u64 sum = 0;
            for (T e : all) sum += (u64)as_i64(e);
            return (u64)got == sum;
        });
    for (bool least : {false, true}) {
        i64 turned = (dtype == U64 ? limits<i64>::low : 0) ^ (least ? -1 : 0);
        auto better = [&](T b, T a) {
            if (dtype == U64) return least ? (u64)as_i64(b) < (u64)as_i64(a) : (u64)as_i64(b) > (u64)as_i64(a);
            return least ? as_i64(b) < as_i64(a) : as_i64(b) > as_i64(a);
        };
        walk<T, T>(
            "max_min_*_integers", least, 60, 4, 4, 4, 8, any_integer<T>,
            [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, T *out) {
                run(kernel, grid, threads, 0, (const void *)x, type, f, Target{out, 0, dtype, 0}, turned);
            },
            [&](const std::vector<T> &all, T got) {
                T best = all[0];
                for (T e : all) best = better(e, best) ? e : best;
                return as_i64(got) == as_i64(best);
            },
            false);
        walk<T, i64>(
            "argmax_argmin_*_integers", least, 60, 4, 4, 4, 16, any_integer<T>,
            [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, i64 *out) {
                run(kernel, grid, threads, 0, (const void *)x, type, f, out, turned);
            },
            [&](const std::vector<T> &all, i64 got) {
                size_t best = 0;
                for (size_t i = 1; i < all.size(); i++)
                    if (better(all[i], all[best])) best = i;
                return got == (i64)best;
            },
            false);
    }
}

TEST(integers_bool) { integers<boolean>(BOOL); }
TEST(integers_u8) { integers<u8>(U8); }
TEST(integers_u16) { integers<u16>(U16); }
TEST(integers_u32) { integers<u32>(U32); }
TEST(integers_u64) { integers<u64>(U64); }
TEST(integers_i8) { integers<i8>(I8); }
TEST(integers_i16) { integers<i16>(I16); }
TEST(integers_i32) { integers<i32>(I32); }
TEST(integers_i64) { integers<i64>(I64); }

// ---- bytes, four at a time ----

// Rows by the kernels for bytes, columns by those for integers.
template <class T>
static void bytes(i32 dtype, T zero, T other) {
    auto rows = [](const char *kernel) { return strstr(kernel, "rows") != nullptr; };
    walk<T, i64>(
        "sum_*_bytes", 0, 12, 16, 4, 4, 8, any_integer<T>,
        [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, i64 *out) {
            Target to = {out, 0, I64, 0};
            if (rows(kernel)) run(kernel, grid, threads, 0, (const void *)x, (u32)(dtype == BOOL), f, to);
            else run("sum_columns_integers", grid, threads, 0, (const void *)x, type_of(dtype), f, to);
        },
        [&](const std::vector<T> &all, i64 got) {
            i64 sum = 0;
            for (T e : all) sum += convert<i64>(e);
            return got == sum;
        });
    for (bool all_of : {false, true})
        walk<T, boolean>(
            "any_all_*_bytes", all_of, 12, 16, 4, 4, 4,
            [&] { return random_number(300) ? (all_of ? other : zero) : (all_of ? zero : other); },
            [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, boolean *out) {
                Target to = {out, 0, BOOL, 0};
                if (rows(kernel)) run(kernel, grid, threads, 0, (const void *)x, f, to, (u32)all_of);
                else run("any_all_columns", grid, threads, 0, (const void *)x, (u32)1, (u64)0xff, f, to, (u32)all_of);
            },
            [&](const std::vector<T> &elements, boolean got) {
                bool any = false, every = true;
                for (T e : elements) any |= convert<boolean>(e).byte, every &= convert<boolean>(e).byte;
                return got.byte == (all_of ? every : any);
            });
}

TEST(bytes_of_bools) { bytes<boolean>(BOOL, {0}, {0x80}); }
TEST(bytes_of_u8) { bytes<u8>(U8, 0, 1); }

TEST(sums_of_the_largest_bytes) {
    // Nothing runs over where every byte is 255.
    Buffer<u8> x(100000);
    for (u8 &e : x) e = 255;
    Buffer<i64> out(1);
    for (bool bools : {false, true}) {
        Problem p = of_tensor({100000}, {true});
        Space space;
        on_host::Dim3 grid;
        Folding f = folding(p, {ROWS, true, true, 256, 8, 1}, 16, 4, 8, space, grid);
        run("sum_rows_bytes", grid, {256}, 0, (const void *)x.at(), (u32)bools, f, Target{out.at(), 0, I64, 0});
        CHECK_EQ(out[0], bools ? 100000 : 25500000);
    }
}

// ---- any, all, and what is gathered from any dtype ----

template <class T>
static void truths(u64 mask, T zero, T other) {
    for (bool all_of : {false, true})
        walk<T, boolean>(
            "any_all_*", all_of, 60, 4, 4, 4, 4,
            [&] { return random_number(300) ? (all_of ? other : zero) : (all_of ? zero : other); },
            [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, boolean *out) {
                run(kernel, grid, threads, 0, (const void *)x, (u32)sizeof(T), mask, f, Target{out, 0, BOOL, 0}, (u32)all_of);
            },
            [&](const std::vector<T> &elements, boolean got) {
                bool any = false, every = true;
                for (T e : elements) {
                    bool truth = convert<boolean>(e).byte;
                    any |= truth, every &= truth;
                }
                return got.byte == (all_of ? every : any);
            });
}

TEST(truths_of_every_size) {
    truths<boolean>(0xff, {0}, {4});
    truths<i16>(0xffff, 0, -32768);
    truths<f16>(0x7fff, {0x8000}, {0x7e00});
    truths<f32>(0x7fffffff, -0.f, NAN);
    truths<i64>(~0ull, 0, limits<i64>::low);
    truths<f64>(~0ull >> 1, -0., 5e-324);
}

template <class T>
static void anything(i32 dtype) {
    walk<T, f32>(
        "sum_*_in_f64", 0, 60, 1, 1, 1, 8, [] { return convert<T>(uniform(-3, 5)); },
        [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, f32 *out) {
            run(kernel, grid, threads, 0, (const void *)x, dtype, f, Target{out, 4, F32, 1});
        },
        [&](const std::vector<T> &all, f32 got) {
            f64 sum = 0;
            for (T e : all) sum += convert<f64>(e);
            return fabs(got - sum / 4) <= 1e-6 * fabs(sum) + 1e-12;
        });
    walk<T, f64>(
        "prod_*_in_f64", 0, 60, 1, 1, 1, 8, [] { return convert<T>(random_number(9) ? 1. : 1.5); },
        [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const T *x, Folding f, f64 *out) {
            run(kernel, grid, threads, 0, (const void *)x, dtype, f, Target{out, 0, F64, 0});
        },
        [&](const std::vector<T> &all, f64 got) {
            f64 product = 1;
            for (T e : all) product *= convert<f64>(e);
            return got == product || fabs(got - product) <= 1e-12 * product;
        });
}

TEST(anything_of_floats) { anything<f16>(F16), anything<bf16>(BF16), anything<f64>(F64); }
TEST(anything_of_integers) { anything<i16>(I16), anything<boolean>(BOOL); }

TEST(products_wrap) {
    walk<i32, i64>(
        "prod_*_in_i64", 0, 60, 1, 1, 1, 8, [] { return (i32)(2 * random_number(1000) + 1); },
        [&](const char *kernel, on_host::Dim3 grid, on_host::Dim3 threads, const i32 *x, Folding f, i64 *out) {
            run(kernel, grid, threads, 0, (const void *)x, (i32)I32, f, Target{out, 0, I64, 0});
        },
        [&](const std::vector<i32> &all, i64 got) {
            u64 product = 1;
            for (i32 e : all) product *= (u64)(i64)e;
            return (u64)got == product;
        });
}

TEST(results_into_every_dtype) {
    // 300 elements of −1.5 (or 7): through i64 into integers.
    Buffer<f32> x(300);
    for (f32 &e : x) e = -1.5f;
    Problem p = of_tensor({300}, {true});
    Space space;
    on_host::Dim3 grid;
    Folding f = folding(p, {ROWS, false, false, 32, 5, 1}, 1, 1, 8, space, grid);
    auto sum = [&](i32 dtype, void *out) {
        run("sum_rows_in_f64", grid, {32}, 0, (const void *)x.at(), (i32)F32, f, Target{out, 0, dtype, 0});
    };
    Buffer<i8> bytes(1);
    sum(I8, bytes.at());
    CHECK_EQ(bytes[0], (i8)(-450 & 0xff));
    Buffer<boolean> truth(1);
    sum(BOOL, truth.at());
    CHECK_EQ(truth[0].byte, 1);
    Buffer<i16> words(1);
    sum(I16, words.at());
    CHECK_EQ(words[0], -450);
    Buffer<u32> unsigned_words(1);
    sum(U32, unsigned_words.at());
    CHECK_EQ(unsigned_words[0], (u32)-450);
    Buffer<bf16> rounded(1);
    sum(BF16, rounded.at());
    CHECK_EQ(convert<f32>(rounded[0]), -450.f);
    x[0] = 1e30f;
    Buffer<i64> whole(1);
    sum(I64, whole.at());
    CHECK_EQ(whole[0], limits<i64>::high);
}

// ---- launches that share their outputs ----

TEST(two_launches_share_the_outputs) {
    const i64 lines = 10, length = 36;
    Buffer<f32> x = random_values<f32>(3 * lines * length, -1, 1), sums(3);
    Buffer<i64> places(3);
    for (bool args : {false, true}) {
        Space space;
        space.parts.assign(3 * 8 * 16, 0xCD);
        space.counters.assign(3, 0);
        i64 before = 0;
        for (u32 launch = 0; launch < 2; launch++) {
            i64 part = launch ? 4 : 6;
            Problem p = {{{3, lines * length, 1}}, {{part, length, 0}, {length, 1, 0}}};
            Space unused;
            on_host::Dim3 grid;
            Folding f = folding(p, {ROWS, true, false, 64, 6, 4}, 4, 4, 16, unused, grid);
            f.parts = space.parts.data(), f.counters = space.counters.data();
            f.splits = 8, f.first = launch * 4, f.before = before;
            const f32 *from = x.at((size_t)before);
            if (args) run("argmax_argmin_rows_f32", grid, {64}, 0, from, f, places.at(), 1.f);
            else run("sum_rows_f32", grid, {64}, 0, from, f, Target{sums.at(), 0, F32, 0});
            before += part * length;
        }
    }
    for (size_t o = 0; o < 3; o++) {
        f64 sum = 0;
        size_t best = 0;
        for (size_t i = 0; i < lines * length; i++) {
            f32 e = x[o * lines * length + i];
            sum += e;
            if (e > x[o * lines * length + best]) best = i;
        }
        CHECK(fabs(sums[o] - sum) < 1e-4);
        CHECK_EQ(places[o], (i64)best);
    }
}
