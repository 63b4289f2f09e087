#include "threads/object.h"

#include <sys/syscall.h>

#include "tap.h"

enum { PRIVATE_WAIT = 0x80, BITSET = 0x189, JOIN = 0x109, PI = 0x86 };

static unsigned char bytes[OBJECT_BYTES];

static void put(int at, uint32_t value)
{
    memcpy(bytes + OBJECT_BEFORE + at, &value, sizeof(value));
}

static struct object judge_at(uint64_t address, uint64_t op, uint64_t value,
                              uint64_t limit, enum object_path path, bool read)
{
    struct syscall_line call = {.kind = SYSCALL_INSIDE,
                                .number = SYS_futex,
                                .args = {address, op, value, limit}};
    struct object_signs signs = {
        .call = &call, .path = path, .bytes = read ? bytes : NULL};
    struct object object;

    object_judge(&signs, &object);
    return object;
}

static struct object judge(uint64_t op, uint64_t value, enum object_path path)
{
    return judge_at(0x1000, op, value, 0, path, true);
}

static void is(const struct object *object, const char *want, const char *what)
{
    char text[64];

    object_text(object, text, sizeof(text));
    tap_is(text, want, what);
}

static void put_mutex(uint32_t lock, uint32_t owner, uint32_t type)
{
    memset(bytes, 0, sizeof(bytes));
    put(0, lock);
    put(8, owner);
    put(12, owner ? 1 : 0);
    put(16, type);
}

static void test_mutex(void)
{
    static const char *const types[] = {
        "mutex", "recursive mutex", "error-checking mutex", "adaptive mutex"};
    struct object object;

    for (uint32_t i = 0; i < 4; i++) {
        put_mutex(2, 77, i);
        object = judge(PRIVATE_WAIT, 2, PATH_MUTEX);
        is(&object, types[i], types[i]);
        tap_ok(object.holder == 77 && object.address == 0x1000 && !object.timed,
               "and its holder");
        object = judge(PRIVATE_WAIT, 2, PATH_UNKNOWN);
        is(&object, types[i], "the same without calibration");
    }
    put_mutex(0x80000000 | 55, 55, 32);
    object = judge(PI, 0, PATH_OTHER);
    is(&object, "PI mutex", "with inheritance");
    tap_int(object.holder, 55, "its word tells the holder");
    put_mutex(0x80000000 | 44, 44, 16 | 128);
    object = judge(0, 0x80000000 | 44, PATH_OTHER);
    is(&object, "robust mutex", "robust");
    tap_int(object.holder, 44, "its word, too");
    put_mutex(2, 33, 128);
    object = judge(0, 2, PATH_MUTEX);
    is(&object, "shared mutex", "shared between processes");
    object = judge_at(0x1000, BITSET, 2, 0x5000, PATH_MUTEX, true);
    tap_ok(object.timed, "with a time limit");
    put_mutex(1, 33, 0);
    object = judge(PRIVATE_WAIT, 2, PATH_MUTEX);
    tap_ok(object.kind == OBJECT_MUTEX && object.holder == 0,
           "one that is being handed over is nobody's");
}

/* What looks like a mutex to a careless eye. */
static void test_no_mutex(void)
{
    struct object object;

    put_mutex(2, 0x9abcdef0, 0);
    object = judge(PRIVATE_WAIT, 2, PATH_UNKNOWN);
    tap_ok(object.kind == OBJECT_FUTEX && object.holder == 0,
           "no thread has such a number");
    put_mutex(2, 77, 0x7fff);
    object = judge(PRIVATE_WAIT, 2, PATH_UNKNOWN);
    tap_int(object.kind, OBJECT_FUTEX, "no mutex is of such a kind");
    put_mutex(2, 77, 0);
    put(12, 0);
    object = judge(PRIVATE_WAIT, 2, PATH_UNKNOWN);
    tap_int(object.kind, OBJECT_FUTEX, "held, but never taken");
    put_mutex(2, 77, 0);
    object = judge(PRIVATE_WAIT, 2, PATH_OTHER);
    tap_ok(object.kind == OBJECT_INTERNAL && object.holder == 0,
           "not waited for by a mutex's function");
    object = judge(PRIVATE_WAIT, 2, PATH_DIRECT);
    tap_ok(object.kind == OBJECT_FUTEX && object.holder == 0,
           "nor by the C library");
    object = judge(0, 0x80000001, PATH_OTHER);
    tap_int(object.kind, OBJECT_FUTEX, "not robust, but called so");
    object = judge_at(0x1001, PRIVATE_WAIT, 2, 0, PATH_MUTEX, true);
    tap_int(object.kind, OBJECT_FUTEX, "at an odd place");
    object = judge_at(0x1000, PRIVATE_WAIT, 2, 0, PATH_MUTEX, false);
    tap_ok(object.kind == OBJECT_FUTEX && object.holder == 0, "not to be read");
}

static void test_rwlock(void)
{
    struct object object;

    memset(bytes, 0, sizeof(bytes));
    put(-8, 3 << 3);
    object = judge(BITSET, 2, PATH_RWLOCK_WRITE);
    is(&object, "rwlock to write", "a writer");
    tap_ok(object.count == 3 && object.holder == 0 && object.address == 0xff8,
           "waits for three readers");
    put(24 - 8, 66);
    object = judge(BITSET, 3, PATH_RWLOCK_READ);
    is(&object, "rwlock to read", "a reader");
    tap_int(object.holder, 66, "waits for the writer");
    memset(bytes, 0, sizeof(bytes));
    put(24 - 12, 66);
    object = judge_at(0x100c, BITSET, 3, 0, PATH_RWLOCK_WRITE, true);
    tap_ok(object.write && object.holder == 66 && object.address == 0x1000,
           "a writer waits for another");
}

static void test_others(void)
{
    struct object object;

    memset(bytes, 0, sizeof(bytes));
    put(36 - 40, 2 << 3);
    object = judge_at(0x1028, BITSET, 0, 0, PATH_COND, true);
    tap_ok(object.kind == OBJECT_COND && object.count == 2 &&
               object.address == 0x1000,
           "a condition");
    memset(bytes, 0, sizeof(bytes));
    put(36 - 44, 1 << 3);
    object = judge_at(0x102c, BITSET, 0, 0, PATH_UNKNOWN, true);
    tap_ok(object.kind == OBJECT_COND && object.address == 0x1000,
           "its other group, without calibration");
    memset(bytes, 0, sizeof(bytes));
    put(4, 5);
    object = judge(BITSET, 0, PATH_SEM);
    tap_ok(object.kind == OBJECT_SEM && object.count == 5, "a semaphore");
    object = judge(BITSET, 0, PATH_UNKNOWN);
    tap_int(object.kind, OBJECT_SEM, "the same without calibration");
    put(36 - 40, 1 << 3);
    object = judge(BITSET, 0, PATH_UNKNOWN);
    tap_int(object.kind, OBJECT_COND_OR_SEM, "either, said so");
    memset(bytes, 0, sizeof(bytes));
    put(-4, 9);
    put(0, 7);
    put(4, 4);
    object = judge_at(0x1004, PRIVATE_WAIT, 7, 0, PATH_BARRIER, true);
    tap_ok(object.kind == OBJECT_BARRIER && object.count == 2 &&
               object.of == 4 && object.address == 0x1000,
           "a barrier");
    object = judge(JOIN, 1234, PATH_JOIN);
    tap_ok(object.kind == OBJECT_THREAD && object.holder == 1234, "a join");
    object = judge(JOIN, 1234, PATH_OTHER);
    tap_ok(object.kind == OBJECT_FUTEX && object.holder == 0,
           "not what only looks like one");
    object = judge(0x81, 0, PATH_MUTEX);
    tap_int(object.kind, OBJECT_NONE, "a wake is no wait");
}

int main(void)
{
    test_mutex();
    test_no_mutex();
    test_rwlock();
    test_others();
    return tap_done();
}
