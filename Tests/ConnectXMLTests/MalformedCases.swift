import Connect

/// Documents that must be refused.
enum MalformedCases {
    static let all = written + characters + names

    /// What xmllint takes, since it sees no byte behind a zero.
    static let stricter = ConformanceCase.table(
        #"""
        nul-behind                     <a/>«00»
        nul-and-more-behind            <a/>«00»text
        """#)

    private static let written = ConformanceCase.table(
        #"""
        blank                          «20 0A»
        text-only                      text
        comment-only                   <!-- x -->
        declaration-only               <?xml version="1.0"?>
        instruction-only               <?target text?>
        bracket-only                   <
        not-closed                     <a>
        not-closed-text                <a>text
        not-closed-inner               <a><b></a>
        not-closed-tag                 <a
        not-closed-tag-in-attribute    <a b="c
        not-closed-empty               <a/
        closed-twice                   <a></a></a>
        closed-without-being-open      </a>
        closed-by-another              <a></b>
        closed-crosswise               <a><b></a></b>
        closed-with-other-case         <a></A>
        closed-with-attribute          <a></a b="c">
        closed-with-space-first        <a></ a>
        closed-empty-name              <a></>
        two-roots                      <a/><b/>
        two-roots-same                 <a></a><a></a>
        text-before                    text<a/>
        text-behind                    <a/>text
        reference-behind               <a/>&#32;
        cdata-before                   <![CDATA[x]]><a/>
        cdata-behind                   <a/><![CDATA[x]]>
        name-missing                   <>
        name-space-first               < a/>
        name-digit                     <1a/>
        name-hyphen                    <-a/>
        name-dot                       <.a/>
        name-quote                     <a"b/>
        name-ampersand                 <a&b/>
        name-of-inner-digit            <a><1/></a>
        two-brackets                   <<a/>
        empty-tag-space-between        <a/ >
        empty-tag-slash-first          </a/>
        lt-in-text                     <a>1 < 2</a>
        ampersand-in-text              <a>b & c</a>
        ampersand-at-end-of-text       <a>b&</a>
        ampersand-without-semicolon    <a>&amp</a>
        ampersand-space-before-semicolon <a>&amp ;</a>
        ampersand-semicolon            <a>&;</a>
        ampersand-digit                <a>&1;</a>
        entity-not-declared            <a>&b;</a>
        entity-of-html                 <a>&nbsp;</a>
        entity-upper-case              <a>&AMP;</a>
        entity-in-attribute            <a b="&c;"/>
        reference-empty                <a>&#;</a>
        reference-hex-empty            <a>&#x;</a>
        reference-hex-digits-decimal   <a>&#6A;</a>
        reference-hex-no-digit         <a>&#xG;</a>
        reference-upper-x              <a>&#X41;</a>
        reference-no-semicolon         <a>&#65</a>
        reference-space                <a>&# 65;</a>
        reference-minus                <a>&#-65;</a>
        reference-zero                 <a>&#0;</a>
        reference-control              <a>&#1;</a>
        reference-escape               <a>&#x1B;</a>
        reference-surrogate-high       <a>&#xD800;</a>
        reference-surrogate-low        <a>&#xDFFF;</a>
        reference-no-character-fffe    <a>&#xFFFE;</a>
        reference-no-character-ffff    <a>&#xFFFF;</a>
        reference-beyond-all           <a>&#x110000;</a>
        reference-far-beyond           <a>&#99999999999;</a>
        reference-control-in-attribute <a b="&#2;"/>
        end-of-cdata-in-text           <a>]]></a>
        end-of-cdata-behind-text       <a>x]]>y</a>
        cdata-not-closed               <a><![CDATA[x</a>
        cdata-half-closed              <a><![CDATA[x]]</a>
        cdata-lower-case               <a><![cdata[x]]></a>
        cdata-space                    <a><! [CDATA[x]]></a>
        cdata-space-before-bracket     <a><![CDATA [x]]></a>
        cdata-one-bracket              <a><!CDATA[x]]></a>
        attribute-no-value             <a b/>
        attribute-no-quotes            <a b=c/>
        attribute-no-value-behind      <a b=/>
        attribute-one-quote            <a b="c/>
        attribute-quotes-differ        <a b="c'/>
        attribute-no-name              <a ="c"/>
        attribute-name-digit           <a 1b="c"/>
        attribute-colon-for-equals     <a b:"c"/>
        attribute-two-equals           <a b=="c"/>
        attribute-twice                <a b="1" b="2"/>
        attribute-twice-apart          <a b="1" c="2" b="3"/>
        attribute-no-space-between     <a b="1"c="2"/>
        attribute-comma-between        <a b="1",c="2"/>
        attribute-lt                   <a b="<"/>
        attribute-lt-tag               <a b="<c/>"/>
        attribute-ampersand            <a b="&"/>
        attribute-ampersand-text       <a b="c & d"/>
        attribute-quote-inside         <a b="c"d"/>
        attribute-before-name          <b="c" a/>
        attribute-slash                <a b="c"/ d="e">
        comment-not-closed             <a><!-- x</a>
        comment-half-closed            <a><!-- x --</a>
        comment-two-hyphens            <a><!-- x -- y --></a>
        comment-three-hyphens          <a><!-- x ---></a>
        comment-in-tag                 <a <!-- x -->/>
        comment-one-hyphen-first       <a><!- x --></a>
        comment-space                  <a><! -- x --></a>
        comment-wrong-end              <a><!-- x -></a>
        comment-greater-at-once        <a><!--></a>
        instruction-not-closed         <a><?target x</a>
        instruction-wrong-end          <a><?target x></a>
        instruction-no-target          <a><? x?></a>
        instruction-empty              <a><??></a>
        instruction-target-digit       <a><?1 x?></a>
        instruction-xml                <a><?xml x?></a>
        instruction-xml-upper          <a><?XML x?></a>
        instruction-no-space           <a><?target"x"?></a>
        declaration-behind-space       «20»<?xml version="1.0"?><a/>
        declaration-behind-comment     <!-- x --><?xml version="1.0"?><a/>
        declaration-twice              <?xml version="1.0"?><?xml version="1.0"?><a/>
        declaration-behind-root        <a/><?xml version="1.0"?>
        declaration-no-version         <?xml encoding="UTF-8"?><a/>
        declaration-empty              <?xml ?><a/>
        declaration-no-quotes          <?xml version=1.0?><a/>
        declaration-order              <?xml encoding="UTF-8" version="1.0"?><a/>
        declaration-upper              <?XML version="1.0"?><a/>
        declaration-version-upper      <?xml VERSION="1.0"?><a/>
        declaration-unknown-part       <?xml version="1.0" other="x"?><a/>
        declaration-standalone-other   <?xml version="1.0" standalone="maybe"?><a/>
        declaration-standalone-upper   <?xml version="1.0" standalone="YES"?><a/>
        declaration-no-end             <?xml version="1.0"><a/>
        declaration-no-space           <?xml version="1.0"encoding="UTF-8"?><a/>
        declaration-quotes-differ      <?xml version="1.0'?><a/>
        declaration-encoding-empty     <?xml version="1.0" encoding=""?><a/>
        declaration-encoding-digit     <?xml version="1.0" encoding="8859"?><a/>
        declaration-encoding-unknown   <?xml version="1.0" encoding="x-unknown-encoding"?><a/>
        declaration-utf-16-but-utf-8   <?xml version="1.0" encoding="UTF-16"?><a/>
        utf-8-cut                      <a>«C3»</a>
        utf-8-continuation-alone       <a>«80»</a>
        utf-8-too-long                 <a>«C0 AF»</a>
        utf-8-too-long-three           <a>«E0 80 80»</a>
        utf-8-latin-1                  <a>«E4»</a>
        utf-8-latin-1-in-attribute     <a b="«E4»"/>
        utf-8-latin-1-in-comment       <a><!--«E4»--></a>
        utf-8-latin-1-in-cdata         <a><![CDATA[«E4»]]></a>
        utf-8-latin-1-in-name          <a«E4»/>
        utf-8-surrogate                <a>«ED A0 80»</a>
        utf-8-beyond-all               <a>«F4 90 80 80»</a>
        utf-8-five-bytes               <a>«F8 88 80 80 80»</a>
        utf-8-ff                       <a>«FF»</a>
        nul                            <a>«00»</a>
        nul-in-attribute               <a b="«00»"/>
        nul-in-name                    <a«00»/>
        fffe                           <a>«EF BF BE»</a>
        ffff                           <a>«EF BF BF»</a>
        utf-16-cut                     «FF FE 3C 00 61»
        utf-16-half-a-pair             «FE FF 00 3C 00 61 00 3E D8 3D 00 3C 00 2F 00 61 00 3E»
        utf-16-not-closed              «FF FE 3C 00 61 00 3E 00»
        doctype-behind-root            <a/><!DOCTYPE a>
        doctype-inside                 <a><!DOCTYPE a></a>
        doctype-lower                  <!doctype a><a/>
        element-declaration-alone      <!ELEMENT a EMPTY><a/>
        entity-declaration-alone       <!ENTITY b "c"><a>&b;</a>
        bang                           <a><!></a>
        html                           <p>one<br>two</p>
        html-attribute                 <input disabled>
        json                           {"a": 1}
        depth-300                      «300×<a>»«300×</a>»
        """#)

    /// What no character is, in text, in attributes, in comments, in sections and in names.
    private static let characters = ([0x1, 0x2, 0x8, 0xB, 0xC, 0xE, 0x1B, 0x1F] as [UInt8]).flatMap {
        code -> [ConformanceCase] in
        let byte = [code]
        func make(_ place: String, _ before: String, _ behind: String) -> ConformanceCase {
            ConformanceCase(
                name: "control-\(String(code, radix: 16))-in-\(place)",
                document: Bytes(Array(before.utf8) + byte + Array(behind.utf8)))
        }
        return [
            make("text", "<a>", "</a>"), make("attribute", "<a b='", "'/>"), make("comment", "<a><!--", "--></a>"),
            make("cdata", "<a><![CDATA[", "]]></a>"), make("name", "<a", "/>"),
        ]
    }

    private static let names =
        ([
            0x2D, 0x2E, 0x30, 0x39, 0xB7, 0x300, 0x36F, 0xD7, 0xF7, 0x37E, 0x203F, 0x2190, 0x3000,
        ] as [UInt32]).compactMap { UnicodeScalar($0) }.map { (scalar: UnicodeScalar) -> ConformanceCase in
            ConformanceCase(
                name: "name-cannot-begin-\(String(scalar.value, radix: 16))", document: Bytes("<\(scalar)x/>"))
        }
}
