#include "cfi.h"

#include <string.h>

#include "base/mem.h"

enum { RBP = 6, RSP = 7, RETURN = 16 };
enum { REMEMBERED = 16, HEADER_ENTRY = 8 };

/* DW_EH_PE_*: how a pointer is written */
enum {
    FORM = 0x0f,
    ABSOLUTE = 0x00,
    UDATA2 = 0x02,
    UDATA4 = 0x03,
    UDATA8 = 0x04,
    SDATA2 = 0x0a,
    SDATA4 = 0x0b,
    SDATA8 = 0x0c,
    RELATIVE = 0x70,
    TO_ITSELF = 0x10,
    TO_HEADER = 0x30,
    OMITTED = 0xff
};

/* ---- reading ---- */

struct reader {
    const unsigned char *at;
    size_t left;
    uint64_t address; /* of at */
    bool bad;         /* something was missing; all that is read then is 0 */
};

static void skip(struct reader *reader, uint64_t size)
{
    if (size > reader->left) {
        reader->bad = true;
        size = reader->left;
    }
    reader->at += size;
    reader->left -= (size_t)size;
    reader->address += size;
}

static uint64_t fixed(struct reader *reader, size_t size)
{
    uint64_t value = 0;

    if (size > reader->left) {
        reader->bad = true;
        return 0;
    }
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)reader->at[i] << (8 * i);
    skip(reader, size);
    return value;
}

static int64_t extend(uint64_t value, unsigned bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1);

    return (int64_t)((value ^ sign) - sign);
}

static uint64_t uleb(struct reader *reader)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint64_t byte;

    do {
        byte = fixed(reader, 1);
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80 && !reader->bad);
    return value;
}

static int64_t sleb(struct reader *reader)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint64_t byte;

    do {
        byte = fixed(reader, 1);
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80 && !reader->bad);
    return shift < 64 && !reader->bad ? extend(value, shift) : (int64_t)value;
}

static uint64_t pointer(struct reader *reader, unsigned how)
{
    uint64_t from = (how & RELATIVE) == TO_ITSELF ? reader->address : 0;

    if ((how & ~(unsigned)FORM) != 0 && (how & ~(unsigned)FORM) != TO_ITSELF)
        reader->bad = true;
    switch (how & FORM) {
    case ABSOLUTE:
    case UDATA8:
    case SDATA8:
        return from + fixed(reader, 8);
    case UDATA2:
        return from + fixed(reader, 2);
    case UDATA4:
        return from + fixed(reader, 4);
    case SDATA2:
        return from + (uint64_t)extend(fixed(reader, 2), 16);
    case SDATA4:
        return from + (uint64_t)extend(fixed(reader, 4), 32);
    default:
        reader->bad = true;
        return 0;
    }
}

/* An entry behind its length. */
static struct reader open_entry(const struct cfi_entry *entry)
{
    struct reader reader = {entry->bytes, entry->size, entry->at, false};
    uint64_t length = fixed(&reader, 4);

    /* 0 ends the section; all ones say that a longer length follows, which no
     * entry of ours needs. */
    if (length == 0 || length > reader.left)
        reader.bad = true;
    else
        reader.left = (size_t)length;
    return reader;
}

/* ---- what all entries of a kind have in common ---- */

struct common {
    struct reader program;
    uint64_t code_step;
    int64_t data_step;
    unsigned how; /* pointers are written */
    bool sized;   /* entries have data of their own */
};

static void read_augmentation(struct reader *reader, const char *letters,
                              struct common *common)
{
    struct reader data = *reader;
    uint64_t size;

    if (letters[0] != 'z') {
        reader->bad |= letters[0] != '\0';
        return;
    }
    common->sized = true;
    size = uleb(&data);
    *reader = data;
    skip(reader, size);
    for (const char *letter = letters + 1; *letter; letter++) {
        if (*letter == 'R')
            common->how = (unsigned)fixed(&data, 1);
        else if (*letter == 'L')
            skip(&data, 1);
        else if (*letter == 'P')
            pointer(&data, (unsigned)fixed(&data, 1) & ~0x80U);
        else if (*letter != 'S' && *letter != 'B')
            data.bad = true;
    }
    reader->bad |= data.bad;
}

static bool read_common(const struct cfi_entry *entry, struct common *common)
{
    struct reader reader = open_entry(entry);
    const char *letters;
    uint64_t version;

    *common = (struct common){.how = ABSOLUTE};
    if (fixed(&reader, 4) != 0)
        return false;
    version = fixed(&reader, 1);
    letters = (const char *)reader.at;
    if (reader.bad || (version != 1 && version != 3) ||
        !memchr(letters, '\0', reader.left))
        return false;
    skip(&reader, strlen(letters) + 1);
    common->code_step = uleb(&reader);
    common->data_step = sleb(&reader);
    if ((version == 1 ? fixed(&reader, 1) : uleb(&reader)) != RETURN)
        return false;
    read_augmentation(&reader, letters, common);
    common->program = reader;
    return !reader.bad;
}

/* ---- the program of an entry ---- */

enum keep { SAME, SAVED, LOST };

struct place {
    enum keep keep;
    int64_t at; /* SAVED: from the CFA */
};

struct state {
    uint64_t base; /* register of the CFA */
    int64_t offset;
    bool known; /* the CFA is a register and an offset */
    struct place frame;
    struct place back;
};

struct machine {
    const struct common *common;
    struct state state;
    struct state initial;
    struct state remembered[REMEMBERED];
    unsigned depth;
    uint64_t location;
    bool bad;
};

static struct place *place_of(struct state *state, uint64_t number)
{
    if (number == RBP)
        return &state->frame;
    return number == RETURN ? &state->back : NULL;
}

static void keep(struct machine *machine, uint64_t number, enum keep how,
                 int64_t at)
{
    struct place *place = place_of(&machine->state, number);

    if (place)
        *place = (struct place){how, at};
}

static void restore(struct machine *machine, uint64_t number)
{
    struct place *place = place_of(&machine->state, number);
    struct place *first = place_of(&machine->initial, number);

    if (place)
        *place = *first;
}

/* Sizes come from outside: they wrap, and then nothing is found there. */
static int64_t times(int64_t count, int64_t step)
{
    return (int64_t)((uint64_t)count * (uint64_t)step);
}

static void advance(struct machine *machine, uint64_t count)
{
    machine->location += count * machine->common->code_step;
}

static void define(struct machine *machine, uint64_t base, int64_t offset)
{
    machine->state.base = base;
    machine->state.offset = offset;
    machine->state.known = true;
}

static void remember(struct machine *machine)
{
    if (machine->depth == REMEMBERED)
        machine->bad = true;
    else
        machine->remembered[machine->depth++] = machine->state;
}

static void recall(struct machine *machine)
{
    if (machine->depth == 0)
        machine->bad = true;
    else
        machine->state = machine->remembered[--machine->depth];
}

/* The frame's place. */
static bool step_cfa(struct machine *machine, struct reader *program,
                     unsigned code)
{
    int64_t step = machine->common->data_step;
    uint64_t number;

    switch (code) {
    case 0x0c: /* DW_CFA_def_cfa */
        number = uleb(program);
        define(machine, number, (int64_t)uleb(program));
        return true;
    case 0x0d: /* DW_CFA_def_cfa_register */
        machine->state.base = uleb(program);
        return true;
    case 0x0e: /* DW_CFA_def_cfa_offset */
        machine->state.offset = (int64_t)uleb(program);
        return true;
    case 0x0f: /* DW_CFA_def_cfa_expression */
        skip(program, uleb(program));
        machine->state.known = false;
        return true;
    case 0x12: /* DW_CFA_def_cfa_sf */
        number = uleb(program);
        define(machine, number, times(sleb(program), step));
        return true;
    case 0x13: /* DW_CFA_def_cfa_offset_sf */
        machine->state.offset = times(sleb(program), step);
        return true;
    default:
        return false;
    }
}

/* A register's. */
static bool step_register(struct machine *machine, struct reader *program,
                          unsigned code)
{
    int64_t step = machine->common->data_step;
    uint64_t number = uleb(program);

    switch (code) {
    case 0x05: /* DW_CFA_offset_extended */
        keep(machine, number, SAVED, times((int64_t)uleb(program), step));
        return true;
    case 0x06: /* DW_CFA_restore_extended */
        restore(machine, number);
        return true;
    case 0x07: /* DW_CFA_undefined */
        keep(machine, number, LOST, 0);
        return true;
    case 0x08: /* DW_CFA_same_value */
        keep(machine, number, SAME, 0);
        return true;
    case 0x09: /* DW_CFA_register */
    case 0x14: /* DW_CFA_val_offset */
        uleb(program);
        keep(machine, number, LOST, 1);
        return true;
    case 0x10: /* DW_CFA_expression */
    case 0x16: /* DW_CFA_val_expression */
        skip(program, uleb(program));
        keep(machine, number, LOST, 1);
        return true;
    case 0x11: /* DW_CFA_offset_extended_sf */
        keep(machine, number, SAVED, times(sleb(program), step));
        return true;
    default:
        return false;
    }
}

static void step_other(struct machine *machine, struct reader *program,
                       unsigned code)
{
    switch (code) {
    case 0x00: /* DW_CFA_nop */
        break;
    case 0x01: /* DW_CFA_set_loc */
        machine->location = pointer(program, machine->common->how);
        break;
    case 0x02: /* DW_CFA_advance_loc1, 2, 4 */
        advance(machine, fixed(program, 1));
        break;
    case 0x03:
        advance(machine, fixed(program, 2));
        break;
    case 0x04:
        advance(machine, fixed(program, 4));
        break;
    case 0x0a:
        remember(machine);
        break;
    case 0x0b:
        recall(machine);
        break;
    case 0x2e: /* DW_CFA_GNU_args_size */
        uleb(program);
        break;
    default:
        if (!step_cfa(machine, program, code) &&
            !step_register(machine, program, code))
            machine->bad = true;
    }
}

/* Up to the code at an address. */
static void run(struct machine *machine, struct reader program, uint64_t code)
{
    while (program.left > 0 && !program.bad && !machine->bad) {
        unsigned byte = (unsigned)fixed(&program, 1);
        unsigned low = byte & 0x3f;

        switch (byte >> 6) {
        case 1: /* DW_CFA_advance_loc */
            advance(machine, low);
            break;
        case 2: /* DW_CFA_offset */
            keep(machine, low, SAVED,
                 times((int64_t)uleb(&program), machine->common->data_step));
            break;
        case 3: /* DW_CFA_restore */
            restore(machine, low);
            break;
        default:
            step_other(machine, &program, low);
        }
        if (machine->location > code)
            return;
    }
    machine->bad |= program.bad;
}

/* ---- the calls ---- */

bool cfi_common(const struct cfi_entry *entry, uint64_t *at)
{
    struct reader reader = open_entry(entry);
    uint64_t here = reader.address;
    uint64_t back = fixed(&reader, 4);

    *at = here - back;
    return !reader.bad && back != 0;
}

static bool tell(const struct state *state, struct cfi_rule *rule)
{
    if (!state->known || (state->base != RBP && state->base != RSP))
        return false;
    rule->by_frame = state->base == RBP;
    rule->place = state->offset;
    rule->last = state->back.keep == LOST && state->back.at == 0;
    if (!rule->last && state->back.keep != SAVED)
        return false;
    rule->back = state->back.at;
    rule->frame_saved = state->frame.keep == SAVED;
    rule->frame = state->frame.at;
    rule->frame_lost = state->frame.keep == LOST;
    return true;
}

bool cfi_rule(const struct cfi_entry *entry, const struct cfi_entry *common,
              uint64_t code, struct cfi_rule *rule)
{
    struct reader reader = open_entry(entry);
    struct machine machine = {.depth = 0};
    struct common kind;

    *rule = (struct cfi_rule){.begin = 0};
    if (!read_common(common, &kind))
        return false;
    skip(&reader, 4);
    rule->begin = pointer(&reader, kind.how);
    rule->end = rule->begin + pointer(&reader, kind.how & FORM);
    if (kind.sized)
        skip(&reader, uleb(&reader));
    if (reader.bad || code < rule->begin || code >= rule->end)
        return false;
    machine.common = &kind;
    run(&machine, kind.program, UINT64_MAX);
    machine.initial = machine.state;
    machine.location = rule->begin;
    run(&machine, reader, code);
    return !machine.bad && tell(&machine.state, rule);
}

/* {version 1, how the pointer to .eh_frame is written, how the count, how the
 * table; pointer, count}, then pairs of function and entry by function. */
bool cfi_find(const unsigned char *header, size_t size, uint64_t header_at,
              uint64_t code, uint64_t *entry_at)
{
    struct reader reader = {header, size, header_at, false};
    uint64_t version = fixed(&reader, 1);
    unsigned how = (unsigned)fixed(&reader, 1);
    unsigned count_how = (unsigned)fixed(&reader, 1);
    unsigned table_how = (unsigned)fixed(&reader, 1);
    uint64_t low = 0;
    uint64_t high;

    pointer(&reader, how);
    high = pointer(&reader, count_how & FORM);
    if (reader.bad || version != 1 || count_how == OMITTED ||
        table_how != (TO_HEADER | SDATA4) || high == 0 ||
        high > reader.left / HEADER_ENTRY)
        return false;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct reader row = reader;

        skip(&row, middle * HEADER_ENTRY);
        if (header_at + (uint64_t)extend(fixed(&row, 4), 32) <= code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    skip(&reader, (low - 1) * HEADER_ENTRY + 4);
    *entry_at = header_at + (uint64_t)extend(fixed(&reader, 4), 32);
    return true;
}

/* ---- machine code ---- */

static bool take(const unsigned char **at, size_t *left, const char *bytes,
                 size_t size)
{
    if (*left < size || memcmp(*at, bytes, size) != 0)
        return false;
    *at += size;
    *left -= size;
    return true;
}

/* push of any of the general registers but rsp. */
static bool take_push(const unsigned char **at, size_t *left)
{
    size_t size = *left >= 2 && (*at)[0] == 0x41 ? 2 : 1;

    if (*left < size || (*at)[size - 1] < 0x50 || (*at)[size - 1] > 0x57)
        return false;
    *at += size;
    *left -= size;
    return true;
}

/* What compilers place among the first steps, and what moves no stack:
 * constants and addresses into registers, and one register into another. 0:
 * none of these. */
static size_t harmless(const unsigned char *at, size_t left)
{
    size_t prefix = left > 0 && (at[0] & 0xf0) == 0x40 ? 1 : 0;
    const unsigned char *code = at + prefix;

    if (left < prefix + 2)
        return 0;
    if (code[0] >= 0xb8 && code[0] <= 0xbf) /* mov r, imm */
        return prefix + (prefix && (at[0] & 8) ? 9 : 5);
    if ((code[0] == 0x8d || code[0] == 0x8b) &&
        (code[1] & 0xc7) == 0x05) /* lea or mov r, [rip + n] */
        return prefix + 6;
    if (code[0] == 0x8d && (code[1] & 0xc7) == 0x45) /* lea r, [rbp + n] */
        return prefix + 3;
    if (code[0] == 0x8d && (code[1] & 0xc7) == 0x85)
        return prefix + 6;
    /* mov and xor of registers, unless it is rsp or rbp that changes */
    if ((code[0] == 0x89 || code[0] == 0x31) && code[1] >= 0xc0 &&
        (((code[1] & 7) != 4 && (code[1] & 7) != 5) || (prefix && at[0] & 1)))
        return prefix + 2;
    return 0;
}

static void skip_harmless(const unsigned char **at, size_t *left)
{
    size_t size;

    while ((size = harmless(*at, *left)) > 0 && size <= *left) {
        *at += size;
        *left -= size;
    }
}

bool cfi_prologue(const unsigned char *bytes, size_t size, uint64_t *distance)
{
    const unsigned char *at = bytes;
    size_t left = size;

    *distance = 0;
    take(&at, &left, "\xf3\x0f\x1e\xfa", 4); /* endbr64 */
    skip_harmless(&at, &left);
    if (!take(&at, &left, "\x55", 1)) /* push rbp */
        return false;
    skip_harmless(&at, &left);
    if (!take(&at, &left, "\x48\x89\xe5", 3) && /* mov rbp, rsp */
        !take(&at, &left, "\x48\x8b\xec", 3))
        return false;
    for (skip_harmless(&at, &left); take_push(&at, &left);
         skip_harmless(&at, &left))
        *distance += 8;
    if (take(&at, &left, "\x48\x83\xec", 3) && left >= 1) /* sub rsp, N */
        *distance += at[0];
    else if (take(&at, &left, "\x48\x81\xec", 3) && left >= 4)
        *distance += (uint64_t)at[0] | (uint64_t)at[1] << 8 |
                     (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
    return true;
}

/* call rel32, or through a register or memory: opcode ff, /2 of all lengths. */
bool cfi_is_call(const unsigned char *bytes, size_t size)
{
    static const size_t lengths[] = {2, 3, 4, 6, 7};

    if (size >= 5 && bytes[size - 5] == 0xe8)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        const unsigned char *at = bytes + size - lengths[i];

        if (lengths[i] <= size && at[0] == 0xff && (at[1] >> 3 & 7) == 2)
            return true;
    }
    return false;
}
