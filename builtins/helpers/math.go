package helpers

import (
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/lib/math"
)

// Math returns the module math, which is the one of go.starlark.net:
//
//	ceil floor round fabs copysign mod remainder pow sqrt exp log
//	sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh
//	hypot degrees radians gamma e pi
func Math() runtime.Module {
	return runtime.Module{Names: []string{"math"}, Members: math.Module.Members}
}
