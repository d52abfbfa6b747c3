// What Swift cannot import (variadic calls, CMSG_* and W* macros) or must not run itself
// (the child's side between fork and exec). Every function returns -1 and sets errno on failure
// unless it says otherwise. Nothing here retries; the Swift funnel does.
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

/// fork(2), which Swift marks unavailable. The caller is single-threaded.
pid_t vimap_fork(void);

/// Asks the kernel to send `signal` to this process when its parent dies (prctl(2)).
int vimap_signal_on_parent_death(int signal);

/// Has this process, and those it forks, not interrupt others when there is something for it to do
/// (SCHED_BATCH, sched(7)); commands are started without that. One that was given a policy keeps
/// it.
int vimap_make_way(void);

/// Makes this process the parent of orphans below it (PR_SET_CHILD_SUBREAPER, prctl(2)).
int vimap_adopt_orphans(void);

/// A child that has ended and whose status can be taken, or 0. The status stays to be taken.
pid_t vimap_ended_child(void);

/// 1 where a child in a process group has not ended, else 0. Where one was stopped and that has not
/// been told yet, `stopped_by` is the signal, else 0.
int vimap_group_state(pid_t group, int *stopped_by);

/// Names this process and shows the name in the place of its arguments, cut to the room there is.
/// What has been read of the arguments as they were has to be copied before.
void vimap_set_name(const char *name);

/// Writes the calling thread's name to `name`, which has room for 16 bytes.
int vimap_get_name(char *name);

/// The name under which this program was started, without folders.
const char *vimap_program_name(void);

/// How many arguments this program was called with, its name included.
size_t vimap_argument_count(void);

/// One of them, from 0 on; NULL where there are fewer. Its bytes are those that `ps` shows.
const char *vimap_argument(size_t number);

/// Writes stars over a part of an argument.
void vimap_cover_argument(size_t number, size_t start, size_t length);

/// Has the kernel write no core dump of this process and those it forks, and let nobody look into
/// their memory; a program that is executed starts without that (PR_SET_DUMPABLE, prctl(2)).
int vimap_forbid_dumps(void);

/// A descriptor that becomes readable when process `pid` ends (pidfd_open(2)).
int vimap_pidfd_open(pid_t pid);

/// How a process ended: `kind` 'e' with its exit status or 's' with the signal's number. The most
/// memory in bytes is that of one process, of it and of those that it has waited for
/// (getrusage(2)).
struct vimap_exit {
  char kind;
  int value;
  long peak_memory;
};

/// wait4(2). Returns the pid, or 0 where WNOHANG was asked for and it still runs.
pid_t vimap_wait(pid_t pid, int no_hang, struct vimap_exit *how);

/// What a command is started with. Strings and arrays are borrowed for the call.
struct vimap_spawn {
  const char *const *arguments;    // argv, NULL at its end; argv[0] is looked up along PATH
  const char *const *environment;  // envp, NULL at its end
  int standard_input;              // become descriptors 0, 1 and 2
  int standard_output;
  int standard_error;
  uint64_t file_limit;             // soft RLIMIT_NOFILE for the command; 0 leaves it
  volatile int32_t *group_slot;    // where the child writes its process group, or NULL
};

/// Starts a command in a process group of its own, with default signals, which dies by SIGKILL
/// when the calling process does. Returns its pid; when exec fails, -1 with exec's errno.
pid_t vimap_spawn(const struct vimap_spawn *request);

// Signals

/// Blocks the signals and returns a descriptor to read them from, never waiting (signalfd(2)).
int vimap_signal_watch(const int *signals, size_t count);

/// 1 where the process ignores the signal, else 0.
int vimap_is_ignored(int signal);

/// Takes all signals that have come to such a descriptor: a bit for each, from signal 1 on.
int vimap_take_signals(int descriptor, uint64_t *taken);

/// Does to this process what a signal does by default, though it is blocked.
void vimap_stop(int signal);

/// The number of the next signal come to such a descriptor.
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

/// How many bytes a pipe holds that nobody has read (FIONREAD).
int vimap_unread_bytes(int descriptor);

/// poll(2), for so many nanoseconds at most.
int vimap_poll(struct pollfd *places, size_t count, int64_t nanoseconds);

/// A new anonymous file in memory, closed on exec (memfd_create(2)).
int vimap_memory_file(void);

/// Locks a file for this process, without waiting (fcntl(2), F_SETLK); a child that is forked does
/// not have the lock. Returns 0 where that was done, and 1 where another process has it: `holder`,
/// or 0 where nobody can say.
int vimap_lock_file(int descriptor, pid_t *holder);

/// open(2) with O_CLOEXEC and mode 0666.
int vimap_open(const char *path, int flags);

/// Makes `number` a descriptor of /dev/null, kept open on exec.
int vimap_open_null(int number);

/// 1 where the descriptor is open, else 0.
int vimap_is_open(int descriptor);

/// dup3(2), closed on exec: `descriptor` stands for what `other` does.
int vimap_replace(int descriptor, int other);

// Terminals

/// How many columns a terminal has; 0 where it does not say (TIOCGWINSZ).
int vimap_terminal_columns(int descriptor);

/// The number of the device behind a terminal, under whatever name it was opened (TIOCGDEV).
int vimap_terminal_device(int descriptor, unsigned *device);

// Messages

/// Sends one message over a SOCK_SEQPACKET socket, with `descriptor` attached unless it is -1.
/// Never raises SIGPIPE.
ssize_t vimap_send(int socket, const void *bytes, size_t length, int descriptor, int no_wait);

/// Receives one message; `*descriptor` is the one that came with it (closed on exec), or -1.
/// Returns 0 at the other side's end.
ssize_t vimap_receive(int socket, void *bytes, size_t room, int *descriptor, int no_wait);

// Shared memory words, which one process writes and another reads

static inline void vimap_store(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint64_t vimap_load(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

// Counts one more, whichever process does; how many that makes.
static inline uint64_t vimap_count(uint64_t *word) {
  return __atomic_add_fetch(word, 1, __ATOMIC_RELAXED);
}

#endif
