// Declares, checks, plans and runs pipelines without a line of Swift.
import ArgumentParser
import ConnectCatalog
import ConnectComponents
import ConnectProcess
import ConnectTool

#if Avro
    import ConnectAvroFiles
    import ConnectSchemaRegistry
#endif
#if JSON
    import ConnectJSON
#endif
#if Kafka
    import ConnectKafka
#endif
#if Patterns
    import ConnectPatterns
#endif
#if XML
    import ConnectXML
#endif
#if Zstandard
    import ConnectZstd
#endif

var verbs: [any ParsableCommand.Type] = []
#if Network
    verbs.append(PeersVerb.self)
#endif

var catalog = Catalog()
catalog.registerFiles()
catalog.registerText()
catalog.registerGzip()
#if Zstandard
    catalog.registerZstd()
#endif
#if JSON
    catalog.registerJSON()
#endif
#if XML
    catalog.registerXML()
#endif
#if Avro
    catalog.registerAvro()
    catalog.registerSchemaRegistry()
    verbs.append(SchemaRegistryVerb.self)
#endif
#if Patterns
    catalog.registerPatterns()
#endif
catalog.registerProcess()
#if Kafka
    catalog.registerKafka()
    verbs += [KafkaRunVerb.self, KafkaEmbeddedVerb.self]
#endif

await ConnectTool.main(catalog, verbs: verbs)
