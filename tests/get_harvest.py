#!/usr/bin/python3
"""URLs out of pages, feeds and files."""

import json
import os

import blackbox
from blackbox import SLOW, test

SEED = '"profile_image":"(.+?)",'


def names(t):
    return t.files()


def listed(t, *words, **more):
    run = t.get('--list-only', *words, **more)
    t.status(run, 0)
    return run.out.split()


@test
def feed(t):
    """a regular expression on a JSON feed fetches every picture"""
    page = t.url('feed', 'img', count=10)
    t.status(t.get('--match', SEED, page), 0)
    t.equal(names(t), sorted(f'img-{i}.jpg' for i in range(10)), 'files')
    for i in range(10):
        url = t.url('ok', f'img-{i}.jpg', size=1000 + i)
        t.same(f'img-{i}.jpg', t.expected(url))


@test
def feed_over_https(t):
    """the same over HTTP/2 and TLS"""
    t.status(t.get('--match', SEED,
                   t.url('feed', 'img', 'https', count=10)), 0)
    t.equal(len(names(t)), 10, 'files')


@test
def list_only(t):
    """--list-only prints the URLs and fetches none"""
    page = t.url('feed', 'img', count=3)
    base = f'{t.base()}/ok/{t.name}'
    t.equal(listed(t, '--match', SEED, page),
            [f'{base}/img-{i}.jpg?size={1000 + i}&type=image/jpeg'
             for i in range(3)], 'URLs')
    t.equal(names(t), [], 'files')
    t.equal(t.log('ok', 'img-0.jpg'), [], 'requests')


@test
def pages(t):
    """--pages goes through them, in order"""
    page = t.url('feed', 'img', count=4, page='{page}').replace(
        '%7Bpage%7D', '{page}')
    urls = listed(t, '--pages', '2-4', '--match', SEED, page)
    t.equal([url.split('/')[-2 if 'image/' in url else -1].split('.')[0]
             for url in urls], [f'img-{i}' for i in range(4, 16)], 'URLs')
    t.status(t.get('--pages', '1-5', '--match', SEED, page), 0)
    t.equal(len(names(t)), 20, 'files')


@test
def page_missing(t):
    """a page that fails costs its own links only"""
    page = t.url('feed', 'img', count=4, page='{page}').replace(
        '%7Bpage%7D', '{page}')
    other = t.url('status', 'no', code=404, first=9)
    t.status(t.get('--match', SEED, other, page.replace('{page}', '1')), 3)
    t.equal(len(names(t)), 4, 'files')


@test
def json_path(t):
    """--json-path"""
    page = t.url('feed', 'img', count=5)
    by_match = listed(t, '--match', SEED, page)
    t.equal(listed(t, '--json-path', '$.data[*].profile_image', page),
            by_match, 'URLs')
    t.equal(listed(t, '--json-path', '$..profile_image', page), by_match,
            'URLs by descent')
    t.status(t.get('--json-path', '$.data[', page), 2)


@test
def relative_links(t):
    """relative links and entities of a page"""
    page = t.url('index', 'x', count=5)
    t.status(t.get('--match', 'href="([^"]+)"', page), 0)
    t.equal(names(t), [f'x-{i}.bin' for i in range(5)], 'files')
    t.same('x-3.bin', t.expected(t.url('ok', 'x-3.bin', size=1003)))


@test
def all_kinds_of_links(t):
    """escapes are undone, duplicates dropped, the rest is reported"""
    base = t.base()
    host = base.split('//')[1]
    text = '\n'.join((
        'u="/ok/a?x=1&amp;y=2"', 'u="/ok/a?x=1&amp;y=2"',
        f'u="http:\\/\\/{host}\\/ok\\/b"', 'u="c"', 'u="../d"',
        f'u="//{host}/ok/e"', 'u="?q=f"', 'u="data:image/png;base64,AAAA"',
        'u="javascript:alert(1)"', 'u="mailto:x@example.org"',
        'u="http://[bad"', f'u="http:\\u002f\\u002f{host}/ok/g"',
        'u="  h  "', 'u="#top"', 'u=""', f'u="{base}/ok/i#part"',
        f'u="{base}/ok/i"'))
    page = t.url('page', 'index.html', text=text)
    run = t.get('--list-only', '--match', 'u="(.*?)"', page)
    t.status(run, 0)
    here = f'{base}/page/{t.name}'
    t.equal(run.out.split(), [
        f'{base}/ok/a?x=1&y=2', f'{base}/ok/b', f'{here}/c',
        f'{base}/page/d', f'{base}/ok/e', f'{here}/index.html?q=f',
        f'{base}/ok/g', f'{here}/h', f'{base}/ok/i'], 'URLs')
    t.true('data:' in run.err or 'data' in run.err, 'what is no use is told')


@test
def counts(t):
    """--json tells what was found, twice, and of no use"""
    page = t.url('page', text='u=/ok/a u=/ok/a u=/ok/b u=data:,x ')
    run = t.get('--json', '--list-only', '--match', r'u=(\S+)', page)
    found = run.named('page')[0]
    t.equal((found['found'], found['duplicates'], found['bad']), (4, 1, 1),
            'counts')


@test
def redirected_page(t):
    """relative links start from where the page was"""
    page = t.url('index', 'x', count=2)
    t.status(t.get('--match', 'href="([^"]+)"', t.url(
        'to', 'deep', url=page)), 0)
    t.equal(names(t), ['x-0.bin', 'x-1.bin'], 'files')


@test
def without_group(t):
    """without a group the whole match counts"""
    page = t.url('page', text=f'see {t.base()}/ok/a.bin and '
                              f'{t.base()}/ok/b.bin, too')
    t.status(t.get('--match', r'http://[^ ,]+', page), 0)
    t.equal(names(t), ['a.bin', 'b.bin'], 'files')


@test
def local_file(t):
    """a file on the disk, and the standard input"""
    text = f'<a href="{t.base()}/ok/{t.name}/a.bin"> <a href="b.bin">'
    path = t.scratch('page.html', text)
    base = f'{t.base()}/ok/{t.name}/'
    match = ['--match', 'href="(.*?)"']
    t.equal(listed(t, *match, '--base', base, path),
            [base + 'a.bin', base + 'b.bin'], 'URLs')
    t.equal(listed(t, *match, '--base', base, '-', stdin=text),
            [base + 'a.bin', base + 'b.bin'], 'URLs')
    run = t.get('--list-only', *match, path)
    t.equal(run.out.split(), [base + 'a.bin'], 'URLs without a base')


@test
def nothing_found(t):
    """nothing found: a sentence, and no success"""
    run = t.get('--match', 'nowhere', t.url('feed', 'img'))
    t.status(run, 1)
    t.true(run.err.strip(), 'a reason')


@test
def catastrophe(t):
    """a catastrophic expression ends"""
    page = t.url('page', text='a' * 5000 + '!')
    run = t.get('--match', '(a+)+$', page, timeout=30 * SLOW)
    t.true(run.status in (1, 3), f'status {run.status}')
    t.true(run.err.strip(), 'a reason')


@test
def deep_expression(t):
    """a deeply nested expression and text do not overflow the stack"""
    page = t.url('page', text='(' * 4000)
    t.get('--match', r'(\((?1)*\)?)', page, timeout=30 * SLOW)
    t.true(t.last.status in (0, 1, 2, 3), f'status {t.last.status}')
    t.get('--match', '(' * 5000 + ')' * 5000, page)
    t.equal(t.last.status, 2, 'status')


@test
def deep_json(t):
    """JSON that is nested without end, or broken"""
    for text in ('[' * 100000, '{"a":' * 50000, '{"a":1', '', 'null',
                 '[1' + '0' * 1000 + ']', '"\\ud800"', '\xff\xfe'):
        path = t.scratch('x.json', text.encode('latin-1'))
        run = t.get('--list-only', '--json-path', '$..a', path)
        t.true(run.status in (0, 1), f'{text[:20]!r}: status {run.status}')


@test
def page_bomb(t):
    """a page that decodes to a gibibyte has an end"""
    page = t.url('bomb', size=1 << 30)
    run = t.get('--retries', 0, '--match', 'x', page, timeout=30 * SLOW,
                wrap=('prlimit', '--as=3000000000') if SLOW == 1 else ())
    t.status(run, 1)


@test
def gzipped_page(t):
    """a page that comes compressed is read"""
    path = t.path('ok', 'a.bin')
    text = f'{t.base()}{path} '
    run = t.get('--list-only', '--match', r'http\S+',
                t.url('page', text=text, gzip=1))
    t.equal(run.out.split(), [f'{t.base()}{path}'], 'URLs')


@test
def old_encoding(t):
    """a page that is no UTF-8 is searched all the same"""
    page = t.url('page', text=f'\xe4\xf6\xfc {t.base()}/ok/a.bin \xff')
    t.equal(listed(t, '--match', r'http://\S+\.bin', page),
            [f'{t.base()}/ok/a.bin'], 'URLs')


@test
def files_are_no_targets(t):
    """a page leads to no local file"""
    victim = t.scratch('victim', 'precious')
    page = t.url('page', text=f'u="file://{victim}" u="{victim}"')
    run = t.get('--match', 'u="(file.*?)"', page)
    t.true(run.status in (1, 3), f'status {run.status}')
    t.equal(names(t), [], 'files')


@test
def private_links(t):
    """--private-addresses refuse: a page's links do not lead inside"""
    path = t.scratch('page.html', f'u="{t.url("ok")}"')
    run = t.get('--private-addresses', 'refuse', '--retries', 0, '--match',
                'u="(.*?)"', path)
    t.refused(run)
    t.equal(t.log('ok'), [], 'requests')


@test
def list_cut_off(t):
    """--list-only into head(1) ends well"""
    text = ' '.join(f'u=/ok/{i}' for i in range(50000))
    path = t.scratch('page', text)
    words = t.words('--list-only', '--match', r'u=(\S+)', '--base', t.base(),
                    path)
    run = blackbox.Run(['sh', '-c', '"$@" | head -n 3', 'sh', *words],
                       t.folder, t.env).wait()
    t.equal(len(run.out.split()), 3, 'lines')


@test
def many_links(t):
    """a hundred thousand links from one file, duplicates and all"""
    text = '\n'.join(f'{t.base()}/ok/x/{i % 60000}' for i in range(100000))
    path = t.scratch('page', text)
    urls = listed(t, '--match', r'http\S+', path)
    t.equal((len(urls), len(set(urls))), (60000, 60000), 'URLs')


@test
def json_list(t):
    """--json-path on a local file with many values"""
    path = t.scratch('x.json', json.dumps(
        {'rows': [{'n': i, 'u': f'{t.base()}/ok/{i}'} for i in range(500)]}))
    t.equal(len(listed(t, '--json-path', '$.rows[*].u', path)), 500, 'URLs')
    t.equal(listed(t, '--json-path', '$.rows[7].u', path),
            [f'{t.base()}/ok/7'], 'URL')
    t.true(os.path.exists(path), 'the file stays')


blackbox.main()
