/* Who a thread of another process is: its own number, its block, and the
 * function it began with. */
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threads/memory.h"
#include "threads/number.h"
#include "threads/target.h"

enum {
    MEETINGS = 4, /* a thread that begins has no block yet: tried so often */
    BLOCK = 2048, /* before its robust list's head lies the block's begin */
    SELF = 16,    /* in the block: its own address (tcbhead_t of x86-64) */
    STATUS = 4096
};

/* The last number of NSpid: as its own namespace counts. */
static int read_inner(const struct task_pass *pass, int tid)
{
    static const char key[] = "\nNSpid:";
    char text[STATUS];
    ssize_t len =
        process_read(pass->process, -1, tid, "status", text, sizeof(text) - 1);
    struct number_text rest;
    uint64_t number = (uint64_t)tid;

    if (len <= 0)
        return tid;
    text[len] = '\0';
    rest.at = strstr(text, key);
    if (!rest.at)
        return tid;
    rest.at += strlen(key);
    rest.len = strcspn(rest.at, "\n");
    while (number_decimal(&rest, &number))
        ;
    return number <= INT32_MAX ? (int)number : tid;
}

/* The thread's own block begins with its own address, twice; behind it lies the
 * head of the list of robust locks, which the kernel knows. 0: not found. */
static uint64_t find_block(const struct target *target, const struct task *task)
{
    uint64_t words[BLOCK / sizeof(uint64_t)];
    uint64_t head = 0;
    size_t len;

    if (syscall(SYS_get_robust_list, task->tid, &head, &len) != 0 ||
        head < BLOCK || head % sizeof(uint64_t) != 0 ||
        !memory_read(target->eye, head - BLOCK, words, sizeof(words)))
        return 0;
    for (size_t i = BLOCK / sizeof(uint64_t) - SELF / sizeof(uint64_t) - 1;
         i > 0; i--) {
        uint64_t at = head - BLOCK + i * sizeof(uint64_t);

        if (words[i] == at && words[i + SELF / sizeof(uint64_t)] == at)
            return at;
    }
    return 0;
}

/* Which function it began with; believed only if the block has the thread's
 * number. False: perhaps the next time. */
static bool find_start(struct target *target, struct task *task)
{
    uint64_t block = find_block(target, task);
    uint64_t start;
    uint32_t tid;

    if (block == 0 ||
        !memory_read(target->eye, block + target->block.tid, &tid,
                     sizeof(tid)) ||
        tid != (uint32_t)task->inner ||
        !memory_read(target->eye, block + target->block.start, &start,
                     sizeof(start)))
        return false;
    task->block = block;
    if (start != 0)
        modules_name(&target->modules, start, task->start, sizeof(task->start));
    else if (task->tid == target->pid)
        snprintf(task->start, sizeof(task->start), "main");
    return true;
}

void target_meet(struct target *target, const struct task_pass *pass,
                 struct task *task)
{
    if (task->met == target->programs)
        return;
    if (task->meetings++ == 0 && target->inner)
        task->inner = read_inner(pass, task->tid);
    if (target->readable && target->block.known && !find_start(target, task) &&
        task->meetings < MEETINGS)
        return;
    task->met = target->programs;
    task->meetings = 0;
}
