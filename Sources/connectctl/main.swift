// Declares, checks, plans and runs pipelines without a line of Swift.
import ConnectCatalog
import ConnectComponents
import ConnectFiles
import ConnectGzip
import ConnectPatterns
import ConnectProcess
import ConnectText
import ConnectTool
import ConnectZstd

var catalog = Catalog()
catalog.registerFiles()
catalog.registerText()
catalog.registerGzip()
catalog.registerZstd()
catalog.registerPatterns()
catalog.registerProcess()

await ConnectTool.main(catalog)
