#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <fcntl.h>
#include <unistd.h>

extern char **environ;

/* The environment of this process, which Swift takes for a variable that anybody may write. */
static inline char **connect_environment(void) { return environ; }

/* Makes a pipe that children do not inherit. Where the system can it is so from the start: a child that another thread
   starts in between would keep it open. */
static inline int connect_pipe(int ends[2]) {
#ifdef __linux__
    extern int pipe2(int[2], int);
    return pipe2(ends, O_CLOEXEC);
#else
    if (pipe(ends) != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}
