#include "calibrate.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "threads/syscall_line.h"

#ifdef __GLIBC__

enum {
    WAIT_MS = 1000,     /* until all of them wait; then it has failed */
    LONG_S = 60,        /* no timed wait ends before we end it */
    STACK = 128 * 1024, /* PTHREAD_STACK_MIN and room for signal frames */
    TEXT = 256
};

/* What they wait on: held or empty until release(). */
struct objects {
    pthread_mutex_t mutex;
    pthread_rwlock_t written; /* held to write */
    pthread_rwlock_t read;    /* held to read */
    pthread_cond_t cond;
    pthread_mutex_t cond_mutex;
    atomic_bool go; /* the condition */
    sem_t sem;
    pthread_barrier_t barrier;
    pthread_t joined;
};

struct helper {
    const struct wait *wait;
    struct objects *objects;
    pthread_t thread;
    bool started;
    atomic_int tid;
    struct syscall_line call; /* what the kernel says of it while it waits */
    uint64_t words[CALIBRATE_WORDS];
};

static void deadline(clockid_t clock, struct timespec *at)
{
    clock_gettime(clock, at);
    at->tv_sec += LONG_S;
}

/* ---- the ways to wait ---- */

static void lock(struct objects *o)
{
    pthread_mutex_lock(&o->mutex);
    pthread_mutex_unlock(&o->mutex);
}

static void lock_timed(struct objects *o)
{
    struct timespec at;

    deadline(CLOCK_REALTIME, &at);
    if (pthread_mutex_timedlock(&o->mutex, &at) == 0)
        pthread_mutex_unlock(&o->mutex);
}

static void rwlock_write(struct objects *o)
{
    pthread_rwlock_wrlock(&o->written);
    pthread_rwlock_unlock(&o->written);
}

static void rwlock_write_phase(struct objects *o)
{
    pthread_rwlock_wrlock(&o->read);
    pthread_rwlock_unlock(&o->read);
}

static void rwlock_write_timed(struct objects *o)
{
    struct timespec at;

    deadline(CLOCK_REALTIME, &at);
    if (pthread_rwlock_timedwrlock(&o->written, &at) == 0)
        pthread_rwlock_unlock(&o->written);
}

static void rwlock_read(struct objects *o)
{
    pthread_rwlock_rdlock(&o->written);
    pthread_rwlock_unlock(&o->written);
}

static void rwlock_read_timed(struct objects *o)
{
    struct timespec at;

    deadline(CLOCK_REALTIME, &at);
    if (pthread_rwlock_timedrdlock(&o->written, &at) == 0)
        pthread_rwlock_unlock(&o->written);
}

static void cond(struct objects *o)
{
    pthread_mutex_lock(&o->cond_mutex);
    while (!o->go)
        pthread_cond_wait(&o->cond, &o->cond_mutex);
    pthread_mutex_unlock(&o->cond_mutex);
}

static void cond_timed(struct objects *o)
{
    struct timespec at;

    deadline(CLOCK_REALTIME, &at);
    pthread_mutex_lock(&o->cond_mutex);
    while (!o->go && pthread_cond_timedwait(&o->cond, &o->cond_mutex, &at) == 0)
        ;
    pthread_mutex_unlock(&o->cond_mutex);
}

static void sem(struct objects *o)
{
    while (sem_wait(&o->sem) != 0 && errno == EINTR)
        ;
}

static void sem_timed(struct objects *o)
{
    struct timespec at;

    deadline(CLOCK_REALTIME, &at);
    while (sem_timedwait(&o->sem, &at) != 0 && errno == EINTR)
        ;
}

static void barrier(struct objects *o)
{
    pthread_barrier_wait(&o->barrier);
}

static void join(struct objects *o)
{
    pthread_join(o->joined, NULL);
}

#if __GLIBC_PREREQ(2, 30)
static void cond_clock(struct objects *o)
{
    struct timespec at;

    deadline(CLOCK_MONOTONIC, &at);
    pthread_mutex_lock(&o->cond_mutex);
    while (!o->go && pthread_cond_clockwait(&o->cond, &o->cond_mutex,
                                            CLOCK_MONOTONIC, &at) == 0)
        ;
    pthread_mutex_unlock(&o->cond_mutex);
}

static void sem_clock(struct objects *o)
{
    struct timespec at;

    deadline(CLOCK_MONOTONIC, &at);
    while (sem_clockwait(&o->sem, CLOCK_MONOTONIC, &at) != 0 && errno == EINTR)
        ;
}
#endif

static const struct wait {
    void (*run)(struct objects *objects);
    enum object_path path;
} waits[] = {
    {sem, PATH_SEM}, /* the first of all: join waits for it */
    {join, PATH_JOIN},
    {lock, PATH_MUTEX},
    {lock_timed, PATH_MUTEX},
    {rwlock_write, PATH_RWLOCK_WRITE},
    {rwlock_write_phase, PATH_RWLOCK_WRITE},
    {rwlock_write_timed, PATH_RWLOCK_WRITE},
    {rwlock_read, PATH_RWLOCK_READ},
    {rwlock_read_timed, PATH_RWLOCK_READ},
    {cond, PATH_COND},
    {cond_timed, PATH_COND},
    {sem_timed, PATH_SEM},
    {barrier, PATH_BARRIER},
#if __GLIBC_PREREQ(2, 30)
    {cond_clock, PATH_COND},
    {sem_clock, PATH_SEM},
#endif
};

enum { WAITS = sizeof(waits) / sizeof(waits[0]) };

/* ---- the threads ---- */

static void *help(void *arg)
{
    struct helper *helper = arg;

    helper->tid = (int)gettid();
    helper->wait->run(helper->objects);
    return NULL;
}

static void objects_init(struct objects *o)
{
    pthread_mutex_init(&o->mutex, NULL);
    pthread_mutex_init(&o->cond_mutex, NULL);
    pthread_rwlock_init(&o->written, NULL);
    pthread_rwlock_init(&o->read, NULL);
    pthread_cond_init(&o->cond, NULL);
    sem_init(&o->sem, 0, 0);
    pthread_barrier_init(&o->barrier, NULL, 2);
    o->go = false;
    pthread_mutex_lock(&o->mutex);
    pthread_rwlock_wrlock(&o->written);
    pthread_rwlock_rdlock(&o->read);
}

static void objects_fini(struct objects *o)
{
    pthread_mutex_destroy(&o->mutex);
    pthread_mutex_destroy(&o->cond_mutex);
    pthread_rwlock_destroy(&o->written);
    pthread_rwlock_destroy(&o->read);
    pthread_cond_destroy(&o->cond);
    sem_destroy(&o->sem);
    pthread_barrier_destroy(&o->barrier);
}

static bool start(struct helper *helpers, struct objects *objects)
{
    pthread_attr_t attr;
    bool all = true;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    for (size_t i = 0; i < WAITS && all; i++) {
        helpers[i].wait = &waits[i];
        helpers[i].objects = objects;
        helpers[i].started =
            pthread_create(&helpers[i].thread, &attr, help, &helpers[i]) == 0;
        all = helpers[i].started;
        if (i == 0)
            objects->joined = helpers[i].thread;
    }
    pthread_attr_destroy(&attr);
    return all;
}

/* Each helper meets what it waits for, in any order. */
static void release(struct helper *helpers, struct objects *o)
{
    pthread_mutex_unlock(&o->mutex);
    pthread_rwlock_unlock(&o->written);
    pthread_rwlock_unlock(&o->read);
    pthread_mutex_lock(&o->cond_mutex);
    o->go = true;
    pthread_cond_broadcast(&o->cond);
    pthread_mutex_unlock(&o->cond_mutex);
    for (size_t i = 0; i < WAITS; i++) {
        if (helpers[i].started && waits[i].path == PATH_SEM)
            sem_post(&o->sem);
        if (helpers[i].started && waits[i].path == PATH_BARRIER)
            pthread_barrier_wait(&o->barrier);
    }
    /* The first has been joined where the second was started. */
    for (size_t i = 0; i < WAITS; i++)
        if (helpers[i].started && (i > 0 || !helpers[1].started))
            pthread_join(helpers[i].thread, NULL);
}

/* ---- what is seen of them ---- */

static bool waits_now(struct helper *helper)
{
    char path[TEXT];
    char text[TEXT];
    ssize_t len;
    int fd;

    if (helper->tid == 0)
        return false;
    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", helper->tid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    len = read(fd, text, sizeof(text));
    close(fd);
    return len > 0 && syscall_line_read(text, (size_t)len, &helper->call) &&
           helper->call.kind == SYSCALL_INSIDE &&
           helper->call.number == SYS_futex;
}

/* Until every one of them is in futex(2). On its way there a helper may be
 * seen in another wait (for the condition's mutex, say): one that is seen a
 * second time in the same place, all others meanwhile standing still, is not.
 */
static bool look(struct helper *helpers)
{
    int64_t until_ms = clock_ms() + WAIT_MS;
    size_t still = 0;

    while (still < WAITS) {
        still = 0;
        for (size_t i = 0; i < WAITS; i++) {
            struct syscall_line before = helpers[i].call;

            if (waits_now(&helpers[i]) &&
                memcmp(&before, &helpers[i].call, sizeof(before)) == 0)
                still++;
        }
        if (still < WAITS) {
            if (clock_ms() > until_ms)
                return false;
            clock_nanosleep(CLOCK_MONOTONIC, 0,
                            &(struct timespec){.tv_nsec = 200000}, NULL);
        }
    }
    return true;
}

/* A waiting thread's stack stands still, and is our own memory. */
__attribute__((no_sanitize("address", "thread"))) static void
copy_stack(struct helper *helper)
{
    const volatile uint64_t *from =
        (const volatile uint64_t *)(uintptr_t)helper->call.stack;

    for (size_t i = 0; i < CALIBRATE_WORDS; i++)
        helper->words[i] = from[i];
}

static int find_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct calibrate *calibrate = arg;
    uintptr_t inside = calibrate->base;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

        if (info->dlpi_phdr[i].p_type != PT_LOAD || inside < start ||
            inside - start >= info->dlpi_phdr[i].p_memsz)
            continue;
        calibrate->base = info->dlpi_addr;
        for (int k = 0; k < info->dlpi_phnum; k++) {
            uintptr_t end = info->dlpi_addr + info->dlpi_phdr[k].p_vaddr +
                            info->dlpi_phdr[k].p_memsz;

            if (info->dlpi_phdr[k].p_type == PT_LOAD && end > calibrate->end)
                calibrate->end = end;
        }
        return 1;
    }
    return 0;
}

/* ---- what that means ---- */

static uint64_t in_library(const struct calibrate *calibrate, uint64_t address)
{
    return address >= calibrate->base && address < calibrate->end
               ? address - calibrate->base
               : 0;
}

static bool is_named(uint64_t address, const char *prefix)
{
    void *entry = NULL;
    const ElfW(Sym) * symbol;
    Dl_info info;

    if (dladdr1((const void *)(uintptr_t)address, &info, &entry,
                RTLD_DL_SYMENT) == 0 ||
        !entry || !info.dli_sname)
        return false;
    symbol = entry;
    return address - (uintptr_t)info.dli_saddr < symbol->st_size &&
           strncmp(info.dli_sname, prefix, strlen(prefix)) == 0;
}

/* Whether that word of the stack is what tells those apart who wait in this
 * place: always in the library, never the same for two kinds, and for a
 * condition in a function of that name. */
static bool tells(const struct calibrate *calibrate,
                  const struct helper *helpers, uint64_t code, int word)
{
    for (size_t i = 0; i < WAITS; i++) {
        uint64_t value = helpers[i].words[word];

        if (helpers[i].call.code != code)
            continue;
        if (in_library(calibrate, value) == 0 ||
            (waits[i].path == PATH_COND && !is_named(value, "pthread_cond_")))
            return false;
        for (size_t k = 0; k < i; k++)
            if (helpers[k].call.code == code &&
                waits[k].path != waits[i].path &&
                helpers[k].words[word] == value)
                return false;
    }
    return true;
}

static bool is_shared(const struct helper *helpers, uint64_t code)
{
    enum object_path path = PATH_UNKNOWN;

    for (size_t i = 0; i < WAITS; i++) {
        if (helpers[i].call.code != code)
            continue;
        if (path != PATH_UNKNOWN && path != waits[i].path)
            return true;
        path = waits[i].path;
    }
    return false;
}

/* -1: not needed; CALIBRATE_WORDS: there is none. */
static int find_word(const struct calibrate *calibrate,
                     const struct helper *helpers, uint64_t code)
{
    int word = 0;

    if (!is_shared(helpers, code))
        return -1;
    while (word < CALIBRATE_WORDS && !tells(calibrate, helpers, code, word))
        word++;
    return word;
}

static void learn(struct calibrate *calibrate, struct helper *helpers)
{
    for (size_t i = 0; i < WAITS; i++)
        copy_stack(&helpers[i]);
    for (size_t i = 0; i < WAITS && calibrate->count < CALIBRATE_ENTRIES; i++) {
        uint64_t code = helpers[i].call.code;
        int word = find_word(calibrate, helpers, code);

        if (in_library(calibrate, code) == 0 || word == CALIBRATE_WORDS)
            continue;
        calibrate->entries[calibrate->count++] = (struct calibrate_entry){
            .code = in_library(calibrate, code),
            .word = word,
            .back =
                word < 0 ? 0 : in_library(calibrate, helpers[i].words[word]),
            .path = waits[i].path,
        };
    }
}

void calibrate_run(struct calibrate *calibrate)
{
    struct helper *helpers = mem_new(WAITS * sizeof(*helpers));
    struct objects *objects = mem_new(sizeof(*objects));

    /* What stdout leads to lies in the library itself; a function may be known
     * by an address in the program, or be a sanitizer's. */
    *calibrate = (struct calibrate){.base = (uintptr_t)stdout};
    if (dl_iterate_phdr(find_library, calibrate) == 1) {
        objects_init(objects);
        if (start(helpers, objects) && look(helpers))
            learn(calibrate, helpers);
        release(helpers, objects);
        objects_fini(objects);
    }
    mem_free(objects);
    mem_free(helpers);
}

int calibrate_word(const struct calibrate *calibrate, uint64_t code)
{
    for (size_t i = 0; i < calibrate->count; i++)
        if (calibrate->entries[i].code == code)
            return calibrate->entries[i].word;
    return -1;
}

/* A place in a function that waits in more than one is found by its name. */
static enum object_path path_by_name(const struct calibrate *calibrate,
                                     uint64_t back)
{
    static const struct {
        const char *prefix;
        enum object_path path;
    } names[] = {
        {"pthread_cond_", PATH_COND},
        {"pthread_rwlock_rd", PATH_RWLOCK_READ},
        {"pthread_rwlock_timedrd", PATH_RWLOCK_READ},
        {"pthread_rwlock_clockrd", PATH_RWLOCK_READ},
        {"pthread_rwlock_", PATH_RWLOCK_WRITE},
        {"pthread_mutex_", PATH_MUTEX},
        {"pthread_barrier_", PATH_BARRIER},
        {"syscall", PATH_DIRECT},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is_named(calibrate->base + back, names[i].prefix))
            return names[i].path;
    return PATH_OTHER;
}

enum object_path calibrate_path(const struct calibrate *calibrate,
                                uint64_t code, uint64_t back)
{
    bool here = false;

    if (calibrate->count == 0)
        return PATH_UNKNOWN;
    for (size_t i = 0; i < calibrate->count; i++) {
        const struct calibrate_entry *entry = &calibrate->entries[i];

        if (entry->code != code)
            continue;
        here = true;
        if (entry->word < 0 || entry->back == back)
            return entry->path;
    }
    if (code >= calibrate->end - calibrate->base)
        return PATH_DIRECT;
    return path_by_name(calibrate, here ? back : code);
}

#else

/* Another C library stores no holders that could be shown. */
void calibrate_run(struct calibrate *calibrate)
{
    *calibrate = (struct calibrate){.count = 0};
}

int calibrate_word(const struct calibrate *calibrate, uint64_t code)
{
    (void)calibrate;
    (void)code;
    return -1;
}

enum object_path calibrate_path(const struct calibrate *calibrate,
                                uint64_t code, uint64_t back)
{
    (void)calibrate;
    (void)code;
    (void)back;
    return PATH_UNKNOWN;
}

#endif
