/* Loads the library at run time, uses it on a thread, and unloads it while that thread still has its exit ahead. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

typedef const char *(*VersionFn)(void);

static void *use_and_unload(void *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    VersionFn version = NULL;
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return path;
    }
    *(void **)&version = dlsym(library, "tendon_version_string");
    if (version == NULL || version() == NULL) {
        return path;
    }
    dlclose(library);
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t thread;
    void *failed = NULL;
    if (argc != 2 || pthread_create(&thread, NULL, use_and_unload, argv[1]) != 0) {
        return 1;
    }
    pthread_join(thread, &failed);
    return failed != NULL;
}
