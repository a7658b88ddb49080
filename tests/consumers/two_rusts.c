/* Tendon beside another library that was written in Rust and brings a runtime of its own. */
#include <stdint.h>
#include <string.h>

#include <tendon.h>

int32_t second_caught_panics(int32_t n);

int main(void) {
    return !(second_caught_panics(3) == 3 && strcmp(tendon_version_string(), TENDON_VERSION_STRING) == 0);
}
