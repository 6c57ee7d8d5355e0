/*
 * What newlib asks of the system: a heap, and standard output on the UART.
 *
 * There are no files: every other call fails.  Lines go out with CR LF, as a
 * terminal wants them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

#include "uart.h"

extern char heap_start[], heap_limit[];

/* Prototypes: newlib calls these but declares them in no header. */
int _write(int fd, const char *buf, int len);
int _read(int fd, char *buf, int len);
int _close(int fd);
int _lseek(int fd, int offset, int whence);
int _fstat(int fd, struct stat *st);
int _isatty(int fd);
void *_sbrk(ptrdiff_t increment);

int _write(int fd, const char *buf, int len)
{
    (void)fd;
    for (int i = 0; i < len; i++) {
        if (buf[i] == '\n') {
            uart_write("\r", 1);
        }
        uart_write(&buf[i], 1);
    }
    return len;
}

int _read(int fd, char *buf, int len)
{
    (void)fd;
    (void)buf;
    (void)len;
    errno = EBADF;
    return -1;
}

int _close(int fd)
{
    (void)fd;
    errno = EBADF;
    return -1;
}

int _lseek(int fd, int offset, int whence)
{
    (void)fd;
    (void)offset;
    (void)whence;
    errno = ESPIPE;
    return -1;
}

/* A character device: newlib then flushes at each end of line. */
int _fstat(int fd, struct stat *st)
{
    (void)fd;
    st->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int fd)
{
    (void)fd;
    return 1;
}

void *_sbrk(ptrdiff_t increment)
{
    static char *top = heap_start;
    char *old = top;

    if (increment > heap_limit - top || increment < heap_start - top) {
        errno = ENOMEM;
        return (void *)-1;
    }
    top += increment;
    return old;
}
