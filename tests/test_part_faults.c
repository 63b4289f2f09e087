/* Parts on a disk that fails. The program is linked with --wrap for the calls
 * below, so that any of them can be made to fail; without a fault they go
 * through. */
#include "fetch/part.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"
#include "tap.h"

#define URL "http://h.example/f.bin"
#define NAME "f.bin"

/* A call that is to fail with an error number, or to do less than it was asked
 * to; the first skip calls are spared. */
struct fault {
    int error; /* 0: none */
    int skip;
    size_t most; /* bytes of a write; 0: all */
};

static struct {
    struct fault pwrite;
    struct fault write;
    struct fault fdatasync;
    struct fault ftruncate;
    struct fault fallocate;
    struct fault renameat2;
    struct fault renameat;
    struct fault linkat;  /* of a name */
    struct fault tmpfile; /* openat with O_TMPFILE */
    bool small;           /* fstatfs: 1 MiB is free */
    bool silent;          /* fstatfs: knows nothing of its size */
    bool killed;          /* at the next renameat */
    const char *moved;    /* flock: the file gets this name just before */
} faults;

static struct err err;
static int dir_fd;

static bool fails(struct fault *fault)
{
    if (!fault->error || fault->skip-- > 0)
        return false;
    fault->skip = 0;
    errno = fault->error;
    return true;
}

static size_t less(const struct fault *fault, size_t len)
{
    return fault->most && fault->most < len ? fault->most : len;
}

ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t offset);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __wrap_fdatasync(int fd);
int __real_ftruncate(int fd, off_t length);
int __wrap_ftruncate(int fd, off_t length);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t length);
int __wrap_fstatfs(int fd, struct statfs *system);
int __real_renameat2(int from_fd, const char *from, int to_fd, const char *to,
                     unsigned flags);
int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to,
                     unsigned flags);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __real_linkat(int from_fd, const char *from, int to_fd, const char *to,
                  int flags);
int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to,
                  int flags);
int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode);
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);

/* What the data file has on the disk in the random test below: bytes that were
 * written, and of these the ones that were flushed. A flush that fails loses
 * the others for good, as Linux does: it calls the pages clean. */
enum { BYTES = 4096 };
static struct {
    char written[BYTES];
    char flushed[BYTES];
    int fd; /* of the data */
} disk = {.fd = -1};

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t offset)
{
    ssize_t n;

    if (fails(&faults.pwrite))
        return errno == ENODATA ? 0 : -1;
    n = __real_pwrite(fd, data, less(&faults.pwrite, len), offset);
    for (ssize_t i = 0; fd == disk.fd && i < n; i++) {
        disk.written[offset + i] = 1;
        disk.flushed[offset + i] = 0;
    }
    return n;
}

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
    if (fails(&faults.write))
        return -1;
    return __real_write(fd, data, less(&faults.write, len));
}

int __wrap_fdatasync(int fd)
{
    bool failed = fails(&faults.fdatasync);

    for (size_t i = 0; fd == disk.fd && i < BYTES; i++) {
        if (!failed)
            disk.flushed[i] |= disk.written[i];
        disk.written[i] = 0;
    }
    return failed ? -1 : 0;
}

int __wrap_ftruncate(int fd, off_t length)
{
    return fails(&faults.ftruncate) ? -1 : __real_ftruncate(fd, length);
}

int __wrap_fallocate(int fd, int mode, off_t offset, off_t length)
{
    (void)fd;
    (void)mode;
    (void)offset;
    (void)length;
    return fails(&faults.fallocate) ? -1 : 0;
}

int __wrap_fstatfs(int fd, struct statfs *system)
{
    (void)fd;
    *system = (struct statfs){.f_type = 0xef53};
    if (faults.silent)
        return 0;
    system->f_bsize = 4096;
    system->f_blocks = 1 << 20;
    system->f_bavail = faults.small ? 256 : 1 << 20;
    return 0;
}

int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to,
                     unsigned flags)
{
    if (fails(&faults.renameat2))
        return -1;
    return __real_renameat2(from_fd, from, to_fd, to, flags);
}

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    if (faults.killed)
        raise(SIGKILL);
    if (fails(&faults.renameat))
        return -1;
    return __real_renameat(from_fd, from, to_fd, to);
}

int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to,
                  int flags)
{
    if (flags == 0 && fails(&faults.linkat))
        return -1;
    return __real_linkat(from_fd, from, to_fd, to, flags);
}

int __wrap_openat(int folder, const char *path, int flags, mode_t mode)
{
    if ((flags & O_TMPFILE) == O_TMPFILE && fails(&faults.tmpfile))
        return -1;
    return __real_openat(folder, path, flags, mode);
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(99);
}

int __wrap_flock(int fd, int operation)
{
    char path[64];
    char name[4096];
    ssize_t len;

    if (faults.moved) {
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        len = readlink(path, name, sizeof(name) - 1);
        must(len > 0, path);
        name[len] = '\0';
        must(renameat(AT_FDCWD, name, dir_fd, faults.moved) == 0, name);
    }
    return __real_flock(fd, operation);
}

static void begin(void)
{
    static unsigned number;
    char name[32];

    snprintf(name, sizeof(name), "%u", number++);
    must(mkdir(scratch(name), 0700) == 0, name);
    dir_fd = open(scratch(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir_fd >= 0, name);
    memset(&faults, 0, sizeof(faults));
    err = (struct err){0};
}

static void end(void)
{
    memset(&faults, 0, sizeof(faults));
    close(dir_fd);
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

static bool is_file(const char *name, const char *want)
{
    char text[64];
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));

    if (fd >= 0)
        close(fd);
    return len == (ssize_t)strlen(want) &&
           memcmp(text, want, strlen(want)) == 0;
}

static struct part *make(void)
{
    struct part *part = part_new(dir_fd, NAME, URL, &err);

    must(part != NULL, err.text);
    return part;
}

static bool write_journal(struct part *part, const struct spans *done)
{
    struct journal journal;
    bool ok = true;

    journal_init(&journal);
    journal.url = mem_strdup(URL);
    for (size_t i = 0; i < done->count; i++)
        ok = ok &&
             spans_add(&journal.done, done->list[i].start, done->list[i].end);
    ok = ok && part_journal(part, &journal, &err);
    journal_fini(&journal);
    return ok;
}

static bool append(struct part *part, uint64_t start, uint64_t stop)
{
    struct str records;
    bool ok;

    str_init(&records, 1000);
    ok = journal_span(&records, start, stop) &&
         part_append(part, &records, &err);
    str_fini(&records);
    return ok;
}

/* What a run after a kill at this moment would believe; false: there is no
 * journal that can be read. */
static bool believed(const struct part *part, struct spans *spans)
{
    static char text[1 << 20];
    struct journal journal;
    int fd = openat(dir_fd, part->journal_name, O_RDONLY);
    ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text));
    bool ok;

    if (fd >= 0)
        close(fd);
    journal_init(&journal);
    ok = journal_read(&journal, text, (size_t)len, &(struct err){0});
    spans_clear(spans);
    for (size_t i = 0; ok && i < journal.done.count; i++)
        must(spans_add(spans, journal.done.list[i].start,
                       journal.done.list[i].end),
             "span");
    journal_fini(&journal);
    return ok;
}

static uint64_t believed_bytes(const struct part *part)
{
    struct spans spans;
    uint64_t bytes;

    spans_init(&spans);
    bytes = believed(part, &spans) ? spans_total(&spans) : UINT64_MAX;
    spans_fini(&spans);
    return bytes;
}

static void test_short_writes(void)
{
    struct part *part;
    char data[12] = "";

    begin();
    part = make();
    faults.pwrite.most = 3;
    tap_ok(part_write(part, "hello, world", 12, 5, &err),
           "a disk that takes 3 bytes at a time");
    tap_ok(part_read(part, data, 12, 5, &err) &&
               memcmp(data, "hello, world", 12) == 0,
           "gets them all");
    faults.pwrite = (struct fault){.error = ENODATA};
    tap_ok(!part_write(part, "x", 1, 0, &err) && err.code == ERR_IO,
           "one that takes none is not asked for ever: %s", err.text);
    part_free(part);
    end();
}

static void test_full(void)
{
    struct part *part;

    begin();
    part = make();
    faults.pwrite = (struct fault){.error = ENOSPC, .skip = 1, .most = 3};
    tap_ok(!part_write(part, "hello", 5, 0, &err) && err.code == ERR_SPACE,
           "a full disk: %s", err.text);
    faults.pwrite = (struct fault){.error = EDQUOT};
    tap_ok(!part_write(part, "hello", 5, 0, &err) && err.code == ERR_SPACE,
           "a quota used up: %s", err.text);
    faults.pwrite = (struct fault){0};
    tap_ok(part_write(part, "hello", 5, 0, &err), "it can be gone on with");
    part_free(part);
    end();
}

static void test_reserve(void)
{
    struct part *part;

    begin();
    part = make();
    tap_ok(part_reserve(part, 64 << 20, &err), "room for 64 MiB");
    faults.fallocate.error = ENOSPC;
    tap_ok(!part_reserve(part, 64 << 20, &err) && err.code == ERR_SPACE,
           "no room: %s", err.text);
    tap_ok(part_reserve(part, 1 << 20, &err), "little is not asked for");
    faults.fallocate.error = EOPNOTSUPP;
    tap_ok(part_reserve(part, 64 << 20, &err),
           "a file system that cannot reserve is no failure");
    faults.small = true;
    tap_ok(!part_reserve(part, 64 << 20, &err) && err.code == ERR_SPACE,
           "one that tells it has too little: %s", err.text);
    faults.silent = true;
    tap_ok(part_reserve(part, 64 << 20, &err),
           "one that tells nothing is tried");
    part_free(part);
    end();
}

static void test_flush(void)
{
    struct part *part;

    begin();
    part = make();
    faults.fdatasync.error = EIO;
    tap_ok(!part_flush(part, &err) && err.code == ERR_IO, "a flush fails: %s",
           err.text);
    faults.fdatasync.error = 0;
    tap_ok(!part_flush(part, &err) && err.code == ERR_IO,
           "and is not believed later: %s", err.text);
    tap_ok(part_reset(part, &err) && part_flush(part, &err),
           "but after a new beginning");
    part_free(part);
    end();
}

static void test_append(void)
{
    struct spans done;
    struct part *part;

    begin();
    spans_init(&done);
    must(spans_add(&done, 0, 10), "span");
    part = make();
    must(write_journal(part, &done), err.text);
    faults.write.most = 5;
    tap_ok(!append(part, 20, 30) && err.code == ERR_SPACE,
           "a record that fits in part only: %s", err.text);
    faults.write = (struct fault){.error = EIO};
    tap_ok(!append(part, 20, 30) && err.code == ERR_IO, "not at all: %s",
           err.text);
    faults.write.error = 0;
    faults.fdatasync.error = EIO;
    tap_ok(!append(part, 20, 30) && err.code == ERR_IO, "not flushed: %s",
           err.text);
    faults.fdatasync.error = 0;
    tap_ok(part->journal_fd >= 0 && believed_bytes(part) == 10,
           "the journal is as before");
    tap_ok(append(part, 40, 45) && believed_bytes(part) == 15,
           "and what comes then is read");

    faults.write.most = 5;
    faults.ftruncate.error = EIO;
    tap_ok(!append(part, 20, 30) && part->journal_fd < 0 &&
               believed_bytes(part) == UINT64_MAX,
           "one that cannot be mended goes");
    faults.write.most = 0;
    faults.ftruncate.error = 0;
    tap_ok(write_journal(part, &done) && believed_bytes(part) == 10,
           "and a new one can be made");
    part_free(part);
    spans_fini(&done);
    end();
}

static void test_first_journal(void)
{
    struct spans done;
    struct part *part;

    begin();
    spans_init(&done);
    must(spans_add(&done, 0, 10), "span");
    part = make();
    faults.write.most = 30;
    tap_ok(!write_journal(part, &done) && part->journal_fd < 0 &&
               entries() == 1,
           "half a header is no journal: %s", err.text);
    faults.write.most = 0;
    tap_ok(write_journal(part, &done) && believed_bytes(part) == 10,
           "a later one is");
    part_free(part);
    spans_fini(&done);
    end();
}

/* A file system that does not know RENAME_NOREPLACE. */
static void test_rename(void)
{
    struct part *part;

    begin();
    faults.renameat2.error = EINVAL;
    must(part_place_bytes(dir_fd, "taken", "older", 5, false, &err), err.text);
    part = make();
    must(part_write(part, "new", 3, 0, &err), err.text);
    tap_ok(!part_place(part, dir_fd, "taken", 3, false, &err) &&
               err.code == ERR_EXISTS && is_file("taken", "older"),
           "a link does not replace either: %s", err.text);
    tap_ok(part_place(part, dir_fd, "free", 3, false, &err) &&
               is_file("free", "new") && entries() == 2,
           "and gives the name");
    part_free(part);
    faults.renameat2.error = EIO;
    part = make();
    tap_ok(!part_place(part, dir_fd, "other", 0, false, &err) &&
               err.code == ERR_IO && entries() == 3,
           "any other failure is one: %s", err.text);
    part_free(part);
    end();
}

/* exFAT and many file systems of programs. */
static void test_no_links(void)
{
    struct part *part;

    begin();
    faults.renameat2.error = EINVAL;
    faults.linkat.error = EPERM;
    must(part_place_bytes(dir_fd, "taken", "older", 5, false, &err), err.text);
    part = make();
    must(part_write(part, "new", 3, 0, &err), err.text);
    tap_ok(!part_place(part, dir_fd, "taken", 3, false, &err) &&
               err.code == ERR_EXISTS && is_file("taken", "older"),
           "without links, too, nothing is replaced: %s", err.text);
    faults.renameat.error = EIO;
    tap_ok(!part_place(part, dir_fd, "free", 3, false, &err) &&
               err.code == ERR_IO && !is_file("free", "") && entries() == 2,
           "a name that was taken for it is given back: %s", err.text);
    faults.renameat.error = 0;
    tap_ok(part_place(part, dir_fd, "free", 3, false, &err) &&
               is_file("free", "new") && entries() == 2,
           "and the name is given");
    part_free(part);
    end();
}

/* The process is gone at the moment when a file becomes a part. */
static void test_adopt_killed(void)
{
    struct journal journal;
    struct part *part;
    pid_t child;
    int status;

    begin();
    must(part_place_bytes(dir_fd, NAME, "0123456789", 10, false, &err),
         err.text);
    child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        faults.killed = true;
        journal_init(&journal);
        (void)!part_adopt(dir_fd, NAME, NAME, URL, &journal, &err);
        _exit(1);
    }
    must(waitpid(child, &status, 0) == child, "waitpid");
    tap_ok(WIFSIGNALED(status) && is_file(NAME, "0123456789"),
           "killed before the rename: the file has its name");
    journal_init(&journal);
    tap_ok(part_resume(dir_fd, NAME, URL, &part, &journal, &err) && part &&
               journal.own == 10 && journal.done.count == 0,
           "and the journal beside it claims nothing");
    part_free(part);
    journal_fini(&journal);
    part = part_adopt(dir_fd, NAME, NAME, URL, &journal, &err);
    tap_ok(part && journal.own == 10 && spans_has(&journal.done, 0, 10),
           "the next run takes it over");
    part_remove(part);
    part_free(part);
    journal_fini(&journal);
    end();
}

static void test_place_bytes(void)
{
    static const int errors[] = {EOPNOTSUPP, EISDIR, EINVAL, ENOENT};
    bool ok = true;

    begin();
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        faults.tmpfile.error = errors[i];
        ok = ok && part_place_bytes(dir_fd, "f", "small", 5, false, &err) &&
             is_file("f", "small") && entries() == 1 &&
             !part_place_bytes(dir_fd, "f", "other", 5, false, &err) &&
             err.code == ERR_EXISTS && is_file("f", "small") && entries() == 1;
        ok = ok && unlinkat(dir_fd, "f", 0) == 0;
    }
    tap_ok(ok, "without O_TMPFILE a file is complete or not there, too");
    faults.tmpfile.error = EMFILE;
    tap_ok(!part_place_bytes(dir_fd, "f", "small", 5, false, &err) &&
               entries() == 0,
           "no descriptor is left: %s", err.text);
    faults.pwrite = (struct fault){.error = ENOSPC, .skip = 1, .most = 2};
    faults.tmpfile.error = 0;
    tap_ok(!part_place_bytes(dir_fd, "f", "small", 5, false, &err) &&
               err.code == ERR_SPACE && entries() == 0,
           "a full disk leaves nothing: %s", err.text);
    faults.tmpfile.error = EOPNOTSUPP;
    faults.pwrite.skip = 1;
    tap_ok(!part_place_bytes(dir_fd, "f", "small", 5, false, &err) &&
               err.code == ERR_SPACE && entries() == 0,
           "nor without O_TMPFILE");
    faults.pwrite = (struct fault){.most = 2};
    tap_ok(part_place_bytes(dir_fd, "f", "small", 5, true, &err) &&
               is_file("f", "small") && entries() == 1,
           "a slow one gets it all");
    end();
}

/* Another process gives the part its final name after it was opened here. */
static void test_moved(void)
{
    struct part *part;

    begin();
    part = make();
    must(part_write(part, "complete", 8, 0, &err), err.text);
    part_free(part);
    faults.moved = "final";
    tap_ok(!part_new(dir_fd, NAME, URL, &err) && err.code == ERR_BUSY,
           "a part that was placed meanwhile: %s", err.text);
    tap_ok(is_file("final", "complete"), "is not emptied");
    end();
}

/* ---- at random ---- */

enum { BLOCK = 64, STEPS = 40, RUNS = 400 };

static uint32_t seed = 1;

static unsigned random_below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % limit;
}

static struct fault random_fault(int error, unsigned one_in)
{
    struct fault fault = {0};

    if (random_below(one_in) == 0)
        fault = (struct fault){.error = error, .skip = (int)random_below(3)};
    if (random_below(one_in) == 0)
        fault.most = 1 + random_below(100);
    return fault;
}

/* The download's side, as the disk thread does it. */
struct side {
    struct part *part;
    struct spans done;
    struct spans journaled;
};

static void write_some(struct side *side)
{
    static const char block[BLOCK] = "data";
    uint64_t at = random_below(BYTES / BLOCK) * (uint64_t)BLOCK;

    if (!spans_has(&side->done, at, at + BLOCK) &&
        part_write(side->part, block, BLOCK, at, &err))
        must(spans_add(&side->done, at, at + BLOCK), "span");
}

static bool append_fresh(struct side *side)
{
    struct str records;
    bool ok = true;

    str_init(&records, JOURNAL_MAX);
    for (size_t i = 0; i < side->done.count; i++) {
        struct span span = side->done.list[i];

        if (!spans_has(&side->journaled, span.start, span.end))
            ok = ok && journal_span(&records, span.start, span.end);
    }
    ok = ok && part_append(side->part, &records, &err);
    str_fini(&records);
    return ok;
}

static bool claim(struct side *side)
{
    bool ok =
        part_flush(side->part, &err) &&
        (side->part->journal_fd < 0 ? write_journal(side->part, &side->done)
                                    : append_fresh(side));

    for (size_t i = 0; ok && i < side->done.count; i++)
        must(spans_add(&side->journaled, side->done.list[i].start,
                       side->done.list[i].end),
             "span");
    return ok;
}

/* Is each byte that the journal claims on the disk? */
static bool honest(const struct side *side)
{
    struct spans spans;
    bool ok = true;

    spans_init(&spans);
    (void)believed(side->part, &spans);
    for (size_t i = 0; i < spans.count; i++)
        for (uint64_t at = spans.list[i].start; at < spans.list[i].end; at++)
            ok = ok && at < BYTES && disk.flushed[at];
    spans_fini(&spans);
    return ok;
}

struct tally {
    bool honest;
    bool complete; /* without faults the last claim is of all */
    int lost;
    int failed; /* claims */
};

static void play(struct tally *tally)
{
    struct side side = {.part = make()};

    spans_init(&side.done);
    spans_init(&side.journaled);
    memset(&disk, 0, sizeof(disk));
    disk.fd = side.part->fd;
    for (int step = 0; step < STEPS; step++) {
        faults.pwrite = random_fault(ENOSPC, 10);
        faults.write = random_fault(ENOSPC, 10);
        faults.fdatasync = random_fault(EIO, 40);
        faults.ftruncate = random_fault(EIO, 10);
        if (random_below(3))
            write_some(&side);
        else
            tally->failed += !claim(&side);
        tally->honest &= honest(&side);
    }
    memset(&faults, 0, sizeof(faults));
    if (side.part->lost)
        tally->lost++;
    else
        tally->complete &= claim(&side) &&
                           believed_bytes(side.part) == spans_total(&side.done);
    tally->honest &= honest(&side);
    disk.fd = -1;
    part_remove(side.part);
    part_free(side.part);
    spans_fini(&side.done);
    spans_fini(&side.journaled);
}

static void test_random(void)
{
    struct tally tally = {.honest = true, .complete = true};

    begin();
    for (int run = 0; run < RUNS; run++)
        play(&tally);
    tap_ok(tally.honest, "whatever fails, the journal claims only what is on "
                         "the disk");
    tap_ok(tally.complete, "when the faults are over it claims all of it");
    tap_ok(tally.lost > 20 && tally.lost < RUNS - 20 && tally.failed > RUNS,
           "%d runs: %d lost data, %d claims failed", RUNS, tally.lost,
           tally.failed);
    end();
}

int main(void)
{
    scratch_open();
    test_short_writes();
    test_full();
    test_reserve();
    test_flush();
    test_append();
    test_first_journal();
    test_rename();
    test_no_links();
    test_adopt_killed();
    test_place_bytes();
    test_moved();
    test_random();
    scratch_close();
    return tap_done();
}
