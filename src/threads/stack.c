#include "stack.h"

#include <string.h>

#include "base/mem.h"
#include "threads/cfi.h"
#include "threads/memory.h"

enum {
    COPY = 16384, /* of the stack; frames beyond it are read singly */
    PAGE = 4096,
    ENTRY_MAX = 4096, /* of an entry of .eh_frame */
    PROLOGUE = 64,    /* of a function's code */
    CALL = 7,         /* the longest call */
    LENGTH = 4        /* of an entry's length */
};

struct walk {
    struct modules *modules;
    struct stack_rules *rules;
    uint64_t code;
    uint64_t stack;
    uint64_t frame; /* rbp, */
    bool framed;    /* if it is known */
    uint64_t copy_at;
    size_t copy_len;
    unsigned char copy[COPY];
};

/* ---- memory ---- */

/* As much of the stack as there is, in one call. */
static void copy_stack(struct walk *walk)
{
    uint64_t at = walk->stack;
    size_t sizes[] = {COPY, PAGE, (size_t)(PAGE - at % PAGE)};

    walk->copy_at = at;
    for (size_t i = 0; i < ARRAY_LEN(sizes) && walk->copy_len == 0; i++)
        if (memory_read(walk->modules->pid, at, walk->copy, sizes[i]))
            walk->copy_len = sizes[i];
}

static bool read_word(struct walk *walk, uint64_t at, uint64_t *word)
{
    uint64_t from = at - walk->copy_at;

    if (at >= walk->copy_at && walk->copy_len >= sizeof(*word) &&
        from <= walk->copy_len - sizeof(*word)) {
        memcpy(word, walk->copy + from, sizeof(*word));
        return true;
    }
    return memory_read(walk->modules->pid, at, word, sizeof(*word));
}

struct entry {
    struct cfi_entry entry;
    unsigned char bytes[ENTRY_MAX];
};

static bool read_entry(pid_t pid, uint64_t at, struct entry *entry)
{
    uint32_t length;

    if (!memory_read(pid, at, &length, sizeof(length)) ||
        length > ENTRY_MAX - LENGTH ||
        !memory_read(pid, at, entry->bytes, length + LENGTH))
        return false;
    entry->entry = (struct cfi_entry){entry->bytes, length + LENGTH, at};
    return true;
}

/* ---- one frame ---- */

static bool read_rule(const struct walk *walk, uint64_t code,
                      struct cfi_rule *rule)
{
    pid_t pid = walk->modules->pid;
    struct modules_frames frames;
    struct entry entry;
    struct entry common;
    uint64_t at;

    return modules_frames(walk->modules, code, &frames) &&
           cfi_find(frames.header, frames.size, frames.at, code, &at) &&
           read_entry(pid, at, &entry) && cfi_common(&entry.entry, &at) &&
           read_entry(pid, at, &common) &&
           cfi_rule(&entry.entry, &common.entry, code, rule);
}

static bool find_rule(const struct walk *walk, uint64_t code,
                      struct cfi_rule *rule)
{
    size_t place = (code ^ code >> 12) % STACK_RULES;

    if (walk->rules->rows[place].code != code) {
        if (!read_rule(walk, code, rule))
            return false;
        walk->rules->rows[place].code = code;
        walk->rules->rows[place].rule = *rule;
    }
    *rule = walk->rules->rows[place].rule;
    return true;
}

static bool follows_call(const struct walk *walk, uint64_t code)
{
    unsigned char bytes[CALL];

    return code > CALL &&
           memory_read(walk->modules->pid, code - CALL, bytes, CALL) &&
           cfi_is_call(bytes, CALL);
}

/* rbp was never told: the function's own beginning says how far it is from
 * rsp, and above it must lie an address behind a call. */
static bool guess_frame(struct walk *walk, const struct cfi_rule *rule)
{
    unsigned char bytes[PROLOGUE];
    uint64_t size = walk->code - rule->begin;
    uint64_t distance;
    uint64_t back;

    if (size > PROLOGUE)
        size = PROLOGUE;
    if (!memory_read(walk->modules->pid, rule->begin, bytes, (size_t)size) ||
        !cfi_prologue(bytes, (size_t)size, &distance) ||
        !read_word(walk, walk->stack + distance + sizeof(back), &back) ||
        !follows_call(walk, back))
        return false;
    walk->frame = walk->stack + distance;
    walk->framed = true;
    return true;
}

/* To the caller; false: there is none that can be found. */
static bool go_up(struct walk *walk, const struct cfi_rule *rule)
{
    uint64_t place;
    uint64_t code;

    if (rule->by_frame && !walk->framed && !guess_frame(walk, rule))
        return false;
    place =
        (rule->by_frame ? walk->frame : walk->stack) + (uint64_t)rule->place;
    /* Stacks grow down: each caller is above. */
    if (place <= walk->stack ||
        !read_word(walk, place + (uint64_t)rule->back, &code))
        return false;
    if (rule->frame_saved)
        walk->framed =
            read_word(walk, place + (uint64_t)rule->frame, &walk->frame);
    else if (rule->frame_lost)
        walk->framed = false;
    walk->stack = place;
    walk->code = code;
    return code != 0;
}

void stack_read(struct modules *modules, struct stack_rules *rules,
                const struct syscall_line *call, struct stack *stack)
{
    struct walk *walk = mem_new(sizeof(*walk));
    struct cfi_rule rule;

    *stack = (struct stack){.count = 0};
    walk->modules = modules;
    walk->rules = rules;
    walk->code = call->code;
    walk->stack = call->stack;
    copy_stack(walk);
    while (stack->count < STACK_FRAMES) {
        /* A call may be the last of its function: its own place counts, but
         * not where the kernel was entered. */
        uint64_t code = walk->code - (stack->count > 0 ? 1 : 0);

        stack->codes[stack->count++] = walk->code;
        if (!find_rule(walk, code, &rule))
            break;
        stack->whole = rule.last;
        if (rule.last || !go_up(walk, &rule))
            break;
    }
    mem_free(walk);
}
