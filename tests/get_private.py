#!/usr/bin/python3
"""Where links may lead: a page from a public address sends nobody into the
private network. Everything happens in a network namespace, which has such an
address."""

import contextlib
import os
import shutil
import subprocess
import sys

import blackbox
from blackbox import HERE, Helper, Skipped, read, test

UNSHARE = ('unshare', '--map-root-user', '--net')
MATCH = ('--retries', 0, '--match', r'u=(\S+)')


class Net(Helper):
    """The servers of public_net.py."""

    def __init__(self, t, texts):
        self.path = os.path.join(t.folder, 'requests')
        with open(self.path, 'wb') as log:
            super().__init__(*UNSHARE, sys.executable, '-B',
                             os.path.join(HERE, 'public_net.py'),
                             *(f'{name}={text}'
                               for name, text in texts.items()), stderr=log)
        self.enter = ('nsenter', '--preserve-credentials', '--user', '--net',
                      '--target', str(self.facts['pid']))

    def requests(self):
        return read(self.path).decode().splitlines()

    def inside(self):
        """Requests that the private server got."""
        return [line.split()[1] for line in self.requests()
                if line.startswith('127.')]


@contextlib.contextmanager
def net(t, **texts):
    for tool in ('unshare', 'nsenter'):
        if not shutil.which(tool):
            raise Skipped(f'no {tool}')
    allowed = subprocess.run([*UNSHARE, 'true'], check=False,
                             stderr=subprocess.PIPE, text=True)
    if allowed.returncode:
        raise Skipped(f'no network namespace: {allowed.stderr.strip()}')
    one = Net(t, texts)
    try:
        yield one
    finally:
        one.stop()


def get(t, one, *words):
    return t.get(*words, wrap=one.enter)


@test
def public_to_public(t):
    """a public page's link to a public address is followed"""
    with net(t, page='u={public}/file') as one:
        t.status(get(t, one, *MATCH, f'{one.facts["public"]}/page'), 0)
    t.equal(t.files(), ['file'], 'files')


@test
def public_to_private(t):
    """one to a private address is not, and why is told"""
    with net(t, page='u={private}/file') as one:
        run = get(t, one, *MATCH, f'{one.facts["public"]}/page')
        t.refused(run)
        t.true('--private-addresses allow' in run.err, 'how to allow it')
        t.equal(one.inside(), [], 'private requests')


@test
def by_name(t):
    """nor one whose name leads there"""
    with net(t, page='u=http://localhost:{port}/file') as one:
        run = get(t, one, *MATCH, f'{one.facts["public"]}/page')
        t.refused(run)
        t.true('--private-addresses allow' in run.err, 'how to allow it')
        t.equal(one.inside(), [], 'private requests')


@test
def by_redirect(t):
    """nor one whose redirect leads there"""
    with net(t, page='u={public}/to?{private}/file') as one:
        t.refused(get(t, one, *MATCH, f'{one.facts["public"]}/page'))
        t.equal(one.inside(), [], 'private requests')


@test
def by_connection(t):
    """nor where a connection stands there already"""
    with net(t, page='u={private}/file', own='u={private}/other') as one:
        run = get(t, one, '--threads', 1, *MATCH,
                  f'{one.facts["private"]}/own',
                  f'{one.facts["public"]}/page')
        t.status(run, 3)
        t.true('--private-addresses allow' in run.err, 'how to allow it')
        t.equal(sorted(one.inside()), ['/other', '/own'], 'private requests')
    t.equal(t.files(), ['other'], 'files')


@test
def private_to_private(t):
    """a private page's link inside is followed"""
    with net(t, page='u={private}/file') as one:
        t.status(get(t, one, *MATCH, f'{one.facts["private"]}/page'), 0)
    t.equal(t.files(), ['file'], 'files')


@test
def typed(t):
    """what the user names himself is fetched, wherever it is"""
    with net(t) as one:
        t.status(get(t, one, f'{one.facts["private"]}/file'), 0)
    t.equal(t.files(), ['file'], 'files')


@test
def allowed(t):
    """--private-addresses allow"""
    with net(t, page='u={private}/file') as one:
        t.status(get(t, one, '--private-addresses', 'allow', *MATCH,
                     f'{one.facts["public"]}/page'), 0)
    t.equal(t.files(), ['file'], 'files')


blackbox.main()
