#include "schedstat.h"

#include "threads/number.h"

bool schedstat_read(const char *text, size_t len, struct schedstat *stat)
{
    struct number_text rest = {text, len};
    struct schedstat read;

    if (!number_decimal(&rest, &read.run_ns) ||
        !number_decimal(&rest, &read.ready_ns) ||
        !number_decimal(&rest, &read.times) || !number_end(&rest))
        return false;
    *stat = read;
    return true;
}
