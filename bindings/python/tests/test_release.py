"""Handles and tensors that are forgotten, released twice or late: at the end of the interpreter, on other threads,
after a fork. Needs the library only."""
import gc
import os
import subprocess
import sys
import textwrap
import threading
import unittest
import weakref
from array import array

import tendon
from tendon import _api, _borrow, _errors


class Owner:
    """What a class over a handle does: releases it when it goes."""

    def __init__(self, handle):
        self.handle = handle

    def __del__(self, release=_api.tensor_release):
        release(self.handle)


def python(code, timeout=120):
    """Runs a program of its own; its output must be the one line that says it got to its end."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code)],
        cwd=os.path.dirname(os.path.abspath(__file__)), capture_output=True, text=True, timeout=timeout,
        env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(os.path.abspath(_api.__file__)))},
    )
    return done.returncode, done.stdout, done.stderr


class Counted(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.before = _api.tendon_live_handle_count(), _api.tendon_live_tensor_count()

    def left(self):
        gc.collect()
        now = _api.tendon_live_handle_count(), _api.tendon_live_tensor_count()
        return now[0] - self.before[0], now[1] - self.before[1]


class Releases(Counted):
    def test_a_forgotten_owner_releases(self):
        x = Owner(_api.tensor_zeros((3,)))
        self.assertEqual(self.left(), (1, 1))
        del x
        self.assertEqual(self.left(), (0, 0))

    def test_a_second_release_is_an_error_and_nothing_else(self):
        x = _api.tensor_zeros((3,))
        other = _api.tensor_retain(x)
        _api.tensor_release(x)
        with self.assertRaises(_errors.InvalidHandleError):
            _api.tensor_release(x)
        self.assertEqual(_api.tensor_shape(other), (3,))
        _api.tensor_release(other)
        self.assertEqual(self.left(), (0, 0))

    def test_nothing_and_numbers_that_are_no_handles(self):
        _api.tensor_release(None)
        _api.tensor_release(0)
        for made_up in (1, 12345, 2**63, 2**63 + 17, 2**64 - 1, id(self)):
            with self.assertRaises(_errors.InvalidHandleError):
                _api.tensor_release(made_up)
        x = _api.tensor_zeros((1,), requires_grad=True)
        optimizer = _api.tensor_sgd_create([x])
        with self.assertRaises(_errors.InvalidHandleError):
            _api.tensor_release(optimizer)
        _api.tensor_optimizer_release(optimizer)
        with self.assertRaises(_errors.InvalidHandleError):
            _api.tensor_optimizer_release(optimizer)
        _api.tensor_release(x)
        self.assertEqual(self.left(), (0, 0))

    def test_a_cycle_goes_with_the_collector(self):
        class Node(Owner):
            pass

        a, b = Node(_api.tensor_zeros((1,))), Node(_api.tensor_zeros((1,)))
        a.other, b.other = b, a
        del a, b
        self.assertEqual(self.left(), (0, 0))

    def test_the_collector_of_another_thread_releases(self):
        """The handles are made here; the cycles that hold them are collected there."""
        made = []
        for _ in range(100):
            owner = Owner(_api.tensor_zeros((10,)))
            owner.self = owner
            made.append(owner)
        self.assertEqual(self.left(), (100, 100))
        gc.disable()
        try:
            made.clear()
            del owner
            thread = threading.Thread(target=gc.collect)
            thread.start()
            thread.join()
        finally:
            gc.enable()
        self.assertEqual(self.left(), (0, 0))

    def test_many_threads_make_and_drop(self):
        failures = []

        def work():
            try:
                for i in range(300):
                    x = Owner(_api.tensor_full((8,), float(i)))
                    y = Owner(_api.tensor_add(x.handle, x.handle))
                    first = Owner(_api.tensor_select(y.handle, 0, 0))
                    if _api.tensor_item_f64(first.handle) != 2 * i:
                        failures.append(i)
                    # Left to the collector of whichever thread it runs on.
                    y.cycle = [y, first]
            except BaseException as why:
                failures.append(why)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(self.left(), (0, 0))

    def test_a_release_while_another_thread_computes(self):
        """The call that uses the handle ends as it began; whoever comes later is told."""
        for _ in range(20):
            x = _api.tensor_ones((200, 200))
            started, answers = threading.Event(), []

            def work():
                started.set()
                try:
                    for _ in range(50):
                        y = _api.tensor_matmul(x, x)
                        answers.append(_api.tensor_ndim(y))
                        _api.tensor_release(y)
                except _errors.InvalidHandleError:
                    pass

            thread = threading.Thread(target=work)
            thread.start()
            started.wait()
            _api.tensor_release(x)
            thread.join()
            self.assertEqual(set(answers) - {2}, set())
        self.assertEqual(self.left(), (0, 0))

    def test_a_release_callback_may_use_the_library(self):
        data, told = array("f", range(4)), []

        @_api.TensorReleaseFn
        def release(address, user_data):
            inner = _api.tensor_zeros((2,))
            told.append(_api.tensor_numel(inner))
            _api.tensor_release(inner)

        x = _api.tensor_from_host_buffer(data.buffer_info()[0], 16, _api.TENSOR_DTYPE_F32, (4,), release=release)
        view = _api.tensor_select(x, 0, 1)
        _api.tensor_release(x)
        self.assertEqual(told, [])
        _api.tensor_release(view)
        self.assertEqual(told, [2])
        self.assertEqual(self.left(), (0, 0))


class Tensors(Counted):
    """The same of tendon.Tensor."""

    def test_a_tensor_and_what_is_made_of_it(self):
        x = tendon.ones((4,), requires_grad=True)
        y = (x * 2).exp()
        self.assertEqual(self.left()[0], 2)
        y.sum().backward()
        del y
        gradient = x.grad
        del x
        self.assertEqual(self.left(), (1, 1))
        del gradient
        self.assertEqual(self.left(), (0, 0))

    def test_a_tensor_whose_handle_was_taken_away(self):
        """Nothing releases it a second time, whoever did it first."""
        x = tendon.ones((4,))
        _api.tensor_release(x._handle)
        with self.assertRaises(tendon.InvalidHandleError):
            x + x
        seen = []
        hook, sys.unraisablehook = sys.unraisablehook, lambda what: seen.append(what.exc_type)
        try:
            del x
        finally:
            sys.unraisablehook = hook
        self.assertEqual(seen, [tendon.InvalidHandleError])
        self.assertEqual(self.left(), (0, 0))

    def test_cycles_of_tensors_collected_on_another_thread(self):
        made = [[tendon.ones((10,))] for _ in range(100)]
        for one in made:
            one.append(one)
        gc.disable()
        try:
            del made, one
            self.assertEqual(_api.tendon_live_handle_count() - self.before[0], 100)
            thread = threading.Thread(target=gc.collect)
            thread.start()
            thread.join()
        finally:
            gc.enable()
        self.assertEqual(self.left(), (0, 0))

    def test_a_failing_call_leaves_nothing(self):
        for _ in range(10):
            with self.assertRaises(tendon.ShapeError):
                tendon.cat([tendon.ones((2, 2)), tendon.ones((3, 3))])
        self.assertEqual(self.left(), (0, 0))

    def test_what_a_chain_of_views_holds(self):
        x = tendon.zeros((1000, 10))
        for _ in range(500):
            x = x[1:]
        self.assertEqual(self.left()[0], 1)
        del x
        self.assertEqual(self.left(), (0, 0))


class Lent(Counted):
    """Memory that tensors borrow goes with the last of them, whichever call it was that ended it."""

    def lend(self):
        class Owner(bytearray):
            pass

        owner = Owner(80)
        return tendon.frombuffer(owner, dtype="float64"), weakref.ref(owner)

    def test_it_goes_at_once_with_tensors(self):
        x, owner = self.lend()
        view = x[2:]
        del x
        self.assertIsNotNone(owner())
        del view
        self.assertIsNone(owner())
        x, owner = self.lend()
        d = tendon.TensorDict({"x": x})
        del x
        self.assertIsNotNone(owner())
        del d
        self.assertIsNone(owner())
        x, owner = self.lend()
        optimizer = tendon.optim.SGD([x.requires_grad_()], lr=0.1)
        del x
        self.assertIsNotNone(owner())
        del optimizer
        self.assertIsNone(owner())

    def test_it_goes_with_the_graph(self):
        x, owner = self.lend()
        w = tendon.ones(10, dtype="float64", requires_grad=True)
        loss = (w * x).sum()
        del x
        self.assertIsNotNone(owner())
        loss.backward()
        self.assertIsNone(owner())

    def test_it_goes_with_the_capsule(self):
        x, owner = self.lend()
        capsule = x.__dlpack__()
        del x
        gc.collect()
        self.assertIsNotNone(owner())
        del capsule
        gc.collect()
        self.assertIsNone(owner())

    def test_destructors_of_owners_may_lend_and_release(self):
        told = []

        class Owner(bytearray):
            def __del__(self):
                told.append(tendon.frombuffer(bytearray(8), dtype="float64").tolist())

        for _ in range(3):
            tendon.frombuffer(Owner(80))
        self.assertEqual(told, [[0.0]] * 3)
        self.assertEqual(_borrow.lent_count(), 0)

    def test_many_threads(self):
        def work():
            for _ in range(500):
                x = tendon.frombuffer(bytearray(80))
                (x[1:], x[2:])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(_borrow.lent_count(), 0)
        self.assertEqual(self.left(), (0, 0))


class Endings(unittest.TestCase):
    """Programs that end with handles still in their hands."""

    def ends_well(self, code, lines=("done",)):
        returned, out, error = python(code)
        self.assertEqual((returned, out.split("\n")[:-1], error), (0, list(lines), ""), error)

    def test_with_owners_in_the_module(self):
        self.ends_well("""
            from test_release import Owner, _api
            x = Owner(_api.tensor_zeros((3,)))
            lists = [Owner(_api.tensor_zeros((3,))) for _ in range(1000)]
            print("done")
        """)

    def test_with_cycles(self):
        self.ends_well("""
            from test_release import Owner, _api
            for _ in range(1000):
                x = Owner(_api.tensor_zeros((3,)))
                x.cycle = x
            print("done")
        """)

    def test_with_an_owner_that_was_released_by_hand(self):
        """A wrong program: its second release comes when nobody can catch an exception."""
        self.ends_well("""
            import sys
            from test_release import Owner, _api
            class Late(Owner):
                def __del__(self, release=_api.tensor_release, finalizing=sys.is_finalizing):
                    assert finalizing()
                    release(self.handle)
            sys.late = Late(_api.tensor_zeros((3,)))
            _api.tensor_release(sys.late.handle)
            print("done")
        """)

    def test_with_owners_that_outlive_the_modules(self):
        self.ends_well("""
            import sys
            from test_release import Owner, _api
            class Holder:
                pass
            holder = Holder()
            holder.me = holder
            holder.owner = Owner(_api.tensor_zeros((3,)))
            sys.holder = holder
            sys.modules["aaa_first"] = sys.modules["zzz_last"] = holder
            del holder
            print("done")
        """)

    def test_with_work_in_atexit(self):
        self.ends_well("""
            import atexit
            from test_release import Owner, _api
            x = Owner(_api.tensor_ones((3,)))
            atexit.register(lambda: print(_api.tensor_to_string(x.handle)))
            print("done")
        """, ("done", "tensor([1., 1., 1.])"))

    def test_with_an_open_scope_and_mode(self):
        self.ends_well("""
            from test_release import _api
            _api.tensor_scope_begin()
            _api.tensor_no_grad_begin()
            _api.tensor_zeros((3,))
            print("done")
        """)

    def test_with_threads_that_still_compute(self):
        self.ends_well("""
            import threading, time
            from test_release import Owner, _api
            def work():
                while True:
                    x = Owner(_api.tensor_ones((100, 100)))
                    Owner(_api.tensor_matmul(x.handle, x.handle))
            for _ in range(3):
                threading.Thread(target=work, daemon=True).start()
            time.sleep(0.2)
            print("done")
        """)

    def test_with_borrowed_memory_whose_callback_is_still_due(self):
        """Python is gone when the process ends: the library must not call into it then."""
        self.ends_well("""
            from array import array
            from test_release import _api
            data = array("f", range(4))
            @_api.TensorReleaseFn
            def release(address, user_data):
                raise SystemError("called at the end")
            kept = _api.tensor_from_host_buffer(data.buffer_info()[0], 16, 12, (4,), release=release)
            print("done")
        """)


    def test_with_tensors_everywhere(self):
        """In modules, cycles, closures, classes, exceptions and weak references, tracked and not."""
        self.ends_well("""
            import sys, weakref
            import tendon
            x = tendon.ones((3,), requires_grad=True)
            loss = (x * x).sum()
            loss.backward()
            class Model:
                weight = tendon.zeros((2, 2))
                def __init__(self):
                    self.me, self.state = self, [tendon.ones((4,)) for _ in range(100)]
                    self.step = lambda: self.weight @ self.weight
                def __del__(self):
                    self.state.append(self.step())
            model = sys.model = Model()
            watched = weakref.ref(model.state[0], lambda _: None)
            try:
                tendon.ones((2,)) @ tendon.ones((3,))
            except tendon.ShapeError as why:
                kept = why
            sys.modules["aaa_first"] = sys.modules["zzz_last"] = model
            print("done")
        """)

    def test_with_tensors_in_threads_that_still_compute(self):
        self.ends_well("""
            import threading, time
            import tendon
            def work():
                x = tendon.ones((100, 100), requires_grad=True)
                while True:
                    (x @ x).sum().backward()
            for _ in range(3):
                threading.Thread(target=work, daemon=True).start()
            time.sleep(0.2)
            print("done")
        """)

    def test_with_threads_that_still_borrow(self):
        """A daemon thread that releases borrowed memory while the interpreter ends must not take the process along."""
        for _ in range(20):
            self.ends_well("""
                import threading, time
                from array import array
                import tendon
                def work():
                    while True:
                        x = tendon.frombuffer(bytearray(8000), dtype="float64")
                        y = x[1:].sum()
                        del x
                        d = tendon.TensorDict({"a": tendon.frombuffer(bytearray(80))})
                        w = tendon.frombuffer(bytearray(80), dtype="float64").requires_grad_()
                        optimizer = tendon.optim.SGD([w], lr=0.1)
                        del w
                        del optimizer, d
                for _ in range(3):
                    threading.Thread(target=work, daemon=True).start()
                time.sleep(0.05)
                print("done")
            """)

    def test_with_threads_whose_graphs_borrow(self):
        """The graph is the last user of the memory, and backward lets it go."""
        for _ in range(20):
            self.ends_well("""
                import threading, time
                import tendon
                def work():
                    while True:
                        w = tendon.ones(10, requires_grad=True)
                        loss = (w * tendon.frombuffer(bytearray(40), dtype="float32")).sum()
                        loss.backward()
                        loss = (w * tendon.frombuffer(bytearray(40), dtype="float32")).sum()
                        tendon.grad(loss, w)
                for _ in range(3):
                    threading.Thread(target=work, daemon=True).start()
                time.sleep(0.05)
                print("done")
            """)

    def test_with_threads_whose_writes_end_what_is_borrowed(self):
        """A write gives the tensor a new origin; the old one was the last user of the memory."""
        for _ in range(20):
            self.ends_well("""
                import threading, time
                import tendon
                class Owner(bytearray):
                    def __del__(self):
                        time.sleep(0)
                def work():
                    w = tendon.ones(10, requires_grad=True)
                    while True:
                        y = w * tendon.frombuffer(Owner(40), dtype="float32")
                        y.copy_(w)
                for _ in range(3):
                    threading.Thread(target=work, daemon=True).start()
                time.sleep(0.05)
                print("done")
            """)

    def test_with_backward_in_atexit(self):
        self.ends_well("""
            import atexit
            def late():
                w = tendon.ones(2, requires_grad=True)
                (w * 3).sum().backward()
                print(w.grad.tolist())
            atexit.register(late)
            import tendon
            print("done")
        """, ("done", "[3.0, 3.0]"))

    def test_with_tensors_computed_in_atexit(self):
        self.ends_well("""
            import atexit
            import tendon
            x = tendon.ones((3,))
            atexit.register(lambda: print((x + 1).tolist()))
            print("done")
        """, ("done", "[2.0, 2.0, 2.0]"))

    def test_with_modes_that_are_on(self):
        self.ends_well("""
            import tendon
            tendon.no_grad().__enter__()
            x = tendon.ones((3,))
            print("done")
        """)


@unittest.skipUnless(hasattr(os, "fork"), "no fork")
class Forks(unittest.TestCase):
    def child(self, work):
        """Runs `work` in a forked child; its exit status."""
        pid = os.fork()
        if pid == 0:
            try:
                work()
                os._exit(0)
            except BaseException as why:
                print("in the child:", repr(why), file=sys.stderr)
                os._exit(1)
        for _ in range(600):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            threading.Event().wait(0.1)
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        return "hangs"

    def test_the_child_computes_and_releases_its_own(self):
        x = _api.tensor_ones((300, 300))
        # Workers exist before the fork.
        _api.tensor_release(_api.tensor_matmul(x, x))

        def work():
            y = _api.tensor_matmul(x, x)
            assert _api.tensor_item_f64(_api.tensor_select(_api.tensor_select(y, 0, 0), 0, 0)) == 300
            _api.tensor_release(y)
            _api.tensor_release(x)

        self.assertEqual(self.child(work), 0)
        # The parent's handle is another one.
        self.assertEqual(_api.tensor_shape(x), (300, 300))
        _api.tensor_release(x)

    def test_the_childs_collector_releases_what_the_parent_made(self):
        owners = [Owner(_api.tensor_zeros((5,))) for _ in range(50)]
        for owner in owners:
            owner.cycle = owner

        def work():
            before = _api.tendon_live_handle_count()
            del owner_list[:]
            gc.collect()
            assert before - _api.tendon_live_handle_count() >= 49, "the child kept them"

        owner_list = owners
        del owner
        self.assertEqual(self.child(work), 0)
        self.assertEqual(_api.tensor_shape(owners[0].handle), (5,))

    def test_a_fork_with_threads_that_compute(self):
        stop, x = threading.Event(), _api.tensor_ones((150, 150))

        def work():
            while not stop.is_set():
                _api.tensor_release(_api.tensor_matmul(x, x))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(10):
                self.assertEqual(self.child(lambda: _api.tensor_release(_api.tensor_matmul(x, x))), 0)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            _api.tensor_release(x)


if __name__ == "__main__":
    unittest.main()
