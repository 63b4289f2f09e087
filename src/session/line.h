/* A palette line on its way to the disk. Pure. */
#ifndef SESSION_LINE_H
#define SESSION_LINE_H

/* A copy without the password of any "scheme://user:password@host" in it (RFC
 * 3986 section 3.2.1): "scheme://user@host" stays. The caller frees it. */
char *line_plain(const char *line)
    __attribute__((returns_nonnull, warn_unused_result));

#endif
