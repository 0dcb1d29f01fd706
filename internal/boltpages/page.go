package boltpages

import (
	"errors"
	"fmt"
)

// A page is a page as it is in the file, of at least the size of its header.
type page []byte

func (p page) id() uint64       { return order.Uint64(p) }
func (p page) flags() uint16    { return order.Uint16(p[8:]) }
func (p page) count() int       { return int(order.Uint16(p[10:])) }
func (p page) overflow() uint32 { return order.Uint32(p[12:]) }

// parts takes a page apart, element by element. What they point at follows one
// after the other, so that together they are no more than the page.
type parts struct {
	page
	end uint64 // of what was taken
}

func partsOf(p page) *parts {
	return &parts{p, headerSize + elementSize*uint64(p.count())}
}

var errElement = errors.New("an element lies outside of its page, or in another element")

// element returns element i itself, and the page from there on.
func (p *parts) element(i int) ([]byte, error) {
	at := headerSize + elementSize*i
	if at+elementSize > len(p.page) {
		return nil, errElement
	}
	return p.page[at:], nil
}

// part returns what element i points at, pos from its place: a key and more.
func (p *parts) part(i int, pos, key, more uint64) ([]byte, error) {
	if key == 0 {
		return nil, errors.New("an element has no key")
	}
	size := key + more
	start := headerSize + elementSize*uint64(i) + pos
	if start < p.end || start+size > uint64(len(p.page)) {
		return nil, errElement
	}
	p.end = start + size
	return p.page[start:p.end:p.end], nil
}

func (p *parts) branchElement(i int) (key []byte, child uint64, err error) {
	e, err := p.element(i)
	if err != nil {
		return nil, 0, err
	}
	key, err = p.part(i, uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])), 0)
	return key, order.Uint64(e[8:]), err
}

func (p *parts) leafElement(i int) (Element, error) {
	e, err := p.element(i)
	if err != nil {
		return Element{}, err
	}
	flags, size := order.Uint32(e), uint64(order.Uint32(e[8:]))
	if flags&^flagBucket != 0 {
		return Element{}, fmt.Errorf("an element is of kind %#x", flags)
	}
	both, err := p.part(i, uint64(order.Uint32(e[4:])), size, uint64(order.Uint32(e[12:])))
	if err != nil {
		return Element{}, err
	}
	return Element{both[:size:size], both[size:], flags == flagBucket}, nil
}
