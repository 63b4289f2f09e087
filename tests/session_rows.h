/* Records for the tests of the session room, and a room to put them in. */
#ifndef SESSION_ROWS_H
#define SESSION_ROWS_H

#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "session/session.h"
#include "tap.h"

/* A record whose members follow from number and version, so that one that is
 * torn can be told; key 0: a new one. */
__attribute__((unused)) static uint64_t
put_row(struct session *session, uint64_t key, int number, int version)
{
    char url[64];
    char mirror[64];
    char name[32];
    const char *const urls[] = {url, mirror};
    const struct session_record record = {
        .key = key,
        .urls = urls,
        .url_count = 2,
        .out = name,
        .name = name,
        .state = SESSION_QUEUED,
        .priority = number,
        .bytes = (uint64_t)version * 1000,
        .total = (int64_t)version * 2000,
        .added_ms = number,
        .tries = (unsigned)version,
    };

    snprintf(url, sizeof(url), "http://u:p@h.example/%d/%d", number, version);
    snprintf(mirror, sizeof(mirror), "http://m.example/%d", version);
    snprintf(name, sizeof(name), "file-%d-%d", number, version);
    return session_put(session, &record);
}

/* The version of a whole record, -1 of a torn one. */
__attribute__((unused)) static int
row_version(const struct session_record *record)
{
    int version = (int)record->tries;
    char text[64];

    snprintf(text, sizeof(text), "http://u:p@h.example/%d/%d", record->priority,
             version);
    if (record->url_count != 2 || strcmp(record->urls[0], text) != 0)
        return -1;
    snprintf(text, sizeof(text), "file-%d-%d", record->priority, version);
    if (!record->out || strcmp(record->out, text) != 0 || !record->name ||
        strcmp(record->name, text) != 0)
        return -1;
    return record->bytes == (uint64_t)version * 1000 &&
                   record->total == (int64_t)version * 2000 &&
                   record->added_ms == record->priority
               ? version
               : -1;
}

/* The room over the database called name, or the end of the program. */
__attribute__((unused)) static struct session *must_open(const char *name)
{
    const struct session_options options = {.path = scratch(name),
                                            .gather_ms = 1};
    struct err err = {0};
    struct session *session = session_open(&options, NULL, &err);

    if (!session) {
        printf("Bail out! %s\n", err.text);
        exit(99);
    }
    return session;
}

__attribute__((unused)) static struct session_memory
take(struct session *session)
{
    struct session_memory memory;

    session_take(session, &memory);
    return memory;
}

/* Closes and opens again; what it remembers goes to memory. */
__attribute__((unused)) static struct session *
again(struct session *session, const char *name, struct session_memory *memory)
{
    session_close(session);
    session = must_open(name);
    *memory = take(session);
    return session;
}

/* The priorities, which put_row makes of the numbers: "1 2 3". */
__attribute__((unused)) static const char *
numbers(const struct session_memory *memory)
{
    static char text[1000];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < memory->record_count && len < sizeof(text) - 20; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d",
                                len ? " " : "", memory->records[i]->priority);
    return text;
}

#endif
