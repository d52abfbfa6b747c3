#define _GNU_SOURCE
#include "execute.h"
#include "vimap_system.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t vimap_fork(void) { return fork(); }

int vimap_signal_on_parent_death(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

int vimap_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1); }

int vimap_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

pid_t vimap_wait(pid_t pid, int no_hang, struct vimap_exit *how) {
  int status = 0;
  struct rusage usage;
  pid_t ended = wait4(pid, &status, no_hang ? WNOHANG : 0, &usage);
  if (ended > 0) {
    how->kind = WIFSIGNALED(status) ? 's' : 'e';
    how->value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    how->peak_memory = usage.ru_maxrss * 1024L;
  }
  return ended;
}

pid_t vimap_ended_child(void) {
  siginfo_t information = {.si_pid = 0};
  if (waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) < 0)
    return errno == ECHILD ? 0 : -1;
  return information.si_pid;
}

int vimap_group_state(pid_t group, int *stopped_by) {
  siginfo_t information = {.si_pid = 0};
  *stopped_by = 0;
  // Children that have ended are not asked for, so they don't count.
  if (waitid(P_PGID, (id_t)group, &information, WSTOPPED | WNOHANG) < 0)
    return errno == ECHILD ? 0 : -1;
  if (information.si_pid != 0) *stopped_by = information.si_status;
  return 1;
}

static const struct sched_param no_priority = {0};

// Whether this process, or one that it was forked from, has lowered its priority.
static int makes_way = 0;

int vimap_make_way(void) {
  if (sched_getscheduler(0) != SCHED_OTHER) return 0;
  if (sched_setscheduler(0, SCHED_BATCH, &no_priority) < 0) return -1;
  makes_way = 1;
  return 0;
}

// Whether a child of vfork(2) shares our memory; below 0 until the first child has told. Some tools
// (ThreadSanitizer, valgrind) replace vfork(2) by fork(2).
static int shares_memory = -1;

// What the child tells its parent, if it shares the parent's memory.
struct told {
  int started;
  int failed;  // why it could not become the command
};

// Runs in the child, which shares the parent's memory until exec. So it may only make system calls,
// and write to its own stack, to `request->group_slot` and to `told`. If it fails, it also writes
// the reason to the pipe `failure`, if there is one.
static void become_command(
    const struct vimap_spawn *request, pid_t parent, volatile struct told *told, int failure) {
  told->started = 1;
  if (setpgid(0, 0) == 0 && request->group_slot) *request->group_slot = (int32_t)getpid();

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before the line above could hold

  // First, descriptors that are at 0…2 already are moved out of the way. exec closes all of ours.
  // Other descriptors belong to the user, who has the command inherit them (a lock, make's
  // jobserver).
  int wanted[3] = {request->standard_input, request->standard_output, request->standard_error};
  if (failure >= 0 && failure < 3) {
    int moved = fcntl(failure, F_DUPFD_CLOEXEC, 3);
    if (moved < 0) goto failed;
    failure = moved;
  }
  for (int i = 0; i < 3; i++) {
    if (wanted[i] < 3) wanted[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, 3);
    if (wanted[i] < 0) goto failed;
  }
  for (int i = 0; i < 3; i++)
    if (dup2(wanted[i], i) < 0) goto failed;

  if (request->file_limit) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
      limit.rlim_cur = request->file_limit;
      setrlimit(RLIMIT_NOFILE, &limit);
    }
  }

  if (makes_way) sched_setscheduler(0, SCHED_OTHER, &no_priority);

  // Signals that were ignored when we were started (nohup) stay ignored. Only these were changed by
  // us.
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigaction(SIGPIPE, &standard, NULL);
  sigaction(SIGXFSZ, &standard, NULL);
  sigaction(SIGUSR1, &standard, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);

  vimap_execute(request->arguments, request->environment);
failed:
  told->failed = errno;
  int reason = told->failed;
  while (failure >= 0 && write(failure, &reason, sizeof reason) < 0 && errno == EINTR) {
  }
  _exit(127);
}

pid_t vimap_spawn(const struct vimap_spawn *request) {
  // The child borrows our memory until exec. So starting a command costs the same however large
  // this process is, and the child reports in a word why it cannot start. A child with a copy of
  // our memory needs a pipe for that, which makes starting a short command cost 2 % more. The first
  // child gets a pipe just in case, unless that would take the last descriptors.
  int reading = -1, writing = -1;
  if (shares_memory <= 0 && vimap_pipe(&reading, &writing) < 0 && shares_memory == 0) return -1;
  volatile struct told told = {0, 0};
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t child = vfork();
  if (child == 0) become_command(request, parent, &told, writing);
  int reason = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (reading >= 0) {
    close(writing);
    // If exec succeeds, it closes the pipe, so that nothing comes but its end.
    int failed = 0;
    while (child > 0 && read(reading, &failed, sizeof failed) < 0 && errno == EINTR) {
    }
    told.failed = failed;
    close(reading);
  }
  if (child > 0) shares_memory = told.started;
  if (child > 0 && told.failed) {
    // Whoever reads the slot must not find a number that may belong to another group by then.
    if (request->group_slot) *request->group_slot = 0;
    struct vimap_exit how;
    while (vimap_wait(child, 0, &how) < 0 && errno == EINTR) {
    }
    child = -1;
    reason = told.failed;
  }
  errno = reason;
  return child;
}

int vimap_signal_watch(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int vimap_is_ignored(int signal) {
  struct sigaction action;
  return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int vimap_take_signals(int descriptor, uint64_t *taken) {
  struct signalfd_siginfo information[8];
  *taken = 0;
  ssize_t length = read(descriptor, information, sizeof information);
  if (length < 0) return -1;
  for (size_t i = 0; i < (size_t)length / sizeof information[0]; i++)
    *taken |= UINT64_C(1) << ((information[i].ssi_signo - 1) & 63);
  return 0;
}

void vimap_stop(int signal) {
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, &before);
  kill(getpid(), signal);
  sigprocmask(SIG_UNBLOCK, &set, NULL);  // it comes here
  sigprocmask(SIG_SETMASK, &before, NULL);
}

int vimap_next_signal(int descriptor) {
  struct signalfd_siginfo information;
  ssize_t length = read(descriptor, &information, sizeof information);
  return length < 0 ? -1 : (int)information.ssi_signo;
}

const char *vimap_signal_name(int signal) { return sigabbrev_np(signal); }
