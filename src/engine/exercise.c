#include "exercise.h"

#include "base/mem.h"
#include "base/path.h"

enum { ORIGIN_THREADS = 2 };

static const char link_regex[] = "\"profile_image\":\"(.+?)\",";

static const char *const film_paths[EXERCISE_FILMS] = {
    "/films/%E5%B0%8F%E9%BB%84%E4%BA%BA.mp4",
    "/films/%E5%9C%B0%E5%BF%83%E6%B8%B8%E8%AE%B0.mp4",
};

const char *const exercise_folders[] = {"images", "films", NULL};

static bool make_folders(struct exercise *exercise, struct err *err)
{
    exercise->images = path_join(exercise->top, exercise_folders[0]);
    exercise->films = path_join(exercise->top, exercise_folders[1]);
    return path_make(exercise->images, 0777, err) &&
           path_make(exercise->films, 0777, err);
}

bool exercise_init(struct exercise *exercise, const char *top, struct err *err)
{
    const struct origin_options options = {
        .rate_bytes_per_s = EXERCISE_RATE,
        .threads = ORIGIN_THREADS,
    };

    *exercise = (struct exercise){.top = mem_strdup(top)};
    if (make_folders(exercise, err)) {
        exercise->origin = origin_new(&options, err);
        if (exercise->origin)
            return true;
    }
    exercise_fini(exercise);
    return false;
}

void exercise_fini(struct exercise *exercise)
{
    if (exercise->origin)
        origin_free(exercise->origin);
    mem_free(exercise->top);
    mem_free(exercise->images);
    mem_free(exercise->films);
    *exercise = (struct exercise){.origin = NULL};
}

static bool add_file(struct exercise *exercise, struct fetch *fetch,
                     const char *path, const char *dir, struct err *err)
{
    char *url = mem_printf("%s%s", origin_url(exercise->origin), path);
    const char *urls[] = {url};
    const struct fetch_spec spec = {.urls = urls, .count = 1, .dir = dir};
    uint64_t id;
    bool ok = fetch_add(fetch, &spec, &id, err);

    mem_free(url);
    return ok;
}

static bool add_feed(struct exercise *exercise, struct fetch *fetch,
                     struct err *err)
{
    char *url = mem_printf("%s/feed.json", origin_url(exercise->origin));
    const struct fetch_source source = {
        .page = url,
        .match = link_regex,
        .dir = exercise->images,
    };
    bool ok = fetch_add_source(fetch, &source, err);

    mem_free(url);
    return ok;
}

bool exercise_add(struct exercise *exercise, struct fetch *fetch,
                  struct err *err)
{
    bool ok = add_feed(exercise, fetch, err) &&
              add_file(exercise, fetch, "/SHA256SUMS", exercise->top, err);

    for (size_t i = 0; ok && i < EXERCISE_FILMS; i++)
        ok = add_file(exercise, fetch, film_paths[i], exercise->films, err);
    return ok;
}
