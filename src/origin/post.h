/* The texts of the origin: the posts of its feed, and its page. Pure; any
 * thread. */
#ifndef ORIGIN_POST_H
#define ORIGIN_POST_H

#include <stddef.h>

/* A JSON feed of count posts as the exercise expects it: every post has a
 * "profile_image" that is not its last member; slashes and all that is not
 * ASCII are escaped. images: the path of each post's picture, percent-encoded,
 * put behind base. The caller frees with mem_free. */
char *post_feed(const char *base, const char *const *images, size_t count)
    __attribute__((returns_nonnull, warn_unused_result));

/* An HTML page with relative links to the same pictures (paths as above), to
 * the films, the files, and the feed. */
char *post_page(const char *const *images, size_t count)
    __attribute__((returns_nonnull, warn_unused_result));

#endif
