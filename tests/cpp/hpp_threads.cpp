// Tensors of several threads, of no thread, and of after main: thread_local and static ones, cancelling, two threads at work.
#include <atomic>
#include <chrono>
#include <thread>

#include "check.hpp"

// Made before main, destroyed after it in the reverse order: Reporter computes in its destructor, the last tensor goes when
// nothing of the program is left.
static tendon::Tensor &late() {
    static tendon::Tensor x = tendon::full({3}, 2.0);
    return x;
}
static const tendon::Tensor early = tendon::ones({3});
static float borrowed_for_ever[] = {1, 2, 3};
static const tendon::Tensor over_static_memory = tendon::borrow(borrowed_for_ever);

struct Reporter {
    Reporter() { (void)late(); }
    ~Reporter() {
        const double sum = (late() + 1).sum().item<double>();
        if (sum != 9) {
            std::fprintf(stderr, "after main: %g\n", sum);
            std::_Exit(1);
        }
    }
};
static const Reporter reporter;

thread_local tendon::Tensor of_this_thread;

struct AtThreadExit {
    ~AtThreadExit() { last = (early * 5).sum().item<double>(); }
    static inline std::atomic<double> last = 0;
};

static void thread_locals() {
    of_this_thread = tendon::zeros({2});
    double seen = 0;
    std::thread([&] {
        thread_local const AtThreadExit at_exit; // its destructor computes when the thread ends
        (void)at_exit;
        CHECK(!of_this_thread.defined());
        of_this_thread = early + 1;
        seen = of_this_thread.sum().item<double>();
    }).join();
    CHECK(seen == 6 && AtThreadExit::last == 15 && holds(of_this_thread, {2}, {0, 0}));
}

// Handles made on one thread, used and released on the other; a leaf that both differentiate.
static void two_threads() {
    const int rounds = under_valgrind() ? 20 : 500;
    auto w = tendon::tensor({1.0, 2.0}, tendon::requires_grad());
    const auto work = [w, rounds] { // each thread has its own copy
        for (int i = 0; i < rounds; i++) {
            tendon::Tensor copy = w, square = copy * copy;
            square.sum().backward();
            const tendon::NoGrad no_grad;
            if ((w * 2).requires_grad()) failures++;
        }
    };
    std::thread other(work);
    work();
    other.join();
    CHECK(w.grad()[1].item<double>() == 4.0 * 2 * rounds && tendon::grad_mode_enabled());

    tendon::Tensor made;
    std::thread([&] { made = tendon::ones({4}); }).join();
    CHECK(holds(made, {4}, {1, 1, 1, 1}));
    std::thread([taken = std::move(made)]() mutable { taken = tendon::Tensor(); }).join();
    CHECK(!made.defined());

    // A mode belongs to its thread: ending it elsewhere is an error and changes nothing.
    tendon::NoGrad no_grad;
    std::thread([&] {
        CHECK(tendon::grad_mode_enabled());
        THROWS(TENSOR_ERR_INVALID_ARGUMENT, "thread", no_grad.end());
    }).join();
    CHECK(!tendon::grad_mode_enabled());
    no_grad.end();
    CHECK(tendon::grad_mode_enabled());
    // Out of order likewise.
    tendon::NoGrad outer, inner;
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "", outer.end());
    CHECK(!tendon::grad_mode_enabled());
}

static void cancelling() {
    const tendon::CancelToken token;
    std::atomic<bool> started = false, cancelled = false;
    std::thread worker([&] {
        const auto watching = token.watch();
        const auto x = tendon::ones({256, 256});
        try {
            for (;;) {
                (void)matmul(x, x);
                started = true;
            }
        } catch (const tendon::Error &error) {
            cancelled = error.code() == TENSOR_ERR_CANCELLED;
        }
    });
    while (!started) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(!token.is_cancelled());
    token.cancel();
    worker.join();
    CHECK(cancelled && token.is_cancelled());
    CHECK(tendon::ones({2}).sum().item<double>() == 2); // this thread did not watch
    {
        const auto watching = token.watch();
        THROWS(TENSOR_ERR_CANCELLED, "", (void)(tendon::ones({64, 64}) + 1));
        token.reset();
        CHECK((tendon::ones({64, 64}) + 1).numel() == 4096);
        token.cancel();
    }
    CHECK((tendon::ones({64, 64}) + 1).numel() == 4096); // no longer watching
    auto moved = tendon::CancelToken::create();
    moved = tendon::CancelToken();
    CHECK(!moved.is_cancelled());
}

int main() {
    const std::int64_t before = tendon::live_handle_count();
    CHECK(before == 3); // late, early, over_static_memory
    thread_locals();
    two_threads();
    cancelling();
    of_this_thread = tendon::Tensor();
    CHECK(tendon::live_handle_count() == before);
    CHECK(late().defined() && over_static_memory.data<float>() == borrowed_for_ever);
    CHECK(tendon::memory_info().live_bytes > 0 && tendon::num_threads() >= 1 && tendon::release_cached_memory() >= 0);
    return failures > 0;
}
