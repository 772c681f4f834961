#pragma once
// librdkafka 2.0.2 and newer.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
