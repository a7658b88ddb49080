// kernels: random dropout
// Random fills and dropout against numbers that src/cpu/random.rs made, and what must hold at any length.
#include "test.h"

using on_host::Dim3;

constexpr u64 SEED = 0x123456789abcdef0, OFFSET = 0xfffffffd, COUNT = 10007;

static Dim3 grid(u64 n, u64 each_thread) { return {(unsigned)((n + 256 * each_thread - 1) / (256 * each_thread))}; }

// FNV-1a over the bytes.
template <class T>
static u64 hash(Buffer<T> &x) {
    u64 h = 0xcbf29ce484222325;
    const unsigned char *bytes = (const unsigned char *)x.at();
    for (size_t i = 0; i < x.size() * sizeof(T); i++) h = (h ^ bytes[i]) * 0x100000001b3;
    return h;
}

template <class T>
static u64 bits(const T &x) {
    u64 b = 0;
    memcpy(&b, &x, sizeof(T));
    return b;
}

// The first elements and the hash of all of them, from the CPU. A fill of fewer elements is the beginning of it.
template <class T>
static void fill_as_cpu(const char *kernel, std::initializer_list<u64> first, u64 all) {
    constexpr u64 EACH = 16 / sizeof(T);
    Buffer<T> x(COUNT);
    run(kernel, grid(COUNT, EACH), {256}, 0, x.at(), COUNT, SEED, OFFSET);
    size_t i = 0;
    for (u64 want : first) CHECK_EQ(bits(x[i++]), want);
    if (all) CHECK_EQ(hash(x), all);
    for (u64 n = 1; n < 12; n++) {
        Buffer<T> y(n);
        run(kernel, grid(n, EACH), {256}, 0, y.at(), n, SEED, OFFSET);
        CHECK(!memcmp(y.at(), x.at(), n * sizeof(T)));
    }
}

TEST(uniform) {
    fill_as_cpu<f32>("uniform_f32", {0x3e54e17c, 0x3f2254e0, 0x3f6ff860, 0x3f06cec9, 0x3f36fe34}, 0xddacdd2bdf58423a);
    fill_as_cpu<f16>("uniform_f16", {0x32a4, 0x3912, 0x3b7f, 0x3836, 0x39b7, 0x3bfe}, 0xc2c1ed046846408b);
    fill_as_cpu<bf16>("uniform_bf16", {0x3e54, 0x3f22, 0x3f6f, 0x3f06, 0x3f36, 0x3f7f}, 0xa62438a2dec79fde);
    fill_as_cpu<f64>("uniform_f64", {0x3fe44a9c0686a70b, 0x3fe0d9d9333dff0c, 0x3feff9f0fd96dfc6}, 0xb4821644196d4981);
}

TEST(normal) {
    fill_as_cpu<f32>("normal_f32", {0xbf96fbd1, 0xbfa95572, 0xbeb58f68, 0xbd74f9e1, 0x3f51c555}, 0x733e26aa4ea277db);
    fill_as_cpu<f16>("normal_f16", {0xbcb8, 0xbd4b, 0xb5ac, 0xaba8, 0x3a8e, 0x9bcc}, 0x3527d3fea0cc3b26);
    fill_as_cpu<bf16>("normal_bf16", {0xbf97, 0xbfa9, 0xbeb6, 0xbd75, 0x3f52, 0xbb7a}, 0xfbf48007d351a94c);
    fill_as_cpu<f64>("normal_f64", {}, 0);
    Buffer<f64> x(COUNT);
    run("normal_f64", grid(COUNT, 2), {256}, 0, x.at(), COUNT, SEED, OFFSET);
    f64 want[] = {-1.3982894829407049, -0.23583572229183222, 1.8153587588351214, -3.3351659166093293, -0.46767905843290675,
                  -1.2267558738006261, 1.0131756495918438, -0.32178067020583945, 1.230594771317766, -0.18330368613622594};
    for (size_t i = 0; i < 10; i++) CHECK_CLOSE(x[i], want[i], 1e-15);
}

template <class T>
static void integers_as_cpu(DType dtype, i64 low, i64 high, std::initializer_list<u64> first, u64 all) {
    Buffer<T> x(COUNT);
    u64 range = (u64)high - (u64)low;
    run("randint", grid(COUNT, 4), {256}, 0, (void *)x.at(), (i32)dtype, COUNT, low, range, SEED, OFFSET);
    size_t i = 0;
    for (u64 want : first) CHECK_EQ(bits(x[i++]), want);
    CHECK_EQ(hash(x), all);
    for (u64 n = 1; n < 8; n++) {
        Buffer<T> y(n);
        run("randint", grid(n, 4), {256}, 0, (void *)y.at(), (i32)dtype, n, low, range, SEED, OFFSET);
        CHECK(!memcmp(y.at(), x.at(), n * sizeof(T)));
    }
}

TEST(randint) {
    i64 low = -300, high = 70000;
    integers_as_cpu<boolean>(BOOL, 0, 2, {1, 1, 1, 1, 1, 1}, 0x49a5ce34240be7c7);
    integers_as_cpu<u8>(U8, low, high, {0xf5, 0x6f, 0x3c, 0x92, 0x72, 0xdd}, 0x25a3c78c26710c25);
    integers_as_cpu<i16>(I16, low, high, {0xacf5, 0x8f6f, 0x113c, 0xe292, 0x9d72, 0xbcdd}, 0x4211dedec5d1bf6e);
    integers_as_cpu<u32>(U32, low, high, {0xacf5, 0x8f6f, 0x1113c, 0xe292, 0x9d72, 0xbcdd}, 0xe2d45a58903d5f29);
    integers_as_cpu<i64>(I64, low, high, {0xacf5, 0x8f6f, 0x1113c, 0xe292, 0x9d72, 0xbcdd}, 0xed3044512d33cbf5);
    integers_as_cpu<u64>(U64, low, high, {0xacf5, 0x8f6f, 0x1113c, 0xe292, 0x9d72, 0xbcdd}, 0xed3044512d33cbf5);
    integers_as_cpu<f16>(F16, low, high, {0x7968, 0x787b, 0x7c00, 0x7b15, 0x78ec, 0x79e7}, 0x5428eeca7f908e06);
    integers_as_cpu<bf16>(BF16, low, high, {0x472d, 0x470f, 0x4789, 0x4763, 0x471d, 0x473d}, 0xa53d3d70cc5b9913);
    integers_as_cpu<f32>(F32, low, high, {0x472cf500, 0x470f6f00, 0x47889e00, 0x47629200}, 0xb0390538cae28589);
    integers_as_cpu<f64>(F64, low, high, {0x40e59ea000000000, 0x40e1ede000000000}, 0x8660cbea6fe76578);
    i64 least = limits<i64>::low, most = limits<i64>::high;
    integers_as_cpu<i64>(I64, least, most, {0x2254e03435385fae, 0x6cec999eff860f9}, 0x9854282491dfbb72);
}

// As kernels/dropout.cu has it.
struct Draw {
    u64 seed, offset;
    u32 limit;
    i32 all;
};

template <class T>
static void drop(const char *kernel, const char *masked) {
    u64 each = sizeof(T) < 4 ? 16 : 8;
    Draw some = {SEED, OFFSET, (u32)(0.7 * 4294967296.0), 0}, all = {SEED, OFFSET, 0, 1}, none = {SEED, OFFSET, 0, 0};
    f64 scale = 1 / 0.7;
    typedef typename Compute<T>::type C;
    for (u64 n : {(u64)1, (u64)7, (u64)8, (u64)9, (u64)1031, COUNT}) {
        Buffer<T> x = random_values<T>(n, -3, 3), y(n);
        Buffer<boolean> mask(n);
        run(kernel, grid(n, each), {256}, 0, y.at(), mask.at(), (const T *)x.at(), n, scale, some);
        if (n == COUNT) CHECK_EQ(hash(mask), 0x59f339566e2023e4ull);
        for (u64 i = 0; i < n; i++) {
            T want = convert<T>(convert<C>(x[i]) * (C)mask[i].byte * (C)scale);
            CHECK_EQ(bits(y[i]), bits(want));
        }
        Buffer<T> z(n);
        run(masked, grid(n, each), {256}, 0, z.at(), mask.at(), (const T *)x.at(), n, scale);
        CHECK(!memcmp(z.at(), y.at(), n * sizeof(T)));
        // In place, and with everything kept or dropped.
        z = x;
        run(kernel, grid(n, each), {256}, 0, z.at(), mask.at(), (const T *)z.at(), n, scale, some);
        CHECK(!memcmp(z.at(), y.at(), n * sizeof(T)));
        run(kernel, grid(n, each), {256}, 0, y.at(), mask.at(), (const T *)x.at(), n, 1.0, all);
        CHECK(!memcmp(x.at(), y.at(), n * sizeof(T)));
        x[0] = convert<T>(INFINITY);
        run(kernel, grid(n, each), {256}, 0, y.at(), mask.at(), (const T *)x.at(), n, 0.0, none);
        CHECK(convert<f32>(y[0]) != convert<f32>(y[0]));
        for (u64 i = 1; i < n; i++) CHECK(convert<f32>(y[i]) == 0 && !mask[i].byte);
    }
}

TEST(dropout) {
    drop<f32>("dropout_f32", "masked_f32");
    drop<f64>("dropout_f64", "masked_f64");
    drop<f16>("dropout_f16", "masked_f16");
    drop<bf16>("dropout_bf16", "masked_bf16");
}
