/* Parts, on real files in a folder of the test's own. */
#include "fetch/part.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "scratch.h"
#include "tap.h"

#define URL "http://h.example/f.bin"
#define NAME "f.bin"

static struct err err;
static int dir_fd;

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(99);
}

/* Each test begins in an empty folder. */
static void begin(void)
{
    static unsigned number;
    char name[32];

    snprintf(name, sizeof(name), "%u", number++);
    must(mkdir(scratch(name), 0700) == 0, name);
    dir_fd = open(scratch(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir_fd >= 0, name);
    err = (struct err){0};
}

static void end(void)
{
    close(dir_fd);
}

static void write_file(const char *name, const void *data, size_t len)
{
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    must(fd >= 0 && write(fd, data, len) == (ssize_t)len, name);
    close(fd);
}

/* The content; "(none)" where there is no such file. */
static const char *read_file(const char *name)
{
    static char text[8192];
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (fd >= 0)
        close(fd);
    if (len < 0)
        return "(none)";
    text[len] = '\0';
    return text;
}

static bool exists(const char *name)
{
    struct stat st;

    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int entries(void)
{
    DIR *folder = fdopendir(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY));
    int count = 0;

    must(folder != NULL, "folder");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 2;
}

static struct part *make(void)
{
    struct part *part = part_new(dir_fd, NAME, URL, &err);

    must(part != NULL, err.text);
    return part;
}

static void put(struct part *part, const char *text, uint64_t offset)
{
    must(part_write(part, text, strlen(text), offset, &err), err.text);
}

/* Flushes and claims start .. end - 1 in a new journal. */
static void claim(struct part *part, uint64_t start, uint64_t stop)
{
    struct journal journal;

    journal_init(&journal);
    journal.url = mem_strdup(URL);
    journal.etag = mem_strdup("\"v1\"");
    journal.length = 100;
    must(spans_add(&journal.done, start, stop), "span");
    must(part_flush(part, &err) && part_journal(part, &journal, &err),
         err.text);
    journal_fini(&journal);
}

static void claim_more(struct part *part, uint64_t start, uint64_t stop)
{
    struct str records;

    str_init(&records, 1000);
    must(journal_span(&records, start, stop), "span");
    must(part_flush(part, &err) && part_append(part, &records, &err), err.text);
    str_fini(&records);
}

/* What a next run finds; *part NULL: nothing. */
static bool resume(struct part **part, struct journal *journal)
{
    journal_init(journal);
    return part_resume(dir_fd, NAME, URL, part, journal, &err);
}

/* How many bytes a next run finds; -1: none, -2: refused. */
static long long found(void)
{
    struct journal journal;
    struct part *part;
    long long bytes = -2;

    if (resume(&part, &journal))
        bytes = part ? (long long)spans_total(&journal.done) : -1;
    part_free(part);
    journal_fini(&journal);
    return bytes;
}

static char *name_of_journal(void)
{
    struct part *part = make();
    char *name = mem_strdup(part->journal_name);

    part_remove(part);
    part_free(part);
    return name;
}

static void test_bytes(void)
{
    struct part *part;
    char data[16] = "";

    begin();
    part = make();
    tap_ok(strncmp(part->name, "f.bin-", 6) == 0 &&
               strcmp(part->name + 14, ".part") == 0,
           "a part beside the file: %s", part->name);
    put(part, "world", 7);
    put(part, "hello, ", 0);
    tap_ok(part_read(part, data, 12, 0, &err), "what is written");
    tap_is(data, "hello, world", "can be read");
    tap_ok(!part_read(part, data, 13, 0, &err) && err.code == ERR_IO,
           "no byte more: %s", err.text);
    tap_ok(part_flush(part, &err), "flushed");
    tap_int(entries(), 1, "there is no journal yet");
    part_free(part);
    tap_int(found(), -1, "a part without one is not resumed");
    part = make();
    tap_is(read_file(part->name), "", "but overwritten");
    part_remove(part);
    part_free(part);
    part_free(NULL);
    tap_int(entries(), 0, "and removed");
    end();
}

static void test_resume(void)
{
    struct journal journal;
    struct part *part;
    char data[8] = "";

    begin();
    part = make();
    put(part, "0123456789", 0);
    claim(part, 0, 4);
    claim_more(part, 6, 10);
    part_free(part);
    tap_ok(resume(&part, &journal) && part, "a part with a journal is resumed");
    tap_ok(journal.done.count == 2 && spans_has(&journal.done, 0, 4) &&
               spans_has(&journal.done, 6, 10),
           "with the spans it claims");
    tap_is(journal.etag, "\"v1\"", "and what it knows of the file");
    tap_ok(part_read(part, data, 4, 6, &err) && strcmp(data, "6789") == 0,
           "the bytes are there");
    claim_more(part, 4, 6);
    part_free(part);
    journal_fini(&journal);
    tap_int(found(), 10, "and it can be gone on with");
    tap_int(entries(), 2, "in the same two files");
    end();
}

/* The journal cut at every byte: whole records count, and what is appended to
 * the rest is read. */
static void test_torn(void)
{
    struct part *part;
    char *name;
    char text[4096];
    size_t len;
    size_t header;
    bool whole = true;
    bool more = true;

    begin();
    part = make();
    put(part, "0123456789", 0);
    claim(part, 0, 4);
    header = strlen(read_file(part->journal_name));
    claim_more(part, 6, 10);
    name = mem_strdup(part->journal_name);
    part_free(part);
    len = strlen(strcpy(text, read_file(name)));
    for (size_t cut = 0; cut <= len; cut++) {
        struct journal journal;
        long long before;

        write_file(name, text, cut);
        before = found();
        whole =
            whole && (cut < header ? before <= 0 : before == 4 || cut == len);
        if (before < 0)
            continue;
        write_file(name, text, cut);
        whole = whole && resume(&part, &journal) && part;
        claim_more(part, 4, 5);
        part_free(part);
        journal_fini(&journal);
        more = more && found() == before + 1;
    }
    tap_ok(whole, "a torn record does not count, those before it do");
    tap_ok(more, "what comes after it is not lost");
    mem_free(name);
    end();
}

static void test_no_data(void)
{
    struct part *part;
    struct stat st;

    begin();
    part = make();
    put(part, "0123456789", 0);
    claim(part, 0, 10);
    must(ftruncate(part->fd, 3) == 0, "ftruncate");
    part_free(part);
    tap_int(found(), 3, "a journal claims no bytes past the data's end");
    part = make();
    tap_ok(!exists(part->journal_name), "a new part has no older journal");
    put(part, "0123456789", 0);
    claim(part, 0, 10);
    must(unlinkat(dir_fd, part->name, 0) == 0, "unlink");
    part_free(part);
    tap_int(found(), -1, "a journal alone is nothing");
    part = make();
    must(part_write(part, "x", 1, 9, &err), err.text);
    tap_ok(fstat(part->fd, &st) == 0 && st.st_size == 10, "new data, a hole");
    part_free(part);
    tap_int(found(), -1, "is not claimed by the journal of the old");
    end();
}

static void test_refused(void)
{
    struct journal journal;
    struct part *part = NULL;
    char *journal_name;
    char *name;

    begin();
    journal_name = name_of_journal();
    name = mem_printf("%.*s.part", (int)strlen(journal_name) - 8, journal_name);
    write_file("victim", "untouched", 9);
    must(symlinkat("victim", dir_fd, name) == 0, "symlink");
    tap_ok(!part_new(dir_fd, NAME, URL, &err) && err.code == ERR_REFUSED,
           "a symlink at the part's name: %s", err.text);
    tap_ok(!resume(&part, &journal) && !part && err.code == ERR_REFUSED,
           "also where a part is looked for");
    tap_is(read_file("victim"), "untouched", "it is not followed");
    must(unlinkat(dir_fd, name, 0) == 0 && mkfifoat(dir_fd, name, 0600) == 0,
         "fifo");
    tap_ok(!part_new(dir_fd, NAME, URL, &err) && err.code == ERR_REFUSED,
           "a pipe there: %s", err.text);
    must(unlinkat(dir_fd, name, 0) == 0 && mkdirat(dir_fd, name, 0700) == 0,
         "folder");
    tap_ok(!part_new(dir_fd, NAME, URL, &err), "a folder there: %s", err.text);
    must(unlinkat(dir_fd, name, AT_REMOVEDIR) == 0, "rmdir");
    write_file(name, "data", 4);
    must(symlinkat("victim", dir_fd, journal_name) == 0, "symlink");
    tap_ok(!resume(&part, &journal) && !part && err.code == ERR_REFUSED,
           "a symlink at the journal's: %s", err.text);
    part = make();
    claim(part, 0, 1);
    tap_is(read_file("victim"), "untouched", "a new journal is no link");
    part_free(part);
    mem_free(journal_name);
    mem_free(name);
    end();
}

/* Another process holds the part until it is killed. */
static void test_busy(void)
{
    struct journal journal;
    struct part *part;
    int ends[2];
    char c;
    pid_t child = -1;

    begin();
    must(pipe(ends) == 0 && (child = fork()) >= 0, "fork");
    if (child == 0) {
        part = make();
        put(part, "0123456789", 0);
        claim(part, 0, 10);
        if (write(ends[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    must(read(ends[0], &c, 1) == 1, "child");
    tap_ok(!part_new(dir_fd, NAME, URL, &err) && err.code == ERR_BUSY,
           "another process has it: %s", err.text);
    tap_ok(!resume(&part, &journal) && !part && err.code == ERR_BUSY,
           "nor is it resumed");
    write_file(NAME, "own", 3);
    tap_ok(!part_adopt(dir_fd, NAME, NAME, URL, &(struct journal){.length = -1},
                       &err) &&
               err.code == ERR_BUSY,
           "nor a file put in its place");
    tap_is(read_file(NAME), "own", "which stays where it is");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    tap_int(found(), 10, "killed at work, it has left what it claimed");
    end();
}

static void test_place(void)
{
    struct part *part;
    int to_fd;

    begin();
    must(mkdirat(dir_fd, "sub", 0700) == 0, "sub");
    to_fd = openat(dir_fd, "sub", O_RDONLY | O_DIRECTORY);
    write_file("sub/taken", "older", 5);
    part = make();
    put(part, "0123456789 and more", 0);
    claim(part, 0, 10);
    tap_ok(!part_place(part, to_fd, "taken", 10, false, &err) &&
               err.code == ERR_EXISTS,
           "a name that is taken: %s", err.text);
    tap_is(read_file("sub/taken"), "older", "is left alone");
    tap_ok(exists(part->name) && exists(part->journal_name),
           "the part is still there");
    tap_ok(part_place(part, to_fd, "free", 10, false, &err),
           "placed in another folder");
    tap_is(read_file("sub/free"), "0123456789", "cut to its length");
    tap_ok(!exists(part->name) && !exists(part->journal_name),
           "the part is gone");
    part_free(part);
    part = make();
    put(part, "new", 0);
    tap_ok(part_place(part, to_fd, "taken", 3, true, &err),
           "or in the place of an existing file");
    tap_is(read_file("sub/taken"), "new", "if that is wanted");
    part_free(part);
    close(to_fd);
    end();
}

static void test_place_bytes(void)
{
    struct stat st;

    begin();
    tap_ok(part_place_bytes(dir_fd, "a", "small", 5, false, &err),
           "a small file at once");
    tap_is(read_file("a"), "small", "complete");
    tap_ok(!part_place_bytes(dir_fd, "a", "other", 5, false, &err) &&
               err.code == ERR_EXISTS,
           "not over another: %s", err.text);
    tap_is(read_file("a"), "small", "which is as before");
    tap_ok(part_place_bytes(dir_fd, "a", "other", 5, true, &err),
           "unless that is wanted");
    tap_is(read_file("a"), "other", "then it is");
    tap_ok(part_place_bytes(dir_fd, "empty", "", 0, false, &err) &&
               part_place_bytes(dir_fd, "empty2", NULL, 0, true, &err),
           "an empty file is one");
    must(symlinkat("nowhere", dir_fd, "link") == 0, "symlink");
    tap_ok(!part_place_bytes(dir_fd, "link", "x", 1, false, &err) &&
               err.code == ERR_EXISTS && !exists("nowhere"),
           "a symlink is a name that is taken");
    umask(027);
    tap_ok(part_place_bytes(dir_fd, "mode", "x", 1, false, &err) &&
               fstatat(dir_fd, "mode", &st, 0) == 0 &&
               (st.st_mode & 07777) == 0640,
           "with the rights that new files get");
    umask(022);
    tap_int(entries(), 5, "nothing else is left behind");
    end();
}

static void test_reset(void)
{
    struct part *part;

    begin();
    part = make();
    put(part, "0123456789", 0);
    claim(part, 0, 10);
    tap_ok(part_reset(part, &err), "reset");
    tap_ok(strcmp(read_file(part->name), "") == 0 &&
               !exists(part->journal_name),
           "the data are empty, the journal is gone");
    put(part, "abc", 0);
    claim(part, 0, 3);
    part_free(part);
    tap_int(found(), 3, "it begins anew");
    end();
}

static struct part *adopt(const char *file, struct journal *journal)
{
    journal_init(journal);
    return part_adopt(dir_fd, file, NAME, URL, journal, &err);
}

static void test_adopt(void)
{
    struct journal journal;
    struct part *part;

    begin();
    write_file(NAME, "0123456789", 10);
    part = adopt(NAME, &journal);
    tap_ok(part && journal.own == 10 && spans_has(&journal.done, 0, 10) &&
               !exists(NAME),
           "a file becomes a part");
    journal_fini(&journal);
    tap_is(read_file(part->name), "0123456789", "with what is in it");
    part_free(part);
    tap_ok(part_resume(dir_fd, NAME, URL, &part, &journal, &err) && part &&
               journal.own == 10 && spans_has(&journal.done, 0, 10),
           "that can be resumed at once, and says whose it was");
    journal_fini(&journal);
    put(part, "abc", 10);
    tap_ok(part_place(part, dir_fd, NAME, 10, false, &err),
           "and is given back");
    tap_is(read_file(NAME), "0123456789", "as it was");
    part_free(part);
    tap_int(entries(), 1, "with nothing else");

    part = make();
    put(part, "an earlier part", 0);
    claim(part, 0, 9);
    part_free(part);
    part = adopt(NAME, &journal);
    tap_ok(part && journal.own == 10 && journal.done.count == 1 &&
               spans_has(&journal.done, 0, 10),
           "one in the way is overwritten, its journal gone");
    journal_fini(&journal);
    part_remove(part);
    part_free(part);

    tap_ok(!adopt("none", &journal) && err.code == ERR_MISSING,
           "no such file: %s", err.text);
    tap_int(entries(), 0, "leaves nothing");
    must(symlinkat("nowhere", dir_fd, NAME) == 0, "symlink");
    journal_fini(&journal);
    tap_ok(!adopt(NAME, &journal) && err.code == ERR_REFUSED, "a symlink: %s",
           err.text);
    journal_fini(&journal);
    tap_ok(exists(NAME) && entries() == 1, "stays where it is");
    end();
}

static void test_reserve(void)
{
    struct part *part;
    struct stat st;

    begin();
    part = make();
    tap_ok(part_reserve(part, 100, &err) && part_reserve(part, 8 << 20, &err),
           "room is reserved");
    tap_ok(fstat(part->fd, &st) == 0 && st.st_size == 0,
           "the length stays what has been written");
    tap_ok(!part_reserve(part, UINT64_C(1) << 62, &err) &&
               err.code == ERR_SPACE,
           "more than there is: %s", err.text);
    part_free(part);
    end();
}

/* Threads that write one part at places of their own. */
enum { WRITERS = 3, BLOCKS = 200, BLOCK = 1000 };

struct writer {
    struct part *part;
    int number;
    bool ok;
};

static void write_blocks(void *arg)
{
    struct writer *writer = arg;
    char block[BLOCK];
    struct err own;

    writer->ok = true;
    memset(block, 'a' + writer->number, sizeof(block));
    for (int i = writer->number; i < BLOCKS; i += WRITERS)
        writer->ok &= part_write(writer->part, block, sizeof(block),
                                 (uint64_t)i * BLOCK, &own);
}

static void test_threads(void)
{
    struct writer writers[WRITERS];
    struct thread *threads[WRITERS];
    struct part *part;
    char block[BLOCK];
    bool ok = true;

    begin();
    part = make();
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.part = part, .number = i};
        threads[i] =
            thread_start("writer", "test", write_blocks, &writers[i], &err);
        must(threads[i] != NULL, err.text);
    }
    for (int i = 0; i < WRITERS; i++) {
        thread_join(threads[i]);
        ok &= writers[i].ok;
    }
    for (int i = 0; i < BLOCKS; i++) {
        ok &= part_read(part, block, sizeof(block), (uint64_t)i * BLOCK, &err);
        for (size_t at = 0; at < sizeof(block); at++)
            ok &= block[at] == 'a' + i % WRITERS;
    }
    tap_ok(ok, "several threads write one part");
    part_free(part);
    end();
}

int main(void)
{
    umask(022);
    scratch_open();
    test_bytes();
    test_resume();
    test_torn();
    test_no_data();
    test_refused();
    test_busy();
    test_place();
    test_place_bytes();
    test_reset();
    test_adopt();
    test_reserve();
    test_threads();
    scratch_close();
    return tap_done();
}
