#ifndef VIMAP_EXECUTE_H
#define VIMAP_EXECUTE_H

// As execvpe(3), which looks along PATH and passes scripts without `#!` to the shell. But a program
// for another system is not passed to the shell, and fails (ENOEXEC). Returns only if it fails,
// with errno set. It makes system calls and writes to its own stack, and does nothing else.
void vimap_execute(const char *const *arguments, const char *const *environment);

#endif
