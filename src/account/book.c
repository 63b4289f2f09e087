#include "book.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"

enum { BUCKETS = 64 };

struct book_row {
    struct holder holder; /* first: a holder of the book is a row */
    struct book_row *next_id;
    struct book_row *next_name;
    struct book_row *next_touched;
    bool touched;
};

static uint64_t mix(uint64_t value)
{
    value ^= value >> 31;
    value *= 0x9e3779b97f4a7c15u;
    return value ^ value >> 29;
}

static size_t place_of_id(const struct book *book, int64_t id)
{
    return (size_t)mix((uint64_t)id) & (book->buckets - 1);
}

static size_t place_of_name(const struct book *book, const char *name)
{
    uint64_t hash = book->salt;

    for (; *name; name++)
        hash = mix(hash + (unsigned char)*name);
    return (size_t)hash & (book->buckets - 1);
}

void book_clear(struct book *book)
{
    for (size_t i = 0; i < book->buckets; i++)
        for (struct book_row *row = book->by_id[i], *next; row; row = next) {
            next = row->next_id;
            mem_free(row);
        }
    mem_free(book->by_id);
    mem_free(book->by_name);
    *book = (struct book){.salt = book->salt};
}

struct holder *book_by_id(struct book *book, int64_t id)
{
    if (book->buckets == 0)
        return NULL;
    for (struct book_row *row = book->by_id[place_of_id(book, id)]; row;
         row = row->next_id)
        if (row->holder.id == id)
            return &row->holder;
    return NULL;
}

struct holder *book_by_name(struct book *book, const char *name)
{
    if (book->buckets == 0)
        return NULL;
    for (struct book_row *row = book->by_name[place_of_name(book, name)]; row;
         row = row->next_name)
        if (strcmp(row->holder.name, name) == 0)
            return &row->holder;
    return NULL;
}

static void link_row(struct book *book, struct book_row *row)
{
    struct book_row **id = &book->by_id[place_of_id(book, row->holder.id)];
    struct book_row **name =
        &book->by_name[place_of_name(book, row->holder.name)];

    row->next_id = *id;
    row->next_name = *name;
    *id = row;
    *name = row;
}

static void grow(struct book *book)
{
    struct book old = *book;

    book->buckets = old.buckets ? 2 * old.buckets : BUCKETS;
    book->by_id = mem_new(book->buckets * sizeof(*book->by_id));
    book->by_name = mem_new(book->buckets * sizeof(*book->by_name));
    for (size_t i = 0; i < old.buckets; i++)
        for (struct book_row *row = old.by_id[i], *next; row; row = next) {
            next = row->next_id;
            link_row(book, row);
        }
    mem_free(old.by_id);
    mem_free(old.by_name);
}

struct holder *book_add(struct book *book, const struct holder *holder)
{
    struct book_row *row = mem_new(sizeof(*row));

    if (book->count == book->buckets)
        grow(book);
    row->holder = *holder;
    link_row(book, row);
    book->count++;
    return &row->holder;
}

void book_touch(struct book *book, struct holder *holder)
{
    struct book_row *row = (struct book_row *)holder;

    if (row->touched)
        return;
    row->touched = true;
    row->next_touched = book->touched;
    book->touched = row;
}

struct holder *book_next_touched(struct book *book)
{
    struct book_row *row = book->touched;

    if (!row)
        return NULL;
    book->touched = row->next_touched;
    row->touched = false;
    return &row->holder;
}
