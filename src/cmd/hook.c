#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

extern char **environ;

static const char blanks[] = " \t\n";

/* True if the backslash at in, inside quote or none, keeps what follows. */
static bool keeps(const char *in, char quote)
{
    if (*in != '\\' || quote == '\'')
        return false;
    return !quote || in[1] == '"' || in[1] == '\\';
}

/* Copies one word from *text to *out and moves both on. */
static bool copy_word(const char **text, char **out, struct err *err)
{
    const char *in = *text;
    char *to = *out;
    char quote = '\0';

    for (; *in && (quote || !strchr(blanks, *in)); in++) {
        if (quote ? *in == quote : *in == '\'' || *in == '"') {
            quote = quote ? '\0' : *in;
            continue;
        }
        if (keeps(in, quote) && !*++in)
            return err_set(err, ERR_USAGE, "a backslash ends it");
        *to++ = *in;
    }
    *to++ = '\0';
    *text = in;
    *out = to;
    return !quote || err_set(err, ERR_USAGE, "the %s quote is not closed",
                             quote == '"' ? "double" : "single");
}

char **hook_split(const char *text, struct err *err)
{
    /* A word of n letters needs n + 1, and a blank or the end follows it. */
    char **words = mem_new((HOOK_WORDS + 1) * sizeof *words + strlen(text) + 1);
    char *out = (char *)(words + HOOK_WORDS + 1);
    size_t count = 0;

    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        if (count == HOOK_WORDS) {
            err_set(err, ERR_USAGE, "it has more than %d words", HOOK_WORDS);
            goto fail;
        }
        words[count++] = out;
        if (!copy_word(&text, &out, err))
            goto fail;
    }
    if (count > 0 && *words[0])
        return words;
    err_set(err, ERR_USAGE, "it names no program");
fail:
    mem_free(words);
    return NULL;
}

bool hook_init(struct hook *hook, const char *command, bool shell,
               hook_told *told, void *arg, struct err *err)
{
    *hook = (struct hook){.told = told, .arg = arg};
    hook->words = hook_split(shell ? "/bin/sh -c SCRIPT sh" : command, err);
    if (!hook->words)
        return false;
    if (shell)
        hook->words[2] = hook->script = mem_strdup(command);
    return true;
}

static void job_fini(struct hook_job *job)
{
    mem_free(job->url);
    mem_free(job->path);
}

void hook_fini(struct hook *hook)
{
    for (; hook->count > 0; hook->count--) {
        job_fini(&hook->waiting[hook->first]);
        hook->first = (hook->first + 1) % HOOK_WAITING;
    }
    for (size_t i = 0; i < HOOK_RUNNING; i++)
        MEM_CLEAR(hook->running[i].path);
    MEM_CLEAR(hook->words);
    MEM_CLEAR(hook->script);
}

bool hook_has_room(const struct hook *hook)
{
    return hook->count < HOOK_WAITING;
}

bool hook_idle(const struct hook *hook)
{
    for (size_t i = 0; i < HOOK_RUNNING; i++)
        if (hook->running[i].pid)
            return false;
    return hook->count == 0;
}

static struct hook_child *free_child(struct hook *hook)
{
    for (size_t i = 0; i < HOOK_RUNNING; i++)
        if (!hook->running[i].pid)
            return &hook->running[i];
    return NULL;
}

/* What a child gets. Strings are the caller's to free, in own. */
struct surroundings {
    char **environment;
    char *own[3];
};

static bool is_ours(const char *variable)
{
    return strncmp(variable, "THREADLAB_URL=", 14) == 0 ||
           strncmp(variable, "THREADLAB_PATH=", 15) == 0 ||
           strncmp(variable, "THREADLAB_BYTES=", 16) == 0;
}

static void surroundings_init(struct surroundings *around,
                              const struct hook_job *job)
{
    size_t count = 0;
    size_t used = 0;

    while (environ && environ[count])
        count++;
    around->environment =
        mem_new((count + ARRAY_LEN(around->own) + 1) * sizeof(char *));
    for (size_t i = 0; i < count; i++)
        if (!is_ours(environ[i]))
            around->environment[used++] = environ[i];
    around->own[0] = mem_printf("THREADLAB_URL=%s", job->url ? job->url : "");
    around->own[1] = mem_printf("THREADLAB_PATH=%s", job->path);
    around->own[2] = mem_printf("THREADLAB_BYTES=%" PRIu64, job->bytes);
    for (size_t i = 0; i < ARRAY_LEN(around->own); i++)
        around->environment[used++] = around->own[i];
}

static void surroundings_fini(struct surroundings *around)
{
    for (size_t i = 0; i < ARRAY_LEN(around->own); i++)
        mem_free(around->own[i]);
    mem_free(around->environment);
}

/* Handlers end by themselves at exec; the mask and what is ignored do not. */
static void reset_signals(posix_spawnattr_t *attributes)
{
    sigset_t set;

    sigemptyset(&set);
    posix_spawnattr_setsigmask(attributes, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(attributes, &set);
    posix_spawnattr_setflags(attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(struct hook *hook, const struct hook_job *job, pid_t *pid)
{
    struct surroundings around;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    char *words[HOOK_WORDS + 2];
    size_t count = 0;
    int failed;

    for (; hook->words[count]; count++)
        words[count] = hook->words[count];
    words[count++] = job->path;
    words[count] = NULL;
    surroundings_init(&around, job);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
    if (hook->to_stderr)
        posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    /* Libraries do not mark all their sockets close-on-exec; a child that
     * keeps one keeps the connection. */
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
#endif
    posix_spawnattr_init(&attributes);
    reset_signals(&attributes);
    failed = posix_spawnp(pid, words[0], &files, &attributes, words,
                          around.environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    surroundings_fini(&around);
    return failed;
}

static void start(struct hook *hook, struct hook_child *child,
                  struct hook_job *job)
{
    int failed = spawn(hook, job, &child->pid);
    struct err err;

    if (failed) {
        child->pid = 0;
        hook->failed++;
        err_errno(&err, failed, "%s cannot be run for %s", hook->words[0],
                  job->path);
        hook->told(hook->arg, &err);
    } else {
        child->path = job->path;
        job->path = NULL;
    }
    job_fini(job);
}

/* As many of those waiting as may run. */
static void start_more(struct hook *hook)
{
    struct hook_child *child;

    while (hook->count > 0 && (child = free_child(hook)) != NULL) {
        struct hook_job job = hook->waiting[hook->first];

        hook->first = (hook->first + 1) % HOOK_WAITING;
        hook->count--;
        start(hook, child, &job);
    }
}

void hook_run(struct hook *hook, const char *url, const char *path,
              uint64_t bytes)
{
    size_t last = (hook->first + hook->count) % HOOK_WAITING;

    hook->waiting[last] = (struct hook_job){
        .url = mem_strdup(url), .path = mem_strdup(path), .bytes = bytes};
    hook->count++;
    start_more(hook);
}

static void judge(struct hook *hook, struct hook_child *child, int status)
{
    struct err err;

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    hook->failed++;
    if (WIFSIGNALED(status))
        err_set(&err, ERR_IO, "%s for %s was ended by signal %d",
                hook->words[0], child->path, WTERMSIG(status));
    else
        err_set(&err, ERR_IO, "%s for %s ended with status %d", hook->words[0],
                child->path, WEXITSTATUS(status));
    hook->told(hook->arg, &err);
}

void hook_reap(struct hook *hook)
{
    for (size_t i = 0; i < HOOK_RUNNING; i++) {
        struct hook_child *child = &hook->running[i];
        int status;

        if (!child->pid || waitpid(child->pid, &status, WNOHANG) != child->pid)
            continue;
        judge(hook, child, status);
        child->pid = 0;
        MEM_CLEAR(child->path);
    }
    start_more(hook);
}
