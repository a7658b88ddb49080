/* A shared library of a user's own that holds Tendon inside: its one exported name is plugin_answer. */
#include <tendon.h>

__attribute__((visibility("default"))) const char *plugin_answer(void);

const char *plugin_answer(void) {
    return tendon_version_string();
}
