package guard

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// slice is x[lo:hi:step]; the last of the arguments may be missing. It follows
// the interpreter's own function, which cannot be called, with a check of the
// length.
func slice(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, ok := args[0].(starlark.Sliceable)
	if !ok {
		return nil, fmt.Errorf("invalid slice operand %s", args[0].Type())
	}
	var index [3]starlark.Value
	copy(index[:], args[1:])
	step := 1
	if index[2] != nil && index[2] != starlark.None {
		var err error
		if step, err = starlark.AsInt32(index[2]); err != nil {
			return nil, fmt.Errorf("invalid slice step: %s", err)
		}
		if step == 0 {
			return nil, fmt.Errorf("zero is not a valid slice step")
		}
	}
	start, end, err := sliceBounds(index[0], index[1], x.Len(), step)
	if err != nil {
		return nil, err
	}
	if err := checkSlice(thread, x, (end-start)/step+1, step); err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case starlark.String:
		return starlark.String(sliceString(string(x), start, end, step)), nil
	case starlark.Bytes:
		return starlark.Bytes(sliceString(string(x), start, end, step)), nil
	case *starlark.List, starlark.Tuple:
		return x.Slice(start, end, step), nil
	}
	return sliceOther(x, start, end, step)
}

func sliceBounds(lo, hi starlark.Value, n, step int) (start, end int, err error) {
	if step > 0 {
		start, end, err = indices(lo, hi, n)
		return start, max(start, end), err
	}
	start = n - 1
	if err := asIndex(lo, n, &start); err != nil {
		return 0, 0, fmt.Errorf("invalid start index: %s", err)
	}
	start = min(start, n-1)
	end = -1
	if err := asIndex(hi, n, &end); err != nil {
		return 0, 0, fmt.Errorf("invalid end index: %s", err)
	}
	end = max(end, -1)
	return max(start, end), end, nil
}

// checkSlice checks the slice of n elements of x.
func checkSlice(thread *starlark.Thread, x starlark.Sliceable, n, step int) error {
	switch x.(type) {
	case starlark.String, starlark.Bytes:
		if step == 1 {
			return nil // shares the memory
		}
		return CheckBytes(thread, "[:]", n)
	case starlark.Tuple:
		if step == 1 {
			return nil
		}
	}
	if x.Type() == "range" {
		return nil
	}
	return CheckElements(thread, "[:]", n)
}

func sliceString(s string, start, end, step int) string {
	if step == 1 {
		return s[start:end]
	}
	var b strings.Builder
	b.Grow((end-start)/step + 1)
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		b.WriteByte(s[i])
	}
	return b.String()
}

// sliceOther is the slice of a value that is not a string, list or tuple. A
// panic is an error: that of a range panics when its step overflows.
func sliceOther(x starlark.Sliceable, start, end, step int) (v starlark.Value, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("invalid slice of %s", x.Type())
		}
	}()
	return x.Slice(start, end, step), nil
}

// indices gives the start and end of a slice of n elements with a positive
// step. The start may be greater than the end.
func indices(lo, hi starlark.Value, n int) (start, end int, err error) {
	if err := asIndex(lo, n, &start); err != nil {
		return 0, 0, fmt.Errorf("invalid start index: %s", err)
	}
	end = n
	if err := asIndex(hi, n, &end); err != nil {
		return 0, 0, fmt.Errorf("invalid end index: %s", err)
	}
	return min(max(start, 0), n), min(max(end, 0), n), nil
}

// asIndex sets *result to the index v, which counts from the end if it is
// negative, unless v is nil or None.
func asIndex(v starlark.Value, n int, result *int) error {
	if v == nil || v == starlark.None {
		return nil
	}
	i, err := starlark.AsInt32(v)
	if err != nil {
		return err
	}
	if i < 0 {
		i += n
	}
	*result = i
	return nil
}
