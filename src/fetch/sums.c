#include "sums.h"

#include <stdint.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "hash.h"

/* Names and values lie one behind the other in one buffer and are meant by
 * their places in it, since a list may hold millions. */
struct entry {
    uint32_t name;
    uint32_t name_len;
    uint32_t value;
    unsigned char algo; /* enum digest_algo */
    bool shared;        /* other entries end in the same "/name" ... */
    bool clash;         /* ... and not all have the same digest */
};

/* An open-addressing table of entry numbers + 1. */
struct index {
    uint32_t *slots;
    size_t room; /* 0 or a power of two */
    size_t count;
};

struct sums {
    struct hash_key key;
    struct str store;
    size_t text_bytes; /* loaded so far */
    struct entry *entries;
    size_t count;
    size_t room;
    struct index names;
    struct index tails; /* the part behind the last slash */
    size_t ignored;
};

/* A piece of text. */
struct piece {
    const char *data;
    size_t len;
};

struct sums *sums_new(void)
{
    struct sums *sums = mem_new(sizeof(*sums));

    hash_key_random(&sums->key);
    /* Each line stores a name no longer than itself and a value of half its
     * digits. */
    str_init(&sums->store, SUMS_TEXT_MAX);
    return sums;
}

void sums_free(struct sums *sums)
{
    if (!sums)
        return;
    str_fini(&sums->store);
    mem_free(sums->entries);
    mem_free(sums->names.slots);
    mem_free(sums->tails.slots);
    mem_free(sums);
}

size_t sums_count(const struct sums *sums)
{
    return sums->count;
}

size_t sums_ignored(const struct sums *sums)
{
    return sums->ignored;
}

/* What the two indexes go by. */

static struct piece name_of(const struct sums *sums, const struct entry *entry)
{
    return (struct piece){.data = sums->store.data + entry->name,
                          .len = entry->name_len};
}

/* The part behind the last slash; all of it if there is none. */
static struct piece tail_of(struct piece name)
{
    const char *slash = memrchr(name.data, '/', name.len);
    size_t skip = slash ? (size_t)(slash + 1 - name.data) : 0;

    return (struct piece){.data = name.data + skip, .len = name.len - skip};
}

static struct piece key_of(const struct sums *sums, const struct index *index,
                           const struct entry *entry)
{
    struct piece name = name_of(sums, entry);

    return index == &sums->tails ? tail_of(name) : name;
}

static bool same(struct piece a, struct piece b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* The slot that key has, or would get. There is always a free one. */
static uint32_t *find_slot(const struct sums *sums, const struct index *index,
                           struct piece key)
{
    size_t at = (size_t)hash_bytes(&sums->key, key.data, key.len);

    for (;; at++) {
        uint32_t *slot = &index->slots[at & (index->room - 1)];

        if (*slot == 0 ||
            same(key_of(sums, index, &sums->entries[*slot - 1]), key))
            return slot;
    }
}

static struct entry *look_up(const struct sums *sums, const struct index *index,
                             struct piece key)
{
    uint32_t number = index->room > 0 ? *find_slot(sums, index, key) : 0;

    return number > 0 ? &sums->entries[number - 1] : NULL;
}

static void grow(const struct sums *sums, struct index *index)
{
    struct index wider = {.room = index->room ? index->room * 2 : 64,
                          .count = index->count};

    wider.slots = mem_new(wider.room * sizeof(*wider.slots));
    for (size_t i = 0; i < index->room; i++) {
        struct piece key;
        size_t at;

        if (index->slots[i] == 0)
            continue;
        key = key_of(sums, index, &sums->entries[index->slots[i] - 1]);
        at = (size_t)hash_bytes(&sums->key, key.data, key.len);
        while (wider.slots[at & (wider.room - 1)] != 0)
            at++;
        wider.slots[at & (wider.room - 1)] = index->slots[i];
    }
    mem_free(index->slots);
    *index = wider;
}

/* Enters an entry whose key is not there yet. */
static void enter(const struct sums *sums, struct index *index,
                  const struct entry *entry)
{
    if ((index->count + 1) * 4 > index->room * 3)
        grow(sums, index);
    *find_slot(sums, index, key_of(sums, index, entry)) =
        (uint32_t)(entry - sums->entries) + 1;
    index->count++;
}

static void get_digest(const struct sums *sums, const struct entry *entry,
                       struct digest *digest)
{
    *digest = (struct digest){.algo = (enum digest_algo)entry->algo};
    digest->len = digest_len(digest->algo);
    memcpy(digest->value, sums->store.data + entry->value, digest->len);
}

/* A name has got another entry, or its entry another value: tells the entry
 * that stands for all with this tail. */
static void note_tail(struct sums *sums, const struct entry *entry)
{
    struct entry *owner =
        look_up(sums, &sums->tails, key_of(sums, &sums->tails, entry));
    struct digest ours;
    struct digest theirs;

    if (!owner) {
        enter(sums, &sums->tails, entry);
        return;
    }
    if (owner == entry) {
        owner->clash = owner->shared;
        return;
    }
    owner->shared = true;
    get_digest(sums, entry, &ours);
    get_digest(sums, owner, &theirs);
    if (!digest_equal(&ours, &theirs))
        owner->clash = true;
}

static struct entry *append(struct sums *sums, struct piece name)
{
    struct entry *entry;

    if (sums->count == sums->room) {
        sums->room = sums->room ? sums->room * 2 : 64;
        sums->entries =
            mem_resize(sums->entries, sums->room, sizeof(*sums->entries));
    }
    entry = &sums->entries[sums->count++];
    *entry = (struct entry){.name = (uint32_t)sums->store.len,
                            .name_len = (uint32_t)name.len};
    str_add(&sums->store, name.data, name.len);
    return entry;
}

static void set_value(struct sums *sums, struct entry *entry,
                      const struct digest *digest)
{
    entry->value = (uint32_t)sums->store.len;
    entry->algo = (unsigned char)digest->algo;
    str_add(&sums->store, digest->value, digest->len);
}

static bool has_slash(struct piece name)
{
    return memchr(name.data, '/', name.len) != NULL;
}

/* False if name has another value of the same algorithm already. */
static bool put(struct sums *sums, struct piece name,
                const struct digest *digest)
{
    struct entry *entry = look_up(sums, &sums->names, name);
    struct digest present;

    if (entry) {
        get_digest(sums, entry, &present);
        if (present.algo == digest->algo)
            return digest_equal(&present, digest);
        if (present.algo > digest->algo)
            return true;
        set_value(sums, entry, digest);
    } else {
        entry = append(sums, name);
        set_value(sums, entry, digest);
        enter(sums, &sums->names, entry);
    }
    if (has_slash(name))
        note_tail(sums, entry);
    return true;
}

/* Lines. */

/* One line as read. */
struct line {
    struct digest digest;
    struct piece name;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct piece from(struct piece piece, size_t skip)
{
    return (struct piece){.data = piece.data + skip, .len = piece.len - skip};
}

/* How many bytes at the start are not blank. */
static size_t word_len(struct piece piece)
{
    size_t len = 0;

    while (len < piece.len && !is_blank(piece.data[len]))
        len++;
    return len;
}

static enum digest_algo algo_of_digits(size_t digits)
{
    for (unsigned i = DIGEST_NONE + 1; i < DIGEST_ALGOS; i++)
        if (digits == 2 * digest_len((enum digest_algo)i))
            return (enum digest_algo)i;
    return DIGEST_NONE;
}

/* "HEX  name", "HEX *name", "HEX name". */
static bool read_gnu(struct piece text, struct line *line)
{
    size_t digits = word_len(text);

    if (!digest_from_hex(&line->digest, algo_of_digits(digits), text.data,
                         digits) ||
        digits == text.len)
        return false;
    line->name = from(text, digits + 1);
    if (line->name.len > 0 &&
        (is_blank(line->name.data[0]) || line->name.data[0] == '*'))
        line->name = from(line->name, 1);
    return true;
}

/* "SHA256 (name) = HEX", also without the blanks. The name may hold brackets:
 * the last ')' ends it. */
static bool read_bsd(struct piece text, struct line *line)
{
    const char *open = memchr(text.data, '(', text.len);
    const char *close = memrchr(text.data, ')', text.len);
    size_t word = word_len(text);
    struct piece hex;

    if (!open || !close || close < open)
        return false;
    if (word > (size_t)(open - text.data))
        word = (size_t)(open - text.data);
    hex = from(text, (size_t)(close + 1 - text.data));
    while (hex.len > 0 && is_blank(hex.data[0]))
        hex = from(hex, 1);
    if (hex.len == 0 || hex.data[0] != '=')
        return false;
    do
        hex = from(hex, 1);
    while (hex.len > 0 && is_blank(hex.data[0]));
    line->name =
        (struct piece){.data = open + 1, .len = (size_t)(close - open - 1)};
    return digest_from_hex(&line->digest, digest_algo_of(text.data, word),
                           hex.data, hex.len);
}

/* Undoes GNU's escapes: into name, which has room for all of piece. */
static struct piece undo_escapes(struct piece piece, char name[SUMS_NAME_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < piece.len; i++) {
        char c = piece.data[i];

        if (c == '\\' && i + 1 < piece.len) {
            c = piece.data[++i];
            if (c == 'n')
                c = '\n';
            else if (c == 'r')
                c = '\r';
            else if (c != '\\')
                name[len++] = '\\';
        }
        name[len++] = c;
    }
    return (struct piece){.data = name, .len = len};
}

static struct piece without_dot(struct piece name)
{
    while (name.len > 2 && memcmp(name.data, "./", 2) == 0)
        name = from(name, 2);
    return name;
}

/* Takes one line in; false if that cannot be, with *known telling whether it
 * was a line of ours at all. */
static bool take_line(struct sums *sums, struct piece text, bool *known)
{
    bool escaped = text.len > 0 && text.data[0] == '\\';
    char buffer[SUMS_NAME_MAX];
    struct line line;

    *known = false;
    if (escaped)
        text = from(text, 1);
    if (!read_gnu(text, &line) && !read_bsd(text, &line))
        return false;
    if (line.name.len == 0 || line.name.len > SUMS_NAME_MAX ||
        memchr(line.name.data, '\0', line.name.len))
        return false;
    *known = true;
    if (escaped)
        line.name = undo_escapes(line.name, buffer);
    return put(sums, without_dot(line.name), &line.digest);
}

/* Takes the next line, without its end, off *rest. */
static struct piece next_line(struct piece *rest)
{
    const char *end = memchr(rest->data, '\n', rest->len);
    struct piece line = *rest;

    if (end)
        line.len = (size_t)(end - rest->data);
    *rest = from(*rest, end ? line.len + 1 : line.len);
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool says_nothing(struct piece line)
{
    while (line.len > 0 && is_blank(line.data[0]))
        line = from(line, 1);
    return line.len == 0 || line.data[0] == '#';
}

bool sums_load(struct sums *sums, const char *text, size_t len, struct err *err)
{
    struct piece rest = {.data = text, .len = len};
    size_t strange = 0;
    size_t known = 0;

    if (len > SUMS_TEXT_MAX - sums->text_bytes)
        return err_set(err, ERR_LIMIT,
                       "the list of checksums is larger than %d MiB",
                       SUMS_TEXT_MAX / 1024 / 1024);
    sums->text_bytes += len;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        rest = from(rest, 3);
    for (size_t number = 1; rest.len > 0; number++) {
        struct piece line = next_line(&rest);
        bool ours;

        if (says_nothing(line))
            continue;
        if (!take_line(sums, line, &ours) && ours)
            return err_set(err, ERR_PROTOCOL,
                           "line %zu of the list of checksums gives a file "
                           "another value than a line before it",
                           number);
        if (ours)
            known++;
        else
            strange++;
    }
    sums->ignored += strange;
    if (known == 0 && strange > 0)
        return err_set(err, ERR_PROTOCOL,
                       "the list of checksums has no line of the form "
                       "'DIGITS  NAME'");
    return true;
}

bool sums_find(const struct sums *sums, const char *name, struct digest *digest)
{
    struct piece key =
        without_dot((struct piece){.data = name, .len = strlen(name)});
    const struct entry *entry = look_up(sums, &sums->names, key);

    if (!entry && !has_slash(key)) {
        entry = look_up(sums, &sums->tails, key);
        if (entry && entry->clash)
            return false;
    }
    if (entry)
        get_digest(sums, entry, digest);
    return entry != NULL;
}
