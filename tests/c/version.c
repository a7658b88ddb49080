/* The version that the library says is the one that the header was made for. */
#include <stdio.h>
#include <string.h>

#include "tendon.h"

int main(void) {
    if (strcmp(tendon_version_string(), TENDON_VERSION_STRING) != 0) {
        fprintf(stderr, "library %s, header %s\n", tendon_version_string(), TENDON_VERSION_STRING);
        return 1;
    }
    return 0;
}
