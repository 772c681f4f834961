#include "XML2Loop.h"

#include <libxml/parser.h>

static void start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
                  const xmlChar **namespace, int attributes, int defaulted, const xmlChar **attribute) {}
static void end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {}
static void text(void *context, const xmlChar *bytes, int count) {}

long xml2_loop_parse(const char *document, int length, long count) {
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC, .startElementNs = start, .endElementNs = end, .characters = text};
    xmlParserCtxtPtr context = xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);
    if (context == NULL) return -1;
    for (long index = 0; index < count; index++) {
        xmlCtxtResetPush(context, NULL, 0, NULL, NULL);
        if (xmlParseChunk(context, document, length, 1) != 0) {
            xmlFreeParserCtxt(context);
            return -1;
        }
    }
    xmlFreeParserCtxt(context);
    return count;
}
