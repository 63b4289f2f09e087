/* What a descriptor leads to, from its link in /proc/PID/fd (proc(5)). Pure. */
#ifndef THREADS_DESCRIPTOR_H
#define THREADS_DESCRIPTOR_H

#include <stddef.h>

/* "socket:[17]" becomes "socket", "anon_inode:[eventpoll]" "eventpoll"; a path
 * stays, and of one that does not fit the end does: "...dir/file". The result
 * is safe for a terminal (fmt_clean) and always ends in a NUL. */
void descriptor_name(const char *link, size_t len, char *out, size_t size);

#endif
