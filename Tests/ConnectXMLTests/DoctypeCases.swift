/// Documents with a document type: refused, unless an internal subset is allowed.
enum DoctypeCases {
    static let accepted = ConformanceCase.table(
        #"""
        doctype                        <!DOCTYPE a><a/>
        doctype-empty-subset           <!DOCTYPE a []><a/>
        doctype-space                  <!DOCTYPE a [ ] ><a/>
        doctype-behind-declaration     <?xml version="1.0"?>«0A»<!DOCTYPE a>«0A»<a/>
        doctype-comments-around        <!--1--><!DOCTYPE a><!--2--><a/>
        doctype-of-another-element     <!DOCTYPE b><a/>
        doctype-element                <!DOCTYPE a [<!ELEMENT a (#PCDATA)>]><a>x</a>
        doctype-element-not-valid      <!DOCTYPE a [<!ELEMENT a EMPTY>]><a>x</a>
        doctype-notation               <!DOCTYPE a [<!NOTATION gif SYSTEM "gif">]><a/>
        doctype-comment-inside         <!DOCTYPE a [<!-- ]> -->]><a/>
        doctype-instruction-inside     <!DOCTYPE a [<?x ]>?>]><a/>
        entity                         <!DOCTYPE a [<!ENTITY b "text">]><a>&b;</a>
        entity-twice                   <!DOCTYPE a [<!ENTITY b "text">]><a>&b;-&b;</a>
        entity-apostrophes             <!DOCTYPE a [<!ENTITY b 'te"xt'>]><a>&b;</a>
        entity-first-counts            <!DOCTYPE a [<!ENTITY b "1"><!ENTITY b "2">]><a>&b;</a>
        entity-in-entity               <!DOCTYPE a [<!ENTITY b "1&c;2"><!ENTITY c "x">]><a>&b;</a>
        entity-with-element            <!DOCTYPE a [<!ENTITY b "<c d='e'>f</c>">]><a>&b;&b;</a>
        entity-with-text-around        <!DOCTYPE a [<!ENTITY b "x<c/>y">]><a>1&b;2</a>
        entity-in-attribute-value      <!DOCTYPE a [<!ENTITY b "x&#38;#38;y">]><a c="1&b;2"/>
        entity-of-predefined           <!DOCTYPE a [<!ENTITY lt "&#38;#60;">]><a>&lt;</a>
        entity-of-reference            <!DOCTYPE a [<!ENTITY b "&#65;">]><a>&b;</a>
        entity-empty                   <!DOCTYPE a [<!ENTITY b "">]><a>x&b;y</a>
        entity-not-used                <!DOCTYPE a [<!ENTITY b "text">]><a/>
        entity-quote-and-bracket       <!DOCTYPE a [<!ENTITY b "]>">]><a>&b;</a>
        entity-beyond-ascii            <!DOCTYPE a [<!ENTITY ä "ö">]><a>&ä;</a>
        attribute-default              <!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>
        attribute-default-given        <!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a b="d"/>
        attribute-fixed                <!DOCTYPE a [<!ATTLIST a b CDATA #FIXED "c">]><a/>
        attribute-tokens-normalised    <!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b="  x   y "/>
        attribute-enumeration          <!DOCTYPE a [<!ATTLIST a b (x|y) "x">]><a/>
        attribute-default-namespace    <!DOCTYPE a [<!ATTLIST a xmlns CDATA "urn:a">]><a/>
        attribute-default-of-entity    <!DOCTYPE a [<!ENTITY e "f"><!ATTLIST a b CDATA "1&e;2">]><a/>
        prefix-not-declared-behind     <!DOCTYPE a><p:a q:b="c"/>
        standalone                     <?xml version="1.0" standalone="yes"?><!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>
        """#)

    /// Also by xmllint.
    static let malformed = ConformanceCase.table(
        #"""
        entity-of-bare-ampersand       <!DOCTYPE a [<!ENTITY b "x&#38;y">]><a c="1&b;2"/>
        doctype-not-closed             <!DOCTYPE a<a/>
        doctype-subset-not-closed      <!DOCTYPE a [<a/>
        doctype-no-name                <!DOCTYPE><a/>
        doctype-twice                  <!DOCTYPE a><!DOCTYPE a><a/>
        doctype-text-in-subset         <!DOCTYPE a [text]><a/>
        entity-of-itself               <!DOCTYPE a [<!ENTITY b "&b;">]><a>&b;</a>
        entities-of-each-other         <!DOCTYPE a [<!ENTITY b "&c;"><!ENTITY c "&b;">]><a>&b;</a>
        entity-with-half-an-element    <!DOCTYPE a [<!ENTITY b "<c>">]><a>&b;</c></a>
        entity-with-lt-in-attribute    <!DOCTYPE a [<!ENTITY b "<c/>">]><a d="&b;"/>
        entity-not-declared-standalone <?xml version="1.0" standalone="yes"?><!DOCTYPE a [<!ENTITY b "x">]><a>&c;</a>
        entity-not-closed              <!DOCTYPE a [<!ENTITY b "x>]><a/>
        entity-without-quotes          <!DOCTYPE a [<!ENTITY b x>]><a/>
        entity-ampersand               <!DOCTYPE a [<!ENTITY b "&">]><a/>
        attribute-list-no-default      <!DOCTYPE a [<!ATTLIST a b CDATA>]><a/>
        attribute-list-unknown-type    <!DOCTYPE a [<!ATTLIST a b TEXT "c">]><a/>
        element-without-content        <!DOCTYPE a [<!ELEMENT a>]><a/>
        conditional-section            <!DOCTYPE a [<![INCLUDE[<!ENTITY b "x">]]>]><a/>
        """#)

    /// Not read by us, for what they name outside.
    static let external = ConformanceCase.table(
        #"""
        external-subset-system         <!DOCTYPE a SYSTEM "a.dtd"><a/>
        external-subset-file           <!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>
        external-subset-public         <!DOCTYPE a PUBLIC "-//x" "http://127.0.0.1:1/a.dtd"><a/>
        external-entity                <!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>
        external-entity-not-used       <!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a/>
        external-entity-public         <!DOCTYPE a [<!ENTITY b PUBLIC "x" "http://127.0.0.1:1/">]><a>&b;</a>
        external-parameter-entity      <!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><a/>
        """#)

    /// Not read by us, for what they declare.
    static let parameters = ConformanceCase.table(
        #"""
        parameter-entity               <!DOCTYPE a [<!ENTITY % p "<!ENTITY b 'x'>">%p;]><a>&b;</a>
        external-through-a-parameter   <!DOCTYPE a [<!ENTITY % p "<!ENTITY b SYSTEM 'file:///etc/hostname'>">%p;]><a>&b;</a>
        parameter-entity-not-used      <!DOCTYPE a [<!ENTITY % p "">]><a/>
        """#)
}
