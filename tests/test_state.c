#include "threads/state.h"

#include <sys/syscall.h>

#include "tap.h"

static enum threads_state inside(long number, uint64_t second, uint64_t third,
                                 enum threads_state mark)
{
    return state_judge(
        &(struct state_signs){.call = {.kind = SYSCALL_INSIDE,
                                       .number = number,
                                       .args = {0, second, third}},
                              .mark = mark});
}

static enum threads_state judge(enum syscall_kind kind, char stat,
                                enum threads_state mark, bool starved)
{
    return state_judge(&(struct state_signs){
        .call.kind = kind, .stat = stat, .mark = mark, .starved = starved});
}

static void test_running(void)
{
    tap_ok(judge(SYSCALL_RUNNING, 0, THREADS_IO, false) == THREADS_RUN,
           "a thread that computes runs, whatever it says");
    tap_ok(judge(SYSCALL_RUNNING, 'R', THREADS_RUN, true) == THREADS_READY,
           "without a processor it is ready");
    tap_ok(judge(SYSCALL_RUNNING, 'T', THREADS_RUN, true) == THREADS_STOPPED,
           "stopped");
    tap_ok(judge(SYSCALL_RUNNING, 'Z', THREADS_RUN, true) == THREADS_ZOMBIE,
           "dead");
    tap_ok(judge(SYSCALL_OUTSIDE, 0, THREADS_RUN, false) == THREADS_IO,
           "a page is read for it");
}

static void test_waiting(void)
{
    tap_ok(inside(SYS_futex, 0x189, 0, THREADS_COND) == THREADS_COND,
           "a condition");
    tap_ok(inside(SYS_futex, 0x80, 2, THREADS_COND) == THREADS_LOCK,
           "the lock after a condition");
    tap_ok(inside(SYS_futex, 0x80, 9, THREADS_LOCK) == THREADS_LOCK,
           "a thread knows its futex best");
    tap_ok(inside(SYS_futex, 0x80, 9, THREADS_POLL) == THREADS_COND,
           "a mark that cannot be a futex is none");
    tap_ok(inside(SYS_ppoll, 0, 0, THREADS_RUN) == THREADS_POLL,
           "a wait without a mark");
    tap_ok(inside(SYS_pread64, 0, 0, THREADS_IO) == THREADS_IO, "a read");
    tap_ok(inside(4242, 0, 0, THREADS_IO) == THREADS_SYSCALL, "another call");
}

static void test_little_known(void)
{
    tap_ok(judge(SYSCALL_UNKNOWN, 0, THREADS_LOCK, false) == THREADS_LOCK,
           "the mark alone");
    tap_ok(judge(SYSCALL_UNKNOWN, 'S', THREADS_UNKNOWN, false) ==
               THREADS_SYSCALL,
           "the letter alone: it sleeps");
    tap_ok(judge(SYSCALL_UNKNOWN, 'R', THREADS_UNKNOWN, false) == THREADS_RUN,
           "it runs");
    tap_ok(judge(SYSCALL_UNKNOWN, 'D', THREADS_UNKNOWN, false) == THREADS_IO,
           "it waits for a disk");
    tap_ok(judge(SYSCALL_UNKNOWN, 0, THREADS_UNKNOWN, false) == THREADS_UNKNOWN,
           "nothing");
}

static void test_words(void)
{
    bool good = true;

    for (int a = 0; a < THREADS_STATES; a++)
        for (int b = 0; b < a; b++)
            good = good && strcmp(threads_state_word((enum threads_state)a),
                                  threads_state_word((enum threads_state)b));
    tap_ok(good, "every state has a word of its own");
    tap_is(threads_state_word(THREADS_READY), "READY", "a word");
    tap_ok(threads_state_class(THREADS_LOCK) == STRIP_LOCK &&
               threads_state_class(THREADS_POLL) == STRIP_WAIT &&
               threads_state_class(THREADS_GONE) == STRIP_GONE,
           "classes of the strip");
}

int main(void)
{
    test_running();
    test_waiting();
    test_little_known();
    test_words();
    return tap_done();
}
