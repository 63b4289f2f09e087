#!/usr/bin/python3
"""The everyday use of threadlab get: names, folders, lists, checks, what is
said and how it exits."""

import hashlib
import json
import os
import re
import subprocess

import blackbox
from blackbox import THREADLAB, Failed, read, test, until, write

MIB = 1 << 20


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# --- where files go ---

@test
def one(t):
    """a file is saved under the name its URL has"""
    url = t.url('ok', size=12345)
    t.saved(t.get(url), url)


@test
def several(t):
    """several URLs, several files"""
    urls = [t.url('ok', f'{i}.bin', size=i * 100) for i in range(30)]
    t.status(t.get(*urls), 0)
    t.equal(len(t.files()), 30, 'files')
    for i, url in enumerate(urls):
        t.same(f'{i}.bin', t.expected(url))


@test
def here(t):
    """without --dir files go to the current folder"""
    url = t.url('ok')
    words = [THREADLAB, 'get', url]
    t.equal(subprocess.run(words, cwd=t.out, env=t.env,
                           stdout=subprocess.DEVNULL).returncode, 0, 'status')
    t.equal(t.files(), ['f.bin'], 'files')


@test
def folders_made(t):
    """--dir makes folders"""
    url = t.url('ok')
    t.status(t.get('-d', t.file('a/b/c'), url), 0)
    t.equal(t.files(), ['a/b/c/f.bin'], 'files')
    t.status(t.get('-d', 'x', url), 0)
    t.same(os.path.join(t.folder, 'x/f.bin'), t.expected(url))


@test
def output(t):
    """--output names the file, of one URL"""
    url = t.url('ok')
    t.saved(t.get('-o', 'other.name', url), url, 'other.name')
    t.status(t.get('-o', 'x', url, t.url('ok', 'g')), 2)
    t.equal(len(t.log('ok')), 1, 'requests')


@test
def template(t):
    """--template makes names and folders"""
    urls = [t.url('ok', name) for name in ('a.bin', 'b.tar.gz')]
    pattern = '{host}/{index:03}-{stem}.x.{ext}'
    t.status(t.get('--template', pattern, *urls), 0)
    t.equal(t.files(), ['127.0.0.1/001-a.x.bin', '127.0.0.1/002-b.x.tar.gz'],
            'files')
    t.status(t.get('--template', '{nonsense}', urls[0]), 2)


@test
def no_name(t):
    """a URL without a name still gives a file"""
    t.status(t.get(t.base() + f'/ok/{t.name}/'), 0)
    t.equal(len(t.files()), 1, 'files')


# --- what is there already ---

@test
def exists_rename(t):
    """a taken name is left alone: f.1.bin"""
    write(t.file('f.bin'), 'old')
    write(t.file('a.tar.gz'), 'old')
    url = t.url('ok')
    for number in (1, 2):
        t.status(t.get(url), 0)
        t.same(f'f.{number}.bin', t.expected(url))
    t.status(t.get(t.url('ok', 'a.tar.gz')), 0)
    t.equal(t.files(), ['a.1.tar.gz', 'a.tar.gz', 'f.1.bin', 'f.2.bin',
                        'f.bin'], 'files')
    t.same('f.bin', b'old')


@test
def exists_skip(t):
    """--on-exists skip asks for nothing"""
    write(t.file('f.bin'), 'old')
    run = t.get('--on-exists', 'skip', '--json', t.url('ok'))
    t.status(run, 0)
    t.equal(len(run.named('skipped')), 1, 'skipped events')
    t.same('f.bin', b'old')
    t.equal(t.log('ok'), [], 'requests')


@test
def exists_skip_by_server(t):
    """--on-exists skip with a name that only the server knows"""
    write(t.file('real.bin'), 'old')
    t.status(t.get('--on-exists', 'skip', t.url(
        'disposition', value='attachment; filename=real.bin')), 0)
    t.equal(t.files(), ['real.bin'], 'files')
    t.same('real.bin', b'old')


@test
def exists_overwrite(t):
    """--on-exists overwrite replaces, but only by a whole file"""
    write(t.file('f.bin'), 'old')
    bad = t.url('cut', size=5000, at=1000, first=99, ranges=0)
    t.status(t.get('--on-exists', 'overwrite', '--retries', 0, bad), 1)
    t.same('f.bin', b'old')
    good = t.url('ok')
    t.status(t.get('--on-exists', 'overwrite', good), 0)
    t.same('f.bin', t.expected(good))
    t.equal(t.finals(), ['f.bin'], 'files')


@test
def exists_fail(t):
    """--on-exists fail"""
    write(t.file('f.bin'), 'old')
    t.status(t.get('--on-exists', 'fail', t.url('ok')), 1)
    t.equal(t.files(), ['f.bin'], 'files')
    t.same('f.bin', b'old')


@test
def twice_in_a_run(t):
    """the same name twice in a run: both are kept"""
    urls = [f'{t.base()}/ok/{t.name}/{i}/f.bin?size={100 + i}'
            for i in range(10)]
    t.status(t.get(*urls), 0)
    t.equal(len(t.files()), 10, 'files')
    t.equal(sorted(sha256(read(t.file(name))) for name in t.files()),
            sorted(sha256(t.expected(url)) for url in urls), 'contents')


# --- how it exits ---

@test
def statuses(t):
    """0 all, 1 none, 3 some"""
    good = t.url('ok')
    bad = t.url('status', 'bad', code=404, first=99)
    t.status(t.get(good), 0)
    t.status(t.get(bad), 1)
    t.status(t.get(good, bad), 3)


@test
def usage(t):
    """2 and a sentence for words that mean nothing"""
    url = t.url('ok')
    wrong = [[], ['--no-such-option', url], ['--jobs', 'many', url],
             ['--limit-rate', '-5', url], ['--on-exists', 'perhaps', url],
             ['--checksum', 'sha256=123', url], ['--tls-min', '0.9', url],
             ['--match', '(', url], ['--list-only', url],
             ['gopher://127.0.0.1/x'], ['http://'], [''],
             ['--header', 'no colon', url],
             ['--header', 'A: b\r\nC: d', url], ['--pages', '5-1', url],
             ['--ca-certificate', '/nonexistent', url],
             ['--quiet', '--json', url]]
    for words in wrong:
        run = t.get(*words)
        if run.status != 2 or not run.err.strip():
            raise Failed(f'{words} was not refused')
    t.equal(t.log('ok'), [], 'requests')
    t.equal(t.files(), [], 'files')


@test
def bad_line_in_a_list(t):
    """a line that is no URL spoils only itself"""
    good = t.url('ok')
    run = t.get('-i', t.list(['http://[nonsense', good, 'telnet://x/y']))
    t.status(run, 3)
    t.same('f.bin', t.expected(good))


@test
def refused_connection(t):
    """nobody there: an end, and a reason"""
    t.refused(t.get('--retries', 0, 'http://127.0.0.1:1/f.bin'))
    t.refused(t.get('--retries', 0, 'http://name.invalid/f.bin'))


@test
def help_and_version(t):
    """help and version"""
    for words in (['--version'], ['help'], ['help', 'get'], ['get', '--help']):
        run = subprocess.run([THREADLAB, *words], env=t.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        t.equal(run.returncode, 0, f'{words} status')
        t.true(b'threadlab' in run.stdout, f'{words} says something')


# --- what is said ---

@test
def quiet(t):
    """--quiet says nothing, but errors"""
    run = t.get('--quiet', t.url('ok'), t.url('status', 'x', code=500))
    t.status(run, 0)
    t.equal((run.out, run.err), ('', ''), 'output')
    run = t.get('--quiet', t.url('status', 'y', code=404))
    t.equal(run.out, '', 'output')
    t.true('404' in run.err, 'the reason')


@test
def plain_lines(t):
    """without a terminal: lines, no bars"""
    run = t.get(t.url('ok'), t.url('ok', 'g.bin', size=300000))
    t.status(run, 0)
    t.true('f.bin' in run.out, 'the name is told')
    t.true('\r' not in run.out + run.err, 'no carriage return')
    t.true('\x1b' not in run.out + run.err, 'no escape sequence')


@test
def events(t):
    """--json: one event a line"""
    good = t.url('ok', size=5000)
    retried = t.url('status', 'r.bin', code=503)
    bad = t.url('status', 'bad.bin', code=404)
    run = t.get('--json', good, retried, bad)
    t.status(run, 3)
    begin, end = run.events[0], run.events[-1]
    t.equal((begin['event'], begin['schema']), ('begin', 1), 'first event')
    by_url = {url: [event for event in run.events if event.get('url') == url]
              for url in (good, retried, bad)}
    kinds = {url: [event['event'] for event in of]
             for url, of in by_url.items()}
    t.equal(kinds[good], ['added', 'started', 'done'], 'good events')
    t.equal(kinds[bad], ['added', 'failed'], 'bad events')
    t.equal([kind for kind in kinds[retried] if kind != 'started'],
            ['added', 'retry', 'done'], 'retried events')
    done = by_url[good][-1]
    t.equal(done['bytes'], 5000, 'bytes')
    t.equal(os.path.basename(done['path']), 'f.bin', 'path')
    error = by_url[bad][-1]['error']
    t.equal(error['code'], 'missing', 'code')
    t.true('404' in error['text'], 'text')
    t.equal([end[key] for key in ('event', 'done', 'failed', 'skipped',
                                  'status')],
            ['end', 2, 1, 0, 3], 'last event')
    t.true(end['bytes'] >= 6000 and end['ms'] > 0, 'bytes and time')


@test
def events_of_dirty_text(t):
    """--json stays JSON whatever a server says"""
    url = t.url('disposition', size=10,
                value='attachment; filename="a\x1b[31m\x07\xff\u009b.bin"')
    run = t.get('--json', url)
    t.status(run, 0)
    t.true('\x1b' not in run.out, 'no escape sequence')
    t.equal(len(run.named('done')), 1, 'done events')


@test
def dirty_text(t):
    """nothing a server says reaches the terminal raw"""
    name = 'a\x1b[31m\u202eb'.encode().decode('latin-1')
    run = t.get('-v', t.url('disposition', size=10,
                            value=f'attachment; filename="{name}"'),
                t.url('status', 'x\x1b[31m', code=404),
                t.url('to', 'y', url='http://\x1b[31m/'))
    text = run.out + run.err
    t.true('\x1b' not in text, 'no escape sequence')
    t.true('\u202e' not in text, 'no change of direction')


@test
def log_file(t):
    """--log-file"""
    path = os.path.join(t.folder, 'log')
    t.status(t.get('--log-file', path, t.url('ok')), 0)
    t.true(os.path.getsize(path) > 0, 'a log')


@test
def credentials_stay_secret(t):
    """a password in a URL is not shown, logged or written down"""
    path = os.path.join(t.folder, 'log')
    url = t.url('stall', size=300000, at=200000, first=99).replace(
        '//', '//user:geheim@')
    run = t.start('-v', '--json', '--log-file', path, '--stall-timeout', '60s',
                  url)
    until(lambda: t.log('stall'), 'a request')
    run.kill(2).wait()
    text = run.out + run.err + read(path).decode('utf-8', 'replace')
    for name in t.files():
        text += name + read(t.file(name)).decode('latin-1')
    t.true('geheim' not in text, 'no password')


# --- requests ---

@test
def headers(t):
    """--header, --user-agent, --referer"""
    t.status(t.get('-H', 'X-One: 1', '-H', 'Accept: image/*', '-U', 'me/1.0',
                   '--referer', 'http://example.org/', t.url('ok')), 0)
    sent = t.log('ok')[0]['headers']
    t.equal([sent.get(name) for name in ('x-one', 'accept', 'user-agent',
                                         'referer')],
            ['1', 'image/*', 'me/1.0', 'http://example.org/'], 'headers')


@test
def fragment(t):
    """a fragment is neither sent nor part of a name"""
    t.status(t.get(t.url('ok') + '#there'), 0)
    t.equal(t.files(), ['f.bin'], 'files')
    t.true('#' not in t.log('ok')[0]['target'], 'target')


@test
def no_retries(t):
    """--retries 0 asks once"""
    t.status(t.get('--retries', 0, t.url('status', code=500, first=9)), 1)
    t.equal(len(t.log('status')), 1, 'requests')


# --- lists ---

@test
def list_file(t):
    """--input-file: comments, options, mirrors, any line end"""
    one = t.url('ok', 'one')
    two = t.url('ok', 'two', size=50)
    three = t.url('ok', 'three')
    four = t.url('ok', 'four')
    text = (f'\ufeff# a comment\r\n{one}\r\n\r\n'
            f'{two} out=zwei.bin dir={t.out}/sub\n'
            f'{three}\n  checksum=sha256={sha256(t.expected(three))}\n'
            f'  out=with blank\n'
            f'{t.url("status", "gone", code=404, first=99)}\t{four}')
    t.status(t.get('-i', t.scratch('list', text)), 0)
    t.equal([name for name in t.files() if 'gone' not in name and
             name != 'four'], ['one', 'sub/zwei.bin', 'with blank'], 'files')
    t.equal(len(t.files()), 4, 'files')
    t.same('one', t.expected(one))
    t.same('sub/zwei.bin', t.expected(two))
    t.same('with blank', t.expected(three))


@test
def list_from_stdin(t):
    """--input-file -"""
    urls = [t.url('ok', f'{i}.bin') for i in range(5)]
    t.status(t.get('-i', '-', stdin='\n'.join(urls)), 0)
    t.equal(len(t.files()), 5, 'files')


@test
def list_wrong_checksum(t):
    """a wrong checksum in a list spoils only its file"""
    good = t.url('ok', 'good')
    bad = t.url('ok', 'bad')
    run = t.get('-i', t.list([f'{good} checksum=sha256='
                              + sha256(t.expected(good)),
                              f'{bad} checksum=sha256={"0" * 64}']))
    t.status(run, 3)
    t.equal(t.finals(), ['good'], 'files')


@test
def no_list(t):
    """a list that is not there: a sentence"""
    run = t.get('-i', '/nonexistent/list')
    t.true(run.status in (1, 2), f'status {run.status}')
    t.true('/nonexistent/list' in run.err and 'o such' in run.err,
           f'a reason: {run.err!r}')


@test
def empty_list(t):
    """a list of nothing is done at once"""
    t.status(t.get('-i', t.scratch('list', '# nothing\n')), 0)


@test
def mirrors(t):
    """a mirror stands in for a URL that fails"""
    seed = t.path('ok', 'f.bin')
    gone = t.url('status', 'f.bin', code=404, first=99)
    dead = 'http://127.0.0.1:1/f.bin'
    good = t.url('ok', port='http_other', size=3000)
    run = t.get('--retries', 1, '-i', t.list([f'{gone}\t{dead}\t{good}']))
    t.saved(run, good)
    t.true(seed in good, 'same seed')


# --- checks ---

@test
def checksum(t):
    """--checksum: right, wrong, several algorithms"""
    url = t.url('ok', size=200000)
    data = t.expected(url)
    for name in ('md5', 'sha1', 'sha256', 'sha512'):
        right = hashlib.new(name, data).hexdigest()
        t.status(t.get('-o', name, '--checksum', f'{name}={right}', url), 0)
        wrong = ('1' if right[0] == '0' else '0') + right[1:]
        run = t.get('-o', f'no-{name}', '--json', '--checksum',
                    f'{name}={wrong}', url)
        t.status(run, 1)
        t.equal(run.named('failed')[0]['error']['code'], 'mismatch',
                'code')
    t.equal(t.finals(), ['md5', 'sha1', 'sha256', 'sha512'], 'files')


@test
def checksum_of_large(t):
    """--checksum of a file that came in pieces"""
    url = t.url('ok', size=8 * MIB, rate=8 * MIB)
    right = sha256(t.expected(url))
    t.saved(t.get('--checksum', f'sha256={right}', url), url)
    t.status(t.get('-o', 'no', '--checksum', f'sha256={right[::-1]}', url), 1)
    t.equal(t.finals(), ['f.bin'], 'files')


@test
def checksums(t):
    """--checksums: a SHA256SUMS for all"""
    good = t.url('ok', 'good.bin')
    bad = t.url('ok', 'bad.bin')
    other = t.url('ok', 'other.bin')
    sums = t.scratch('SHA256SUMS', f'{sha256(t.expected(good))}  good.bin\n'
                     f'{sha256(b"x")} *./bad.bin\n')
    t.status(t.get('--checksums', sums, good, bad, other), 3)
    t.equal(t.finals(), ['good.bin', 'other.bin'], 'files')


@test
def repr_digest(t):
    """a digest the server itself declares is held against it"""
    right = t.url('repr_digest', 'right.bin', size=2000)
    wrong = t.url('repr_digest', 'wrong.bin', size=2000, mode='wrong')
    t.status(t.get('--retries', 0, right, wrong), 3)
    t.equal(t.finals(), ['right.bin'], 'files')


@test
def expect_type(t):
    """--expect-type"""
    run = t.get('--expect-type', 'image/*,text/plain',
                t.url('ok', 'a', type='image/png'),
                t.url('ok', 'b', type='text/html'),
                t.url('ok', 'c', type='text/plain; charset=utf-8'))
    t.status(run, 3)
    t.equal(t.finals(), ['a', 'c'], 'files')


@test
def sizes(t):
    """--max-size and --min-size, declared or not"""
    run = t.get('--max-size', '1M', '--min-size', 100, '--json',
                '--retries', 0,
                t.url('ok', 'good', size=5000),
                t.url('ok', 'large', size=2 * MIB),
                t.url('ok', 'small', size=50),
                t.url('ok', 'grows', size=2 * MIB, chunked=1),
                t.url('ok', 'shrinks', size=50, chunked=1),
                t.url('endless', 'endless', size=100000))
    t.equal(t.files(), ['good'], 'files')
    t.equal(len(run.named('done')), 1, 'done events')
    sent = t.sent('endless', 'endless')
    t.true(sent < 16 * MIB, f'stops in time: {sent} bytes')


@test
def archive(t):
    """--archive: a second run asks for nothing"""
    urls = [t.url('ok', f'{i}.bin') for i in range(20)]
    bad = t.url('status', 'bad', code=404, first=1)
    path = os.path.join(t.folder, 'archive.db')
    words = ['--archive', path, '-i', t.list(urls + [bad])]
    t.status(t.get(*words), 3)
    for name in t.files():
        os.remove(t.file(name))
    run = t.get('--json', *words)
    t.status(run, 0)
    t.equal(len(run.named('skipped')), 20, 'skipped events')
    t.equal(t.files(), ['bad'], 'files')
    for i in range(20):
        t.equal(len(t.log('ok', f'{i}.bin')), 1, 'requests')


@test
def remote_time(t):
    """--remote-time"""
    t.status(t.get('--remote-time', t.url('ok')), 0)
    t.equal(int(os.stat(t.file('f.bin')).st_mtime), 1704067200, 'time')
    t.status(t.get('-o', 'g', t.url('ok')), 0)
    t.true(os.stat(t.file('g')).st_mtime > 1704067200, 'now without it')


@test
def mode(t):
    """files get the mode that the umask leaves"""
    t.status(t.get(t.url('ok'), t.url('ok', 'g.bin', size=4 * MIB),
                   wrap=('sh', '-c', 'umask 027; exec "$@"', 'sh')), 0)
    for name in ('f.bin', 'g.bin'):
        t.equal(os.stat(t.file(name)).st_mode & 0o777, 0o640, 'mode')


# --- hooks ---

@test
def hook(t):
    """--on-complete gets the path, without a shell"""
    script = t.scratch('hook', '#!/bin/sh\n'
                       'printf "%s|" "$@" "$THREADLAB_URL" >>"$PWD/said"\n'
                       'cmp -s "$2" "$2" && echo here >>"$PWD/said"\n')
    os.chmod(script, 0o755)
    urls = [t.url('ok', 'a;b $(x).bin'.replace(' ', '%20')),
            t.url('status', 'bad', code=404)]
    t.status(t.get('--on-complete', f"{script} 'first word'", *urls), 3)
    said = read(os.path.join(t.folder, 'said')).decode()
    t.true(re.fullmatch(r'first word\|[^|]*/a;b \$\(x\)\.bin\|http[^|]*\|'
                        r'here\n', said), f'{said!r}')


@test
def hook_shell(t):
    """--on-complete-shell"""
    t.status(t.get('--on-complete-shell', 'wc -c <"$1" >said',
                   t.url('ok', size=777)), 0)
    t.equal(read(os.path.join(t.folder, 'said')).split(), [b'777'], 'said')


@test
def hook_many(t):
    """every file has its hook"""
    urls = [t.url('ok', f'{i}.bin') for i in range(60)]
    t.status(t.get('--on-complete-shell', 'echo "$1" >>said', '-i',
                   t.list(urls)), 0)
    said = read(os.path.join(t.folder, 'said')).decode().split()
    t.equal(len(set(said)), 60, 'hooks')


@test
def settings_are_not_needed(t):
    """it works without a home"""
    env = {'HOME': '/nonexistent'}
    env.update({f'XDG_{name}_HOME': '' for name in
                ('CONFIG', 'DATA', 'STATE', 'CACHE')})
    url = t.url('ok')
    t.saved(t.get(url, env=env), url)


@test
def json_lines_are_whole(t):
    """--json through a pipe that is slow to read"""
    urls = [t.url('ok', f'{i}.bin') for i in range(200)]
    words = t.words('--json', '-i', t.list(urls))
    process = subprocess.Popen(words, env=t.env, cwd=t.folder,
                               stdout=subprocess.PIPE)
    lines = [json.loads(line) for line in process.stdout]
    t.equal(process.wait(), 0, 'status')
    process.stdout.close()
    t.equal(len([1 for event in lines if event['event'] == 'done']), 200,
            'done events')


blackbox.main()
