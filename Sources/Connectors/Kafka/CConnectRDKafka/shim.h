#pragma once
// librdkafka 2.0.2 and newer.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

// rd_kafka_producev takes variable arguments, which Swift cannot pass. Headers belong to the client on success only.
static inline rd_kafka_resp_err_t connect_kafka_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, const void *key,
        size_t key_size, const void *value, size_t value_size, int flags, int64_t timestamp,
        rd_kafka_headers_t *headers, void *opaque) {
    if (headers)
        return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(flags),
                RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE((void *)value, value_size),
                RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque),
                RD_KAFKA_V_END);
    return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(flags),
            RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE((void *)value, value_size),
            RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

// The thread of a mock cluster ends at a poll that a signal has cut short, and takes the cluster along: it must never
// be the one that a signal is given to. Threads take over what their maker blocks.
static inline rd_kafka_mock_cluster_t *connect_mock_cluster_new(rd_kafka_t *client, int broker_count) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(client, broker_count);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return cluster;
}

static inline void connect_set_shared(int descriptor, int is_shared) {
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &is_shared, sizeof is_shared);
}

static inline int connect_bind_shared(int port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_in address = {0};
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect_set_shared(descriptor, 1);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
    close(descriptor);
    return -1;
}

// Keeps a loopback port from being given to others, and others from listening at it, without listening; -1 where that is
// not possible.
static inline int connect_reserve_port(int port) {
    int descriptor = connect_bind_shared(port);
    // Connections of before are no hindrance when it is bound; from then on it is not shared.
    if (descriptor >= 0) connect_set_shared(descriptor, 0);
    return descriptor;
}

// Lets somebody else listen at a port that is kept.
//
// Returns: whether that would succeed now; where not, the port is not shared
static inline bool connect_share_port(int descriptor, int port) {
    connect_set_shared(descriptor, 1);
    int other = connect_bind_shared(port);
    bool is_possible = other >= 0 && listen(other, 1) == 0;
    if (other >= 0) close(other);
    if (!is_possible) connect_set_shared(descriptor, 0);
    return is_possible;
}

static inline void connect_release_port(int descriptor) { close(descriptor); }

// Swift cannot call a function with a variable number of arguments.
static inline rd_kafka_resp_err_t connect_mock_broker_push_answer(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t api_key, rd_kafka_resp_err_t error, int delay_ms) {
    return rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, api_key, 1, error, delay_ms);
}
