#include "hashing.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"

enum { READ_BYTES = 1 << 20, STEP_BYTES = 32 << 20 };

struct hashing {
    int fd;
    bool owned;
    uint64_t length;
    uint64_t at;
    struct digest_stream stream;
    char *buffer;
};

struct hashing *hashing_new(int fd, bool owned, uint64_t length,
                            enum digest_algo algo, struct err *err)
{
    struct hashing *hashing = mem_new(sizeof(*hashing));

    *hashing = (struct hashing){.fd = fd, .owned = owned, .length = length};
    if (digest_stream_init(&hashing->stream, algo, err)) {
        hashing->buffer = mem_new(READ_BYTES);
        return hashing;
    }
    hashing_free(hashing);
    return NULL;
}

void hashing_free(struct hashing *hashing)
{
    if (!hashing)
        return;
    digest_stream_fini(&hashing->stream);
    if (hashing->owned)
        close(hashing->fd);
    mem_free(hashing->buffer);
    mem_free(hashing);
}

/* False at the end of the file, too: it is shorter than it was. */
static bool read_some(struct hashing *hashing, struct err *err)
{
    uint64_t left = hashing->length - hashing->at;
    size_t want = left < READ_BYTES ? (size_t)left : (size_t)READ_BYTES;
    ssize_t n = pread(hashing->fd, hashing->buffer, want, (off_t)hashing->at);

    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0)
        return err_errno(err, errno, "cannot read the file for its checksum");
    if (n == 0)
        return err_set(err, ERR_IO, "the file is shorter than it was");
    digest_stream_update(&hashing->stream, hashing->buffer, (size_t)n);
    hashing->at += (uint64_t)n;
    return true;
}

enum hashing_state hashing_step(struct hashing *hashing, struct digest *digest,
                                struct err *err)
{
    uint64_t stop = hashing->at + STEP_BYTES;

    while (hashing->at < hashing->length) {
        if (hashing->at >= stop)
            return HASHING_MORE;
        if (!read_some(hashing, err))
            return HASHING_FAILED;
    }
    return digest_stream_final(&hashing->stream, digest, err) ? HASHING_DONE
                                                              : HASHING_FAILED;
}
