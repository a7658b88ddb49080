// kernels/include/mma.cuh on the CPU: fragments are exchanged through memory that the lanes of a warp share.
// An asynchronous copy is as late as it may be: until the wait that covers it, its target holds no number.
#pragma once
#include <algorithm>
#include <vector>

#include "cuda_on_host.h"

struct SharedAddress {
    char *at;
    SharedAddress operator+(unsigned bytes) const { return {at + bytes}; }
    SharedAddress operator^(unsigned bytes) const { return {(char *)((uintptr_t)at ^ bytes)}; }
};

inline SharedAddress shared_address(const void *p) { return {(char *)p}; }

inline u32 load_shared_u32(SharedAddress p) {
    u32 x;
    memcpy(&x, p.at, 4);
    return x;
}

namespace on_host {

inline unsigned lane() { return thread->linear & 31; }
inline unsigned warp() { return thread->linear / 32; }

inline void check_alignment(const void *p, size_t bytes, const char *why) {
    if ((uintptr_t)p % bytes) trap(why);
}

// ---- asynchronous copies ----

struct Copy {
    char *to;
    const char *from;
    unsigned bytes;
    unsigned size;
};

struct Copies {
    uint64_t block = 0;
    std::vector<Copy> open;
    std::vector<std::vector<Copy>> groups;
    std::vector<const char *> arrived;  // since the thread's last fence_for_wgmma
};

// Those of the running thread; what a thread of an earlier block left behind is dropped.
inline Copies &copies() {
    static Copies all[1024];
    Copies &c = all[thread->linear];
    if (c.block != block_number) {
        c.open.clear();
        c.groups.clear();
        c.arrived.clear();
        c.block = block_number;
    }
    return c;
}

// How many copies have begun to the 16 bytes at `p` that their thread has not waited for and then fenced: wgmma may not
// see those. Dynamic shared memory is smaller than what is counted, so that no two places of it share a count.
inline unsigned &unseen(const char *p) {
    static std::vector<unsigned> all(256 << 10 >> 4);
    static uint64_t block;
    if (block != block_number) {
        std::fill(all.begin(), all.end(), 0);
        block = block_number;
    }
    return all[(uintptr_t)p / 16 % all.size()];
}

inline void cp_async(SharedAddress to, const void *from, unsigned bytes, unsigned size) {
    check_alignment(to.at, size, "cp.async to a misaligned address in shared memory");
    if (bytes) check_alignment(from, size, "cp.async from a misaligned address");
    if (bytes > size) trap("cp.async reads more than it writes");
    memset(to.at, 0xFF, size);  // NaN in every float type
    unseen(to.at)++;
    copies().open.push_back({to.at, (const char *)from, bytes, size});
}

inline void cp_async_wait(size_t left) {
    std::vector<std::vector<Copy>> &groups = copies().groups;
    size_t done = groups.size() > left ? groups.size() - left : 0;
    for (size_t i = 0; i < done; i++)
        for (const Copy &c : groups[i]) {
            memset(c.to, 0, c.size);
            if (c.bytes) memcpy(c.to, c.from, c.bytes);
            copies().arrived.push_back(c.to);
        }
    groups.erase(groups.begin(), groups.begin() + done);
}

// ---- matrices ----

// Row `row` of matrix `matrix`, whose address that lane gave.
template <int N>
void ldmatrix(u32 (&r)[N], SharedAddress p, bool transposed) {
    static const char *rows[32][32];
    const char **mine = rows[warp()];
    if (lane() < 8 * N) check_alignment(p.at, 16, "ldmatrix at a misaligned address");
    mine[lane()] = p.at;
    __syncwarp();
    unsigned g = lane() / 4, t = lane() % 4;
    for (unsigned i = 0; i < N; i++) {
        u16 low, high;
        if (transposed) {
            memcpy(&low, mine[i * 8 + 2 * t] + 2 * g, 2);
            memcpy(&high, mine[i * 8 + 2 * t + 1] + 2 * g, 2);
        } else {
            memcpy(&low, mine[i * 8 + g] + 4 * t, 2);
            memcpy(&high, mine[i * 8 + g] + 4 * t + 2, 2);
        }
        r[i] = low | (u32)high << 16;
    }
    __syncwarp();
}

struct Fragments {
    u32 a[4], b[2];
};

inline Fragments *exchange_fragments(const u32 (&a)[4], const u32 (&b)[2]) {
    static Fragments all[32][32];
    Fragments *mine = all[warp()];
    memcpy(mine[lane()].a, a, sizeof a);
    memcpy(mine[lane()].b, b, sizeof b);
    __syncwarp();
    return mine;
}

// Element (row, k) of A and (k, column) of B, two to a register.
template <class T>
void mma_16(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    Fragments *all = exchange_fragments(a, b);
    auto of = [](u32 pair, unsigned k) { return convert<f32>(T{(u16)(pair >> 16 * (k & 1))}); };
    for (unsigned i = 0; i < 4; i++) {
        unsigned row = lane() / 4 + 8 * (i / 2), column = lane() % 4 * 2 + i % 2;
        f32 sum = 0;
        for (unsigned k = 0; k < 16; k++) {
            unsigned t = k % 8 / 2;
            sum += of(all[row % 8 * 4 + t].a[row / 8 + 2 * (k / 8)], k) * of(all[column * 4 + t].b[k / 8], k);
        }
        c[i] += sum;
    }
    __syncwarp();
}

}  // namespace on_host

inline void ldmatrix_x4(u32 (&r)[4], SharedAddress p) { on_host::ldmatrix<4>(r, p, false); }
inline void ldmatrix_x4_transposed(u32 (&r)[4], SharedAddress p) { on_host::ldmatrix<4>(r, p, true); }
inline void ldmatrix_x2(u32 (&r)[2], SharedAddress p) { on_host::ldmatrix<2>(r, p, false); }
inline void ldmatrix_x2_transposed(u32 (&r)[2], SharedAddress p) { on_host::ldmatrix<2>(r, p, true); }

inline void cp_async_16(SharedAddress to, const void *from, u32 bytes) { on_host::cp_async(to, from, bytes, 16); }
inline void cp_async_8(SharedAddress to, const void *from, u32 bytes) { on_host::cp_async(to, from, bytes, 8); }
inline void cp_async_4(SharedAddress to, const void *from, u32 bytes) { on_host::cp_async(to, from, bytes, 4); }
inline void cp_async_commit() {
    on_host::Copies &c = on_host::copies();
    c.groups.push_back(std::move(c.open));
    c.open.clear();
}
template <int N>
void cp_async_wait() {
    on_host::cp_async_wait(N);
}

inline void mma_f16(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { on_host::mma_16<f16>(c, a, b); }
inline void mma_bf16(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { on_host::mma_16<bf16>(c, a, b); }

inline void mma_tf32(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    using namespace on_host;
    Fragments *all = exchange_fragments(a, b);
    auto of = [](u32 bits) { return f32_from_bits(bits & 0xffffe000); };
    for (unsigned i = 0; i < 4; i++) {
        unsigned row = lane() / 4 + 8 * (i / 2), column = lane() % 4 * 2 + i % 2;
        f32 sum = 0;
        for (unsigned k = 0; k < 8; k++)
            sum += of(all[row % 8 * 4 + k % 4].a[row / 8 + 2 * (k / 4)]) * of(all[column * 4 + k % 4].b[k / 4]);
        c[i] += sum;
    }
    __syncwarp();
}

inline u32 to_tf32(u32 bits) {
    if ((bits & 0x7f800000) == 0x7f800000) return bits & 0x7fffff ? bits | 0x400000 : bits;
    return (bits + 0x1000) & 0xffffe000;
}

inline void mma_f64(f64 (&c)[2], f64 a, f64 b) {
    using namespace on_host;
    static f64 all[32][32][2];
    f64(*mine)[2] = all[warp()];
    mine[lane()][0] = a;
    mine[lane()][1] = b;
    __syncwarp();
    for (unsigned i = 0; i < 2; i++)
        for (unsigned k = 0; k < 4; k++) c[i] += mine[lane() / 4 * 4 + k][0] * mine[(lane() % 4 * 2 + i) * 4 + k][1];
    __syncwarp();
}
