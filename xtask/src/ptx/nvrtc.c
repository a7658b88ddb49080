/* Compiles one kernel file with NVRTC, NVIDIA's compiler of device code, which needs neither a GPU nor a toolkit:
 *
 *     nvrtc LIBNVRTC KERNELS NAME option… -- header…
 *
 * The PTX of KERNELS/NAME.cu goes to stdout, what the compiler has to say to stderr; warnings are errors. The headers
 * are files of KERNELS/include: all that the source includes.
 *
 * The compiler keeps sets that it walks in the order of addresses, so its output varies with what malloc returns. Here
 * malloc hands out the same addresses in every run: memory begins at a fixed address, sizes are powers of two, nothing
 * of this machine (paths, the environment) is among what is allocated. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- memory ---- */

#define START ((char *)0x100000000000)
#define BYTES ((size_t)1 << 38) /* of addresses; memory is used when it is touched */

static char *next;
static void *unused[64]; /* by the logarithm of the size: a list through the first word */

/* A block of 2^class bytes. The word before what is handed out holds the class. One thread only. */
static void *take(size_t bytes, size_t alignment) {
    if (!next) {
        next = mmap(START, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
        if (next == MAP_FAILED) _exit(9);
    }
    if (bytes > BYTES / 4) return NULL;
    int class = 5;
    while (((size_t)1 << class) < bytes + 16) class++;
    if (alignment <= 16 && unused[class]) {
        void *block = unused[class];
        unused[class] = *(void **)block;
        return block;
    }
    if (alignment < 16) alignment = 16;
    char *block = (char *)(((uintptr_t)next + 16 + alignment - 1) & ~(uintptr_t)(alignment - 1));
    next = block - 16 + ((size_t)1 << class);
    if (next > START + BYTES) return NULL;
    ((size_t *)block)[-1] = (size_t)class;
    return block;
}

static size_t room(void *block) { return ((size_t)1 << ((size_t *)block)[-1]) - 16; }

void *malloc(size_t bytes) { return take(bytes, 16); }

void free(void *block) {
    if (!block) return;
    size_t class = ((size_t *)block)[-1];
    *(void **)block = unused[class];
    unused[class] = block;
}

void *calloc(size_t n, size_t bytes) {
    if (bytes && n > BYTES / bytes) return NULL;
    void *block = take(n * bytes, 16);
    return block ? memset(block, 0, n * bytes) : NULL;
}

void *realloc(void *block, size_t bytes) {
    if (!block) return take(bytes, 16);
    if (bytes <= room(block)) return block;
    void *larger = take(bytes, 16);
    if (!larger) return NULL;
    memcpy(larger, block, room(block));
    free(block);
    return larger;
}

void *memalign(size_t alignment, size_t bytes) { return take(bytes, alignment); }
void *aligned_alloc(size_t alignment, size_t bytes) { return take(bytes, alignment); }
int posix_memalign(void **out, size_t alignment, size_t bytes) {
    *out = take(bytes, alignment);
    return *out ? 0 : 12;
}
size_t malloc_usable_size(void *block) { return block ? room(block) : 0; }

/* ---- the compiler ---- */

static void fail(const char *what, const char *why) {
    dprintf(2, "%s: %s\n", what, why);
    _exit(1);
}

/* The text of a file, outside of the memory above. */
static const char *text_of(const char *folder, const char *name, const char *suffix) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    int file = open(path, O_RDONLY);
    off_t bytes = file < 0 ? -1 : lseek(file, 0, SEEK_END);
    if (bytes < 0) fail(path, "cannot be read");
    char *text = mmap(NULL, (size_t)bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (text == MAP_FAILED || pread(file, text, (size_t)bytes, 0) != bytes) fail(path, "cannot be read");
    close(file);
    return text;
}

static void write_all(int file, const char *text, size_t bytes) {
    while (bytes) {
        ssize_t n = write(file, text, bytes);
        if (n <= 0) _exit(1);
        text += n, bytes -= (size_t)n;
    }
}

#define FOLDER "/proc/self/fd/99/" /* of NVRTC, under a name that is the same everywhere */

static void *load(const char *path, const char *name) {
    char fixed[256];
    snprintf(fixed, sizeof fixed, FOLDER "%s", name);
    void *library = dlopen(fixed, RTLD_NOW | RTLD_GLOBAL);
    if (!library) fail(path, dlerror());
    return library;
}

typedef struct Program *Program;

int main(int count, char **words) {
    if (count < 5) fail("usage", "nvrtc LIBNVRTC KERNELS NAME option... -- header...");
    const char *path = words[1], *kernels = words[2], *name = words[3];

    char folder[4096], include[4096];
    snprintf(folder, sizeof folder, "%s", path);
    snprintf(include, sizeof include, "%s/include", kernels);
    char *slash = strrchr(folder, '/');
    if (!slash) fail(path, "has no folder");
    *slash = 0;
    int opened = open(folder, O_RDONLY | O_DIRECTORY);
    if (opened < 0 || dup2(opened, 99) < 0) fail(folder, "cannot be opened");
    close(opened);
    /* NVRTC asks for its builtins by their bare name, and finds what is loaded already. */
    load(path, BUILTINS);
    void *nvrtc = load(path, slash + 1);

    int (*version)(int *, int *) = (int (*)(int *, int *))dlsym(nvrtc, "nvrtcVersion");
    int (*create)(Program *, const char *, const char *, int, const char *const *, const char *const *) =
        (int (*)(Program *, const char *, const char *, int, const char *const *, const char *const *))dlsym(
            nvrtc, "nvrtcCreateProgram");
    int (*compile)(Program, int, const char *const *) =
        (int (*)(Program, int, const char *const *))dlsym(nvrtc, "nvrtcCompileProgram");
    int (*log_size)(Program, size_t *) = (int (*)(Program, size_t *))dlsym(nvrtc, "nvrtcGetProgramLogSize");
    int (*log_text)(Program, char *) = (int (*)(Program, char *))dlsym(nvrtc, "nvrtcGetProgramLog");
    int (*ptx_size)(Program, size_t *) = (int (*)(Program, size_t *))dlsym(nvrtc, "nvrtcGetPTXSize");
    int (*ptx_text)(Program, char *) = (int (*)(Program, char *))dlsym(nvrtc, "nvrtcGetPTX");
    const char *(*why)(int) = (const char *(*)(int))dlsym(nvrtc, "nvrtcGetErrorString");
    if (!version || !create || !compile || !log_size || !log_text || !ptx_size || !ptx_text || !why)
        fail(path, "is not NVRTC");
    int major = 0, minor = 0;
    version(&major, &minor);
    if (major != NVRTC_MAJOR || minor != NVRTC_MINOR) fail(path, "is not of the version that is asked for");

    int options = 0, headers = 0;
    const char *texts[256], **option = (const char **)words + 4, **header;
    while (4 + options < count && strcmp(option[options], "--")) options++;
    header = option + options + 1;
    while (5 + options + headers < count && headers < 256) {
        texts[headers] = text_of(include, header[headers], "");
        headers++;
    }
    char file[256];
    snprintf(file, sizeof file, "%s.cu", name);
    const char *source = text_of(kernels, name, ".cu");
    /* The compiler keeps the name of the folder that it runs in. */
    if (chdir("/")) fail("/", "cannot be entered");
    Program program = NULL;
    int code = create(&program, source, file, headers, texts, header);
    if (code) fail(file, why(code));
    code = compile(program, options, option);
    size_t bytes = 0;
    if (!log_size(program, &bytes) && bytes > 1) {
        char *text = malloc(bytes);
        if (text && !log_text(program, text)) fail(file, text);
    }
    if (code) fail(file, why(code));
    char *text = ptx_size(program, &bytes) ? NULL : malloc(bytes);
    if (!text || ptx_text(program, text)) fail(file, "no PTX");
    write_all(1, text, bytes - 1);
    /* Without the compiler's own farewell. */
    _exit(0);
}
