/* What the download room tells, as sentences: each, or, where a screen has room
 * for one, in groups ("saved 37 files"). Pure; UI thread. */
#ifndef TUI_NEWS_H
#define TUI_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "fetch/fetch.h"

enum news_tone { NEWS_NOTE, NEWS_GOOD, NEWS_BAD };

/* Appends an event as a sentence. False: it is not worth one. check: what is
 * known of its digest ("sha256"); or "". */
bool news_sentence(const struct fetch_event *event, const char *check,
                   enum news_tone *tone, struct str *out);

/* Groups, at most one a second of each kind. */
enum news_kind { NEWS_SAVED, NEWS_FAILED, NEWS_OTHER, NEWS_KINDS };

enum { NEWS_TEXT = 400, NEWS_CHECK = 16 };

struct news {
    struct news_group {
        uint64_t count;
        uint64_t bytes;
        enum news_tone tone; /* of the last */
        char text[NEWS_TEXT];
    } groups[NEWS_KINDS];
    bool said;       /* in this round */
    int64_t next_ms; /* nothing is said before */
};

/* Takes an event into its group; retries and the like are no news. check is for
 * the first of a group only. */
void news_add(struct news *news, const struct fetch_event *event,
              const char *check);

/* The next sentence that may be said now, instead of what is in out; false:
 * none. Ask until then. */
bool news_next(struct news *news, int64_t now_ms, enum news_tone *tone,
               struct str *out);

/* When one may be said; -1: there is none. */
int64_t news_deadline(const struct news *news);

#endif
