// The main function of every test program: NAME [--only WORD] ORDER…, each forward, backward or random:SEED.
#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

namespace on_host {

static int failures;

std::vector<Test> &tests() {
    static std::vector<Test> all;
    return all;
}

std::mt19937_64 &generator() {
    static std::mt19937_64 all;
    return all;
}

void failed(const char *file, int line, const std::string &what) {
    fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
    if (++failures == 20) {
        fprintf(stderr, "more failures are not shown\n");
        exit(1);
    }
}

bool dies(const char *text, const std::function<void()> &body) {
    int ends[2];
    if (pipe(ends)) return false;
    fflush(nullptr);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        body();
        _exit(0);
    }
    close(ends[1]);
    std::string said;
    char buffer[4096];
    for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, (size_t)n);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    bool died = !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (died && said.find(text) != std::string::npos) return true;
    fprintf(stderr, "it %s, saying:\n%s\n", died ? "died" : "lived", said.c_str());
    return false;
}

}  // namespace on_host

int main(int count, char **words) {
    const char *only = "";
    int orders = 0, ran = 0;
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "--only") && i + 1 < count) {
            only = words[++i];
            continue;
        }
        if (!on_host::set_order(words[i])) {
            fprintf(stderr, "%s: no order '%s'\n", words[0], words[i]);
            return 2;
        }
        orders++;
        for (const on_host::Test &test : on_host::tests()) {
            if (!strstr(test.name, only)) continue;
            on_host::set_order(words[i]);
            on_host::generator().seed(5489);
            int before = on_host::failures;
            test.body();
            ran++;
            if (on_host::failures > before) fprintf(stderr, "FAILED %s, order %s\n", test.name, words[i]);
        }
    }
    if (!orders || !ran) fprintf(stderr, "%s: nothing ran\n", words[0]);
    return on_host::failures || !ran ? 1 : 0;
}
