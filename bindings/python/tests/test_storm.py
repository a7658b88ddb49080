"""Arrays and tensors that lend each other the same memory, made and dropped in random order by several threads."""

import gc
import random
import threading
import unittest

import tendon
from tendon import _borrow, _capsules

try:
    import numpy as np
except ImportError:
    np = None


class Failed(Exception):
    pass


def steps(rng, dlpack):
    """What can be made of a thing; what is made looks into the same memory."""

    def to_tensor(thing):
        if isinstance(thing, tendon.Tensor):
            return rng.choice(
                (thing.detach, lambda: thing[...], lambda: thing.T, lambda: thing[::2] if len(thing) > 3 else thing[:])
            )()
        return rng.choice((tendon.from_numpy, tendon.asarray))(thing)

    def to_array(thing):
        if isinstance(thing, tendon.Tensor):
            return rng.choice((thing.numpy, lambda: np.asarray(thing)))()
        return rng.choice((lambda: thing[::-1], lambda: thing.T, lambda: thing.reshape(thing.shape)))()

    def over_dlpack(thing):
        if isinstance(thing, tendon.Tensor):
            return np.from_dlpack(thing)
        return tendon.from_dlpack(thing)

    def through_an_error(thing):
        tensor = thing if isinstance(thing, tendon.Tensor) else tendon.from_numpy(thing)
        try:
            inner = tensor.numpy()
            raise Failed(inner)
        except Failed as error:
            return error.args[0]

    def a_capsule_that_nobody_takes(thing):
        tensor = thing if isinstance(thing, tendon.Tensor) else tendon.from_numpy(thing)
        tensor.__dlpack__(max_version=rng.choice((None, (1, 0))))
        return tensor

    return (to_tensor, to_array, through_an_error) + ((over_dlpack, a_capsule_that_nobody_takes) if dlpack else ())


def all_are(thing, value):
    return bool((thing == value).all())


def storm(seed, rounds, dlpack):
    rng = random.Random(seed)
    make = steps(rng, dlpack)
    things = []
    for i in range(rounds):
        what = rng.random()
        if what < 0.15 or not things:
            value = float(rng.randrange(1000))
            shape = (rng.randrange(1, 6), rng.randrange(1, 50))
            things.append(
                (np.full(shape, value) if rng.random() < 0.5 else tendon.full(shape, value, dtype="float64"), value)
            )
        elif what < 0.6:
            thing, value = rng.choice(things)
            things.append((rng.choice(make)(thing), value))
        else:
            things.pop(rng.randrange(len(things)))
        if i % 16 == 0:
            for thing, value in things:
                if not all_are(thing, value):
                    raise AssertionError(f"seed {seed}, round {i}: memory was used by something else")
        while len(things) > 60:
            things.pop(rng.randrange(len(things)))


@unittest.skipIf(np is None, "NumPy is not installed")
class Storm(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.before = tendon.live_handle_count(), tendon.live_storage_count(), _borrow.lent_count()

    def tearDown(self):
        gc.collect()
        self.assertEqual((tendon.live_handle_count(), tendon.live_storage_count(), _borrow.lent_count()), self.before)
        self.assertEqual(len(_capsules._queue), 0)

    dlpack = hasattr(np, "from_dlpack")

    def test_alone(self):
        for seed in range(8):
            storm(seed, 4000, self.dlpack)

    def test_on_threads(self):
        errors = []

        def work(seed):
            try:
                storm(seed, 4000, self.dlpack)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(100 + i,)) for i in range(6)]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            gc.collect()
        self.assertEqual(errors, [])


if __name__ == "__main__":
    unittest.main()
