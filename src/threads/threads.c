#include "threads.h"

#include "base/lock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "threads/pass.h"

struct threads {
    /* constant once made */
    struct notify *notify;
    struct thread *thread;

    struct lock lock;
    struct lock_cond asked_cond;

    /* guarded by the lock */
    bool asked GUARDED_BY(threads_class);
    bool ending GUARDED_BY(threads_class);
    int asker GUARDED_BY(threads_class); /* TID */
    bool stacks GUARDED_BY(threads_class);
    struct picture picture GUARDED_BY(threads_class);

    /* the room's thread's own */
    struct pass pass;
};

/* Waits for a request; false: the room ends. */
static bool wait_for_request(struct threads *threads)
{
    bool going;

    lock_take(&threads->lock, &threads_class);
    while (!threads->asked && !threads->ending)
        lock_wait(&threads->lock, &threads_class, &threads->asked_cond, -1);
    threads->asked = false;
    threads->pass.asker = threads->asker;
    threads->pass.stacks = threads->stacks;
    going = !threads->ending;
    lock_drop(&threads->lock, &threads_class);
    return going;
}

static void publish(struct threads *threads, const struct picture *picture)
{
    struct picture before;

    lock_take(&threads->lock, &threads_class);
    before = threads->picture;
    threads->picture = *picture;
    pass_note(&threads->pass);
    lock_drop(&threads->lock, &threads_class);
    picture_fini(&before);
    pass_bury(&threads->pass);
    notify_ping(threads->notify);
}

static void run(void *arg)
{
    struct threads *threads = arg;
    struct picture picture;

    threads->pass.self = thread_tid();
    while (wait_for_request(threads)) {
        pass_run(&threads->pass, &picture);
        publish(threads, &picture);
    }
}

/* pass has been made. */
static struct threads *start(struct threads *threads, struct notify *notify,
                             struct err *err)
{
    threads->notify = notify;
    lock_init(&threads->lock, &threads_class);
    lock_cond_init(&threads->asked_cond);
    threads->thread =
        thread_start("threads", "looks at the threads", run, threads, err);
    if (threads->thread)
        return threads;
    threads_free(threads);
    return NULL;
}

struct threads *threads_new(struct notify *notify, struct err *err)
{
    struct threads *threads = mem_new(sizeof(*threads));

    pass_init(&threads->pass);
    return start(threads, notify, err);
}

struct threads *threads_attach(pid_t pid, struct notify *notify,
                               struct err *err)
{
    struct threads *threads = mem_new(sizeof(*threads));

    if (pass_attach(&threads->pass, pid, err))
        return start(threads, notify, err);
    mem_free(threads);
    return NULL;
}

/* Nobody else calls any more. */
NO_ANALYSIS void threads_free(struct threads *threads)
{
    lock_take(&threads->lock, &threads_class);
    threads->ending = true;
    lock_cond_signal(&threads->asked_cond);
    lock_drop(&threads->lock, &threads_class);
    thread_join(threads->thread);
    picture_fini(&threads->picture);
    pass_fini(&threads->pass);
    lock_cond_fini(&threads->asked_cond);
    lock_fini(&threads->lock);
    mem_free(threads);
}

void threads_sample(struct threads *threads)
{
    lock_take(&threads->lock, &threads_class);
    threads->asked = true;
    threads->asker = thread_tid();
    lock_cond_signal(&threads->asked_cond);
    lock_drop(&threads->lock, &threads_class);
}

void threads_totals(struct threads *threads, struct threads_totals *totals)
{
    lock_take(&threads->lock, &threads_class);
    *totals = threads->picture.totals;
    lock_drop(&threads->lock, &threads_class);
}

void threads_target(struct threads *threads, struct threads_target *target)
{
    lock_take(&threads->lock, &threads_class);
    *target = threads->picture.target;
    lock_drop(&threads->lock, &threads_class);
}

/* How much of a window lies inside count rows. */
static size_t window(size_t count, size_t first, size_t max)
{
    if (first >= count)
        return 0;
    return max < count - first ? max : count - first;
}

size_t threads_rows(struct threads *threads, size_t first,
                    struct threads_row *rows, size_t max)
{
    size_t count;

    lock_take(&threads->lock, &threads_class);
    count = window(threads->picture.count, first, max);
    for (size_t i = 0; i < count; i++)
        rows[i] = threads->picture.rows[first + i];
    lock_drop(&threads->lock, &threads_class);
    return count;
}

/* A number may be there twice for a while: the one that lives is meant. */
static const struct threads_row *find(const struct picture *picture, int tid)
{
    const struct threads_row *found = NULL;

    for (size_t i = 0; i < picture->count; i++) {
        const struct threads_row *row = &picture->rows[i];

        if (row->tid == tid && (!found || row->state != THREADS_GONE))
            found = row;
    }
    return found;
}

bool threads_row(struct threads *threads, int tid, struct threads_row *row)
{
    const struct threads_row *found;

    lock_take(&threads->lock, &threads_class);
    found = find(&threads->picture, tid);
    if (found)
        *row = *found;
    lock_drop(&threads->lock, &threads_class);
    return found != NULL;
}

void threads_want_stacks(struct threads *threads, bool want)
{
    lock_take(&threads->lock, &threads_class);
    threads->stacks = want;
    lock_drop(&threads->lock, &threads_class);
}

char *threads_stack(struct threads *threads, int tid)
{
    const struct threads_row *found;
    char *stack = NULL;

    lock_take(&threads->lock, &threads_class);
    found = find(&threads->picture, tid);
    if (found)
        stack =
            mem_strdup(threads->picture.stacks[found - threads->picture.rows]);
    lock_drop(&threads->lock, &threads_class);
    return stack;
}

size_t threads_changes(struct threads *threads, int tid, uint64_t after,
                       struct threads_change *changes, size_t max)
{
    const struct threads_row *found;
    size_t count = 0;

    lock_take(&threads->lock, &threads_class);
    found = find(&threads->picture, tid);
    if (found)
        count =
            trail_copy(threads->picture.trails[found - threads->picture.rows],
                       after, changes, max);
    lock_drop(&threads->lock, &threads_class);
    return count;
}

size_t threads_locks(struct threads *threads, size_t first,
                     struct threads_lock *rows, size_t max)
{
    size_t count;

    lock_take(&threads->lock, &threads_class);
    count = window(threads->picture.locks_count, first, max);
    for (size_t i = 0; i < count; i++)
        rows[i] = threads->picture.locks[first + i];
    lock_drop(&threads->lock, &threads_class);
    return count;
}
