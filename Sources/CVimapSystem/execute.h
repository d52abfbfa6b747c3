#ifndef VIMAP_EXECUTE_H
#define VIMAP_EXECUTE_H

// As execvpe(3), which looks along PATH and gives scripts without `#!` to the shell; but a program
// for another system is none of these, and fails (ENOEXEC). Returns only where it fails, with errno
// set. It makes system calls and writes to its own stack, and nothing else.
void vimap_execute(const char *const *arguments, const char *const *environment);

#endif
