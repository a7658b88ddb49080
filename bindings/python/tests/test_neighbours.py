"""The borders of the host: pictures of Pillow, tables of pandas, plots of Matplotlib. Data comes in, is computed on as
tensors and goes out, without a copy wherever the neighbour makes none."""
import gc
import io
import math
import os

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from PIL import Image

import tendon

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
DATA = os.path.join(ROOT, "c_examples", "data")


def address(array):
    return array.__array_interface__["data"][0]


@pytest.fixture
def picture():
    with Image.open(os.path.join(DATA, "chelsea.png")) as image:
        return image.convert("RGB")


class TestPillow:
    def test_a_picture_is_borrowed(self, picture):
        """Pillow gives its pixels as read-only bytes; the tensor looks at those."""
        array = np.asarray(picture)
        pixels = tendon.from_numpy(array)
        assert pixels.shape == (picture.height, picture.width, 3) and pixels.dtype == tendon.uint8
        assert address(pixels.numpy()) == address(array)
        assert pixels[7, 11].tolist() == list(picture.getpixel((11, 7)))
        if not array.flags.writeable:
            with pytest.raises(tendon.ReadOnlyError, match="read-only"):
                pixels[0, 0, 0] = 1

    def test_the_pixels_outlive_the_picture(self, picture):
        expected = np.array(picture)
        pixels = tendon.from_numpy(np.asarray(picture))
        corner = pixels[-5:, -5:]
        del picture, pixels
        gc.collect()
        assert (corner.numpy() == expected[-5:, -5:]).all()

    def test_for_a_network(self, picture):
        """(H, W, C) of bytes as (1, C, H, W) of floats: one copy, at the change of type."""
        small = picture.resize((224, 224))
        array = np.asarray(small)
        batch = (tendon.from_numpy(array).float() / 255).permute(2, 0, 1).unsqueeze(0)
        assert batch.shape == (1, 3, 224, 224)
        expected = (array.astype(np.float32) / np.float32(255)).transpose(2, 0, 1)[None]
        assert np.array_equal(batch.numpy(), expected)

    def test_channels_the_other_way_round(self, picture):
        """BGR, as OpenCV has it: a view of NumPy with a negative stride, borrowed as it is."""
        array = np.array(picture)
        turned = tendon.from_numpy(array[:, :, ::-1])
        assert turned.stride() == (3 * picture.width, 3, -1)
        assert np.array_equal((turned.float() * 1).numpy(), array[:, :, ::-1].astype(np.float32))
        array[3, 4] = (1, 2, 3)
        assert turned[3, 4].tolist() == [3, 2, 1]

    def test_grey_as_pillow_has_it(self, picture):
        """L = (19595 R + 38470 G + 7471 B + 32768) / 65536, rounded down: every pixel is the same."""
        rgb = tendon.from_numpy(np.asarray(picture)).double()
        weights = tendon.tensor([19595.0, 38470.0, 7471.0], dtype=tendon.float64)
        grey = (((rgb * weights).sum(2) + 32768) / 65536).floor().to(tendon.uint8)
        assert np.array_equal(grey.numpy(), np.asarray(picture.convert("L")))

    def test_back_to_a_picture(self, picture):
        pixels = tendon.from_numpy(np.array(picture))
        negative = 255 - pixels
        assert negative.dtype == tendon.uint8
        file = io.BytesIO()
        Image.fromarray(negative.numpy()).save(file, "PNG")
        with Image.open(file) as again:
            assert np.array_equal(np.asarray(again), 255 - np.asarray(picture))

    def test_a_crop_is_a_view(self, picture):
        array = np.array(picture)
        crop = tendon.from_numpy(array)[50:150, 100:300]
        crop[:] = 0
        assert not array[50:150, 100:300].any() and array[:50].any() and array[50:150, :100].any()
        assert np.asarray(Image.fromarray(array))[60, 110].tolist() == [0, 0, 0]


def table():
    return pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [10.0, 20.0, 30.0, 40.0], "c": [0.5, np.nan, 0.25, 0.125]})


class TestPandas:
    def test_a_table_of_one_dtype_is_borrowed(self):
        frame = table()
        array = frame.to_numpy()
        assert np.shares_memory(array, frame.to_numpy()), "pandas itself copies here"
        values = tendon.from_numpy(array)
        assert values.shape == (4, 3) and values.dtype == tendon.float64
        assert address(values.numpy()) == address(array)
        # pandas keeps columns together: a row is not in one piece.
        assert values.stride() == (array.strides[0] // 8, array.strides[1] // 8) and not values.is_contiguous()
        assert values[:, 1].tolist() == [10, 20, 30, 40]
        assert math.isnan(values[1, 2].item())

    def test_a_column_is_borrowed(self):
        frame = table()
        column = frame["b"].to_numpy()
        tensor = tendon.from_numpy(column)
        assert address(tensor.numpy()) == address(column) and tensor.tolist() == [10, 20, 30, 40]
        numbers = tendon.from_numpy(pd.Series([3, 1, 2]).to_numpy())
        assert numbers.dtype == tendon.int64 and numbers.sum().item() == 6

    def test_memory_of_pandas_is_written_only_where_pandas_allows_it(self):
        frame = table()
        array = frame.to_numpy()
        values = tendon.from_numpy(array)
        if array.flags.writeable:
            values[0, 0] = 7
            assert frame.loc[0, "a"] == 7
        else:
            with pytest.raises(tendon.ReadOnlyError):
                values[0, 0] = 7
            assert frame.loc[0, "a"] == 1

    def test_the_memory_outlives_the_table(self):
        frame = table()
        values = tendon.from_numpy(frame.to_numpy())
        del frame
        gc.collect()
        junk = [np.full((4, 3), 9.0) for _ in range(100)]
        assert values[:, 0].tolist() == [1, 2, 3, 4] and len(junk) == 100

    def test_a_table_over_a_tensor(self):
        x = tendon.arange(6.0).reshape(3, 2)
        frame = pd.DataFrame(x.numpy(), columns=["u", "v"], copy=False)
        assert np.shares_memory(frame.to_numpy(), x.numpy())
        x[2, 1] = 50
        assert frame.loc[2, "v"] == 50
        assert frame["u"].dtype == np.float32
        del x
        gc.collect()
        assert frame["v"].tolist() == [1, 3, 50]

    def test_mixed_tables_are_refused_with_a_way_out(self):
        frame = pd.DataFrame({"n": [1, 2], "name": ["x", "y"]})
        with pytest.raises(TypeError, match="astype"):
            tendon.from_numpy(frame.to_numpy())
        assert tendon.from_numpy(frame[["n"]].to_numpy()).tolist() == [[1], [2]]
        mixed = pd.DataFrame({"n": [1, 2], "x": [0.5, 1.5]})
        assert tendon.from_numpy(mixed.to_numpy()).tolist() == [[1, 0.5], [2, 1.5]]

    def test_digits_standardized_as_pandas_does_it(self):
        """1,797 rows read by pandas, computed on here, against pandas' own means and deviations."""
        frame = pd.read_csv(os.path.join(DATA, "digits.csv"), header=None)
        pixels = frame.iloc[:, :64].astype(np.float64)
        x = tendon.from_numpy(pixels.to_numpy())
        mean, deviation = x.mean(0), x.var(0).sqrt()
        assert np.allclose(mean.numpy(), pixels.mean().to_numpy(), rtol=1e-13, atol=0)
        assert np.allclose(deviation.numpy(), pixels.std().to_numpy(), rtol=1e-12, atol=0)
        used = (deviation > 0).numpy()
        scores = ((x - mean) / deviation).numpy()[:, used]
        expected = ((pixels - pixels.mean()) / pixels.std()).to_numpy()[:, used]
        assert used.sum() == 61
        assert np.abs(scores - expected).max() < 1e-12 * np.abs(expected).max()

    def test_a_result_as_a_column(self):
        frame = table()
        x = tendon.from_numpy(frame["a"].to_numpy())
        w = tendon.tensor(2.0, dtype=tendon.float64, requires_grad=True)
        frame["prediction"] = (x * w).detach().numpy()
        assert frame["prediction"].tolist() == [2, 4, 6, 8]
        # Of a tracked tensor it is refused, with the word that is missing.
        with pytest.raises(tendon.AutogradError, match="detach"):
            frame["prediction"] = (x * w).numpy()


def drawn(figure):
    """The pixels of a figure, (H, W, 3), through a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    pyplot.close(figure)
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def bare(width, height):
    """A figure of so many pixels that is all axes, from 0 to 1 in both directions."""
    figure = pyplot.figure(figsize=(width / 100, height / 100))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    return figure, axes


class TestMatplotlib:
    def test_a_curve_of_tensors(self):
        """The plot goes through the points: they are dark, and what is far from the curve is not."""
        x = tendon.linspace(0.0, 1.0, 201, dtype=tendon.float64)
        y = 0.5 + 0.4 * (2 * math.pi * x).sin()
        figure, axes = bare(400, 300)
        (line,) = axes.plot(x, y, color="black", linewidth=3)
        assert np.array_equal(line.get_ydata(), y.numpy())
        dark = drawn(figure).sum(2) < 150
        for at in range(20, 400, 40):
            row = round(300 * (1 - (0.5 + 0.4 * math.sin(2 * math.pi * (at + 0.5) / 400))))
            assert dark[max(row - 3, 0) : row + 4, at].any(), at
        assert not dark[:20].any() and not dark[-20:].any()
        assert 400 < dark.sum() < 5000

    def test_a_picture_of_a_tensor(self):
        """One element, one pixel."""
        x = (tendon.arange(64 * 48).reshape(48, 64) % 251).to(tendon.uint8)
        colour = tendon.stack([x, 255 - x, x // 2], 2)
        figure = pyplot.figure(figsize=(0.64, 0.48))
        figure.figimage(colour.numpy())
        assert np.array_equal(drawn(figure), colour.numpy())

    def test_imshow_takes_tensors(self):
        x = tendon.tensor([[0.0, 1.0], [1.0, 0.0]])
        figure, axes = bare(100, 100)
        axes.imshow(x, cmap="gray", extent=(0, 1, 0, 1), interpolation="nearest", aspect="auto")
        seen = drawn(figure)
        assert [seen[25, 25].tolist(), seen[25, 75].tolist(), seen[75, 25].tolist(), seen[75, 75].tolist()] == [
            [0, 0, 0], [255, 255, 255], [255, 255, 255], [0, 0, 0],
        ]

    def test_a_histogram_counts_every_element(self):
        tendon.manual_seed(1)
        x = tendon.randn((10000,))
        figure, axes = pyplot.subplots()
        counts, edges, _ = axes.hist(x.numpy(), bins=20)
        assert counts.sum() == 10000 and len(edges) == 21
        assert edges[0] == x.min().item() and edges[-1] == x.max().item()
        pyplot.close(figure)

    def test_a_tracked_tensor_is_refused_with_the_word_that_is_missing(self):
        x = tendon.linspace(0.0, 1.0, 5, requires_grad=True)
        figure, axes = bare(50, 50)
        with pytest.raises(tendon.AutogradError, match="detach"):
            axes.plot(x, x)
        axes.plot(x.detach(), x.detach())
        pyplot.close(figure)
