#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No archive of the engine asks for sockets, files, clocks, threads or streams; is from a folder
named `legacy`, whose algorithms only an application may link; or names SHA-1, CBC or another of them.

    check_symbols.py [--must-refuse] ARCHIVE...

Reads the undefined symbols that `nm` lists, and for legacy algorithms all of them. With --must-refuse, every archive must have a forbidden
one: the test of this test.
"""

import re
import subprocess
import sys

C_FUNCTIONS = '''
    socket socketpair bind listen accept accept4 connect shutdown send sendto sendmsg sendmmsg
    recv recvfrom recvmsg recvmmsg getsockopt setsockopt getaddrinfo gethostbyname getnameinfo
    select pselect poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait
    open open64 openat openat64 creat close read write pread pwrite readv writev lseek fcntl ioctl
    mmap mmap64 stat fstat lstat opendir readdir unlink rename pipe dup dup2
    fopen fopen64 fdopen freopen fclose fread fwrite fgets fputs fputc putc putchar puts printf fprintf
    vprintf vfprintf __printf_chk __fprintf_chk __vfprintf_chk perror fflush stdin stdout stderr
    time gettimeofday clock clock_gettime clock_getres nanosleep clock_nanosleep sleep usleep
    gmtime gmtime_r localtime localtime_r mktime timegm strftime timer_create timerfd_create
    fork vfork execve system popen kill signal sigaction raise setjmp longjmp getenv secure_getenv
    rand srand random srandom getrandom getentropy syscall dlopen dlsym'''.split()
FORBIDDEN = re.compile(r'(?:{})$'.format('|'.join([
    *map(re.escape, C_FUNCTIONS),
    r'pthread_\w+', r'thrd_\w+', r'mtx_\w+', r'cnd_\w+', r'sem_\w+',
    # Clocks, threads, streams, files and random_device of the C++ library, and Abseil's own.
    r'std::chrono::.*', r'std::(?:this_)?thread\b.*', r'std::(?:shared_)?(?:timed_)?mutex\b.*',
    r'std::condition_variable.*', r'std::__future_base.*', r'std::__(?:at|de)?tach.*',
    r'(?:.*\b)?std::(?:__cxx11::)?basic_(?:ios|\w*stream|\w*buf)\b.*',
    # Init comes with <iostream>, which Abseil's Status includes; who uses a stream has other symbols.
    r'(?:.*\b)?std::ios_base(?!::Init::).*',
    r'std::(?:cin|cout|cerr|clog)\b.*', r'(?:.*\b)?std::(?:ostream|istream)\b.*',
    r'std::filesystem.*',
    r'std::random_device.*', r'std::locale.*',
    r'absl::.*(?:Mutex|CondVar|Now\(|SleepFor|Clock).*',
])))

# As crypto/legacy and code for one algorithm would be called. An object identifier is but a name.
LEGACY = re.compile(r'(?!.*\boid::)(?:.*\b)?(?:k?(?:Portable|X86)?Sha1|k?Legacy|(?:Bound)?Cbc)(?:[A-Z]\w*)?\b')


def symbols_of(archive):
    """Those that are not defined there, and all."""
    listed = subprocess.run(['nm', '-C', '--format=posix', archive], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    # `name U`, `name T value size`; a name that is demangled may have spaces; a versioned one has @.
    found = [re.match(r'(.*) ([A-Za-z?])(?: [0-9a-f ]*)?$', line) for line in listed.splitlines()]
    found = [(match[1].strip().split('@')[0], match[2]) for match in found if match]
    return sorted({name for name, kind in found if kind == 'U'}), {name for name, _ in found}


def main():
    archives = [argument for argument in sys.argv[1:] if argument != '--must-refuse']
    must_refuse = '--must-refuse' in sys.argv
    symbols = 0
    failed = not archives
    for archive in archives:
        undefined, every = symbols_of(archive)
        symbols += len(undefined)
        forbidden = [symbol for symbol in undefined if FORBIDDEN.match(symbol)]
        forbidden += sorted(symbol for symbol in every if LEGACY.match(symbol))
        if '/legacy/' in f'/{archive}':
            forbidden.append('legacy algorithms')
        for symbol in forbidden:
            print(f'{archive}: {symbol}')
        failed |= bool(forbidden) != must_refuse
    print(f'{len(archives)} archives, {symbols} undefined symbols')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
