import csv, io, hmac, hashlib, pprint, zlib, gzip, base64


def show(*fs):
    for f in fs:
        try:
            print(repr(f()))
        except Exception as e:
            print(type(e).__name__, e)


show(
    lambda: list(csv.reader(['a,b,c', '1,"2,3",4', '"q""q", x ,'])),
    lambda: list(csv.reader(['a;b'], delimiter=';')),
    lambda: list(csv.reader(io.StringIO('a,"b\nc",d\n\ne\n'))),
    lambda: list(csv.reader(["'a,b',c"], quotechar="'")),
    lambda: list(csv.reader(['a, b'], skipinitialspace=True)),
    lambda: list(csv.reader(['a\\,b,c'], escapechar='\\')),
    lambda: list(csv.reader(['1,"a",2.5'], quoting=csv.QUOTE_NONNUMERIC)),
    lambda: list(csv.reader(['a,"b'])),
    lambda: list(csv.reader(['a,"b'], strict=True)),
    lambda: list(csv.reader(['"a"b,c'])),
    lambda: list(csv.reader(['"a"b,c'], strict=True)),
    lambda: list(csv.reader(['a\tb'], dialect='excel-tab')),
    lambda: list(csv.reader([''])),
    lambda: list(csv.reader([5])),
    lambda: csv.reader(['a'], delimiter='ab'),
    lambda: csv.reader(['a'], nope=1),
    lambda: list(csv.DictReader(['a,b', '1,2', '', '3', '4,5,6'])),
    lambda: list(csv.DictReader(['1,2'], fieldnames=['x', 'y', 'z'], restval='-')),
    lambda: csv.DictReader(['a,b', '1,2']).fieldnames,
)
out = io.StringIO()
w = csv.writer(out)
w.writerow(['a', 'b,c', 'd"e', 1, 2.5, None, True, 'x\ny', ''])
w.writerow([''])
w.writerows([[1, 2], ['ü']])
print(repr(out.getvalue()))
out = io.StringIO()
d = csv.DictWriter(out, ['a', 'b'], restval='-', quoting=csv.QUOTE_ALL, lineterminator='\n')
d.writeheader()
d.writerow({'a': 1})
show(lambda: d.writerow({'a': 1, 'z': 2}))
print(repr(out.getvalue()))
show(lambda: csv.writer(io.StringIO(), quoting=csv.QUOTE_NONE).writerow(['a,b']), lambda: csv.writer(io.StringIO()).writerow(5))

s = io.StringIO('ab\ncd\n')
print(s.read(1), repr(s.readline()), s.tell(), s.readlines(), s.read(), s.seek(0), list(s))
s.write('end')
print(repr(s.getvalue()), s.closed)
with io.StringIO() as f:
    f.write('ü€')
    f.seek(1)
    f.write('x')
    print(f.getvalue(), f.truncate(1), f.getvalue())
show(lambda: f.read(), lambda: io.StringIO(5), lambda: io.StringIO().write(b'a'), lambda: io.BytesIO(b'abc').read(2), lambda: io.BytesIO(b'a\nb').readlines(), lambda: io.BytesIO('a'), lambda: io.BytesIO(b'abc').getvalue(), lambda: next(io.StringIO('')))

show(
    lambda: hmac.new(b'key', b'msg', hashlib.sha256).hexdigest(), lambda: hmac.new(b'key', b'msg', 'sha1').hexdigest(), lambda: hmac.new(b'key', digestmod='md5').digest(), lambda: hmac.digest(b'k', b'm', 'sha512').hex()[:20],
    lambda: hmac.compare_digest('a', 'a'), lambda: hmac.compare_digest(b'a', b'b'), lambda: hmac.compare_digest('a', b'a'), lambda: hmac.compare_digest('ü', 'ü'), lambda: hmac.new(b'k', 'm', 'sha1'), lambda: hmac.new('k', b'm', 'sha1'), lambda: hmac.new(b'k', b'm'), lambda: hmac.new(b'k', b'm', 'nope'), lambda: hmac.new(b'k', b'', 'sha256').name,
    lambda: zlib.decompress(base64.b64decode('eJzLSM3JyVcozy/KSQEAGgsEXQ==')), lambda: zlib.decompress(b'xx'), lambda: zlib.crc32(b'hello'), lambda: zlib.adler32(b'hello'), lambda: gzip.decompress(base64.b64decode('H4sIAAAAAAAC/8tIzcnJBwCGphA2BQAAAA==')), lambda: gzip.decompress(b'nope'), lambda: zlib.decompress('a'),
)
print(pprint.pformat({'b': 1, 'a': [1, 2]}))
print(pprint.pformat({'name': 'x' * 30, 'list': list(range(30)), 'nested': {'k': 'v' * 40, 'other': ('t',) * 3}}))
print(pprint.pformat([{'a': 1}, {'b': 2}], width=10, indent=2))
print(pprint.pformat({'a': {'b': {'c': 1}}}, depth=2))
print(pprint.pformat({1: 'a', 'b': 2}), pprint.pformat(()), pprint.pformat((1,)), pprint.pformat('text'))
pprint.pprint({'z': 1, 'a': 2})
pprint.pprint({'z': 1, 'a': 2}, sort_dicts=False)
