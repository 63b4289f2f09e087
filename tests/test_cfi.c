#include "threads/cfi.h"

#include "tap.h"

enum { AT = 0x10000, BEGIN = 0x2000, SIZE = 0x40 };

/* "zR", pointers as 4 bytes from themselves; CFA = rsp + 8, return address at
 * CFA - 8. */
static const unsigned char common_bytes[] = {
    20, 0,    0,  0, 0,    0,    0, 0, 1,    'z', 'R', 0,
    1,  0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1,   0,   0};

static unsigned char bytes[256];

static struct cfi_entry common_at(void)
{
    return (struct cfi_entry){common_bytes, sizeof(common_bytes), AT};
}

static void put(size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        bytes[at + i] = (unsigned char)(value >> (8 * i));
}

/* An entry for BEGIN with this program, right behind the common one. */
static struct cfi_entry entry_of(const char *program, size_t size)
{
    uint64_t at = AT + sizeof(common_bytes);

    put(0, (uint32_t)(13 + size));
    put(4, sizeof(common_bytes) + 4);
    put(8, (uint32_t)(BEGIN - (at + 8)));
    put(12, SIZE);
    bytes[16] = 0;
    memcpy(bytes + 17, program, size);
    return (struct cfi_entry){bytes, 17 + size, at};
}

static bool rule_at(const struct cfi_entry *entry, uint64_t code,
                    struct cfi_rule *rule)
{
    struct cfi_entry common = common_at();

    return cfi_rule(entry, &common, code, rule);
}

/* push rbp; mov rbp, rsp; ... */
static void test_framed(void)
{
    static const char program[] = "\x41\x0e\x10\x86\x02\x43\x0d\x06";
    struct cfi_entry entry = entry_of(program, sizeof(program) - 1);
    struct cfi_rule rule;
    uint64_t at = 0;

    tap_ok(cfi_common(&entry, &at) && at == AT, "its common entry");
    tap_ok(rule_at(&entry, BEGIN, &rule) && !rule.by_frame && rule.place == 8 &&
               rule.back == -8 && !rule.frame_saved && !rule.last,
           "at the beginning");
    tap_ok(rule.begin == BEGIN && rule.end == BEGIN + SIZE, "the function");
    tap_ok(rule_at(&entry, BEGIN + 1, &rule) && !rule.by_frame &&
               rule.place == 16 && rule.frame_saved && rule.frame == -16,
           "behind the push");
    tap_ok(rule_at(&entry, BEGIN + 4, &rule) && rule.by_frame &&
               rule.place == 16 && rule.frame_saved,
           "with a frame pointer");
    tap_ok(!rule_at(&entry, BEGIN + SIZE, &rule) &&
               !rule_at(&entry, BEGIN - 1, &rule),
           "not beyond the function");
}

static void test_state(void)
{
    static const char remembered[] = "\x0a\x41\x0e\x20\x41\x0b";
    static const char last[] = "\x07\x10";
    static const char restored[] = "\x07\x06\x41\xc6";
    struct cfi_entry entry = entry_of(remembered, sizeof(remembered) - 1);
    struct cfi_rule rule;

    tap_ok(rule_at(&entry, BEGIN + 1, &rule) && rule.place == 32,
           "in the middle");
    tap_ok(rule_at(&entry, BEGIN + 2, &rule) && rule.place == 8,
           "as before again");
    entry = entry_of(last, sizeof(last) - 1);
    tap_ok(rule_at(&entry, BEGIN, &rule) && rule.last, "nobody called it");
    entry = entry_of(restored, sizeof(restored) - 1);
    tap_ok(rule_at(&entry, BEGIN, &rule) && rule.frame_lost, "rbp is lost");
    tap_ok(rule_at(&entry, BEGIN + 1, &rule) && !rule.frame_lost,
           "and given back");
}

static void test_refused(void)
{
    static const struct {
        const char *program;
        size_t size;
        const char *what;
    } bad[] = {
        {"\x0b", 1, "nothing was remembered"},
        {"\x3f", 1, "no such step"},
        {"\x0c\x07", 2, "a step is cut off"},
        {"\x0f\x02\x77\x08", 4, "an expression"},
        {"\x0c\x0a\x08", 3, "another register"},
        {"\x0f\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10, "a long expression"},
        {"\x80", 1, "a register without a place"},
        {"\x09\x10\x03", 3, "the return address in a register"},
        {"\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a",
         17, "too much to remember"},
    };
    struct cfi_rule rule;
    struct cfi_entry entry;
    struct cfi_entry cut = common_at();

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        entry = entry_of(bad[i].program, bad[i].size);
        tap_ok(!rule_at(&entry, BEGIN, &rule), "refused: %s", bad[i].what);
    }
    entry = entry_of("", 0);
    tap_ok(rule_at(&entry, BEGIN, &rule), "an empty program is none of these");
    for (size_t i = 0; i < sizeof(common_bytes); i++) {
        cut.size = i;
        if (cfi_rule(&entry, &cut, BEGIN, &rule)) {
            tap_ok(false, "a common entry cut at %zu", i);
            return;
        }
    }
    tap_ok(true, "a common entry that is cut");
}

static void test_find(void)
{
    /* version, pointer of 4 bytes from itself, count of 4, table of 4 from the
     * header; two entries */
    unsigned char header[12 + 16] = {1, 0x1b, 0x03, 0x3b, 0, 0, 0, 0, 2};
    uint64_t at;

    header[12 + 1] = 0x10; /* 0x1000: 0x20 */
    header[16] = 0x20;
    header[20 + 1] = 0x20; /* 0x2000: 0x40 */
    header[24] = 0x40;
    tap_ok(cfi_find(header, sizeof(header), AT, AT + 0x1800, &at) &&
               at == AT + 0x20,
           "the first");
    tap_ok(cfi_find(header, sizeof(header), AT, AT + 0x2000, &at) &&
               at == AT + 0x40,
           "the second");
    tap_ok(!cfi_find(header, sizeof(header), AT, AT + 0xfff, &at),
           "before all of them");
    tap_ok(!cfi_find(header, sizeof(header) - 1, AT, AT + 0x2000, &at),
           "a table that is cut");
}

static void test_code(void)
{
    static const unsigned char plain[] = {0x55, 0x48, 0x89, 0xe5, 0x41, 0x54,
                                          0x53, 0x48, 0x83, 0xec, 0x20, 0xe8,
                                          0,    0,    0,    0};
    static const unsigned char mixed[] = {
        0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x31, 0xff, 0x48, 0x89, 0xe5, 0x53,
        0x48, 0x8d, 0x75, 0xe0, 0x48, 0x81, 0xec, 0x00, 0x01, 0x00, 0x00};
    static const unsigned char none[] = {0x53, 0x48, 0x83, 0xec, 0x20};
    uint64_t distance;

    tap_ok(cfi_prologue(plain, sizeof(plain), &distance) &&
               distance == 0x20 + 16,
           "rbp, two pushes and some space");
    tap_ok(cfi_prologue(mixed, sizeof(mixed), &distance) &&
               distance == 0x100 + 8,
           "with other steps between");
    tap_ok(cfi_prologue(mixed, 11, &distance) && distance == 8,
           "only as far as it came");
    tap_ok(!cfi_prologue(none, sizeof(none), &distance), "without rbp");
    tap_ok(!cfi_prologue(plain, 3, &distance), "cut off");
    tap_ok(cfi_is_call(plain, sizeof(plain)), "a call");
    tap_ok(cfi_is_call((const unsigned char[]){0xff, 0xd0}, 2),
           "through a register");
    tap_ok(!cfi_is_call(none, sizeof(none)) && !cfi_is_call(none, 0),
           "no call");
}

int main(void)
{
    test_framed();
    test_state();
    test_refused();
    test_find();
    test_code();
    return tap_done();
}
