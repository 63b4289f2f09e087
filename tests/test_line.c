#include "session/line.h"

#include "base/mem.h"
#include "tap.h"

static void becomes(const char *line, const char *want)
{
    char *got = line_plain(line);

    tap_is(got, want, *line ? line : "nothing");
    mem_free(got);
}

int main(void)
{
    becomes("sort size", "sort size");
    becomes("", "");
    becomes("add https://user:pw@h.example/a", "add https://user@h.example/a");
    becomes("add https://user@h.example/a", "add https://user@h.example/a");
    becomes("add https://h.example:80/a:b@c", "add https://h.example:80/a:b@c");
    becomes("add https://:pw@h", "add https://@h");
    becomes("add ftp://a:b:c@d@h:21 sftp://x:y@z",
            "add ftp://a@h:21 sftp://x@z");
    becomes("://:@://:@", "://@://@");
    becomes("http://u:p", "http://u:p");
    becomes("x://u:a'@h", "x://u:a'@h");
    return tap_done();
}
