package pytypes

import (
	"math"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// floatPow is x ** y.
func floatPow(x, y float64) (starlark.Value, error) {
	switch {
	case x == 0 && y < 0:
		return nil, pyerr.New("ZeroDivisionError", "0.0 cannot be raised to a negative power")
	case x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && y != math.Floor(y):
		return nil, pyerr.Value("a negative number to the power of a fraction is complex, which is not supported")
	}
	f := pow(x, y)
	if math.IsInf(f, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return nil, &Error{Class: "OverflowError", Args: starlark.Tuple{starlark.MakeInt(34), starlark.String("Numerical result out of range")}, Msg: "(34, 'Numerical result out of range')"}
	}
	return starlark.Float(f), nil
}

func pow(x, y float64) float64 { return math.Pow(x, y) }
