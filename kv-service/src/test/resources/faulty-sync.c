/* fsync and fdatasync that fail or hang while the file named by CANVASS_FAULTY_SYNC says so: "fail" or "hang". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The first letter of what the file says; 0 if there is none. */
static char fault(void) {
    const char *path = getenv("CANVASS_FAULTY_SYNC");
    char first = 0;
    if (path == NULL) {
        return 0;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    if (read(file, &first, 1) != 1) {
        first = 0;
    }
    close(file);
    return first;
}

static int sync_by(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    char kind = fault();
    if (kind == 'f') {
        errno = EIO;
        return -1;
    }
    while (kind == 'h') {
        usleep(10000);
        kind = fault();
    }
    return real(file);
}

int fsync(int file) {
    return sync_by("fsync", file);
}

int fdatasync(int file) {
    return sync_by("fdatasync", file);
}
