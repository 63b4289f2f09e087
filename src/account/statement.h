/* Lines of an account statement from elsewhere, and the formats they come in.
 * Outside text, so every field has its bound; whoever takes a line checks the
 * words in it. Pure. */
#ifndef ACCOUNT_STATEMENT_H
#define ACCOUNT_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "account/entry.h"
#include "base/err.h"

enum { STATEMENT_ID = 256, STATEMENT_WORD = 64, STATEMENT_LINES = 100000 };

struct statement_line {
    size_t number;         /* of the line or record in its file, from 1 */
    char id[STATEMENT_ID]; /* what its bank calls it: the same every time */
    char date[STATEMENT_WORD];
    char amount[STATEMENT_WORD]; /* as money_parse reads it; - is paid out */
    char memo[ENTRY_MEMO];
};

/* Which columns of a CSV file a line is made of, by their names in its first
 * record. */
struct statement_columns {
    char id[STATEMENT_WORD];
    char date[STATEMENT_WORD];
    char amount[STATEMENT_WORD];
    char memo[STATEMENT_WORD];
};

/* "id", "date", "amount", "memo"; then what text ("amount=Betrag,id=Nr") says
 * otherwise. ERR_USAGE. */
bool statement_columns_read(const char *text, struct statement_columns *columns,
                            struct err *err)
    __attribute__((warn_unused_result));

/* Who gets the lines, one after the other, until take returns false: then err
 * is what it says. */
struct statement_sink {
    bool (*take)(void *to, const struct statement_line *line, struct err *err);
    void *to;
};

/* CSV (RFC 4180): a comma, semicolon or tab parts fields, whichever the first
 * record has most of. The columns id and amount must be there. ERR_PROTOCOL
 * tells the record that is wrong; ERR_LIMIT: more than STATEMENT_LINES. */
bool statement_read_csv(const char *text, size_t len,
                        const struct statement_columns *columns,
                        const struct statement_sink *sink, struct err *err)
    __attribute__((warn_unused_result));

/* OFX (1.x as SGML, 2.x as XML): the STMTTRN aggregates, their FITID, TRNAMT,
 * DTPOSTED, and NAME with MEMO. Fails likewise. */
bool statement_read_ofx(const char *text, size_t len,
                        const struct statement_sink *sink, struct err *err)
    __attribute__((warn_unused_result));

#endif
