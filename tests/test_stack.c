#include "threads/stack.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"

static struct stack_rules rules;
static sem_t semaphore;
static atomic_int tid;
static volatile int depth; /* keeps calls from being jumps */

void stack_inner(void);
void stack_middle(void);
void stack_outer(void);

__attribute__((noinline)) void stack_inner(void)
{
    while (sem_wait(&semaphore) != 0)
        ;
    depth++;
}

__attribute__((noinline)) void stack_middle(void)
{
    stack_inner();
    depth++;
}

__attribute__((noinline)) void stack_outer(void)
{
    stack_middle();
    depth++;
}

static void *run(void *arg)
{
    tid = (int)gettid();
    stack_outer();
    return arg;
}

static bool waits(struct syscall_line *line)
{
    char path[64];
    char text[256];
    ssize_t len;
    int fd;

    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    len = read(fd, text, sizeof(text));
    close(fd);
    return len > 0 && syscall_line_read(text, (size_t)len, line) &&
           line->kind == SYSCALL_INSIDE && line->number == SYS_futex;
}

/* Where the name stands in the stack; -1: nowhere. */
static int place(struct modules *modules, const struct stack *stack,
                 const char *wanted)
{
    for (size_t i = 0; i < stack->count; i++) {
        char name[80];

        modules_code(modules, stack->codes[i], i > 0, name, sizeof(name));
        if (strncmp(name, wanted, strlen(wanted)) == 0)
            return (int)i;
    }
    return -1;
}

static void test_waiting(const struct syscall_line *line)
{
    struct modules modules;
    struct stack stack;
    int inner;

    if (!tap_ok(modules_read(&modules, getpid()), "this process"))
        return;
    stack_read(&modules, &rules, line, &stack);
    inner = place(&modules, &stack, "stack_inner+");
    tap_ok(inner > 0, "the function that waits");
    tap_int(place(&modules, &stack, "stack_middle+"), inner + 1, "its caller");
    tap_int(place(&modules, &stack, "stack_outer+"), inner + 2, "and its");
    if (!getenv("SANITIZER") || !*getenv("SANITIZER"))
        tap_ok(stack.whole, "up to the beginning of the thread");
    modules_fini(&modules);
}

/* Nothing but what is there is believed. */
static void test_nowhere(struct syscall_line line)
{
    struct modules modules;
    struct stack stack;

    if (!modules_read(&modules, getpid()))
        return;
    line.stack = 8;
    stack_read(&modules, &rules, &line, &stack);
    tap_ok(stack.count == 1 && !stack.whole, "a stack that is not there");
    line.code = 8;
    stack_read(&modules, &rules, &line, &stack);
    tap_ok(stack.count == 1 && stack.codes[0] == 8, "code that is not there");
    modules_fini(&modules);
}

int main(void)
{
    struct syscall_line line;
    pthread_t thread;

    sem_init(&semaphore, 0, 0);
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        return 1;
    while (tid == 0 || !waits(&line))
        sched_yield();
    test_waiting(&line);
    test_nowhere(line);
    sem_post(&semaphore);
    pthread_join(thread, NULL);
    return tap_done();
}
