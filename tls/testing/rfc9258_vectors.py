#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The known answers of tls/psk_importer_test.cc, from RFC 9258 and RFC 5869 with Python's own hashes."""

import hashlib
import hmac

EPSK = bytes(range(32))
IDENTITY, CONTEXT = b'device-17', b'lab 3'
KDF = {'sha256': 1, 'sha384': 2}


def extract(name, ikm):
    return hmac.new(bytes(hashlib.new(name).digest_size), ikm, name).digest()


def expand_label(name, prk, label, context, size):
    info = size.to_bytes(2, 'big') + bytes([len(label)]) + label + bytes([len(context)]) + context
    out = block = b''
    for i in range(1, 256):
        if len(out) >= size:
            break
        block = hmac.new(prk, block + info + bytes([i]), name).digest()
        out += block
    return out[:size]


def vector16(content):
    return len(content).to_bytes(2, 'big') + content


def main():
    for psk_hash, target, protocol in [('sha256', 'sha256', 0x0304), ('sha256', 'sha384', 0x0304),
                                       ('sha384', 'sha256', 0x0304), ('sha256', 'sha256', 0xfefc)]:
        prefix = b'dtls13' if protocol == 0xfefc else b'tls13 '
        size = hashlib.new(target).digest_size
        identity = (vector16(IDENTITY) + vector16(CONTEXT) + protocol.to_bytes(2, 'big') +
                    KDF[target].to_bytes(2, 'big'))
        ipskx = expand_label(psk_hash, extract(psk_hash, EPSK), prefix + b'derived psk',
                             hashlib.new(psk_hash, identity).digest(), size)
        early = extract(target, ipskx)
        binder = expand_label(target, early, prefix + b'imp binder',
                              hashlib.new(target, b'').digest(), size)
        print(psk_hash, target, hex(protocol))
        for name, value in [('ImportedIdentity', identity), ('ipskx', ipskx),
                            ('early secret', early), ('binder key', binder)]:
            print(f'  {name}: {value.hex()}')


if __name__ == '__main__':
    main()
