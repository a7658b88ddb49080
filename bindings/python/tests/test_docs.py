"""The examples of docs/python.md and of the package's docstring, as they stand there."""

import doctest
import os
import re
import unittest

import tendon

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "docs", "python.md")

try:
    import numpy
except ImportError:
    numpy = None


class Examples(unittest.TestCase):
    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_page(self):
        with open(PAGE, encoding="utf-8") as file:
            text = file.read().replace("```", "")
        example = doctest.DocTestParser().get_doctest(text, {}, "docs/python.md", PAGE, 0)
        self.assertGreater(len(example.examples), 20)
        result = doctest.DocTestRunner().run(example)
        self.assertEqual(result.failed, 0)

    def test_package(self):
        self.assertEqual(doctest.testmod(tendon).failed, 0)
        self.assertGreater(doctest.testmod(tendon).attempted, 3)

    def test_every_public_function_has_a_docstring(self):
        bare = [
            f"{where.__name__}.{name}"
            for where in (tendon, tendon.Tensor, tendon.optim, tendon.cuda, tendon.array_api)
            for name, thing in vars(where).items()
            if not name.startswith("_")
            and callable(thing)
            and not (isinstance(thing, type) and issubclass(thing, Exception))
            and not (getattr(thing, "__doc__", None) or "").strip()
        ]
        self.assertEqual(bare, [])

    def test_docstrings_speak_of_python(self):
        of_c = re.compile(
            r"`\*?out`|NULL(?!, None)|tensor_\w+\(|release with|TENSOR_(?!ERR_SHAPE)|->|\bINVALID_|\b(SHAPE|DTYPE)\b|`\*|,\s*\.\s"
        )
        found = [
            f"{where.__name__}.{name}: {found[0]}"
            for where in (tendon, tendon.Tensor, tendon.optim, tendon.cuda)
            for name, thing in vars(where).items()
            for found in [of_c.search((getattr(thing, "__doc__", None) or "").replace("...", ""))]
            if found and not name.startswith("_")
        ]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
