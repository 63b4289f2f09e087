#!/usr/bin/python3
"""Who is asking and who answers: passwords, tokens, cookies, redirects,
certificates."""

import base64
import os
import time

import blackbox
from blackbox import Skipped, read, test


def basic_header(user, password):
    words = f'{user}:{password}'.encode()
    return 'Basic ' + base64.b64encode(words).decode()


def secret(t, text='geheim', name='secret'):
    path = t.scratch(name, text + '\n')
    os.chmod(path, 0o600)
    return path


def login(t, *more):
    return ['--user', 'me', '--password-file', secret(t), *more]


def headers(t, case, name='f.bin', field='authorization'):
    return [entry['headers'].get(field) for entry in t.log(case, name)]


# --- passwords and tokens ---

@test
def basic(t):
    """Basic, by options, in the URL, and wrong"""
    url = t.url('basic', user='me', password='geheim')
    t.saved(t.get(*login(t), url), url)
    inside = url.replace('//', '//me:geheim@')
    t.status(t.get('-o', 'g', inside), 0)
    t.status(t.get('-o', 'h', '--auth', 'basic', *login(t), url), 0)
    t.status(t.get('-o', 'no', url), 1)
    t.status(t.get('-o', 'no', '--user', 'me', '--password-file',
                   secret(t, 'falsch', 'wrong'), url), 1)
    t.equal(t.files(), ['f.bin', 'g', 'h'], 'files')


@test
def password_from_stdin(t):
    """--password-file -"""
    url = t.url('basic', user='me', password='geheim')
    t.saved(t.get('--user', 'me', '--password-file', '-', url,
                  stdin='geheim\n'), url)


@test
def odd_password(t):
    """a password with blanks, colons and umlauts"""
    url = t.url('basic', user='me')
    password = 'a: b@c/%41ö'
    run = t.get('--user', 'me', '--password-file', secret(t, password),
                '--auth', 'basic', url)
    t.status(run, 1)
    t.true(basic_header('me', password) in headers(t, 'basic'),
           f'sent as it is: {headers(t, "basic")}')


@test
def digest(t):
    """Digest, MD5 and SHA-256"""
    for algorithm in ('MD5', 'SHA-256'):
        url = t.url('digest', algorithm, user='me', password='geheim',
                    algorithm=algorithm)
        t.status(t.get(*login(t), url), 0)
        t.same(algorithm, t.expected(url))
        t.status(t.get('-o', 'no', '--auth', 'digest', '--user', 'me',
                       '--password-file', secret(t, 'falsch', 'wrong'), url),
                 1)


@test
def strongest(t):
    """where Digest is to be had the password is not sent"""
    url = t.url('digest', user='me', password='geheim', offer='both')
    t.saved(t.get(*login(t), url), url)
    for field in headers(t, 'digest'):
        t.true(not (field or '').startswith('Basic'), 'no Basic')


@test
def digest_of_segments(t):
    """a large file behind Digest"""
    url = t.url('digest', user='me', password='geheim', size=6 << 20,
                rate=4 << 20)
    t.saved(t.get(*login(t), url), url)


@test
def bearer(t):
    """--bearer-file"""
    url = t.url('bearer', token='abc.def')
    t.saved(t.get('--bearer-file', secret(t, 'abc.def'), url), url)
    t.status(t.get('-o', 'no', '--bearer-file', secret(t, 'x', 'other'), url),
             1)


@test
def unauthorised(t):
    """401 is not tried again, and told"""
    run = t.get(t.url('basic', user='me', password='geheim'))
    t.refused(run)
    t.equal(len(t.log('basic')), 1, 'requests')
    t.true('401' in run.err, 'the status')


@test
def netrc(t):
    """--netrc and --netrc-file"""
    url = t.url('basic', user='me', password='geheim')
    text = ('machine example.org login no password no\n'
            'machine 127.0.0.1 login me password geheim\n')
    path = secret(t, text)
    t.saved(t.get('--netrc-file', path, url), url)
    os.rename(path, os.path.join(t.env['HOME'], '.netrc'))
    t.status(t.get('-o', 'g', '--netrc', url), 0)
    t.status(t.get('-o', 'no', url), 1)


@test
def no_secret_in_sight(t):
    """a password is neither in the log nor on the screen"""
    log = os.path.join(t.folder, 'log')
    url = t.url('basic', user='me', password='geheim')
    run = t.get('-v', '--log-file', log, *login(t), url)
    t.status(run, 0)
    text = run.out + run.err + read(log).decode('utf-8', 'replace')
    text = text.replace('password=geheim', '')
    t.true('geheim' not in text, 'no password')
    t.true(basic_header('me', 'geheim')[6:] not in text, 'nor in disguise')


# --- redirects ---

def elsewhere(t, case='ok', name='there.bin', port='http_other', **query):
    return t.url(case, name, port=port, **query)


@test
def other_host_gets_nothing(t):
    """credentials and cookies stay with their host"""
    target = elsewhere(t, host='localhost')
    jar = t.scratch('jar', '127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tgeheim\n')
    for number, words in enumerate((
            login(t, '--auth', 'basic'),
            ['--bearer-file', secret(t, 'token', 'token')],
            ['-H', 'Authorization: Basic Z2VoZWlt'],
            ['-H', 'Cookie: name=geheim'],
            ['--load-cookies', jar])):
        url = t.url('to', f'{number}.bin', url=target)
        t.status(t.get('-o', f'{number}', *words, url), 0)
    sent = t.log('ok', 'there.bin')
    t.equal(len(sent), 5, 'requests')
    for entry in sent:
        for field in ('authorization', 'cookie'):
            t.equal(entry['headers'].get(field), None, field)


@test
def other_port_gets_nothing(t):
    """another port is another server"""
    for number, words in enumerate((
            login(t, '--auth', 'basic'),
            ['-H', 'Authorization: Basic Z2VoZWlt'])):
        t.status(t.get('-o', f'{number}', *words,
                       t.url('to', f'{number}', url=elsewhere(t))), 0)
    for entry in t.log('ok', 'there.bin'):
        t.equal(entry['headers'].get('authorization'), None, 'authorization')


@test
def same_host_gets_it(t):
    """a redirect to the same server keeps them"""
    target = t.url('basic', user='me', password='geheim')
    t.status(t.get(*login(t), t.url('to', 'f.bin', url=target)), 0)
    t.same('f.bin', t.expected(target))


@test
def password_in_url_stays(t):
    """a password in the URL stays with its host, too"""
    target = elsewhere(t, host='localhost')
    url = t.url('to', url=target).replace('//127', '//me:geheim@127', 1)
    t.status(t.get(url), 0)
    t.equal(headers(t, 'ok', 'there.bin'), [None], 'authorization')


@test
def referer_tells_no_secret(t):
    """a redirect does not tell the next host the address before"""
    target = elsewhere(t, host='localhost')
    t.status(t.get(t.url('to', url=target, token='geheim')), 0)
    t.true('geheim' not in str(headers(t, 'ok', 'there.bin', 'referer')),
           'no referer')


@test
def mirror_gets_nothing(t):
    """credentials of the first URL are not for its mirrors"""
    first = t.url('status', code=404, first=99).replace(
        '//', '//me:geheim@', 1)
    mirror = t.url('ok', port='http_other', host='localhost')
    t.status(t.get('-i', t.list([f'{first}\t{mirror}'])), 0)
    t.equal(headers(t, 'ok'), [None], 'authorization')


@test
def downgrade(t):
    """https does not lead to http, unless allowed"""
    target = t.url('ok', port='http')
    url = t.url('to', port='https', url=target)
    t.refused(t.get('--retries', 0, url))
    t.equal(t.log('ok'), [], 'requests')
    t.status(t.get('--redirect-protocols', 'http,https', url), 0)


@test
def upgrade(t):
    """http leads to https"""
    target = t.url('ok', port='https')
    t.saved(t.get(t.url('to', port='http', url=target)), target)


@test
def other_schemes(t):
    """no redirect leads to a file or another protocol"""
    victim = t.scratch('victim', 'precious')
    for number, target in enumerate((
            f'file://{victim}', 'ftp://127.0.0.1:1/x', 'data:,x',
            'gopher://127.0.0.1:1/x', 'dict://127.0.0.1:1/x',
            f'FILE://{victim}', 'scp://127.0.0.1:1/x')):
        t.refused(t.get('--retries', 0, t.url('to', f'{number}',
                                              url=target)))


@test
def private_addresses(t):
    """--private-addresses refuse"""
    t.refused(t.get('--private-addresses', 'refuse', '--retries', 0,
                    t.url('ok')))
    t.equal(t.log('ok'), [], 'requests')
    t.refused(t.get('--private-addresses', 'refuse', '--retries', 0,
                    t.url('ok').replace('127.0.0.1', 'localhost')))
    url = t.url('ok')
    t.saved(t.get('--private-addresses', 'allow', url), url)


# --- cookies ---

@test
def cookies_in(t):
    """--load-cookies: the right ones to the right places"""
    jar = t.scratch('jar', '\n'.join((
        '# Netscape HTTP Cookie File',
        '127.0.0.1\tFALSE\t/\tFALSE\t0\tgood\t1',
        f'127.0.0.1\tFALSE\t/ok/{t.name}\tFALSE\t0\tpath\t2',
        '127.0.0.1\tFALSE\t/elsewhere\tFALSE\t0\tother\t3',
        f'127.0.0.1\tFALSE\t/\tFALSE\t{int(time.time()) - 9}\told\t5',
        f'127.0.0.1\tFALSE\t/\tFALSE\t{int(time.time()) + 999}\tnew\t6',
        '#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\thttponly\t7',
        'localhost\tFALSE\t/\tFALSE\t0\thost\t8', 'rubbish', '')))
    t.status(t.get('--load-cookies', jar, t.url('ok')), 0)
    sent = headers(t, 'ok', field='cookie')[0].split('; ')
    t.equal(sorted(sent), ['good=1', 'httponly=7', 'new=6', 'path=2'],
            'cookies')


@test
def cookies_out(t):
    """--save-cookies, and what was set is sent on"""
    jar = os.path.join(t.folder, 'jar')
    setting = t.url('ok', 'setter',
                    **{'h.Set-Cookie': 'a=1; Path=/; Max-Age=3600'})
    needing = t.url('cookie', 'needer', need='a=1')
    t.status(t.get('--jobs', 1, '--save-cookies', jar, setting, needing), 0)
    t.true(b'\ta\t1' in read(jar), 'the cookie is saved')
    t.equal(os.stat(jar).st_mode & 0o077, 0, 'for no other eyes')
    t.status(t.get('-o', 'x', '--load-cookies', jar, needing), 0)
    t.status(t.get('-o', 'y', needing), 1)


@test
def cookies_by_redirect(t):
    """a cookie that comes with a redirect is sent to where it leads"""
    target = t.url('cookie', need='a=1')
    url = t.url('to', url=target, **{'h.Set-Cookie': 'a=1; Path=/'})
    t.saved(t.get('--save-cookies', os.path.join(t.folder, 'jar'), url),
            target)


@test
def cookies_one_after_the_other(t):
    """each request has the cookies as the answers before it left them, however
    many they set"""
    urls = [t.url('sets', 'many', count=60, value='old'),
            t.url('cookie', 'a', need='c0=old'),
            t.url('cookie', 'b', need='c1=old'),
            t.url('sets', 'anew', count=1, value='new'),
            t.url('cookie', 'c', need='c0=new'),
            t.url('cookie', 'd', need='c1=old'),
            t.url('sets', 'gone', count=1, age=0),
            t.url('ok', 'e')]
    for port in 'http', 'https':
        jar = os.path.join(t.folder, f'jar-{port}')
        t.status(t.get('--threads', 1, '--jobs', 1, '--save-cookies', jar,
                       *(url.replace(t.base(), t.base(port))
                         for url in urls)), 0)
        sent = t.log('ok', 'e')[-1]['headers']['cookie'].split('; ')
        t.true('c0=new' not in sent and 'c1=old' in sent, f'sent {sent}')


@test
def cookies_of_strangers(t):
    """a server sets no cookie for another host"""
    jar = os.path.join(t.folder, 'jar')
    setting = t.url('ok', 'setter', host='localhost', **{
        'h.Set-Cookie': 'evil=1; Domain=127.0.0.1; Path=/'})
    t.status(t.get('--jobs', 1, '--save-cookies', jar, setting,
                   t.url('ok', 'other')), 0)
    t.equal(headers(t, 'ok', 'other', 'cookie'), [None], 'cookies')
    t.true(b'evil' not in read(jar), 'nothing is saved')


@test
def cookies_kept_of_many(t):
    """cookies of many files at once over all threads are all saved"""
    jar = os.path.join(t.folder, 'jar')
    urls = [t.url('ok', f'{i}', **{
        'h.Set-Cookie': f'c{i}=x; Path=/; Max-Age=99'}) for i in range(40)]
    t.status(t.get('--save-cookies', jar, '-i', t.list(urls)), 0)
    names = {line.split('\t')[5] for line in read(jar).decode().splitlines()
             if line.count('\t') == 6}
    t.equal(names, {f'c{i}' for i in range(40)}, 'cookies')


# --- TLS ---

@test
def unknown_authority(t):
    """a certificate of an unknown authority is refused, and not tried again
    """
    url = t.url('ok', port='https_unknown')
    run = t.get(url)
    t.refused(run)
    t.true(run.seconds < 5 * blackbox.SLOW, f'{run.seconds:.1f} s')
    t.true('certificate' in run.err.lower(), 'the reason')
    t.saved(t.get('--insecure', url), url)


@test
def no_authority(t):
    """without --ca-certificate the system's authorities count"""
    t.refused(t.get('--ca-certificate', '/dev/null',
                    t.url('ok', port='https1')))


@test
def wrong_name(t):
    """a certificate for another host is refused"""
    url = t.url('ok', port='https_elsewhere')
    t.refused(t.get(url))
    t.saved(t.get('--insecure', url), url)


@test
def pinned(t):
    """--pinned-key"""
    url = t.url('ok', port='https1')
    pin = t.server.facts['pin']
    t.saved(t.get('--pinned-key', pin, url), url)
    other = 'sha256//' + base64.b64encode(bytes(32)).decode()
    t.status(t.get('-o', 'no', '--pinned-key', other, url), 1)
    t.status(t.get('-o', 'no', '--insecure', '--pinned-key', other, url), 1)
    t.equal(t.files(), ['f.bin'], 'files')


@test
def oldest_tls(t):
    """--tls-min"""
    url = t.url('ok', port='https_old')
    t.saved(t.get('--tls-min', '1.2', url), url)
    t.status(t.get('-o', 'no', '--tls-min', '1.3', url), 1)
    t.equal(t.files(), ['f.bin'], 'files')


@test
def client_certificate(t):
    """--certificate, with its key in the same file or another"""
    url = t.url('ok', port='https_asks')
    pem = t.server.facts['client']
    t.saved(t.get('--certificate', pem, url), url)
    stem = pem.removesuffix('.pem')
    t.status(t.get('-o', 'g', '--certificate', stem + '.crt',
                   '--private-key', stem + '.key', url), 0)
    t.status(t.get('-o', 'no', '--retries', 0, url), 1)
    t.equal(t.files(), ['f.bin', 'g'], 'files')


@test
def address_family(t):
    """--ipv4 and --ipv6"""
    if 'http6' not in t.server.ports:
        raise Skipped('no IPv6 here')
    url = t.url('ok', port='http6', host='[::1]')
    t.saved(t.get(url), url)
    t.status(t.get('-o', 'no', '--retries', 0, '-4', url), 1)
    t.status(t.get('-o', 'no', '--retries', 0, '-6', t.url('ok')), 1)


@test
def interface(t):
    """--interface"""
    url = t.url('ok')
    t.saved(t.get('--interface', '127.0.0.1', url), url)
    t.status(t.get('-o', 'no', '--retries', 0, '--interface', 'nonesuch0',
                   url), 1)


blackbox.main()
