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
#include <iostream>
#include <stdexcept>
#include <string>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <tendon.hpp>

static void require(bool holds, const char *what) {
    if (!holds) throw std::runtime_error(std::string("not so: ") + what);
}

static int borrowed = 0, given_back = 0;

enum class Channels {
    AsTheyLie,
    Reversed
};

// The pixels of `picture` as u8 [rows, columns, channels]. The tensor has a cv::Mat of its own over them: they live
// until the last tensor over them is gone, whatever becomes of `picture`.
static tendon::Tensor borrow(const cv::Mat &picture, Channels channels = Channels::AsTheyLie) {
    require(picture.dims == 2 && picture.depth() == CV_8U && !picture.empty(), "a picture of bytes");
    const int depth = picture.channels();
    const bool reversed = channels == Channels::Reversed;
    // Not rows * step: below a crop's last pixel the memory may end.
    const size_t bytes = (picture.rows - 1) * picture.step[0] + picture.cols * picture.elemSize();
    const auto x =
        tendon::borrow(picture.data, bytes, {picture.rows, picture.cols, depth},
                       tendon::BorrowOptions()
                           .strides({picture.step1(), depth, reversed ? -1 : 1})
                           .offset(reversed ? depth - 1 : 0)
                           // The copy counts as one more user of the same pixels, until it goes with the callback.
                           .on_release([user = picture] { given_back += user.data != nullptr; }));
    borrowed++;
    require(x.data_strided() == picture.data + (reversed ? depth - 1 : 0), "the tensor lies where the picture lies");
    return x;
}

static void describe(const char *what, const tendon::Tensor &x) {
    std::cout << what << ": shape " << x.shape() << ", strides " << x.strides() << ", "
              << (x.is_contiguous() ? "contiguous" : "not contiguous") << ", same address\n";
}

// What networks that were trained on ImageNet expect.
static const float channel_mean[] = {0.485f, 0.456f, 0.406f}, channel_std[] = {0.229f, 0.224f, 0.225f};

// u8 [rows, columns, 3] to f32 [3, rows, columns], normalised.
static tendon::Tensor network_input(const tendon::Tensor &picture) {
    auto x = picture.to(tendon::DType::f32);
    x /= 255;
    x -= tendon::borrow(channel_mean);
    x /= tendon::borrow(channel_std);
    return x.permute({2, 0, 1}).contiguous(); // until here the channels were last in memory
}

// Prints mean and standard deviation per channel, and holds them against what OpenCV finds in the bytes.
static void print_statistics(const tendon::Tensor &input, const cv::Scalar &byte_mean, const cv::Scalar &byte_std) {
    const auto mean = input.mean({1, 2}), std = sqrt(input.var({1, 2}, tendon::VarOptions().correction(0)));
    const auto means = mean.span<float>(), stds = std.span<float>();
    for (int c = 0; c < 3; c++) {
        std::printf("  channel %d: mean %7.3f, std %6.3f\n", c, means[c], stds[c]);
        const double expected = (byte_mean[c] / 255 - channel_mean[c]) / channel_std[c];
        require(std::abs(means[c] - expected) < 1e-4, "the mean is OpenCV's");
        require(std::abs(stds[c] - byte_std[c] / 255 / channel_std[c]) < 1e-4, "the standard deviation is OpenCV's");
    }
}

// Brighter, and whole numbers from 0 to 255: half to even, as OpenCV; the conversion to u8 alone would cut.
static tendon::Tensor brighter(const tendon::Tensor &picture) {
    return round(clamp(picture.to(tendon::DType::f32) * 1.5 + 10, 0, 255));
}

static double byte_mean_of(const cv::Mat &picture) {
    const cv::Scalar sum = cv::sum(picture);
    return (sum[0] + sum[1] + sum[2]) / (3.0 * static_cast<double>(picture.total()));
}

static void run(const std::string &file, const std::string &folder) {
    tendon::Tensor resized, crop;
    cv::Scalar byte_mean, byte_std;
    cv::Rect middle;
    cv::Mat bgr = cv::imread(file, cv::IMREAD_COLOR);
    require(!bgr.empty(), "the picture can be read");
    {
        cv::Mat rgb, small;
        cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
        cv::resize(rgb, small, {224, 224}, 0, 0, cv::INTER_LINEAR_EXACT);
        cv::meanStdDev(small, byte_mean, byte_std);
        std::cout << "the picture: " << rgb.cols << " x " << rgb.rows << "\n";
        resized = borrow(small);
        describe("resized, borrowed", resized);

        middle = cv::Rect(rgb.cols / 4, rgb.rows / 5, std::max(rgb.cols / 2, 1), std::max(rgb.rows * 3 / 4, 1));
        crop = borrow(rgb(middle));
        describe("crop, borrowed", crop);
    } // no cv::Mat of these is left but those that the tensors hold

    std::cout << "normalised:\n" << std::flush;
    print_statistics(network_input(resized), byte_mean, byte_std);

    // Crop and brightened crop, side by side. OpenCV writes files from BGR; the tensors see each half as RGB.
    cv::Mat sheet(middle.height, 2 * middle.width, CV_8UC3, cv::Scalar::all(0));
    cv::Mat left = sheet.colRange(0, middle.width), right = sheet.colRange(middle.width, sheet.cols);
    borrow(left, Channels::Reversed).copy_(crop);
    borrow(right, Channels::Reversed).copy_(brighter(crop));

    cv::Mat by_opencv;
    bgr(middle).convertTo(by_opencv, -1, 1.5, 10);
    require(cv::norm(left, bgr(middle), cv::NORM_INF) == 0, "the left half is the crop");
    require(cv::norm(right, by_opencv, cv::NORM_INF) == 0, "the right half is as bright as OpenCV makes it");
    std::printf("mean byte: crop %.2f, brightened %.2f\n", byte_mean_of(left), byte_mean_of(right));

    const std::string path = folder + "/bright_opencv.png";
    require(cv::imwrite(path, sheet), "the file can be written");
    require(cv::norm(cv::imread(path), sheet, cv::NORM_INF) == 0, "the file holds the sheet");
    std::cerr << "wrote " << path << "\n";
    require(given_back == 2, "only the halves of the sheet were given back so far");
}

int main(int argc, char **argv) {
    const std::string program = argv[0];
    const size_t slash = program.rfind('/');
    try {
        run(argc > 1 ? argv[1] : "data/chelsea.png", argc > 2                     ? argv[2]
                                                     : slash == std::string::npos ? "."
                                                                                  : program.substr(0, slash));
        std::printf("pictures borrowed: %d, given back: %d\n", borrowed, given_back);
        require(given_back == borrowed && tendon::live_storage_count() == 0, "every picture was given back, once");
    } catch (const std::exception &error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
