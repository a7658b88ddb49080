// kernels/include/wgmma.cuh on the CPU. A product reads shared memory, and adds, as late as it may: at the wait that
// covers it. So a tile that is overwritten too early is found out, and a wait that is missing. It traps where it begins
// before all that it reads was waited for and then fenced by who copied it: without a fence, and with one behind the
// barrier, because from there threads run one after the other.
#pragma once
#include <vector>

#include "mma_on_host.h"

struct TileDescriptor {
    SharedAddress start;
    unsigned leading;
};

inline SharedAddress aligned_to_1024(SharedAddress p) { return {(char *)(((uintptr_t)p.at + 1023) & ~(uintptr_t)1023)}; }

inline TileDescriptor tile_descriptor(SharedAddress start, unsigned leading) { return {start, leading}; }
inline TileDescriptor moved(TileDescriptor d, unsigned bytes) { return {d.start + bytes, d.leading}; }

namespace on_host {

// Where element (line across, k) of a tile lies.
inline const char *tile_place(TileDescriptor d, bool along_k, unsigned x, unsigned k) {
    uintptr_t at = (uintptr_t)d.start.at;
    if (along_k) at += x / 8 * 1024 + x % 8 * 128 + k * 2;
    else at += x / 64 * d.leading + k / 8 * 1024 + k % 8 * 128 + x % 64 * 2;
    return (const char *)(at ^ (at >> 7 & 7) << 4);
}

template <class T>
f32 tile_element(TileDescriptor d, bool along_k, unsigned x, unsigned k) {
    T element;
    memcpy(&element, tile_place(d, along_k, x, k), 2);
    return convert<f32>(element);
}

// `lines` × 16 elements, which lie in chunks of eight.
inline void check_seen(TileDescriptor d, bool along_k, unsigned lines) {
    for (unsigned x = 0; x < lines; x += along_k ? 1 : 8)
        for (unsigned k = 0; k < 16; k += along_k ? 8 : 1)
            if (unseen(tile_place(d, along_k, x, k)))
                trap("wgmma of a tile that was not waited for and fenced by all who copied it");
}

struct Product {
    f32 *d;
    unsigned n;
    TileDescriptor a, b;
    bool a_along_k, b_along_k, bf;
};

struct Products {
    uint64_t block = 0;
    std::vector<Product> open;
    std::vector<std::vector<Product>> groups;
    bool fenced = false;
};

// Those of the running thread.
inline Products &products() {
    static Products all[1024];
    Products &p = all[thread->linear];
    if (p.block != block_number) p = Products(), p.block = block_number;
    return p;
}

template <class T>
void finish_product(const Product &p) {
    unsigned lane = thread->linear % 32, row0 = thread->linear / 32 % 4 * 16 + lane / 4;
    for (unsigned i = 0; i < p.n / 2; i++) {
        unsigned row = row0 + i % 4 / 2 * 8, column = i / 4 * 8 + lane % 4 * 2 + i % 2;
        f32 sum = 0;
        for (unsigned k = 0; k < 16; k++)
            sum += tile_element<T>(p.a, p.a_along_k, row, k) * tile_element<T>(p.b, p.b_along_k, column, k);
        p.d[i] += sum;
    }
}

template <class T, bool A_ALONG_K, bool B_ALONG_K>
void wgmma(f32 *d, unsigned n, TileDescriptor a, TileDescriptor b) {
    Products &all = products();
    if (!all.fenced) trap("wgmma without a wgmma_fence before it");
    if (((uintptr_t)a.start.at | (uintptr_t)b.start.at) % 16) trap("wgmma of a misaligned tile");
    check_seen(a, A_ALONG_K, 64);
    check_seen(b, B_ALONG_K, n);
    all.open.push_back({d, n, a, b, A_ALONG_K, B_ALONG_K, std::is_same_v<T, bf16>});
}

inline void wgmma_wait(size_t left) {
    Products &all = products();
    size_t done = all.groups.size() > left ? all.groups.size() - left : 0;
    for (size_t i = 0; i < done; i++)
        for (const Product &p : all.groups[i]) {
            if (p.bf) finish_product<bf16>(p);
            else finish_product<f16>(p);
        }
    all.groups.erase(all.groups.begin(), all.groups.begin() + (ptrdiff_t)done);
}

}  // namespace on_host

inline void fence_for_wgmma() {
    std::vector<const char *> &arrived = on_host::copies().arrived;
    for (const char *p : arrived) on_host::unseen(p)--;
    arrived.clear();
}
inline void wgmma_fence() { on_host::products().fenced = true; }
inline void wgmma_commit() {
    on_host::Products &p = on_host::products();
    p.groups.push_back(std::move(p.open));
    p.open.clear();
    p.fenced = false;
}
template <int N>
void wgmma_wait() {
    on_host::wgmma_wait(N);
}

template <bool A_ALONG_K, bool B_ALONG_K, int HALVES>
void wgmma_f16(f32 (&d)[HALVES][1][16][4], TileDescriptor a, TileDescriptor b) {
    on_host::wgmma<f16, A_ALONG_K, B_ALONG_K>(&d[0][0][0][0], HALVES * 128, a, b);
}
template <bool A_ALONG_K, bool B_ALONG_K, int HALVES>
void wgmma_bf16(f32 (&d)[HALVES][1][16][4], TileDescriptor a, TileDescriptor b) {
    on_host::wgmma<bf16, A_ALONG_K, B_ALONG_K>(&d[0][0][0][0], HALVES * 128, a, b);
}
