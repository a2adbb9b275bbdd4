/* A disk that fails: loaded before the C library, it fails what is written to some files while a file says so.

   DISK_FAILS names that file. First line: `write` (EIO), `half` (a part is written, then EIO) or `sync` (EIO).
   Second line: how the paths begin of the files that fail. Without the file every call is the kernel's own. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { TORN = 64 };

static int fails(int handle, const char *how) {
    char said[PATH_MAX + 16] = "", link[64], path[PATH_MAX] = "";
    const char *name = getenv("DISK_FAILS");
    int plan = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (plan < 0) return 0;
    ssize_t size = read(plan, said, sizeof said - 1);
    close(plan);
    char *prefix = size > 0 ? strchr(said, '\n') : NULL;
    if (!prefix) return 0;
    *prefix++ = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    if (readlink(link, path, sizeof path - 1) < 0) return 0;
    return !strcmp(said, how) && !strncmp(path, prefix, strlen(prefix));
}

static ssize_t io_error(void) {
    errno = EIO;
    return -1;
}

static ssize_t put(int handle, const void *what, size_t size, off_t at, int here) {
    if (fails(handle, "write")) return io_error();
    if (fails(handle, "half")) {
        if (size <= TORN) return io_error();
        size /= 2;
    }
    return here ? syscall(SYS_write, handle, what, size) : syscall(SYS_pwrite64, handle, what, size, at);
}

ssize_t write(int handle, const void *what, size_t size) { return put(handle, what, size, 0, 1); }
ssize_t pwrite(int handle, const void *what, size_t size, off_t at) { return put(handle, what, size, at, 0); }
ssize_t pwrite64(int handle, const void *what, size_t size, off64_t at) { return put(handle, what, size, at, 0); }
int fsync(int handle) { return fails(handle, "sync") ? (int)io_error() : (int)syscall(SYS_fsync, handle); }
int fdatasync(int handle) { return fails(handle, "sync") ? (int)io_error() : (int)syscall(SYS_fdatasync, handle); }
