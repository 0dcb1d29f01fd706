'a'
"a"
'''a'''
"""a
b"""
''
""
""""""
'it\'s'
"\a\b\f\n\r\t\v\\\'\""
"\0\12\123\1234\777"
"\x41\u00e9\U0001F600"
"\ud800 \udfff"
"\d \
joined"
r"\n\x"
R'\''
u"a"
U"a"
u"a" "b"
"a" u"b"
b"a\xff\0\n\u1234"
B'a'
rb"\x"
bR'\x'
Rb"""a
b"""
"a" 'b' """c""" r"\d"
b"a" b'b'
("a"
 "b"  # comment
 "c")
"é" "日本"; x
"tab	inside"
"#not a comment"
"a" "b"[0].c
'''
    """
'''
'\
'
