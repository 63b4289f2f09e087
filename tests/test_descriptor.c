#include "threads/descriptor.h"

#include <locale.h>

#include "tap.h"

static void check(const char *link, size_t size, const char *want)
{
    char out[128];

    descriptor_name(link, strlen(link), out, size);
    tap_is(out, want, link);
}

int main(void)
{
    char none[1] = {'x'};

    setlocale(LC_ALL, "C.UTF-8");
    check("socket:[1234]", 64, "socket");
    check("pipe:[1234]", 64, "pipe");
    check("anon_inode:[eventpoll]", 64, "eventpoll");
    check("anon_inode:inotify", 64, "inotify");
    check("anon_inode:", 64, "anon_inode");
    check("mnt:[4026531840]", 64, "mnt");
    check("/home/me/a: b.iso", 64, "/home/me/a: b.iso");
    check("/tmp/x (deleted)", 64, "/tmp/x (deleted)");
    check("/a/very/long/path/to/file", 16, "...path/to/file");
    check("/a/\xe4\xbd\xa0\xe5\xa5\xbd", 8, "...\xe5\xa5\xbd");
    check("/\x1b[31m\n", 64, "/\xef\xbf\xbd[31m ");
    check("", 64, "");
    descriptor_name("x", 1, none, 0);
    tap_ok(none[0] == 'x', "no room, no byte");
    descriptor_name("/path/name", 10, none, 1);
    tap_ok(none[0] == '\0', "room for the NUL only");
    return tap_done();
}
