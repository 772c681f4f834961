import Connect

/// Documents that must be taken.
enum WellFormedCases {
    static let all = written + characters + names

    private static let written = ConformanceCase.table(
        #"""
        empty-element                  <a/>
        empty-element-space            <a />
        start-and-end                  <a></a>
        end-tag-space                  <a></a «0A 09»>
        text                           <a>text</a>
        text-with-line-feeds           <a>«0A» one«0A»two «0A»</a>
        text-with-carriage-returns     <a>one«0D 0A»two«0D»three«0D 0D 0A»</a>
        text-with-apostrophe-and-quote <a>'"</a>
        text-with-greater              <a>1 > 0</a>
        text-with-two-brackets         <a>]]</a>
        text-with-brackets-apart       <a>]] ></a>
        text-of-white-space            <a> «09 0A» </a>
        text-beyond-ascii              <a>äöü €</a>
        text-beyond-the-plane          <a>😀𝄞</a>
        text-with-no-break-space       <a>«C2 A0»</a>
        text-with-line-separator       <a>«E2 80 A8»«C2 85»</a>
        text-with-zero-width-joiner    <a>👩«E2 80 8D»🔬</a>
        text-right-to-left             <a>שלום «D9 85»</a>
        text-combined                  <a>e«CC 81»</a>
        long-text                      <a>«5000×lorem ipsum »</a>
        nested                         <a><b><c/></b></a>
        siblings                       <a><b/><b/><c/></a>
        mixed-content                  <a>one<b>two</b>three<b/>four</a>
        depth-200                      «199×<a>»<a/>«199×</a>»
        many-children                  <a>«500×<b/>»</a>
        attribute                      <a b="c"/>
        attribute-apostrophes          <a b='c'/>
        attribute-empty                <a b=""/>
        attribute-space-around-equals  <a b = "c"/>
        attribute-line-feed-before     <a«0A»b="c"/>
        attribute-quote-in-apostrophes <a b='"'/>
        attribute-apostrophe-in-quotes <a b="'"/>
        attribute-greater              <a b=">"/>
        attribute-references           <a b="&lt;&gt;&amp;&quot;&apos;"/>
        attribute-ampersand-decimal    <a b="x&#38;y"/>
        attribute-ampersand-hex        <a b="x&#x26;y"/>
        attribute-ampersand-twice      <a b="&amp;#38;"/>
        attribute-ampersand-amp        <a b="&amp;amp;&amp;lt;"/>
        attribute-tab-and-line-feed    <a b="x«09»y«0A»z"/>
        attribute-carriage-return      <a b="x«0D 0A»y«0D»z"/>
        attribute-references-of-space  <a b="x&#9;y&#10;z&#13;&#32;"/>
        attribute-spaces-kept          <a b="  x  y  "/>
        attribute-order                <a z="1" y="2" x="3" b="4"/>
        attribute-beyond-ascii         <a b="ä€😀"/>
        attributes-same-but-for-case   <a b="1" B="2"/>
        attributes-many                <a b1="" b2="" b3="" b4="" b5="" b6="" b7="" b8="" b9="" b10="" b11="" b12=""/>
        attribute-long                 <a b="«3000×long »"/>
        reference-amp                  <a>&amp;</a>
        reference-lt                   <a>&lt;</a>
        reference-gt                   <a>&gt;</a>
        reference-quot                 <a>&quot;</a>
        reference-apos                 <a>&apos;</a>
        reference-decimal              <a>&#65;</a>
        reference-decimal-zeros        <a>&#0000065;</a>
        reference-hex-lower            <a>&#x6a;</a>
        reference-hex-upper            <a>&#x6A;</a>
        reference-hex-zeros            <a>&#x00006A;</a>
        reference-tab                  <a>&#9;</a>
        reference-line-feed            <a>&#10;</a>
        reference-carriage-return      <a>&#13;</a>
        reference-lt-decimal           <a>&#60;</a>
        reference-amp-hex              <a>&#x26;lt;</a>
        reference-beyond-the-plane     <a>&#x1F600;&#128512;</a>
        reference-last-of-all          <a>&#x10FFFF;</a>
        reference-last-of-the-plane    <a>&#xFFFD;</a>
        reference-between-text         <a>x&amp;y&lt;z</a>
        references-in-a-row            <a>&amp;&amp;&lt;&gt;</a>
        reference-bracket-end          <a>]]&gt;</a>
        cdata                          <a><![CDATA[text]]></a>
        cdata-empty                    <a><![CDATA[]]></a>
        cdata-markup                   <a><![CDATA[<b>&amp;</b>]]></a>
        cdata-brackets                 <a><![CDATA[]]]]></a>
        cdata-many-brackets            <a><![CDATA[]]]]]]]></a>
        cdata-bracket-greater          <a><![CDATA[]>]]></a>
        cdata-begin-inside             <a><![CDATA[<![CDATA[]]></a>
        cdata-between-text             <a>x<![CDATA[y]]>z</a>
        cdata-twice                    <a><![CDATA[x]]>-<![CDATA[y]]></a>
        cdata-line-feeds               <a><![CDATA[«0A»x«0D 0A»y«0A»]]></a>
        cdata-returns                  <a><![CDATA[«0D 0D 0A 0A 0D»]]><![CDATA[«0A»x«0D»]]></a>
        comment-returns                <a><!--«0D 0D 0A 0A 0D»--></a>
        instruction-returns            <a><?target x«0D 0D 0A 0A 0D»?></a>
        cdata-beyond-ascii             <a><![CDATA[ä€😀]]></a>
        cdata-blank                    <a><![CDATA[ ]]></a>
        cdata-in-children              <a><b><![CDATA[x]]></b><![CDATA[y]]></a>
        comment                        <a><!-- text --></a>
        comment-empty                  <a><!----></a>
        comment-one-hyphen             <a><!-- a-b --></a>
        comment-hyphen-first           <a><!---x--></a>
        comment-markup                 <a><!-- <b> & ]]> ?> --></a>
        comment-line-feed              <a><!--«0A»--></a>
        comment-beyond-ascii           <a><!-- ä€😀 --></a>
        comment-before                 <!-- x --><a/>
        comment-behind                 <a/><!-- x -->
        comment-both                   <!--1--><!--2--><a/><!--3-->
        comment-between-text           <a>x<!--y-->z</a>
        instruction                    <a><?target text?></a>
        instruction-without-text       <a><?target?></a>
        instruction-spaces             <a><?target    text  ?></a>
        instruction-question-mark      <a><?target a?b ??></a>
        instruction-markup             <a><?target <b> & --> ]]>?></a>
        instruction-line-feed          <a><?target«0A»text?></a>
        instruction-before             <?target text?><a/>
        instruction-behind             <a/><?target text?>
        instruction-name-xmls          <a><?xmls text?></a>
        instruction-name-with-hyphen   <a><?xml-stylesheet href="a"?></a>
        instruction-beyond-ascii       <a><?target ä€?></a>
        space-before                   «20 0A»<a/>
        space-behind                   <a/>«0A 0A»
        space-around-comment           «0A»<!-- x -->«0A»<a/>«0A»<!-- y -->«0A»
        declaration                    <?xml version="1.0"?><a/>
        declaration-apostrophes        <?xml version='1.0'?><a/>
        declaration-utf-8              <?xml version="1.0" encoding="UTF-8"?><a>ä</a>
        declaration-utf-8-lower        <?xml version="1.0" encoding="utf-8"?><a>ä</a>
        declaration-standalone-yes     <?xml version="1.0" standalone="yes"?><a/>
        declaration-standalone-no      <?xml version="1.0" standalone="no"?><a/>
        declaration-all                <?xml version="1.0" encoding="UTF-8" standalone="yes"?><a/>
        declaration-spaces             <?xml  version = "1.0"  ?><a/>
        declaration-line-feeds         <?xml«0A»version="1.0"«0A»?>«0A»<a/>
        byte-order-mark                «EF BB BF»<a/>
        byte-order-mark-declaration    «EF BB BF»<?xml version="1.0" encoding="UTF-8"?><a>ä</a>
        latin-1                        <?xml version="1.0" encoding="ISO-8859-1"?><a b="«E4»">«F6 FC DF»</a>
        latin-9                        <?xml version="1.0" encoding="ISO-8859-15"?><a>«A4»</a>
        cyrillic                       <?xml version="1.0" encoding="KOI8-R"?><a>«C1 C2»</a>
        windows-1252                   <?xml version="1.0" encoding="windows-1252"?><a>«80 93»</a>
        us-ascii                       <?xml version="1.0" encoding="US-ASCII"?><a>&#228;</a>
        shift-jis                      <?xml version="1.0" encoding="Shift_JIS"?><a>«83 65 83 58»</a>
        utf-16-little                  «FF FE 3C 00 61 00 3E 00 E4 00 3C 00 2F 00 61 00 3E 00»
        utf-16-big                     «FE FF 00 3C 00 61 00 3E 20 AC 00 3C 00 2F 00 61 00 3E»
        utf-16-surrogates              «FE FF 00 3C 00 61 00 3E D8 3D DE 00 00 3C 00 2F 00 61 00 3E»
        namespace-default              <a xmlns="urn:a"/>
        namespace-prefix               <x:a xmlns:x="urn:a"/>
        namespace-both                 <a xmlns="urn:a" xmlns:x="urn:x"><x:b/></a>
        namespace-of-attribute         <a xmlns:x="urn:x" x:b="c" b="d"/>
        namespace-undone               <a xmlns="urn:a"><b xmlns=""/></a>
        namespace-anew                 <x:a xmlns:x="urn:1"><x:b xmlns:x="urn:2"/><x:c/></x:a>
        namespace-two-prefixes-of-one  <x:a xmlns:x="urn:1" xmlns:y="urn:1"><y:b/></x:a>
        namespace-behind-attribute     <a x:b="c" xmlns:x="urn:x"/>
        namespace-deep                 <a xmlns:x="urn:x"><b><c><x:d x:e=""/></c></b></a>
        namespace-not-used             <a xmlns:x="urn:x" xmlns:y="urn:y"/>
        namespace-xml-lang             <a xml:lang="de" xml:space="preserve"> </a>
        namespace-beyond-ascii         <a xmlns="urn:ä"/>
        namespace-relative             <a xmlns="here"/>
        prefix-not-declared            <x:a y:b="c"/>
        prefix-of-inner-not-declared   <a><x:b/></a>
        colon-first                    <:a/>
        names-of-letters-and-digits    <_a-1.b c_d-2.e="f"/>
        names-beyond-ascii             <Größe Länge="1"/>
        names-of-ideographs            <要素 属性="値"/>
        name-long                      <«300×name» b=""/>
        name-xmlish                    <xmlish/>
        same-name-inside               <a><a><a/></a></a>
        entry-of-a-feed                <feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>1</id><link href="/?a=1&amp;b=2"/></entry></feed>
        envelope                       <soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><m:x xmlns:m="urn:m">1</m:x></soap:Body></soap:Envelope>
        image                          <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0,0 L1,1"/></svg>
        """#)

    /// Characters in text and in attributes, as themselves and as references.
    private static let characters =
        ([
            0x9, 0xA, 0xD, 0x20, 0x7E, 0x7F, 0x80, 0x9F, 0xA0, 0xAD, 0xFF, 0x100, 0x7FF, 0x800, 0x2028, 0xD7FF, 0xE000,
            0xFDD0, 0xFEFF, 0xFFFD, 0x10000, 0x1FFFE, 0xFFFFF, 0x10FFFF,
        ] as [UInt32]).compactMap { UnicodeScalar($0) }.flatMap { (scalar: UnicodeScalar) -> [ConformanceCase] in
            let code = String(scalar.value, radix: 16)
            return [
                ConformanceCase(name: "character-\(code)", document: Bytes("<a b='\(scalar)'>\(scalar)</a>")),
                ConformanceCase(
                    name: "character-\(code)-reference", document: Bytes("<a b='&#x\(code);'>&#\(scalar.value);</a>")),
            ]
        }

    private static let names =
        ([
            0x41, 0x5A, 0x5F, 0x61, 0x7A, 0xC0, 0xD6, 0xD8, 0xF6, 0xF8, 0x2FF, 0x370, 0x37D, 0x37F, 0x1FFF, 0x200C,
            0x200D,
            0x2070, 0x218F, 0x2C00, 0x2FEF, 0x3001, 0xD7FF, 0xF900, 0xFDCF, 0xFDF0, 0xFFFD, 0x10000, 0xEFFFF,
        ] as [UInt32]).compactMap { UnicodeScalar($0) }.map { (scalar: UnicodeScalar) -> ConformanceCase in
            ConformanceCase(
                name: "name-begins-\(String(scalar.value, radix: 16))", document: Bytes("<\(scalar)x \(scalar)y='1'/>"))
        }
}
