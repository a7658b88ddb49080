// Copies that change the dtype, of whole vectors along a flat output.
#pragma once
#include "walk.cuh"

template <class To>
struct Cast {
    static constexpr bool ROLLED = false;
    template <class L>
    HOST_DEVICE To operator()(const L &lines, int i) const { return convert<To>(lines.x[i]); }
};

// From type From, which is called from.
#define CAST_KERNEL_OF(from, From, to) \
    KERNEL(WALK_THREADS, cast_##from##_##to, Walk<2> w) { walk_lines<to, From>(w, Cast<to>()); }
#define CAST_KERNEL(from, to) CAST_KERNEL_OF(from, from, to)
