// What a process for each record costs at the least, which `vimap --each` is measured against: runs
// COMMAND as many times as COUNT says, AT_ONCE at a time. It reads no record, passes none on, looks
// at no output and keeps no status.
//
// AT_ONCE processes of its own each start one command after the other. That is faster than one
// that starts them all, which xe and xargs do; and vfork(2) is a little faster than posix_spawn(3),
// which also sees to the signals.
//
// Build: cc -O2 -o spawn-loop spawn-loop.c
// Usage: spawn-loop COUNT AT_ONCE COMMAND [ARG ...]     (COMMAND is a path)
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t start(char **command) {
  pid_t child = vfork();
  if (child == 0) {
    execve(command[0], command, environ);
    _exit(127);
  }
  return child;
}

// Runs a share of the commands, one after the other; 0 if all could be run and ended well.
static int run(long count, char **command) {
  while (count-- > 0) {
    int status;
    pid_t child = start(command);
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) return 1;
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count < 4) return fputs("usage: spawn-loop COUNT AT_ONCE COMMAND [ARG ...]\n", stderr), 64;
  long commands = atol(arguments[1]), at_once = atol(arguments[2]);
  for (long number = 0; number < at_once; number++) {
    long share = commands / at_once + (number < commands % at_once);
    pid_t child = fork();
    if (child < 0) return perror("fork"), 71;
    if (child == 0) _exit(run(share, arguments + 3));
  }
  int failed = 0, status;
  while (wait(&status) > 0) failed |= status != 0;
  return failed;
}
