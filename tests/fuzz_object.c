/* Any call with any bytes around its word: a thread has at most one holder, a
 * number a thread can have, and the words fit. */
#include "threads/object.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct syscall_line call = {.kind = SYSCALL_INSIDE, .number = SYS_futex};
    unsigned char bytes[OBJECT_BYTES] = {0};
    struct object_signs signs = {.call = &call, .bytes = bytes};
    struct object object;
    char text[40];

    if (size < 1 + sizeof(call.args))
        return 0;
    signs.path = data[0] % (PATH_JOIN + 1);
    memcpy(call.args, data + 1, sizeof(call.args));
    data += 1 + sizeof(call.args);
    size -= 1 + sizeof(call.args);
    memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
    object_judge(&signs, &object);
    object_text(&object, text, sizeof(text));
    if (object.holder > INT_MAX || strlen(text) >= sizeof(text) - 1 ||
        object.kind >= OBJECT_KINDS ||
        (object.kind == OBJECT_FUTEX && object.holder != 0) ||
        (object.kind == OBJECT_BARRIER && object.count > object.of))
        abort();
    return 0;
}
