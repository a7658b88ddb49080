// OpenCV pictures as tensors, without a copy: a whole cv::Mat, a crop of one, and one that tensors are written into.
//
//   borrow_image [PICTURE [FOLDER]]     default: data/chelsea.png and the folder of the program
//
// needs: libopencv-imgcodecs-dev for opencv2/imgcodecs.hpp
// needs: libopencv-imgproc-dev for opencv2/imgproc.hpp
// flags: -I/usr/include/opencv4 -lopencv_imgcodecs -lopencv_imgproc -lopencv_core
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <tendon.h>

static void check(TensorStatus status) {
    if (status != TENSOR_OK) throw std::runtime_error(tendon_last_error_message());
}

static void require(bool holds, const char *what) {
    if (!holds) throw std::runtime_error(std::string("not so: ") + what);
}

// Releases every tensor that was made since.
class Scope {
  public:
    Scope() { check(tensor_scope_begin(&scope)); }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;
    ~Scope() { tensor_scope_end(scope); }

  private:
    TensorScope *scope = nullptr;
};

static int borrowed = 0, given_back = 0;

static void give_back(void *, void *owner) {
    given_back++;
    delete static_cast<cv::Mat *>(owner);
}

enum class Channels { AsTheyLie, Reversed };

// The pixels of `picture` as u8 [rows, columns, channels]. The tensor has a cv::Mat of its own over them: they live
// until the last tensor over them is gone, whatever becomes of `picture`.
static Tensor *borrow(const cv::Mat &picture, Channels channels = Channels::AsTheyLie) {
    require(picture.dims == 2 && picture.depth() == CV_8U && !picture.empty(), "a picture of bytes");
    const int64_t depth = picture.channels();
    const bool reversed = channels == Channels::Reversed;
    const int64_t shape[] = {picture.rows, picture.cols, depth};
    const int64_t strides[] = {static_cast<int64_t>(picture.step1()), depth, reversed ? -1 : 1};
    // Not rows · step: below a crop's last pixel the memory may end.
    const size_t nbytes = (picture.rows - 1) * picture.step[0] + picture.cols * picture.elemSize();

    auto owner = std::make_unique<cv::Mat>(picture); // counts as one more user of the same pixels
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.strides = strides;
    options.offset = reversed ? depth - 1 : 0;
    options.release = give_back;
    options.user_data = owner.get();
    Tensor *x;
    check(tensor_from_host_buffer(picture.data, nbytes, TENSOR_DTYPE_U8, shape, 3, &options, &x));
    owner.release(); // give_back deletes it; a failed borrow would not have
    borrowed++;

    const void *first;
    check(tensor_data_strided(x, &first));
    require(first == picture.data + options.offset, "the tensor lies where the picture lies");
    return x;
}

static void describe(const char *what, const Tensor *x) {
    int64_t shape[3], strides[3];
    check(tensor_shape(x, shape, 3));
    check(tensor_strides(x, strides, 3));
    std::printf("%s: shape [%d, %d, %d], strides [%d, %d, %d], %s, same address\n", what, int(shape[0]), int(shape[1]),
                int(shape[2]), int(strides[0]), int(strides[1]), int(strides[2]),
                tensor_is_contiguous(x) ? "contiguous" : "not contiguous");
}

// What networks that were trained on ImageNet expect.
static const float channel_mean[] = {0.485f, 0.456f, 0.406f}, channel_std[] = {0.229f, 0.224f, 0.225f};

// u8 [rows, columns, 3] to f32 [3, rows, columns], normalised.
static Tensor *network_input(const Tensor *picture) {
    const int64_t three[] = {3}, channels_first[] = {2, 0, 1};
    Tensor *mean, *std, *x;
    check(tensor_from_host_copy(channel_mean, sizeof channel_mean, TENSOR_DTYPE_F32, three, 1, nullptr, &mean));
    check(tensor_from_host_copy(channel_std, sizeof channel_std, TENSOR_DTYPE_F32, three, 1, nullptr, &std));
    check(tensor_to_dtype(picture, TENSOR_DTYPE_F32, nullptr, &x));
    check(tensor_div_scalar_(x, tensor_scalar_f(255)));
    check(tensor_sub_(x, mean));
    check(tensor_div_(x, std));
    check(tensor_permute(x, channels_first, 3, &x));
    check(tensor_contiguous(x, &x)); // until here the channels were last in memory
    return x;
}

// Prints mean and standard deviation per channel, and holds them against what OpenCV finds in the bytes.
static void print_statistics(const Tensor *input, const cv::Scalar &byte_mean, const cv::Scalar &byte_std) {
    const int64_t within_channel[] = {1, 2};
    TensorVarOptions population = TENSOR_VAR_OPTIONS_INIT;
    population.correction = 0;
    Tensor *mean, *std;
    const float *means, *stds;
    check(tensor_mean(input, within_channel, 2, nullptr, &mean));
    check(tensor_var(input, within_channel, 2, &population, &std));
    check(tensor_sqrt_(std));
    check(tensor_data_f32(mean, &means));
    check(tensor_data_f32(std, &stds));
    for (int c = 0; c < 3; c++) {
        std::printf("  channel %d: mean %7.3f, std %6.3f\n", c, means[c], stds[c]);
        const double expected = (byte_mean[c] / 255 - channel_mean[c]) / channel_std[c];
        require(std::abs(means[c] - expected) < 1e-4, "the mean is OpenCV's");
        require(std::abs(stds[c] - byte_std[c] / 255 / channel_std[c]) < 1e-4, "the standard deviation is OpenCV's");
    }
}

// Writes `picture`, brighter, into the memory that `out` was borrowed from.
static void brighten_into(Tensor *out, const Tensor *picture) {
    const TensorScalar low = tensor_scalar_i(0), high = tensor_scalar_i(255);
    Tensor *x;
    check(tensor_to_dtype(picture, TENSOR_DTYPE_F32, nullptr, &x));
    check(tensor_mul_scalar_(x, tensor_scalar_f(1.5)));
    check(tensor_add_scalar_(x, tensor_scalar_f(10)));
    check(tensor_clamp_(x, &low, &high));
    check(tensor_round(x, &x)); // half to even, as OpenCV; the conversion to u8 alone would cut
    check(tensor_copy_(out, x));
}

static double byte_mean_of(const cv::Mat &picture) {
    const cv::Scalar sum = cv::sum(picture);
    return (sum[0] + sum[1] + sum[2]) / (3.0 * static_cast<double>(picture.total()));
}

static void run(const std::string &file, const std::string &folder) {
    Scope scope;
    Tensor *resized, *crop;
    cv::Scalar byte_mean, byte_std;
    cv::Rect middle;
    cv::Mat bgr = cv::imread(file, cv::IMREAD_COLOR);
    require(!bgr.empty(), "the picture can be read");
    {
        cv::Mat rgb, small;
        cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
        cv::resize(rgb, small, {224, 224}, 0, 0, cv::INTER_LINEAR_EXACT);
        cv::meanStdDev(small, byte_mean, byte_std);
        std::printf("the picture: %d x %d\n", rgb.cols, rgb.rows);
        resized = borrow(small);
        describe("resized, borrowed", resized);

        middle = cv::Rect(rgb.cols / 4, rgb.rows / 5, std::max(rgb.cols / 2, 1), std::max(rgb.rows * 3 / 4, 1));
        crop = borrow(rgb(middle));
        describe("crop, borrowed", crop);
    } // no cv::Mat of these is left but those that the tensors hold

    std::printf("normalised:\n");
    print_statistics(network_input(resized), byte_mean, byte_std);

    // Crop and brightened crop, side by side. OpenCV writes files from BGR; the tensors see each half as RGB.
    cv::Mat sheet(middle.height, 2 * middle.width, CV_8UC3, cv::Scalar::all(0));
    cv::Mat left = sheet.colRange(0, middle.width), right = sheet.colRange(middle.width, sheet.cols);
    check(tensor_copy_(borrow(left, Channels::Reversed), crop));
    brighten_into(borrow(right, Channels::Reversed), crop);

    cv::Mat brighter;
    bgr(middle).convertTo(brighter, -1, 1.5, 10);
    require(cv::norm(left, bgr(middle), cv::NORM_INF) == 0, "the left half is the crop");
    require(cv::norm(right, brighter, cv::NORM_INF) == 0, "the right half is as bright as OpenCV makes it");
    std::printf("mean byte: crop %.2f, brightened %.2f\n", byte_mean_of(left), byte_mean_of(right));

    const std::string path = folder + "/bright_opencv.png";
    require(cv::imwrite(path, sheet), "the file can be written");
    require(cv::norm(cv::imread(path), sheet, cv::NORM_INF) == 0, "the file holds the sheet");
    std::cerr << "wrote " << path << "\n";
    require(given_back == 0, "nothing was given back while it was in use");
}

int main(int argc, char **argv) {
    const std::string program = argv[0];
    const size_t slash = program.rfind('/');
    try {
        run(argc > 1 ? argv[1] : "data/chelsea.png",
            argc > 2 ? argv[2] : slash == std::string::npos ? "." : program.substr(0, slash));
        std::printf("pictures borrowed: %d, given back: %d\n", borrowed, given_back);
        require(given_back == borrowed && tendon_live_storage_count() == 0, "every picture was given back, once");
    } catch (const std::exception &error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
