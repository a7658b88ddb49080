"""What owns a handle and has no copies."""


class Unique:
    """A base of classes whose objects cannot be copied or pickled: two owners would release one handle."""

    __slots__ = ()

    def __reduce__(self):
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled")

    def __reduce_ex__(self, protocol):
        return self.__reduce__()
