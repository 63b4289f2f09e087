#include "jar.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

enum {
    FIELDS = 7, /* domain, tail match, path, secure, expiry, name, value */
    FILE_MAX = 32 * 1024 * 1024
};

/* A cookie, or the memory of one that is gone: a handle that was filled before
 * that still has it and must not bring it back. */
struct cookie {
    char *key;         /* domain, path and name; constant */
    char *line;        /* as libcurl tells it; NULL: gone */
    int64_t expires_s; /* 0: at the end of the session */
    uint64_t seq;      /* when it came or went */
    uint64_t seen;     /* the last jar_from_handle whose handle had it */
};

struct jar {
    struct lock lock;
    /* guarded by lock */
    struct cookie *list GUARDED_BY(jar_class); /* by key */
    size_t count GUARDED_BY(jar_class);
    size_t room GUARDED_BY(jar_class);
    size_t live GUARDED_BY(jar_class); /* of count, not gone */
    uint64_t seq GUARDED_BY(jar_class);
    uint64_t pass GUARDED_BY(jar_class);
};

/* ---- a line ---- */

struct field {
    const char *text;
    size_t len;
};

/* What the jar has to know of a cookie. */
struct crumb {
    const char *line;
    int64_t expires_s;
    char key[JAR_LINE + 1];
};

static bool split(const char *line, struct field fields[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        size_t len = strcspn(line, i < FIELDS - 1 ? "\t" : "");

        fields[i] = (struct field){line, len};
        line += len;
        if (i < FIELDS - 1 && *line++ != '\t')
            return false;
    }
    return true;
}

/* Names of hosts are the same in any case. */
static size_t add_lower(char *out, const struct field *field)
{
    for (size_t i = 0; i < field->len; i++) {
        char c = field->text[i];

        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return field->len;
}

static bool parse(struct crumb *crumb, const char *line)
{
    static const char http_only[] = "#HttpOnly_";
    struct field fields[FIELDS];
    char *end;
    int len;

    if (strlen(line) > JAR_LINE)
        return false;
    crumb->line = line;
    if (strncmp(line, http_only, sizeof(http_only) - 1) == 0)
        line += sizeof(http_only) - 1;
    for (const char *at = line; *at; at++)
        if ((unsigned char)*at < 0x20 && *at != '\t')
            return false;
    if (!split(line, fields) || fields[0].len == 0 || fields[5].len == 0)
        return false;
    errno = 0;
    crumb->expires_s = strtoll(fields[4].text, &end, 10);
    if (errno != 0 || end != fields[4].text + fields[4].len ||
        crumb->expires_s < 0)
        return false;
    len = (int)add_lower(crumb->key, &fields[0]);
    (void)snprintf(crumb->key + len, sizeof(crumb->key) - (size_t)len,
                   "\t%.*s\t%.*s", (int)fields[2].len, fields[2].text,
                   (int)fields[5].len, fields[5].text);
    return true;
}

static bool over(int64_t expires_s, int64_t now_s)
{
    return expires_s != 0 && expires_s <= now_s;
}

static int64_t wall_s(void)
{
    return clock_wall_ms() / 1000;
}

/* ---- the table ---- */

/* Where key is, or where it would go. */
static size_t place(const struct jar *jar, const char *key, bool *found)
    REQUIRES(jar_class)
{
    size_t low = 0;
    size_t high = jar->count;

    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(key, jar->list[middle].key);

        *found = order == 0;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

static void lose(struct jar *jar, struct cookie *cookie) REQUIRES(jar_class)
{
    if (!cookie->line)
        return;
    MEM_CLEAR(cookie->line);
    cookie->seq = ++jar->seq;
    jar->live--;
}

static void lose_over(struct jar *jar, int64_t now_s) REQUIRES(jar_class)
{
    for (size_t i = 0; i < jar->count; i++)
        if (over(jar->list[i].expires_s, now_s))
            lose(jar, &jar->list[i]);
}

static void free_cookie(struct cookie *cookie)
{
    mem_free(cookie->key);
    mem_free(cookie->line);
}

/* Forgets which cookies are gone. At worst a handle that is still out brings
 * one back. */
static void forget(struct jar *jar) REQUIRES(jar_class)
{
    size_t kept = 0;

    for (size_t i = 0; i < jar->count; i++) {
        if (jar->list[i].line)
            jar->list[kept++] = jar->list[i];
        else
            free_cookie(&jar->list[i]);
    }
    jar->count = kept;
}

static bool same_domain(const char *a, const char *b)
{
    size_t len = strcspn(a, "\t");

    return strncmp(a, b, len + 1) == 0;
}

/* Lets the oldest of the cookies from .. to - 1 go if there are max or more. */
static void thin(struct jar *jar, size_t from, size_t to, size_t max)
    REQUIRES(jar_class)
{
    struct cookie *oldest = NULL;
    size_t live = 0;

    for (size_t i = from; i < to; i++) {
        struct cookie *cookie = &jar->list[i];

        if (!cookie->line)
            continue;
        live++;
        if (!oldest || cookie->seq < oldest->seq)
            oldest = cookie;
    }
    if (oldest && live >= max)
        lose(jar, oldest);
}

/* For one more cookie at place at. A site that sets too many loses its own
 * before those of others. */
static void make_room(struct jar *jar, const char *key, size_t at)
    REQUIRES(jar_class)
{
    size_t from = at;
    size_t to = at;

    while (from > 0 && same_domain(key, jar->list[from - 1].key))
        from--;
    while (to < jar->count && same_domain(key, jar->list[to].key))
        to++;
    thin(jar, from, to, JAR_DOMAIN);
    if (jar->live >= JAR_COOKIES)
        thin(jar, 0, jar->count, JAR_COOKIES);
}

static struct cookie *insert(struct jar *jar, const char *key, size_t at)
    REQUIRES(jar_class)
{
    struct cookie *cookie;

    if (jar->count == jar->room) {
        jar->room = jar->room ? jar->room * 2 : 16;
        jar->list = mem_resize(jar->list, jar->room, sizeof(*jar->list));
    }
    cookie = &jar->list[at];
    memmove(cookie + 1, cookie, (jar->count - at) * sizeof(*cookie));
    jar->count++;
    *cookie = (struct cookie){.key = mem_strdup(key)};
    return cookie;
}

/* A cookie of a handle that was filled at mark; JAR_REFUSED: from elsewhere. */
static void learn(struct jar *jar, const struct crumb *crumb, uint64_t mark)
    REQUIRES(jar_class)
{
    bool found;
    size_t at = place(jar, crumb->key, &found);
    struct cookie *cookie = found ? &jar->list[at] : NULL;

    if (cookie)
        cookie->seen = jar->pass;
    if (cookie && (cookie->seq > mark ||
                   (cookie->line && strcmp(cookie->line, crumb->line) == 0)))
        return;
    if (!cookie || !cookie->line) {
        make_room(jar, crumb->key, at);
        jar->live++;
    }
    if (!cookie && jar->count >= (size_t)2 * JAR_COOKIES) {
        forget(jar);
        at = place(jar, crumb->key, &found);
    }
    if (!cookie)
        cookie = insert(jar, crumb->key, at);
    mem_free(cookie->line);
    cookie->line = mem_strdup(crumb->line);
    cookie->expires_s = crumb->expires_s;
    cookie->seq = ++jar->seq;
    cookie->seen = jar->pass;
}

/* What the handle has no longer. */
static void lose_unseen(struct jar *jar, uint64_t mark) REQUIRES(jar_class)
{
    for (size_t i = 0; i < jar->count; i++)
        if (jar->list[i].seen != jar->pass && jar->list[i].seq <= mark)
            lose(jar, &jar->list[i]);
}

/* Appends every cookie and a newline each; lines hold none. Nothing is appended
 * if the jar is as it was at known, and that is returned. */
static uint64_t copy(struct jar *jar, struct str *out, uint64_t known)
{
    int64_t now_s = wall_s();
    uint64_t mark;

    lock_take(&jar->lock, &jar_class);
    lose_over(jar, now_s);
    for (size_t i = 0; jar->seq != known && i < jar->count; i++) {
        if (!jar->list[i].line)
            continue;
        str_puts(out, jar->list[i].line);
        str_putc(out, '\n');
    }
    mark = jar->seq;
    lock_drop(&jar->lock, &jar_class);
    return mark;
}

/* ---- a file ---- */

struct count {
    size_t good;
    size_t over;
    size_t bad;
};

/* The file is libcurl's to judge, which also tells the line as it will tell it
 * later; NULL where it is no cookie. A header line or a command of
 * CURLOPT_COOKIELIST is none. */
static struct curl_slist *told(CURL *easy, const char *line)
{
    struct curl_slist *list = NULL;

    if (!strchr(line, '\t') || strlen(line) > JAR_LINE ||
        curl_strnequal(line, "Set-Cookie:", 11))
        return NULL;
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, line);
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list);
    return list;
}

static void load_line(struct jar *jar, CURL *easy, const char *line,
                      struct count *count)
{
    struct crumb crumb;
    struct curl_slist *list;

    if (parse(&crumb, line) && over(crumb.expires_s, wall_s())) {
        count->over++;
        return;
    }
    list = told(easy, line);
    if (list && parse(&crumb, list->data)) {
        count->good++;
        lock_take(&jar->lock, &jar_class);
        learn(jar, &crumb, JAR_REFUSED);
        lock_drop(&jar->lock, &jar_class);
    } else {
        count->bad++;
    }
    curl_slist_free_all(list);
}

static bool comment(const char *line)
{
    return line[strspn(line, " \t")] == '\0' ||
           (line[0] == '#' && strncmp(line, "#HttpOnly_", 10) != 0);
}

static void load_text(struct jar *jar, CURL *easy, struct str *text,
                      struct count *count)
{
    char *line = text->data;
    char *end = text->data + text->len;

    while (line < end) {
        char *next = memchr(line, '\n', (size_t)(end - line));

        if (!next)
            next = end;
        *next = '\0';
        if (next > line && next[-1] == '\r')
            next[-1] = '\0';
        if (!comment(line))
            load_line(jar, easy, line, count);
        line = next + 1;
    }
}

static bool read_file(const char *path, struct str *text, struct err *err)
{
    char buffer[16384];
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd >= 0) {
        while ((n = read(fd, buffer, sizeof(buffer))) > 0 ||
               (n < 0 && errno == EINTR))
            if (n > 0 && !str_add(text, buffer, (size_t)n))
                break;
    }
    if (fd < 0 || n < 0)
        err_errno(err, errno, "cannot read the cookies in %s", path);
    else if (text->full)
        err_set(err, ERR_LIMIT, "the cookie file %s is larger than %d MiB",
                path, FILE_MAX >> 20);
    if (fd >= 0)
        close(fd);
    return fd >= 0 && n >= 0 && !text->full;
}

static bool judge(const char *path, const struct count *count, struct err *err)
{
    if (count->bad > 0 && count->good == 0 && count->over == 0)
        return err_set(err, ERR_PROTOCOL,
                       "%s holds no cookie in the Netscape format (7 fields a "
                       "line, tabs between them); export it as cookies.txt",
                       path);
    if (count->bad > 0)
        log_write(LOG_WARN, "%s: %zu %s no cookie and left out", path,
                  count->bad, count->bad == 1 ? "line is" : "lines are");
    log_write(LOG_INFO, "%s: %zu cookies, %zu more are out of date", path,
              count->good, count->over);
    return true;
}

static bool load_file(struct jar *jar, const char *path, struct err *err)
{
    struct count count = {0};
    struct str text;
    CURL *easy = NULL;
    bool ok = false;

    str_init(&text, FILE_MAX);
    if (!read_file(path, &text, err))
        goto out;
    easy = curl_easy_init();
    if (!easy) {
        err_set(err, ERR_NET, "libcurl gives no handle");
        goto out;
    }
    load_text(jar, easy, &text, &count);
    ok = judge(path, &count, err);
out:
    curl_easy_cleanup(easy);
    str_fini(&text);
    return ok;
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* A rename would put a file in the place of a link or a device. */
static bool may_replace(const char *path, struct err *err)
{
    int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    bool regular;

    if (fd < 0)
        return errno == ENOENT ||
               err_errno(err, errno, "cannot save the cookies in %s", path);
    regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    close(fd);
    return regular || err_set(err, ERR_REFUSED,
                              "cannot save the cookies in %s: it is not a "
                              "regular file; name the file itself",
                              path);
}

/* In the folder of path, under a short name: path's may be as long as names
 * get. mkostemp opens with O_EXCL, which follows no link, and mode 0600. */
static char *temp_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return mem_printf("%.*s.cookies-XXXXXX",
                      slash ? (int)(slash + 1 - path) : 0, path);
}

static bool replace(const char *path, const struct str *text, struct err *err)
{
    char *temp = temp_name(path);
    int fd = mkostemp(temp, O_CLOEXEC);
    bool ok = fd >= 0 && write_all(fd, text->data, text->len) &&
              fsync(fd) == 0 && rename(temp, path) == 0;

    if (!ok) {
        err_errno(err, errno, "cannot save the cookies in %s", path);
        if (fd >= 0)
            unlink(temp);
    }
    if (fd >= 0)
        close(fd);
    mem_free(temp);
    return ok;
}

/* ---- the jar ---- */

/* 0 is no mark. */
static void start(struct jar *jar)
{
    lock_take(&jar->lock, &jar_class);
    jar->seq = 1;
    lock_drop(&jar->lock, &jar_class);
}

struct jar *jar_new(const char *load, struct err *err)
{
    struct jar *jar = mem_new(sizeof(*jar));

    lock_init(&jar->lock, &jar_class);
    start(jar);
    if (!load || load_file(jar, load, err))
        return jar;
    jar_free(jar);
    return NULL;
}

NO_ANALYSIS void jar_free(struct jar *jar)
{
    if (!jar)
        return;
    for (size_t i = 0; i < jar->count; i++)
        free_cookie(&jar->list[i]);
    mem_free(jar->list);
    lock_fini(&jar->lock);
    mem_free(jar);
}

/* libcurl counts the Set-Cookie lines of a request, and a handle that has seen
 * its most (50) takes no cookie from anywhere until the next one starts. */
static bool takes_cookies(CURL *easy)
{
    struct curl_slist *list = NULL;
    bool taken;

    curl_easy_setopt(easy, CURLOPT_COOKIELIST,
                     "probe.invalid\tFALSE\t/\tFALSE\t0\tprobe\t1");
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list);
    taken = list != NULL;
    curl_slist_free_all(list);
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
    return taken;
}

uint64_t jar_to_handle(struct jar *jar, CURL *easy, uint64_t known)
{
    struct str text;
    uint64_t mark;

    str_init(&text, (size_t)JAR_COOKIES * (JAR_LINE + 1));
    mark = copy(jar, &text, known);
    if (mark == known)
        goto out;
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
    if (text.len > 0 && !takes_cookies(easy)) {
        str_clear(&text);
        mark = JAR_REFUSED;
    }
    for (char *line = text.data; *line;) {
        char *end = strchr(line, '\n');

        *end = '\0';
        curl_easy_setopt(easy, CURLOPT_COOKIELIST, line);
        line = end + 1;
    }
out:
    str_fini(&text);
    return mark;
}

void jar_from_handle(struct jar *jar, CURL *easy, uint64_t mark)
{
    struct curl_slist *list = NULL;
    struct crumb crumb;
    int64_t now_s = wall_s();

    if (curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &list) != CURLE_OK)
        return;
    lock_take(&jar->lock, &jar_class);
    lose_over(jar, now_s);
    jar->pass++;
    for (struct curl_slist *item = list; item; item = item->next)
        if (parse(&crumb, item->data) && !over(crumb.expires_s, now_s))
            learn(jar, &crumb, mark);
    if (mark != JAR_REFUSED)
        lose_unseen(jar, mark);
    lock_drop(&jar->lock, &jar_class);
    curl_slist_free_all(list);
}

bool jar_save(struct jar *jar, const char *path, struct err *err)
{
    struct str text;
    bool ok;

    str_init(&text, FILE_MAX);
    str_puts(&text, "# Netscape HTTP Cookie File\n");
    (void)copy(jar, &text, 0);
    ok = may_replace(path, err) && replace(path, &text, err);
    str_fini(&text);
    return ok;
}
