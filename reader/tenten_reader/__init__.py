"""A second implementation of Tenten, written from docs/spec alone: it shares no line with the first.

Each module is named after the page of the specification that it follows, and says so. What is refused raises
`Refused` with a code of docs/spec/encoding.md; any other exception is a bug of this reader.
"""
