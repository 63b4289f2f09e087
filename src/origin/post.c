#include "post.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"

enum { PAGE_MAX = 64 * 1024 };

static const char *const names[] = {
    "余婷",   "小黄人",   "地心游记", "主线程", "子线程的朋友", "银行卡",
    "支付宝", "队列先生", "锁匠",     "信号量", "会话线程",     "一只生产者",
};

static const char *const texts[] = {
    "一个进程默认有一个线程，这个线程叫主线程。",
    "下载完成\n用了好几个线程，一个也没有闲着。",
    "他说：\"等待线程对象中的任务执行完成。\"",
    "先加锁，再存钱；先存钱，再解锁。",
    "小黄人和地心游记，同时下载。",
    "数据没有混乱，余额还是对的 \xf0\x9f\x91\x8d",
    "进程会在所有的线程都结束才会结束",
    "路径/斜杠\\反斜杠，都要转义",
};

static json_t *post(const char *base, const char *image, size_t index)
{
    char *link = mem_printf("%s%s", base, image);
    json_t *made =
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "id",
                  (int)index + 1, "type", index % 2 == 0 ? "picture" : "text",
                  "text", texts[index % ARRAY_LEN(texts)], "username",
                  names[index % ARRAY_LEN(names)], "profile_image", link,
                  "love", (int)(index * 37 % 101), "comment",
                  (int)(index * 11 % 23), "passtime", "2019-04-01 09:30:00");

    mem_free(link);
    return made;
}

char *post_feed(const char *base, const char *const *images, size_t count)
{
    json_t *posts = json_array();
    json_t *feed;
    char *text;
    char *copy;

    for (size_t i = 0; i < count; i++)
        json_array_append_new(posts, post(base, images[i], i));
    feed = json_pack("{s:i, s:s, s:o}", "code", 200, "msg", "成功!", "data",
                     posts);
    text =
        json_dumps(feed, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ESCAPE_SLASH);
    json_decref(feed);
    /* Only for lack of memory. */
    if (!text)
        abort();
    copy = mem_strdup(text);
    free(text);
    return copy;
}

static const char page_head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"zh\">\n"
    "<meta charset=\"utf-8\">\n"
    "<title>下载练习</title>\n"
    "<h1>下载练习</h1>\n"
    "<p><a href=\"feed.json\">feed.json</a>\n"
    "<a href=\"./SHA256SUMS\">SHA256SUMS</a>\n"
    "<p><a href=\"films/%E5%B0%8F%E9%BB%84%E4%BA%BA.mp4\">小黄人</a>\n"
    "<a href=\"films/%E5%9C%B0%E5%BF%83%E6%B8%B8%E8%AE%B0.mp4\">地心游记</a>\n"
    "<p><a href=\"files/1K.bin?a=1&amp;b=2\">1K</a>\n"
    "<a href=\"/files/10K.bin\">10K</a>\n"
    "<a href=\"images/../files/100K.bin\">100K</a>\n"
    "<a href=\"files/1M.bin#top\">1M</a>\n"
    "<p>\n";

char *post_page(const char *const *images, size_t count)
{
    struct str page;

    str_init(&page, PAGE_MAX);
    str_puts(&page, page_head);
    for (size_t i = 0; i < count; i++)
        str_printf(&page, "<img src=\"%s\" alt=\"\">\n", images[i] + 1);
    str_puts(&page, "</html>\n");
    return str_take(&page);
}
