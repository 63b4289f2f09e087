#!/usr/bin/python3
"""File names that servers and URLs suggest, and what they may do."""

import os
import re
import unicodedata
import urllib.parse

import blackbox
from blackbox import read, test, write


def latin(text):
    """UTF-8 as a header carries it."""
    return text.encode().decode('latin-1')


def named(t, value, *words, name='fallback.bin', size=100):
    """Saves a file with that Content-Disposition; its name."""
    url = t.url('disposition', name, value=value, size=size)
    before = set(t.files())
    t.status(t.get(*words, url), 0)
    new = set(t.files()) - before
    t.equal(len(new), 1, f'new files of {value!r}')
    name = new.pop()
    t.same(name, t.expected(url))
    return name


def harmless(t, name):
    """Is it a name that can do nothing to anybody?"""
    t.true('/' not in name and '\\' not in name, f'one component: {name!r}')
    t.true(name[0] not in '.-', f'start of {name!r}')
    t.true(name[-1] not in '. ', f'end of {name!r}')
    t.true(len(os.fsencode(name)) <= 255, f'length of {name!r}')
    os.fsencode(name).decode()
    for character in name:
        t.true(unicodedata.category(character) not in ('Cc', 'Cf', 'Zl', 'Zp'),
               f'{character!r} in {name!r}')


@test
def declared(t):
    """Content-Disposition in its usual forms"""
    for value, name in (
            ('attachment; filename="plain.txt"', 'plain.txt'),
            ('attachment; filename=token.txt', 'token.txt'),
            ('inline; filename="with blank.txt"', 'with blank.txt'),
            ("attachment; filename*=UTF-8''%e2%82%ac%20rates.txt",
             '€ rates.txt'),
            ("attachment; filename=\"EURO.txt\"; filename*=utf-8''"
             '%e2%82%ac.txt', '€.txt'),
            ("attachment; filename*=ISO-8859-1''%e4.txt", 'ä.txt'),
            (latin('attachment; filename="ö raw.txt"'), 'ö raw.txt'),
            ('attachment; filename="semi;colon.txt";', 'semi;colon.txt'),
            (r'attachment; filename="q\"uote.txt"', 'q"uote.txt'),
            ('ATTACHMENT; FILENAME="upper.txt"', 'upper.txt'),
            ('attachment', 'fallback.bin'),
            ('attachment; filename=""', 'fallback.1.bin')):
        t.equal(named(t, value), name, f'name from {value!r}')


@test
def by_redirect(t):
    """the name is that of the place where the file is"""
    target = t.url('ok', 'there.bin')
    t.status(t.get(t.url('to', 'here.bin', url=target)), 0)
    t.true(t.files()[0] in ('there.bin', 'here.bin'), f'{t.files()}')


@test
def traversal(t):
    """no name leaves the folder"""
    victim = t.scratch('victim', 'precious')
    for value in ('../victim', '../../x', '/etc/passwd', '..\\victim',
                  'C:\\boot.ini', '..', '.', '../', 'a/../../victim',
                  '....//victim', '/', '~/victim', 'x/..', '..%2fvictim',
                  '%2e%2e%2fvictim'):
        harmless(t, named(t, f'attachment; filename="{value}"'))
        quoted = urllib.parse.quote(value, safe='')
        harmless(t, named(t, f"attachment; filename*=UTF-8''{quoted}"))
    t.same(victim, b'precious')
    t.equal(sorted(set(os.listdir(t.folder)) - {'home'}), ['out', 'victim'],
            'files outside')


@test
def traversal_in_url(t):
    """nor does a URL's own"""
    paths = ['%2e%2e%2fvictim', '..%2f..%2fvictim', '%2e%2e', '%2fetc%2fx',
             '..%5cvictim', '%2e', 'a%00b', '%2e%2e/%2e%2e/victim']
    t.scratch('victim', 'precious')
    for path in paths:
        t.get(f'{t.base()}/ok/{t.name}/{path}')
        t.true(t.last.status in (0, 1, 2), f'status {t.last.status}')
    for name in t.files():
        harmless(t, name)
    t.same(os.path.join(t.folder, 'victim'), b'precious')
    t.equal(sorted(set(os.listdir(t.folder)) - {'home'}), ['out', 'victim'],
            'files outside')


@test
def traversal_in_list(t):
    """out= stays in its folder; a harvested name too"""
    t.scratch('victim', 'precious')
    url = t.url('ok')
    t.get('-i', t.list([f'{url} out=../victim', f'{url} out=/tmp/x/victim',
                        f'{url} out=..']))
    for name in t.finals():
        harmless(t, name)
    t.same(os.path.join(t.folder, 'victim'), b'precious')
    t.equal(sorted(set(os.listdir(t.folder)) - {'home', 'list'}),
            ['out', 'victim'], 'files outside')


@test
def control_characters(t):
    """no control and no bidi character gets into a name"""
    for text in ('a\x1b[31mred.txt', 'bell\x07.txt', 'del\x7f.txt',
                 'c1\x9b31m.txt', latin('rtl\u202etxt.exe'),
                 latin('zero\u200bwidth.txt'), latin('c1\u0085\u009b.txt'),
                 latin('mark\ufeff.txt'), 'tab\there.txt', 'bad\xff\xfe.txt'):
        harmless(t, named(t, f'attachment; filename="{text}"'))
        quoted = urllib.parse.quote(text.encode('latin-1'))
        harmless(t, named(t, f"attachment; filename*=UTF-8''{quoted}"))
        url = f'{t.base()}/ok/{t.name}/{quoted}'
        t.status(t.get(url), 0)
    for name in t.files():
        harmless(t, name)


@test
def long_names(t):
    """255 bytes at most, the extension kept, whatever comes before"""
    for text in ('a' * 400 + '.jpg', 'ä' * 300 + '.jpg', '日本' * 100 + '.jpg',
                 'a' * 255, 'b' * 251 + '.jpg', '.' + 'x' * 300 + '.jpg'):
        name = named(t, latin(f'attachment; filename="{text}"'))
        harmless(t, name)
        if '.' in text:
            t.true(name.endswith('.jpg'), f'extension of {name!r}')
    url = f'{t.base()}/ok/{t.name}/{"c" * 500}.png'
    t.status(t.get(url), 0)
    for name in t.files():
        harmless(t, name)


@test
def long_names_of_large_files(t):
    """the same where a part is needed, and where the name is taken"""
    name = 'n' * 251 + '.bin'
    url = f'{t.base()}/ok/{t.name}/{name}?size=5000000'
    for _ in range(3):
        t.status(t.get(url), 0)
    t.equal(len(t.files()), 3, 'files')
    for name in t.files():
        harmless(t, name)
        t.true(name.endswith('.bin'), f'extension of {name!r}')
        t.same(name, t.expected(url))


@test
def long_names_differ(t):
    """two names that differ only behind the cut stay two"""
    urls = [f'{t.base()}/ok/{t.name}/{"d" * 300}{i}.bin' for i in range(5)]
    t.status(t.get(*urls), 0)
    t.equal(len(t.files()), 5, 'files')


@test
def awkward_names(t):
    """dots, blanks, dashes, nothing"""
    for text in ('', '.', '..', '...', ' ', '-rf', '--help', '.bashrc',
                 '.ssh', 'trailing.', 'trailing ', ' leading', '. .', 'CON',
                 '~', '*', '$HOME', '`id`', ';', '|', '&', '"', "'"):
        text = text.replace('"', '\\"')
        harmless(t, named(t, f'attachment; filename="{text}"', name='f'))


@test
def collisions(t):
    """a hundred files of one name in one run"""
    urls = [f'{t.base()}/ok/{t.name}/{i}/same.bin?size={200 + i}'
            for i in range(100)]
    t.status(t.get('-i', t.list(urls)), 0)
    t.equal(len(t.files()), 100, 'files')
    t.equal(sorted(map(len, (read(t.file(name)) for name in t.files()))),
            list(range(200, 300)), 'sizes')
    t.true('same.bin' in t.files(), 'the plain name')
    for name in t.files():
        t.true(re.fullmatch(r'same(\.\d+)?\.bin', name), name)


@test
def collisions_by_header(t):
    """the same where the servers name them, with a file that is there"""
    write(t.file('same.bin'), 'old')
    urls = [t.url('disposition', f'{i}', size=300 + i,
                  value='attachment; filename="same.bin"')
            for i in range(40)]
    t.status(t.get('-i', t.list(urls)), 0)
    t.equal(len(t.files()), 41, 'files')
    t.same('same.bin', b'old')
    t.equal(sorted(map(len, (read(t.file(name)) for name in t.files()))),
            [3] + list(range(300, 340)), 'sizes')


@test
def collisions_of_two_runs(t):
    """two runs at once, one folder, the same names"""
    lists = [t.list([f'{t.base()}/ok/{t.name}/{run}/{i}.bin?size=500'
                     for i in range(100)], f'list{run}') for run in range(2)]
    runs = [t.start('-i', path) for path in lists]
    for run in runs:
        t.status(run.wait(), 0)
    t.equal(len(t.files()), 200, 'files')
    wanted = {t.expected(f'{t.base()}/ok/{t.name}/{run}/{i}.bin?size=500')
              for run in range(2) for i in range(100)}
    t.equal({read(t.file(name)) for name in t.files()}, wanted, 'contents')


@test
def many_numbers(t):
    """names that are taken up to a high number"""
    for i in range(300):
        write(t.file('f.bin' if i == 0 else f'f.{i}.bin'), '')
    url = t.url('ok')
    t.status(t.get(url), 0)
    t.same('f.300.bin', t.expected(url))


@test
def symlink_at_the_target(t):
    """a symlink under the name is not followed"""
    victim = t.scratch('victim', 'precious')
    for policy in ('rename', 'overwrite', 'skip', 'fail', 'resume'):
        for target in (victim, '/nonexistent/dangling'):
            if os.path.lexists(t.file('f.bin')):
                os.remove(t.file('f.bin'))
            os.symlink(target, t.file('f.bin'))
            t.get('--on-exists', policy, '--retries', 0,
                  t.url('ok', size=50000))
            t.same(victim, b'precious')
            t.true(not os.path.exists('/nonexistent/dangling'), 'no file')


@test
def symlink_in_a_template(t):
    """nor is one in place of a folder that a template makes"""
    outside = os.path.join(t.folder, 'outside')
    os.mkdir(outside)
    os.symlink(outside, t.file('127.0.0.1'))
    t.get('--template', '{host}/{name}', t.url('ok'))
    t.equal(os.listdir(outside), [], 'files outside')


@test
def fifo_at_the_target(t):
    """a FIFO under the name does not stop the run"""
    for policy in ('rename', 'overwrite', 'resume', 'fail', 'skip'):
        if os.path.lexists(t.file('f.bin')):
            os.remove(t.file('f.bin'))
        os.mkfifo(t.file('f.bin'))
        run = t.get('--on-exists', policy, '--retries', 0, t.url('ok'))
        t.true(run.status in (0, 1), f'{policy}: status {run.status}')


@test
def folder_at_the_target(t):
    """a folder under the name stays"""
    os.makedirs(t.file('f.bin/inside'))
    for policy in ('overwrite', 'resume', 'fail', 'skip', 'rename'):
        run = t.get('--on-exists', policy, '--retries', 0, t.url('ok'))
        t.true(run.status in (0, 1), f'{policy}: status {run.status}')
        t.true(os.path.isdir(t.file('f.bin/inside')), 'the folder')
    t.same('f.1.bin', t.expected(t.url('ok')))


@test
def folder_is_a_file(t):
    """--dir that is a file: a sentence"""
    write(t.file('file'), 'x')
    run = t.get('-d', t.file('file/x'), t.url('ok'))
    t.true(run.status in (1, 2) and run.err.strip(), 'refused')
    t.equal(t.files(), ['file'], 'files')


blackbox.main()
