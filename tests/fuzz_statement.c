/* Every line that is read has its fields within their bounds. */
#include "account/statement.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *to, const struct statement_line *line, struct err *err)
{
    (void)to;
    (void)err;
    if (!line->id[0] || !line->amount[0] ||
        strlen(line->id) >= sizeof(line->id) ||
        strlen(line->memo) >= sizeof(line->memo))
        abort();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct statement_sink sink = {.take = check};
    const char *text = (const char *)data;
    struct statement_columns columns;

    if (!statement_columns_read("", &columns, NULL))
        abort();
    (void)!statement_read_csv(text, size, &columns, &sink, NULL);
    (void)!statement_read_ofx(text, size, &sink, NULL);
    return 0;
}
