// What a process for each record costs at the least if it is given the record and what it prints is
// read: as spawn-loop.c, with a pipe for each standard stream, a process group of its own, and its
// end by SIGKILL when its parent dies. The difference between the two is what the promises of
// `vimap --each` cost, whoever keeps them.
//
// Build: cc -O2 -o piped-loop piped-loop.c
// Usage: piped-loop COUNT AT_ONCE COMMAND [ARG ...]     (COMMAND is a path)
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char record[] =
    "{\"id\":1,\"text\":\"about as long as the records that vimap is given\"}\n";

static pid_t start(char **command, int pipes[3][2]) {
  pid_t child = vfork();
  if (child == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(pipes[0][0], 0), dup2(pipes[1][1], 1), dup2(pipes[2][1], 2);
    syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
    execve(command[0], command, environ);
    _exit(127);
  }
  return child;
}

// Runs one command; 0 if it ended well.
static int run_one(char **command) {
  int pipes[3][2], status;
  char bytes[4096];
  for (int number = 0; number < 3; number++)
    if (pipe2(pipes[number], O_CLOEXEC) < 0) return 1;
  pid_t child = start(command, pipes);
  close(pipes[0][0]), close(pipes[1][1]), close(pipes[2][1]);
  if (child < 0) return 1;
  // It may not want to know it.
  (void)!write(pipes[0][1], record, strlen(record));
  close(pipes[0][1]);
  if (waitpid(child, &status, 0) < 0 || status != 0) return 1;
  kill(-child, SIGKILL);
  for (int number = 1; number < 3; number++) {
    while (read(pipes[number][0], bytes, sizeof bytes) > 0) continue;
    close(pipes[number][0]);
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count < 4) return fputs("usage: piped-loop COUNT AT_ONCE COMMAND [ARG ...]\n", stderr), 64;
  long commands = atol(arguments[1]), at_once = atol(arguments[2]);
  for (long number = 0; number < at_once; number++) {
    long share = commands / at_once + (number < commands % at_once);
    pid_t child = fork();
    if (child < 0) return perror("fork"), 71;
    if (child == 0) {
      // A command that does not read its record leaves nobody to write to.
      signal(SIGPIPE, SIG_IGN);
      while (share-- > 0)
        if (run_one(arguments + 3)) _exit(1);
      _exit(0);
    }
  }
  int failed = 0, status;
  while (wait(&status) > 0) failed |= status != 0;
  return failed;
}
