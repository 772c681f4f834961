#pragma once
#include <stdbool.h>

// Plain loops over librdkafka: the limit that sources and sinks of Kafka are measured against. Settings are keys and
// values in turn, ended by NULL. Each function returns false after it has written to standard error what failed.

// Writes `count` messages of `size` bytes, with numbers as keys, evenly over all partitions.
bool kafka_loop_fill(const char *const *settings, const char *topic, int partitions, long count, long size);

// Reads `count` messages of a topic by batches. With `to` each is written to that topic, with headers and time where
// `keeps_all` (one call for each) or without (one call for many), delivery reports are counted, and offsets committed
// every 250 ms and at the end. Without `to` messages are dropped; where `keeps_all`, after they were taken over with all that
// belongs to them.
bool kafka_loop_copy(
    const char *const *settings, const char *group, const char *from, int partitions, const char *to, bool keeps_all,
    long count);
