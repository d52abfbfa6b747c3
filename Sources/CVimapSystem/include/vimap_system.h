// What Swift cannot import (variadic calls, CMSG_* and W* macros), or must not run itself (the
// child's side between fork and exec). Every function returns -1 and sets errno on failure, unless
// it says otherwise. No function here calls again after an interruption; the caller in Swift does.
#ifndef VIMAP_SYSTEM_H
#define VIMAP_SYSTEM_H

#include <iconv.h>
#include <stdatomic.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

// Processes

/// fork(2), which Swift marks unavailable. The caller must have a single thread.
pid_t vimap_fork(void);

/// Asks the kernel to send `signal` to this process when its parent dies (prctl(2)).
int vimap_signal_on_parent_death(int signal);

/// Schedules this process, and those it forks, so that they do not interrupt others when they wake
/// up (SCHED_BATCH, sched(7)). Commands are started without that. A process that was given another
/// policy keeps it.
int vimap_make_way(void);

/// Makes this process the parent of orphans below it (PR_SET_CHILD_SUBREAPER, prctl(2)).
int vimap_adopt_orphans(void);

/// A child that has ended and whose status can be taken, or 0. The status is not taken.
pid_t vimap_ended_child(void);

/// 1 if a child in a process group has not ended, else 0. If one was stopped, and this has not been
/// reported yet, `stopped_by` is the signal, else 0.
int vimap_group_state(pid_t group, int *stopped_by);

/// Names this process, and shows the name in place of its arguments, cut to the room that they
/// have. What is still needed of the arguments must be copied before.
void vimap_set_name(const char *name);

/// Writes the calling thread's name to `name`, which has room for 16 bytes.
int vimap_get_name(char *name);

/// The name under which this program was started, without folders.
const char *vimap_program_name(void);

/// The number of arguments that this program was called with, with its name.
size_t vimap_argument_count(void);

/// One of the arguments, from 0 on; NULL if there are fewer. Its bytes are those that `ps` shows.
const char *vimap_argument(size_t number);

/// Overwrites a part of an argument with stars.
void vimap_cover_argument(size_t number, size_t start, size_t length);

/// Keeps the memory of this process, and of those it forks, out of core dumps, and lets nobody look
/// into it. A program that is executed starts without that (PR_SET_DUMPABLE, prctl(2)).
int vimap_forbid_dumps(void);

/// A descriptor that becomes readable when process `pid` ends (pidfd_open(2)).
int vimap_pidfd_open(pid_t pid);

/// How a process ended: `kind` is 'e', with its exit status, or 's', with the number of the signal.
/// `peak_memory` is the most memory in bytes that one process used: this one, or one that it has
/// waited for (getrusage(2)).
struct vimap_exit {
  char kind;
  int value;
  long peak_memory;
};

/// wait4(2). Returns the pid, or 0 if WNOHANG was given and the process still runs.
pid_t vimap_wait(pid_t pid, int no_hang, struct vimap_exit *how);

/// How to start a command. Strings and arrays are borrowed during the call.
struct vimap_spawn {
  const char *const *arguments;    // argv, NULL at its end; argv[0] is looked up along PATH
  const char *const *environment;  // envp, NULL at its end
  int standard_input;              // become descriptors 0, 1 and 2
  int standard_output;
  int standard_error;
  uint64_t file_limit;             // soft RLIMIT_NOFILE for the command; 0 leaves it
  volatile int32_t *group_slot;    // where the child writes its process group, or NULL
};

/// Starts a command in its own process group, with default signals. The kernel kills it (SIGKILL)
/// when the calling process dies. Returns its pid or, if exec fails, -1 with exec's errno.
pid_t vimap_spawn(const struct vimap_spawn *request);

// Signals

/// Blocks the signals. Returns a descriptor to read them from, which never waits (signalfd(2)).
int vimap_signal_watch(const int *signals, size_t count);

/// 1 if the process ignores the signal, else 0.
int vimap_is_ignored(int signal);

/// Takes all signals that have come to such a descriptor: a bit for each, beginning with signal 1.
int vimap_take_signals(int descriptor, uint64_t *taken);

/// Does to this process what a signal does by default, even if the signal is blocked.
void vimap_stop(int signal);

/// The number of the next signal that has come to such a descriptor.
int vimap_next_signal(int descriptor);

/// A signal's name without SIG, or NULL.
const char *vimap_signal_name(int signal);

// Descriptors

/// A pipe, closed on exec.
int vimap_pipe(int *reading, int *writing);

/// A connected pair of SOCK_SEQPACKET sockets, closed on exec.
int vimap_socket_pair(int *one, int *other);

/// Sets O_NONBLOCK, and no other flag, for one end of a pipe.
int vimap_set_pipe_nonblocking(int end);

/// Sets a pipe's capacity in bytes (F_SETPIPE_SZ).
int vimap_set_pipe_capacity(int descriptor, int bytes);

/// The number of bytes in a pipe that nobody has read (FIONREAD).
int vimap_unread_bytes(int descriptor);

/// poll(2), for at most so many nanoseconds.
int vimap_poll(struct pollfd *places, size_t count, int64_t nanoseconds);

/// A new anonymous file in memory, closed on exec (memfd_create(2)).
int vimap_memory_file(void);

/// Locks a file for this process, without waiting (fcntl(2), F_SETLK); a child that is forked does
/// not have the lock. Returns 0 where that was done, and 1 where another process has it: `holder`,
/// or 0 where nobody can say.
int vimap_lock_file(int descriptor, pid_t *holder);

/// open(2) with O_CLOEXEC and mode 0666.
int vimap_open(const char *path, int flags);

/// Makes `number` a descriptor of /dev/null that stays open on exec.
int vimap_open_null(int number);

/// 1 if the descriptor is open, else 0.
int vimap_is_open(int descriptor);

/// dup3(2), closed on exec: makes `descriptor` refer to the same file as `other`.
int vimap_replace(int descriptor, int other);

// Terminals

/// The number of columns of a terminal; 0 if it does not say (TIOCGWINSZ).
int vimap_terminal_columns(int descriptor);

/// The number of the device behind a terminal, whatever name it was opened by (TIOCGDEV).
int vimap_terminal_device(int descriptor, unsigned *device);

// Messages

/// Sends one message over a SOCK_SEQPACKET socket, with `descriptor` attached unless it is -1.
/// Never raises SIGPIPE.
ssize_t vimap_send(int socket, const void *bytes, size_t length, int descriptor, int no_wait);

/// Receives one message. `*descriptor` is the descriptor that came with it (closed on exec), or -1.
/// Returns 0 when the other side has ended.
ssize_t vimap_receive(int socket, void *bytes, size_t room, int *descriptor, int no_wait);

// Shared memory words, which one process writes and another reads

static inline void vimap_store(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint64_t vimap_load(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

// Adds one, from any process. Returns the new count.
static inline uint64_t vimap_count(uint64_t *word) {
  return __atomic_add_fetch(word, 1, __ATOMIC_RELAXED);
}

#endif
