/// Everything about XML has its name in here: ``Document``, ``Node``, ``Path``, ``XPath``, ``Builder``.
public enum XML {}
