#!/usr/bin/python3
"""The demo on the workbench."""

import os
import re

import blackbox
from blackbox import THREADLAB, test
from terminal import Terminal


def bench(t, *words):
    os.makedirs(os.path.join(t.folder, 'tmp'), exist_ok=True)
    return Terminal((120, 40), [THREADLAB, *words],
                    env=dict(t.env, TMPDIR=os.path.join(t.folder, 'tmp'),
                             no_proxy='*'), cwd=t.folder)


def temporary(t):
    return [name for name in os.listdir(os.path.join(t.folder, 'tmp'))
            if name.startswith('threadlab-')]


def leave(tty):
    """Quits; a machine so fast that all is done is not asked."""
    tty.type('q')
    if tty.wait(lambda: not tty.alive() or 'Quit?' in tty.text(),
                what='a question or the end') and tty.alive():
        tty.wait(r'\d+ downloads? (is|are) not finished and stops?. Quit')
        tty.type('y')


@test
def demo(t):
    """:demo runs into a temporary folder, once; all goes at the end"""
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':demo')
        tty.send('Enter')
        where = tty.wait(r"the demo's files go to (\S+),")[1]
        t.equal([os.path.basename(where)], temporary(t), 'the folder')
        tty.wait(r' done +avatar-0')
        tty.wait(r'[ >](run|done) +\S+\.(mp4|png)')
        tty.type(':demo')
        tty.send('Enter')
        tty.wait(f'the demo runs already; its files are in {where}')
        tty.send('Escape')
        tty.wait_gone('Commands')
        leave(tty)
        t.equal(tty.status(), 0, 'status')
        tty.restored()
        t.equal(temporary(t), [], 'what is left of it')
    with bench(t) as tty:
        tty.wait('No downloads')  # the next start knows nothing of it


@test
def command(t):
    """threadlab demo is the same, and :demo in it says that it runs"""
    with bench(t, 'demo') as tty:
        tty.wait(r'[ >](run|done) +\S+\.(mp4|png)')
        tty.type(':demo')
        tty.send('Enter')
        tty.wait('the demo runs already')
        tty.send('Escape')
        tty.wait_gone('Commands')
        leave(tty)
        t.equal(tty.status(), 0, 'status')
        t.equal(temporary(t), [], 'what is left of it')


@test
def plain(t):
    """and line by line"""
    os.makedirs(os.path.join(t.folder, 'tmp'), exist_ok=True)
    run = blackbox.Run([THREADLAB, '--plain'], cwd=t.folder, stdin='demo\nwait\n',
                       env=dict(t.env, TMPDIR=os.path.join(t.folder, 'tmp'),
                                no_proxy='*')).wait()
    t.status(run, 0)
    t.true(re.search("the demo's files go to", run.out), run.out)
    t.equal(temporary(t), [], 'what is left of it')


if __name__ == '__main__':
    blackbox.main(None)
