#define _GNU_SOURCE
#include "vimap_system.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

// The memory that ps(1) shows as this process's arguments: one string behind the other.
static char *title = NULL;
static size_t title_room = 0;

// glibc hands the arguments to functions that run before main as well.
__attribute__((constructor)) static void find_arguments(int count, char **arguments) {
  if (count < 1 || !arguments[0]) return;
  char *end = arguments[0];
  for (int i = 0; i < count && arguments[i] == end; i++) end += strlen(end) + 1;
  title = arguments[0];
  title_room = (size_t)(end - title);
}

// A copy, as the original is a part of the arguments.
static char program[256] = "";

const char *vimap_program_name(void) {
  if (!program[0]) strncpy(program, program_invocation_short_name, sizeof program - 1);
  return program;
}

void vimap_set_name(const char *name) {
  vimap_program_name();
  prctl(PR_SET_NAME, name);
  if (title_room == 0) return;
  // The last byte stays 0: the kernel would else read on, into the environment.
  size_t length = strlen(name);
  if (length > title_room - 1) length = title_room - 1;
  memset(title, 0, title_room);
  memcpy(title, name, length);
}

int vimap_get_name(char *name) { return prctl(PR_GET_NAME, name); }
