#pragma once
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

// `xmlFree` is a variable that holds a function, which Swift takes for unsafe to share.
static inline void connect_xml_free(void *memory) {
    xmlFree(memory);
}
