"""Keys and certificates for the tests, made by openssl(1)."""

import base64
import hashlib
import os
import subprocess

CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']


def openssl(*words, data=None):
    return subprocess.run(['openssl', *words], input=data, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


def authority(folder, name):
    """NAME.crt and NAME.key: a certificate that signs others."""
    path = os.path.join(folder, name)
    openssl('req', '-x509', *CURVE, '-days', '2', '-subj', f'/CN={name}',
            '-keyout', f'{path}.key', '-out', f'{path}.crt')
    return f'{path}.crt'


def leaf(folder, name, signer, names):
    """NAME.pem: a certificate for names, signed by signer, and its key."""
    path = os.path.join(folder, name)
    openssl('req', '-new', *CURVE, '-subj', f'/CN={name}',
            '-keyout', f'{path}.key', '-out', f'{path}.csr')
    with open(f'{path}.ext', 'w') as file:
        file.write(f'subjectAltName={names}\n')
    signer = os.path.join(folder, signer)
    openssl('x509', '-req', '-in', f'{path}.csr', '-days', '2',
            '-CA', f'{signer}.crt', '-CAkey', f'{signer}.key',
            '-CAcreateserial', '-extfile', f'{path}.ext',
            '-out', f'{path}.crt')
    with open(f'{path}.pem', 'w') as out:
        for end in ('crt', 'key'):
            with open(f'{path}.{end}') as file:
                out.write(file.read())
    return f'{path}.pem'


def pin(certificate):
    """The hash of its public key, as --pinned-key takes it."""
    key = openssl('x509', '-in', certificate, '-noout', '-pubkey')
    der = openssl('pkey', '-pubin', '-outform', 'DER', data=key)
    digest = base64.b64encode(hashlib.sha256(der).digest()).decode()
    return f'sha256//{digest}'


def make(folder):
    """Everything the bad server needs."""
    ca = authority(folder, 'ca')
    authority(folder, 'stranger')
    here = 'DNS:localhost,IP:127.0.0.1,IP:::1'
    server = leaf(folder, 'server', 'ca', here)
    return {
        'ca': ca,
        'server': server,
        'pin': pin(server),
        'client': leaf(folder, 'client', 'ca', 'DNS:client'),
        'unknown': leaf(folder, 'unknown', 'stranger', here),
        'elsewhere': leaf(folder, 'elsewhere', 'ca', 'DNS:example.org'),
    }
