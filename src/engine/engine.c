#include "engine.h"

#include <config.h>
#include <curl/curl.h>
#include <jansson.h>
#include <microhttpd.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "base/thread.h"
#include "engine/demo_dir.h"

static bool rooms(struct engine *engine, const struct engine_options *options,
                  struct err *err)
{
    if (options->threads) {
        engine->threads = options->attach ? threads_attach(options->attach,
                                                           &engine->notify, err)
                                          : threads_new(&engine->notify, err);
        if (!engine->threads)
            return false;
    }
    if (options->session)
        engine->session = session_open(options->session, &engine->notify,
                                       &engine->session_err);
    if (engine->session_err.code)
        log_write(LOG_WARN, "no session: %s", engine->session_err.text);
    if (options->ledger) {
        engine->ledger = ledger_open(options->ledger, &engine->notify, err);
        if (!engine->ledger)
            return false;
    }
    if (!options->fetch)
        return true;
    engine->fetch = fetch_new(options->fetch, &engine->notify, err);
    return engine->fetch != NULL;
}

/* The session comes last: what became of the downloads is told to it. */
static void end_rooms(struct engine *engine)
{
    if (engine->fetch)
        fetch_free(engine->fetch);
    engine->fetch = NULL;
    ledger_close(engine->ledger);
    engine->ledger = NULL;
    session_close(engine->session);
    engine->session = NULL;
    if (engine->threads)
        threads_free(engine->threads);
    engine->threads = NULL;
}

bool engine_init(struct engine *engine, const struct engine_options *options,
                 struct err *err)
{
    *engine = (struct engine){.fetch = NULL};
    thread_block_signals();
    thread_adopt("main", "shows what happens, takes signals");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ERR_IO, "libcurl cannot be started");
    log_open();
    log_set_level(options->log_level);
    if (options->log_file && !log_to_file(options->log_file, err))
        goto no_log;
    if (!notify_init(&engine->notify, err))
        goto no_log;
    if (rooms(engine, options, err))
        return true;
    end_rooms(engine);
    notify_fini(&engine->notify);
no_log:
    log_close();
    curl_global_cleanup();
    return false;
}

bool engine_view(struct engine *engine, const struct session_options *options,
                 struct err *err)
{
    session_close(engine->session);
    engine->session = session_view(options, &engine->notify, err);
    return engine->session != NULL;
}

/* Its folder goes with it. */
static void end_demo(struct engine *engine)
{
    struct exercise *demo = &engine->own_demo;
    char *top = mem_strdup(demo->top);
    struct err err;

    if (!top)
        return;
    exercise_fini(demo);
    if (!demo_dir_remove(top, &err))
        log_write(LOG_ERROR, "%s", err.text);
    mem_free(top);
    engine->demo = NULL;
}

bool engine_demo(struct engine *engine, struct err *err)
{
    struct err why;
    char *top;

    if (engine->demo)
        return err_set(err, ERR_EXISTS,
                       "the demo runs already; its files are in %s",
                       engine->demo->top);
    top = demo_dir_make(NULL, err);
    if (!top)
        return false;
    if (!exercise_init(&engine->own_demo, top, err)) {
        if (!demo_dir_remove(top, &why))
            log_write(LOG_ERROR, "%s", why.text);
        mem_free(top);
        return false;
    }
    mem_free(top);
    engine->demo = &engine->own_demo;
    if (exercise_add(&engine->own_demo, engine->fetch, err))
        return true;
    end_demo(engine);
    return false;
}

void engine_fini(struct engine *engine)
{
    end_rooms(engine);
    end_demo(engine);
    notify_fini(&engine->notify);
    log_close();
    curl_global_cleanup();
}

const char *engine_version(void)
{
    return PACKAGE_VERSION;
}

const char *engine_libraries(char out[ENGINE_LIBRARIES])
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    char pcre2[32];

    /* "10.42 2022-12-11": the date says nothing to a person here. */
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) > (int)sizeof pcre2 ||
        pcre2_config(PCRE2_CONFIG_VERSION, pcre2) < 0)
        pcre2[0] = '\0';
    pcre2[strcspn(pcre2, " ")] = '\0';
    snprintf(out, ENGINE_LIBRARIES,
             "libcurl/%s %s%s%s SQLite/%s PCRE2/%s jansson/%s "
             "libmicrohttpd/%s",
             curl->version, curl->ssl_version ? curl->ssl_version : "no-TLS",
             curl->nghttp2_version ? " nghttp2/" : "",
             curl->nghttp2_version ? curl->nghttp2_version : "",
             sqlite3_libversion(), pcre2, jansson_version_str(),
             MHD_get_version());
    return out;
}

bool engine_has_http2(void)
{
    return curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2;
}
