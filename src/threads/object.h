/* What a thread of another process waits on in futex(2): told from how it calls
 * and from the bytes around the word, by the layouts of glibc on this machine
 * (bits/struct_mutex.h, bits/struct_rwlock.h, bits/thread-shared-types.h; those
 * of semaphores and barriers from glibc 2.36, checked by calibrate.h). Pure. */
#ifndef THREADS_OBJECT_H
#define THREADS_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "threads/syscall_line.h"

enum object_kind {
    OBJECT_NONE,     /* it does not wait on a futex */
    OBJECT_FUTEX,    /* on one that is none of these, or cannot be told */
    OBJECT_INTERNAL, /* a lock inside the C library */
    OBJECT_MUTEX,
    OBJECT_RWLOCK,
    OBJECT_COND,
    OBJECT_SEM,
    OBJECT_COND_OR_SEM,
    OBJECT_BARRIER,
    OBJECT_THREAD, /* it joins one */
    OBJECT_GIL,    /* gil.h: the lock of a Python interpreter */
    OBJECT_KINDS
};

/* The function of the C library that waits, where that is known. */
enum object_path {
    PATH_UNKNOWN, /* not calibrated for this C library */
    PATH_OTHER,   /* none of these */
    PATH_DIRECT,  /* whoever waits has called the kernel himself */
    PATH_MUTEX,
    PATH_RWLOCK_READ,
    PATH_RWLOCK_WRITE,
    PATH_COND,
    PATH_SEM,
    PATH_BARRIER,
    PATH_JOIN
};

/* So much before the word, and so much in all, is enough for any of them. */
enum { OBJECT_BEFORE = 48, OBJECT_BYTES = 104 };

struct object_signs {
    const struct syscall_line *call;
    enum object_path path;
    const unsigned char *bytes; /* OBJECT_BYTES, the word at OBJECT_BEFORE;
                                   NULL: the memory could not be read */
};

struct object {
    enum object_kind kind;
    uint64_t address;
    uint32_t holder; /* thread as the process numbers it; 0: nobody at this
                        moment, or not told */
    bool timed;      /* the wait ends by itself */
    bool write;      /* RWLOCK: it wants to write */
    uint32_t type;   /* MUTEX: glibc's __kind */
    uint32_t count;  /* readers of an RWLOCK, waiters of a COND or SEM, arrived
                        at a BARRIER */
    uint32_t of;     /* so many the BARRIER waits for */
};

/* kind is OBJECT_NONE for any call but a wait in futex(2). A holder that is
 * told need not be alive. */
void object_judge(const struct object_signs *signs, struct object *object);

/* "recursive mutex", "rwlock to write", "condition", ... */
void object_text(const struct object *object, char *out, size_t size);

#endif
