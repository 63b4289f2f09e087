#include "pace.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

enum {
    NS_PER_MS = 1000000,
    NS_PER_S = 1000000000,
    MS_PER_S = 1000,
    STEPS_PER_S = 50,  /* a connection at its cap sends so often */
    BURSTS_PER_S = 20, /* the credit that an idle connection keeps */
    STEP_MAX = 64 * 1024,
    /* Above this a cap says nothing, and below it no product overflows. */
    RATE_MAX_LOG2 = 32
};

struct pace {
    /* constant after pace_new */
    int64_t rate; /* bytes per second; 0: no cap */
    struct lock *lock;
    struct thread *thread;

    /* guarded by the room's lock */
    struct paced *first GUARDED_BY(origin_class); /* sorted by due_ms */
    struct paced *last GUARDED_BY(origin_class);
    struct lock_cond changed; /* first or closing */
    bool closing GUARDED_BY(origin_class);
};

/* Most have the same wait before them: the place is near the end. */
static void enqueue(struct pace *pace, struct paced *paced, int64_t due_ms)
    REQUIRES(origin_class)
{
    struct paced *before = pace->last;

    while (before && before->due_ms > due_ms)
        before = before->prev;
    paced->due_ms = due_ms;
    paced->prev = before;
    paced->next = before ? before->next : pace->first;
    if (paced->next)
        paced->next->prev = paced;
    else
        pace->last = paced;
    if (before) {
        before->next = paced;
        return;
    }
    pace->first = paced;
    lock_cond_signal(&pace->changed);
}

static struct paced *dequeue(struct pace *pace) REQUIRES(origin_class)
{
    struct paced *paced = pace->first;

    pace->first = paced->next;
    if (pace->first)
        pace->first->prev = NULL;
    else
        pace->last = NULL;
    return paced;
}

/* The first connection that may go on; NULL at the end of the room. */
static struct paced *next_due(struct pace *pace) REQUIRES(origin_class)
{
    for (;;) {
        if (pace->first && (pace->closing || pace->first->due_ms <= clock_ms()))
            return dequeue(pace);
        if (pace->closing)
            return NULL;
        lock_wait(pace->lock, &origin_class, &pace->changed,
                  pace->first ? pace->first->due_ms : -1);
    }
}

/* A suspended connection does not go away: it can be resumed without the lock.
 */
static void run(void *arg)
{
    struct pace *pace = arg;
    struct paced *paced;

    do {
        lock_take(pace->lock, &origin_class);
        paced = next_due(pace);
        lock_drop(pace->lock, &origin_class);
        if (paced)
            MHD_resume_connection(paced->connection);
    } while (paced);
}

struct pace *pace_new(uint64_t bytes_per_s, struct lock *lock, struct err *err)
{
    struct pace *pace = mem_new(sizeof *pace);

    if (bytes_per_s <= UINT64_C(1) << RATE_MAX_LOG2)
        pace->rate = (int64_t)bytes_per_s;
    pace->lock = lock;
    lock_cond_init(&pace->changed);
    pace->thread = thread_start("origin-pace", "keeps the origin's speed cap",
                                run, pace, err);
    if (pace->thread)
        return pace;
    pace_free(pace);
    return NULL;
}

void pace_stop(struct pace *pace)
{
    lock_take(pace->lock, &origin_class);
    pace->closing = true;
    lock_cond_signal(&pace->changed);
    lock_drop(pace->lock, &origin_class);
    thread_join(pace->thread);
    pace->thread = NULL;
}

void pace_free(struct pace *pace)
{
    lock_cond_fini(&pace->changed);
    mem_free(pace);
}

static int64_t burst(const struct pace *pace)
{
    return pace->rate / BURSTS_PER_S + 1;
}

void pace_enter(struct pace *pace, struct paced *paced,
                struct MHD_Connection *connection)
{
    *paced = (struct paced){
        .connection = connection,
        .credit = burst(pace),
        .seen_ns = clock_ns(),
    };
}

/* What does not make a whole byte yet is kept as time. */
static void grow(const struct pace *pace, struct paced *paced)
{
    int64_t now_ns = clock_ns();
    int64_t past_ns = now_ns - paced->seen_ns;
    int64_t grown;

    if (past_ns >= NS_PER_S) {
        paced->credit = burst(pace);
        paced->seen_ns = now_ns;
        return;
    }
    grown = past_ns / MS_PER_S * pace->rate / (NS_PER_S / MS_PER_S);
    if (grown == 0)
        return;
    paced->credit += grown;
    if (paced->credit > burst(pace))
        paced->credit = burst(pace);
    paced->seen_ns = now_ns;
}

/* Suspended first, then told to the thread: it may be resumed from the moment
 * it stands in the line. Once the thread is gone the connection goes on by
 * itself, and learns from the next call that the origin ends. */
static void suspend(struct pace *pace, struct paced *paced, int64_t missing)
{
    int64_t wait_ms = (missing * MS_PER_S + pace->rate - 1) / pace->rate;
    int64_t due_ms = clock_ms() + wait_ms + 1;
    bool closing;

    MHD_suspend_connection(paced->connection);
    lock_take(pace->lock, &origin_class);
    closing = pace->closing;
    if (!closing)
        enqueue(pace, paced, due_ms);
    lock_drop(pace->lock, &origin_class);
    if (closing)
        MHD_resume_connection(paced->connection);
}

static bool is_closing(struct pace *pace)
{
    bool closing;

    lock_take(pace->lock, &origin_class);
    closing = pace->closing;
    lock_drop(pace->lock, &origin_class);
    return closing;
}

enum pace_answer pace_take(struct pace *pace, struct paced *paced, size_t *len)
{
    int64_t step = pace->rate / STEPS_PER_S + 1;

    if (is_closing(pace))
        return PACE_CLOSING;
    if (pace->rate == 0)
        return PACE_GO;
    if (step > STEP_MAX)
        step = STEP_MAX;
    if ((uint64_t)step > *len)
        step = (int64_t)*len;
    grow(pace, paced);
    if (paced->credit < step) {
        suspend(pace, paced, step - paced->credit);
        return PACE_SUSPENDED;
    }
    if ((uint64_t)paced->credit < *len)
        *len = (size_t)paced->credit;
    paced->credit -= (int64_t)*len;
    return PACE_GO;
}
