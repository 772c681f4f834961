#include "KafkaLoop.h"
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { batch_size = 1000 };

static bool fail(const char *what, const char *why) {
    fprintf(stderr, "kafka loop: %s: %s\n", what, why);
    return false;
}

static rd_kafka_t *make_client(
    rd_kafka_type_t type, const char *const *settings, const char *group, void (*report)(rd_kafka_t *,
    const rd_kafka_message_t *, void *), void *opaque) {
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (; *settings; settings += 2)
        if (rd_kafka_conf_set(conf, settings[0], settings[1], text, sizeof text) != RD_KAFKA_CONF_OK) {
            fail(settings[0], text);
            return NULL;
        }
    if (group) rd_kafka_conf_set(conf, "group.id", group, text, sizeof text);
    rd_kafka_conf_set(conf, "log_level", "0", text, sizeof text);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", text, sizeof text);
    rd_kafka_conf_set(conf, "enable.auto.offset.store", "false", text, sizeof text);
    if (report) rd_kafka_conf_set_dr_msg_cb(conf, report);
    rd_kafka_conf_set_opaque(conf, opaque);
    rd_kafka_t *client = rd_kafka_new(type, conf, text, sizeof text);
    if (!client) fail("client", text);
    return client;
}

struct delivery {
    long delivered, failed;
};

static void note_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client;
    struct delivery *delivery = opaque;
    if (message->err) delivery->failed += 1;
    else delivery->delivered += 1;
}

bool kafka_loop_fill(const char *const *settings, const char *topic, int partitions, long count, long size) {
    struct delivery delivery = {0};
    rd_kafka_t *client = make_client(RD_KAFKA_PRODUCER, settings, NULL, note_delivery, &delivery);
    if (!client) return false;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    char *value = malloc(size);
    memset(value, 'x', size);
    for (long index = 0; index < count;) {
        char key[32];
        int length = snprintf(key, sizeof key, "%ld", index);
        int code = rd_kafka_produce(
            handle, index % partitions, RD_KAFKA_MSG_F_COPY, value, size, key, length, NULL);
        if (code == 0) index += 1;
        else rd_kafka_poll(client, 10);
        if (index % 1000 == 0) rd_kafka_poll(client, 0);
    }
    rd_kafka_flush(client, 60000);
    free(value);
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(client);
    return delivery.delivered == count || fail("fill", "not everything was delivered");
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static long long time_of(const rd_kafka_message_t *message) {
    rd_kafka_timestamp_type_t type;
    return rd_kafka_message_timestamp(message, &type);
}

// The messages of the rows have none; whoever wants to keep headers has to look for them.
static void look_for_headers(const rd_kafka_message_t *message) {
    rd_kafka_headers_t *headers;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) abort();
}

// What whoever hands a message on must do before the client has it back: the element is to outlive it.
static void take_over(const rd_kafka_message_t *message) {
    enum { ring_size = 4 << 20 };
    static char *ring;
    static size_t next;
    static volatile long long latest;
    if (!ring) ring = malloc(ring_size);
    size_t size = message->key_len + message->len;
    if (size > ring_size - next) next = 0;
    if (size > ring_size) abort();
    if (message->key_len) memcpy(ring + next, message->key, message->key_len);
    if (message->len) memcpy(ring + next + message->key_len, message->payload, message->len);
    next += size;
    look_for_headers(message);
    latest = time_of(message);
}

// Writes a batch, waiting for room.
static void write_batch(
    rd_kafka_t *producer, rd_kafka_topic_t *topic, rd_kafka_message_t **messages, rd_kafka_message_t *room, long count,
    bool keeps_all) {
    if (keeps_all) {
        for (long index = 0; index < count;) {
            const rd_kafka_message_t *message = messages[index];
            look_for_headers(message);
            rd_kafka_resp_err_t code = rd_kafka_producev(
                producer, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                RD_KAFKA_V_KEY(message->key, message->key_len), RD_KAFKA_V_VALUE(message->payload, message->len),
                RD_KAFKA_V_TIMESTAMP(time_of(message)), RD_KAFKA_V_END);
            if (code == RD_KAFKA_RESP_ERR_NO_ERROR) index += 1;
            else rd_kafka_poll(producer, 10);
        }
        return;
    }
    for (long index = 0; index < count; index++)
        room[index] = (rd_kafka_message_t) {.payload = messages[index]->payload, .len = messages[index]->len,
            .key = messages[index]->key, .key_len = messages[index]->key_len};
    for (long start = 0; start < count;) {
        start += rd_kafka_produce_batch(
            topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, room + start, (int)(count - start));
        if (start < count) rd_kafka_poll(producer, 10);
    }
}

bool kafka_loop_copy(
    const char *const *settings, const char *group, const char *from, int partitions, const char *to, bool keeps_all,
    long count) {
    struct delivery delivery = {0};
    rd_kafka_t *consumer = make_client(RD_KAFKA_CONSUMER, settings, group, NULL, NULL);
    rd_kafka_t *producer = to ? make_client(RD_KAFKA_PRODUCER, settings, NULL, note_delivery, &delivery) : NULL;
    if (!consumer || (to && !producer)) return false;
    rd_kafka_topic_t *topic = to ? rd_kafka_topic_new(producer, to, NULL) : NULL;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int partition = 0; partition < partitions; partition++)
        rd_kafka_topic_partition_list_add(list, from, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    rd_kafka_assign(consumer, list);
    for (int partition = 0; partition < partitions; partition++)
        list->elems[partition].offset = RD_KAFKA_OFFSET_INVALID;

    static rd_kafka_message_t *messages[batch_size];
    static rd_kafka_message_t room[batch_size];
    long done = 0;
    double next_commit = now() + 0.25;
    while (done < count) {
        long found = rd_kafka_consume_batch_queue(queue, 0, messages, batch_size);
        if (found <= 0) found = rd_kafka_consume_batch_queue(queue, 100, messages, 1);
        for (long index = 0; index < found; index++)
            if (messages[index]->err) return fail("read", rd_kafka_message_errstr(messages[index]));
        if (to && found > 0) {
            write_batch(producer, topic, messages, room, found, keeps_all);
            rd_kafka_poll(producer, 0);
        }
        if (!to && keeps_all)
            for (long index = 0; index < found; index++) take_over(messages[index]);
        for (long index = 0; index < found; index++) {
            list->elems[messages[index]->partition].offset = messages[index]->offset + 1;
            rd_kafka_message_destroy(messages[index]);
        }
        if (found > 0) done += found;
        if (now() >= next_commit) {
            // As good as what is done: a loop that is no test of delivery commits what was read.
            rd_kafka_commit(consumer, list, 0);
            next_commit = now() + 0.25;
        }
    }
    if (to) {
        rd_kafka_flush(producer, 60000);
        if (delivery.delivered != count) return fail("copy", "not everything was delivered");
        rd_kafka_topic_destroy(topic);
        rd_kafka_destroy(producer);
    }
    rd_kafka_commit(consumer, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return true;
}
