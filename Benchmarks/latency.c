// How long one line takes to COMMAND and back when nothing else is to do: writes a line, waits for
// one, COUNT times, and prints the median and the 99th percentile in microseconds, as JSON.
//
// Build: cc -O2 -o latency latency.c
// Usage: latency COUNT COMMAND [ARG ...]
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { unmeasured = 200 };

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int compare(const void *one, const void *other) {
  double difference = *(const double *)one - *(const double *)other;
  return (difference > 0) - (difference < 0);
}

// Reads up to the end of a line; 0 where there is none.
static int read_line(int descriptor) {
  char bytes[4096];
  for (;;) {
    ssize_t count = read(descriptor, bytes, sizeof bytes);
    if (count <= 0) return 0;
    if (bytes[count - 1] == '\n') return 1;
  }
}

int main(int count, char **arguments) {
  if (count < 3) return fputs("usage: latency COUNT COMMAND [ARG ...]\n", stderr), 64;
  int lines = atoi(arguments[1]), there[2], back[2];
  double *times = calloc(lines > 0 ? lines : 1, sizeof *times);
  if (lines < 1 || !times || pipe(there) < 0 || pipe(back) < 0) return perror("latency"), 71;
  pid_t child = fork();
  if (child == 0) {
    dup2(there[0], 0), dup2(back[1], 1);
    close(there[0]), close(there[1]), close(back[0]), close(back[1]);
    execvp(arguments[2], arguments + 2);
    _exit(127);
  }
  close(there[0]), close(back[1]);
  for (int number = -unmeasured; number < lines; number++) {
    char line[32];
    int length = snprintf(line, sizeof line, "{\"n\":%d}\n", number);
    double start = microseconds();
    if (write(there[1], line, length) != length || !read_line(back[0]))
      return fputs("latency: no answer\n", stderr), 1;
    if (number >= 0) times[number] = microseconds() - start;
  }
  close(there[1]);
  int status;
  waitpid(child, &status, 0);
  qsort(times, lines, sizeof *times, compare);
  printf("{\"p50\": %.1f, \"p99\": %.1f}\n", times[lines / 2], times[lines * 99 / 100]);
  return status != 0;
}
