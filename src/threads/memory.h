/* The memory of another process, read without stopping it (process_vm_readv(2);
 * the kernel asks for the permissions of ptrace(2)). What is read may change
 * while it is read. Any thread may call. */
#ifndef THREADS_MEMORY_H
#define THREADS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct memory_piece {
    uint64_t at;
    void *out;
    size_t size;
    bool read; /* the answer: all of it is in out */
};

/* All or nothing; false and errno. */
bool memory_read(pid_t pid, uint64_t at, void *out, size_t size)
    __attribute__((warn_unused_result));

/* Many pieces in few system calls; one that cannot be read harms no other. */
void memory_read_many(pid_t pid, struct memory_piece *pieces, size_t count);

#endif
