package boltpages_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/starhost/starhost/internal/boltpages"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

const pageSize = 4096

var order = boltpages.Order

// A made file is one that bbolt has written: bucket "large" has branches, a
// value of several pages and a bucket in it, "small" has no pages of its own,
// and some pages are free.
type made struct {
	bytes   []byte
	content []string
	before  []string // the content before the last transaction

	root, branch, leaf, last, long, freelist uint64 // pages; leaf and last are the first and last leaf below branch
}

func makeFile(t testing.TB, options *bbolt.Options) made {
	path := filepath.Join(t.TempDir(), "made.db")
	db, err := bbolt.Open(path, 0o600, options)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		large, err := tx.CreateBucket([]byte("large"))
		require.NoError(t, err)
		for i := range 100 {
			require.NoError(t, large.Put(fmt.Appendf(nil, "key%03d", i), bytes.Repeat([]byte{byte(i)}, 150)))
		}
		require.NoError(t, large.Put([]byte("long"), bytes.Repeat([]byte("x"), 3*options.PageSize)))
		nested, err := large.CreateBucket([]byte("nested"))
		require.NoError(t, err)
		require.NoError(t, nested.Put([]byte("a"), []byte("in")))
		small, err := tx.CreateBucket([]byte("small"))
		require.NoError(t, err)
		require.NoError(t, small.Put([]byte("a"), []byte("1")))
		return small.Put([]byte("b"), nil)
	}))
	var m made
	require.NoError(t, db.View(func(tx *bbolt.Tx) error {
		m.before = contentOf(tx.Cursor().Bucket(), "")
		return nil
	}))
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error { // the old pages are free
		return tx.Bucket([]byte("large")).Put([]byte("key050"), []byte("new"))
	}))
	require.NoError(t, db.View(func(tx *bbolt.Tx) error {
		m.content = contentOf(tx.Cursor().Bucket(), "")
		m.bytes = make([]byte, tx.Size())
		return nil
	}))
	require.NoError(t, db.Close())
	f, err := os.Open(path)
	require.NoError(t, err)
	_, err = io.ReadFull(f, m.bytes)
	require.NoError(t, errors.Join(err, f.Close()))
	return m
}

// contentOf lists what bbolt says is in a bucket.
func contentOf(b *bbolt.Bucket, at string) (all []string) {
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if v == nil {
			all = append(all, contentOf(b.Bucket(k), at+string(k)+"/")...)
		} else {
			all = append(all, fmt.Sprintf("%s%s=%x", at, k, v))
		}
	}
	return all
}

// read lists what there is in a file, buckets within buckets.
func read(r io.ReaderAt, size int64) (all []string, err error) {
	f, err := boltpages.Open(r, size)
	if err != nil {
		return nil, err
	}
	var visit func(at string) boltpages.Visit
	visit = func(at string) boltpages.Visit {
		return func(e boltpages.Element) error {
			if e.IsBucket {
				key := string(e.Key)
				return f.Bucket(e.Value, visit(at+key+"/"))
			}
			all = append(all, fmt.Sprintf("%s%s=%x", at, e.Key, e.Value))
			return nil
		}
	}
	if err := f.Root(visit("")); err != nil {
		return all, err
	}
	return all, f.CheckFreelist()
}

func readBytes(file []byte) ([]string, error) {
	return read(bytes.NewReader(file), int64(len(file)))
}

func TestRead(t *testing.T) {
	for _, size := range []int{1024, 4096, 16384, 65536} {
		for _, noFreelist := range []bool{false, true} {
			m := makeFile(t, &bbolt.Options{PageSize: size, NoFreelistSync: noFreelist})
			got, err := readBytes(m.bytes)
			require.NoError(t, err)
			require.Equal(t, m.content, got)
			f, err := boltpages.Open(bytes.NewReader(m.bytes), int64(len(m.bytes)))
			require.NoError(t, err)
			require.Equal(t, size, f.PageSize())
			require.EqualValues(t, len(m.bytes), f.Size())
			require.Equal(t, noFreelist, !f.HasFreelist())
		}
	}
}

// TestMetas: of two meta pages the one of the later transaction counts, wherever
// it is, and one is enough.
func TestMetas(t *testing.T) {
	m := makeFile(t, &bbolt.Options{PageSize: 16384})
	const size = 16384
	before, now := slices.Clone(m.bytes[:size]), slices.Clone(m.bytes[size:2*size])
	none := make([]byte, size)
	for name, c := range map[string]struct {
		first, second []byte
		want          []string
	}{
		"as made":         {before, now, m.content},
		"exchanged":       {now, before, m.content},
		"the later only":  {none, now, m.content},
		"the earlier one": {before, none, m.before},
		"in second place": {none, before, m.before},
	} {
		copy(m.bytes, c.first)
		copy(m.bytes[size:], c.second)
		got, err := readBytes(m.bytes)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

// TestVisitError: an error of a Visit comes back as it is, and ends the walk.
func TestVisitError(t *testing.T) {
	m := makeFile(t, &bbolt.Options{PageSize: pageSize})
	f, err := boltpages.Open(bytes.NewReader(m.bytes), int64(len(m.bytes)))
	require.NoError(t, err)
	stop := errors.New("stop")
	visited := 0
	err = f.Root(func(e boltpages.Element) error {
		return f.Bucket(e.Value, func(e boltpages.Element) error {
			if visited++; string(e.Key) == "key060" {
				return stop
			}
			return nil
		})
	})
	require.True(t, err == stop, "got %v", err)
	require.Equal(t, 61, visited)
}

// A broken reader fails at one place.
type broken struct {
	io.ReaderAt
	at int64
}

var errDisk = errors.New("the disk is broken")

func (b broken) ReadAt(p []byte, at int64) (int, error) {
	if at <= b.at && b.at < at+int64(len(p)) {
		return 0, errDisk
	}
	return b.ReaderAt.ReadAt(p, at)
}

// TestReaderError: what the disk says is no damage.
func TestReaderError(t *testing.T) {
	m := locate(t, makeFile(t, &bbolt.Options{PageSize: pageSize}))
	for _, at := range []uint64{0, 1, m.root, m.branch, m.leaf, m.long, m.long + 2, m.freelist} {
		_, err := read(broken{bytes.NewReader(m.bytes), int64(at * pageSize)}, int64(len(m.bytes)))
		require.ErrorIs(t, err, errDisk, "page %d", at)
	}
}

func (m *made) page(id uint64) []byte { return m.bytes[id*pageSize:][:pageSize] }

// element is the place of element i in a page.
func (m *made) element(id uint64, i int) []byte {
	return m.page(id)[boltpages.HeaderSize+i*boltpages.ElementSize:]
}

func (m *made) count(id uint64) int { return int(order.Uint16(m.page(id)[10:])) }

// child is the page below element i of a branch.
func (m *made) child(id uint64, i int) uint64 { return order.Uint64(m.element(id, i)[8:]) }

// value is what element i of a leaf points at.
func (m *made) value(id uint64, i int) []byte {
	e := m.element(id, i)
	return e[order.Uint32(e[4:])+order.Uint32(e[8:]):][:order.Uint32(e[12:])]
}

// metas changes both meta pages and seals them.
func (m *made) metas(change func(meta []byte)) {
	for id := range uint64(2) {
		change(m.page(id)[boltpages.HeaderSize:])
		boltpages.Seal(m.page(id))
	}
}

// locate finds the pages of a file that is whole.
func locate(t testing.TB, m made) made {
	f, err := boltpages.Open(bytes.NewReader(m.bytes), int64(len(m.bytes)))
	require.NoError(t, err)
	m.root, m.freelist = boltpages.RootOf(f), boltpages.FreelistOf(f)
	m.branch = order.Uint64(m.value(m.root, 0))
	require.EqualValues(t, 1, order.Uint16(m.page(m.branch)[8:]), "a branch")
	require.Greater(t, m.count(m.branch), 3)
	m.leaf, m.last = m.child(m.branch, 0), m.child(m.branch, m.count(m.branch)-1)
	for i := range m.count(m.branch) {
		if id := m.child(m.branch, i); order.Uint32(m.page(id)[12:]) > 0 {
			m.long = id
		}
	}
	require.NotZero(t, m.long)
	require.Greater(t, m.count(m.freelist), 1)
	return m
}

// TestDamage has an error of its own for each kind of damage.
func TestDamage(t *testing.T) {
	whole := locate(t, makeFile(t, &bbolt.Options{PageSize: pageSize}))
	for name, c := range map[string]struct {
		do   func(m *made)
		want string
	}{
		"nothing":    {func(m *made) { m.bytes = nil }, "not a file of bbolt: it is empty"},
		"text":       {func(m *made) { m.bytes = []byte("my notes\n") }, "not a file of bbolt: it begins as none"},
		"zeros":      {func(m *made) { clear(m.bytes) }, "not a file of bbolt: it begins as none"},
		"both metas": {func(m *made) { m.page(0)[16+20]++; m.page(1)[16+20]++ }, "neither of its two first pages is whole"},
		"version": {func(m *made) { m.metas(func(b []byte) { order.PutUint32(b[4:], 3) }) },
			"neither of its two first pages is whole"},
		"no page size":   {func(m *made) { m.metas(func(b []byte) { order.PutUint32(b[8:], 0) }) }, "says that pages have 0 bytes"},
		"odd page size":  {func(m *made) { m.metas(func(b []byte) { order.PutUint32(b[8:], 4095) }) }, "says that pages have 4095 bytes"},
		"two page sizes": {func(m *made) { order.PutUint32(m.page(1)[16+8:], 1024); boltpages.Seal(m.page(1)) }, "the first page at 4096 says that pages have 1024 bytes"},
		"cut":            {func(m *made) { m.bytes = m.bytes[:len(m.bytes)-1] }, "it is cut: "},
		"endless":        {func(m *made) { m.metas(func(b []byte) { order.PutUint64(b[40:], 1<<63) }) }, "it is cut: "},
		"no root":        {func(m *made) { m.metas(func(b []byte) { order.PutUint64(b[16:], 0) }) }, "page 0 does not exist"},
		"root beyond":    {func(m *made) { m.metas(func(b []byte) { order.PutUint64(b[16:], 1<<60) }) }, "page 1152921504606846976 does not exist"},

		"id":              {func(m *made) { order.PutUint64(m.page(m.leaf), 77) }, "says that it is page 77"},
		"kind":            {func(m *made) { order.PutUint16(m.page(m.leaf)[8:], 0x10) }, "it is of kind 0x10"},
		"length":          {func(m *made) { order.PutUint32(m.page(m.leaf)[12:], 1<<32-1) }, "is longer than the file"},
		"too long":        {func(m *made) { order.PutUint32(m.page(m.leaf)[12:], 1) }, "is used twice"},
		"circle":          {func(m *made) { order.PutUint64(m.element(m.branch, 1)[8:], m.branch) }, "is used twice"},
		"twice":           {func(m *made) { order.PutUint64(m.element(m.branch, 1)[8:], m.leaf) }, "is used twice"},
		"empty branch":    {func(m *made) { order.PutUint16(m.page(m.branch)[10:], 0) }, "it is an empty branch"},
		"count of branch": {func(m *made) { order.PutUint16(m.page(m.branch)[10:], 0xFFFF) }, "an element lies outside of its page"},
		"count of leaf":   {func(m *made) { order.PutUint16(m.page(m.leaf)[10:], 0xFFFF) }, "an element lies outside of its page"},
		"part of branch":  {func(m *made) { order.PutUint32(m.element(m.branch, 0), 1<<31) }, "an element lies outside of its page"},
		"size of key":     {func(m *made) { order.PutUint32(m.element(m.leaf, 0)[8:], 1<<32-1) }, "an element lies outside of its page"},
		"size of value":   {func(m *made) { order.PutUint32(m.element(m.last, 0)[12:], 1<<32-1) }, "an element lies outside of its page"},
		"in its elements": {func(m *made) { order.PutUint32(m.element(m.leaf, 0)[4:], 16) }, "or in another element"},
		"overlap": {func(m *made) {
			e := m.element(m.leaf, 1)
			order.PutUint32(e[4:], order.Uint32(e[4:])-1)
		}, "or in another element"},
		"no key": {func(m *made) { order.PutUint32(m.element(m.leaf, 0)[8:], 0) }, "an element has no key"},
		"kind of element": {func(m *made) { order.PutUint32(m.element(m.leaf, 0), 2) },
			"an element is of kind 0x2"},
		"order in leaf":   {func(m *made) { copy(m.page(m.leaf)[bytes.Index(m.page(m.leaf), []byte("key001")):], "key000") }, "its keys are out of order"},
		"below the leaf":  {func(m *made) { copy(m.page(m.last)[bytes.Index(m.page(m.last), []byte("key")):], "aaa") }, "its keys are out of order"},
		"beyond the leaf": {func(m *made) { raise(m, m.leaf) }, "its keys are out of order"},
		"order in branch": {func(m *made) { raise(m, m.branch, 1) }, "its keys are out of order"},

		"bucket cut":       {func(m *made) { order.PutUint32(m.element(m.root, 1)[12:], boltpages.BucketSize-1) }, "a bucket is missing or cut"},
		"bucket's page":    {func(m *made) { order.PutUint32(m.element(m.root, 1)[12:], boltpages.BucketSize+15) }, "a bucket is damaged"},
		"bucket's kind":    {func(m *made) { m.value(m.root, 1)[boltpages.BucketSize+8] = 1 }, "a bucket is damaged"},
		"bucket's count":   {func(m *made) { m.value(m.root, 1)[boltpages.BucketSize+10] = 9 }, "an element lies outside of its page"},
		"bucket in bucket": {func(m *made) { m.value(m.root, 1)[boltpages.BucketSize+16] = 1 }, "there is a bucket in one that has no pages"},

		"list's kind":  {func(m *made) { m.page(m.freelist)[8] = 2 }, "it is not the list of free pages"},
		"list's count": {func(m *made) { order.PutUint16(m.page(m.freelist)[10:], 5000) }, "the list of free pages is cut"},
		"list's large count": {func(m *made) {
			order.PutUint16(m.page(m.freelist)[10:], 0xFFFF)
			order.PutUint64(m.page(m.freelist)[16:], 1<<62)
		}, "the list of free pages is cut"},
		"free and used":  {func(m *made) { order.PutUint64(m.page(m.freelist)[16:], m.leaf) }, "cannot be free"},
		"free meta":      {func(m *made) { order.PutUint64(m.page(m.freelist)[16:], 1) }, "page 1 cannot be free"},
		"free beyond":    {func(m *made) { order.PutUint64(m.page(m.freelist)[16:], 1<<40) }, "cannot be free"},
		"free twice":     {func(m *made) { copy(m.page(m.freelist)[24:32], m.page(m.freelist)[16:24]) }, "cannot be free"},
		"list is a leaf": {func(m *made) { m.metas(func(b []byte) { order.PutUint64(b[32:], m.leaf) }) }, "is used twice"},
	} {
		t.Run(name, func(t *testing.T) {
			m := whole
			m.bytes = slices.Clone(whole.bytes)
			c.do(&m)
			_, err := readBytes(m.bytes)
			require.ErrorContains(t, err, c.want)
			_, foreign := errors.AsType[*boltpages.ForeignError](err)
			require.Equal(t, strings.HasPrefix(c.want, "not a file of bbolt"), foreign)
		})
	}
}

// raise makes a key of a page, the last unless told, larger than all others.
func raise(m *made, id uint64, which ...int) {
	keys := m.page(id)
	at := bytes.LastIndex(keys, []byte("key"))
	for _, n := range which {
		for at = 0; n >= 0; n-- {
			at += 1 + bytes.Index(keys[at+1:], []byte("key"))
		}
	}
	copy(keys[at:], "zzz")
}

// A counter counts the bytes that are read.
type counter struct {
	io.ReaderAt
	n int
}

func (c *counter) ReadAt(p []byte, at int64) (int, error) {
	c.n += len(p)
	return c.ReaderAt.ReadAt(p, at)
}

// FuzzFile reads files that are made of a whole one by any two changes, with
// checksums that are right or not: nothing panics, no page is read again and
// again, and what is told of is no more than there is.
func FuzzFile(f *testing.F) {
	whole := makeFile(f, &bbolt.Options{PageSize: 1024})
	f.Add(uint32(16), []byte("\xff\xff"), uint32(0), []byte{}, uint32(0), false)
	f.Add(uint32(16+16), []byte{3}, uint32(1024+16+16), []byte{3}, uint32(0), true)
	f.Add(uint32(3*1024), []byte{1, 2, 3, 4, 5, 6, 7, 8, 1}, uint32(4*1024), []byte{9}, uint32(0), false)
	f.Add(uint32(9000), []byte{}, uint32(0), []byte{}, uint32(8000), false)
	f.Fuzz(func(t *testing.T, at uint32, change []byte, at2 uint32, change2 []byte, cut uint32, seal bool) {
		file := slices.Clone(whole.bytes)
		copy(file[int(at)%len(file):], change)
		copy(file[int(at2)%len(file):], change2)
		if seal {
			boltpages.Seal(file)
			boltpages.Seal(file[1024:])
		}
		if cut != 0 {
			file = file[:int(cut)%len(file)]
		}
		c := &counter{ReaderAt: bytes.NewReader(file)}
		told := visitAll(c, int64(len(file)))
		if most := 2*len(file) + 20*80; c.n > most {
			t.Errorf("%d bytes were read of a file of %d", c.n, len(file))
		}
		if told > len(file) {
			t.Errorf("%d bytes were told of a file of %d", told, len(file))
		}
	})
}

// visitAll returns how many bytes of keys and values were told of.
func visitAll(r io.ReaderAt, size int64) (told int) {
	f, err := boltpages.Open(r, size)
	if err != nil {
		return 0
	}
	var visit boltpages.Visit
	visit = func(e boltpages.Element) error {
		if e.IsBucket {
			return f.Bucket(e.Value, visit)
		}
		told += len(e.Key) + len(e.Value)
		return nil
	}
	if f.Root(visit) == nil {
		f.CheckFreelist()
	}
	return told
}
