/* What is accepted has a kind, and everything that is told of the call stays in
 * its bounds. */
#include "threads/syscall_line.h"

#include <stdlib.h>
#include <string.h>

#include "threads/syscalls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct syscall_line line;
    bool read = syscall_line_read((const char *)data, size, &line);
    char name[SYSCALLS_NAME];

    if (read != (line.kind != SYSCALL_UNKNOWN))
        abort();
    if (line.kind == SYSCALL_INSIDE && line.number < 0)
        abort();
    if (strlen(syscalls_name(line.number, name)) >= sizeof(name) ||
        syscalls_fd(&line) < -1 || syscalls_joined(&line) < 0 ||
        syscalls_state(&line) >= THREADS_STATES)
        abort();
    return 0;
}
