/* Pictures in plain C memory as tensors, without a copy: a resized one, a crop of the original, and a picture that
   tensors are written into. The files are read and written by the stb headers.

     borrow_image [PICTURE [FOLDER]]     default: data/chelsea.png and the folder of the program

   needs: libstb-dev for stb/stb_image.h
   flags: -lm */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#ifdef __has_include
#if __has_include(<stb/stb_image_resize2.h>)
#define HAS_RESIZE2
#endif
#endif
#ifdef HAS_RESIZE2
#define STB_IMAGE_RESIZE2_IMPLEMENTATION
#include <stb/stb_image_resize2.h>
#else
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image_resize.h>
#endif
#include <tendon.h>

enum { SIDE = 224 };

/* A part of a picture in rows of RGB bytes: its first pixel, and how many bytes lie between two rows. */
typedef struct {
    unsigned char *pixels;
    int width, height, step;
} Picture;

static void require(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "not so: %s\n", what);
    exit(EXIT_FAILURE);
}

static int borrowed, given_back;

static void free_pixels(void *first, void *allocation) {
    (void)first; /* where the tensor's buffer begins: of a crop, somewhere in the allocation */
    given_back++;
    free(allocation); /* stbi_image_free is free, unless stb is told otherwise */
}

/* The picture as u8 [rows, columns, 3]. With an `allocation`, the tensor owns that from now on; without, the caller
   keeps the memory for as long as a tensor uses it. */
static TensorStatus borrow(Picture picture, void *allocation, Tensor **out) {
    const int64_t shape[] = {picture.height, picture.width, 3}, strides[] = {picture.step, 3, 1};
    /* Not height * step: below a crop's last pixel the memory may end. */
    const size_t nbytes = (size_t)(picture.height - 1) * (size_t)picture.step + (size_t)picture.width * 3;
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    const void *first;
    options.strides = strides;
    if (allocation) {
        options.release = free_pixels;
        options.user_data = allocation;
    }
    TensorStatus status = tensor_from_host_buffer(picture.pixels, nbytes, TENSOR_DTYPE_U8, shape, 3, &options, out);
    if (status != TENSOR_OK) free(allocation); /* a failed borrow does not call release */
    TENSOR_TRY(status);
    borrowed += allocation != NULL;
    TENSOR_TRY(tensor_data_strided(*out, &first));
    require(first == picture.pixels, "the tensor lies where the picture lies");
    return TENSOR_OK;
}

static TensorStatus describe(const char *what, const Tensor *x) {
    int64_t shape[3], strides[3];
    TENSOR_TRY(tensor_shape(x, shape, 3));
    TENSOR_TRY(tensor_strides(x, strides, 3));
    printf("%s: shape [%d, %d, %d], strides [%d, %d, %d], %s, same address\n", what, (int)shape[0], (int)shape[1],
           (int)shape[2], (int)strides[0], (int)strides[1], (int)strides[2],
           tensor_is_contiguous(x) ? "contiguous" : "not contiguous");
    return TENSOR_OK;
}

/* What networks that were trained on ImageNet expect. */
static const float channel_mean[] = {0.485f, 0.456f, 0.406f}, channel_std[] = {0.229f, 0.224f, 0.225f};

/* u8 [rows, columns, 3] to f32 [3, rows, columns], normalised. */
static TensorStatus network_input(const Tensor *picture, Tensor **out) {
    const int64_t three[] = {3}, channels_first[] = {2, 0, 1};
    Tensor *mean, *std, *x;
    TENSOR_TRY(tensor_from_host_copy(channel_mean, sizeof channel_mean, TENSOR_DTYPE_F32, three, 1, NULL, &mean));
    TENSOR_TRY(tensor_from_host_copy(channel_std, sizeof channel_std, TENSOR_DTYPE_F32, three, 1, NULL, &std));
    TENSOR_TRY(tensor_to_dtype(picture, TENSOR_DTYPE_F32, NULL, &x));
    TENSOR_TRY(tensor_div_scalar_(x, tensor_scalar_f(255)));
    TENSOR_TRY(tensor_sub_(x, mean));
    TENSOR_TRY(tensor_div_(x, std));
    TENSOR_TRY(tensor_permute(x, channels_first, 3, &x));
    return tensor_contiguous(x, out); /* until here the channels were last in memory */
}

/* Prints mean and standard deviation per channel, and holds them against a loop over the bytes. */
static TensorStatus print_statistics(const Tensor *input, Picture bytes) {
    const int64_t within_channel[] = {1, 2};
    TensorVarOptions population = TENSOR_VAR_OPTIONS_INIT;
    Tensor *mean, *std;
    const float *means, *stds;
    population.correction = 0;
    TENSOR_TRY(tensor_mean(input, within_channel, 2, NULL, &mean));
    TENSOR_TRY(tensor_var(input, within_channel, 2, &population, &std));
    TENSOR_TRY(tensor_sqrt_(std));
    TENSOR_TRY(tensor_data_f32(mean, &means));
    TENSOR_TRY(tensor_data_f32(std, &stds));
    for (int c = 0; c < 3; c++) {
        double sum = 0, squares = 0, count = (double)bytes.width * bytes.height;
        for (int i = 0; i < bytes.height; i++)
            for (int j = 0; j < bytes.width; j++) {
                double x = (bytes.pixels[i * bytes.step + j * 3 + c] / 255.0 - channel_mean[c]) / channel_std[c];
                sum += x;
                squares += x * x;
            }
        printf("  channel %d: mean %7.3f, std %6.3f\n", c, means[c], stds[c]);
        require(fabs(means[c] - sum / count) < 1e-4, "the mean is that of the bytes");
        require(fabs(stds[c] - sqrt(squares / count - sum / count * (sum / count))) < 1e-4, "so is the deviation");
    }
    return TENSOR_OK;
}

/* Writes `picture`, brighter, into the memory that `out` was borrowed from. */
static TensorStatus brighten_into(Tensor *out, const Tensor *picture) {
    const TensorScalar low = tensor_scalar_i(0), high = tensor_scalar_i(255);
    Tensor *x;
    TENSOR_TRY(tensor_to_dtype(picture, TENSOR_DTYPE_F32, NULL, &x));
    TENSOR_TRY(tensor_mul_scalar_(x, tensor_scalar_f(1.5)));
    TENSOR_TRY(tensor_add_scalar_(x, tensor_scalar_f(10)));
    TENSOR_TRY(tensor_clamp_(x, &low, &high));
    TENSOR_TRY(tensor_round(x, &x)); /* half to even; the conversion to u8 alone would cut */
    return tensor_copy_(out, x);
}

/* The sheet holds the crop at the left, and brightened at the right. */
static void compare_halves(Picture crop, Picture sheet) {
    double sums[2] = {0, 0};
    for (int i = 0; i < crop.height; i++)
        for (int j = 0; j < crop.width * 3; j++) {
            int before = crop.pixels[i * crop.step + j], left = sheet.pixels[i * sheet.step + j];
            int right = sheet.pixels[i * sheet.step + crop.width * 3 + j];
            require(left == before, "the left half is the crop");
            require(right == (int)nearbyint(fmin(before * 1.5 + 10, 255)), "the right half is the crop, brighter");
            sums[0] += left;
            sums[1] += right;
        }
    const double count = 3.0 * crop.width * crop.height;
    printf("mean byte: crop %.2f, brightened %.2f\n", sums[0] / count, sums[1] / count);
}

static Picture resize(Picture from) {
    Picture to = {malloc(3 * SIDE * SIDE), SIDE, SIDE, 3 * SIDE};
    require(to.pixels, "there is memory");
#ifdef HAS_RESIZE2
    bool done = stbir_resize_uint8_linear(from.pixels, from.width, from.height, from.step, to.pixels, to.width,
                                          to.height, to.step, STBIR_RGB);
#else
    bool done = stbir_resize_uint8(from.pixels, from.width, from.height, from.step, to.pixels, to.width, to.height,
                                   to.step, 3);
#endif
    require(done, "the picture can be resized");
    return to;
}

/* Takes over whole.pixels; fills in the sheet, which the caller has and keeps. */
static TensorStatus compute(Picture whole, Picture middle, Picture sheet) {
    Picture small = resize(whole), half = {sheet.pixels, middle.width, middle.height, sheet.step};
    Tensor *resized = NULL, *crop = NULL, *input, *left, *right;
    TensorStatus status = borrow(middle, whole.pixels, &crop); /* the crop now owns the whole picture */
    if (status != TENSOR_OK) free(small.pixels);
    TENSOR_TRY(status);
    TENSOR_TRY(borrow(small, small.pixels, &resized));
    TENSOR_TRY(describe("resized, borrowed", resized));
    TENSOR_TRY(describe("crop, borrowed", crop));

    printf("normalised:\n");
    TENSOR_TRY(network_input(resized, &input));
    TENSOR_TRY(print_statistics(input, small));

    TENSOR_TRY(borrow(half, NULL, &left));
    half.pixels += 3 * half.width;
    TENSOR_TRY(borrow(half, NULL, &right));
    TENSOR_TRY(tensor_copy_(left, crop));
    TENSOR_TRY(brighten_into(right, crop));
    compare_halves(middle, sheet);
    require(given_back == 0, "nothing was given back while it was in use");
    return TENSOR_OK;
}

int main(int argc, char **argv) {
    const char *file = argc > 1 ? argv[1] : "data/chelsea.png", *slash = strrchr(argv[0], '/');
    const int program_folder = slash ? (int)(slash - argv[0]) : 0;
    char path[4096];
    if (argc > 2) snprintf(path, sizeof path, "%s/bright_stb.png", argv[2]);
    else snprintf(path, sizeof path, "%.*s/bright_stb.png", program_folder ? program_folder : 1, slash ? argv[0] : ".");

    Picture whole;
    whole.pixels = stbi_load(file, &whole.width, &whole.height, NULL, 3);
    require(whole.pixels, "the picture can be read");
    require(whole.width >= 2 && whole.height >= 2, "the picture has a middle");
    whole.step = 3 * whole.width;
    printf("the picture: %d x %d\n", whole.width, whole.height);

    Picture middle = whole;
    middle.width = whole.width / 2;
    middle.height = whole.height * 3 / 4;
    middle.pixels += (whole.height / 5) * whole.step + (whole.width / 4) * 3;
    Picture sheet = {NULL, 2 * middle.width, middle.height, 6 * middle.width};
    sheet.pixels = calloc((size_t)sheet.height, (size_t)sheet.step);
    require(sheet.pixels, "there is memory");

    TensorScope *scope;
    TensorStatus status = tensor_scope_begin(&scope);
    if (status == TENSOR_OK) status = compute(whole, middle, sheet);
    if (status != TENSOR_OK) fprintf(stderr, "%s\n", tendon_last_error_message());
    tensor_scope_end(scope); /* the tensors go, and with them the two pictures that they own */
    printf("pictures borrowed with a callback: %d, given back: %d\n", borrowed, given_back);
    require(given_back == borrowed && tendon_live_storage_count() == 0, "every picture was given back, once");

    if (status == TENSOR_OK) {
        require(stbi_write_png(path, sheet.width, sheet.height, 3, sheet.pixels, sheet.step), "the file can be written");
        fprintf(stderr, "wrote %s\n", path);
    }
    free(sheet.pixels);
    return status != TENSOR_OK;
}
