// Operands of every layout, and launches over them as src/cuda/walk.rs and src/cuda/mixed.rs make them, with the way
// chosen by the test.
#pragma once
#include "test.h"

#include "mixed.cuh"
#include "walk.cuh"

namespace walks {

// Dim 0 is the innermost.
typedef std::vector<i64> Dims;

inline i64 product(const Dims &sizes) {
    i64 n = 1;
    for (i64 s : sizes) n *= s;
    return n;
}

// As src/cuda/nest.rs makes it.
inline Divisor divisor(u32 n) {
    Divisor d;
    d.divisor = n;
    d.shift = n == 1 ? 0 : 32 - (u32)__builtin_clz(n - 1);
    d.multiplier = (u32)(((u64)1 << 32) * (((u64)1 << d.shift) - n) / n + 1);
    return d;
}

enum Layout {
    FLAT,      // C order, aligned
    SHIFTED,   // C order, one element off
    PADDED,    // lines further apart, still aligned
    RAGGED,    // lines further apart, not aligned
    STEPPED,   // every second element
    BACKWARD,  // all strides negative
    TURNED,    // dims 0 and 1 exchanged in memory
    ROW,       // dim 0 only, repeated along the others
    COLUMN,    // one element for each line
    ONE,       // one element for all
    LAYOUTS,
};

// Memory of exactly what the layout reaches, aligned to 16 bytes before an offset. Garbage between the elements.
template <class T>
struct Array {
    Dims sizes, strides;
    std::vector<T> values;  // in C order of the dims
    i64 origin;             // place of element [0, 0, …] in `memory`

    Array(const Dims &sizes, Layout layout) : sizes(sizes), strides(sizes.size()) {
        i64 offset = layout == SHIFTED ? 1 : 0, step = layout == STEPPED ? 2 : 1;
        Dims order;
        for (size_t d = 0; d < sizes.size(); d++) order.push_back((i64)d);
        if (layout == TURNED && sizes.size() > 1) std::swap(order[0], order[1]);
        for (i64 d : order) {
            strides[(size_t)d] = step;
            bool absent = layout == ONE || (layout == ROW && d > 0) || (layout == COLUMN && d == 0);
            if (absent) strides[(size_t)d] = 0;
            else step *= sizes[(size_t)d];
            if (d == 0 && layout == PADDED) step = (step + 31) / 16 * 16;
            if (d == 0 && layout == RAGGED) step += 1 + step % 2;
        }
        if (layout == BACKWARD)
            for (i64 &s : strides) s = -s;
        i64 low = 0, high = 0;
        for (size_t d = 0; d < sizes.size(); d++) (strides[d] < 0 ? low : high) += strides[d] * (sizes[d] - 1);
        origin = offset - low;
        memory = Buffer<T>(product(sizes) ? (size_t)(origin + high + 1) : 0);
    }

    void *base() { return memory.at((size_t)origin); }

    // The place of element n in C order, from the origin.
    i64 place(i64 n) const {
        i64 at = 0;
        for (size_t d = 0; d < sizes.size(); d++) {
            at += n % sizes[d] * strides[d];
            n /= sizes[d];
        }
        return at;
    }

    T &operator[](i64 n) { return memory[(size_t)(origin + place(n))]; }

    template <class F>
    Array &fill(F value) {
        for (i64 n = 0; n < product(sizes); n++) (*this)[n] = value(n);
        return *this;
    }

  private:
    Buffer<T> memory;
};

// What a launch knows of an operand.
struct Operand {
    void *base;
    u32 size;  // bytes of an element
    Dims strides;
    i32 dtype;
    bool value;  // passed by value
    u64 bits;

    template <class T>
    Operand(Array<T> &x, i32 dtype = 0) : base(x.base()), size(sizeof(T)), strides(x.strides), dtype(dtype), value(false), bits(0) {}
    // A number for all elements.
    Operand(u64 bits, u32 size) : base(nullptr), size(size), dtype(0), value(true), bits(bits) {}
};

template <int N>
Nest<N> nest_of(const Dims &sizes, const Operand (&operands)[N]) {
    Nest<N> nest = {};
    nest.rank = (i32)sizes.size();
    nest.count = (u32)product(sizes);
    for (size_t d = 0; d < MAX_DIMS; d++) nest.size[d] = divisor(d < sizes.size() && sizes[d] > 0 ? (u32)sizes[d] : 1);
    for (int k = 0; k < N; k++)
        for (size_t d = 0; d < operands[k].strides.size(); d++) nest.stride[k][d] = operands[k].strides[d];
    return nest;
}

enum Way {
    SIMPLE,  // walk_lines, the others walk_any
    BY_LINES,
    BY_SINGLES,
    BY_TILES,
};

template <int N>
struct Launch {
    Walk<N> walk = {};
    u32 blocks = 0;
    size_t shared = 0;
    bool allowed = false;  // whether the layouts can go that way
};

// Groups of `v` elements. `deep`: as if there were work for all multiprocessors.
template <int N>
Launch<N> plan(Way way, u32 v, const Dims &given, const Operand (&operands)[N], bool deep = true) {
    Dims sizes = given;
    Launch<N> launch;
    Walk<N> &w = launch.walk;
    if (product(sizes) == 0) return launch;
    // All dims as one where nothing lies between.
    bool dense = true;
    for (const Operand &o : operands) {
        i64 step = 1;
        for (size_t d = 0; d < o.strides.size(); d++) {
            bool constant = !o.strides.empty() && std::all_of(o.strides.begin(), o.strides.end(), [](i64 s) { return s == 0; });
            dense &= o.value || constant || o.strides[d] == step;
            step *= sizes[d];
        }
    }
    std::vector<Operand> all(std::begin(operands), std::end(operands));
    if (dense && sizes.size() > 1) {
        sizes = {product(sizes)};
        for (Operand &o : all)
            if (!o.value) o.strides.resize(1);
    }
    for (Operand &o : all)
        if (o.value) o.strides.assign(sizes.size(), 0);
    for (int k = 0; k < N; k++) {
        w.base[k] = all[(size_t)k].base;
        if (all[(size_t)k].value) w.value[0] = all[(size_t)k].bits;
    }
    w.nest.rank = (i32)sizes.size();
    w.nest.count = (u32)product(sizes);
    for (size_t d = 0; d < MAX_DIMS; d++) {
        w.nest.size[d] = divisor(d < sizes.size() ? (u32)sizes[d] : 1);
        for (int k = 0; k < N; k++) w.nest.stride[k][d] = d < sizes.size() ? all[(size_t)k].strides[d] : 0;
    }
    w.across = w.along = divisor(1);
    w.turns = 1;
    const u32 length = sizes.empty() ? 1 : (u32)sizes[0];
    for (int k = 0; k < N; k++) {
        const Operand &o = all[(size_t)k];
        bool aligned = (uintptr_t)o.base % (o.size * v) == 0, zero = true;
        for (size_t d = 0; d < o.strides.size(); d++) {
            if (d > 0) aligned &= o.strides[d] % v == 0;
            zero &= o.strides[d] == 0;
        }
        i64 step = o.strides.empty() ? (k < N - 1 ? 0 : 1) : o.strides[0];
        w.access[k] = o.value ? VALUE : zero && k < N - 1 ? UNIFORM : step == 1 && aligned ? WHOLE : step == 0 ? SPLAT : STRIDED;
    }
    if (way == SIMPLE || way == BY_LINES) {
        w.mapping = LINES;
        w.across = divisor((length + v - 1) / v);
        u32 rest = 0;
        if (way == SIMPLE) {
            i64 step = 1;
            for (size_t d = 0; d < sizes.size(); d++) {
                if (all[N - 1].strides[d] != step) return launch;
                step *= sizes[d];
            }
            if (sizes.size() > 1 && length % v) return launch;
            for (int k = 0; k < N; k++) {
                bool constant = w.access[k] == VALUE || w.access[k] == UNIFORM || w.access[k] == SPLAT;
                if (!(w.access[k] == WHOLE || sizes.empty() || (constant && N > 2 && k < N - 1))) return launch;
            }
            w.groups = w.nest.count / v;
            rest = w.nest.count % v ? 1 : 0;
            if (deep) w.turns = N > 2 ? 2 : 4;
        } else {
            if (w.access[N - 1] != WHOLE) w.access[N - 1] = STRIDED;
            w.groups = w.nest.count / length * ((length + v - 1) / v);
        }
        launch.blocks = (w.groups + WALK_THREADS * w.turns - 1) / (WALK_THREADS * w.turns) + rest;
    } else if (way == BY_SINGLES) {
        w.mapping = SINGLES;
        for (int k = 0; k < N; k++)
            if (w.access[k] != VALUE && w.access[k] != UNIFORM) w.access[k] = SINGLE;
        u32 each = WALK_THREADS * (v < 4 ? v : 4);
        launch.blocks = (w.nest.count + each - 1) / each;
    } else {
        if (sizes.size() < 2) return launch;
        w.mapping = TILES;
        u32 widest = 1;
        for (const Operand &o : all) widest = std::max(widest, o.size);
        u32 tile = 14 - log2_of(widest);
        w.tile[0] = std::max(tile / 2, log2_of(v));
        if (sizes[0] <= 8) w.tile[0] = log2_of(v);
        if (sizes[1] <= 8) w.tile[0] = tile - 3;
        w.tile[1] = std::min(tile - w.tile[0], 8u);
        w.turns = (1u << (w.tile[0] + w.tile[1])) / (v * WALK_THREADS);
        w.pitch = (1u << w.tile[1]) + (widest < 4 ? 4 / widest : 1);
        w.across = divisor((length + (1u << w.tile[0]) - 1) >> w.tile[0]);
        w.along = divisor(((u32)sizes[1] + (1u << w.tile[1]) - 1) >> w.tile[1]);
        if (w.access[N - 1] != WHOLE) w.access[N - 1] = STRIDED;
        for (int k = 0; k < N - 1; k++) {
            const Operand &o = all[(size_t)k];
            if (o.value || o.strides[0] == 0 || std::abs(o.strides[1]) >= std::abs(o.strides[0])) continue;
            w.access[k] = STAGED;
            w.shared[k] = (u32)launch.shared;
            launch.shared += ((o.size * w.pitch << w.tile[0]) + 15) / 16 * 16;
        }
        u32 rest = w.nest.count / (u32)(sizes[0] * sizes[1]);
        launch.blocks = w.across.divisor * w.along.divisor * rest;
    }
    launch.allowed = true;
    return launch;
}

// Launches it, if there is anything to do.
template <int N, class... A>
void start(const std::string &kernel, const Launch<N> &launch, A... more) {
    if (launch.allowed) run(kernel.c_str(), {launch.blocks}, {WALK_THREADS}, launch.shared, launch.walk, more...);
}

// Of any dtypes.
template <int N>
Mixed<N> mixed(const Dims &sizes, const Operand (&operands)[N], i32 function) {
    Mixed<N> m = {};
    m.nest = nest_of(sizes, operands);
    for (int k = 0; k < N; k++) {
        m.base[k] = operands[k].base;
        m.dtype[k] = operands[k].dtype;
        if (operands[k].value) m.value[0] = operands[k].bits;
    }
    m.function = function;
    return m;
}

template <int N>
void start(const std::string &kernel, const Mixed<N> &m) {
    u32 each = MIXED_THREADS * MIXED_COUNT;
    if (m.nest.count) run(kernel.c_str(), {(m.nest.count + each - 1) / each}, {MIXED_THREADS}, 0, m);
}

template <class T> struct Name;
#define NAME(t, n)                                   \
    template <> struct Name<t> {                     \
        static constexpr const char *name = #t;      \
        static constexpr i32 dtype = n;              \
    };
NAME(u8, U8)
NAME(u16, U16)
NAME(u32, U32)
NAME(u64, U64)
NAME(i8, I8)
NAME(i16, I16)
NAME(i32, I32)
NAME(i64, I64)
NAME(f16, F16)
NAME(bf16, BF16)
NAME(f32, F32)
NAME(f64, F64)
#undef NAME
template <> struct Name<boolean> {
    static constexpr const char *name = "bool";
    static constexpr i32 dtype = BOOL;
};

// Equal to the last bit; all NaNs are one.
template <class T>
bool same(T a, T b) {
    if constexpr (std::is_same_v<T, f16>) {
        if (f16_to_f32(a) != f16_to_f32(a)) return f16_to_f32(b) != f16_to_f32(b);
    } else if constexpr (std::is_same_v<T, bf16>) {
        if (bf16_to_f32(a) != bf16_to_f32(a)) return bf16_to_f32(b) != bf16_to_f32(b);
    } else if constexpr (std::is_floating_point_v<T>) {
        if (a != a) return b != b;
    }
    return memcmp(&a, &b, sizeof(T)) == 0;
}

}  // namespace walks

// What src/cuda/walk.rs and mixed.rs have, too.
static_assert(sizeof(Walk<1>) == 248 && sizeof(Walk<2>) == 328 && sizeof(Walk<3>) == 408 && sizeof(Walk<4>) == 488);
static_assert(sizeof(Mixed<2>) == 288 && sizeof(Mixed<3>) == 368 && sizeof(Mixed<4>) == 448);
