#define _GNU_SOURCE
#include "execute.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Whether a file that the kernel does not recognise is text, judging by its first line. If that
// contains a NUL, the file is a program for another system.
static int is_text(const char *file) {
  char head[256];
  int descriptor = open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  ssize_t length = read(descriptor, head, sizeof head);
  close(descriptor);
  if (length < 0) return 0;
  const char *end = memchr(head, '\n', (size_t)length);
  return memchr(head, 0, end ? (size_t)(end - head) : (size_t)length) == NULL;
}

// Returns only if it fails.
static void execute_file(
    const char *file, const char *const *arguments, const char *const *environment) {
  execve(file, (char *const *)arguments, (char *const *)environment);
  if (errno != ENOEXEC) return;
  if (!is_text(file)) {
    errno = ENOEXEC;
    return;
  }
  size_t count = 1;
  while (arguments[count]) count++;
  const char *shell[count + 2];
  shell[0] = "/bin/sh";
  shell[1] = file;
  memcpy(shell + 2, arguments + 1, count * sizeof *arguments);
  execve(shell[0], (char *const *)shell, (char *const *)environment);
}

void vimap_execute(const char *const *arguments, const char *const *environment) {
  const char *name = arguments[0];
  if (!name || !*name) {
    errno = ENOENT;
    return;
  }
  if (strchr(name, '/')) return execute_file(name, arguments, environment);
  const char *folder = getenv("PATH");
  if (!folder) folder = "/bin:/usr/bin";
  int reason = ENOENT;
  while (1) {
    const char *end = strchrnul(folder, ':');
    size_t length = (size_t)(end - folder);
    char file[PATH_MAX];
    if (length + strlen(name) + 2 <= sizeof file) {
      memcpy(file, folder, length);
      if (length > 0) file[length++] = '/';
      strcpy(file + length, name);
      execute_file(file, arguments, environment);
      if (errno == EACCES) reason = EACCES;
      // These errors mean that the program is not there.
      if (errno != EACCES && errno != ENOENT && errno != ENOTDIR && errno != ESTALE &&
          errno != ENODEV && errno != ETIMEDOUT)
        return;
    }
    if (!*end) break;
    folder = end + 1;
  }
  errno = reason;
}
