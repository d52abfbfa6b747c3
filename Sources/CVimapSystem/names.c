#define _GNU_SOURCE
#include "vimap_system.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

// The memory that ps(1) shows as this process's arguments: one string after the other.
static char *title = NULL;
static size_t title_room = 0;

// All arguments, as they were given.
static char **argument_list = NULL;
static size_t argument_count = 0;

// glibc also passes the arguments to functions that run before main. Swift reads them from /proc,
// which may be missing.
__attribute__((constructor)) static void find_arguments(int count, char **arguments) {
  argument_list = arguments;
  argument_count = count > 0 ? (size_t)count : 0;
  if (count < 1 || !arguments[0]) return;
  char *end = arguments[0];
  for (int i = 0; i < count && arguments[i] == end; i++) end += strlen(end) + 1;
  title = arguments[0];
  title_room = (size_t)(end - title);
}

// A copy, since the original is a part of the arguments.
static char program[256] = "";

const char *vimap_program_name(void) {
  if (!program[0]) strncpy(program, program_invocation_short_name, sizeof program - 1);
  return program;
}

void vimap_set_name(const char *name) {
  vimap_program_name();
  prctl(PR_SET_NAME, name);
  if (title_room == 0) return;
  // The last byte stays 0. Otherwise the kernel would read on, into the environment.
  size_t length = strlen(name);
  if (length > title_room - 1) length = title_room - 1;
  memset(title, 0, title_room);
  memcpy(title, name, length);
}

size_t vimap_argument_count(void) { return argument_count; }

const char *vimap_argument(size_t number) {
  return number < argument_count ? argument_list[number] : NULL;
}

void vimap_cover_argument(size_t number, size_t start, size_t length) {
  if (number >= argument_count) return;
  char *argument = argument_list[number];
  size_t end = strlen(argument);
  if (start > end) return;
  memset(argument + start, '*', length < end - start ? length : end - start);
}

int vimap_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0); }

int vimap_get_name(char *name) { return prctl(PR_GET_NAME, name); }
