/* Every class of lock in the program: LOCK_CLASS(name, rank). Included by
 * lock.h and lock.c with LOCK_CLASS defined; has no guard on purpose. */
LOCK_CLASS(roster, 90) /* thread.c: taken for a slot, under anything */
LOCK_CLASS(locks, 90)  /* lock.c: the list of locks */
LOCK_CLASS(log, 0)
LOCK_CLASS(notify, 0)
LOCK_CLASS(fetch, 0)   /* the download room */
LOCK_CLASS(dns, 0)     /* libcurl's shared name cache, taken by its callbacks */
LOCK_CLASS(jar, 0)     /* cookies */
LOCK_CLASS(archive, 0) /* finished URLs waiting for the database */
LOCK_CLASS(session, 0) /* what a workbench remembers */
LOCK_CLASS(account, 0) /* the account room */
LOCK_CLASS(origin, 0)  /* the embedded origin */
LOCK_CLASS(threads, 0) /* the threads room */
LOCK_CLASS(test, 0)    /* tests only */
