/* Output names by a pattern. */
#include "fetch/template.h"

#include "tap.h"

static const struct template_values sample = {.name = "pic.tar.gz",
                                              .host = "img.example",
                                              .path = "/a/b%20c/pic.tar.gz",
                                              .index = 7,
                                              .date_s = 784111777};

static void expand_with(const char *text, const struct template_values *values,
                        const char *want)
{
    struct err err = {ERR_NONE, ""};
    struct template *template = template_parse(text, &err);
    struct str path;
    bool ok;

    str_init(&path, TEMPLATE_PATH);
    ok = template && template_expand(template, values, &path, &err);
    tap_is(ok ? path.data : NULL, want, text);
    if (!ok && want)
        tap_note("%s", err.text);
    template_free(template);
    str_fini(&path);
}

static void expand(const char *text, const char *want)
{
    expand_with(text, &sample, want);
}

static void test_fields(void)
{
    expand("{name}", "pic.tar.gz");
    expand("{host}/{name}", "img.example/pic.tar.gz");
    expand("{stem}-{index}.{ext}", "pic-7.tar.gz");
    expand("{index:04}", "0007");
    expand("{index:020}", "00000000000000000007");
    expand("{date}/{name}", "1994-11-06/pic.tar.gz");
    expand("{path}/{name}", "a/b c/pic.tar.gz");
    expand("x-{path}-y", "x-a/b c-y");
    expand("{{{name}}}", "{pic.tar.gz}");
    expand("{{name}}", "{name}");
    expand("plain", "plain");
    expand("a//b", "a/b");
    expand("./a/./b", "a/b");
    expand("\xc3\xa9/{index}", "\xc3\xa9/7");
}

static void test_safe(void)
{
    struct template_values values = {.name = "../../etc/passwd",
                                     .host = "..",
                                     .path = "/%2e%2e/%2fetc/../.git/x",
                                     .date_s = 0};
    struct template_values none = {.date_s = INT64_MAX};

    expand_with("{name}", &values, "_.._.._etc_passwd");
    expand_with("{host}/{index}", &values, "download/0");
    expand_with("{path}/{name}", &values, "_etc/_.git/_.._.._etc_passwd");
    expand_with("{path}", &values, "_etc/_.git");
    expand_with("{host}{host}/x", &values, "download/x");
    expand_with("{host}./a", &values, "download/a");
    expand_with("{date}", &values, "1970-01-01");
    values.name = "a\x1b[2Jb\xe2\x80\xaetxt.exe";
    expand_with("{name}", &values, "a_[2Jb_txt.exe");
    expand_with("{name}", &none, "download");
    expand_with("{path}/{name}", &none, "download");
    expand_with("{path}/{host}/x{ext}", &none, "x");
    expand_with("{host}/{ext}", &sample, "img.example/tar.gz");
    expand_with("{date}", &none, "download");
    values.name = "README";
    expand_with("{stem}.{ext}", &values, "README");
    expand_with("-{name}", &values, "_-README");
    expand_with(".{name}", &values, "_.README");
}

static void refuse(const char *text, const char *about)
{
    struct err err = {ERR_NONE, ""};
    struct template *template = template_parse(text, &err);

    tap_ok(!template && err.code == ERR_USAGE && strstr(err.text, about),
           "refused: %s: %s", text, err.text);
    template_free(template);
}

static void test_refused(void)
{
    char large[TEMPLATE_TEXT + 2];

    refuse("", "empty");
    refuse("{nam}", "{nam} (character 1 ");
    refuse("\xc3\xa9{host}/{nope}.x", "{nope} (character 9 ");
    refuse("{}", "{} (character 1 ");
    refuse("{Name}", "{Name}");
    refuse("{name:04}", "{name:04}");
    refuse("{index:}", "{index:}");
    refuse("{index:0}", "{index:0}");
    refuse("{index:4}", "{index:4}");
    refuse("{index:00}", "{index:00}");
    refuse("{index:021}", "{index:021}");
    refuse("{index:0x4}", "{index:0x4}");
    refuse("{name", "'{' at character 1 ");
    refuse("a{", "'{' at character 2 ");
    refuse("a}b", "'}' at character 2 ");
    refuse("{na{me}", "'{' at character 1 ");
    refuse("/etc/{name}", "slash");
    refuse("/", "slash");
    refuse("{host}/", "file name");
    refuse("../{name}", "\"..\"");
    refuse("{host}/../../x", "\"..\"");
    refuse("a/..", "\"..\"");
    refuse("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "16");
    memset(large, 'a', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    refuse(large, "longer");
}

static void test_ceilings(void)
{
    char deep[] = "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/f";
    struct template_values values = {.name = "f", .path = deep};
    char name[600];

    expand_with("{path}", &values, "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16");
    expand_with("{path}/{name}", &values, NULL);
    expand("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16",
           "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16");
    memset(name, 'n', sizeof(name) - 1);
    memcpy(name + sizeof(name) - 5, ".txt", 5);
    values.name = name;

    struct err err;
    struct template *template = template_parse("{name}", &err);
    struct str path;

    str_init(&path, TEMPLATE_PATH);
    tap_ok(template && template_expand(template, &values, &path, &err) &&
               path.len == 255 && strcmp(path.data + 251, ".txt") == 0,
           "a component keeps within 255 bytes");
    template_free(template);
    str_fini(&path);
}

int main(void)
{
    test_fields();
    test_safe();
    test_refused();
    test_ceilings();
    return tap_done();
}
