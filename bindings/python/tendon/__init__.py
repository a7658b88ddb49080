"""Tendon: NumPy on the GPU, plus automatic differentiation, in a small library without dependencies.

    >>> import tendon
    >>> x = tendon.tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([2., 4., 6.])

Names and meanings are those of NumPy and PyTorch. docs/python.md has the rules.
"""

from . import _methods  # noqa: F401  (makes Tensor what it is)
from . import cuda, optim
from ._api import VERSION as __version__
from ._arithmetic import *  # noqa: F403
from ._attributes import is_same, numel, shares_memory
from ._autograd import *  # noqa: F403
from ._composed import *  # noqa: F403
from ._construct import *  # noqa: F403
from ._convert import *  # noqa: F403
from ._creation import *  # noqa: F403
from ._devices import *  # noqa: F403
from ._dict import *  # noqa: F403
from ._dlpack import *  # noqa: F403
from ._dtypes import *  # noqa: F403
from ._dtypes import (
    bfloat16, bool_ as bool, float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64,
)  # fmt: skip
from ._elementwise import *  # noqa: F403
from ._errors import (
    AutogradError, BufferRuleError, CallbackError, CancelledError, CaptureError, CudaError, CudaUnavailableError,
    DeviceError, DTypeError, FormatError, InternalError, InvalidArgument, InvalidHandleError, IoError,
    NotContiguousError, NotFoundError, NotOnCpuError, OutOfMemoryError, ReadOnlyError, ShapeError, TendonError,
    TensorIndexError, UnsupportedError,
)  # fmt: skip
from ._files import *  # noqa: F403
from ._indexed import *  # noqa: F403
from ._numpy import *  # noqa: F403
from ._printing import *  # noqa: F403
from ._products import *  # noqa: F403
from ._reductions import *  # noqa: F403
from ._runtime import *  # noqa: F403
from ._shapes import *  # noqa: F403
from ._tensor import Tensor
from ._types import *  # noqa: F403
from .array_api import __array_api_version__, __array_namespace_info__, e, inf, nan, newaxis, pi

from . import array_api  # isort: skip
