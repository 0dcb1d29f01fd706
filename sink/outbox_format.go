package sink

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"go.etcd.io/bbolt"
)

// The file is a database of go.etcd.io/bbolt, with pages of 4 KB and without a
// list of free pages. Its buckets are:
//
//	starhost.outbox  "format" → the format
//	queues           name → totals of the queue
//	alerts           name, 0, sequence number (big endian) → entry
//	aside            the same, for entries that were refused
//
// Each value ends in a checksum, of the key as well.
var (
	inOutbox  = []byte("starhost.outbox")
	inQueues  = []byte("queues")
	inAlerts  = []byte("alerts")
	inAside   = []byte("aside")
	keyFormat = []byte("format")
)

const (
	outboxFormat   = 1
	outboxPageSize = 4096
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errEntry   = errors.New("an entry is not as it was written")
)

const sumSize = 4

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// seal adds the checksum to a value.
func seal(key, value []byte) []byte {
	return binary.LittleEndian.AppendUint32(value, checksum(key, value))
}

// unseal takes it off. It returns nil if it is wrong.
func unseal(key, value []byte) (content []byte, sum uint32) {
	if len(value) < sumSize {
		return nil, 0
	}
	content = value[:len(value)-sumSize]
	sum = binary.LittleEndian.Uint32(value[len(content):])
	if checksum(key, content) != sum {
		return nil, 0
	}
	return content, sum
}

func entryPrefix(name string) []byte { return append([]byte(name), 0) }

func entryKey(name string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(entryPrefix(name), seq)
}

// splitKey is the reverse of entryKey.
func splitKey(key []byte) (name string, seq uint64, err error) {
	at := len(key) - 9
	if at < 1 || key[at] != 0 {
		return "", 0, errEntry
	}
	return string(key[:at]), binary.BigEndian.Uint64(key[at+1:]), nil
}

// An entry is the two times in nanoseconds, id and reason, each with its length
// in two bytes before it, and the alert.
const entryHead = 8 + 8 + 2 + 2

func entrySize(e *Entry) int {
	return entryHead + len(e.ID) + len(e.Reason) + len(e.Alert) + sumSize
}

func encodeEntry(key []byte, e *Entry) []byte {
	out := make([]byte, 0, entrySize(e))
	out = binary.LittleEndian.AppendUint64(out, nanos(e.Queued))
	out = binary.LittleEndian.AppendUint64(out, nanos(e.Aside))
	for _, s := range []string{e.ID, e.Reason} {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(s)))
		out = append(out, s...)
	}
	return seal(key, append(out, e.Alert...))
}

// decodeEntry makes a copy of everything.
func decodeEntry(key, value []byte) (e Entry, err error) {
	_, seq, err := splitKey(key)
	content, sum := unseal(key, value)
	if err != nil || len(content) < entryHead {
		return e, fmt.Errorf("%w: key %q", errEntry, key[:min(len(key), longestName)])
	}
	e = Entry{Seq: seq, sum: sum, size: len(value)}
	e.Queued = moment(binary.LittleEndian.Uint64(content))
	e.Aside = moment(binary.LittleEndian.Uint64(content[8:]))
	content = content[16:]
	for _, s := range []*string{&e.ID, &e.Reason} {
		if len(content) < 2 {
			return e, errEntry
		}
		n := int(binary.LittleEndian.Uint16(content))
		if content = content[2:]; len(content) < n {
			return e, errEntry
		}
		*s, content = string(content[:n]), content[n:]
	}
	e.Alert = append(e.Alert, content...)
	return e, nil
}

// nanos and moment have 0 for no time.
func nanos(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.UnixNano())
}

func moment(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

// Totals say what a queue holds as a whole, so that an entry that was lost, or
// that is an older one, is noticed. next is the next sequence number.
type totals struct {
	next          uint64
	alerts, aside total
}

type total struct{ count, bytes, sum uint64 }

func (t *total) add(size int, sum uint32) {
	t.count++
	t.bytes += uint64(size)
	t.sum += uint64(sum)
}

func (t *total) remove(size int, sum uint32) {
	t.count--
	t.bytes -= uint64(size)
	t.sum -= uint64(sum)
}

func (t *totals) of(in []byte) *total {
	if string(in) == string(inAside) {
		return &t.aside
	}
	return &t.alerts
}

func (t *totals) numbers() []*uint64 {
	return []*uint64{
		&t.next, &t.alerts.count, &t.alerts.bytes, &t.alerts.sum, &t.aside.count, &t.aside.bytes, &t.aside.sum,
	}
}

func (t *totals) encode(name string) []byte {
	var out []byte
	for _, n := range t.numbers() {
		out = binary.LittleEndian.AppendUint64(out, *n)
	}
	return seal([]byte(name), out)
}

func decodeTotals(name, value []byte) (t totals, err error) {
	content, _ := unseal(name, value)
	numbers := t.numbers()
	if len(content) != 8*len(numbers) {
		return t, fmt.Errorf("the totals of %q are not as they were written", name)
	}
	for i, n := range numbers {
		*n = binary.LittleEndian.Uint64(content[8*i:])
	}
	return t, nil
}

func encodeFormat() []byte {
	return seal(keyFormat, binary.LittleEndian.AppendUint32(nil, outboxFormat))
}

// checkFormat reads the format, whatever else a later one may have in it.
func checkFormat(value []byte) error {
	content, _ := unseal(keyFormat, value)
	if len(content) < 4 {
		return errors.New("the record of its format is not whole")
	}
	if is := binary.LittleEndian.Uint32(content); is != outboxFormat {
		return fmt.Errorf("the file has format %d, %w", is, ErrFormat)
	}
	return nil
}

// A transaction is a commit at work. What it does to a file twice has the
// effect of once.
type transaction struct {
	tx      *bbolt.Tx
	totals  map[string]*totals
	dropped map[string]uint64
}

func newTransaction(tx *bbolt.Tx) *transaction {
	for _, name := range [][]byte{inAlerts, inAside} {
		tx.Bucket(name).FillPercent = 0.9 // most keys come in order
	}
	return &transaction{tx: tx, totals: make(map[string]*totals), dropped: make(map[string]uint64)}
}

// total returns the totals of a queue, to be changed.
func (t *transaction) total(name string) (*totals, error) {
	if is := t.totals[name]; is != nil {
		return is, nil
	}
	is := &totals{next: 1}
	if value := t.tx.Bucket(inQueues).Get([]byte(name)); value != nil {
		var err error
		if *is, err = decodeTotals([]byte(name), value); err != nil {
			return nil, fmt.Errorf("%w: %w", errEntry, err)
		}
	}
	t.totals[name] = is
	return is, nil
}

func (t *transaction) put(in []byte, name string, e *Entry) error {
	totals, err := t.total(name)
	if err != nil {
		return err
	}
	key := entryKey(name, e.Seq)
	b := t.tx.Bucket(in)
	if b.Get(key) != nil {
		return nil
	}
	value := encodeEntry(key, e)
	totals.of(in).add(len(value), binary.LittleEndian.Uint32(value[len(value)-sumSize:]))
	totals.next = max(totals.next, e.Seq+1)
	return b.Put(key, value)
}

// remove removes an entry and tells whether it was there.
func (t *transaction) remove(in []byte, name string, seq uint64) (bool, error) {
	totals, err := t.total(name)
	if err != nil {
		return false, err
	}
	key := entryKey(name, seq)
	b := t.tx.Bucket(in)
	value := b.Get(key)
	if value == nil {
		return false, nil
	}
	content, sum := unseal(key, value)
	if content == nil {
		return true, fmt.Errorf("%w: key %q", errEntry, key)
	}
	totals.of(in).remove(len(value), sum)
	return true, b.Delete(key)
}

// setAside moves an entry to those that were refused, of which it keeps as many
// as there is room for.
func (t *transaction) setAside(d *Destination, e *Entry) error {
	there, err := t.remove(inAlerts, d.Name, e.Seq)
	if err != nil || !there {
		return err
	}
	if err := t.put(inAside, d.Name, e); err != nil {
		return err
	}
	totals, err := t.total(d.Name)
	if err != nil {
		return err
	}
	is := &totals.aside
	for is.count > uint64(d.MaxAside) || is.count > 1 && is.bytes > uint64(d.MaxBytes) {
		oldest, _ := t.tx.Bucket(inAside).Cursor().Seek(entryPrefix(d.Name))
		name, seq, err := splitKey(oldest)
		if err != nil || name != d.Name {
			return fmt.Errorf("%w: there are fewer set aside than it says", errEntry)
		}
		if _, err := t.remove(inAside, name, seq); err != nil {
			return err
		}
		t.dropped[d.Name]++
	}
	return nil
}

// finish writes what the queues hold now.
func (t *transaction) finish() error {
	b := t.tx.Bucket(inQueues)
	for name, totals := range t.totals {
		if err := b.Put([]byte(name), totals.encode(name)); err != nil {
			return err
		}
	}
	return nil
}
