/*
 * A library to be preloaded: of the calls that touch files below a folder it counts each, and fails one of them, or kills or stops the
 * process at it.
 * Told what to do by a file of four numbers that it shares with a test: which call (0 none), what happens there (an errno, or -1 to kill, -2 to stop the process before the call),
 * how many there were, whether it has happened.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct orders {
  volatile int32_t at, what, count, happened;
};

static struct orders *orders;
static const char *below, *except;
static int trace = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_ORDERS");
  below = getenv("FAULTS_BELOW");
  except = getenv("FAULTS_EXCEPT");
  if (!path || !below) return;
  int fd = REAL(open)(path, O_RDWR);
  void *shared = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared != MAP_FAILED) orders = shared;
  if (getenv("FAULTS_TRACE")) trace = REAL(open)(getenv("FAULTS_TRACE"), O_WRONLY | O_CREAT | O_APPEND, 0600);
  /* Only this process: its children are others. */
  unsetenv("LD_PRELOAD");
}

/* `except` is a list with colons between. */
static int excepted(const char *path) {
  char list[256], *rest = list;
  if (!except) return 0;
  strncpy(list, except, sizeof list - 1);
  list[sizeof list - 1] = 0;
  for (char *word; (word = strsep(&rest, ":"));)
    if (strstr(path, word)) return 1;
  return 0;
}

static int watched(const char *path) {
  return orders && path && !strncmp(path, below, strlen(below)) && !excepted(path);
}

/* Whether this call fails; errno says how. */
static int fails(const char *call, const char *path) {
  int n = __sync_add_and_fetch(&orders->count, 1);
  if (trace >= 0) dprintf(trace, "%d %s %s\n", n, call, path);
  if (n != orders->at) return 0;
  orders->happened = 1;
  if (orders->what == -2) {
    kill(getpid(), SIGSTOP);
    return 0;
  }
  if (orders->what < 0) {
    kill(getpid(), SIGKILL);
    pause();
  }
  errno = orders->what;
  return 1;
}

/* Asked of the system each time: not every close comes by here, and numbers are used again. */
static int fd_fails(const char *call, int fd) {
  char link[32], path[4096];
  if (!orders) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return watched(path) && fails(call, path);
}

#define OPEN(name)                                        \
  int name(const char *path, int flags, ...) {            \
    va_list list;                                         \
    va_start(list, flags);                                \
    mode_t mode = va_arg(list, mode_t);                   \
    va_end(list);                                         \
    if (watched(path) && fails("open", path)) return -1;  \
    return REAL(name)(path, flags, mode);                 \
  }
OPEN(open)
OPEN(open64)

#define ON_FD(type, name, label, parameters, arguments) \
  type name parameters {                                \
    if (fd_fails(label, fd)) return -1;                 \
    return REAL(name) arguments;                        \
  }
ON_FD(ssize_t, read, "read", (int fd, void *data, size_t size), (fd, data, size))
ON_FD(ssize_t, pread, "read", (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
ON_FD(ssize_t, pread64, "read", (int fd, void *data, size_t size, off64_t at), (fd, data, size, at))
ON_FD(ssize_t, write, "write", (int fd, const void *data, size_t size), (fd, data, size))
ON_FD(ssize_t, pwrite, "write", (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
ON_FD(ssize_t, pwrite64, "write", (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
ON_FD(ssize_t, writev, "write", (int fd, const struct iovec *data, int count), (fd, data, count))
ON_FD(int, ftruncate, "truncate", (int fd, off_t size), (fd, size))
ON_FD(int, ftruncate64, "truncate", (int fd, off64_t size), (fd, size))

#define ON_PATH(name, parameters, arguments)              \
  int name parameters {                                   \
    if (watched(path) && fails(#name, path)) return -1;   \
    return REAL(name) arguments;                          \
  }
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(rmdir, (const char *path), (path))

int rename(const char *path, const char *to) {
  if (watched(path) && fails("rename", path)) return -1;
  return REAL(rename)(path, to);
}
