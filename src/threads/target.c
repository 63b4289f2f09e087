#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "threads/memory.h"
#include "threads/number.h"

enum { PATH = 64, TEXT = 4096, LIBRARY_HEAD = 1024 };
#define REFRESH_NS INT64_C(1000000000)

/* ---- small files of it ---- */

static ssize_t read_small(pid_t pid, const char *file, char *out, size_t size)
{
    char path[PATH];
    ssize_t n;
    int why;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    n = read(fd, out, size);
    why = errno;
    close(fd);
    errno = why;
    return n;
}

/* The numbers behind a key of /proc/PID/status; returns how many. */
static size_t status_numbers(pid_t pid, const char *key, uint64_t *numbers,
                             size_t max)
{
    char text[TEXT];
    ssize_t len = read_small(pid, "status", text, sizeof(text) - 1);
    struct number_text rest;
    const char *at;
    size_t count = 0;

    if (len <= 0)
        return 0;
    text[len] = '\0';
    at = strstr(text, key);
    if (!at)
        return 0;
    rest.at = at + strlen(key);
    rest.len = strcspn(rest.at, "\n");
    while (count < max && number_decimal(&rest, &numbers[count]))
        count++;
    return count;
}

static void read_words(struct target *target)
{
    char text[TEXT];
    ssize_t len = read_small(target->eye, "cmdline", text, sizeof(text));

    for (ssize_t i = 0; i < len; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    while (len > 0 && text[len - 1] == ' ')
        len--;
    fmt_clean(target->told.command, sizeof(target->told.command), text,
              len > 0 ? (size_t)len : 0, SIZE_MAX);
    len = read_small(target->pid, "comm", text, sizeof(text));
    if (len > 0 && text[len - 1] == '\n')
        len--;
    fmt_clean(target->told.name, sizeof(target->told.name), text,
              len > 0 ? (size_t)len : 0, SIZE_MAX);
}

/* ---- why not ---- */

static void limit(struct target *target, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void limit(struct target *target, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(target->told.limit, sizeof(target->told.limit), format, args);
    va_end(args);
}

static const char *user_name(uid_t uid, char out[FMT_MAX])
{
    const struct passwd *user = getpwuid(uid);

    if (user)
        snprintf(out, FMT_MAX, "%s", user->pw_name);
    else
        snprintf(out, FMT_MAX, "%lu", (unsigned long)uid);
    return out;
}

static bool yama(void)
{
    char text[8] = "";
    int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

    if (fd >= 0)
        close(fd);
    return len > 0 && text[0] > '0';
}

/* Its system calls or its memory may not be read. */
static void explain(struct target *target)
{
    uint64_t uid;
    char user[FMT_MAX];

    if (status_numbers(target->pid, "\nUid:", &uid, 1) == 1 &&
        uid != geteuid() && geteuid() != 0)
        limit(target,
              "only states are known: the process belongs to %s. Run threadlab "
              "as that user, or as root: sudo threadlab attach %d",
              user_name((uid_t)uid, user), (int)target->pid);
    else if (yama())
        limit(target,
              "only states are known: this system (Yama) lets a process look "
              "only at those it has started. Run threadlab as root, or allow "
              "it until the next boot: sudo sysctl kernel.yama.ptrace_scope=0");
    else if (geteuid() != 0)
        limit(target,
              "only states are known: the process has made itself private "
              "(PR_SET_DUMPABLE), or has rights of its own. Run threadlab as "
              "root: sudo threadlab attach %d",
              (int)target->pid);
    else
        limit(target,
              "only states are known: the system does not let even root look "
              "(a container without CAP_SYS_PTRACE, a security module)");
}

/* ---- its program ---- */

static bool read_library_head(struct target *target, uint64_t base,
                              unsigned char head[LIBRARY_HEAD])
{
    return memory_read(target->eye, base, head, LIBRARY_HEAD);
}

/* Headers and build id are the same: the library is. */
static bool is_our_library(struct target *target)
{
    unsigned char theirs[LIBRARY_HEAD];
    unsigned char ours[LIBRARY_HEAD];

    return target->calibrate.count > 0 &&
           read_library_head(target, target->library, theirs) &&
           memory_read(getpid(), target->calibrate.base, ours, sizeof(ours)) &&
           memcmp(ours, theirs, sizeof(ours)) == 0;
}

/* {bits, how many, offset}, all of 32 bits (glibc's nptl_db). */
static bool read_place(struct target *target, const char *name, uint32_t bits,
                       uint32_t *place)
{
    enum { BLOCK_MAX = 8192 };
    uint32_t values[3];
    uint64_t at;

    if (!modules_symbol(&target->modules, target->library, name, &at) ||
        !memory_read(target->eye, at, values, sizeof(values)) ||
        values[0] != bits || values[1] != 1 || values[2] > BLOCK_MAX)
        return false;
    *place = values[2];
    return true;
}

static bool has_python(struct target *target)
{
    uint64_t base;

    return modules_find(&target->modules, "libpython", &base) ||
           modules_find(&target->modules, "python", &base);
}

static void know_library(struct target *target)
{
    uint64_t musl;

    target->library = 0;
    target->same_library = false;
    target->block = (struct target_block){.known = false};
    if (modules_find(&target->modules, "libc.so.6", &target->library) ||
        modules_find(&target->modules, "libc-2.", &target->library)) {
        target->same_library = is_our_library(target);
        target->block.known =
            read_place(target, "_thread_db_pthread_tid", 32,
                       &target->block.tid) &&
            read_place(target, "_thread_db_pthread_start_routine", 64,
                       &target->block.start);
        if (!target->same_library)
            limit(target,
                  "its C library is another than ours: some conditions and "
                  "semaphores cannot be told apart");
        return;
    }
    if (modules_find(&target->modules, "ld-musl-", &musl))
        limit(target, "its C library is musl, which does not keep who holds a "
                      "lock: holders and deadlocks cannot be told");
    else
        limit(target, "it is linked statically or has no glibc: which lock a "
                      "thread waits for, and who holds it, is only told where "
                      "the lock itself looks like one of glibc's");
}

/* Of /proc/PID/exe; 32-bit programs lay everything out otherwise. */
static bool is_32_bit(const struct target *target)
{
    unsigned char ident[5] = "";
    char path[PATH];
    int fd;
    bool old;

    snprintf(path, sizeof(path), "/proc/%d/exe", (int)target->eye);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    old = read(fd, ident, sizeof(ident)) == (ssize_t)sizeof(ident) &&
          memcmp(ident, "\177ELF", 4) == 0 && ident[4] == 1;
    close(fd);
    return old;
}

/* Nothing lies at 0: it is refused for that reason, or for ours. */
static bool may_read(const struct target *target)
{
    char byte;

    return memory_read(target->eye, 0, &byte, 1) || errno == EFAULT;
}

static void know_program(struct target *target, int64_t now_ns)
{
    char text[TEXT];
    uint64_t numbers[8];

    target->programs++;
    read_words(target);
    target->told.limit[0] = '\0';
    modules_fini(&target->modules);
    target->rules = (struct stack_rules){.rows = {{.code = 0}}};
    target->modules_ns = now_ns;
    target->library = 0;
    target->same_library = target->block.known = target->readable = false;
    target->python = false;
    target->inner = status_numbers(target->pid, "\nNSpid:", numbers, 8) > 1;
    if (is_32_bit(target)) {
        limit(target, "it is a 32-bit program: its locks cannot be read, only "
                      "the states of its threads");
        return;
    }
    if (!modules_read(&target->modules, target->eye) ||
        read_small(target->eye, "syscall", text, sizeof(text)) <= 0 ||
        !may_read(target)) {
        explain(target);
        return;
    }
    target->readable = true;
    target->python = has_python(target);
    know_library(target);
}

void target_renew(struct target *target, int64_t now_ns)
{
    unsigned char auxv[TARGET_AUXV];
    ssize_t len = read_small(target->eye, "auxv", (char *)auxv, sizeof(auxv));

    /* It holds addresses that differ from one exec to the next. */
    if (len < 0)
        len = 0;
    if (target->modules_ns != 0 && (size_t)len == target->auxv_len &&
        memcmp(auxv, target->auxv, (size_t)len) == 0)
        return;
    /* One that ends has none: what was known of it still holds. */
    if (target->modules_ns != 0 && len == 0)
        return;
    memcpy(target->auxv, auxv, (size_t)len);
    target->auxv_len = (size_t)len;
    know_program(target, now_ns);
}

void target_refresh(struct target *target, int64_t now_ns)
{
    bool moved;

    if (now_ns - target->modules_ns < REFRESH_NS)
        return;
    target->modules_ns = now_ns;
    if (modules_renew(&target->modules, &moved) && moved)
        target->rules = (struct stack_rules){.rows = {{.code = 0}}};
}

/* ---- making one ---- */

/* It has no program, and is not just dead. */
static bool is_kernel(pid_t pid)
{
    char path[PATH];
    char text[TEXT];
    char link[1];
    ssize_t len = read_small(pid, "status", text, sizeof(text) - 1);

    if (len <= 0)
        return false;
    text[len] = '\0';
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    return !strstr(text, "\nState:\tZ") && !strstr(text, "\nVmSize:") &&
           readlink(path, link, sizeof(link)) < 0;
}

struct target *target_new(pid_t pid, struct err *err)
{
    struct target *target;
    uint64_t leader;

    if (is_kernel(pid)) {
        err_set(err, ERR_REFUSED,
                "%d is a thread of the kernel: it has no program to look into",
                (int)pid);
        return NULL;
    }
    if (status_numbers(pid, "\nTgid:", &leader, 1) == 1 &&
        leader != (uint64_t)pid) {
        err_set(err, ERR_REFUSED,
                "%d is a thread of process %d: attach to that", (int)pid,
                (int)leader);
        return NULL;
    }
    target = mem_new(sizeof(*target));
    target->pid = target->eye = target->told.pid = pid;
    calibrate_run(&target->calibrate);
    return target;
}

void target_free(struct target *target)
{
    if (!target)
        return;
    modules_fini(&target->modules);
    mem_free(target);
}

pid_t target_pid(const struct target *target)
{
    return target ? target->pid : 0;
}

void target_tell(const struct target *target, struct threads_target *told)
{
    *told = (struct threads_target){.pid = 0};
    if (!target)
        return;
    *told = target->told;
    told->ended = target->ended;
}
