/* The version that the library says is the one that the header was made for. */
#include <cstdio>
#include <cstring>

#include "tendon.h"

int main() {
    if (std::strcmp(tendon_version_string(), TENDON_VERSION_STRING) != 0) {
        std::fprintf(stderr, "library %s, header %s\n", tendon_version_string(), TENDON_VERSION_STRING);
        return 1;
    }
    return 0;
}
