/* A program to be looked at: its threads wait, each in a known way. It tells
 * which does what, "NAME TID", then "ready", and lives until its standard input
 * ends. What happens to it meanwhile it counts itself. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { LONG_S = 3600, RING_MAX = 8, LOCKS = 6, DRAWS = 4, LIVES_US = 300 };

/* Names in the symbol table: what is looked for. */
pthread_mutex_t normal_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t hidden_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t recursive_lock;
pthread_mutex_t checking_lock;
pthread_mutex_t adaptive_lock;
pthread_mutex_t timed_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t inherit_lock;
pthread_mutex_t robust_lock;
pthread_mutex_t shared_lock;
mtx_t c11_lock;
pthread_mutex_t *heap_lock;
pthread_rwlock_t written_lock = PTHREAD_RWLOCK_INITIALIZER;
pthread_rwlock_t read_lock = PTHREAD_RWLOCK_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
pthread_mutex_t condition_lock = PTHREAD_MUTEX_INITIALIZER;
sem_t semaphore;
pthread_barrier_t barrier;
pthread_mutex_t ring_locks[RING_MAX];
static pthread_t ring_threads[RING_MAX];
static pthread_barrier_t ring_start;
static int ring_size;
static int pipe_ends[2];
static int sockets[2];
static _Atomic uint32_t own_word;
static _Atomic long failed; /* waits that ended otherwise */

static _Atomic int spawned;
static _Atomic int said;

static void say(const char *name)
{
    printf("%s %d\n", name, (int)gettid());
    fflush(stdout);
    said++;
}

static void name_self(const char *name)
{
    pthread_setname_np(pthread_self(), name);
    say(name);
}

static void until(clockid_t clock, struct timespec *at)
{
    clock_gettime(clock, at);
    at->tv_sec += LONG_S;
}

static pthread_t spawn(void *(*body)(void *), void *arg)
{
    pthread_t thread;

    spawned++;
    if (pthread_create(&thread, NULL, body, arg) != 0) {
        perror("pthread_create");
        exit(1);
    }
    return thread;
}

static void init_mutex(pthread_mutex_t *mutex, int type, int protocol,
                       int robust, int shared)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, type);
    pthread_mutexattr_setprotocol(&attr, protocol);
    pthread_mutexattr_setrobust(&attr, robust);
    pthread_mutexattr_setpshared(&attr, shared);
    pthread_mutex_init(mutex, &attr);
    pthread_mutexattr_destroy(&attr);
}

/* ---- one thread for each way to wait ---- */

#define WAITER(name, wait)          \
    static void *name(void *arg)    \
    {                               \
        struct timespec at;         \
                                    \
        until(CLOCK_REALTIME, &at); \
        name_self(#name);           \
        for (;;)                    \
            failed += (wait) != 0;  \
        return arg;                 \
    }

WAITER(wait_normal, pthread_mutex_lock(&normal_lock))
WAITER(wait_hidden, pthread_mutex_lock(&hidden_lock))
WAITER(wait_recursive, pthread_mutex_lock(&recursive_lock))
WAITER(wait_checking, pthread_mutex_lock(&checking_lock))
WAITER(wait_adaptive, pthread_mutex_lock(&adaptive_lock))
WAITER(wait_timed, pthread_mutex_timedlock(&timed_lock, &at))
WAITER(wait_inherit, pthread_mutex_lock(&inherit_lock))
WAITER(wait_robust, pthread_mutex_lock(&robust_lock))
WAITER(wait_shared, pthread_mutex_lock(&shared_lock))
WAITER(wait_c11, mtx_lock(&c11_lock))
WAITER(wait_heap, pthread_mutex_lock(heap_lock))
WAITER(wait_write, pthread_rwlock_wrlock(&written_lock))
WAITER(wait_read, pthread_rwlock_rdlock(&written_lock))
WAITER(wait_readers, pthread_rwlock_wrlock(&read_lock))
WAITER(wait_sem, sem_wait(&semaphore))
WAITER(wait_sem_timed, sem_timedwait(&semaphore, &at))
WAITER(wait_barrier, pthread_barrier_wait(&barrier))
WAITER(wait_sleep, clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL))
WAITER(wait_poll, poll(NULL, 0, -1))
WAITER(wait_pipe, read(pipe_ends[0], &at, 1))
WAITER(wait_socket, recv(sockets[0], &at, 1, 0))
WAITER(wait_futex, syscall(SYS_futex, &own_word, 128, 0, NULL, NULL, 0))

static void *wait_cond(void *arg)
{
    name_self("wait_cond");
    pthread_mutex_lock(&condition_lock);
    for (;;)
        pthread_cond_wait(&condition, &condition_lock);
    return arg;
}

static void *wait_cond_timed(void *arg)
{
    struct timespec at;

    until(CLOCK_REALTIME, &at);
    name_self("wait_cond_timed");
    pthread_mutex_lock(&condition_lock);
    for (;;)
        pthread_cond_timedwait(&condition, &condition_lock, &at);
    return arg;
}

static void *wait_join(void *arg)
{
    pthread_t thread = *(pthread_t *)arg;

    name_self("wait_join");
    pthread_join(thread, NULL);
    return NULL;
}

static void *run_busy(void *arg)
{
    name_self("run_busy");
    for (;;)
        atomic_signal_fence(memory_order_seq_cst);
    return arg;
}

static void init_all(void)
{
    init_mutex(&recursive_lock, PTHREAD_MUTEX_RECURSIVE, 0, 0, 0);
    init_mutex(&checking_lock, PTHREAD_MUTEX_ERRORCHECK, 0, 0, 0);
    init_mutex(&adaptive_lock, PTHREAD_MUTEX_ADAPTIVE_NP, 0, 0, 0);
    init_mutex(&inherit_lock, 0, PTHREAD_PRIO_INHERIT, 0, 0);
    init_mutex(&robust_lock, 0, 0, PTHREAD_MUTEX_ROBUST, 0);
    init_mutex(&shared_lock, 0, 0, 0, PTHREAD_PROCESS_SHARED);
    mtx_init(&c11_lock, mtx_plain);
    heap_lock = malloc(sizeof(*heap_lock));
    init_mutex(heap_lock, 0, 0, 0, 0);
    sem_init(&semaphore, 0, 0);
    pthread_barrier_init(&barrier, NULL, 3);
    if (pipe(pipe_ends) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
        exit(1);
}

static void take_all(void)
{
    pthread_mutex_t *const mutexes[] = {
        &normal_lock,   &hidden_lock, &recursive_lock, &checking_lock,
        &adaptive_lock, &timed_lock,  &inherit_lock,   &robust_lock,
        &shared_lock,   heap_lock};

    for (size_t i = 0; i < sizeof(mutexes) / sizeof(mutexes[0]); i++)
        pthread_mutex_lock(mutexes[i]);
    mtx_lock(&c11_lock);
    pthread_rwlock_wrlock(&written_lock);
    pthread_rwlock_rdlock(&read_lock);
}

static void kinds(void)
{
    static void *(*const bodies[])(void *) = {
        wait_normal,   wait_hidden,  wait_recursive, wait_checking,
        wait_adaptive, wait_timed,   wait_inherit,   wait_robust,
        wait_shared,   wait_c11,     wait_heap,      wait_write,
        wait_read,     wait_readers, wait_sem,       wait_sem_timed,
        wait_barrier,  wait_sleep,   wait_poll,      wait_pipe,
        wait_socket,   wait_futex,   wait_cond,      wait_cond_timed,
        run_busy};
    static pthread_t first;

    init_all();
    take_all();
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        pthread_t thread = spawn(bodies[i], NULL);

        if (i == 0)
            first = thread;
    }
    spawn(wait_join, &first);
}

/* ---- rings ---- */

static void *ring_member(void *arg)
{
    int place = (int)(intptr_t)arg;

    name_self("ring");
    pthread_mutex_lock(&ring_locks[place]);
    pthread_barrier_wait(&ring_start);
    pthread_mutex_lock(&ring_locks[(place + 1) % ring_size]);
    return NULL;
}

static void *ring_timed(void *arg)
{
    int place = (int)(intptr_t)arg;
    struct timespec at;

    until(CLOCK_REALTIME, &at);
    name_self("ring");
    pthread_mutex_lock(&ring_locks[place]);
    pthread_barrier_wait(&ring_start);
    pthread_mutex_timedlock(&ring_locks[(place + 1) % ring_size], &at);
    return NULL;
}

/* Mutexes of all kinds, and every other wait an rwlock's where mixed. */
static void ring(int size, void *(*last)(void *))
{
    static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE,
                                PTHREAD_MUTEX_ERRORCHECK,
                                PTHREAD_MUTEX_ADAPTIVE_NP};

    ring_size = size < RING_MAX ? size : RING_MAX;
    pthread_barrier_init(&ring_start, NULL, (unsigned)ring_size);
    for (int i = 0; i < ring_size; i++)
        init_mutex(&ring_locks[i], types[i % 4],
                   i == 4 ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE,
                   i == 5 ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED, 0);
    for (int i = 0; i < ring_size; i++)
        spawn(i == ring_size - 1 ? last : ring_member, (void *)(intptr_t)i);
}

static void *self_member(void *arg)
{
    name_self("self");
    pthread_mutex_lock(&normal_lock);
    pthread_mutex_lock(&normal_lock);
    return arg;
}

/* One joins the other, which waits for a lock the first holds. */
static void *join_locked(void *arg)
{
    name_self("join_locked");
    pthread_mutex_lock(&normal_lock);
    return arg;
}

static void *join_holder(void *arg)
{
    name_self("join_holder");
    pthread_mutex_lock(&normal_lock);
    ring_threads[0] = spawn(join_locked, NULL);
    pthread_join(ring_threads[0], NULL);
    return arg;
}

static void *rwlock_writer(void *arg)
{
    name_self("rwlock_writer");
    pthread_rwlock_wrlock(&written_lock);
    pthread_barrier_wait(&ring_start);
    pthread_mutex_lock(&normal_lock);
    return arg;
}

static void *rwlock_reader(void *arg)
{
    name_self("rwlock_reader");
    pthread_mutex_lock(&normal_lock);
    pthread_barrier_wait(&ring_start);
    pthread_rwlock_rdlock(&written_lock);
    return arg;
}

/* The first thread ends, the others live on; one of them listens. */
static void *listener(void *arg)
{
    char byte;

    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    _exit(0);
    return arg;
}

static void headless(void)
{
    ring(2, ring_member);
    while (said < spawned)
        sched_yield();
    spawn(listener, NULL);
    pthread_exit(NULL);
}

static void rwlock_ring(void)
{
    pthread_barrier_init(&ring_start, NULL, 2);
    spawn(rwlock_writer, NULL);
    spawn(rwlock_reader, NULL);
}

/* ---- what never deadlocks ---- */

static void backoff(unsigned *seed)
{
    if (rand_r(seed) % 8 == 0)
        usleep((useconds_t)(rand_r(seed) % 50));
    else
        sched_yield();
}

/* Locks in any order, each but the first only tried, all given back where one
 * is not to be had; now and then all in their order, waited for. */
static void *busy(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;

    name_self("busy");
    for (;;) {
        int taken[DRAWS];
        int count = 0;
        bool ordered = rand_r(&seed) % 2 == 0;

        for (int i = 0; i < DRAWS; i++) {
            int lock = ordered
                           ? i + rand_r(&seed) % 2 + (i ? taken[i - 1] - i : 0)
                           : rand_r(&seed) % LOCKS;

            if (ordered && i > 0 && lock <= taken[i - 1])
                lock = taken[i - 1] + 1;
            if (lock >= LOCKS)
                break;
            if (ordered || i == 0)
                pthread_mutex_lock(&ring_locks[lock]);
            else if (pthread_mutex_trylock(&ring_locks[lock]) != 0)
                break;
            taken[count++] = lock;
        }
        if (count == DRAWS)
            backoff(&seed);
        while (count > 0)
            pthread_mutex_unlock(&ring_locks[taken[--count]]);
    }
    return NULL;
}

static void busy_all(int threads)
{
    for (int i = 0; i < LOCKS; i++)
        init_mutex(&ring_locks[i], 0, 0, 0, 0);
    for (int i = 0; i < threads; i++)
        spawn(busy, (void *)(intptr_t)(i + 1));
}

/* ---- crowds ---- */

static void *idle(void *arg)
{
    pthread_mutex_lock(&condition_lock);
    for (;;)
        pthread_cond_wait(&condition, &condition_lock);
    return arg;
}

static void *active(void *arg)
{
    for (;;)
        usleep(20000);
    return arg;
}

static void many(int threads, void *(*body)(void *))
{
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 64 * 1024);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread, &attr, body, NULL) != 0)
            exit(1);
}

static void *short_life(void *arg)
{
    struct timespec rest = {.tv_nsec = LIVES_US * 1000};

    prctl(PR_SET_NAME, "\033]0;x\007\n\"\xff");
    pthread_mutex_lock(&normal_lock);
    nanosleep(&rest, NULL);
    pthread_mutex_unlock(&normal_lock);
    return arg;
}

static void *dying(void *arg)
{
    name_self("dying");
    for (;;) {
        pthread_t threads[8];

        for (int i = 0; i < 8; i++)
            if (pthread_create(&threads[i], NULL, short_life, NULL) != 0)
                exit(1);
        for (int i = 0; i < 8; i++)
            pthread_join(threads[i], NULL);
    }
    return arg;
}

/* ---- what it feels ---- */

static _Atomic long interrupted;
static _Atomic long long longest_ns;

static void *sleeper(void *arg)
{
    struct epoll_event event;
    int set = epoll_create1(EPOLL_CLOEXEC);

    name_self("sleeper");
    for (;;)
        if (epoll_wait(set, &event, 1, -1) < 0 && errno == EINTR)
            interrupted++;
    return arg;
}

static long long now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *heart(void *arg)
{
    long long before = now_ns();

    name_self("heart");
    for (;;) {
        long long now;

        usleep(200);
        now = now_ns();
        if (now - before > longest_ns)
            longest_ns = now - before;
        before = now;
    }
    return arg;
}

/* ---- main ---- */

static bool begin(const char *mode, int number)
{
    if (strcmp(mode, "kinds") == 0)
        kinds();
    else if (strcmp(mode, "ring") == 0)
        ring(number, ring_member);
    else if (strcmp(mode, "timed") == 0)
        ring(number, ring_timed);
    else if (strcmp(mode, "self") == 0)
        spawn(self_member, NULL);
    else if (strcmp(mode, "join") == 0)
        spawn(join_holder, NULL);
    else if (strcmp(mode, "rwlock") == 0)
        rwlock_ring();
    else if (strcmp(mode, "busy") == 0)
        busy_all(number);
    else if (strcmp(mode, "idle") == 0)
        many(number, idle);
    else if (strcmp(mode, "active") == 0)
        many(number, active);
    else if (strcmp(mode, "headless") == 0)
        headless();
    else if (strcmp(mode, "dying") == 0)
        spawn(dying, NULL);
    else
        return false;
    return true;
}

/* A line resets the counts and tells them; "private", "exec" and "later" do
 * what they say. */
static void answer(const char *line, char **argv)
{
    if (strcmp(line, "private\n") == 0)
        prctl(PR_SET_DUMPABLE, 0);
    else if (strcmp(line, "exec\n") == 0)
        execv("/proc/self/exe", argv);
    else if (strcmp(line, "ring\n") == 0)
        ring(2, ring_member);
    printf("interrupted %ld longest_us %lld\n", (long)interrupted,
           (long long)longest_ns / 1000);
    fflush(stdout);
    longest_ns = 0;
}

int main(int argc, char **argv)
{
    char line[64];

    if (argc < 2 || !begin(argv[1], argc > 2 ? atoi(argv[2]) : 2)) {
        fputs("usage: victim MODE [NUMBER]\n", stderr);
        return 1;
    }
    spawn(sleeper, NULL);
    spawn(heart, NULL);
    while (said < spawned)
        sched_yield();
    say("main");
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin))
        answer(line, argv);
    _exit(0);
}
