// Declares, checks, plans and runs pipelines without a line of Swift.
import ConnectCatalog
import ConnectComponents
import ConnectProcess
import ConnectTool

#if Patterns
    import ConnectPatterns
#endif
#if Zstandard
    import ConnectZstd
#endif

var catalog = Catalog()
catalog.registerFiles()
catalog.registerText()
catalog.registerGzip()
#if Zstandard
    catalog.registerZstd()
#endif
#if Patterns
    catalog.registerPatterns()
#endif
catalog.registerProcess()

await ConnectTool.main(catalog)
