#ifndef CONNECT_MALLOC_COUNT_H
#define CONNECT_MALLOC_COUNT_H

/// How often memory was asked for since the process began, by all threads; 0 where the C library is not glibc.
long connect_malloc_count(void);

#endif
