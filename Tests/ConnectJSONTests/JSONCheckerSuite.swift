/// JSON_checker's test suite of json.org.
///
/// Two of its documents are older than RFC 8259: `fail1` is a string alone, which is a document since RFC 7159, and `fail18`
/// is refused for a limit of 19 arrays in each other, which is what the tests set.
enum JSONCheckerSuite {
    static let depth = 19

    static let accepted = ConformanceCase.table(
        #"""
        pass1  [«0A»"JSON Test Pattern pass1",{"object with 1 member":["array with 1 element"]},{},[],-42,true,false,null,{"integer": 1234567890,"real": -9876.543210,"e": 0.123456789e-12,"E": 1.234567890E+34,"":  23456789012e66,"zero": 0,"one": 1,"space": " ","quote": "\"","backslash": "\\","controls": "\b\f\n\r\t","slash": "/ & \/","alpha": "abcdefghijklmnopqrstuvwyz","digit": "0123456789","special": "`1~!@#$%^&*()_+-={':[,]}|;.</>?","hex": "\u0123\u4567\u89AB\uCDEF\uabcd\uef4A","true": true,"array":[  ],"object":{  },"address": "50 St. James Street","url": "http://www.JSON.org/","comment": "// /* <!-- --","# -- --> */": " "," s p a c e d " :[1,2 , 3«0A»,4 , 5        ,          6           ,7        ],"compact":[1,2,3,4,5,6,7],"jsontext": "{\"object with 1 member\":[\"array with 1 element\"]}","quotes": "&#34; \u0022 %22 0x22 034 &#x22;","\/\\\"\uCAFE\uBABE\uAB98\uFCDE\ubcda\uef4A\b\f\n\r\t`1~!@#$%^&*()_+-=[]{}|;:',./<>?" : "A key can be any string"},0.5 ,98.6«0A»,99.44,1066,1e1,0.1e1,1e-1,1e00,2e+00,2e-00,"rosebud"]
        pass2  «19×[»"Not too deep"«19×]»
        pass3  {«0A»    "JSON Test Pattern pass3": {«0A»        "The outermost value": "must be an object or array.",«0A»        "In this test": "It is an object."«0A»    }«0A»}«0A»
        fail1  "A JSON payload should be an object or array, not a string."
        """#)

    static let rejected = ConformanceCase.table(
        #"""
        fail2   ["Unclosed array"
        fail3   {unquoted_key: "keys must be quoted"}
        fail4   ["extra comma",]
        fail5   ["double extra comma",,]
        fail6   [   , "<-- missing value"]
        fail7   ["Comma after the close"],
        fail8   ["Extra close"]]
        fail9   {"Extra comma": true,}
        fail10  {"Extra value after close": true} "misplaced quoted value"
        fail11  {"Illegal expression": 1 + 2}
        fail12  {"Illegal invocation": alert()}
        fail13  {"Numbers cannot have leading zeroes": 013}
        fail14  {"Numbers cannot be hex": 0x14}
        fail15  ["Illegal backslash escape: \x15"]
        fail16  [\naked]
        fail17  ["Illegal backslash escape: \017"]
        fail18  «20×[»"Too deep"«20×]»
        fail19  {"Missing colon" null}
        fail20  {"Double colon":: null}
        fail21  {"Comma instead of colon", null}
        fail22  ["Colon instead of comma": false]
        fail23  ["Bad value", truth]
        fail24  ['single quote']
        fail25  ["«09»tab«09»character«09»in«09»string«09»"]
        fail26  ["tab\   character\   in\  string\  "]
        fail27  ["line«0A»break"]
        fail28  ["line\«0A»break"]
        fail29  [0e]
        fail30  [0e+]
        fail31  [0e+-1]
        fail32  {"Comma instead if closing brace": true,
        fail33  ["mismatch"}
        """#)
}
