// Tensor cores, ldmatrix and asynchronous copies to shared memory (sm_80 and later), as thin as PTX has them.
// On the host they are emulated by tests/cuda/host/mma_on_host.h.
#pragma once
#include "types.cuh"

// The layout of fragments, with lane l, g = l / 4 and t = l % 4 (PTX ISA, "matrix fragments for mma"):
//   16-bit, 16×8×16: a[0] is row g, columns 2t and 2t+1; a[1] row g+8; a[2], a[3] the same at columns +8;
//                    b[0] is column g, rows 2t and 2t+1; b[1] rows +8
//   tf32, 16×8×8:    a[0] is row g, column t; a[1] row g+8; a[2], a[3] the same at column +4;
//                    b[0] is column g, row t; b[1] row +4
//   f64, 8×8×4:      a is row g, column t; b is column g, row t; c[0], c[1] are row g, columns 2t and 2t+1
//   c of the others: c[0], c[1] are row g, columns 2t and 2t+1; c[2], c[3] are row g+8

#ifdef TENDON_ON_HOST
#include "mma_on_host.h"
#else

// An address in shared memory; `+` and `^` move it by bytes.
typedef u32 SharedAddress;

HOST_DEVICE SharedAddress shared_address(const void *p) { return (u32)__cvta_generic_to_shared(p); }

HOST_DEVICE u32 load_shared_u32(SharedAddress p) {
    u32 x;
    asm volatile("ld.shared.b32 %0, [%1];" : "=r"(x) : "r"(p));
    return x;
}

// Four 8×8 matrices of 16-bit elements (or 8×4 of 32-bit ones): lane l gives the address of row l % 8 of matrix l / 8
// and gets of matrix i, in r[i], the two (one) elements at row g and columns 2t, 2t+1 (column t).
HOST_DEVICE void ldmatrix_x4(u32 (&r)[4], SharedAddress p) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(p) : "memory");
}

// The same, each matrix transposed: lane l gets the elements at rows 2t, 2t+1 and column g.
HOST_DEVICE void ldmatrix_x4_transposed(u32 (&r)[4], SharedAddress p) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(p) : "memory");
}

// Two matrices; lanes 0 to 15 give the addresses.
HOST_DEVICE void ldmatrix_x2(u32 (&r)[2], SharedAddress p) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];" : "=r"(r[0]), "=r"(r[1]) : "r"(p) : "memory");
}

HOST_DEVICE void ldmatrix_x2_transposed(u32 (&r)[2], SharedAddress p) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1]) : "r"(p) : "memory");
}

// Begins to copy `bytes` ≤ 16 bytes and to fill up with zeros to 16. Both addresses are multiples of 16. With `bytes`
// of 0 nothing is read.
HOST_DEVICE void cp_async_16(SharedAddress to, const void *from, u32 bytes) {
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

HOST_DEVICE void cp_async_8(SharedAddress to, const void *from, u32 bytes) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

HOST_DEVICE void cp_async_4(SharedAddress to, const void *from, u32 bytes) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

// The copies that this thread began since the last one become a group.
HOST_DEVICE void cp_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits until at most the N youngest groups of this thread are on their way.
template <int N>
HOST_DEVICE void cp_async_wait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

// c += a·b on a 16×8 tile, k = 16, 16-bit elements; see the layout above.
HOST_DEVICE void mma_f16(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

HOST_DEVICE void mma_bf16(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// c += a·b on a 16×8 tile, k = 8; a and b hold f32 that `to_tf32` rounded.
HOST_DEVICE void mma_tf32(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// The bits of an f32, rounded to the 10 bits of mantissa that tf32 keeps: to nearest, halves away from 0.
HOST_DEVICE u32 to_tf32(u32 bits) {
    u32 y;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(y) : "f"(__uint_as_float(bits)));
    return y;
}

// c += a·b on an 8×8 tile, k = 4.
HOST_DEVICE void mma_f64(f64 (&c)[2], f64 a, f64 b) {
    asm("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
        : "+d"(c[0]), "+d"(c[1]) : "d"(a), "d"(b));
}
#endif
