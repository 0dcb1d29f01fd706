package pystd

import (
	"container/list"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A cache is what the function that lru_cache makes has in Data.
type cache struct {
	fn           starlark.Value
	most         int // -1: as many as a dict may have
	typed        bool
	hits, misses int
	entries      *starlark.Dict // *cacheEntry by key
	order        *list.List     // keys, the one used last in front
}

// A cacheEntry is a value that a cache keeps in its dict.
type cacheEntry struct {
	starlark.Value
	place *list.Element
}

func (c *cache) clear() {
	c.hits, c.misses, c.entries, c.order = 0, 0, new(starlark.Dict), list.New()
}

// lruCache is lru_cache(maxsize=128, typed=False), or lru_cache(function).
func lruCache(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("lru_cache", []param{{name: "maxsize", def: starlark.MakeInt(128)}, {name: "typed", def: starlark.False}}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	typed, err := pytypes.Truth(t, in[1])
	if err != nil {
		return nil, err
	}
	most := -1
	switch v := in[0].(type) {
	case starlark.Int, starlark.Bool:
		if most, err = asInt(t, v); err != nil {
			return nil, err
		}
		most = max(most, 0)
	case starlark.NoneType:
	default:
		if !py.Callable(v) {
			return nil, pyerr.Type("Expected first argument to be an integer, a callable, or None")
		}
		return newCache(t, v, 128, typed)
	}
	return positional("lru_cache", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		return newCache(t, a[0], most, typed)
	}), nil
}

// newCache makes the caching function of fn.
func newCache(t *starlark.Thread, fn starlark.Value, most int, typed bool) (starlark.Value, error) {
	if !py.Callable(fn) {
		return nil, pyerr.Type("the first argument must be callable")
	}
	o := py.NewInstance(cacheClass, nil)
	c := &cache{fn: fn, most: most, typed: typed}
	c.clear()
	o.Data = c
	return o, wrap(t, o, fn, texts(wrapperAssignments))
}

// cacheClass is the class of the functions that lru_cache makes.
var cacheClass = py.NewClass(py.ClassSpec{
	Name: "_lru_cache_wrapper", Module: "functools",
	Methods: checked("functools._lru_cache_wrapper", methods{
		"__call__": anyArgs("__call__", cached),
		"__get__": some("__get__", 1, 2, func(_ *starlark.Thread, self *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			if args[0] == starlark.None {
				return self, nil
			}
			return py.Bound(self.ClassName(), args[0], func(t *starlark.Thread, o starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				return cached(t, self, append(starlark.Tuple{o}, args...), kwargs)
			}), nil
		}),
		"cache_info": none("cache_info", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
			c := self.Data.(*cache)
			var most starlark.Value = starlark.None
			if c.most >= 0 {
				most = starlark.MakeInt(c.most)
			}
			o := py.NewInstance(cacheInfoClass, starlark.Tuple{starlark.MakeInt(c.hits), starlark.MakeInt(c.misses), most, starlark.MakeInt(c.entries.Len())})
			return o, nil
		}),
		"cache_clear": none("cache_clear", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
			touchCache(t, self).clear()
			return starlark.None, nil
		}),
		"cache_parameters": none("cache_parameters", func(_ *starlark.Thread, self *py.Instance) (starlark.Value, error) {
			c := self.Data.(*cache)
			var most starlark.Value = starlark.None
			if c.most >= 0 {
				most = starlark.MakeInt(c.most)
			}
			return keywordDict([]starlark.Tuple{{starlark.String("maxsize"), most}, {starlark.String("typed"), starlark.Bool(c.typed)}}), nil
		}),
		"__repr__": none("__repr__", func(_ *starlark.Thread, self *py.Instance) (starlark.Value, error) {
			return starlark.String("<functools._lru_cache_wrapper object>"), nil
		}),
	}, withData[*cache]),
})

var (
	cacheInfo      = &namedClass{name: "CacheInfo", fields: []string{"hits", "misses", "maxsize", "currsize"}}
	cacheInfoClass = py.NewClass(py.ClassSpec{
		Name: "CacheInfo", Module: "functools", Bases: []*py.Class{py.BuiltinClass("tuple")},
		Attrs: starlark.StringDict{
			"hits": &tupleField{"hits", 0}, "misses": &tupleField{"misses", 1}, "maxsize": &tupleField{"maxsize", 2}, "currsize": &tupleField{"currsize", 3},
		},
		Methods: checked("CacheInfo", methods{
			"__repr__": none("__repr__", cacheInfo.repr),
			"_asdict":  none("_asdict", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) { return cacheInfo.dict(o), nil }),
		}, holding[starlark.Tuple]),
	})
)

// touchCache must be called before a cache changes.
func touchCache(t *starlark.Thread, o *py.Instance) *cache {
	c := o.Data.(*cache)
	world(t).TouchData(o, func() func() {
		if c.entries.Len() == 0 {
			return c.clear
		}
		saved, items := *c, c.entries.Items()
		return func() {
			*c = saved
			c.entries, c.order = new(starlark.Dict), list.New()
			for _, kv := range items {
				c.put(kv[0], kv[1].(*cacheEntry).Value)
			}
		}
	})
	return c
}

// put adds an entry, which is the one used last.
func (c *cache) put(k, v starlark.Value) {
	if err := c.entries.SetKey(k, &cacheEntry{v, c.order.PushFront(k)}); err != nil {
		c.order.Remove(c.order.Front())
	}
}

// cached is a call of a caching function.
func cached(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c := touchCache(t, self)
	if c.most == 0 {
		c.misses++
		return starlark.Call(t, c.fn, args, kwargs)
	}
	k, err := c.key(t, args, kwargs)
	if err != nil {
		return nil, err
	}
	if v, found, err := c.entries.Get(k); err != nil {
		return nil, err
	} else if found {
		c.hits++
		e := v.(*cacheEntry)
		c.order.MoveToFront(e.place)
		return e.Value, nil
	}
	c.misses++
	v, err := starlark.Call(t, c.fn, args, kwargs)
	if err != nil {
		return nil, err
	}
	if old, found, _ := c.entries.Get(k); found { // the call has made the same one
		c.order.MoveToFront(old.(*cacheEntry).place)
		return v, nil
	}
	if err := guard.CheckElements(t, "lru_cache", c.entries.Len()+1); err != nil {
		return nil, err
	}
	if c.most > 0 && c.entries.Len() >= c.most {
		last := c.order.Back()
		if _, _, err := c.entries.Delete(last.Value.(starlark.Value)); err != nil {
			return nil, err
		}
		c.order.Remove(last)
	}
	c.put(k, v)
	return v, nil
}

// key makes the key of a call: numbers that are equal are the same one, and
// True is no other than 1, unless the cache is typed.
func (c *cache) key(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 && !c.typed {
		switch args[0].(type) { // so that 1 and 1.0 are two, as nowhere else
		case starlark.Int, starlark.String:
			return args[0], nil
		}
	}
	key := make(starlark.Tuple, 0, len(args)+1+2*len(kwargs))
	key = append(key, args...)
	if len(kwargs) > 0 {
		key = append(key, starlark.None, keywordMark)
		for _, kv := range kwargs {
			key = append(key, kv[0], kv[1])
		}
	}
	if c.typed {
		for _, v := range key[:len(key):len(key)] {
			key = append(key, starlark.String(pytypes.TypeName(v)))
		}
	} else {
		for i, v := range key {
			if b, ok := v.(starlark.Bool); ok {
				key[i] = zero
				if b {
					key[i] = unit
				}
			}
		}
	}
	_, err := pytypes.Hash(t, key)
	return key, err
}

// keywordMark is between the arguments and the keywords of a key.
var keywordMark = starlark.String("\x00keywords")
